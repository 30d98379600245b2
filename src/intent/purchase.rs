//! What makes two purchases the same.

use serde::{Deserialize, Serialize};

/// A purchase, by what is bought, who buys, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Purchase {
    /// The resource type.
    pub(crate) kind: String,
    /// The text that says what is bought, byte by byte.
    pub(crate) text: String,
    /// Who buys.
    pub(crate) buyer: Buyer,
    /// Where it is bought.
    pub(crate) endpoint: String,
    /// The region that is sent along.
    pub(crate) region: String,
}

/// Who buys: the account, where STS tells it, and in any case a fingerprint of the AccessKey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Buyer {
    /// The account.
    pub(crate) account: Option<String>,
    /// The SHA-256 of the AccessKey id, in hexadecimal.
    pub(crate) key: String,
}

impl Buyer {
    /// Whether both are the same; none if there is no telling.
    fn is_same(&self, other: &Self) -> Option<bool> {
        match (&self.account, &other.account) {
            (Some(one), Some(another)) => Some(one == another),
            _ => (self.key == other.key).then_some(true),
        }
    }
}

impl Purchase {
    /// Whether both are the same; none if there is no telling: of who buys, or because a wrong endpoint or region may have
    /// been corrected since.
    pub(super) fn is_same(&self, other: &Self) -> Option<bool> {
        if self.kind != other.kind || self.text != other.text {
            return Some(false);
        }
        match self.buyer.is_same(&other.buyer) {
            Some(true) if self.endpoint != other.endpoint || self.region != other.region => None,
            same => same,
        }
    }
}
