//! What stands before every operation: who calls, is the signature right, is it fresh, and what is to go wrong.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use chrono::{DateTime, Utc};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    State,
    call::{ApiError, Call, Variant},
    fault::{self, Kind},
    ledger::{Ledger, RecordedRequest},
    operations::{self, Operation},
    server::Dropped,
    signature::{Signed, decoded_query},
};

/// How far a request's clock may be off.
const FRESH: chrono::Duration = chrono::Duration::minutes(15);

/// Parts of a request, decoded.
struct Parts {
    method: String,
    path: String,
    query: BTreeMap<String, String>,
    /// The parameters in the body, where it is a form.
    form: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Bytes,
}

impl Parts {
    async fn of(request: Request) -> Result<Self, Dropped> {
        let (head, body) = request.into_parts();
        let headers = head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let headers: BTreeMap<_, _> = headers.collect();
        let body = axum::body::to_bytes(body, 1 << 20).await.map_err(|_| Dropped)?;
        let is_form =
            headers.get("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let form = if is_form { decoded_query(&String::from_utf8_lossy(&body)) } else { BTreeMap::new() };
        let query = decoded_query(head.uri.query().unwrap_or_default());
        Ok(Self { method: head.method.to_string(), path: head.uri.path().to_owned(), query, form, headers, body })
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    fn parameter(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    fn action(&self) -> &str {
        if self.parameter("Action").is_empty() { self.header("x-acs-action") } else { self.parameter("Action") }
    }

    fn version(&self) -> &str {
        if self.parameter("Version").is_empty() { self.header("x-acs-version") } else { self.parameter("Version") }
    }
}

/// Answers one request.
pub(crate) async fn answer(state: State, request: Request) -> Result<Response, Dropped> {
    let parts = Parts::of(request).await?;
    let request_id = Uuid::new_v4().to_string().to_uppercase();
    let admitted = {
        let mut ledger = state.lock();
        admit(&mut ledger, &parts).map(|(operation, call)| {
            let kind = if ledger.is_throttled() {
                Some(Kind::Throttling { retry_after: None })
            } else {
                fault::take(&mut ledger.faults, operation.name, parts.header("host"))
            };
            (operation, call, kind)
        })
    };
    let (kind, has_request_id, answered) = match admitted {
        Err(error) => (None, true, Err(error)),
        Ok((operation, mut call, kind)) => {
            call.variant = Variant::of(kind.as_ref());
            let answered = match (refused(kind.as_ref()), &kind) {
                (Some(error), _) => Err(error),
                (None, Some(Kind::DropBefore | Kind::Reply { .. })) => Ok(json!({})),
                (None, Some(Kind::SlowBefore { delay_ms })) => late(state, operation, call, *delay_ms).await?,
                (None, _) => (operation.answer)(&mut state.lock(), &call),
            };
            (kind, operation.has_request_id, answered)
        }
    };
    let (status, body) = match answered {
        Ok(mut body) => {
            if has_request_id && !matches!(kind, Some(Kind::NoRequestId)) {
                body["RequestId"] = request_id.into();
            }
            (200, body)
        }
        Err(error) => {
            let body = json!({
                "RequestId": request_id,
                "HostId": parts.header("host"),
                "Code": error.code,
                "Message": error.message,
            });
            (error.status, body)
        }
    };
    spoil(kind, status, body.to_string()).await
}

/// The errors that faults answer with before anything is done.
fn refused(kind: Option<&Kind>) -> Option<ApiError> {
    match kind? {
        Kind::Error500 => Some(ApiError::new(500, "UnknownError", "The request processing has failed.")),
        Kind::Error503 => Some(ApiError::new(503, "ServiceUnavailable", "The service is not available.")),
        Kind::Throttling { .. } => {
            Some(ApiError::new(400, "Throttling.User", "Request was denied due to user flow control."))
        }
        Kind::NullError { status } => Some(ApiError::null(*status)),
        Kind::ApiError { status, code, message } => Some(ApiError::new(*status, code, message.clone())),
        _ => None,
    }
}

/// Does an operation later, whether or not the client still waits for it.
async fn late(
    state: State,
    operation: &'static Operation,
    call: Call,
    delay_ms: u64,
) -> Result<Result<Json, ApiError>, Dropped> {
    let done = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        (operation.answer)(&mut state.lock(), &call)
    });
    done.await.map_err(|_| Dropped)
}

/// Makes the reply, and breaks it the way a fault says.
async fn spoil(kind: Option<Kind>, status: u16, body: String) -> Result<Response, Dropped> {
    let mut status = status;
    let mut retry_after = None;
    let mut promised = None;
    let full = body.len();
    let body = match kind {
        Some(Kind::DropBefore | Kind::DropAfter | Kind::PartialLost { .. }) => return Err(Dropped),
        Some(Kind::Garbage) => Body::from("<html>502 Bad Gateway</html>"),
        Some(Kind::Truncated) => Body::from(body[..full / 2].to_owned()),
        Some(Kind::WrongLength) => {
            promised = Some(full);
            let half = Bytes::from(body[..full / 2].to_owned());
            Body::from_stream(stream::iter([Ok(half), Err(Dropped)]))
        }
        Some(Kind::Endless) => {
            let chunk = Bytes::from_static(&[b' '; 65_536]);
            Body::from_stream(stream::repeat(chunk).map(Ok::<_, Dropped>))
        }
        Some(Kind::Error503After) => {
            status = 503;
            Body::from(json!({"RequestId": "MOCK", "Code": "ServiceUnavailable", "Message": "Try later."}).to_string())
        }
        Some(Kind::Slow { delay_ms }) => {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            Body::from(body)
        }
        Some(Kind::Throttling { retry_after: seconds }) => {
            retry_after = seconds;
            Body::from(body)
        }
        Some(Kind::Reply { body }) => Body::from(body),
        _ => Body::from(body),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(length) = promised {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

/// Lets a request through to its operation, or says why not.
fn admit(ledger: &mut Ledger, parts: &Parts) -> Result<(&'static Operation, Call), ApiError> {
    let operation = operations::find(&parts.method, &parts.path, parts.action())
        .ok_or_else(|| ApiError::new(404, "InvalidAction.NotFound", "Specified api is not found."))?;
    if parts.version() != operation.version {
        return Err(ApiError::new(400, "InvalidVersion", "Specified parameter Version is not valid."));
    }
    let signed = if operation.signed { Some(check_signature(ledger, parts)?) } else { None };
    let (access_key, signature) = signed.unzip();
    let access_key = access_key.unwrap_or_default();
    let key = ledger.keys.get(&access_key);
    if key.is_some_and(|key| key.forbidden.contains(operation.name)) {
        return Err(ApiError::new(403, "Forbidden.RAM", "User not authorized to operate on the specified resource."));
    }
    let account = key.map(|key| key.account.clone()).unwrap_or_default();
    const OF_THE_SIGNATURE: [&str; 8] = [
        "AccessKeyId",
        "Format",
        "SecurityToken",
        "Signature",
        "SignatureMethod",
        "SignatureNonce",
        "SignatureVersion",
        "Timestamp",
    ];
    let mut parameters = parts.query.clone();
    parameters.extend(parts.form.clone());
    parameters.retain(|name, _| !OF_THE_SIGNATURE.contains(&name.as_str()));
    ledger.requests.push(RecordedRequest {
        operation: operation.name.to_owned(),
        client_token: parameters.get("ClientToken").cloned(),
        signature,
        user_agent: parts.header("user-agent").to_owned(),
        host: parts.header("host").to_owned(),
        parameters: parameters.clone(),
    });
    let body = serde_json::from_slice(&parts.body).unwrap_or(Json::Null);
    let form = parts.form.clone();
    Ok((operation, Call { account, access_key, parameters, form, body, variant: Variant::Usual }))
}

/// The AccessKey id of a request whose signature is right and fresh, and how it was signed.
fn check_signature(ledger: &mut Ledger, parts: &Parts) -> Result<(String, &'static str), ApiError> {
    let mut query = parts.query.clone();
    let given_in_query = query.remove("Signature");
    let Parts { method, path, form, headers, body, .. } = parts;
    let signed = Signed { method, path, query: &query, form, headers, body };
    let authorization = parts.header("authorization");
    let (id, given, style) = if let Some(given) = given_in_query {
        (parts.parameter("AccessKeyId"), given, Style::RpcV1)
    } else if let Some(rest) = authorization.strip_prefix("acs ") {
        let (id, given) = rest.split_once(':').unwrap_or_default();
        (id, given.to_owned(), Style::RoaV1)
    } else if let Some(rest) = authorization.strip_prefix("ACS3-HMAC-SHA256 ") {
        let field = |name: &str| rest.split(',').find_map(|part| part.strip_prefix(name)).unwrap_or_default();
        let names: Vec<&str> = field("SignedHeaders=").split(';').collect();
        (field("Credential="), field("Signature=").to_owned(), Style::Acs3(names))
    } else {
        return Err(ApiError::new(400, "MissingAccessKeyId", "AccessKeyId is mandatory for this action."));
    };
    let key = ledger
        .keys
        .get(id)
        .ok_or_else(|| ApiError::new(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found."))?;
    let (expected, moment, nonce, token) = match &style {
        Style::RpcV1 => (
            signed.rpc_v1(&key.secret),
            parse_iso(parts.parameter("Timestamp")),
            parts.parameter("SignatureNonce"),
            parts.parameter("SecurityToken"),
        ),
        Style::RoaV1 => (
            signed.roa_v1(&key.secret),
            DateTime::parse_from_rfc2822(parts.header("date")).ok().map(|date| date.to_utc()),
            parts.header("x-acs-signature-nonce"),
            parts.header("x-acs-security-token"),
        ),
        Style::Acs3(names) => (
            signed.acs3(&key.secret, names),
            parse_iso(parts.header("x-acs-date")),
            parts.header("x-acs-signature-nonce"),
            parts.header("x-acs-security-token"),
        ),
    };
    if expected != given {
        let message = "Specified signature is not matched with our calculation. server string to sign is:(left out)";
        return Err(ApiError::new(400, "SignatureDoesNotMatch", message));
    }
    if key.token.as_deref().unwrap_or_default() != token {
        return Err(ApiError::new(400, "InvalidSecurityToken.Mismatch", "Specified SecurityToken is not valid."));
    }
    if moment.is_none_or(|moment| (Utc::now() - moment).abs() > FRESH) {
        return Err(ApiError::new(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."));
    }
    let id = id.to_owned();
    // The official SDK sends none in the ROA style.
    let may_be_missing = matches!(style, Style::RoaV1);
    let is_fresh = if nonce.is_empty() { may_be_missing } else { ledger.nonces.insert(nonce.to_owned()) };
    if !is_fresh {
        return Err(ApiError::new(400, "SignatureNonceUsed", "Specified signature nonce was used already."));
    }
    let name = match style {
        Style::RpcV1 => "RPC V1",
        Style::RoaV1 => "ROA V1",
        Style::Acs3(_) => "ACS3",
    };
    Ok((id, name))
}

enum Style<'a> {
    RpcV1,
    RoaV1,
    Acs3(Vec<&'a str>),
}

fn parse_iso(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc())
}
