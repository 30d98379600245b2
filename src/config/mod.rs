//! The provider block and its environment variables, and the client that they make.

mod block;
mod credentials;
mod guard;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

pub use block::ProviderBlock;
use block::{AssumeRole, AssumeRoleWithOidc, Endpoints, PurchaseGuard};

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
    Attr, Configure, Configured, Context, Diagnostic, Diagnostics, Field, Model, Partial, schema::Block, value::Path,
};

/// Every argument that environment variables stand in for: the block that it stands in, its name, and the variables.
pub fn environment() -> Vec<(&'static str, &'static str, &'static [&'static str])> {
    let block = ProviderBlock::block();
    let of = |name: &'static str, block: &Block| {
        let attributes = block.attributes.iter().filter(|attribute| !attribute.env.is_empty());
        attributes.map(|attribute| (name, attribute.name, attribute.env)).collect::<Vec<_>>()
    };
    let nested = block.blocks.iter().flat_map(|nested| of(nested.name, &nested.block));
    of("", &block).into_iter().chain(nested).collect()
}

/// The region where none is given.
const DEFAULT_REGION: &str = "cn-beijing";

/// How long connecting, and answering, may take where nothing is given.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// The longest text that is appended to the header `User-Agent`, in characters.
const MAX_CONFIGURATION_SOURCE: usize = 1024;

/// Checks what can be checked without reading files.
pub(super) fn validate(configure: &Configure<ProviderBlock>) -> Diagnostics {
    let (block, given) = (&configure.block, &configure.given);
    let mut wrong = Diagnostics::default();
    // Terraform reads the variable too, so a text there that is too long is cut and not refused.
    if given.configuration_source.as_str().is_some_and(|text| text.chars().count() > MAX_CONFIGURATION_SOURCE) {
        wrong.push(long_configuration_source());
    }
    let region = given.region.as_str().filter(|region| !region.is_empty());
    if let (Some(region), false) = (region, block.skip_region_validation.is_unknown()) {
        let is_skipped = block.skip_region_validation.known().copied();
        wrong.extend(known_region(is_skipped, region.to_owned(), None).err());
    }
    wrong
}

fn long_configuration_source() -> Diagnostic {
    let detail = format!("configuration_source must have at most {MAX_CONFIGURATION_SOURCE} characters. Shorten it.");
    Diagnostic::error("The argument configuration_source is too long", detail).at(ProviderBlock::CONFIGURATION_SOURCE)
}

/// Makes the client. No network is touched.
pub(super) fn configure(
    configure: Configure<ProviderBlock>,
    ctx: &Context,
    metadata_service: &str,
) -> Result<Configured<Cloud>, Diagnostics> {
    let waiting = unknown(&configure.block);
    if !waiting.is_empty() {
        return Ok(Configured::PlansOnly(for_plans(ctx), waiting));
    }
    let variable = configure.variable(ProviderBlock::REGION);
    let (block, given) = (known(configure.block)?, known(configure.given)?);
    let profile = credentials::profile(&block)?;
    let region = region(&block, variable, profile.as_ref())?;
    let protocol = match choice(&block.protocol).as_deref() {
        Some("http") => Protocol::Http,
        _ => Protocol::Https,
    };
    let milliseconds = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
    let timeout = |number| milliseconds(number).map_or(DEFAULT_TIMEOUT, Duration::from_millis);
    let site = match choice(&block.account_type).as_deref() {
        Some("international") => Some(Site::International),
        Some(_) => Some(Site::Chinese),
        None => None,
    };
    let client = Client::new(Config {
        region,
        site,
        endpoints: endpoints(&given, protocol)?,
        protocol,
        signature: match choice(&block.signature_version).as_deref() {
            Some("v3") => SignatureVersion::V3,
            _ => SignatureVersion::V1,
        },
        timeouts: Timeouts { connect: timeout(block.client_connect_timeout), read: timeout(block.client_read_timeout) },
        user_agent: user_agent(&block, ctx.terraform_version()),
        common: common(&block),
        credentials: Arc::new(NotYet),
    });
    let (source, unused) = credentials::source(&block, &given, profile, &client, metadata_service)?;
    let client = client.with_credentials(source);
    unused.into_iter().for_each(|warning| ctx.warn(warning));
    let longest = milliseconds(block.max_retry_timeout).filter(|seconds| *seconds > 0).map(Duration::from_secs);
    let account_type = match site {
        Some(Site::International) => AccountType::International,
        Some(Site::Chinese) | None => AccountType::Domestic,
    };
    let cloud = Cloud::new(client, longest, text(&block.account_id), account_type);
    Ok(Configured::Ready(guard::with_prices(cloud, &block)?))
}

