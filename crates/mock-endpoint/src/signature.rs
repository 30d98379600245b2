//! Checks signatures, with code of its own.

use std::{collections::BTreeMap, fmt::Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac, digest::block_api::EagerHash};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// What a signature covers.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// The path, decoded.
    pub path: &'a str,
    /// The query, decoded, without the signature itself.
    pub query: &'a BTreeMap<String, String>,
    /// The parameters in the body, decoded, where it is a form. Signatures of RPC style cover them like those of the query.
    pub form: &'a BTreeMap<String, String>,
    /// The headers, their names in lower case.
    pub headers: &'a BTreeMap<String, String>,
    /// The body.
    pub body: &'a [u8],
}

impl Signed<'_> {
    /// RPC style, version 1.0: the parameter `Signature`.
    pub fn rpc_v1(&self, secret: &str) -> String {
        let mut text = String::from(self.method);
        text.push_str("&%2F&");
        let all: BTreeMap<_, _> = self.query.iter().chain(self.form).collect();
        text.push_str(&encoded(&encoded_pairs(&all)));
        STANDARD.encode(mac::<Sha1>(format!("{secret}&").as_bytes(), text.as_bytes()))
    }

    /// ROA style, version 1.0: what follows the colon in the header `Authorization`.
    pub fn roa_v1(&self, secret: &str) -> String {
        let header = |name: &str| self.headers.get(name).map(String::as_str).unwrap_or_default();
        let mut text = format!(
            "{}\n{}\n{}\n{}\n{}\n",
            self.method,
            header("accept"),
            header("content-md5"),
            header("content-type"),
            header("date")
        );
        for (name, value) in self.headers {
            if name.starts_with("x-acs-") {
                let _ = writeln!(text, "{name}:{value}");
            }
        }
        text.push_str(self.path);
        let pairs: Vec<String> = self
            .query
            .iter()
            .map(|(name, value)| if value.is_empty() { name.clone() } else { format!("{name}={value}") })
            .collect();
        if !pairs.is_empty() {
            text.push('?');
            text.push_str(&pairs.join("&"));
        }
        STANDARD.encode(mac::<Sha1>(secret.as_bytes(), text.as_bytes()))
    }

    /// ACS3-HMAC-SHA256 over these headers: the hexadecimal signature.
    pub fn acs3(&self, secret: &str, signed_headers: &[&str]) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.method, encoded_path(self.path), self.encoded_query());
        for name in signed_headers {
            let value = self.headers.get(*name).map(String::as_str).unwrap_or_default();
            let _ = writeln!(text, "{name}:{}", value.trim());
        }
        let _ = write!(text, "\n{}\n{}", signed_headers.join(";"), hex(&Sha256::digest(self.body)));
        let text = format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(text.as_bytes())));
        hex(&mac::<Sha256>(secret.as_bytes(), text.as_bytes()))
    }

    fn encoded_query(&self) -> String {
        encoded_pairs(&self.query.iter().collect())
    }
}

fn encoded_pairs(pairs: &BTreeMap<&String, &String>) -> String {
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn mac<D: EagerHash>(key: &[u8], text: &[u8]) -> Vec<u8>
where
    Hmac<D>: KeyInit + Mac,
{
    let Ok(mut mac) = <Hmac<D> as KeyInit>::new_from_slice(key) else { return Vec::new() };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn encoded_path(path: &str) -> String {
    path.split('/').map(encoded).collect::<Vec<_>>().join("/")
}

/// Decodes the pairs of a query.
pub(crate) fn decoded_query(query: &str) -> BTreeMap<String, String> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match (first, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
