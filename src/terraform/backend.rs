//! Which state Terraform works on: the type of the backend, what locates the state there, and the workspace.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use alicloud::signature::acs3::content_sha256;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{DEFAULT_WORKSPACE, absolute};

/// The type of the backend that keeps the state in a local file.
pub(super) const LOCAL: &str = "local";

/// The setting of a local file that its path leads to, where that is spelled otherwise.
const FILE: &str = "file";

/// The setting whose host is a way to the state, and whose path is the state's place.
const ADDRESS: &str = "address";

/// Instead of a backend's type, where `terraform test` runs.
const TEST: &str = "test";

/// Instead of a backend's type, where it is unknown.
const UNCLEAR: &str = "unclear";

/// A setting that locates a state: its name in the configuration, the variable that stands for it, and its default.
type Locator = (&'static str, &'static str, &'static str);

/// What locates a state, by the type of the backend. Keys are left out: they change from job to job.
const LOCATORS: [(&str, &[Locator]); 12] = [
    ("azurerm", &[("storage_account_name", "", ""), ("container_name", "", ""), ("key", "", "")]),
    ("cloud", CLOUD),
    ("consul", &[("address", "CONSUL_HTTP_ADDR", ""), ("datacenter", "", ""), ("path", "", "")]),
    ("cos", &[("bucket", "", ""), ("prefix", "", ""), ("key", "", "terraform.tfstate")]),
    ("gcs", &[("bucket", "", ""), ("prefix", "", "")]),
    ("http", &[("address", "TF_HTTP_ADDRESS", "")]),
    (
        "kubernetes",
        &[
            ("secret_suffix", "", ""),
            ("namespace", "KUBE_NAMESPACE", "default"),
            ("host", "KUBE_HOST", ""),
            ("config_path", "KUBE_CONFIG_PATH", ""),
            ("config_context", "KUBE_CTX", ""),
        ],
    ),
    (
        "oss",
        &[
            ("bucket", "", ""),
            ("prefix", "", "env:"),
            ("key", "", "terraform.tfstate"),
            ("endpoint", "ALIBABA_CLOUD_OSS_ENDPOINT", ""),
        ],
    ),
    (
        "pg",
        &[
            ("conn_str", "PG_CONN_STR", ""),
            ("host", "PGHOST", ""),
            ("dbname", "PGDATABASE", ""),
            ("schema_name", "PG_SCHEMA_NAME", "terraform_remote_state"),
        ],
    ),
    ("remote", CLOUD),
    (
        "s3",
        &[
            ("bucket", "", ""),
            ("key", "", ""),
            ("workspace_key_prefix", "", "env:"),
            ("endpoint", "AWS_S3_ENDPOINT", ""),
            ("endpoints/s3", "AWS_ENDPOINT_URL_S3", ""),
            ("endpoint_url", "AWS_ENDPOINT_URL", ""),
        ],
    ),
    ("swift", &[("container", "", ""), ("state_name", "", "tfstate.tf")]),
];

/// Settings that say how to get to a place. Two ways can lead to the same one, such as two names of a host.
const WAYS: [&str; 7] = ["config_path", "conn_str", "endpoint", "endpoint_url", "endpoints/s3", "host", "hostname"];

const CLOUD: &[Locator] = &[
    ("hostname", "TF_CLOUD_HOSTNAME", "app.terraform.io"),
    ("organization", "TF_CLOUD_ORGANIZATION", ""),
    ("workspaces", "", ""),
];

/// The identity of a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StateId {
    /// The type of the backend.
    backend: String,
    /// What locates the state there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    place: BTreeMap<String, String>,
    workspace: String,
}

/// Whether two states are the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IsSame {
    Yes,
    No,
    /// That is unknown.
    Unclear,
}

impl StateId {
    /// The state of a workspace in a backend of this type and configuration. `file` is what `-state` names.
    pub(super) fn new(backend: &str, config: &Json, workspace: &str, file: Option<&Path>) -> Self {
        let place = match LOCATORS.iter().find(|(kind, _)| *kind == backend) {
            _ if backend == LOCAL => {
                let path = file.map_or_else(|| local_file(config, workspace), Path::to_owned);
                let file = resolved(&path);
                let place = [Some(("path", &path)), (file != path).then_some((FILE, &file))].into_iter().flatten();
                place.map(|(name, path)| (name.to_owned(), path.to_string_lossy().into_owned())).collect()
            }
            Some((_, locators)) => locators.iter().flat_map(|locator| locate(locator, config)).collect(),
            None => BTreeMap::from([("configuration".to_owned(), content_sha256(config.to_string().as_bytes()))]),
        };
        Self { backend: backend.to_owned(), place, workspace: workspace.to_owned() }
    }

