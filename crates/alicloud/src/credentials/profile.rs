//! The shared credentials file, as Alibaba Cloud's command line writes it, and the modes of its profiles.

use std::{fmt, fs, ops::RangeInclusive, path::Path, sync::Arc};

use chrono::{DateTime, SecondsFormat, Utc};
use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};
use serde::Deserialize;

use super::{
    AssumeRole, AssumeRoleWithOidc, Cached, Credentials, CredentialsUri, EcsRole, External, NoCredentials, Role,
    Source, StaticKeys, Token,
};
use crate::client::Client;

/// How long a role's session lasts where a profile does not say, in seconds.
const SESSION_SECONDS: i64 = 3600;

/// How long a role's session may last, in seconds.
const SESSION_RANGE: RangeInclusive<i64> = 900..=43_200;

/// The name of a role's session where a profile does not say.
const SESSION_NAME: &str = "terraform";

/// The file: profiles, and which of them is the current one.
#[derive(Debug, Default, Deserialize)]
pub struct ProfileFile {
    #[serde(default)]
    current: String,
    #[serde(default)]
    profiles: Vec<Profile>,
}

/// One profile. Which fields matter depends on its mode.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// The name.
    pub name: String,
    pub(super) mode: String,
    /// The region, such as `cn-hangzhou`; empty for none.
    pub region_id: String,
    access_key_id: String,
    access_key_secret: SecretString,
    sts_token: SecretString,
    sts_expiration: i64,
    ram_role_name: String,
    ram_role_arn: String,
    ram_session_name: String,
    expired_seconds: i64,
    external_id: String,
    source_profile: String,
    credentials_uri: String,
    oidc_provider_arn: String,
    oidc_token_file: String,
    process_command: String,
}

// A URI or a command may hold what lets the caller in.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").field("name", &self.name).field("mode", &self.mode).finish_non_exhaustive()
    }
}

impl ProfileFile {
    /// Reads a file.
    ///
    /// # Errors
    /// A file that cannot be read, or that is not of this form; its content is not quoted.
    pub fn read(path: &Path) -> Result<Self, NoCredentials> {
        let text = fs::read(path).map(Zeroizing::new).map_err(|error| {
            NoCredentials::new(format!(
                "the credentials file {} cannot be read: {error}. aliyun configure makes one; shared_credentials_file names \
                 another.",
                path.display()
            ))
        })?;
        Self::parse(&text).map_err(|error| {
            NoCredentials::new(format!(
                "the credentials file {} is malformed (line {}, column {}). aliyun configure writes a good one.",
                path.display(),
                error.line(),
                error.column()
            ))
        })
    }

    /// Reads the content of a file.
    ///
    /// # Errors
    /// Text that is not of this form.
    pub fn parse(text: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(text)
    }

    /// The profile of this name, or the current one.
    ///
    /// # Errors
    /// There is no such profile. The error lists the profiles that exist.
    pub fn profile(&self, name: Option<&str>) -> Result<&Profile, NoCredentials> {
        let wanted = match name {
            Some(name) => name,
            None if self.current.is_empty() => "default",
            None => &self.current,
        };
        self.profiles.iter().find(|profile| profile.name == wanted).ok_or_else(|| {
            let names: Vec<String> = self.profiles.iter().map(|profile| format!("{:?}", profile.name)).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            NoCredentials::new(format!("there is no profile {wanted:?} in the credentials file. It has: {names}."))
        })
    }

    /// The credentials source for a profile's mode. The client sends requests to STS, and `metadata_service` serves the
    /// credentials of an instance's role; nothing is sent yet.
    ///
    /// # Errors
    /// A mode that cannot be served, fields that are missing, and profiles that lead in a circle.
    pub fn source(
        &self,
        profile: &Profile,
        client: &Client,
        metadata_service: &str,
    ) -> Result<Arc<dyn Source>, NoCredentials> {
        self.follow(profile, client, metadata_service, &mut Vec::new())
    }

