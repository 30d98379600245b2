//! The access data that an instance of the Marketplace returns to its buyer, including passwords: DescribeInstance.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde_json::Value as Json;

use super::{
    client::{Client, Reply, Request},
    endpoint::Product,
    error::{ApiError, Failure},
    reply,
    retry::Deadline,
};

/// The access data of an instance. Any of it may be a secret, so Debug shows names only.
#[derive(Debug, Default)]
pub struct Access {
    /// The status of the instance, such as `OPENED`.
    pub status: Option<String>,
    /// How to reach the application, such as `frontEndUrl`, `adminUrl`, `username` and `password`: the seller names them.
    pub app: BTreeMap<String, SecretString>,
    /// How to reach the machine, such as `ip`, `username` and `password`.
    pub host: BTreeMap<String, SecretString>,
    /// The licence.
    pub license_code: Option<SecretString>,
    /// Where the licence is activated.
    pub active_address: Option<SecretString>,
}

impl Access {
    /// Whether there is nothing in it, as before the seller has opened the instance.
    pub fn is_empty(&self) -> bool {
        let Self { status: _, app, host, license_code, active_address } = self;
        app.is_empty() && host.is_empty() && license_code.is_none() && active_address.is_none()
    }
}

/// The answer to DescribeInstance.
#[derive(Debug)]
pub enum Handed {
    /// The access data.
    Out(Access),
    /// The account has no such instance.
    Absent {
        /// The id of the request; empty where the service gave none.
        request_id: String,
    },
}

/// DescribeInstance: the access data that this instance returns to its buyer.
///
/// # Errors
/// Anything but a well-formed reply, and a reply about another instance.
pub async fn instance_access(client: &Client, instance_id: &str, deadline: &Deadline) -> Result<Handed, Failure> {
    let request = Request::rpc(Product::Market, "DescribeInstance", [("InstanceId", instance_id.to_owned())]);
    let unknown = |error: &ApiError| error.is_absent().then(|| Handed::Absent { request_id: error.request_id.clone() });
    client.call_or(&request, deadline, |reply| Handed::read(reply, instance_id), unknown).await
}

impl Handed {
    /// Reads the reply to DescribeInstance for this instance.
    ///
    /// # Errors
    /// What is wrong with the reply, as a part of a sentence without any of the access data.
    pub fn read(reply: &Reply, instance_id: &str) -> Result<Self, String> {
        let text = |name: &str| reply.body.get(name).and_then(reply::text);
        match text("InstanceId") {
            None if reply.is_empty() => {
                return Ok(Self::Absent { request_id: reply.request_id.clone().unwrap_or_default() });
            }
            None => return Err("it has no InstanceId".to_owned()),
            Some(id) if id != instance_id => return Err(format!("it is about another instance, {id:?}")),
            Some(_) => {}
        }
        let secret = |name: &str| text(name).map(SecretString::from);
        Ok(Self::Out(Access {
            status: text("Status"),
            app: named(&reply.body, "AppJson")?,
            host: named(&reply.body, "HostJson")?,
            license_code: secret("LicenseCode"),
            active_address: secret("ActiveAddress"),
        }))
    }
}

/// The values of a field that holds an object, most often as text. They are what they are: a password may begin with a space.
fn named(body: &Json, field: &str) -> Result<BTreeMap<String, SecretString>, String> {
    let values = match body.get(field) {
        None | Some(Json::Null) => return Ok(BTreeMap::new()),
        Some(Json::String(text)) if text.trim().is_empty() => return Ok(BTreeMap::new()),
        Some(Json::String(text)) => match serde_json::from_str(text) {
            Ok(Json::Null) => return Ok(BTreeMap::new()),
            Ok(Json::Object(values)) => values,
            _ => return Err(format!("its {field} is no object")),
        },
        Some(Json::Object(values)) => values.clone(),
        Some(_) => return Err(format!("its {field} is no object")),
    };
    let value = |json: Json| match json {
        Json::Null => None,
        Json::String(text) => Some(text),
        json => Some(json.to_string()),
    };
    Ok(values.into_iter().filter_map(|(name, json)| Some((name, value(json)?.into()))).collect())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;
    use serde_json::json;

    use super::*;

    fn app(json: Json) -> Result<Vec<(String, String)>, String> {
        let app = named(&json!({"AppJson": json}), "AppJson")?;
        Ok(app.into_iter().map(|(name, value)| (name, value.expose_secret().to_owned())).collect())
    }

    #[test]
    fn what_is_handed_out_comes_as_it_is() {
        let handed = json!({"password": " p ", "pin": "0", "port": 22, "note": null, "region": "", "urls": ["a"]});
        let expected = [("password", " p "), ("pin", "0"), ("port", "22"), ("region", ""), ("urls", "[\"a\"]")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(app(handed.clone()), Ok(expected.to_vec()));
        assert_eq!(app(handed.to_string().into()), Ok(expected.to_vec()));
        for nothing in [json!(null), json!(""), json!("null"), json!("{}"), json!({})] {
            assert_eq!(app(nothing.clone()), Ok(Vec::new()), "{nothing}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_quoted() {
        for odd in [json!("secret"), json!("[\"secret\"]"), json!(["secret"])] {
            assert_eq!(app(odd), Err("its AppJson is no object".to_owned()));
        }
        let access = named(&json!({"HostJson": {"password": "secret"}}), "HostJson");
        assert!(!format!("{access:?}").contains("secret"));
    }
}
