//! Which source of credentials a provider block and its environment mean.
//!
//! The sources are tried in the order in which the existing provider tries them, and the first that is given is taken: a
//! pair of keys, a named profile, a credentials URI, an instance role, an `assume_role_with_oidc` block, and at last the
//! current profile of the shared credentials file. An `assume_role` block then assumes its role with them.

use std::{path::PathBuf, sync::Arc};

use secrecy::SecretString;

use super::argument::*;
use alicloud::{
    client::Client,
    credentials::{
        AssumeRole, AssumeRoleWithOidc, Cached, Credentials, CredentialsUri, EcsRole, NoCredentials, Role, Source,
        StaticKeys, Token,
        profile::{Profile, ProfileFile},
    },
};
use tfplugin::{
    diagnostics::Diagnostic,
    value::{Path, Value},
};

/// A profile that the configuration or the environment leads to.
pub(super) struct Chosen {
    file: ProfileFile,
    profile: Profile,
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
    let wrong = |argument: Argument| move |error: NoCredentials| invalid(argument.path(), &error.what);
    let file = ProfileFile::read(&path).map_err(wrong(SHARED_CREDENTIALS_FILE))?;
    let profile = file.profile(name.as_deref()).map_err(wrong(PROFILE))?.clone();
    Ok(Some(Chosen { file, profile }))
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
        || role_block(config, OIDC).is_some()
}

/// The sources that the block itself can give, in the order in which they are tried.
const GIVEN_IN_BLOCK: [&str; 5] = [ACCESS_KEY.name, PROFILE.name, CREDENTIALS_URI.name, ECS_ROLE_NAME.name, OIDC];

const OIDC: &str = "assume_role_with_oidc";

/// The source of credentials, with a warning for each source that the block gives and that is not used. `client` sends
/// what STS has to be asked, and `metadata_service` is where an instance's role is asked for; nothing is sent yet.
pub(super) fn source(
    config: &Value,
    profile: Option<Chosen>,
    client: &Client,
    metadata_service: &str,
) -> Result<(Arc<dyn Source>, Vec<Diagnostic>), Diagnostic> {
    let (base, used) = base(config, profile, client, metadata_service)?;
    let is_in_block = |name: &&str| match config.get(name) {
        Value::String(text) => !text.is_empty(),
        Value::Set(blocks) | Value::List(blocks) => !blocks.is_empty(),
        _ => false,
    };
    let unused = GIVEN_IN_BLOCK.into_iter().filter(|name| *name != used).filter(is_in_block);
    let warnings = unused.map(|name| not_used(name, used)).collect();
    let Some(block) = role_block(config, "assume_role") else { return Ok((base, warnings)) };
    // A block that says "" wants no role, whatever the environment says.
    if block.get(ROLE_ARN.name).as_str() == Some("") {
        return Ok((base, warnings));
    }
    let role = Role {
        arn: required(ROLE_ARN, block, "assume_role")?,
        session_name: SESSION_NAME.text(block).unwrap_or_else(|| "terraform".to_owned()),
        seconds: seconds(SESSION_EXPIRATION, block, "assume_role")?,
        policy: POLICY.text(block).unwrap_or_default(),
        external_id: EXTERNAL_ID.text(block).unwrap_or_default(),
    };
    Ok((Arc::new(Cached::new(AssumeRole::new(client.with_credentials(base), role))), warnings))
}

fn not_used(name: &'static str, used: &str) -> Diagnostic {
    let detail = format!(
        "The credentials come from {used}, which comes before {name}, so that {name} is not used. Take one of the two out \
         of the provider block, or out of the environment."
    );
    Diagnostic::warning(format!("{name} is not used"), detail).at(Path::attribute(name))
}

