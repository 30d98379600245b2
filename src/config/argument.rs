//! Arguments of the provider block, and the environment variables that stand in for them.

use std::env;

use tfplugin::value::{Path, Type, Value};

/// An argument, and the environment variables that stand in for it: the first that is set and not empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Argument {
    pub(super) name: &'static str,
    pub(super) variables: &'static [&'static str],
}

impl Argument {
    pub(super) const fn new(name: &'static str, variables: &'static [&'static str]) -> Self {
        Self { name, variables }
    }

    /// What this block, or else the environment, gives. An empty text counts as nothing.
    pub(super) fn text(&self, block: &Value) -> Option<String> {
        self.explicit(block).or_else(|| from_environment(self.variables).map(|(_, text)| text))
    }

    /// What this block gives.
    pub(super) fn explicit(&self, block: &Value) -> Option<String> {
        match block.get(self.name) {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The same for an argument that has a few values, in lower case.
    pub(super) fn choice(&self, block: &Value) -> Option<String> {
        self.text(block).map(|text| text.to_ascii_lowercase())
    }

    /// Whether it is given at all. No copy is made, since it may be a secret.
    pub(super) fn is_given(&self, block: &Value) -> bool {
        let is_set = |name: &&str| env::var_os(name).is_some_and(|text| !text.is_empty());
        match block.get(self.name) {
            Value::String(text) if !text.is_empty() => true,
            _ => self.variables.iter().any(is_set),
        }
    }

    /// Whether it is given and means yes.
    pub(super) fn is_true(&self, block: &Value) -> bool {
        self.text(block).and_then(|text| flag(&text)) == Some(true)
    }

    /// The variable that stands in for it now; none if the block gives it, or nobody does.
    pub(super) fn variable(&self, block: &Value) -> Option<(&'static str, String)> {
        if self.explicit(block).is_some() { None } else { from_environment(self.variables) }
    }

    /// What a variable's text means for an argument of this type; none if it means nothing.
    pub(super) fn parse(text: &str, ty: &Type) -> Option<Value> {
        match ty {
            Type::Bool => flag(text).map(Value::Bool),
            Type::Number => text.parse().ok().map(|number: i64| number.into()),
            _ => Some(text.into()),
        }
    }

    pub(super) fn path(&self) -> Path {
        Path::attribute(self.name)
    }
}

/// Yes and no as Go's strconv.ParseBool reads them, by which the existing provider's variables are read.
fn flag(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// The first of these variables that is set and not empty, and its text.
pub(super) fn from_environment(names: &[&'static str]) -> Option<(&'static str, String)> {
    names.iter().find_map(|name| Some((*name, env::var(name).ok().filter(|text| !text.is_empty())?)))
}

macro_rules! arguments {
    ($($constant:ident = $name:literal [$($variable:literal),*];)*) => {
        $(pub(super) const $constant: Argument = Argument::new($name, &[$($variable),*]);)*
    };
}

arguments! {
    ACCESS_KEY = "access_key" ["ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_ID"];
    SECRET_KEY = "secret_key"
        ["ALICLOUD_SECRET_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_ACCESS_KEY_SECRET"];
    SECURITY_TOKEN = "security_token"
        ["ALICLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN", "ALIBABACLOUD_SECURITY_TOKEN"];
    REGION = "region" ["ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"];
    PROFILE = "profile" ["ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"];
    SHARED_CREDENTIALS_FILE = "shared_credentials_file"
        ["ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE"];
    ECS_ROLE_NAME = "ecs_role_name" ["ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA"];
    CREDENTIALS_URI = "credentials_uri" ["ALICLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_CREDENTIALS_URI"];
    ACCOUNT_ID = "account_id" ["ALICLOUD_ACCOUNT_ID", "ALIBABA_CLOUD_ACCOUNT_ID"];
    ACCOUNT_TYPE = "account_type" ["ALIBABA_CLOUD_ACCOUNT_TYPE"];
    PROTOCOL = "protocol" [];
    CLIENT_READ_TIMEOUT = "client_read_timeout" ["CLIENT_READ_TIMEOUT"];
    CLIENT_CONNECT_TIMEOUT = "client_connect_timeout" ["CLIENT_CONNECT_TIMEOUT"];
    MAX_RETRY_TIMEOUT = "max_retry_timeout" ["MAX_RETRY_TIMEOUT"];
    SOURCE_IP = "source_ip" ["ALICLOUD_SOURCE_IP", "ALIBABA_CLOUD_SOURCE_IP"];
    SECURE_TRANSPORT = "secure_transport" ["ALICLOUD_SECURE_TRANSPORT", "ALIBABA_CLOUD_SECURE_TRANSPORT"];
    CONFIGURATION_SOURCE = "configuration_source" ["TF_APPEND_USER_AGENT"];
    SKIP_REGION_VALIDATION = "skip_region_validation" ["ALICLOUD_SKIP_REGION_VALIDATION"];
    SIGNATURE_VERSION = "signature_version" [];
    ROLE_ARN = "role_arn" ["ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN"];
    SESSION_NAME = "session_name" ["ALICLOUD_ASSUME_ROLE_SESSION_NAME", "ALIBABA_CLOUD_ROLE_SESSION_NAME"];
    SESSION_EXPIRATION = "session_expiration" ["ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION"];
    POLICY = "policy" [];
    EXTERNAL_ID = "external_id" [];
    OIDC_PROVIDER_ARN = "oidc_provider_arn" ["ALIBABA_CLOUD_OIDC_PROVIDER_ARN"];
    OIDC_ROLE_ARN = "role_arn" ["ALIBABA_CLOUD_ROLE_ARN"];
    OIDC_TOKEN = "oidc_token" ["ALIBABA_CLOUD_OIDC_TOKEN"];
    OIDC_TOKEN_FILE = "oidc_token_file" ["ALIBABA_CLOUD_OIDC_TOKEN_FILE"];
    OIDC_SESSION_NAME = "role_session_name" ["ALIBABA_CLOUD_ROLE_SESSION_NAME"];
    OIDC_SESSION_EXPIRATION = "session_expiration" [];
}

/// The arguments of the block itself that environment variables stand in for.
pub(super) const TOP: [Argument; 17] = [
    ACCESS_KEY,
    SECRET_KEY,
    SECURITY_TOKEN,
    REGION,
    PROFILE,
    SHARED_CREDENTIALS_FILE,
    ECS_ROLE_NAME,
    CREDENTIALS_URI,
    ACCOUNT_ID,
    ACCOUNT_TYPE,
    CLIENT_READ_TIMEOUT,
    CLIENT_CONNECT_TIMEOUT,
    MAX_RETRY_TIMEOUT,
    SOURCE_IP,
    SECURE_TRANSPORT,
    CONFIGURATION_SOURCE,
    SKIP_REGION_VALIDATION,
];

/// Every argument that environment variables stand in for: the block that it stands in, its name, and the variables.
pub(super) fn all() -> Vec<(&'static str, &'static str, &'static [&'static str])> {
    let of = |block: &'static str, arguments: &[Argument]| {
        arguments.iter().map(|argument| (block, argument.name, argument.variables)).collect::<Vec<_>>()
    };
    let assume_role = of("assume_role", &[ROLE_ARN, SESSION_NAME, SESSION_EXPIRATION]);
    let oidc = of(
        "assume_role_with_oidc",
        &[OIDC_PROVIDER_ARN, OIDC_ROLE_ARN, OIDC_TOKEN, OIDC_TOKEN_FILE, OIDC_SESSION_NAME],
    );
    [of("", &TOP), assume_role, oidc].concat()
}
