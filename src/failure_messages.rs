//! Failures in words: what happened, what it means for the user's money, and what to do next.

use alicloud::{
    credentials::NoCredentials,
    error::{ApiError, ApiErrorKind, Error, Failure, TransportKind},
};

use tfplugin::diagnostics::Diagnostic;

use crate::journal::Journal;

/// What a failure means for the user's money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PurchaseOutcome {
    /// Only reading failed; orders stay as they are.
    OnlyRead,
    /// No order was placed.
    NotPlaced,
    /// No order was placed this time; what an earlier apply may have done.
    NotPlacedNow(String),
    /// Whether instances renew themselves was not changed, or not of all of them.
    NotRenewed,
    /// An order may have been placed; what to do about it.
    MaybePlaced(String),
}

impl PurchaseOutcome {
    /// The outcome, as a heading.
    pub(super) fn heading(&self) -> &'static str {
        match self {
            Self::OnlyRead => "The order cannot be read",
            Self::NotPlaced => "No order was placed",
            Self::NotPlacedNow(_) => "No order was placed by this apply",
            Self::NotRenewed => "The auto-renewal was not changed",
            Self::MaybePlaced(_) => "An order may have been placed",
        }
    }
}

/// The RAM permission that an operation needs, as Alibaba Cloud documents it. The Marketplace documents no action of its own.
const PERMISSIONS: [(&str, &str); 14] = [
    ("AutoRenewInstance", "the system policy AliyunMarketplaceFullAccess"),
    ("CreateOrder", "the system policy AliyunMarketplaceFullAccess"),
    ("DescribeInstance", "the system policy AliyunMarketplaceFullAccess"),
    ("DescribeInstances", "the system policy AliyunMarketplaceFullAccess"),
    ("DescribeOrder", "the system policy AliyunMarketplaceFullAccess"),
    ("DescribePrice", "the system policy AliyunMarketplaceFullAccess"),
    ("DescribeProduct", "the system policy AliyunMarketplaceFullAccess"),
    ("DescribeProducts", "the system policy AliyunMarketplaceFullAccess"),
    ("QueryAccountBalance", "the RAM action bss:DescribeAcccount"),
    ("CreateProductOrders", "the RAM action pai:CreateOrder"),
    ("ListProducts", "the RAM action pai:ListProducts"),
    ("GetOrderDetail", "the RAM action bss:DescribeOrderDetail"),
    ("QueryOrders", "the RAM action bss:DescribeOrderList"),
    ("AssumeRole", "the RAM action sts:AssumeRole"),
];

/// The error for a failed request about `subject`, such as `the order 2020…`.
pub(super) fn failure(summary: &str, subject: &str, failure: &Failure, money: &PurchaseOutcome) -> Diagnostic {
    // A plan and an import read too.
    let command =
        if *money == PurchaseOutcome::OnlyRead { Journal::current().command_name() } else { APPLY.to_owned() };
    failure_of(&command, summary, subject, failure, money)
}

/// The same, where `command` is the one to run again.
pub(super) fn failure_of(
    command: &str,
    summary: &str,
    subject: &str,
    failure: &Failure,
    money: &PurchaseOutcome,
) -> Diagnostic {
    let money = match money {
        PurchaseOutcome::OnlyRead => "Nothing was bought or changed, and the state stays as it is.".to_owned(),
        PurchaseOutcome::NotPlaced => "No order was placed, and nothing was paid.".to_owned(),
        PurchaseOutcome::NotPlacedNow(earlier) => {
            format!("No order was placed by this apply, and nothing was paid. {earlier}")
        }
        PurchaseOutcome::NotRenewed => {
            "Nothing was bought. The order and its state stay as they are, and the next apply sets the \
                              auto-renewal of all of its instances."
                .to_owned()
        }
        PurchaseOutcome::MaybePlaced(next) => format!("An order may have been placed.\n\n{next}"),
    };
    let detail = format!("{subject}: {failure}.\n\n{money}\n\n{} Then run {command} again.", failure_advice(failure));
    Diagnostic::error(summary, detail)
}

/// The error where only reading failed.
pub(super) fn read_failure(summary: &str, subject: &str, failed: &Failure) -> Diagnostic {
    failure(summary, subject, failed, &PurchaseOutcome::OnlyRead)
}

/// The command that buys.
const APPLY: &str = "terraform apply";

/// The error where a purchase cannot be signed.
pub(super) fn no_credentials(error: &Error) -> Diagnostic {
    let detail = format!("{error}. Nothing was bought.\n\n{} Then run {APPLY} again.", advice("", error));
    Diagnostic::error("No order was placed: the provider has no credentials", detail)
}

/// What to mend after a request that was given up.
pub(super) fn failure_advice(failure: &Failure) -> String {
    advice(failure.action, &failure.error)
}

/// What to mend after an error of an operation, in sentences, before the command is run again.
pub(super) fn advice(action: &str, error: &Error) -> String {
    let advice = match error {
        Error::Api(error) => return refused(action, error),
        Error::NotSent(transport) | Error::Lost(transport) => match transport.kind {
            TransportKind::Dns => {
                "Check the endpoint (region, endpoints, protocol in the provider block) and this machine's DNS."
            }
            TransportKind::Certificate => {
                "Check the endpoint, and that this machine trusts the certificate authority of its certificate."
            }
            TransportKind::Tls => {
                "Check that the endpoint supports HTTPS. If it is a mock without TLS, begin it with http://."
            }
            TransportKind::Connect | TransportKind::ConnectTimeout | TransportKind::Broken | TransportKind::Timeout => {
                "Check that this machine can reach the endpoint. The provider uses HTTPS_PROXY and NO_PROXY."
            }
        },
        Error::Malformed { .. } => {
            "Check that the endpoint is one of Alibaba Cloud, and that no proxy responds instead."
        }
        Error::TooMany { .. } => {
            "The account has more entries than the provider reads. Look for the order in the console of Alibaba Cloud."
        }
        Error::Credentials(NoCredentials { request: Some(failure), .. }) => return failure_advice(failure),
        Error::Credentials(_) => "See the section on credentials in the provider's documentation.",
        Error::Configuration(_) => "Correct the provider block.",
        Error::Stopped => "You need not correct anything.",
        Error::TooLate => "Check whether the order exists before you buy it again.",
    };
    advice.to_owned()
}