/// A client for plans while the block waits for values. It has no credentials, so nothing is sent; the journal needs none.
fn for_plans(ctx: &Context) -> Cloud {
    let client = Client::new(Config {
        region: DEFAULT_REGION.to_owned(),
        site: None,
        endpoints: BTreeMap::new(),
        protocol: Protocol::Https,
        signature: SignatureVersion::V1,
        timeouts: Timeouts { connect: DEFAULT_TIMEOUT, read: DEFAULT_TIMEOUT },
        user_agent: own_user_agent(ctx.terraform_version()),
        common: Parameters::default(),
        credentials: Arc::new(NotYet),
    });
    Cloud::new(client, None, None, AccountType::Domestic)
}

/// The arguments that are not known yet, of those that decide who asks, and where.
fn unknown(block: &Partial<ProviderBlock>) -> Vec<Path> {
    macro_rules! unknown {
        ($($field:ident $token:ident),*) => {
            [$((ProviderBlock::$token.path(), block.$field.is_wholly_known())),*]
        };
    }
    let known = unknown!(
        access_key ACCESS_KEY, secret_key SECRET_KEY, security_token SECURITY_TOKEN, region REGION, profile PROFILE,
        shared_credentials_file SHARED_CREDENTIALS_FILE, ecs_role_name ECS_ROLE_NAME, credentials_uri CREDENTIALS_URI,
        account_id ACCOUNT_ID, account_type ACCOUNT_TYPE, protocol PROTOCOL, source_ip SOURCE_IP,
        secure_transport SECURE_TRANSPORT, skip_region_validation SKIP_REGION_VALIDATION,
        signature_version SIGNATURE_VERSION, endpoints ENDPOINTS, assume_role ASSUME_ROLE,
        assume_role_with_oidc ASSUME_ROLE_WITH_OIDC, quote_prices QUOTE_PRICES, purchase_guard PURCHASE_GUARD
    );
    known.into_iter().filter(|(_, is_known)| !is_known).map(|(path, _)| path).collect()
}

/// The plain block. What only says how long and as whom can wait for the apply.
fn known(mut block: Partial<ProviderBlock>) -> Result<ProviderBlock, Diagnostics> {
    for number in [&mut block.client_read_timeout, &mut block.client_connect_timeout, &mut block.max_retry_timeout] {
        if number.is_unknown() {
            *number = Attr::Null;
        }
    }
    if block.configuration_source.is_unknown() {
        block.configuration_source = Attr::Null;
    }
    block.complete()
}

/// What an argument gives. An empty text counts as nothing.
fn text(argument: &Option<String>) -> Option<String> {
    argument.clone().filter(|text| !text.is_empty())
}

/// The same for an argument that has a few values, in lower case.
fn choice(argument: &Option<String>) -> Option<String> {
    text(argument).map(|text| text.to_ascii_lowercase())
}

/// The variables that stand in for an argument, as messages name them.
fn variables<M: Model, T, A>(field: Field<M, T, A>) -> &'static [&'static str] {
    let attribute = M::block().attributes.into_iter().find(|attribute| attribute.name == field.name());
    attribute.map_or(&[], |attribute| attribute.env)
}

