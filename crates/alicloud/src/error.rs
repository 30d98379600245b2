//! What went wrong with a request, and whether the operation can have happened all the same.

use std::{fmt, time::Duration};

use super::reply::NULL;

/// A request that brought no usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// Nothing reached the server: the endpoint could not be found or connected to.
    NotSent(Transport),
    /// The request was sent, or part of it, and no whole reply came back.
    Lost(Transport),
    /// A reply came that is not what the operation answers.
    Malformed {
        /// The HTTP status.
        status: u16,
        /// The id of the request, if the reply had one.
        request_id: Option<String>,
        /// What is wrong with it.
        what: String,
    },
    /// A list has more pages than are read.
    TooMany {
        /// How many elements were read.
        read: usize,
    },
    /// The service refused or failed.
    Api(ApiError),
    /// There are no credentials to sign with.
    Credentials(NoCredentials),
    /// The request cannot be made from what was configured.
    Configuration(String),
    /// Terraform stopped the operation before anything was sent.
    Stopped,
    /// The time in which it is safe to send it has passed.
    TooLate,
}

/// Why a source has no credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoCredentials {
    /// In words for the user, without secrets.
    pub what: String,
    /// The request that failed, if it was one to STS.
    pub request: Option<Box<Failure>>,
}

impl NoCredentials {
    /// For a reason that is no failed request.
    pub fn new(what: String) -> Self {
        Self { what, request: None }
    }

    /// For a role that STS does not let be assumed.
    pub(super) fn for_role(arn: &str, failure: Failure) -> Self {
        Self { what: format!("the role {arn} cannot be assumed: {failure}"), request: Some(Box::new(failure)) }
    }
}

impl fmt::Display for NoCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for NoCredentials {}

/// What the network did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transport {
    /// The kind of trouble.
    pub kind: TransportKind,
    /// The host and port, without anything of the request.
    pub host: String,
    /// The cause that the operating system or the TLS library reports.
    pub cause: String,
}

/// The kinds of trouble that have a sentence of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportKind {
    /// The host name has no address.
    Dns,
    /// Nobody accepts connections there, or they break off.
    Connect,
    /// Time ran out before there was a connection, TLS included.
    ConnectTimeout,
    /// The TLS handshake broke off.
    Tls,
    /// The certificate does not verify. It will not the next time either.
    Certificate,
    /// Time ran out before there was a whole answer.
    Timeout,
    /// The connection broke while the request was under way.
    Broken,
}

/// An error that the service answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// The code, such as `InvalidAccessKeyId.NotFound`; `null` where the service says so.
    pub code: String,
    /// The message, without what it may quote of the signed request, and with the source of credentials that were rejected;
    /// `null` where the service says so.
    pub message: String,
    /// The id of the request, for support.
    pub request_id: String,
    /// How long the service asks to wait.
    pub retry_after: Option<Duration>,
}

/// What sort of error the service answered with. Told apart by code first, then by status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiErrorKind {
    /// Too many requests; nothing was done.
    Throttled,
    /// The service failed; something may have been done.
    ServerFault,
    /// The keys are unknown, disabled, expired, or the signature is wrong.
    Keys,
    /// The caller may not do this.
    Forbidden,
    /// The account cannot pay, owes money, or is not verified.
    Account,
    /// The object belongs to another account.
    Owner,
    /// The account is of another site than the endpoint.
    Site,
    /// A limit of the account is reached.
    Quota,
    /// The clock of this machine is off.
    Clock,
    /// The idempotency token was used with other parameters before.
    TokenReused,
    /// The object does not exist.
    NotFound,
    /// The endpoint does not have the operation.
    Operation,
    /// Something about the request is wrong, and will be the next time.
    Invalid,
}