/// The first source that is given, and its name.
fn base(
    config: &Value,
    profile: Option<Chosen>,
    client: &Client,
    metadata_service: &str,
) -> Result<(Arc<dyn Source>, &'static str), Diagnostic> {
    match (ACCESS_KEY.text(config), SECRET_KEY.text(config).map(SecretString::from)) {
        (Some(id), Some(secret)) => {
            let token = SECURITY_TOKEN.text(config).map(SecretString::from);
            return Ok((Arc::new(StaticKeys::new(Credentials::new(id, secret, token))), ACCESS_KEY.name));
        }
        (Some(_), None) => return Err(half(SECRET_KEY, ACCESS_KEY)),
        (None, Some(_)) => return Err(half(ACCESS_KEY, SECRET_KEY)),
        (None, None) => {}
    }
    let wrong = |argument: Argument| move |error: NoCredentials| invalid(argument.path(), &error.what);
    if let Some(Chosen { file, profile }) = profile {
        return Ok((file.source(&profile, client, metadata_service).map_err(wrong(PROFILE))?, PROFILE.name));
    }
    if let Some(uri) = CREDENTIALS_URI.text(config) {
        let source = CredentialsUri::new(&uri).map_err(wrong(CREDENTIALS_URI))?;
        return Ok((Arc::new(Cached::new(source)), CREDENTIALS_URI.name));
    }
    if let Some(role) = ECS_ROLE_NAME.text(config) {
        return Ok((Arc::new(Cached::new(EcsRole::new(metadata_service, Some(role)))), ECS_ROLE_NAME.name));
    }
    let block = role_block(config, OIDC).ok_or_else(none)?;
    Ok((oidc(block, client)?, OIDC))
}

fn oidc(block: &Value, client: &Client) -> Result<Arc<dyn Source>, Diagnostic> {
    let path = |argument: Argument| Path::attribute(OIDC).dot(argument.name);
    let role = Role {
        arn: required(OIDC_ROLE_ARN, block, OIDC)?,
        session_name: OIDC_SESSION_NAME.text(block).unwrap_or_else(|| "terraform".to_owned()),
        seconds: seconds(OIDC_SESSION_EXPIRATION, block, OIDC)?,
        policy: POLICY.text(block).unwrap_or_default(),
        external_id: String::new(),
    };
    let provider_arn = required(OIDC_PROVIDER_ARN, block, OIDC)?;
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
                    "{OIDC} needs exactly one of oidc_token and oidc_token_file, and {what}. They can also come from {} \
                     and {}.",
                    OIDC_TOKEN.variables[0], OIDC_TOKEN_FILE.variables[0]
                );
                return Err(Diagnostic::error("Incomplete credentials", detail).at(path(OIDC_TOKEN)));
            }
        },
    };
    // It is read again for each session; here it only has to be there.
    token.check().map_err(|error| invalid(path(OIDC_TOKEN_FILE), &error.what))?;
    Ok(Arc::new(Cached::new(AssumeRoleWithOidc::new(client.clone(), provider_arn, token, role))))
}

fn required(argument: Argument, block: &Value, name: &str) -> Result<String, Diagnostic> {
    argument.text(block).ok_or_else(|| {
        let variables = argument.variables.join(" or ");
        let detail = format!("{name} needs {}: give it in the block, or as {variables}.", argument.name);
        Diagnostic::error("Incomplete credentials", detail).at(Path::attribute(name).dot(argument.name))
    })
}

fn role_block<'v>(config: &'v Value, name: &str) -> Option<&'v Value> {
    config.get(name).as_list().and_then(<[Value]>::first)
}

fn seconds(argument: Argument, block: &Value, name: &str) -> Result<i64, Diagnostic> {
    let Some(text) = argument.text(block) else { return Ok(3600) };
    text.parse().ok().filter(|seconds| (900..=43_200).contains(seconds)).ok_or_else(|| {
        let whose = argument.variable(block).map_or_else(
            || format!("{name}.session_expiration"),
            |(variable, _)| {
                format!("The environment variable {variable}, which stands in for {name}.session_expiration,")
            },
        );
        let detail = format!("{whose} must be a whole number from 900 to 43200. It is {text:?}.");
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
- a sidecar: credentials_uri, or ALICLOUD_CREDENTIALS_URI
- the role of an ECS instance: ecs_role_name, or ALICLOUD_ECS_ROLE_NAME
- an identity provider's token: an assume_role_with_oidc block";
    Diagnostic::error("No credentials", detail).at(ACCESS_KEY.path())
}
