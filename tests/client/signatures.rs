//! Every signature vector, against the client and against the mock endpoint's own check.

use alicloud::signature::{Parameters, acs3, roa_v1, rpc_v1};
use mock_endpoint::signature::Signed;
use serde_json::Value as Json;

struct Vector(Json);

impl Vector {
    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_default()
    }

    fn pairs(&self, name: &str) -> Parameters {
        let pairs = self.0[name].as_object().into_iter().flatten();
        pairs.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
    }
}

fn vectors(style: &str) -> Vec<Vector> {
    let all: Vec<Json> = serde_json::from_str(include_str!("../data/signature-vectors.json")).unwrap();
    let vectors: Vec<Vector> = all.into_iter().map(Vector).filter(|vector| vector.text("style") == style).collect();
    assert!(vectors.len() >= 20, "{style}");
    vectors
}

#[test]
fn rpc_v1() {
    for vector in vectors("rpc-v1") {
        let (method, secret) = (vector.text("method"), vector.text("access_key_secret"));
        let parameters = vector.pairs("parameters");
        assert_eq!(rpc_v1::signature(method, &parameters, secret), vector.text("signature"));
        let signed = Signed {
            method,
            path: "/",
            query: &parameters,
            form: &Parameters::new(),
            headers: &Parameters::new(),
            body: b"",
        };
        assert_eq!(signed.rpc_v1(secret), vector.text("signature"));
    }
}

#[test]
fn roa_v1() {
    for vector in vectors("roa-v1") {
        let (method, path) = (vector.text("method"), vector.text("path"));
        let (id, secret) = (vector.text("access_key_id"), vector.text("access_key_secret"));
        let (query, headers) = (vector.pairs("query"), vector.pairs("headers"));
        assert_eq!(roa_v1::string_to_sign(method, &headers, path, &query), vector.text("string_to_sign"));
        let authorization = roa_v1::authorization(method, &headers, path, &query, id, secret);
        assert_eq!(authorization, vector.text("authorization"));
        let signed = Signed { method, path, query: &query, form: &Parameters::new(), headers: &headers, body: b"" };
        assert_eq!(format!("acs {id}:{}", signed.roa_v1(secret)), vector.text("authorization"));
    }
}

#[test]
fn acs3() {
    for vector in vectors("acs3") {
        let (method, path, body) = (vector.text("method"), vector.text("path"), vector.text("body"));
        let (id, secret) = (vector.text("access_key_id"), vector.text("access_key_secret"));
        let (query, headers) = (vector.pairs("query"), vector.pairs("headers"));
        assert_eq!(acs3::content_sha256(body.as_bytes()), headers["x-acs-content-sha256"]);
        let authorization = acs3::authorization(method, &headers, path, &query, id, secret);
        assert_eq!(authorization, vector.text("authorization"));
        let names = authorization.split("SignedHeaders=").nth(1).unwrap().split(',').next().unwrap();
        let signed =
            Signed { method, path, query: &query, form: &Parameters::new(), headers: &headers, body: body.as_bytes() };
        let expected = vector.text("authorization").rsplit_once("Signature=").unwrap().1;
        assert_eq!(signed.acs3(secret, &names.split(';').collect::<Vec<_>>()), expected);
    }
}