/// The codes that mean more than their HTTP status: a prefix of the code, and its meaning.
const CODES: [(&str, ApiErrorKind); 34] = [
    ("Throttling", ApiErrorKind::Throttled),
    ("RequestLimitExceeded", ApiErrorKind::Throttled),
    ("ServiceUnavailable", ApiErrorKind::ServerFault),
    ("InternalError", ApiErrorKind::ServerFault),
    ("UnknownError", ApiErrorKind::ServerFault),
    ("UndefinedError", ApiErrorKind::ServerFault),
    ("SystemBusy", ApiErrorKind::ServerFault),
    // Each attempt has a nonce of its own, so a copy of this one, made on the way, was there before.
    ("SignatureNonceUsed", ApiErrorKind::ServerFault),
    ("InvalidAccessKeyId", ApiErrorKind::Keys),
    ("InvalidAccessKeySecret", ApiErrorKind::Keys),
    ("SignatureDoesNotMatch", ApiErrorKind::Keys),
    ("IncompleteSignature", ApiErrorKind::Keys),
    ("InvalidSecurityToken", ApiErrorKind::Keys),
    ("MissingSecurityToken", ApiErrorKind::Keys),
    ("Forbidden", ApiErrorKind::Forbidden),
    ("NoPermission", ApiErrorKind::Forbidden),
    ("NotAuthorized", ApiErrorKind::Forbidden),
    ("AuthenticationFail", ApiErrorKind::Forbidden),
    ("InvalidOwner", ApiErrorKind::Owner),
    ("NotApplicable", ApiErrorKind::Site),
    ("Account.Arrearage", ApiErrorKind::Account),
    ("InsufficientBalance", ApiErrorKind::Account),
    ("NotEnoughBalance", ApiErrorKind::Account),
    ("InvalidAccountStatus", ApiErrorKind::Account),
    ("OrdersNotPaid", ApiErrorKind::Account),
    ("ORDER.NO_REAL_NAME_AUTHENTICATION", ApiErrorKind::Account),
    ("QuotaExceed", ApiErrorKind::Quota),
    ("InvalidTimeStamp", ApiErrorKind::Clock),
    ("IllegalTimestamp", ApiErrorKind::Clock),
    ("IdempotentParameterMismatch", ApiErrorKind::TokenReused),
    ("IdempotenceParamNotMatch", ApiErrorKind::TokenReused),
    ("EntityNotExist", ApiErrorKind::NotFound),
    ("InvalidApi", ApiErrorKind::Operation),
    ("InvalidVersion", ApiErrorKind::Operation),
];

/// The codes that mean something else with a part of the message: how a code begins, the part, and what both mean.
const CODES_WITH_MESSAGE: [(&str, &str, ApiErrorKind); 1] = [("LXBuyError", "ARREARAGE", ApiErrorKind::Account)];

impl ApiError {
    /// Whether an operation that reads one object does not know the object: the code says so or says nothing, or the
    /// message says nothing and the code is not one that is known.
    pub fn is_absent(&self) -> bool {
        match self.known() {
            None => self.code == NULL || self.message == NULL,
            known => known == Some(ApiErrorKind::NotFound),
        }
    }

    /// What the code means, if it has a meaning beyond the HTTP status.
    pub(super) fn known(&self) -> Option<ApiErrorKind> {
        let with_message = |(prefix, part, _): &&(&str, &str, ApiErrorKind)| {
            self.code.starts_with(prefix) && self.message.to_ascii_uppercase().contains(part)
        };
        let with_message = CODES_WITH_MESSAGE.iter().find(with_message).map(|(.., refusal)| *refusal);
        let code = || CODES.iter().find(|(prefix, _)| self.code.starts_with(prefix)).map(|(_, refusal)| *refusal);
        with_message.or_else(code)
    }

