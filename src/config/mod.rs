//! The provider block and its environment variables, and the client that they make.

mod argument;
mod credentials;
mod schema;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use argument::*;
pub(super) use schema::schema;
use schema::{ENDPOINTS, MAX_CONFIGURATION_SOURCE};

use super::{
    Cloud,
    cloud::{AccountType, NotYet},
};
use alicloud::{
    client::{Client, Config, SignatureVersion, Timeouts},
    endpoint::{Endpoint, Product, Protocol},
    regions,
    signature::Parameters,
    site::Site,
};
use tfplugin::{
    diagnostics::{Diagnostic, Diagnostics},
    provider::Saved,
    schema::Attribute,
    value::{Path, Type, Value},
};

/// Every argument that environment variables stand in for: the block that it stands in, its name, and the variables.
pub fn environment() -> Vec<(&'static str, &'static str, &'static [&'static str])> {
    let endpoints = ENDPOINTS.iter().map(|(product, variables)| ("endpoints", product.endpoint_name(), &variables[..]));
    argument::all().into_iter().chain(endpoints).collect()
}

/// The region where none is given.
const DEFAULT_REGION: &str = "cn-beijing";

/// How long connecting, and answering, may take where nothing is given.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// Checks what can be told without reading files.
pub(super) fn validate(config: &Value) -> Diagnostics {
    if !config.get(SKIP_REGION_VALIDATION.name).is_known() {
        return Diagnostics::default();
    }
    let wrong = REGION.explicit(config).and_then(|region| known_region(config, region, None).err());
    wrong.map(Diagnostics::from).unwrap_or_default()
}

/// Makes the client. No network is touched.
pub(super) fn configure(
    config: &Value,
    terraform_version: &str,
    metadata_service: &str,
) -> Result<Saved<Cloud>, Diagnostics> {
    if let Some(waiting) = NotYet::for_values_of(config) {
        return Ok(later(waiting, terraform_version));
    }
    let attributes = schema().block.attributes;
    if let Some(wrong) = TOP.iter().find_map(|argument| wrong_variable(*argument, &attributes, config)) {
        return Err(wrong.into());
    }
    let profile = credentials::profile(config)?;
    let region = region(config, profile.as_ref())?;
    let protocol = match PROTOCOL.choice(config).as_deref() {
        Some("http") => Protocol::Http,
        _ => Protocol::Https,
    };
    let site = match ACCOUNT_TYPE.choice(config).as_deref() {
        Some("international") => Some(Site::International),
        Some(_) => Some(Site::Chinese),
        None => None,
    };
    let client = Client::new(Config {
        region,
        site,
        endpoints: endpoints(config, protocol)?,
        protocol,
        signature: match SIGNATURE_VERSION.choice(config).as_deref() {
            Some("v3") => SignatureVersion::V3,
            _ => SignatureVersion::V1,
        },
        timeouts: Timeouts {
            connect: number(CLIENT_CONNECT_TIMEOUT, config).map_or(DEFAULT_TIMEOUT, Duration::from_millis),
            read: number(CLIENT_READ_TIMEOUT, config).map_or(DEFAULT_TIMEOUT, Duration::from_millis),
        },
        user_agent: user_agent(config, terraform_version),
        common: common(config),
        credentials: Arc::new(NotYet::default()),
    });
    let (source, unused) = credentials::source(config, profile, &client, metadata_service)?;
    let client = client.with_credentials(source);
    let mut warnings = Diagnostics::default();
    warnings.extend(unused);
    let longest = number(MAX_RETRY_TIMEOUT, config).filter(|seconds| *seconds > 0).map(Duration::from_secs);
    let account_type = match site {
        Some(Site::International) => AccountType::International,
        Some(Site::Chinese) | None => AccountType::Domestic,
    };
    let cloud = Cloud::new(client, longest, ACCOUNT_ID.text(config), account_type);
    Ok(Saved::with(cloud, warnings))
}

/// A client that waits for values which Terraform does not know yet, while it plans.
fn later(waiting: NotYet, terraform_version: &str) -> Saved<Cloud> {
    let client = Client::new(Config {
        region: DEFAULT_REGION.to_owned(),
        site: None,
        endpoints: BTreeMap::new(),
        protocol: Protocol::Https,
        signature: SignatureVersion::V1,
        timeouts: Timeouts { connect: DEFAULT_TIMEOUT, read: DEFAULT_TIMEOUT },
        user_agent: user_agent(&Value::Null, terraform_version),
        common: Default::default(),
        credentials: Arc::new(waiting),
    });
    Cloud::new(client, None, None, AccountType::Domestic).into()
}