    fn follow<'p>(
        &'p self,
        profile: &'p Profile,
        client: &Client,
        metadata_service: &str,
        path: &mut Vec<&'p str>,
    ) -> Result<Arc<dyn Source>, NoCredentials> {
        if path.contains(&profile.name.as_str()) {
            path.push(&profile.name);
            return Err(NoCredentials::new(format!(
                "the profiles lead in a circle: {}. Give one of them another source_profile.",
                path.join(" -> ")
            )));
        }
        path.push(&profile.name);
        let with_role = |base: Arc<dyn Source>| -> Result<Arc<dyn Source>, NoCredentials> {
            let role = profile.role()?;
            Ok(Arc::new(Cached::new(AssumeRole::new(client.with_credentials(base), role))))
        };
        let instance_role = || -> Result<Arc<dyn Source>, NoCredentials> {
            let name = Some(profile.ram_role_name.clone()).filter(|name| !name.is_empty());
            Ok(Arc::new(Cached::new(EcsRole::new(metadata_service, name))))
        };
        match profile.mode.as_str() {
            "AK" | "" | "StsToken" | "CloudSSO" | "OAuth" => {
                Ok(Arc::new(StaticKeys::new(profile.keys(&format!("of the profile {:?}", profile.name))?)))
            }
            "RamRoleArn" => {
                let base = Profile { mode: "AK".to_owned(), ..profile.clone() };
                with_role(Arc::new(StaticKeys::new(base.keys(&format!("of the profile {:?}", profile.name))?)))
            }
            "EcsRamRole" => instance_role(),
            // The second name is what the command line writes.
            "RamRoleArnWithEcs" | "RamRoleArnWithRoleName" => with_role(instance_role()?),
            "ChainableRamRoleArn" => {
                let name = profile.required("source_profile", &profile.source_profile)?;
                with_role(self.follow(self.profile(Some(name))?, client, metadata_service, path)?)
            }
            "CredentialsURI" => {
                let uri = profile.required("credentials_uri", &profile.credentials_uri)?;
                Ok(Arc::new(Cached::new(CredentialsUri::new(uri)?)))
            }
            "OIDC" => {
                let provider = profile.required("oidc_provider_arn", &profile.oidc_provider_arn)?.to_owned();
                let file = profile.required("oidc_token_file", &profile.oidc_token_file)?;
                let (role, token) = (profile.role()?, Token::File(file.into()));
                token.check()?;
                let source = AssumeRoleWithOidc::new(client.clone(), provider, token, role);
                Ok(Arc::new(Cached::new(source)))
            }
            "External" => {
                let command = profile.required("process_command", &profile.process_command)?;
                let source = External::new(command, client.clone(), metadata_service.to_owned())?;
                Ok(Arc::new(Cached::new(source)))
            }
            other => Err(NoCredentials::new(format!(
                "the profile {:?} has the mode {other:?}, which this provider cannot serve. It serves AK, StsToken, \
                 RamRoleArn, EcsRamRole, RamRoleArnWithEcs (RamRoleArnWithRoleName), ChainableRamRoleArn, CredentialsURI, \
                 OIDC, External, CloudSSO and OAuth.",
                profile.name
            ))),
        }
    }
}

impl Profile {
    fn required<'p>(&self, field: &str, value: &'p str) -> Result<&'p str, NoCredentials> {
        if value.is_empty() {
            let (name, mode) = (&self.name, &self.mode);
            return Err(NoCredentials::new(format!(
                "the profile {name:?} of mode {mode} has no {field}. Run aliyun configure."
            )));
        }
        Ok(value)
    }

    fn role(&self) -> Result<Role, NoCredentials> {
        if self.expired_seconds != 0 && !SESSION_RANGE.contains(&self.expired_seconds) {
            return Err(NoCredentials::new(format!(
                "the profile {:?} has expired_seconds {}, which must be from {} to {}. Run aliyun configure.",
                self.name,
                self.expired_seconds,
                SESSION_RANGE.start(),
                SESSION_RANGE.end()
            )));
        }
        Ok(Role {
            arn: self.required("ram_role_arn", &self.ram_role_arn)?.to_owned(),
            session_name: match self.ram_session_name.as_str() {
                "" => SESSION_NAME.to_owned(),
                name => name.to_owned(),
            },
            seconds: if self.expired_seconds == 0 { SESSION_SECONDS } else { self.expired_seconds },
            policy: String::new(),
            external_id: self.external_id.clone(),
        })
    }

    /// The keys in the profile itself. `whose` names them in errors.
    pub(super) fn keys(&self, whose: &str) -> Result<Credentials, NoCredentials> {
        let no = |what: &str| NoCredentials::new(format!("the keys {whose} {what}"));
        if self.access_key_id.is_empty() || self.access_key_secret.expose_secret().is_empty() {
            return Err(no("are incomplete: access_key_id and access_key_secret are needed"));
        }
        let token = Some(self.sts_token.clone()).filter(|token| !token.expose_secret().is_empty());
        let token = match (self.mode.as_str(), token) {
            ("AK", _) => None,
            ("", token) => token,
            (mode, None) => return Err(no(&format!("have no sts_token, which the mode {mode} needs"))),
            (_, token) => token,
        };
        let is_temporary = token.is_some();
        let mut keys = Credentials::new(self.access_key_id.clone(), self.access_key_secret.clone(), token);
        if self.sts_expiration > 0 && is_temporary {
            let end = DateTime::from_timestamp(self.sts_expiration, 0).unwrap_or_default();
            if end <= Utc::now() {
                let end = end.to_rfc3339_opts(SecondsFormat::Secs, true);
                return Err(no(&format!("expired at {end}. Sign in again with aliyun configure")));
            }
            keys.expires = Some(end);
        }
        Ok(keys)
    }
}