    /// What sort of error this is.
    pub fn kind(&self) -> ApiErrorKind {
        self.known().unwrap_or(match self.status {
            // The outcome of a request is unknown if its error says nothing.
            _ if self.code == NULL => ApiErrorKind::ServerFault,
            429 => ApiErrorKind::Throttled,
            // The request was taken, or one like it is under way.
            408 | 409 => ApiErrorKind::ServerFault,
            401 => ApiErrorKind::Keys,
            403 => ApiErrorKind::Forbidden,
            404 => ApiErrorKind::NotFound,
            500.. => ApiErrorKind::ServerFault,
            _ => ApiErrorKind::Invalid,
        })
    }
}

/// Whether an operation that brought no answer can have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It did not happen.
    NotDone,
    /// It may have happened.
    Unknown,
}

impl Error {
    /// Whether the operation can have happened all the same.
    pub fn certainty(&self) -> Certainty {
        match self {
            Self::Lost(_) | Self::Malformed { .. } => Certainty::Unknown,
            Self::Api(error) if error.kind() == ApiErrorKind::ServerFault => Certainty::Unknown,
            Self::NotSent(_)
            | Self::TooMany { .. }
            | Self::Api(_)
            | Self::Credentials(_)
            | Self::Configuration(_)
            | Self::Stopped
            | Self::TooLate => Certainty::NotDone,
        }
    }

    /// Whether the same request can have another outcome when it is sent again.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::NotSent(transport) => transport.kind != TransportKind::Certificate,
            Self::Lost(_) => true,
            // Redirects and the pages of proxies stay what they are; a broken success or a server's fault may not.
            Self::Malformed { status, .. } => matches!(status, 200..300 | 408 | 429 | 500..),
            Self::Api(error) => matches!(error.kind(), ApiErrorKind::Throttled | ApiErrorKind::ServerFault),
            Self::TooMany { .. } | Self::Credentials(_) | Self::Configuration(_) | Self::Stopped | Self::TooLate => {
                false
            }
        }
    }

    /// The id of the request, if the service gave one.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => Some(error.request_id.as_str()).filter(|id| !id.is_empty()),
            Self::Malformed { request_id, .. } => request_id.as_deref(),
            _ => None,
        }
    }
}

/// One sentence, without a secret, a signature or the URL of the request.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(transport) | Self::Lost(transport) => transport.fmt(f),
            Self::Malformed { status, what, .. } => write!(f, "the reply (HTTP {status}) is not usable: {what}"),
            Self::TooMany { read } => write!(f, "it lists more than {read}, and no more are read"),
            Self::Api(error) => write!(f, "HTTP {}, {}: {}", error.status, error.code, error.message),
            Self::Credentials(why) => why.fmt(f),
            Self::Configuration(what) => f.write_str(what),
            Self::Stopped => f.write_str("Terraform asked to stop before the request was sent"),
            Self::TooLate => f.write_str("too much time has passed since it was first meant to be sent"),
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, host, cause } = self;
        match kind {
            TransportKind::Dns => write!(f, "the host name of {host} cannot be resolved ({cause})"),
            TransportKind::Connect => write!(f, "no connection to {host} ({cause})"),
            TransportKind::ConnectTimeout => write!(f, "no connection to {host} came about in time ({cause})"),
            TransportKind::Tls => write!(f, "the TLS handshake with {host} broke off ({cause})"),
            TransportKind::Certificate => write!(f, "the certificate of {host} does not verify ({cause})"),
            TransportKind::Timeout => write!(f, "{host} did not answer in time ({cause})"),
            TransportKind::Broken => write!(f, "the connection to {host} broke before the whole reply came ({cause})"),
        }
    }
}

impl std::error::Error for Error {}

/// A request that was given up, with all of its attempts behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The operation, such as `CreateOrder`.
    pub action: &'static str,
    /// How the last attempt ended.
    pub error: Error,
    /// How many attempts were made.
    pub attempts: u32,
    /// Whether any of the attempts can have done it.
    pub certainty: Certainty,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.action, self.error)?;
        if self.attempts > 1 {
            write!(f, " (attempt {})", self.attempts)?;
        }
        if let Some(id) = self.error.request_id() {
            write!(f, " [RequestId {id}]")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
