//! What is remembered of an object beside its state, and is never shown.

use std::{collections::BTreeSet, marker::PhantomData};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json};

use crate::value::Path;

/// The private data of a resource, which Terraform stores as bytes. Those of another provider or SDK are carried, so that
/// they are there if the state goes back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Private {
    /// Whether the object was imported.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) imported: bool,
    /// The arguments whose values the provider could not recover when the state was made. They force no replacement.
    // Stored under the name that states have it by.
    #[serde(rename = "untold", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) unrecovered: BTreeSet<String>,
    /// The attributes for which a create or update returned another value than its plan. They keep the value of the plan
    /// until the next change, whatever a refresh reads.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) pinned: BTreeSet<String>,
    /// Whether this belongs to the plan of a create. The destroy half of a replacement is given the private data that
    /// the create was planned with, and can know itself by it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) creating: bool,
    /// Beside [`creating`](Self::creating): what was remembered of the object that the create replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replaced: Option<Box<Private>>,
    /// What the resource itself remembers.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) own: Map<String, Json>,
    /// What another SDK remembers, by its own names.
    #[serde(skip)]
    pub(crate) others: Map<String, Json>,
    /// What another SDK remembers, where it is no JSON object, or one in which the names here mean something else.
    #[serde(skip)]
    pub(crate) foreign: Vec<u8>,
}

/// The name of something that a resource remembers, with its type.
///
/// ```
/// use tfplugin::{PrivateKey, private::Private};
///
/// const OWNER: PrivateKey<String> = PrivateKey::new("owner");
///
/// let mut private = Private::default();
/// private.set(OWNER, &"123".to_owned());
/// assert_eq!(private.get(OWNER).as_deref(), Some("123"));
/// ```
#[derive(Debug)]
pub struct PrivateKey<T> {
    name: &'static str,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for PrivateKey<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for PrivateKey<T> {}

impl<T> PrivateKey<T> {
    /// The key of this name.
    pub const fn new(name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }
}

/// Where such bytes stand once there is something beside them.
const FOREIGN: &str = "foreign";

impl Private {
    /// What is remembered under this key; none where it is nothing, or not of the type.
    pub fn get<T: DeserializeOwned>(&self, key: PrivateKey<T>) -> Option<T> {
        T::deserialize(self.own.get(key.name)?).ok()
    }

    /// Remembers a value under this key. One that JSON cannot hold is not remembered.
    pub fn set<T: Serialize>(&mut self, key: PrivateKey<T>, value: &T) {
        if let Ok(value) = serde_json::to_value(value) {
            self.own.insert(key.name.to_owned(), value);
        }
    }

    /// Forgets what is remembered under this key.
    pub fn remove<T>(&mut self, key: PrivateKey<T>) {
        self.own.remove(key.name);
    }

    /// Whether the object was imported.
    pub fn is_imported(&self) -> bool {
        self.imported
    }

    /// Takes the object for an imported one whose arguments are all known.
    pub fn mark_imported(&mut self) {
        self.imported = true;
        self.unrecovered.clear();
    }

    /// Whether the value of this argument could not be recovered. Inside lists and maps, that counts for all elements.
    pub fn is_unrecovered(&self, place: impl Into<Path>) -> bool {
        !self.unrecovered.is_empty() && self.unrecovered.contains(&place.into().attribute_names())
    }

    /// Reads the bytes that Terraform kept.
    #[doc(hidden)]
    pub fn decode(bytes: &[u8]) -> Self {
        let mut members = match serde_json::from_slice(bytes) {
            Ok(Json::Object(members)) => members,
            Ok(Json::Null) => return Self::default(),
            _ => return Self { foreign: bytes.to_vec(), ..Self::default() },
        };
        let Ok(own) = Self::deserialize(Json::Object(members.clone())) else {
            return Self { foreign: bytes.to_vec(), ..Self::default() };
        };
        if let Ok(Json::Object(known)) = serde_json::to_value(&own) {
            members.retain(|name, _| !known.contains_key(name));
        }
        let foreign = members.get(FOREIGN).and_then(Json::as_str).and_then(|text| STANDARD.decode(text).ok());
        if foreign.is_some() {
            members.remove(FOREIGN);
        }
        Self { others: members, foreign: foreign.unwrap_or_default(), ..own }
    }

    /// The bytes for Terraform to keep; none where there is nothing to remember.
    #[doc(hidden)]
    pub fn encode(&self) -> Vec<u8> {
        let mut members = self.others.clone();
        if let Ok(Json::Object(own)) = serde_json::to_value(self) {
            members.extend(own);
        }
        match (members.is_empty(), self.foreign.is_empty()) {
            (true, _) => return self.foreign.clone(),
            (false, false) => {
                members.insert(FOREIGN.to_owned(), STANDARD.encode(&self.foreign).into());
            }
            (false, true) => {}
        }
        Json::Object(members).to_string().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_private_data_of_other_providers_is_carried() {
        for bytes in ["", "{\"schema_version\":\"0\"}", "{\"imported\":\"text\"}", "\"text\"", "[1", "\u{0}"] {
            let mut private = Private::decode(bytes.as_bytes());
            assert_eq!(private.encode(), bytes.as_bytes(), "{bytes}");
            assert!(!private.imported && private.own.is_empty());
            private.own.insert("owner".to_owned(), "me".into());
            let again = Private::decode(&private.encode());
            assert_eq!(again.own["owner"], "me");
            assert_eq!((again.others, again.foreign), (private.others, private.foreign), "{bytes}");
        }
        assert_eq!(Private::decode(b"null"), Private::default());
    }

    #[test]
    fn what_is_remembered_comes_back() {
        let private =
            Private { imported: true, unrecovered: BTreeSet::from(["coupon_id".to_owned()]), ..Private::default() };
        assert_eq!(Private::decode(&private.encode()), private);
    }
}