fn own_user_agent(terraform_version: &str) -> String {
    format!("terraform-provider-alicloud/{} Terraform/{terraform_version}", env!("CARGO_PKG_VERSION"))
}

fn user_agent(block: &ProviderBlock, terraform_version: &str) -> String {
    let own = own_user_agent(terraform_version);
    let appended = text(&block.configuration_source).unwrap_or_default();
    let appended = appended.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(MAX_CONFIGURATION_SOURCE);
    format!("{own} {}", appended.collect::<String>()).trim_end().to_owned()
}

/// The parameters that every request carries.
fn common(block: &ProviderBlock) -> Parameters {
    let table = [("SourceIp", text(&block.source_ip)), ("SecureTransport", choice(&block.secure_transport))];
    table.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn region(
    block: &ProviderBlock,
    variable: Option<&str>,
    profile: Option<&credentials::Chosen>,
) -> Result<String, Diagnostic> {
    let explicit =
        text(&block.region).map(|region| (region, variable.map(|name| format!("the environment variable {name}"))));
    let of_profile = || Some((profile?.region()?, Some("the profile".to_owned())));
    let (region, origin) = explicit.or_else(of_profile).unwrap_or_else(|| (DEFAULT_REGION.to_owned(), None));
    known_region(block.skip_region_validation, region, origin.as_deref())
}

/// The region, if it is known. `origin` is what gave it, where that is not the argument.
fn known_region(is_skipped: Option<bool>, region: String, origin: Option<&str>) -> Result<String, Diagnostic> {
    if is_skipped == Some(true) || regions::is_known(&region) {
        return Ok(region);
    }
    Err(unknown_region(&region, origin))
}

fn unknown_region(region: &str, origin: Option<&str>) -> Diagnostic {
    let origin = origin.map(|origin| format!(", from {origin},")).unwrap_or_default();
    let detail = format!(
        "The region {region:?}{origin} is not in the list of this provider. Similar regions: {}. If the region is newer than \
         this provider, set skip_region_validation = true.",
        regions::close_to(region).join(", ")
    );
    Diagnostic::error(format!("Unknown region {region:?}"), detail).at(ProviderBlock::REGION)
}

/// The endpoints that are set. Their variables count without a block too.
fn endpoints(given: &ProviderBlock, protocol: Protocol) -> Result<BTreeMap<Product, Endpoint>, Diagnostic> {
    let mut endpoints = BTreeMap::new();
    for (product, set, variables) in Endpoints::of(&given.endpoints) {
        let name = product.endpoint_name();
        let from_variable =
            |name: &&'static str| Some((*name, std::env::var(name).ok().filter(|text| !text.is_empty())?));
        let set = set.map(|text| (variables[0], text.to_owned())).or_else(|| variables.iter().find_map(from_variable));
        let Some((variable, text)) = set else { continue };
        let endpoint = Endpoint::parse(&text, protocol)
            .map_err(|error| invalid_endpoint(name, variable, &text, &error.to_string()))?;
        endpoints.insert(product, endpoint);
    }
    Ok(endpoints)
}

fn invalid_endpoint(name: &str, variable: &str, text: &str, error: &str) -> Diagnostic {
    // A value that is not just a host may contain a key.
    let shown = if text.contains(['@', '?']) { String::new() } else { format!(" {text:?}") };
    let detail = format!(
        "The endpoint{shown} is {error}. Nothing was sent. Correct {name} in the endpoints block of the provider, or the environment \
         variable {variable}."
    );
    Diagnostic::error(format!("Invalid endpoint for {name}"), detail).at(ProviderBlock::ENDPOINTS)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    let own = vec![
        long_configuration_source(),
        unknown_region("cn-hangzou", None),
        unknown_region("cn-hangzou", Some("the environment variable ALICLOUD_REGION")),
        invalid_endpoint("market", "MARKET_ENDPOINT", "http://", "not a host"),
    ];
    [own, credentials::samples(), guard::samples()].into_iter().flatten().collect()
}
