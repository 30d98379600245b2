//! When an order that DescribeOrder does not know is out of the state: not while the account holds its instances.

use alicloud::{error::Failure, market_search, retry::Deadline};
use tfplugin::{Context, Diagnostic, State};

use super::{MarketOrder, NAME};
use crate::{Cloud, failure_messages, owner};

/// Makes sure that an order is gone, which two replies did not know, the last one with this HTTP status. Returns the warning
/// about it.
///
/// # Errors
/// It is not certain. The order stays in the state.
pub(super) async fn confirm(
    id: &str,
    state: &State<MarketOrder>,
    (status, request_id): (u16, &str),
    cloud: &Cloud,
    deadline: &Deadline,
    ctx: &Context,
) -> Result<Diagnostic, Diagnostic> {
    owner::confirm_gone(id, state, cloud, deadline).await?;
    let product = state.product_code.as_str().unwrap_or_default();
    let brief = cloud.deadline(LISTING, ctx);
    match market_search::instances(&cloud.client, product, &brief).await {
        Ok(instances) if instances.iter().any(|instance| instance.order_id.as_deref() == Some(id)) => {
            Err(still_held(id, request_id))
        }
        Ok(_) => Ok(gone(id, request_id)),
        // A caller without permission, or one that is throttled, can get this response too.
        Err(failure) => Err(unconfirmed(id, (status, request_id), &failure)),
    }
}

pub(super) fn unconfirmed(id: &str, (status, request_id): (u16, &str), failure: &Failure) -> Diagnostic {
    let summary = format!("It is unknown whether order {id} still exists");
    let subject = format!(
        "DescribeOrder does not find the order {id} (HTTP {status}, RequestId {request_id}), and the instances of the account \
         cannot be read"
    );
    let mut error = failure_messages::read_failure(&summary, &subject, failure);
    error.detail += &format!(
        "\n\nIf the order no longer exists, remove it from the state. The next apply then buys a new one:\n\n  terraform state rm \
         {NAME}.<name>"
    );
    error
}

/// How long listing the instances may take.
const LISTING: std::time::Duration = std::time::Duration::from_secs(15);

pub(super) fn still_held(id: &str, request_id: &str) -> Diagnostic {
    let detail = format!(
        "Two DescribeOrder requests did not find the order {id} (RequestId {request_id}), but DescribeInstances lists an instance \
         of it. The state stays as it is, and nothing is bought.\n\n1. Wait a few minutes, then run terraform plan again.\n\n2. If \
         this error persists and you want to remove the order from the state: terraform state rm {NAME}.<name>"
    );
    Diagnostic::error(format!("Order {id} cannot be read, although the account has an instance of it"), detail)
}

pub(super) fn gone(id: &str, request_id: &str) -> Diagnostic {
    let detail = format!(
        "Two requests to the Marketplace did not find the order {id} (RequestId {request_id}), so the provider removed it from \
         the state, and Terraform plans a new order. If you do not want a new order, remove the resource from the configuration, \
         or check that the credentials belong to the account that bought the order. If you do, and the resource has a \
         client_token, set a new one: the old one may still return the order {id}."
    );
    Diagnostic::warning(format!("Order {id} is gone: Terraform plans a new one"), detail)
}
