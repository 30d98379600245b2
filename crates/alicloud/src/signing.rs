//! Builds the HTTP request of an operation and signs it.

use chrono::{SecondsFormat, Utc};
use reqwest::Method;
use uuid::Uuid;

use super::{
    client::{Config, Request, SignatureVersion, Style},
    credentials::Credentials,
    endpoint::Endpoint,
    signature::{Parameters, acs3, canonical_query, percent_encode, roa_v1, rpc_v1},
    transport::Outgoing,
};

/// The request as it goes over the wire, and its signature, which must not be shown. Without credentials it is not signed.
pub(super) fn sign(
    request: &Request,
    config: &Config,
    endpoint: &Endpoint,
    credentials: Option<&Credentials>,
) -> (Outgoing, String) {
    let (method, path) = match request.style {
        Style::Rpc => ("POST", "/"),
        Style::Roa(method, path) => (method, path),
    };
    let mut query = request.query.clone();
    query.extend(config.common.clone());
    let mut headers = Parameters::from([("accept".to_owned(), "application/json".to_owned())]);
    let (body, content_type) = match request.form.is_empty() {
        true => (request.body.clone(), "application/json; charset=utf-8"),
        false => (canonical_query(&request.form).into_bytes(), "application/x-www-form-urlencoded"),
    };
    if !body.is_empty() {
        headers.insert("content-type".to_owned(), content_type.to_owned());
    }
    let mut signature = String::new();
    if let Some(credentials) = credentials {
        let signer = Signer { method, path, credentials, host: endpoint.authority(), request, body: &body };
        signature = match (config.signature, request.style) {
            (SignatureVersion::V1, Style::Rpc) => signer.rpc_v1(&mut query),
            (SignatureVersion::V1, Style::Roa(..)) => signer.roa_v1(&query, &mut headers),
            (SignatureVersion::V3, _) => signer.acs3(&query, &mut headers),
        };
    } else {
        let mut add = |name: &str, value: &str| query.insert(name.to_owned(), value.to_owned());
        add("Action", request.action);
        add("Version", request.product.version());
        add("Format", "JSON");
        add("Timestamp", &now());
        add("SignatureNonce", &nonce());
    }
    let outgoing = Outgoing {
        method: if method == "GET" { Method::GET } else { Method::POST },
        url: endpoint.url(path, &canonical_query(&query)),
        headers,
        body,
    };
    (outgoing, signature)
}

/// Adds to one request what its signature needs, and the signature itself, which is returned too.
struct Signer<'a> {
    method: &'a str,
    path: &'a str,
    host: String,
    credentials: &'a Credentials,
    request: &'a Request,
    body: &'a [u8],
}

impl Signer<'_> {
    fn rpc_v1(&self, query: &mut Parameters) -> String {
        let mut add = |name: &str, value: &str| query.insert(name.to_owned(), value.to_owned());
        add("Action", self.request.action);
        add("Version", self.request.product.version());
        add("Format", "JSON");
        add("AccessKeyId", &self.credentials.access_key_id);
        add("SignatureMethod", "HMAC-SHA1");
        add("SignatureVersion", "1.0");
        add("SignatureNonce", &nonce());
        add("Timestamp", &now());
        if let Some(token) = self.credentials.token() {
            add("SecurityToken", token);
        }
        let all = query.iter().chain(&self.request.form).map(|(name, value)| (name.clone(), value.clone())).collect();
        let signature = rpc_v1::signature(self.method, &all, self.credentials.secret());
        query.insert("Signature".to_owned(), signature.clone());
        signature
    }

    fn roa_v1(&self, query: &Parameters, headers: &mut Parameters) -> String {
        let mut add = |name: &str, value: &str| headers.insert(name.to_owned(), value.to_owned());
        add("date", &Utc::now().format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        add("x-acs-action", self.request.action);
        add("x-acs-version", self.request.product.version());
        add("x-acs-signature-method", "HMAC-SHA1");
        add("x-acs-signature-version", "1.0");
        add("x-acs-signature-nonce", &nonce());
        if let Some(token) = self.credentials.token() {
            add("x-acs-security-token", token);
        }
        self.authorize(roa_v1::authorization, self.path, query, headers)
    }

    fn acs3(&self, query: &Parameters, headers: &mut Parameters) -> String {
        let mut add = |name: &str, value: &str| headers.insert(name.to_owned(), value.to_owned());
        add("host", &self.host);
        add("x-acs-action", self.request.action);
        add("x-acs-version", self.request.product.version());
        add("x-acs-date", &now());
        add("x-acs-signature-nonce", &nonce());
        add("x-acs-content-sha256", &acs3::content_sha256(self.body));
        if let Some(token) = self.credentials.token() {
            add("x-acs-security-token", token);
        }
        let path = self.path.split('/').map(percent_encode).collect::<Vec<_>>().join("/");
        self.authorize(acs3::authorization, &path, query, headers)
    }

    fn authorize(
        &self,
        sign: fn(&str, &Parameters, &str, &Parameters, &str, &str) -> String,
        path: &str,
        query: &Parameters,
        headers: &mut Parameters,
    ) -> String {
        let keys = self.credentials;
        let value = sign(self.method, headers, path, query, &keys.access_key_id, keys.secret());
        // Both styles end with the signature, after a sign that is in none of them.
        let signature = value.rsplit([':', '=']).find(|part| !part.is_empty()).unwrap_or_default().to_owned();
        headers.insert("authorization".to_owned(), value);
        signature
    }
}

/// A number used once, so that a request cannot be replayed.
fn nonce() -> String {
    Uuid::new_v4().simple().to_string()
}

/// This moment, as RFC 3339 in whole seconds of UTC.
fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true)
}
