//! Which source of credentials a provider block and its environment mean.
//!
//! The sources are tried in the order in which the existing provider tries them, and the first that is given is taken: a
//! pair of keys, a named profile, a credentials URI, an instance role, an `assume_role_with_oidc` block, and finally the
//! current profile of the shared credentials file. An `assume_role` block then assumes its role with them.

use std::{path::PathBuf, sync::Arc};

use secrecy::SecretString;

use super::{AssumeRole as RoleBlock, AssumeRoleWithOidc as OidcBlock, ProviderBlock, text, variables};
use alicloud::{
    client::Client,
    credentials::{
        AssumeRole, AssumeRoleWithOidc, Cached, Credentials, CredentialsUri, EcsRole, Named, NoCredentials, Role,
        Source, StaticKeys, Token,
        profile::{Profile, ProfileFile},
    },
};
use tfplugin::{Diagnostic, Field, Model, Sensitive, Set, value::Path};

/// How long a role's session lasts where nothing is given, in seconds.
const DEFAULT_SECONDS: i64 = 3600;

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
pub(super) fn profile(block: &ProviderBlock) -> Result<Option<Chosen>, Diagnostic> {
    let name = text(&block.profile);
    if name.is_none() && has_other_source(block) {
        return Ok(None);
    }
    let is_wanted = name.is_some() || text(&block.shared_credentials_file).is_some();
    let Some(path) = file(block) else { return Ok(None) };
    if !is_wanted && !path.exists() {
        return Ok(None);
    }
    let file = ProfileFile::read(&path).map_err(wrong(ProviderBlock::SHARED_CREDENTIALS_FILE))?;
    let profile = file.profile(name.as_deref()).map_err(wrong(ProviderBlock::PROFILE))?.clone();
    Ok(Some(Chosen { file, profile }))
}

/// The error about an argument that leads to no credentials.
fn wrong<T, A>(field: Field<ProviderBlock, T, A>) -> impl FnOnce(NoCredentials) -> Diagnostic {
    move |error| invalid(field.path(), &error.what)
}

fn file(block: &ProviderBlock) -> Option<PathBuf> {
    let home = || std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    match text(&block.shared_credentials_file) {
        Some(text) => match text.strip_prefix("~/") {
            Some(rest) => Some(home()?.join(rest)),
            None => Some(text.into()),
        },
        None => Some(home()?.join(".aliyun/config.json")),
    }
}

fn has_other_source(block: &ProviderBlock) -> bool {
    let given = [&block.access_key, &block.ecs_role_name, &block.credentials_uri];
    given.into_iter().any(|argument| text(argument).is_some())
        || secret(&block.secret_key).is_some()
        || !block.assume_role_with_oidc.is_empty()
}

/// What a sensitive argument gives.
fn secret(argument: &Option<Sensitive<String>>) -> Option<SecretString> {
    let given = argument.as_ref().filter(|text| !text.is_empty())?;
    Some(SecretString::from(given.to_string()))
}

/// The name of the block of a role with an identity provider's token.
const OIDC: &str = ProviderBlock::ASSUME_ROLE_WITH_OIDC.name();