    /// One of those that `terraform test` works on.
    pub(super) fn test() -> Self {
        Self::without_place(TEST)
    }

    /// One that cannot be determined.
    pub(super) fn unclear() -> Self {
        Self::without_place(UNCLEAR)
    }

    fn without_place(backend: &str) -> Self {
        Self { backend: backend.to_owned(), place: BTreeMap::new(), workspace: DEFAULT_WORKSPACE.to_owned() }
    }

    /// The file of the local backend.
    pub(crate) fn file(&self) -> Option<&Path> {
        (self.backend == LOCAL).then(|| self.place.get("path").map(Path::new))?
    }

    /// Whether this is the same state as another one that was recorded earlier.
    pub(crate) fn is_same(&self, earlier: &Self) -> IsSame {
        let is_one = |backend: &str| self.backend == backend || earlier.backend == backend;
        if is_one(TEST) {
            return IsSame::No;
        }
        // A state that was moved to another type of backend is still the same one.
        if is_one(UNCLEAR) || self.backend != earlier.backend {
            return IsSame::Unclear;
        }
        if let (Some(file), Some(earlier)) = (self.resolved_file(), earlier.resolved_file()) {
            return if file == earlier { IsSame::Yes } else { IsSame::No };
        }
        if self.workspace != earlier.workspace {
            return IsSame::No;
        }
        if self.place == earlier.place {
            return IsSame::Yes;
        }
        let is_known = LOCATORS.iter().any(|(kind, _)| *kind == self.backend);
        if is_known && self.certain_place().ne(earlier.certain_place()) { IsSame::No } else { IsSame::Unclear }
    }

    /// What identifies this state: neither the way to it nor what an address carries beside its path, which
    /// may be a key that changes.
    fn certain_place(&self) -> impl Iterator<Item = (&str, String)> {
        let is_certain = |name: &str| !name.ends_with(OPAQUE) && !WAYS.contains(&name);
        let place = self.place.iter().filter(move |(name, _)| is_certain(name));
        place.map(|(name, value)| (name.as_str(), if name == ADDRESS { path_of(value) } else { value.clone() }))
    }

    /// The file of the local backend, however it is spelled.
    fn resolved_file(&self) -> Option<PathBuf> {
        let path = self.file()?;
        Some(self.place.get(FILE).map_or_else(|| resolved(path), PathBuf::from))
    }
}

/// As messages name it: `s3 (bucket = states, key = prod), workspace default`.
impl std::fmt::Display for StateId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.file(), self.backend.as_str()) {
            (Some(file), _) => return write!(f, "{}", file.display()),
            (None, TEST) => return f.write_str("a state of terraform test"),
            (None, UNCLEAR) => return f.write_str("a state that could not be determined"),
            _ => {}
        }
        let place = self.place.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ");
        write!(f, "{} ({place}), workspace {}", self.backend, self.workspace)
    }
}

/// A path without symbolic links and `..`, as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Ok(path), _, _) => path,
        (Err(_), Some(parent), Some(name)) => resolved(parent).join(name),
        _ => path.to_owned(),
    }
}

/// The path of an address; nothing where it has only a host.
fn path_of(address: &str) -> String {
    url::Url::parse(address).map_or_else(|_| String::new(), |url| url.path().to_owned())
}

fn local_file(config: &Json, workspace: &str) -> PathBuf {
    let configured = |name: &str| config[name].as_str().filter(|path| !path.is_empty());
    absolute(if workspace == DEFAULT_WORKSPACE {
        configured("path").unwrap_or("terraform.tfstate").into()
    } else {
        let all = configured("workspace_dir").unwrap_or("terraform.tfstate.d");
        [all, workspace, "terraform.tfstate"].iter().collect()
    })
}

/// Where a place has the fingerprint of what may be a secret: behind the name of its setting.
const OPAQUE: char = '?';

/// A setting that locates a state, without secrets. What may hold one stands beside it as a fingerprint.
fn locate((name, variable, default): &Locator, config: &Json) -> Vec<(String, String)> {
    let configured = match config.pointer(&format!("/{name}")) {
        Some(Json::String(text)) => Some(text.clone()),
        Some(Json::Null) | None => None,
        Some(json) => Some(json.to_string()),
    };
    let given = configured.or_else(|| env::var(variable).ok()).filter(|text| !text.is_empty());
    let value = given.unwrap_or_else(|| (*default).to_owned());
    let (shown, opaque) = without_secrets(&value);
    let opaque = (!opaque.is_empty()).then(|| (format!("{name}{OPAQUE}"), content_sha256(opaque.as_bytes())));
    let shown = Some(((*name).to_owned(), shown)).filter(|(_, shown)| !shown.is_empty());
    shown.into_iter().chain(opaque).collect()
}

