//! What makes two purchases the same.

use serde::{Deserialize, Serialize};

use crate::terraform::IsSame;

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

/// Who buys: the account, where STS reports it, and in any case a fingerprint of the AccessKey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Buyer {
    /// The account.
    pub(crate) account: Option<String>,
    /// The SHA-256 of the AccessKey id, in hexadecimal.
    pub(crate) key: String,
}

impl Buyer {
    /// Whether both are the same. Other keys may be of the same account.
    pub(super) fn is_same(&self, other: &Self) -> IsSame {
        match (&self.account, &other.account) {
            (Some(one), Some(another)) if one == another => IsSame::Yes,
            (Some(_), Some(_)) => IsSame::No,
            _ if self.key == other.key => IsSame::Yes,
            _ => IsSame::Unclear,
        }
    }
}

impl Purchase {
    /// Whether both are the same. The region is part of what is bought; a wrong endpoint may have been corrected.
    pub(super) fn is_same(&self, other: &Self) -> IsSame {
        if self.kind != other.kind || self.text != other.text || self.region != other.region {
            return IsSame::No;
        }
        match self.buyer.is_same(&other.buyer) {
            IsSame::Yes if self.endpoint != other.endpoint => IsSame::Unclear,
            same => same,
        }
    }
}
