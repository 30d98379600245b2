//! What is to go wrong, and how often.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::operations::{self, PRODUCTS};

/// One thing that goes wrong with an operation, a number of times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The operation, such as `CreateOrder`.
    pub operation: String,
    /// How many requests it hits.
    #[serde(default = "once")]
    pub times: u32,
    /// The host that the requests must be for, if not any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// What happens.
    #[serde(flatten)]
    pub kind: Kind,
}

fn once() -> u32 {
    1
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// The connection is dropped before anything is done.
    DropBefore,
    /// The operation is done, then the connection is dropped without a reply.
    DropAfter,
    /// HTTP 500 `UnknownError`, and nothing is done.
    #[serde(rename = "error_500")]
    Error500,
    /// HTTP 503 `ServiceUnavailable`, and nothing is done.
    #[serde(rename = "error_503")]
    Error503,
    /// The operation is done, then answered with HTTP 503.
    #[serde(rename = "error_503_after")]
    Error503After,
    /// HTTP 400 `Throttling.User`, and nothing is done.
    Throttling {
        /// The header `Retry-After`, in seconds.
        #[serde(default)]
        retry_after: Option<u32>,
    },
    /// The operation is done late, even if the client no longer waits for its reply.
    SlowBefore {
        /// How late, in milliseconds.
        delay_ms: u64,
    },
    /// The operation is done, and the reply comes late.
    Slow {
        /// How late, in milliseconds.
        delay_ms: u64,
    },
    /// The operation is done, and the reply is no JSON.
    Garbage,
    /// The operation is done, and half of the reply comes as if it were the whole.
    Truncated,
    /// The operation is done, and the reply ends before the length that its header gives.
    WrongLength,
    /// The operation is done, and a reply begins that never ends.
    Endless,
    /// The reply of an operation that does not know the object, as one that lags behind.
    Absent,
    /// The same in another form: HTTP 200 without anything of the object.
    AbsentEmpty,
    /// An error of this status whose code and message are null, and nothing is done.
    NullError {
        /// The HTTP status.
        status: u16,
    },
    /// The operation is done, and the reply has no RequestId.
    NoRequestId,
    /// The order is placed, and not paid.
    Unpaid,
    /// CreateProductOrders buys only the last products of those requested.
    Partial {
        /// How many.
        bought: usize,
    },
    /// The same, and then the connection is dropped.
    PartialLost {
        /// How many.
        bought: usize,
    },
    /// An error of this status and code, and nothing is done.
    ApiError {
        /// The HTTP status.
        status: u16,
        /// The code, such as `Forbidden.RAM`.
        code: String,
        /// The message.
        #[serde(default)]
        message: String,
    },
    /// HTTP 200 with exactly this text, and nothing is done.
    Reply {
        /// The body.
        body: String,
    },
}

impl Fault {
    /// A fault that hits the next request of an operation.
    pub fn once(operation: &str, kind: Kind) -> Self {
        Self::times(operation, kind, 1)
    }

    /// A fault that hits the next requests of an operation.
    pub fn times(operation: &str, kind: Kind, times: u32) -> Self {
        Self { operation: operation.to_owned(), times, host: None, kind }
    }

    /// Only for requests to this host, which a proxy may lead here.
    #[must_use]
    pub fn at(self, host: &str) -> Self {
        Self { host: Some(host.to_owned()), ..self }
    }
}

/// The kinds that change what some operations answer, and only those.
const APPLY_TO: [(&str, &[&str]); 5] = [
    (
        "absent",
        &[
            "DescribeInstance",
            "DescribeOrder",
            "DescribePrice",
            "DescribeProduct",
            "GetOrderDetail",
            "QueryOrders",
            "ListProducts",
        ],
    ),
    ("absent_empty", &["DescribeOrder", "DescribeProduct", "GetOrderDetail", "QueryOrders"]),
    ("unpaid", &["CreateOrder", "CreateProductOrders"]),
    ("partial", &["CreateProductOrders"]),
    ("partial_lost", &["CreateProductOrders"]),
];

/// The least and the most that a number of a fault can be.
const NUMBERS: [(&str, u64, u64); 4] =
    [("times", 1, u64::MAX), ("status", 200, 599), ("delay_ms", 1, u64::MAX), ("bought", 0, PRODUCTS.len() as u64 - 1)];

/// Reads a fault. One that changes nothing would let a test pass that tests nothing.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn parse(json: &Json) -> Result<Fault, String> {
    let fault = Fault::deserialize(json).map_err(|error| format!("not a fault: {error}"))?;
    if !operations::all().any(|known| known.name == fault.operation) {
        return Err(format!("there is no operation {:?}, but {}", fault.operation, crate::operations().join(", ")));
    }
    let known = json!(fault);
    let unknown = json.as_object().into_iter().flatten().map(|(name, _)| name).find(|name| known.get(name).is_none());
    if let Some(unknown) = unknown {
        return Err(format!("there is no {unknown:?} in a fault of this kind"));
    }
    for (name, least, most) in NUMBERS {
        if let Some(number) = known[name].as_u64().filter(|number| !(least..=most).contains(number)) {
            return Err(format!("{name} is {number}, and must be from {least} to {most}"));
        }
    }
    let kind = known["kind"].as_str().unwrap_or_default();
    match APPLY_TO.iter().find(|(name, _)| *name == kind) {
        Some((_, operations)) if !operations.contains(&fault.operation.as_str()) => {
            Err(format!("{kind} does not apply to {}, but to {}", fault.operation, operations.join(", ")))
        }
        _ => Ok(fault),
    }
}

/// Takes the fault that hits this request, if one does.
pub(crate) fn take(faults: &mut Vec<Fault>, operation: &str, host: &str) -> Option<Kind> {
    let is_meant = |fault: &Fault| {
        fault.operation == operation && fault.times > 0 && fault.host.as_ref().is_none_or(|wanted| wanted == host)
    };
    let at = faults.iter().position(is_meant)?;
    faults[at].times -= 1;
    let kind = faults[at].kind.clone();
    faults.retain(|fault| fault.times > 0);
    Some(kind)
}
