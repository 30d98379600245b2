//! The provider block and its environment variables, and the client that they make.

use std::{collections::BTreeMap, env, sync::Arc, time::Duration};

use secrecy::SecretString;

use super::Cloud;
use crate::{
    alicloud::{
        client::{Client, Config, SignatureVersion, Timeouts},
        credentials::{Credentials, Source, StaticKeys},
        endpoint::{Endpoint, Product, Protocol},
        regions,
    },
    tfplugin::{
        diagnostics::{Diagnostic, Diagnostics},
        provider::Saved,
        schema::{Attribute, Block, NestedBlock, Nesting, Schema, Validator},
        value::{Path, Value},
    },
};

const ACCESS_KEY: Argument =
    Argument("access_key", &["ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_ID"]);
const SECRET_KEY: Argument = Argument(
    "secret_key",
    &["ALICLOUD_SECRET_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_ACCESS_KEY_SECRET"],
);
const SECURITY_TOKEN: Argument = Argument(
    "security_token",
    &["ALICLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN", "ALIBABACLOUD_SECURITY_TOKEN"],
);
const REGION: Argument = Argument("region", &["ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"]);
const SKIP_REGION_VALIDATION: Argument = Argument("skip_region_validation", &["ALICLOUD_SKIP_REGION_VALIDATION"]);
const PROTOCOL: Argument = Argument("protocol", &[]);
const SIGNATURE_VERSION: Argument = Argument("signature_version", &[]);

/// The endpoints that can be set: the product and its environment variable.
const ENDPOINTS: [(Product, &str); 2] = [(Product::Market, "MARKET_ENDPOINT"), (Product::Sts, "STS_ENDPOINT")];

/// The region where none is given.
const DEFAULT_REGION: &str = "cn-beijing";

/// An argument of the provider block and the environment variables that stand in for it, the first that is set and not
/// empty before the others.
struct Argument(&'static str, &'static [&'static str]);

/// What was given for an argument.
enum Given {
    /// Nothing.
    Nothing,
    /// This text.
    Text(String),
    /// Something that is known only after apply.
    Later,
}

impl Argument {
    fn given(&self, block: &Value) -> Given {
        match block.get(self.0) {
            Value::Unknown(_) => Given::Later,
            Value::String(text) if !text.is_empty() => Given::Text(text.clone()),
            Value::Bool(flag) => Given::Text(flag.to_string()),
            Value::Number(number) => Given::Text(number.to_string()),
            _ => from_environment(self.1).map_or(Given::Nothing, Given::Text),
        }
    }

    fn text(&self, block: &Value) -> Option<String> {
        match self.given(block) {
            Given::Text(text) => Some(text),
            Given::Nothing | Given::Later => None,
        }
    }

    fn path(&self) -> Path {
        Path::attribute(self.0)
    }
}

fn from_environment(names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()))
}

/// The provider block.
pub(super) fn schema() -> Schema {
    let endpoints = ENDPOINTS.iter().map(|(product, _)| {
        Attribute::string(product.endpoint_name())
            .valid(Validator::Rule(is_endpoint, "a host, host:port or URL"))
            .describe("A host, `host:port` or URL to use instead of the region's endpoint.")
    });
    let endpoints = Block {
        attributes: endpoints.collect(),
        description: "Endpoints that are not the region's, such as those of a mock.",
        ..Block::default()
    };
    let attributes = vec![
        Attribute::string(ACCESS_KEY.0).describe("The AccessKey id."),
        Attribute::string(SECRET_KEY.0).sensitive().describe("The AccessKey secret."),
        Attribute::string(SECURITY_TOKEN.0).sensitive().describe("The security token of temporary keys."),
        Attribute::string(REGION.0)
            .describe("The region. It decides the endpoints, and purchases send it. Default `cn-beijing`."),
        Attribute::string(PROTOCOL.0)
            .valid(Validator::OneOf(&["HTTP", "HTTPS"]))
            .describe("How requests travel. Default `HTTPS`."),
        Attribute::bool(SKIP_REGION_VALIDATION.0)
            .describe("Whether to accept a region that this provider does not know. Default `false`."),
        Attribute::string(SIGNATURE_VERSION.0)
            .valid(Validator::OneOf(&["v1", "v3"]))
            .describe("`v1` signs with HMAC-SHA1 as the API documents say, `v3` with ACS3-HMAC-SHA256. Default `v1`."),
    ];
    Schema {
        version: 0,
        block: Block {
            attributes,
            blocks: vec![NestedBlock::new("endpoints", Nesting::Set, endpoints)],
            description: "Buys Alibaba Cloud orders, and never buys one twice.",
            deprecated: None,
        },
    }
}

fn is_endpoint(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    if text.is_empty() {
        return None;
    }
    Endpoint::parse(text, Protocol::Https).err().map(|error| format!("is {error}"))
}

/// Checks what can be told before values are known and without the environment of an apply.
pub(super) fn validate(config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    if let Err(error) = region(config) {
        diagnostics.push(error);
    }
    diagnostics
}

