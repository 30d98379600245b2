//! When an order that DescribeOrder does not know is out of the state: not while the account holds what came of it.

use alicloud::{market_search, retry::Limit};
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
    limit: &Limit,
    ctx: &Context,
) -> Result<Diagnostic, Diagnostic> {
    owner::confirm_gone(id, state, cloud, limit).await?;
    let product = state.product_code.as_str().unwrap_or_default();
    let brief = cloud.limit(LISTING, ctx);
    match market_search::instances(&cloud.client, product, &brief).await {
        Ok(instances) if instances.iter().any(|instance| instance.order_id.as_deref() == Some(id)) => {
            Err(still_held(id, request_id))
        }
        Ok(_) => Ok(gone(id, request_id)),
        // Whoever may not ask, or is asked to wait, can be answered like this too.
        Err(failure) => {
            let subject = format!("DescribeOrder does not know the order {id} (HTTP {status}, RequestId {request_id})");
            let mut error =
                failure_messages::read_failure("It cannot be told whether the order is gone", &subject, &failure);
            error.detail += &format!(
                "\n\nIf the order is really gone, take it out of the state; the next apply then buys a new one:\n\n  terraform \
                 state rm {NAME}.<name>"
            );
            Err(error)
        }
    }
}

/// How long listing the instances may take.
const LISTING: std::time::Duration = std::time::Duration::from_secs(15);

pub(super) fn still_held(id: &str, request_id: &str) -> Diagnostic {
    let detail = format!(
        "DescribeOrder says twice that there is no order {id} (RequestId {request_id}), and DescribeInstances lists an instance \
         of it. The state stays as it is, and nothing is bought.\n\n1. Run terraform plan again in a while.\n\n2. If it stays \
         like this and you want to forget the order: terraform state rm {NAME}.<name>"
    );
    Diagnostic::error(format!("Order {id} is not gone: the account holds an instance of it"), detail)
}

pub(super) fn gone(id: &str, request_id: &str) -> Diagnostic {
    let detail = format!(
        "The Marketplace says twice that there is no order {id} (RequestId {request_id}), so it was taken out of the \
         state, and Terraform plans a new order in its place. If you do not want one, remove the resource from the \
         configuration, or check that the credentials belong to the account that bought it. To buy again, change a \
         client_token that bought this order."
    );
    Diagnostic::warning(format!("Order {id} is gone: Terraform plans a new one"), detail)
}
