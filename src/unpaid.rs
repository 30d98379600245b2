//! Orders that should have been paid and are not.

use super::order::OrderModel;
use tfplugin::Diagnostic;

/// Whether a payment status says that an order is not paid.
pub(super) fn is_unpaid(status: &str) -> bool {
    status.eq_ignore_ascii_case("UNPAID")
}

/// The warning about an order that is not paid although its purchase should have paid it. `status` is how the service calls
/// that.
pub(super) fn warning<M: OrderModel>(id: &str, status: Option<&str>) -> Option<Diagnostic> {
    let (kind, console) = (M::TYPE_NAME, M::CONSOLE);
    let status = status.filter(|status| is_unpaid(status))?;
    let detail = format!(
        "The order {id} is in the state and has the payment status {status}: it exists, and what it buys may not be in force \
         until it is paid. Nothing is bought again.\n\n1. Check the balance and the payment method of the account.\n2. Pay the \
         order {id} in {console}, or cancel it there.\n3. Run terraform plan, which reads it again. If you cancelled it: \
         terraform state rm {kind}.<name>"
    );
    Some(Diagnostic::warning(format!("Order {id} is not paid"), detail))
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    warning::<crate::market_order::MarketOrder>("202600000000001", Some("UNPAID")).into_iter().collect()
}