/// The sources that the block itself can give, in the order in which they are tried, and whether it gives them.
fn given_in_block(given: &ProviderBlock) -> [(&'static str, bool); 5] {
    [
        (ProviderBlock::ACCESS_KEY.name(), text(&given.access_key).is_some()),
        (ProviderBlock::PROFILE.name(), text(&given.profile).is_some()),
        (ProviderBlock::CREDENTIALS_URI.name(), text(&given.credentials_uri).is_some()),
        (ProviderBlock::ECS_ROLE_NAME.name(), text(&given.ecs_role_name).is_some()),
        (OIDC, !given.assume_role_with_oidc.is_empty()),
    ]
}

/// The source of credentials, with a warning for each source that the block gives and that is not used. `client` sends
/// requests to STS, and `metadata_service` serves the credentials of an instance's role; nothing is sent yet.
pub(super) fn source(
    block: &ProviderBlock,
    given: &ProviderBlock,
    profile: Option<Chosen>,
    client: &Client,
    metadata_service: &str,
) -> Result<(Arc<dyn Source>, Vec<Diagnostic>), Diagnostic> {
    let (base, used) = base(block, given, profile, client, metadata_service)?;
    let unused = given_in_block(given).into_iter().filter(|(name, is_given)| *is_given && *name != used);
    let warnings = unused.map(|(name, _)| not_used(name, used)).collect();
    let Some(role) = first(&block.assume_role) else { return Ok((base, warnings)) };
    // A block that says "" wants no role, whatever the environment says.
    if first(&given.assume_role).is_some_and(|given| given.role_arn.as_deref() == Some("")) {
        return Ok((base, warnings));
    }
    let role = Role {
        arn: required(&role.role_arn, ProviderBlock::ASSUME_ROLE.name(), RoleBlock::ROLE_ARN)?,
        session_name: text(&role.session_name).unwrap_or_else(|| "terraform".to_owned()),
        seconds: role.session_expiration.unwrap_or(DEFAULT_SECONDS),
        policy: text(&role.policy).unwrap_or_default(),
        external_id: text(&role.external_id).unwrap_or_default(),
    };
    let origin = format!("the role {}, assumed with the credentials from {}", role.arn, base.origin());
    let source = Arc::new(Cached::new(AssumeRole::new(client.with_credentials(base), role)));
    Ok((named(source, origin), warnings))
}

fn named(source: Arc<dyn Source>, origin: impl Into<String>) -> Arc<dyn Source> {
    Arc::new(Named { source, origin: origin.into() })
}

/// Where an argument comes from: the provider block, or the variable that stands in for it.
fn origin<T, A>(field: Field<ProviderBlock, T, A>, is_in_block: bool) -> String {
    let is_set = |name: &&&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match variables(field).iter().find(is_set).filter(|_| !is_in_block) {
        Some(variable) => format!("the environment variable {variable}"),
        None => format!("{} in the provider block", field.name()),
    }
}

fn not_used(name: &'static str, used: &str) -> Diagnostic {
    let detail = format!(
        "The credentials come from {used}, which takes precedence over {name}. Remove one of the two from the provider block or from \
         the environment."
    );
    Diagnostic::warning(format!("The argument {name} is not used"), detail).at(Path::attribute(name))
}

/// The first source that is given, and its name.
fn base(
    block: &ProviderBlock,
    given: &ProviderBlock,
    profile: Option<Chosen>,
    client: &Client,
    metadata_service: &str,
) -> Result<(Arc<dyn Source>, &'static str), Diagnostic> {
    match (text(&block.access_key), secret(&block.secret_key)) {
        (Some(id), Some(key)) => {
            let credentials = Credentials::new(id, key, secret(&block.security_token));
            let origin = origin(ProviderBlock::ACCESS_KEY, text(&given.access_key).is_some());
            return Ok((named(Arc::new(StaticKeys::new(credentials)), origin), ProviderBlock::ACCESS_KEY.name()));
        }
        (Some(_), None) => return Err(half(ProviderBlock::SECRET_KEY, ProviderBlock::ACCESS_KEY)),
        (None, Some(_)) => return Err(half(ProviderBlock::ACCESS_KEY, ProviderBlock::SECRET_KEY)),
        (None, None) => {}
    }
    if let Some(Chosen { file, profile }) = profile {
        let source = file.source(&profile, client, metadata_service).map_err(wrong(ProviderBlock::PROFILE))?;
        let origin = format!("the profile {:?} of the shared credentials file", profile.name);
        return Ok((named(source, origin), ProviderBlock::PROFILE.name()));
    }
    if let Some(uri) = text(&block.credentials_uri) {
        let source = CredentialsUri::new(&uri).map_err(wrong(ProviderBlock::CREDENTIALS_URI))?;
        let origin = origin(ProviderBlock::CREDENTIALS_URI, text(&given.credentials_uri).is_some());
        return Ok((named(Arc::new(Cached::new(source)), origin), ProviderBlock::CREDENTIALS_URI.name()));
    }
    if let Some(role) = text(&block.ecs_role_name) {
        let origin = format!("the RAM role {role} of the ECS instance");
        let source = EcsRole::new(metadata_service, Some(role));
        return Ok((named(Arc::new(Cached::new(source)), origin), ProviderBlock::ECS_ROLE_NAME.name()));
    }
    let role = first(&block.assume_role_with_oidc).ok_or_else(none)?;
    let source = oidc(role, first(&given.assume_role_with_oidc), client)?;
    Ok((named(source, format!("the role that {OIDC} assumed")), OIDC))
}

fn oidc(block: &OidcBlock, given: Option<&OidcBlock>, client: &Client) -> Result<Arc<dyn Source>, Diagnostic> {
    let role = Role {
        arn: required(&block.role_arn, OIDC, OidcBlock::ROLE_ARN)?,
        session_name: text(&block.role_session_name).unwrap_or_else(|| "terraform".to_owned()),
        seconds: block.session_expiration.unwrap_or(DEFAULT_SECONDS),
        policy: text(&block.policy).unwrap_or_default(),
        external_id: String::new(),
    };
    let provider_arn = required(&block.oidc_provider_arn, OIDC, OidcBlock::OIDC_PROVIDER_ARN)?;
    // What the block says settles which of the two is meant; the environment only fills in.
    let of = |block: &OidcBlock| (secret(&block.oidc_token), text(&block.oidc_token_file));
    let token = match given.map(of).unwrap_or_default() {
        (Some(token), None) => Token::Given(token),
        (None, Some(file)) => Token::File(file.into()),
        _ => match of(block) {
            (Some(token), None) => Token::Given(token),
            (None, Some(file)) => Token::File(file.into()),
            (both, _) => {
                return Err(no_single_token(both.is_some()));
            }
        },
    };
    // It is read again for each session; here it only has to be there.
    let path = ProviderBlock::ASSUME_ROLE_WITH_OIDC.path().dot(OidcBlock::OIDC_TOKEN_FILE);
    token.check().map_err(|error| invalid(path, &error.what))?;
    Ok(Arc::new(Cached::new(AssumeRoleWithOidc::new(client.clone(), provider_arn, token, role))))
}

fn required<M: Model, T, A>(
    argument: &Option<String>,
    block: &'static str,
    field: Field<M, T, A>,
) -> Result<String, Diagnostic> {
    text(argument).ok_or_else(|| missing(block, field))
}

fn missing<M: Model, T, A>(block: &'static str, field: Field<M, T, A>) -> Diagnostic {
    let (name, variables) = (field.name(), variables(field).join(" or "));
    let detail = format!("{block} needs {name}. Set it in the block, or set the environment variable {variables}.");
    Diagnostic::error(format!("The credentials are incomplete: {name} is missing"), detail)
        .at(Path::attribute(block).dot(field))
}

fn no_single_token(has_both: bool) -> Diagnostic {
    let what = if has_both { "both are set" } else { "neither is set" };
    let detail = format!(
        "{OIDC} needs exactly one of oidc_token and oidc_token_file, but {what}. They can also come from the environment variables \
         {} and {}.",
        variables(OidcBlock::OIDC_TOKEN).join(" or "),
        variables(OidcBlock::OIDC_TOKEN_FILE).join(" or ")
    );
    let path = ProviderBlock::ASSUME_ROLE_WITH_OIDC.path().dot(OidcBlock::OIDC_TOKEN);
    Diagnostic::error(format!("The credentials are incomplete: {OIDC} needs one token"), detail).at(path)
}

/// The block, if it is there: the schema allows one.
fn first<T>(blocks: &Set<T>) -> Option<&T> {
    blocks.iter().next()
}

fn half<T, U, A>(missing: Field<ProviderBlock, T, A>, given: Field<ProviderBlock, U, A>) -> Diagnostic {
    let first = |variables: &'static [&'static str]| variables.first().copied().unwrap_or_default();
    let detail = format!(
        "{} is set without {}. Set both: in the provider block, or as the environment variables {} and {}.",
        given.name(),
        missing.name(),
        first(variables(missing)),
        first(variables(given))
    );
    Diagnostic::error(format!("The credentials are incomplete: {} is missing", missing.name()), detail)
        .at(missing.path())
}

