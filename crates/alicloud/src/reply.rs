//! Reads replies: JSON whose numbers may be strings, and whose fields may be missing.

use std::{slice::from_ref, time::Duration};

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use super::error::{ApiError, Error};

/// What came back, as far as it can be read without knowing the operation. It may hold keys, so it cannot be printed.
pub struct RawReply {
    /// The HTTP status.
    pub status: u16,
    /// How long the service asks to wait.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Vec<u8>,
}

/// The reply to an operation that succeeded. It may hold keys, so it cannot be printed.
#[derive(Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The id of the request; none where the reply has none, as documented for some operations.
    pub request_id: Option<String>,
    /// The whole body.
    pub body: Json,
    /// The server's clock, in seconds since 1970, if the response has it.
    pub server_time: Option<i64>,
}

impl Reply {
    /// Whether this is a plain success that says nothing beyond that: HTTP 200, a RequestId, and no field but those of every
    /// reply.
    pub fn is_empty(&self) -> bool {
        let is_usual = |name: &str, json: &Json| match name {
            "RequestId" | "requestId" | "HostId" => true,
            "Success" => flag(json).is_none_or(|success| success),
            "Code" => is_success_code(json),
            _ => says_nothing(json),
        };
        let fields = self.body.as_object();
        self.status == 200
            && self.request_id.is_some()
            && fields.is_some_and(|fields| fields.iter().all(|(name, json)| is_usual(name, json)))
    }
}

/// Whether the field `Code` of a reply names no error.
pub(super) fn is_success_code(json: &Json) -> bool {
    text(json).is_none_or(|text| ["Success", "200", "OK", NULL].iter().any(|code| text.eq_ignore_ascii_case(code)))
}

/// Whether a field has nothing in it.
pub(super) fn says_nothing(json: &Json) -> bool {
    match json {
        Json::Array(elements) => elements.is_empty(),
        Json::Object(fields) => fields.values().all(says_nothing),
        json => text(json).is_none_or(|text| text.eq_ignore_ascii_case(NULL) || text.parse() == Ok(0.0)),
    }
}

/// How some services spell that there is nothing to say, beside JSON's own null.
pub(super) const NULL: &str = "null";

/// The text of a field of an error; [`NULL`] where the field is there and says nothing.
fn error_text(json: &Json, names: [&str; 2]) -> Option<String> {
    let field = names.iter().find_map(|name| json.get(name))?;
    let is_null = field.is_null() || text(field).is_some_and(|text| text.eq_ignore_ascii_case(NULL));
    if is_null { Some(NULL.to_owned()) } else { text(field) }
}

impl RawReply {
    /// The RequestId, where there is one, and the body of a success. `secrets` are cut out of messages.
    ///
    /// # Errors
    /// What the service refused with, or what is wrong with the reply.
    pub fn classify(self, secrets: &[&str]) -> Result<(Option<String>, Json), Error> {
        let Self { status, retry_after, body } = self;
        let malformed = |request_id, what: String| Error::Malformed { status, request_id, what };
        if body.is_empty() {
            return Err(malformed(None, "it is empty".to_owned()));
        }
        let json: Json = serde_json::from_slice(&body).map_err(|error| {
            let what = if error.is_eof() { "it is JSON cut short" } else { "it is not JSON" };
            malformed(None, what.to_owned())
        })?;
        let field = |names: [&str; 2]| names.iter().find_map(|name| text(json.get(name)?));
        // A service or a proxy may echo the request anywhere.
        let hidden = |text: String| redact(&text, secrets);
        let request_id = field(["RequestId", "requestId"]).map(hidden);
        let code = error_text(&json, ["Code", "code"]);
        let error = ApiError {
            status,
            code: hidden(code.clone().unwrap_or_else(|| NULL.to_owned())),
            message: hidden(error_text(&json, ["Message", "message"]).unwrap_or_default()),
            request_id: request_id.clone().unwrap_or_default(),
            retry_after,
        };
        // Billing answers some of its errors with HTTP 200, and not all of them say that they are none.
        let is_refusal = match ["Success", "success"].iter().find_map(|name| flag(json.get(name)?)) {
            Some(success) => !success && code.is_some(),
            None => error.known().is_some(),
        };
        match (200..300).contains(&status) && !is_refusal {
            true if json.is_object() => Ok((request_id, json)),
            true => Err(malformed(None, "it is no object".to_owned())),
            // An error of the service itself may say nothing.
            false if code.is_some() || request_id.is_some() => Err(Error::Api(error)),
            false => Err(malformed(None, "it is an error without a code".to_owned())),
        }
    }
}

/// A message without what a service quotes of the signed request in it.
fn redact(message: &str, secrets: &[&str]) -> String {
    const QUOTES_FROM_HERE: [&str; 2] = ["server string to sign", "server StringToSign"];
    let end = QUOTES_FROM_HERE.iter().filter_map(|mark| message.find(mark)).min().unwrap_or(message.len());
    let message = message[..end].trim_end_matches([' ', ':', ',', ';']).to_owned();
    let encoded = secrets.iter().map(|secret| super::signature::percent_encode(secret)).collect::<Vec<_>>();
    let all = secrets.iter().copied().chain(encoded.iter().map(String::as_str));
    all.filter(|secret| !secret.is_empty()).fold(message, |message, secret| message.replace(secret, "(hidden)"))
}

/// Text, from a string or a number.
pub(super) fn text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// For serde: text, from a string or a number; none, from anything else.
pub(super) fn loose_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(text(&Json::deserialize(deserializer)?))
}

/// For serde: a whole number, from a number or a string; none, from anything else.
pub(super) fn loose_whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(text(&Json::deserialize(deserializer)?).and_then(|text| whole(&text)))
}

/// For serde: true or false, which may be a string or a number; none, from anything else.
pub(super) fn loose_flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(flag(&Json::deserialize(deserializer)?))
}

/// True or false.
pub(super) fn flag(json: &Json) -> Option<bool> {
    match text(json)?.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// For serde: the texts of a list, which may stand alone or inside an object of one field.
pub(super) fn loose_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(list(&Json::deserialize(deserializer)?).iter().filter_map(text).collect())
}

/// A whole number, which may be written as a decimal one.
fn whole(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| text.strip_suffix(".0").and_then(|text| text.parse().ok()))
}

/// The elements of a list, which may stand alone or inside an object of one field, as may a single element.
pub(super) fn list(json: &Json) -> &[Json] {
    match json {
        Json::Array(elements) => elements,
        Json::Object(fields) => match fields.values().find_map(Json::as_array) {
            Some(elements) => elements,
            None if fields.len() == 1 => fields.values().next().filter(|only| !only.is_null()).map_or(&[], from_ref),
            None => &[],
        },
        _ => &[],
    }
}

/// The elements of a list that says how many orders there are: what is no list must not be taken for an empty one.
///
/// # Errors
/// It is something else, as a part of a sentence.
pub(super) fn whole_list<'j>(data: &'j Json, name: &str) -> Result<&'j [Json], String> {
    let Some(json) = data.get(name) else { return Ok(&[]) };
    let elements = list(json);
    if elements.is_empty() && !says_nothing(json) { Err(format!("its {name} is no list")) } else { Ok(elements) }
}

/// The total number of elements in the paged list, if the response has it.
pub(super) fn count(data: &Json) -> Option<usize> {
    whole(&text(data.get("TotalCount")?)?)?.try_into().ok()
}
