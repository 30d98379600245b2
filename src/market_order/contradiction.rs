//! What is reported of an order that differs from what was bought. An order does not change, so the state keeps what was
//! bought: another value would plan a replacement, which buys again.

use alicloud::market::Order;
use tfplugin::{Attr, Diagnostic, State};

use super::{
    MarketOrder, NAME,
    model::{Reported, is_same_component},
    period::Period,
    schema::is_half_imported,
};

/// A value that was bought, and the other one that is reported.
struct Contradiction {
    argument: String,
    bought: String,
    reported: String,
}

impl Contradiction {
    fn of<T: ToString>(argument: &str, bought: &Attr<T>, reported: Option<T>) -> Option<Self> {
        let (bought, reported) = (bought.known()?.to_string(), reported?.to_string());
        (bought.trim() != reported.trim()).then(|| Self { argument: argument.to_owned(), bought, reported })
    }

    fn of_period(state: &State<MarketOrder>, order: &Order) -> Option<Self> {
        let bought = Period::bought(state)?;
        let reported = Period::reported(order).filter(|reported| !reported.is_same(bought))?;
        Some(Self { argument: "period".to_owned(), bought: bought.to_string(), reported: reported.to_string() })
    }
}

/// The warning about an order for which the Marketplace reports something else than the state has. What the SKU says is not
/// compared: other names can mean the same.
pub(super) fn warning(id: &str, state: &State<MarketOrder>, order: &Order) -> Option<Diagnostic> {
    if is_half_imported(state) {
        return None;
    }
    let reported = Reported::by(order, state);
    let arguments = [
        Contradiction::of(MarketOrder::PRODUCT_CODE.name(), &state.product_code, reported.product_code),
        Contradiction::of(MarketOrder::QUANTITY.name(), &state.quantity, reported.quantity),
        Contradiction::of(MarketOrder::PACKAGE_VERSION.name(), &state.package_version, reported.package_version),
        Contradiction::of_period(state, order),
    ];
    let components = order.components();
    let chosen = state.components.known().into_iter().flatten();
    let others = chosen.filter_map(|(key, value)| {
        let (bought, reported) = (value.as_str()?, components.get(key)?);
        let is_other = !is_same_component(bought, reported);
        let argument = format!("{}[{key:?}]", MarketOrder::COMPONENTS.name());
        is_other.then(|| Contradiction { argument, bought: bought.to_owned(), reported: reported.clone() })
    });
    let all: Vec<Contradiction> = arguments.into_iter().flatten().chain(others).collect();
    (!all.is_empty()).then(|| contradicted(id, &all))
}

fn contradicted(id: &str, all: &[Contradiction]) -> Diagnostic {
    let names: Vec<&str> = all.iter().map(|contradiction| contradiction.argument.as_str()).collect();
    let values = all.iter().map(|Contradiction { argument, bought, reported }| {
        format!("The order {id} was bought with the {argument} {bought}, and the Marketplace now reports {reported}.")
    });
    let detail = format!(
        "{} An order does not change, so the state keeps what was bought, and Terraform neither buys nor replaces anything because of \
         this.\n\n1. Check the order in the Marketplace console under My Orders.\n\n2. If what the Marketplace reports is right, \
         write it into the configuration, and import the order again:\n\n     terraform state rm {NAME}.<name>\n     terraform import \
         {NAME}.<name> {id}",
        values.collect::<Vec<_>>().join(" ")
    );
    Diagnostic::warning(format!("The Marketplace reports another {} for order {id}", names.join(", ")), detail)
}

#[cfg(test)]
pub(super) fn samples() -> Vec<Diagnostic> {
    let contradiction = |argument: &str, bought: &str, reported: &str| Contradiction {
        argument: argument.to_owned(),
        bought: bought.to_owned(),
        reported: reported.to_owned(),
    };
    let period = || contradiction("period", "12 x Month", "1 x Month");
    let id = "202600000000001";
    vec![
        contradicted(id, &[period()]),
        contradicted(
            id,
            &[contradiction("quantity", "1", "2"), contradiction("components[\"seats\"]", "5", "6"), period()],
        ),
    ]
}
