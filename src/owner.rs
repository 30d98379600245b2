//! Whose an order is, where it is known, and when it counts as gone.

use std::time::Duration;

use super::{Cloud, failure_messages, journal::Journal, order::OrderModel};
use alicloud::{error::Failure, retry::Deadline};
use tfplugin::{Diagnostic, Private, PrivateKey, State};

/// How far apart the two replies must be by which an order counts as gone.
const BETWEEN_READS: Duration = Duration::from_secs(3);

/// Where private data has the account.
const OWNER: PrivateKey<String> = PrivateKey::new("owner");

/// Where private data has the endpoint that the order was bought or last read at: each site knows only its own orders.
const ENDPOINT: PrivateKey<String> = PrivateKey::new("endpoint");

/// The account that owns the object, if it is recorded.
pub(super) fn recorded(private: &Private) -> Option<String> {
    private.get(OWNER)
}

/// Records where an order of this type was bought or read now.
pub(super) fn record_endpoint<M: OrderModel>(private: &mut Private, cloud: &Cloud) {
    if let Some(endpoint) = read_endpoint::<M>(cloud) {
        private.set(ENDPOINT, &endpoint);
    }
}

fn read_endpoint<M: OrderModel>(cloud: &Cloud) -> Option<String> {
    Some(cloud.client.endpoint(M::READ_FROM).ok()?.authority())
}

/// Records the account: the one that the service reports, or else the caller's. Where neither is known, nothing is
/// recorded, which is no reason to fail.
pub(super) async fn record(private: &mut Private, reported: Option<&str>, cloud: &Cloud, deadline: &Deadline) {
    let owner = match reported.filter(|account| *account != "0") {
        Some(reported) => Some(reported.to_owned()),
        None if recorded(private).is_some() => None,
        None => cloud.account(deadline).await.ok().map(str::to_owned),
    };
    if let Some(owner) = owner {
        private.set(OWNER, &owner);
    }
}

/// Why an order was not read.
#[derive(Debug)]
pub(super) enum Unread {
    /// The request failed.
    Failed(Failure),
    /// One reply did not know the order, and there was no time for another one.
    AskedOnce,
}

impl Unread {
    /// The error for the user.
    pub(super) fn diagnostic(&self, id: &str) -> Diagnostic {
        match self {
            Self::Failed(failure) => {
                failure_messages::read_failure("The order cannot be read", &format!("The order {id}"), failure)
            }
            Self::AskedOnce => {
                let detail = format!(
                    "One request did not find the order {id}, and the time limit passed before a second one. Nothing was bought, and the \
                     state stays as it is. Run {} again.",
                    Journal::current().command_name()
                );
                Diagnostic::error("The order cannot be read", detail)
            }
        }
    }
}

/// As a part of a sentence.
impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(failure) => write!(f, "{failure}"),
            Self::AskedOnce => {
                f.write_str("one request did not find it, and the time limit passed before a second one")
            }
        }
    }
}

/// Reads an order; a second time where the first reply does not know it, for two replies, some time apart, have to say so.
///
/// # Errors
/// It cannot be read, or only one reply says so.
pub(super) async fn read_twice<T, F: Future<Output = Result<T, Failure>>>(
    deadline: &Deadline,
    is_there: impl Fn(&T) -> bool,
    read: impl Fn() -> F,
) -> Result<T, Unread> {
    let first = read().await.map_err(Unread::Failed)?;
    if is_there(&first) {
        return Ok(first);
    }
    if deadline.wait(BETWEEN_READS).await { read().await.map_err(Unread::Failed) } else { Err(Unread::AskedOnce) }
}

/// The error for an order that was placed and never read since: it may take the service a while to know
/// it, and an order that was never visible cannot be gone.
fn never_read(kind: &str, id: &str) -> Diagnostic {
    let detail = format!(
        "The order {id} was placed, but Alibaba Cloud does not return it yet. The state stays as it is, and nothing is \
         bought.\n\n1. Wait a few minutes, then run terraform plan again.\n\n2. If the console does not show the order either, and \
         you want to buy it again: terraform state rm {kind}.<name>"
    );
    Diagnostic::error(format!("Order {id} cannot be read yet"), detail)
}

fn elsewhere(id: &str, known: &str, endpoint: &str) -> Diagnostic {
    let detail = format!(
        "The order {id} was bought or last read at {known}. The provider now reads it at {endpoint}, which does not have it: each site \
         of Alibaba Cloud has only its own orders. The state stays as it is, and nothing is bought.\n\n1. Set region, account_type and \
         endpoints in the provider block as they were, so that the provider reads it at {known}.\n\n2. Run terraform plan again."
    );
    Diagnostic::error(format!("Order {id} cannot be read: the provider uses another endpoint than before"), detail)
}

fn of_another_account(id: &str, owner: &str, account: &str) -> Diagnostic {
    let detail = format!(
        "The order {id} belongs to the account {owner}, but the credentials belong to the account {account}, which cannot read \
         it. The state stays as it is, and nothing is bought. Use credentials of {owner}, then run {} again.",
        Journal::current().command_name()
    );
    Diagnostic::error("The credentials belong to another account", detail)
}

fn of_unknown_account(id: &str, kind: &str, endpoint: &str, account: &str) -> Diagnostic {
    let detail = format!(
        "{endpoint} has no order {id} of the account {account}, and the state contains neither the owner of the order nor the endpoint \
         where it was bought. The state stays as it is, and nothing is bought.\n\n1. If the order belongs to another account, \
         use its credentials.\n\n2. If it was bought at another endpoint, set account_type, region or endpoints in the \
         provider block so that the provider reads it there: each site of Alibaba Cloud has only its own orders.\n\n3. If it no longer \
         exists, remove it from the state. The next apply then buys a new one:\n\n     terraform state rm {kind}.<name>"
    );
    Diagnostic::error(format!("It is unknown whether order {id} still exists"), detail)
}

/// Whether an order of this type that the service does not return is gone: not if another endpoint knew it, not if the
/// credentials belong to another account than the one that owns it, and not if it was never read.
///
/// # Errors
/// It cannot, or that is unknown.
pub(super) async fn confirm_gone<M: OrderModel>(
    id: &str,
    prior: &State<M>,
    cloud: &Cloud,
    deadline: &Deadline,
) -> Result<(), Diagnostic> {
    let endpoint = read_endpoint::<M>(cloud).unwrap_or_default();
    if let Some(known) = prior.private.get(ENDPOINT).filter(|known| *known != endpoint) {
        return Err(elsewhere(id, &known, &endpoint));
    }
    let account = cloud.account(deadline).await.map_err(|unknown| unknown.diagnostic())?;
    match recorded(&prior.private) {
        Some(owner) if owner != account => Err(of_another_account(id, &owner, account)),
        Some(_) if !M::was_read(prior) => Err(never_read(M::TYPE_NAME, id)),
        Some(_) => Ok(()),
        None => Err(of_unknown_account(id, M::TYPE_NAME, &endpoint, account)),
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    let (id, kind) = ("202600000000001", "alicloud_market_order");
    let lost = crate::catalogue::lost("DescribeOrder");
    vec![
        Unread::Failed(lost).diagnostic(id),
        Unread::AskedOnce.diagnostic(id),
        never_read(kind, id),
        elsewhere(id, "market.aliyuncs.com", "market.ap-southeast-1.aliyuncs.com"),
        of_another_account(id, "1000000000000001", "1000000000000002"),
        of_unknown_account(id, kind, "market.aliyuncs.com", "1000000000000002"),
    ]
}