/// What of a setting can be shown, and what else of it distinguishes states: the query of an address, and all of PostgreSQL's
/// other form (`host=… password=…`). User and password do not.
fn without_secrets(value: &str) -> (String, String) {
    match url::Url::parse(value) {
        Ok(mut url) if url.has_host() => {
            let query = url.query().unwrap_or_default().to_owned();
            url.set_query(None);
            let _ = url.set_username("");
            let _ = url.set_password(None);
            (url.to_string(), query)
        }
        _ if value.contains("password") => (String::new(), value.to_owned()),
        _ => (value.to_owned(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn state(backend: &str, config: Json) -> StateId {
        StateId::new(backend, &config, "default", None)
    }

    #[test]
    fn the_same_place_is_the_same_state_whatever_the_keys_are() {
        let table = [
            (
                "s3",
                json!({"bucket": "b", "key": "k", "access_key": "1"}),
                json!({"bucket": "b", "key": "k", "workspace_key_prefix": "env:"}),
            ),
            (
                "http",
                json!({"address": "https://a:b@host/dev"}),
                json!({"address": "https://c:d@host/dev", "password": "x"}),
            ),
            ("pg", json!({"conn_str": "postgres://u:p@db/tf"}), json!({"conn_str": "postgres://v:q@db/tf"})),
            ("pg", json!({"conn_str": "host=db"}), json!({"conn_str": "host=db"})),
            ("odd", json!({"a": "1"}), json!({"a": "1"})),
        ];
        for (backend, one, another) in table {
            let (one, another) = (state(backend, one), state(backend, another));
            assert_eq!(one.is_same(&another), IsSame::Yes, "{one} and {another}");
            assert!(!one.to_string().contains("p@") && !one.to_string().contains("b@"), "{one}");
        }
    }

    #[test]
    fn a_local_file_is_one_state_however_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        std::fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let at = |path: &Path, workspace: &str| StateId::new(LOCAL, &json!({}), workspace, Some(path));
        let plain = at(&real.join("state"), "default");
        for other in [real.join("../real/state"), link.join("state")] {
            assert_eq!(at(&other, "dev").is_same(&plain), IsSame::Yes, "{}", other.display());
            assert_eq!(plain.is_same(&at(&other, "dev")), IsSame::Yes, "{}", other.display());
        }
        assert_eq!(at(&real.join("another"), "default").is_same(&plain), IsSame::No);
    }

    #[test]
    fn another_place_is_another_state_where_the_backend_is_known() {
        let table = [
            ("s3", json!({"bucket": "b", "key": "dev"}), json!({"bucket": "b", "key": "prod"}), IsSame::No),
            (
                "http",
                json!({"address": "https://host/dev?t=1"}),
                json!({"address": "https://host/prod?t=1"}),
                IsSame::No,
            ),
            ("http", json!({"address": "https://host/?t=1"}), json!({"address": "https://host/?t=2"}), IsSame::Unclear),
            ("http", json!({"address": "https://one/dev"}), json!({"address": "https://two/dev"}), IsSame::Unclear),
            ("consul", json!({"address": "one:8500"}), json!({"address": "two:8500"}), IsSame::Unclear),
            ("kubernetes", json!({"config_path": "/tmp/1"}), json!({"config_path": "/tmp/2"}), IsSame::Unclear),
            ("s3", json!({"endpoint": "https://one"}), json!({"endpoint": "https://two"}), IsSame::Unclear),
            ("pg", json!({"conn_str": "password='a b'"}), json!({"conn_str": "password='c'"}), IsSame::Unclear),
            ("kubernetes", json!({"config_context": "dev"}), json!({"config_context": "prod"}), IsSame::No),
            ("cloud", json!({"workspaces": {"name": "a"}}), json!({"workspaces": {"name": "b"}}), IsSame::No),
            ("odd", json!({"a": "1"}), json!({"a": "2"}), IsSame::Unclear),
        ];
        for (backend, one, another, same) in table {
            assert_eq!(state(backend, one).is_same(&state(backend, another)), same, "{backend}");
        }
        let (dev, prod) = (StateId::new("gcs", &json!({}), "dev", None), StateId::new("gcs", &json!({}), "prod", None));
        assert_eq!(dev.is_same(&prod), IsSame::No);
        assert_eq!(
            state(LOCAL, json!({})).is_same(&state("s3", json!({}))),
            IsSame::Unclear,
            "it may have been migrated"
        );
        assert_eq!(StateId::unclear().is_same(&StateId::unclear()), IsSame::Unclear);
        assert_eq!(StateId::test().is_same(&StateId::test()), IsSame::No);
    }
}
