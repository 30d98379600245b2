//! Messages about orders of PAI products.

use std::collections::BTreeSet;

use alicloud::billing::Row;
use tfplugin::{Diagnostic, Partial, value::Path};

use super::{
    NAME,
    products::Property,
    schema::{self, PaiProductOrder},
};
use crate::order::shown_id;

/// The error about an order to import that billing does not know.
pub(super) fn not_imported(id: &str, request_id: &str) -> Diagnostic {
    let detail = format!(
        "Billing has no order {id} that these credentials can read (RequestId {request_id}). Nothing was imported or bought. Check \
         the ID and the account of the credentials. Then run the import again:\n\n  terraform import {NAME}.<name> {id}"
    );
    Diagnostic::error(format!("Order {id} was not imported: it does not exist"), detail)
}

/// The error about an order to import that buys nothing, or no longer.
pub(super) fn not_a_purchase(id: &str, rows: &[Row], request_id: &str) -> Diagnostic {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
    let row = |row: &Row| format!("OrderType {}, PaymentStatus {}", text(&row.order_type), text(&row.payment_status));
    let rows: Vec<String> = rows.iter().map(row).collect();
    let detail = format!(
        "The order {id} is a renewal, a refund or a cancelled order. Billing reports: {} (RequestId {request_id}). Nothing was \
         imported or bought. Find the order that bought the products in the billing console under Orders, and import it:\n\n  \
         terraform import {NAME}.<name> <order id>",
        rows.join("; ")
    );
    Diagnostic::error(format!("Order {id} was not imported: it is not a purchase"), detail)
}

/// The error about an order to import that bought other products.
pub(super) fn of_other_products(id: &str, rows: &[Row], request_id: &str) -> Diagnostic {
    let names: BTreeSet<&str> = rows.iter().flat_map(Row::names).collect();
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    let names = if names.is_empty() { "no product" } else { &names };
    let detail = format!(
        "The order {id} contains none of the products that {NAME} can buy. Billing reports {names} (RequestId {request_id}). \
         Nothing was imported or bought. Find the ID of the order in the billing console under Orders, and import it:\n\n  \
         terraform import {NAME}.<name> <order id>"
    );
    Diagnostic::error(format!("Order {id} was not imported: it contains no PAI product"), detail)
}

/// The warning about an order whose products billing does not report for certain.
pub(super) fn uncertain(id: &str, commodities: &[&str], codes: &[String]) -> Diagnostic {
    let detail = format!(
        "Billing reports {} for the order {id}, and Alibaba Cloud does not document which product that is. The state says {}. \
         Check the order in the billing console. If it is another product: terraform state rm {NAME}.<name>",
        commodities.join(", "),
        codes.join(", ")
    );
    Diagnostic::warning(format!("It is not certain which products the order {id} contains"), detail)
}

/// The error about a product code that ListProducts leaves out.
pub(super) fn unknown_product(code: &str, region: &str, request_id: Option<&str>) -> Diagnostic {
    let request_id = request_id.map(|id| format!(" (RequestId {id})")).unwrap_or_default();
    let detail = format!(
        "ListProducts reports nothing about {code:?} in the region {region}{request_id}. Nothing was bought or changed. Check the \
         spelling of the code. Without product_codes, the data source lists the products that {NAME} can buy."
    );
    Diagnostic::error(format!("Alibaba Cloud does not know the PAI product {code}"), detail)
}

/// The warning about a documented property that a purchase leaves out.
pub(super) fn missing_property(code: &str, property: &Property) -> Diagnostic {
    let detail = format!(
        "The documentation of CreateProductOrders lists the instance property {{ code = {:?}, value = {:?} }} for {code}, but the \
         configuration omits it. The provider sends the purchase as configured, and Alibaba Cloud may refuse it.",
        property.code, property.value
    );
    Diagnostic::warning(format!("{code} has no instance property {}", property.code), detail)
}

pub(super) fn stays_active(prior: &Partial<PaiProductOrder>) -> Diagnostic {
    let (id, codes) = (shown_id::<PaiProductOrder>(prior), schema::codes(prior).join(", "));
    let detail = format!(
        "Terraform only removes the order from the state, and sends nothing to Alibaba Cloud. The order {id} ({codes}) is neither \
         cancelled nor refunded, and its products stay active and are billed by use. To manage it with Terraform again:\n\n  \
         terraform import {NAME}.<name> {id}"
    );
    Diagnostic::warning(format!("Destroying order {id} refunds nothing"), detail)
}

/// The error about a replacement that would buy products again, because of changes at these places.
pub(super) fn held_already(prior: &Partial<PaiProductOrder>, again: &[String], changed: &[Path]) -> Diagnostic {
    let (id, again) = (shown_id::<PaiProductOrder>(prior), again.join(", "));
    let places: Vec<String> = changed.iter().map(ToString::to_string).collect();
    let detail = format!(
        "The change of {} would buy {again} again, which the order {id} already contains. Nothing was bought.\n\n1. Undo the change, \
         or move a new product to a resource of its own.\n\n2. If a value is known only after apply, first apply the resource that \
         it comes from: terraform apply -target=<address of that resource>\n\n3. Run terraform plan again.",
        places.join(" and ")
    );
    let path = changed.first().cloned().unwrap_or_default();
    Diagnostic::error(format!("No order was placed: order {id} already contains {again}"), detail).at(path)
}

pub(super) fn replaces_itself(prior: &Partial<PaiProductOrder>, again: &[String]) -> Diagnostic {
    let id = shown_id::<PaiProductOrder>(prior);
    let detail = format!(
        "This replacement would remove the order {id} from the state and buy {} again, which the order already contains and which \
         stays active. Nothing was bought, and the state is kept.\n\n1. To keep the order, run terraform apply without -replace, or \
         first run terraform untaint {NAME}.<name> if the resource is tainted.\n\n2. To remove the order from the state: terraform \
         state rm {NAME}.<name>",
        again.join(", ")
    );
    Diagnostic::error(format!("No order was placed: order {id} cannot be replaced by itself"), detail)
}

pub(super) fn gone(id: &str, request_id: &str) -> Diagnostic {
    let detail = format!(
        "Two requests to billing did not find the order {id} (RequestId {request_id}), so the provider removed it from the state, \
         and Terraform plans a new order. The next terraform apply checks whether the products are active, and does not buy those \
         that are. If you do not want a new order, remove the resource from the configuration, or check that the credentials belong \
         to the account that bought the order. If the order exists after all: terraform import {NAME}.<name> {id}"
    );
    Diagnostic::warning(format!("Order {id} is gone: Terraform plans a new one"), detail)
}

/// The error about a product that is configured more than once.
pub(super) fn twice(code: &str) -> Diagnostic {
    let detail = format!("An order contains each product at most once. Remove one of the entries for {code}.");
    Diagnostic::error(format!("The product {code} is configured twice"), detail)
}

/// The error about the billing cycle of a product; `allowed` is the only one that it has, if any.
pub(super) fn wrong_cycle(code: &str, cycle: &str, allowed: Option<&str>) -> Diagnostic {
    let remedy = allowed.map_or_else(|| "Omit it".to_owned(), |allowed| format!("Set it to {allowed:?}, or omit it"));
    let detail = format!("pricing_cycle is {cycle:?}, which {code} does not support. {remedy}.");
    Diagnostic::error(format!("Invalid pricing_cycle {cycle:?} for {code}"), detail)
}
