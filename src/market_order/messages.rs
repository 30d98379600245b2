//! Messages about an order that is configured, imported or read.

use alicloud::market::Order;
use tfplugin::Diagnostic;

use super::{MarketOrder, NAME, has_ended, schema};

/// The error about a package version in `components` that is not the one of `package_version`.
pub(super) fn two_package_versions(version: &str, component: &str) -> Diagnostic {
    let detail = format!(
        "components contains the package version {component:?}, and the argument package_version is {version:?}. Remove it from \
         components, or use the same version in both."
    );
    let path = MarketOrder::COMPONENTS.key(schema::PACKAGE_VERSION);
    Diagnostic::error("The arguments components and package_version name different versions", detail).at(path)
}

/// The error about an order to import that the Marketplace does not know.
pub(super) fn not_imported(id: &str, request_id: &str) -> Diagnostic {
    let detail = format!(
        "The Marketplace has no order {id} that these credentials can read (RequestId {request_id}). Nothing was imported or \
         bought. Check the ID, the account of the credentials, and the region. Then run the import again:\n\n  terraform import \
         {NAME}.<name> {id}"
    );
    Diagnostic::error(format!("Order {id} was not imported: it does not exist"), detail)
}

/// A warning about an order that is still known but no longer in force.
pub(super) fn ended(id: &str, order: &Order) -> Option<Diagnostic> {
    let status = order.order_status.as_deref().filter(|status| has_ended(status))?;
    let detail = format!(
        "The order {id} has the status {status}, so what it bought is no longer in force. The order stays in the state, and \
         Terraform does not buy another one.\n\n1. To buy it again, with a new client_token if it has one: terraform apply \
         -replace={NAME}.<name>\n\n2. To remove it from the state: terraform state rm {NAME}.<name>"
    );
    Some(Diagnostic::warning(format!("Order {id} is no longer in force: its status is {status}"), detail))
}