fn invalid(path: Path, what: &str) -> Diagnostic {
    let mut detail = what.to_owned();
    if let Some(first) = detail.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Diagnostic::error("The credentials cannot be used", format!("{}.", detail.trim_end_matches('.'))).at(path)
}

fn none() -> Diagnostic {
    let detail = "The provider has no credentials to sign requests with. Nothing was bought. Set one of these:

- an AccessKey pair: access_key and secret_key in the provider block, or ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY \
                  (also ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET) in the environment
- a profile of ~/.aliyun/config.json: profile, or ALICLOUD_PROFILE
- a credentials URI: credentials_uri, or ALICLOUD_CREDENTIALS_URI
- the role of an ECS instance: ecs_role_name, or ALICLOUD_ECS_ROLE_NAME
- an OIDC token (workload identity): an assume_role_with_oidc block";
    Diagnostic::error("The provider has no credentials", detail).at(ProviderBlock::ACCESS_KEY)
}

#[cfg(test)]
pub(super) fn samples() -> Vec<Diagnostic> {
    vec![
        not_used("profile", "access_key"),
        missing(ProviderBlock::ASSUME_ROLE.name(), RoleBlock::ROLE_ARN),
        no_single_token(true),
        no_single_token(false),
        half(ProviderBlock::SECRET_KEY, ProviderBlock::ACCESS_KEY),
        invalid(ProviderBlock::PROFILE.path(), "the profile \"team\" is not in /srv/config.json"),
        none(),
    ]
}
