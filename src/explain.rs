//! Failures in words: what happened, what it means for the user's money, and what to do next.

use alicloud::{
    credentials::NoCredentials,
    error::{Error, Failure, Refusal, TransportKind},
};

use tfplugin::diagnostics::Diagnostic;

/// What a failure means for the user's money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Money {
    /// Only reading failed; orders stay as they are.
    OnlyRead,
    /// No order was placed.
    NotPlaced,
    /// No order was placed this time; what an earlier apply may have done.
    NotPlacedNow(String),
    /// An order may have been placed; what to do about it.
    MaybePlaced(String),
}

impl Money {
    /// The outcome, as a heading.
    pub(super) fn heading(&self) -> &'static str {
        match self {
            Self::OnlyRead => "The order cannot be read",
            Self::NotPlaced => "No order was placed",
            Self::NotPlacedNow(_) => "No order was placed by this apply",
            Self::MaybePlaced(_) => "An order may have been placed",
        }
    }
}

/// The RAM permission that an operation needs, as Alibaba Cloud documents it. The Marketplace documents no action of its own.
const PERMISSIONS: [(&str, &str); 10] = [
    ("CreateOrder", "the system policy AliyunMarketplaceFullAccess"),
    ("DescribeInstances", "the system policy AliyunMarketplaceFullAccess"),
    ("DescribeOrder", "the system policy AliyunMarketplaceFullAccess"),
    ("DescribePrice", "the system policy AliyunMarketplaceFullAccess"),
    ("QueryAccountBalance", "the RAM action bss:DescribeAcccount"),
    ("CreateProductOrders", "the RAM action pai:CreateOrder"),
    ("ListProducts", "the RAM action pai:ListProducts"),
    ("GetOrderDetail", "the RAM action bss:DescribeOrderDetail"),
    ("QueryOrders", "the RAM action bss:DescribeOrderList"),
    ("AssumeRole", "the RAM action sts:AssumeRole"),
];

/// The error for a failed request about `subject`, such as `the order 2020…`.
pub(super) fn failure(summary: &str, subject: &str, failure: &Failure, money: &Money) -> Diagnostic {
    let is_read = *money == Money::OnlyRead;
    let money = match money {
        Money::OnlyRead => "Nothing was bought or changed, and the state stays as it is.".to_owned(),
        Money::NotPlaced => "No order was placed, and nothing was paid.".to_owned(),
        Money::NotPlacedNow(earlier) => format!("No order was placed by this apply, and nothing was paid. {earlier}"),
        Money::MaybePlaced(next) => format!("An order may have been placed.\n\n{next}"),
    };
    let mut next = remedy(failure.action, &failure.error);
    if is_read {
        // A plan and an import read too.
        next = next.replace("terraform apply", "the command");
    }
    let detail = format!("{subject}: {failure}.\n\n{money}\n\n{next}");
    Diagnostic::error(summary, detail)
}

/// The error where a purchase cannot be signed.
pub(super) fn no_credentials(error: &Error) -> Diagnostic {
    Diagnostic::error("No credentials", format!("{error}. Nothing was bought.\n\n{}", remedy("", error)))
}

/// What to do next after a request that was given up.
pub(super) fn failure_remedy(failure: &Failure) -> String {
    remedy(failure.action, &failure.error)
}

/// What to do next after an error of an operation.
pub(super) fn remedy(action: &str, error: &Error) -> String {
    match error {
        Error::Api(error) => refused(action, error.refusal()),
        Error::NotSent(transport) | Error::Lost(transport) => match transport.kind {
            TransportKind::Dns => "Check the endpoint (region, endpoints, protocol in the provider block) and this \
                                   machine's DNS."
                .to_owned(),
            TransportKind::Certificate => "Check that the endpoint is the one you mean, and that this machine trusts \
                                           the authority behind its certificate."
                .to_owned(),
            TransportKind::Tls => {
                "Check that the endpoint speaks HTTPS; for a mock without TLS, name it with http://.".to_owned()
            }
            TransportKind::Connect | TransportKind::ConnectTimeout | TransportKind::Broken | TransportKind::Timeout => {
                "Check that the endpoint can be reached from here (HTTPS_PROXY and NO_PROXY are honoured), then run \
                 terraform apply again."
                    .to_owned()
            }
        },
        Error::Malformed { .. } => {
            "Check that the endpoint is Alibaba Cloud's and that no proxy answers in its place, \
                                    then run terraform apply again."
                .to_owned()
        }
        Error::Credentials(NoCredentials { request: Some(failure), .. }) => remedy(failure.action, &failure.error),
        Error::Credentials(_) => "See the section on credentials in the provider's documentation.".to_owned(),
        Error::Configuration(_) => "Correct the provider block.".to_owned(),
        Error::Stopped | Error::TooLate => "Run terraform apply again to go on.".to_owned(),
    }
}

fn refused(action: &str, refusal: Refusal) -> String {
    match refusal {
        Refusal::Keys => {
            "Check access_key, secret_key and security_token, and that the AccessKey is enabled.".to_owned()
        }
        Refusal::Forbidden => {
            let permission = PERMISSIONS.iter().find(|(name, _)| *name == action).map(|(_, permission)| *permission);
            match permission {
                Some(permission) => format!("Grant the caller {permission}."),
                None if action == "AssumeRoleWithOIDC" => {
                    "Let the role's trust policy trust the identity provider, for tokens like this one.".to_owned()
                }
                None => format!("Grant the caller the RAM permission for {action}."),
            }
        }
        Refusal::Account => "Settle the account first: its balance, its unpaid orders, or its verification.".to_owned(),
        Refusal::Owner if action.starts_with("Create") => {
            "Something that the purchase names, such as a coupon, belongs to another account: use the credentials of the \
             account that owns it, or leave it out."
                .to_owned()
        }
        Refusal::Owner => "It belongs to another account: use the credentials of the account that owns it.".to_owned(),
        Refusal::Site => {
            "The account belongs to another site of Alibaba Cloud than the endpoint. Set account_type in the \
                          provider block to International, or to Domestic for the Chinese site, and leave out \
                          endpoints of the other one."
                .to_owned()
        }
        Refusal::Quota => "Ask for a higher quota, or free some of it.".to_owned(),
        Refusal::Clock => "Set the clock of this machine: requests are valid for 15 minutes around it.".to_owned(),
        Refusal::TokenReused => "The idempotency token was used for another purchase.".to_owned(),
        Refusal::Throttled | Refusal::ServerFault => "Wait a little, then run terraform apply again.".to_owned(),
        Refusal::NotFound | Refusal::Invalid => {
            "Correct what the message names, then run terraform apply again.".to_owned()
        }
    }
}
