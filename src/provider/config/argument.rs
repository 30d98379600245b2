//! Arguments of the provider block, and the environment variables that stand in for them.

use std::env;

use crate::tfplugin::value::{Path, Value};

/// An argument, and the environment variables that stand in for it: the first that is set and not empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Argument {
    pub(super) name: &'static str,
    pub(super) variables: &'static [&'static str],
}

/// What was given for an argument.
#[derive(Debug)]
pub(super) enum Given {
    /// Nothing.
    Nothing,
    /// This text.
    Text(String),
    /// Something that is known only after apply.
    Later,
}

impl Argument {
    pub(super) const fn new(name: &'static str, variables: &'static [&'static str]) -> Self {
        Self { name, variables }
    }

    /// What this block, or else the environment, gives. An empty text counts as nothing.
    pub(super) fn given(&self, block: &Value) -> Given {
        match self.explicit(block) {
            Given::Nothing => from_environment(self.variables).map_or(Given::Nothing, Given::Text),
            given => given,
        }
    }

    /// What this block gives.
    pub(super) fn explicit(&self, block: &Value) -> Given {
        match block.get(self.name) {
            Value::Unknown(_) => Given::Later,
            Value::String(text) if !text.is_empty() => Given::Text(text.clone()),
            Value::Bool(flag) => Given::Text(flag.to_string()),
            Value::Number(number) => Given::Text(number.to_string()),
            _ => Given::Nothing,
        }
    }

    /// The text, if it is given and known.
    pub(super) fn text(&self, block: &Value) -> Option<String> {
        match self.given(block) {
            Given::Text(text) => Some(text),
            Given::Nothing | Given::Later => None,
        }
    }

    /// Whether it is given and means yes.
    pub(super) fn is_true(&self, block: &Value) -> bool {
        self.text(block).is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "true" | "1"))
    }

    pub(super) fn path(&self) -> Path {
        Path::attribute(self.name)
    }
}

/// The first of these variables that is set and not empty.
pub(super) fn from_environment(names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()))
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

/// Every argument that environment variables stand in for: the block that it stands in, its name, and the variables.
pub(super) fn all() -> Vec<(&'static str, &'static str, &'static [&'static str])> {
    let of = |block: &'static str, arguments: &[Argument]| {
        arguments.iter().map(|argument| (block, argument.name, argument.variables)).collect::<Vec<_>>()
    };
    let top = of(
        "",
        &[
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
        ],
    );
    let assume_role = of("assume_role", &[ROLE_ARN, SESSION_NAME, SESSION_EXPIRATION]);
    let oidc = of(
        "assume_role_with_oidc",
        &[OIDC_PROVIDER_ARN, OIDC_ROLE_ARN, OIDC_TOKEN, OIDC_TOKEN_FILE, OIDC_SESSION_NAME],
    );
    [top, assume_role, oidc].concat()
}
