//! The provider block, with the environment variables that stand in for its arguments.

use super::variables;
use alicloud::endpoint::{Endpoint, Product, Protocol};
use tfplugin::{
    Model, Sensitive, Set,
    schema::Validator,
    value::{Number, Value},
};

use crate::purchase_guard;

/// Buys orders on Alibaba Cloud, each of them exactly once.
#[derive(Clone, Debug, Model)]
#[model(provider)]
pub struct ProviderBlock {
    /// The AccessKey ID.
    #[attr(env("ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_ID"))]
    pub(super) access_key: Option<String>,
    /// The AccessKey secret.
    #[attr(env("ALICLOUD_SECRET_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_ACCESS_KEY_SECRET"))]
    pub(super) secret_key: Option<Sensitive<String>>,
    /// The security token, if the keys are temporary.
    #[attr(env("ALICLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN", "ALIBABACLOUD_SECURITY_TOKEN"))]
    pub(super) security_token: Option<Sensitive<String>>,
    /// The region. It selects the endpoints, and purchases send it. Default `cn-beijing`.
    #[attr(env("ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"))]
    pub(super) region: Option<String>,
    /// A profile in the shared credentials file. Default: the current profile, if no other source of credentials is set.
    #[attr(env("ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"))]
    pub(super) profile: Option<String>,
    /// The shared credentials file. Default `~/.aliyun/config.json`.
    #[attr(env("ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE"))]
    pub(super) shared_credentials_file: Option<String>,
    /// The RAM role of the ECS instance that Terraform runs on.
    #[attr(env("ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA"))]
    pub(super) ecs_role_name: Option<String>,
    /// A URI that returns temporary credentials as JSON.
    #[attr(env("ALICLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_CREDENTIALS_URI"))]
    pub(super) credentials_uri: Option<String>,
    /// The ID of the account that the credentials must belong to. With the credentials of another account, the provider buys
    /// nothing.
    #[attr(env("ALICLOUD_ACCOUNT_ID", "ALIBABA_CLOUD_ACCOUNT_ID"))]
    pub(super) account_id: Option<String>,
    /// The site of the account: `Domestic` for the Chinese site, `International` for the international site. It selects the
    /// endpoints of the Marketplace and of billing. If omitted, the region selects them, and for billing the provider asks
    /// the other site if the first one does not serve the account.
    #[attr(one_of_ignore_case("Domestic", "International"), env("ALIBABA_CLOUD_ACCOUNT_TYPE"))]
    pub(super) account_type: Option<String>,
    /// The protocol of requests. Default `HTTPS`.
    #[attr(one_of_ignore_case("HTTP", "HTTPS"))]
    pub(super) protocol: Option<String>,
    /// The time limit for one response, in milliseconds. Default `60000`.
    #[attr(range(1..=i64::MAX), env("CLIENT_READ_TIMEOUT"))]
    pub(super) client_read_timeout: Option<i64>,
    /// The time limit for connecting, in milliseconds. Default `60000`.
    #[attr(range(1..=i64::MAX), env("CLIENT_CONNECT_TIMEOUT"))]
    pub(super) client_connect_timeout: Option<i64>,
    /// The time limit for one operation including all retries, in seconds. Default `0`: the `timeouts` of the resource.
    #[attr(range(0..=i64::MAX), env("MAX_RETRY_TIMEOUT"))]
    pub(super) max_retry_timeout: Option<i64>,
    /// Sent with every request as `SourceIp`.
    #[attr(env("ALICLOUD_SOURCE_IP", "ALIBABA_CLOUD_SOURCE_IP"))]
    pub(super) source_ip: Option<String>,
    /// Sent with every request as `SecureTransport`.
    #[attr(one_of_ignore_case("true", "false"), env("ALICLOUD_SECURE_TRANSPORT", "ALIBABA_CLOUD_SECURE_TRANSPORT"))]
    pub(super) secure_transport: Option<String>,
    /// Text to append to the `User-Agent` header, at most 1024 characters.
    #[attr(env("TF_APPEND_USER_AGENT"))]
    pub(super) configuration_source: Option<String>,
    /// Whether to accept a region that the provider does not know. Default `false`.
    #[attr(env("ALICLOUD_SKIP_REGION_VALIDATION"))]
    pub(super) skip_region_validation: Option<bool>,
    /// The signature of requests: `v1` (HMAC-SHA1) or `v3` (ACS3-HMAC-SHA256). Default `v1`.
    #[attr(one_of_ignore_case("v1", "v3"))]
    pub(super) signature_version: Option<String>,
    /// Whether plans ask for the price of each Marketplace order that they buy, with one request for each distinct purchase.
    /// Default `true`.
    pub(super) quote_prices: Option<bool>,
    /// Limits for what purchases may cost.
    #[attr(block, max = 1)]
    pub(super) purchase_guard: Set<PurchaseGuard>,
    /// A RAM role to assume with the credentials from any other source.
    #[attr(block, max = 1)]
    pub(super) assume_role: Set<AssumeRole>,
    /// A RAM role to assume with an OIDC token (workload identity), without other credentials.
    #[attr(block, max = 1)]
    pub(super) assume_role_with_oidc: Set<AssumeRoleWithOidc>,
    /// Endpoints to use instead of those of the region, such as a mock endpoint.
    #[attr(block)]
    pub(super) endpoints: Set<Endpoints>,
}