/// What to do about rejected credentials, whose source the error names: how its code begins, and the advice.
const REJECTED: [(&str, &str); 7] = [
    ("InvalidSecurityToken.Expired", "The credentials are temporary and have expired: get new ones."),
    (
        "InvalidSecurityToken",
        "The security token belongs to another AccessKey: set the AccessKey ID, secret and token of the same session.",
    ),
    ("MissingSecurityToken", "The credentials are temporary: set their security token (security_token) too."),
    (
        "InvalidAccessKeyId.Inactive",
        "The AccessKey is disabled: enable it in the RAM console, or use another AccessKey.",
    ),
    (
        "InvalidAccessKeyId",
        "The AccessKey does not exist at this site of Alibaba Cloud: check the AccessKey ID, and account_type in the provider \
         block.",
    ),
    (
        "InvalidAccessKeySecret",
        "The secret belongs to another AccessKey: set the AccessKey ID and the secret of the same AccessKey.",
    ),
    (
        "SignatureDoesNotMatch",
        "The secret belongs to another AccessKey: set the AccessKey ID and the secret of the same AccessKey.",
    ),
];

fn rejected(code: &str) -> &'static str {
    let found = REJECTED.iter().find(|(prefix, _)| code.starts_with(prefix));
    found.map_or("Check the AccessKey, its secret and its security token.", |(_, advice)| advice)
}

fn refused(action: &str, error: &ApiError) -> String {
    let advice = match error.kind() {
        ApiErrorKind::Keys => rejected(&error.code),
        ApiErrorKind::Forbidden => return permission(action),
        ApiErrorKind::Account => {
            "Check the account in the console: its balance, its unpaid orders, or its verification."
        }
        ApiErrorKind::Owner if action.starts_with("Create") => {
            "Something in the purchase, such as a coupon, belongs to another account: use the credentials of that account, or remove \
             it."
        }
        ApiErrorKind::Owner => "It belongs to another account: use the credentials of that account.",
        ApiErrorKind::Site => {
            "The account belongs to another site of Alibaba Cloud than the endpoint. Set account_type in the provider block \
             to International, or to Domestic for the Chinese site, and remove endpoints of the other site. If both sites refuse \
             the account, contact Alibaba Cloud support with the RequestId."
        }
        ApiErrorKind::Quota => "Request a higher quota, or free some of it.",
        ApiErrorKind::Clock => "Correct the clock of this machine: it must be at most 15 minutes off.",
        ApiErrorKind::TokenReused => "Undo the change of the configuration, or set a new client_token.",
        ApiErrorKind::Throttled | ApiErrorKind::ServerFault => "Wait a few minutes.",
        ApiErrorKind::Operation => {
            "The endpoint does not have this operation. Check region and endpoints in the provider block, and the environment \
             variables for endpoints."
        }
        ApiErrorKind::NotFound | ApiErrorKind::Invalid => "Correct what the message of Alibaba Cloud says.",
    };
    advice.to_owned()
}

/// How to let the caller do what it may not do.
fn permission(action: &str) -> String {
    match PERMISSIONS.iter().find(|(name, _)| *name == action) {
        Some((_, permission)) => format!("Grant the caller {permission}."),
        None if action == "AssumeRoleWithOIDC" => {
            "Let the role's trust policy trust the identity provider, for tokens like this one.".to_owned()
        }
        None => format!("Grant the caller the RAM permission for {action}."),
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    use crate::catalogue::{lost, refused};
    let order = "The order 202600000000001";
    let answers = [
        (403, "Forbidden.RAM"),
        (404, "InvalidAccessKeyId.NotFound"),
        (400, "InvalidSecurityToken.Expired"),
        (400, "InvalidTimeStamp.Expired"),
        (400, "NotApplicable"),
        (400, "InvalidOwner"),
        (404, "InvalidApi.NotFound"),
        (429, "Throttling.User"),
        (503, "ServiceUnavailable"),
    ];
    let answers = answers.map(|(status, code)| {
        let answer = refused("CreateOrder", status, code, "The service says why.");
        failure(PurchaseOutcome::NotPlaced.heading(), "The order", &answer, &PurchaseOutcome::NotPlaced)
    });
    let maybe = PurchaseOutcome::MaybePlaced("Apply again: it finds the order and buys no second one.".to_owned());
    let earlier = PurchaseOutcome::NotPlacedNow("An earlier apply may have placed it.".to_owned());
    let mut samples = answers.to_vec();
    samples.push(failure(
        PurchaseOutcome::OnlyRead.heading(),
        order,
        &lost("DescribeOrder"),
        &PurchaseOutcome::OnlyRead,
    ));
    samples.push(failure(maybe.heading(), "The order", &lost("CreateOrder"), &maybe));
    samples.push(failure(earlier.heading(), "The order", &lost("CreateOrder"), &earlier));
    samples
}
