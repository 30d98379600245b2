//! ROA style, signature version 1.0: HMAC-SHA1 over method, some headers, path and query, carried by `Authorization`.

use super::{Parameters, hmac_sha1_base64};

/// What is signed. The names of headers are in lower case.
pub fn string_to_sign(method: &str, headers: &Parameters, path: &str, query: &Parameters) -> String {
    let mut text = method.to_owned();
    for name in ["accept", "content-md5", "content-type", "date"] {
        text.push('\n');
        text.push_str(headers.get(name).map_or("", String::as_str));
    }
    for (name, value) in headers.iter().filter(|(name, _)| name.starts_with("x-acs-")) {
        text.push_str(&format!("\n{name}:{value}"));
    }
    text.push('\n');
    text.push_str(path);
    for (position, (name, value)) in query.iter().enumerate() {
        text.push(if position == 0 { '?' } else { '&' });
        text.push_str(name);
        if !value.is_empty() {
            text.push('=');
            text.push_str(value);
        }
    }
    text
}

/// The value of the header `Authorization`.
pub fn authorization(
    method: &str,
    headers: &Parameters,
    path: &str,
    query: &Parameters,
    access_key_id: &str,
    secret: &str,
) -> String {
    let signature = hmac_sha1_base64(secret, &string_to_sign(method, headers, path, query));
    format!("acs {access_key_id}:{signature}")
}