/// Makes the client. No network is touched.
pub(super) fn configure(config: &Value, terraform_version: &str) -> Result<Saved<Cloud>, Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut warnings = Diagnostics::default();
    let mut or_error = |error: Diagnostic| errors.push(error);
    let region = region(config).map_err(&mut or_error).unwrap_or_default();
    let credentials = credentials(config).map_err(&mut or_error).ok();
    let protocol = match PROTOCOL.text(config).as_deref() {
        Some("HTTP") => Protocol::Http,
        _ => Protocol::Https,
    };
    let endpoints = endpoints(config, protocol).map_err(&mut or_error).unwrap_or_default();
    let Some(credentials) = credentials.filter(|_| !errors.has_errors()) else { return Err(errors) };
    let client = Client::new(Config {
        region,
        endpoints,
        protocol,
        signature: match SIGNATURE_VERSION.text(config).as_deref() {
            Some("v3") => SignatureVersion::V3,
            _ => SignatureVersion::V1,
        },
        timeouts: Timeouts { connect: Duration::from_secs(60), read: Duration::from_secs(60) },
        user_agent: user_agent(terraform_version),
        common: BTreeMap::new(),
        credentials,
    });
    let client = client.map_err(|error| Diagnostic::error("No client", error.to_string()))?;
    for (product, _) in ENDPOINTS {
        if let Ok(endpoint) = client.endpoint(product)
            && endpoint.is_exposed()
        {
            warnings.push(exposed(&endpoint));
        }
    }
    Ok(Saved { value: Cloud { client }, warnings })
}

fn exposed(endpoint: &Endpoint) -> Diagnostic {
    let detail = format!(
        "Requests to {endpoint} travel in the clear: anyone on the way can read and repeat them for a while. Set \
         protocol = \"HTTPS\", or name the endpoint with https://."
    );
    Diagnostic::warning("Requests are not encrypted", detail).at(PROTOCOL.path())
}

fn user_agent(terraform_version: &str) -> String {
    format!("terraform-provider-alicloud/{} Terraform/{terraform_version}", env!("CARGO_PKG_VERSION"))
}

fn region(config: &Value) -> Result<String, Diagnostic> {
    let region = REGION.text(config).unwrap_or_else(|| DEFAULT_REGION.to_owned());
    let skip = SKIP_REGION_VALIDATION.text(config).is_some_and(|text| matches!(text.as_str(), "true" | "1"));
    if skip || regions::is_known(&region) {
        return Ok(region);
    }
    let detail = format!(
        "There is no region {region:?} that this provider knows. Close to it: {}. For a region that is newer than this \
         provider, set skip_region_validation = true.",
        regions::close_to(&region).join(", ")
    );
    Err(Diagnostic::error("Unknown region", detail).at(REGION.path()))
}

fn endpoints(config: &Value, protocol: Protocol) -> Result<BTreeMap<Product, Endpoint>, Diagnostic> {
    let blocks = config.get("endpoints").as_list().unwrap_or_default();
    let mut endpoints = BTreeMap::new();
    for (product, variable) in ENDPOINTS {
        let name = product.endpoint_name();
        let set = blocks.iter().find_map(|block| block.get(name).as_str().filter(|text| !text.is_empty()));
        let Some(text) = set.map(str::to_owned).or_else(|| from_environment(&[variable])) else { continue };
        let endpoint = Endpoint::parse(&text, protocol).map_err(|error| {
            let detail = format!("The endpoint {text:?} for {name} (or {variable}) is {error}. Nothing was sent.");
            Diagnostic::error("Invalid endpoint", detail).at(Path::attribute("endpoints"))
        })?;
        endpoints.insert(product, endpoint);
    }
    Ok(endpoints)
}

fn credentials(config: &Value) -> Result<Arc<dyn Source>, Diagnostic> {
    let missing = |argument: &Argument, other: &Argument| {
        let detail = format!(
            "{} is given without {}. Give both: in the provider block, or as the environment variables {} and {}.",
            other.0, argument.0, argument.1[0], other.1[0]
        );
        Err(Diagnostic::error("Incomplete credentials", detail).at(argument.path()))
    };
    match (ACCESS_KEY.given(config), SECRET_KEY.given(config)) {
        (Given::Text(id), Given::Text(secret)) => {
            let token = SECURITY_TOKEN.text(config).map(SecretString::from);
            Ok(Arc::new(StaticKeys::new(Credentials::new(id, secret.into(), token))))
        }
        (Given::Text(_), Given::Nothing) => missing(&SECRET_KEY, &ACCESS_KEY),
        (Given::Nothing, Given::Text(_)) => missing(&ACCESS_KEY, &SECRET_KEY),
        (Given::Nothing, Given::Nothing) => {
            let detail = "The provider has nothing to sign requests with. Give an AccessKey pair: access_key and \
                          secret_key in the provider block, or ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY (also \
                          ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET) in the environment.";
            Err(Diagnostic::error("No credentials", detail))
        }
        (Given::Later, _) | (_, Given::Later) => Ok(Arc::new(super::cloud::NotYet)),
    }
}
