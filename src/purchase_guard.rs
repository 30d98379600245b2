//! `purchase_guard`: what purchases may cost, and what refuses them.

use std::time::Duration;

use tfplugin::{
    schema::Validator,
    value::{Number, Value},
};

use crate::quotes::Quote;

/// The currency of limits where none is given.
const DEFAULT_CURRENCY: &str = "CNY";

/// What a limit may be.
pub(crate) fn amount() -> Validator {
    let wrong = |value: &Value| {
        value.as_number().filter(|number| **number < 0_i64.into()).map(|_| "must be 0 or more".to_owned())
    };
    Validator::rule("0 or more", wrong)
}

/// The limits of the provider block.
#[derive(Debug, Clone, Default)]
pub(crate) struct Guard {
    /// Whether there is any, so that a restricted account is an error in the plan.
    pub(crate) is_set: bool,
    pub(crate) max_price: Option<Number>,
    pub(crate) max_total: Option<Number>,
    pub(crate) currency: Option<String>,
    pub(crate) recent_orders: Option<Duration>,
}

/// A limit that an order is over.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Excess {
    /// The order costs more than this argument allows.
    Price { argument: &'static str, most: Number },
    /// All orders of this Terraform together cost more than `max_total`: those before this one, and the limit.
    Total { before: Number, most: Number },
    /// The price is in another currency than the limit of this argument.
    Currency { argument: &'static str },
}

impl Guard {
    pub(crate) fn currency(&self) -> &str {
        self.currency.as_deref().unwrap_or(DEFAULT_CURRENCY)
    }

    /// The first argument that limits an order with this `max_price` of its own; none where nothing does.
    pub(crate) fn limiting_argument(&self, own: Option<&Number>) -> Option<&'static str> {
        self.limits(own).into_iter().find(|(_, most)| most.is_some()).map(|(argument, _)| argument)
    }

    fn limits<'a>(&'a self, own: Option<&'a Number>) -> [(&'static str, Option<&'a Number>); 3] {
        [
            ("max_price", own),
            ("purchase_guard.max_price", self.max_price.as_ref()),
            ("purchase_guard.max_total", self.max_total.as_ref()),
        ]
    }

    /// Compares an order with the limits that it is under; `before` is what the others of this Terraform cost.
    ///
    /// # Errors
    /// The limit that it is over.
    pub(crate) fn check(&self, own: Option<&Number>, quote: &Quote, before: &Number) -> Result<(), Excess> {
        let Some(argument) = self.limiting_argument(own) else { return Ok(()) };
        let is_comparable =
            quote.currency.as_deref().is_some_and(|currency| currency.eq_ignore_ascii_case(self.currency()));
        if !is_comparable {
            return Err(Excess::Currency { argument });
        }
        let [own, each, _] = self.limits(own);
        for (argument, most) in [own, each] {
            if let Some(most) = most.filter(|most| quote.price > **most) {
                return Err(Excess::Price { argument, most: most.clone() });
            }
        }
        let total: Number = [before.clone(), quote.price.clone()].into_iter().sum();
        match &self.max_total {
            Some(most) if total > *most => Err(Excess::Total { before: before.clone(), most: most.clone() }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap_or_else(|_| 0_i64.into())
    }

    #[test]
    fn an_order_is_compared_with_every_limit() {
        let own = |most: &str| Excess::Price { argument: "max_price", most: number(most) };
        let each = |most: &str| Excess::Price { argument: "purchase_guard.max_price", most: number(most) };
        let total = |most: &str| Excess::Total { before: number("5"), most: number(most) };
        let currency = |argument| Excess::Currency { argument };
        let table = [
            ([None, None, None], "10", Some("USD"), Ok(())),
            ([Some("10"), None, None], "10.00", Some("cny"), Ok(())),
            ([Some("10"), None, None], "10.01", Some("CNY"), Err(own("10"))),
            ([Some("0.1"), None, None], "0.1000000000000000001", Some("CNY"), Err(own("0.1"))),
            ([Some("0"), None, None], "0", Some("CNY"), Ok(())),
            ([Some("99"), Some("10"), None], "11", Some("CNY"), Err(each("10"))),
            ([None, None, Some("15")], "10", Some("CNY"), Ok(())),
            ([None, None, Some("14.99")], "10", Some("CNY"), Err(total("14.99"))),
            ([Some("10"), None, None], "1", Some("USD"), Err(currency("max_price"))),
            ([None, Some("10"), None], "1", None, Err(currency("purchase_guard.max_price"))),
            ([None, None, Some("10")], "1", Some("JPY"), Err(currency("purchase_guard.max_total"))),
        ];
        for ([own, max_price, max_total], price, currency, outcome) in table {
            let guard =
                Guard { max_price: max_price.map(number), max_total: max_total.map(number), ..Guard::default() };
            let quote = Quote { price: number(price), currency: currency.map(str::to_owned) };
            let own = own.map(number);
            assert_eq!(guard.check(own.as_ref(), &quote, &number("5")), outcome, "{quote:?} {guard:?}");
        }
    }
}
