//! RPC style, signature version 1.0: HMAC-SHA1 over the method and the sorted query.

use secrecy::zeroize::Zeroizing;

use super::{Parameters, canonical_query, hmac_sha1_base64, percent_encode};

/// The value of the parameter `Signature`, in base64, for all other parameters.
pub fn signature(method: &str, parameters: &Parameters, secret: &str) -> String {
    let text = format!("{method}&%2F&{}", percent_encode(&canonical_query(parameters)));
    hmac_sha1_base64(&Zeroizing::new(format!("{secret}&")), &text)
}
