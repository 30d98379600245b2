//! What purchases may cost: the block `purchase_guard`, and the variables that stand in for it.

use tfplugin::{Diagnostic, Field, value::Number};

use super::{ProviderBlock, PurchaseGuard, text, variables};
use crate::{Cloud, purchase_guard::Guard, quotes::Quotes, spending};

/// The client with the quotes and limits of a provider block.
pub(super) fn with_prices(cloud: Cloud, block: &ProviderBlock) -> Result<Cloud, Diagnostic> {
    let guard = guard(block)?;
    let journal = &cloud.journal;
    // What an alias without limits buys counts for those that have some.
    let joined = if journal.command().may_buy() { spending::join(journal) } else { Ok(false) };
    let is_applying = joined.unwrap_or_else(|error| {
        // Whatever is to be counted reports it.
        tracing::warn!(%error, "this process was not counted");
        journal.applies_saved_plan()
    });
    let is_applying = is_applying && !journal.command().is_test();
    Ok(cloud.with_prices(Quotes::new(block.quote_prices != Some(false)), guard, is_applying))
}

fn guard(block: &ProviderBlock) -> Result<Guard, Diagnostic> {
    let Some(given) = block.purchase_guard.iter().next() else {
        // A pipeline limits a configuration that it does not write.
        let max_price = of_variable(PurchaseGuard::MAX_PRICE)?;
        let max_total = of_variable(PurchaseGuard::MAX_TOTAL)?;
        return Ok(Guard {
            is_set: max_price.is_some() || max_total.is_some(),
            max_price,
            max_total,
            ..Guard::default()
        });
    };
    Ok(Guard {
        is_set: true,
        max_price: given.max_price.clone(),
        max_total: given.max_total.clone(),
        currency: text(&given.currency).map(|currency| currency.trim().to_ascii_uppercase()),
        recent_orders: text(&given.recent_orders).and_then(|time| humantime::parse_duration(&time).ok()),
    })
}

fn of_variable<A>(field: Field<PurchaseGuard, Number, A>) -> Result<Option<Number>, Diagnostic> {
    let argument = field.name();
    for name in variables(field) {
        let Some(text) = std::env::var(name).ok().filter(|text| !text.is_empty()) else { continue };
        let number = Number::parse(&text).ok().filter(|number| *number >= 0_i64.into());
        return number.map(Some).ok_or_else(|| invalid(argument, name, &text));
    }
    Ok(None)
}

fn invalid(argument: &str, variable: &str, text: &str) -> Diagnostic {
    let detail = format!(
        "The environment variable {variable} sets purchase_guard.{argument}, which must be a number of at least 0. It is {text:?}. \
         Nothing was bought. Correct the variable, then run the command again."
    );
    Diagnostic::error(format!("Invalid {argument} in {variable}"), detail)
}

#[cfg(test)]
pub(super) fn samples() -> Vec<Diagnostic> {
    vec![invalid("max_price", "ALICLOUD_PURCHASE_MAX_PRICE", "ten")]
}