/// A block `endpoints`.
#[derive(Clone, Debug, Model)]
#[model(nested)]
pub(super) struct Endpoints {
    /// The endpoint of the Marketplace.
    #[attr(validator = endpoint(), env("ALIBABA_CLOUD_ENDPOINT_MARKET", "MARKET_ENDPOINT"))]
    pub(super) market: Option<String>,
    /// The endpoint of billing.
    #[attr(validator = endpoint(), env("ALIBABA_CLOUD_ENDPOINT_BSSOPENAPI", "BSSOPENAPI_ENDPOINT"))]
    pub(super) bssopenapi: Option<String>,
    /// The endpoint of PAI.
    #[attr(validator = endpoint(), env("ALIBABA_CLOUD_ENDPOINT_AIWORKSPACE", "AIWORKSPACE_ENDPOINT"))]
    pub(super) aiworkspace: Option<String>,
    /// The endpoint of STS.
    #[attr(validator = endpoint(), env("ALIBABA_CLOUD_ENDPOINT_STS", "STS_ENDPOINT"))]
    pub(super) sts: Option<String>,
}

/// A block `purchase_guard`.
#[derive(Clone, Debug, Model)]
#[model(nested)]
pub(super) struct PurchaseGuard {
    /// The highest price to pay for one order.
    #[attr(validator = purchase_guard::amount(), env("ALICLOUD_PURCHASE_MAX_PRICE"))]
    pub(super) max_price: Option<Number>,
    /// The highest total to pay for all orders of one Terraform run, including those of all aliases of the provider.
    #[attr(validator = purchase_guard::amount(), env("ALICLOUD_PURCHASE_MAX_TOTAL"))]
    pub(super) max_total: Option<Number>,
    /// The currency of all limits, including `max_price` of resources. Orders in another currency are not bought. Default
    /// `CNY`.
    #[attr(not_blank)]
    pub(super) currency: Option<String>,
    /// A period. The provider does not buy a product and SKU that the account ordered within it, unless this Terraform run
    /// placed that order or has it in its state. Does not apply to orders with a `client_token`.
    #[attr(validator = Validator::rule("a time such as 30m", is_time))]
    pub(super) recent_orders: Option<String>,
}

fn is_time(value: &Value) -> Option<String> {
    humantime::parse_duration(value.as_str()?).err().map(|_| "must be a time such as 30m".to_owned())
}

/// A block `assume_role`.
#[derive(Clone, Debug, Model)]
#[model(nested)]
pub(super) struct AssumeRole {
    /// The ARN of the role to assume, such as `acs:ram::123456789012:role/buyer`. Set it to `""` to assume no role.
    #[attr(env("ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN"))]
    pub(super) role_arn: Option<String>,
    /// The name of the role session. Default `terraform`.
    #[attr(env("ALICLOUD_ASSUME_ROLE_SESSION_NAME", "ALIBABA_CLOUD_ROLE_SESSION_NAME"))]
    pub(super) session_name: Option<String>,
    /// The lifetime of the role session, in seconds. Default `3600`.
    #[attr(range(900..=43_200), env("ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION"))]
    pub(super) session_expiration: Option<i64>,
    /// A policy that restricts the permissions of the role session further.
    pub(super) policy: Option<String>,
    /// The external ID that the owner of the role requires.
    pub(super) external_id: Option<String>,
}

/// A block `assume_role_with_oidc`.
#[derive(Clone, Debug, Model)]
#[model(nested)]
pub(super) struct AssumeRoleWithOidc {
    /// The ARN of the identity provider.
    #[attr(env("ALIBABA_CLOUD_OIDC_PROVIDER_ARN"))]
    pub(super) oidc_provider_arn: Option<String>,
    /// The ARN of the role to assume.
    #[attr(env("ALIBABA_CLOUD_ROLE_ARN"))]
    pub(super) role_arn: Option<String>,
    /// The OIDC token. Set either this or `oidc_token_file`.
    #[attr(env("ALIBABA_CLOUD_OIDC_TOKEN"))]
    pub(super) oidc_token: Option<Sensitive<String>>,
    /// The path of a file with the OIDC token. The provider reads it again for each role session.
    #[attr(env("ALIBABA_CLOUD_OIDC_TOKEN_FILE"))]
    pub(super) oidc_token_file: Option<String>,
    /// The name of the role session. Default `terraform`.
    #[attr(env("ALIBABA_CLOUD_ROLE_SESSION_NAME"))]
    pub(super) role_session_name: Option<String>,
    /// The lifetime of the role session, in seconds. Default `3600`.
    #[attr(range(900..=43_200))]
    pub(super) session_expiration: Option<i64>,
    /// A policy that restricts the permissions of the role session further.
    pub(super) policy: Option<String>,
}

/// What an endpoint has to be.
fn endpoint() -> Validator {
    Validator::rule("a host, host:port or URL", |value| {
        let text = value.as_str().filter(|text| !text.is_empty())?;
        Endpoint::parse(text, Protocol::Https).err().map(|error| format!("is {error}"))
    })
}

impl Endpoints {
    /// Each product with what the blocks say of it, and the variables that stand in.
    pub(super) fn of(blocks: &Set<Self>) -> [(Product, Option<&str>, &'static [&'static str]); 4] {
        let given = |field: fn(&Self) -> &Option<String>| {
            blocks.iter().find_map(|block| field(block).as_deref().filter(|text| !text.is_empty()))
        };
        [
            (Product::Market, given(|block| &block.market), variables(Self::MARKET)),
            (Product::Billing, given(|block| &block.bssopenapi), variables(Self::BSSOPENAPI)),
            (Product::AiWorkspace, given(|block| &block.aiworkspace), variables(Self::AIWORKSPACE)),
            (Product::Sts, given(|block| &block.sts), variables(Self::STS)),
        ]
    }
}
