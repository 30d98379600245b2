//! Which source of credentials a provider block and its environment mean.
//!
//! The sources are tried in this order, and the first that is given is taken: an `assume_role_with_oidc` block, a pair
//! of keys, a named profile, an instance role, a credentials URI, and at last the current profile of the shared
//! credentials file. An `assume_role` block then assumes its role with them.

use std::{path::PathBuf, sync::Arc};

use secrecy::SecretString;

use super::argument::*;
use crate::{
    alicloud::{
        client::Client,
        credentials::{
            AssumeRole, AssumeRoleWithOidc, Cached, Credentials, CredentialsUri, EcsRole, NoCredentials, Role, Source,
            StaticKeys, Token,
            profile::{Profile, ProfileFile},
        },
    },
    tfplugin::{
        diagnostics::Diagnostic,
        value::{Path, Value},
    },
};

/// A profile that the configuration or the environment leads to.
pub(super) struct Chosen {
    file: ProfileFile,
    profile: Profile,
    argument: Argument,
}

impl Chosen {
    /// The profile's region; none where it has none.
    pub(super) fn region(&self) -> Option<String> {
        Some(self.profile.region_id.clone()).filter(|region| !region.is_empty())
    }
}

/// The profile to read: the one that is named, or else the current one if no other source is given.
pub(super) fn profile(config: &Value) -> Result<Option<Chosen>, Diagnostic> {
    let name = PROFILE.text(config);
    if name.is_none() && has_other_source(config) {
        return Ok(None);
    }
    let is_wanted = name.is_some() || SHARED_CREDENTIALS_FILE.is_given(config);
    let Some(path) = file(config) else { return Ok(None) };
    if !is_wanted && !path.exists() {
        return Ok(None);
    }
    let wrong = |argument: Argument| move |error: NoCredentials| invalid(argument.path(), &error.0);
    let file = ProfileFile::read(&path).map_err(wrong(SHARED_CREDENTIALS_FILE))?;
    let profile = file.profile(name.as_deref()).map_err(wrong(PROFILE))?.clone();
    Ok(Some(Chosen { file, profile, argument: PROFILE }))
}

fn file(config: &Value) -> Option<PathBuf> {
    let home = || std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    match SHARED_CREDENTIALS_FILE.text(config) {
        Some(text) => match text.strip_prefix("~/") {
            Some(rest) => Some(home()?.join(rest)),
            None => Some(text.into()),
        },
        None => Some(home()?.join(".aliyun/config.json")),
    }
}

fn has_other_source(config: &Value) -> bool {
    [ACCESS_KEY, SECRET_KEY, ECS_ROLE_NAME, CREDENTIALS_URI].iter().any(|argument| argument.is_given(config))
        || role_block(config, "assume_role_with_oidc").is_some()
}

/// The source of credentials. `client` sends what STS has to be asked, and `metadata_service` is where an instance's role
/// is asked for; nothing is sent yet.
pub(super) fn source(
    config: &Value,
    profile: Option<Chosen>,
    client: &Client,
    metadata_service: &str,
) -> Result<Arc<dyn Source>, Diagnostic> {
    let base = match oidc(config, client)? {
        Some(source) => source,
        None => base(config, profile, client, metadata_service)?,
    };
    let Some(block) = role_block(config, "assume_role") else { return Ok(base) };
    // A block that says "" wants no role, whatever the environment says.
    let arn = if block.get(ROLE_ARN.name).as_str() == Some("") { None } else { ROLE_ARN.text(block) };
    let Some(arn) = arn else { return Ok(base) };
    let role = Role {
        arn,
        session_name: SESSION_NAME.text(block).unwrap_or_else(|| "terraform".to_owned()),
        seconds: seconds(SESSION_EXPIRATION, block, "assume_role")?,
        policy: POLICY.text(block).unwrap_or_default(),
        external_id: EXTERNAL_ID.text(block).unwrap_or_default(),
    };
    Ok(Arc::new(Cached::new(AssumeRole::new(client.with_credentials(base), role))))
}

fn base(
    config: &Value,
    profile: Option<Chosen>,
    client: &Client,
    metadata_service: &str,
) -> Result<Arc<dyn Source>, Diagnostic> {
    match (ACCESS_KEY.text(config), SECRET_KEY.text(config).map(SecretString::from)) {
        (Some(id), Some(secret)) => {
            let token = SECURITY_TOKEN.text(config).map(SecretString::from);
            return Ok(Arc::new(StaticKeys::new(Credentials::new(id, secret, token))));
        }
        (Some(_), None) => return Err(half(SECRET_KEY, ACCESS_KEY)),
        (None, Some(_)) => return Err(half(ACCESS_KEY, SECRET_KEY)),
        (None, None) => {}
    }
    let wrong = |argument: Argument| move |error: NoCredentials| invalid(argument.path(), &error.0);
    if let Some(Chosen { file, profile, argument }) = profile {
        return file.source(&profile, client, metadata_service).map_err(wrong(argument));
    }
    if let Some(role) = ECS_ROLE_NAME.text(config) {
        return Ok(Arc::new(Cached::new(EcsRole::new(metadata_service, Some(role)))));
    }
    let uri = CREDENTIALS_URI.text(config).ok_or_else(none)?;
    Ok(Arc::new(Cached::new(CredentialsUri::new(&uri).map_err(wrong(CREDENTIALS_URI))?)))
}