fn user_agent(config: &Value, terraform_version: &str) -> String {
    let own = format!("terraform-provider-alicloud/{} Terraform/{terraform_version}", env!("CARGO_PKG_VERSION"));
    let appended = CONFIGURATION_SOURCE.text(config).unwrap_or_default();
    let appended = appended.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(MAX_CONFIGURATION_SOURCE);
    format!("{own} {}", appended.collect::<String>()).trim_end().to_owned()
}

/// The parameters that every request carries.
fn common(config: &Value) -> Parameters {
    let table = [("SourceIp", SOURCE_IP.text(config)), ("SecureTransport", SECURE_TRANSPORT.choice(config))];
    table.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn number(argument: Argument, config: &Value) -> Option<u64> {
    argument.text(config)?.parse().ok()
}

/// What is wrong with the variable that stands in for an argument: the schema's rules hold for it too.
fn wrong_variable(argument: Argument, attributes: &[Attribute], config: &Value) -> Option<Diagnostic> {
    // Terraform reads this one too, so a text that is too long is cut and not refused.
    let (variable, text) = argument.variable(config).filter(|_| argument.name != CONFIGURATION_SOURCE.name)?;
    let attribute = attributes.iter().find(|attribute| attribute.name == argument.name)?;
    let wrong = match (Argument::parse(&text, &attribute.ty()), attribute.ty()) {
        (Some(value), _) => attribute.validators.iter().find_map(|validator| validator.check(&value))?,
        (None, Type::Bool) => "must be true or false".to_owned(),
        (None, _) => "must be a whole number".to_owned(),
    };
    let shown = if attribute.sensitive { String::new() } else { format!(" It is {text:?}.") };
    let detail = format!("The environment variable {variable}, which stands in for {}, {wrong}.{shown}", argument.name);
    Some(Diagnostic::error(format!("Invalid {}", argument.name), detail).at(argument.path()))
}

fn region(config: &Value, profile: Option<&credentials::Chosen>) -> Result<String, Diagnostic> {
    let of_profile = || Some((profile?.region()?, Some("the profile".to_owned())));
    let (region, origin) = match REGION.variable(config) {
        Some((variable, region)) => (region, Some(format!("the environment variable {variable}"))),
        None => {
            let explicit = REGION.explicit(config).map(|region| (region, None));
            explicit.or_else(of_profile).unwrap_or_else(|| (DEFAULT_REGION.to_owned(), None))
        }
    };
    known_region(config, region, origin.as_deref())
}

/// The region, if it is known. `origin` is what gave it, where that is not the argument.
fn known_region(config: &Value, region: String, origin: Option<&str>) -> Result<String, Diagnostic> {
    if SKIP_REGION_VALIDATION.is_true(config) || regions::is_known(&region) {
        return Ok(region);
    }
    let origin = origin.map(|origin| format!(", which {origin} names,")).unwrap_or_default();
    let detail = format!(
        "There is no region {region:?}{origin} that this provider knows. Close to it: {}. For a region that is newer than \
         this provider, set skip_region_validation = true.",
        regions::close_to(&region).join(", ")
    );
    Err(Diagnostic::error("Unknown region", detail).at(REGION.path()))
}

fn endpoints(config: &Value, protocol: Protocol) -> Result<BTreeMap<Product, Endpoint>, Diagnostic> {
    let blocks = config.get("endpoints").as_list().unwrap_or_default();
    let mut endpoints = BTreeMap::new();
    for (product, variables) in &ENDPOINTS {
        let name = product.endpoint_name();
        let set = blocks.iter().find_map(|block| block.get(name).as_str().filter(|text| !text.is_empty()));
        let set = set.map(|text| (variables[0], text.to_owned())).or_else(|| from_environment(variables));
        let Some((variable, text)) = set else { continue };
        let endpoint = Endpoint::parse(&text, protocol).map_err(|error| {
            // What is not just a host may be somebody's key.
            let shown = if text.contains(['@', '?']) { String::new() } else { format!(" {text:?}") };
            let detail = format!("The endpoint{shown} for {name} (or {variable}) is {error}. Nothing was sent.");
            Diagnostic::error("Invalid endpoint", detail).at(Path::attribute("endpoints"))
        })?;
        endpoints.insert(*product, endpoint);
    }
    Ok(endpoints)
}
