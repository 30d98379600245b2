//! ACS3-HMAC-SHA256, for both styles: a canonical request, hashed and signed, carried by `Authorization`.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::{Parameters, canonical_query};

/// The name of the algorithm.
const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// The SHA-256 of a body in hexadecimal, for the header `x-acs-content-sha256`.
pub fn content_sha256(body: &[u8]) -> String {
    hexadecimal(&Sha256::digest(body))
}

/// The value of the header `Authorization`. The names of headers are in lower case; `x-acs-content-sha256` is among them.
pub fn authorization(
    method: &str,
    headers: &Parameters,
    path: &str,
    query: &Parameters,
    access_key_id: &str,
    secret: &str,
) -> String {
    let is_signed = |name: &str| name.starts_with("x-acs-") || name == "host" || name == "content-type";
    let signed: Vec<(&String, &String)> = headers.iter().filter(|(name, _)| is_signed(name)).collect();
    let names = signed.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");
    let mut request = format!("{method}\n{path}\n{}\n", canonical_query(query));
    for (name, value) in &signed {
        let _ = writeln!(request, "{name}:{}", value.trim());
    }
    let hash = headers.get("x-acs-content-sha256").map_or("", String::as_str);
    let _ = write!(request, "\n{names}\n{hash}");

    let text = format!("{ALGORITHM}\n{}", hexadecimal(&Sha256::digest(request.as_bytes())));
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap_or_else(|_| unreachable!("any length is a key"));
    mac.update(text.as_bytes());
    let signature = hexadecimal(&mac.finalize().into_bytes());
    format!("{ALGORITHM} Credential={access_key_id},SignedHeaders={names},Signature={signature}")
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