fn oidc(config: &Value, client: &Client) -> Result<Option<Arc<dyn Source>>, Diagnostic> {
    const BLOCK: &str = "assume_role_with_oidc";
    let Some(block) = role_block(config, BLOCK) else { return Ok(None) };
    let path = |argument: Argument| Path::attribute(BLOCK).dot(argument.name);
    let required = |argument: Argument| {
        argument.text(block).ok_or_else(|| {
            let variables = argument.variables.join(" or ");
            let detail = format!("{BLOCK} needs {}: give it in the block, or as {variables}.", argument.name);
            Diagnostic::error("Incomplete credentials", detail).at(path(argument))
        })
    };
    let role = Role {
        arn: required(OIDC_ROLE_ARN)?,
        session_name: OIDC_SESSION_NAME.text(block).unwrap_or_else(|| "terraform".to_owned()),
        seconds: seconds(OIDC_SESSION_EXPIRATION, block, BLOCK)?,
        policy: POLICY.text(block).unwrap_or_default(),
        external_id: String::new(),
    };
    let provider_arn = required(OIDC_PROVIDER_ARN)?;
    // What the block says settles which of the two is meant; the environment only fills in.
    let explicit = (OIDC_TOKEN.explicit(block), OIDC_TOKEN_FILE.explicit(block));
    let token = match explicit {
        (Some(token), None) => Token::Given(token.into()),
        (None, Some(file)) => Token::File(file.into()),
        _ => match (OIDC_TOKEN.text(block), OIDC_TOKEN_FILE.text(block)) {
            (Some(token), None) => Token::Given(token.into()),
            (None, Some(file)) => Token::File(file.into()),
            (both, _) => {
                let what = if both.is_some() { "both are given" } else { "neither is given" };
                let detail = format!(
                    "{BLOCK} needs exactly one of oidc_token and oidc_token_file, and {what}. They can also come from {} \
                     and {}.",
                    OIDC_TOKEN.variables[0], OIDC_TOKEN_FILE.variables[0]
                );
                return Err(Diagnostic::error("Incomplete credentials", detail).at(path(OIDC_TOKEN)));
            }
        },
    };
    let fetch = AssumeRoleWithOidc::new(client.clone(), provider_arn, token, role);
    Ok(Some(Arc::new(Cached::new(fetch))))
}

fn role_block<'v>(config: &'v Value, name: &str) -> Option<&'v Value> {
    config.get(name).as_list().and_then(<[Value]>::first)
}

fn seconds(argument: Argument, block: &Value, name: &str) -> Result<i64, Diagnostic> {
    let Some(text) = argument.text(block) else { return Ok(3600) };
    text.parse().ok().filter(|seconds| (900..=43_200).contains(seconds)).ok_or_else(|| {
        let detail = format!("{name}.session_expiration must be a whole number from 900 to 43200. It is {text}.");
        Diagnostic::error("Invalid session_expiration", detail).at(Path::attribute(name).dot(argument.name))
    })
}

fn half(missing: Argument, given: Argument) -> Diagnostic {
    let detail = format!(
        "{} is given without {}. Give both: in the provider block, or as the environment variables {} and {}.",
        given.name, missing.name, missing.variables[0], given.variables[0]
    );
    Diagnostic::error("Incomplete credentials", detail).at(missing.path())
}

fn invalid(path: Path, what: &str) -> Diagnostic {
    let mut detail = what.to_owned();
    if let Some(first) = detail.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Diagnostic::error("Invalid credentials", format!("{}.", detail.trim_end_matches('.'))).at(path)
}

fn none() -> Diagnostic {
    let detail = "The provider has nothing to sign requests with. Give one of these:

- an AccessKey pair: access_key and secret_key in the provider block, or ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY \
                  (also ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET) in the environment
- a profile: profile, or ALICLOUD_PROFILE, naming one in ~/.aliyun/config.json
- the role of an ECS instance: ecs_role_name, or ALICLOUD_ECS_ROLE_NAME
- a sidecar: credentials_uri, or ALICLOUD_CREDENTIALS_URI
- an identity provider's token: an assume_role_with_oidc block";
    Diagnostic::error("No credentials", detail).at(ACCESS_KEY.path())
}
