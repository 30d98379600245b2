//! What is remembered of an object beside its state, and is never shown.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// The private data of a resource. Terraform stores it as bytes; those of another provider, or none, are read as the
/// default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Private {
    /// Whether the object was imported.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
    /// The arguments whose values nobody could tell when the state was made. They force no replacement.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub untold: BTreeSet<String>,
    /// The attributes for which a create or update returned another value than its plan. They keep the value of the plan
    /// until the next change, whatever a refresh reads.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub pinned: BTreeSet<String>,
    /// Whether this belongs to the plan of a create. The destroy half of a replacement is given the private data that
    /// the create was planned with, and can know itself by it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub creating: bool,
    /// Beside [`creating`](Self::creating): what was remembered of the object that the create replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<Box<Private>>,
    /// What the resource itself remembers.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub own: Map<String, Json>,
}

impl Private {
    /// Reads the bytes that Terraform kept.
    pub fn decode(bytes: &[u8]) -> Self {
        serde_json::from_slice::<Option<Self>>(bytes).ok().flatten().unwrap_or_default()
    }

    /// The bytes for Terraform to keep; none where there is nothing to remember.
    pub fn encode(&self) -> Vec<u8> {
        if *self == Self::default() { Vec::new() } else { serde_json::to_vec(self).unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_private_data_of_other_providers_is_no_memory() {
        for bytes in ["", "null", "{}", "{\"schema_version\":\"0\"}", "\"text\"", "[1", "\u{0}"] {
            assert_eq!(Private::decode(bytes.as_bytes()), Private::default(), "{bytes}");
        }
    }

    #[test]
    fn what_is_remembered_comes_back() {
        let private =
            Private { imported: true, untold: BTreeSet::from(["coupon_id".to_owned()]), ..Private::default() };
        assert_eq!(Private::decode(&private.encode()), private);
    }
}
