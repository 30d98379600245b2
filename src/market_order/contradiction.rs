//! What is reported of an order that differs from what was bought. An order does not change, so the state keeps what was
//! bought: another value would plan a replacement, which buys again.

use alicloud::market::Order;
use tfplugin::{Attr, Diagnostic, State};

use super::{
    MarketOrder, NAME,
    model::{Reported, is_other_component},
    period::Period,
};

/// A value that was bought, and the other one that is reported.
struct Contradiction {
    argument: String,
    /// Both as a sentence. A component is only named: it may be secret.
    values: String,
}

impl Contradiction {
    fn new(argument: &str, bought: &str, reported: &str) -> Self {
        let values = format!("The state has the {argument} {bought}, and the Marketplace reports {reported}.");
        Self { argument: argument.to_owned(), values }
    }

    fn of<T: ToString>(argument: &str, bought: &Attr<T>, reported: Option<T>) -> Option<Self> {
        let (bought, reported) = (bought.known()?.to_string(), reported?.to_string());
        let is_other = ![bought.trim(), reported.trim()].contains(&"") && bought.trim() != reported.trim();
        is_other.then(|| Self::new(argument, &bought, &reported))
    }

    fn of_period(state: &State<MarketOrder>, order: &Order) -> Option<Self> {
        let bought = Period::bought(state)?;
        let reported = Period::reported(order).filter(|reported| !reported.is_same(bought))?;
        Some(Self::new("period", &bought.to_string(), &reported.to_string()))
    }

    fn of_component(key: &str) -> Self {
        let argument = format!("{}[{key:?}]", MarketOrder::COMPONENTS.name());
        let values = format!("The state and the Marketplace have different values for {argument}.");
        Self { argument, values }
    }
}

/// The warning about an order for which the Marketplace reports something else than the refreshed state has. What the SKU says is not
/// compared: other names can mean the same. Nor are the components of an import, most of which nobody has chosen.
pub(super) fn warning(id: &str, state: &State<MarketOrder>, order: &Order) -> Option<Diagnostic> {
    let reported = Reported::by(order, state);
    let arguments = [
        Contradiction::of(MarketOrder::PRODUCT_CODE.name(), &state.product_code, reported.product_code),
        Contradiction::of(MarketOrder::QUANTITY.name(), &state.quantity, reported.quantity),
        Contradiction::of(MarketOrder::PACKAGE_VERSION.name(), &state.package_version, reported.package_version),
        Contradiction::of_period(state, order),
    ];
    let components = order.components();
    let chosen = state.components.known().filter(|_| !state.private.is_imported()).into_iter().flatten();
    let others = chosen
        .filter(|(key, value)| is_other_component(value.as_str().unwrap_or_default(), components.get(*key)))
        .map(|(key, _)| Contradiction::of_component(key));
    let all: Vec<Contradiction> = arguments.into_iter().flatten().chain(others).collect();
    (!all.is_empty()).then(|| contradicted(id, &all))
}

fn contradicted(id: &str, all: &[Contradiction]) -> Diagnostic {
    let names: Vec<&str> = all.iter().map(|contradiction| contradiction.argument.as_str()).collect();
    let values: Vec<&str> = all.iter().map(|contradiction| contradiction.values.as_str()).collect();
    let detail = format!(
        "{} An order does not change, so the state stays as it is, and nothing is bought or replaced because of this.\n\n1. Check the \
         order in the Marketplace console under My Orders.\n\n2. If what the Marketplace reports is right, remove the order from the \
         state, correct the configuration, and import the order. Do not run terraform apply in between: it would buy another \
         order.\n\n     terraform state rm {NAME}.<name>\n     terraform import {NAME}.<name> {id}",
        values.join(" ")
    );
    Diagnostic::warning(format!("The Marketplace reports another {} for order {id}", names.join(" and ")), detail)
}

#[cfg(test)]
pub(super) fn samples() -> Vec<Diagnostic> {
    let period = || Contradiction::new("period", "12 x Month", "1 x Month");
    let several = [Contradiction::new("quantity", "1", "2"), Contradiction::of_component("seats"), period()];
    vec![contradicted("202600000000001", &[period()]), contradicted("202600000000001", &several)]
}
