//! The provider block.

use super::argument::*;
use alicloud::endpoint::{Endpoint, Product, Protocol};
use tfplugin::{
    schema::{Attribute, Block, NestedBlock, Nesting, Schema, Validator},
    value::Value,
};

/// The endpoints that can be set: the product and its environment variables, in the existing provider's order.
pub(super) const ENDPOINTS: [(Product, [&str; 2]); 4] = [
    (Product::Market, ["ALIBABA_CLOUD_ENDPOINT_MARKET", "MARKET_ENDPOINT"]),
    (Product::Billing, ["ALIBABA_CLOUD_ENDPOINT_BSSOPENAPI", "BSSOPENAPI_ENDPOINT"]),
    (Product::AiWorkspace, ["ALIBABA_CLOUD_ENDPOINT_AIWORKSPACE", "AIWORKSPACE_ENDPOINT"]),
    (Product::Sts, ["ALIBABA_CLOUD_ENDPOINT_STS", "STS_ENDPOINT"]),
];

/// How long a role's session may last, in seconds.
const SESSION: Validator = Validator::Whole(900, 43_200);

/// The longest text that is appended to the header `User-Agent`, in characters.
pub(super) const MAX_CONFIGURATION_SOURCE: usize = 1024;

/// The schema of the provider block.
pub(crate) fn schema() -> Schema {
    let block = |name, nesting, description, attributes| {
        let block = Block { attributes, description, ..Block::default() };
        NestedBlock::new(name, nesting, block)
    };
    Schema {
        version: 0,
        block: Block {
            attributes: arguments(),
            blocks: vec![
                block(
                    "endpoints",
                    Nesting::Set,
                    "Endpoints that are not the region's, such as those of a mock.",
                    endpoints(),
                ),
                block(
                    "assume_role",
                    Nesting::Set,
                    "A RAM role to assume with the credentials that everything else here gives.",
                    assume_role(),
                )
                .at_most(1),
                block(
                    "assume_role_with_oidc",
                    Nesting::Set,
                    "A RAM role to assume with a token of an identity provider, without other credentials.",
                    assume_role_with_oidc(),
                )
                .at_most(1),
            ],
            description: "Buys Alibaba Cloud orders, and never buys one twice.",
            deprecated: None,
        },
    }
}

fn arguments() -> Vec<Attribute> {
    let text = |argument: Argument, description| Attribute::string(argument.name).describe(description);
    let milliseconds = |argument: Argument, description| {
        Attribute::number(argument.name).valid(Validator::Whole(1, i64::MAX)).describe(description)
    };
    vec![
        text(ACCESS_KEY, "The AccessKey id."),
        text(SECRET_KEY, "The AccessKey secret.").sensitive(),
        text(SECURITY_TOKEN, "The security token of temporary keys.").sensitive(),
        text(REGION, "The region. It decides the endpoints, and purchases send it. Default `cn-beijing`."),
        text(PROFILE, "A profile in the shared credentials file. Default: its current one, if nothing else is given."),
        text(SHARED_CREDENTIALS_FILE, "The shared credentials file. Default `~/.aliyun/config.json`."),
        text(ECS_ROLE_NAME, "The RAM role of the ECS instance that Terraform runs on."),
        text(CREDENTIALS_URI, "A URI that answers temporary credentials as JSON."),
        text(ACCOUNT_ID, "The account that the credentials must belong to. Orders of another one are refused."),
        text(ACCOUNT_TYPE, "`Domestic` for an account of the Chinese site, `International` for another. It selects the endpoints of the Marketplace and of billing. Where it is omitted, the region does, and billing asks the other site if the first one does not serve the account.")
            .valid(Validator::AnyCase(&["Domestic", "International"])),
        text(PROTOCOL, "How requests travel. Default `HTTPS`.").valid(Validator::AnyCase(&["HTTP", "HTTPS"])),
        milliseconds(CLIENT_READ_TIMEOUT, "How long one reply may take, in milliseconds. Default 60000."),
        milliseconds(CLIENT_CONNECT_TIMEOUT, "How long connecting may take, in milliseconds. Default 60000."),
        Attribute::number(MAX_RETRY_TIMEOUT.name).valid(Validator::Whole(0, i64::MAX)).describe(
            "The longest that one operation may take, all attempts together, in seconds. Default 0: each operation's own.",
        ),
        text(SOURCE_IP, "Sent with every request as `SourceIp`."),
        text(SECURE_TRANSPORT, "Sent with every request as `SecureTransport`.")
            .valid(Validator::AnyCase(&["true", "false"])),
        text(CONFIGURATION_SOURCE, "Appended to the header `User-Agent`, at most 1024 characters.")
            .valid(Validator::Length(0, MAX_CONFIGURATION_SOURCE)),
        Attribute::bool(SKIP_REGION_VALIDATION.name)
            .describe("Whether to accept a region that this provider does not know. Default `false`."),
        text(
            SIGNATURE_VERSION,
            "`v1` signs with HMAC-SHA1 as the API documents say, `v3` with ACS3-HMAC-SHA256. Default `v1`.",
        )
        .valid(Validator::AnyCase(&["v1", "v3"])),
    ]
}

fn endpoints() -> Vec<Attribute> {
    let endpoint = |(product, _): &(Product, [&str; 2])| {
        Attribute::string(product.endpoint_name())
            .valid(Validator::Rule(is_endpoint, "a host, host:port or URL"))
            .describe("A host, `host:port` or URL.")
    };
    ENDPOINTS.iter().map(endpoint).collect()
}

fn assume_role() -> Vec<Attribute> {
    vec![
        Attribute::string(ROLE_ARN.name).describe("The role, such as `acs:ram::123456789012:role/buyer`. Empty: none."),
        Attribute::string(SESSION_NAME.name).describe("The name of the session. Default `terraform`."),
        Attribute::number(SESSION_EXPIRATION.name)
            .valid(SESSION)
            .describe("How long the session lasts, in seconds. Default 3600."),
        Attribute::string(POLICY.name).describe("A policy that narrows the role."),
        Attribute::string(EXTERNAL_ID.name).describe("The external id that the role's owner asks for."),
    ]
}

fn assume_role_with_oidc() -> Vec<Attribute> {
    vec![
        Attribute::string(OIDC_PROVIDER_ARN.name).describe("The identity provider."),
        Attribute::string(OIDC_ROLE_ARN.name).describe("The role."),
        Attribute::string(OIDC_TOKEN.name).sensitive().describe("The token. Give either this or `oidc_token_file`."),
        Attribute::string(OIDC_TOKEN_FILE.name)
            .describe("A file with the token, which is read again for each session."),
        Attribute::string(OIDC_SESSION_NAME.name).describe("The name of the session. Default `terraform`."),
        Attribute::number(OIDC_SESSION_EXPIRATION.name)
            .valid(SESSION)
            .describe("How long the session lasts, in seconds. Default 3600."),
        Attribute::string(POLICY.name).describe("A policy that narrows the role."),
    ]
}

fn is_endpoint(value: &Value) -> Option<String> {
    let text = value.as_str().filter(|text| !text.is_empty())?;
    Endpoint::parse(text, Protocol::Https).err().map(|error| format!("is {error}"))
}
