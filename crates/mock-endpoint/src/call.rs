//! What an operation is called with, and the error that it may answer.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::fault::Kind;

/// An error in Alibaba Cloud's shape.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    /// None is JSON's null, as for the message.
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
}

impl ApiError {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: Some(code.to_owned()), message: Some(message.into()) }
    }

    /// An error that says nothing.
    pub(crate) fn null(status: u16) -> Self {
        Self { status, code: None, message: None }
    }
}

/// A request that was let through.
pub(crate) struct Call {
    /// The account that calls.
    pub(crate) account: String,
    /// The AccessKey id; empty for an operation that needs no signature.
    pub(crate) access_key: String,
    /// The query.
    pub(crate) parameters: BTreeMap<String, String>,
    /// The parameters in the body, where it is a form.
    pub(crate) form: BTreeMap<String, String>,
    /// The body, where it is JSON.
    pub(crate) body: Json,
    /// How the operation is to answer.
    pub(crate) variant: Variant,
}

/// How an operation answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    /// As it is.
    Usual,
    /// As if it did not know the object.
    Absent,
    /// The same in the form that is not the usual one.
    AbsentEmpty,
    /// It sells, and is not paid.
    Unpaid,
    /// It sells only so many of the products.
    Partial(usize),
}

impl Variant {
    pub(crate) fn of(kind: Option<&Kind>) -> Self {
        match kind {
            Some(Kind::Absent) => Self::Absent,
            Some(Kind::AbsentEmpty) => Self::AbsentEmpty,
            Some(Kind::Unpaid) => Self::Unpaid,
            Some(Kind::Partial { bought } | Kind::PartialLost { bought }) => Self::Partial(*bought),
            _ => Self::Usual,
        }
    }

    /// Whether the object is not to be known.
    pub(crate) fn is_absent(self) -> bool {
        matches!(self, Self::Absent | Self::AbsentEmpty)
    }
}
