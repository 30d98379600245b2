//! How long an order runs: `duration` pricing cycles.

use alicloud::market::Order;
use tfplugin::{
    schema::{Change, Verdict},
    value::Value,
};

/// How long an order runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) count: i64,
    pub(super) unit: &'static str,
}

/// The names of periods, in any case: the unit of an argument, and how many of it.
const NAMES: [(&str, &str, i64); 6] = [
    ("Day", "Day", 1),
    ("Month", "Month", 1),
    ("Season", "Month", 3),
    ("HalfYear", "Month", 6),
    ("Year", "Year", 1),
    ("TwoYears", "Year", 2),
];

impl Period {
    /// The period of this name, once; none for `ONCE`, which has none.
    fn named(name: &str) -> Option<Self> {
        let named = NAMES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name.trim()));
        named.map(|(_, unit, count)| Self { count: *count, unit })
    }

    /// From a component such as `6:Month`.
    fn parse(text: &str) -> Option<Self> {
        let (count, name) = text.split_once(':')?;
        let count: i64 = count.trim().parse().ok().filter(|count| (1..=256).contains(count))?;
        let named = Self::named(name)?;
        Some(Self { count: count * named.count, ..named })
    }

    /// The period that an order tells for certain, by its component `ord_time`.
    pub(super) fn told(order: &Order) -> Option<Self> {
        order.components().get("ord_time").and_then(|time| Self::parse(time))
    }

    /// What an order that does not tell it may run for, by its PeriodType. That names a unit, and it is not documented
    /// whether it is the unit of the purchase: a configuration that says otherwise is right.
    pub(super) fn guess(order: &Order) -> Vec<(&'static str, Value)> {
        let named = order.period_type.as_deref().and_then(Self::named);
        named
            .map(|period| vec![("pricing_cycle", period.unit.into()), ("duration", period.count.into())])
            .unwrap_or_default()
    }

    /// The period of a configuration or a state; a duration that is left out is 1.
    pub(super) fn of(state: &Value) -> Option<Self> {
        let count = match state.get("duration") {
            Value::Null => 1,
            told => told.as_i64()?,
        };
        let unit = Self::named(state.get("pricing_cycle").as_str()?)?.unit;
        Some(Self { count, unit })
    }

    /// Whether both are as long.
    pub(super) fn is_same(self, other: Self) -> bool {
        self == other || (self.months().is_some() && self.months() == other.months())
    }

    /// The months that this is, or none for days.
    fn months(self) -> Option<i64> {
        match self.unit {
            "Month" => Some(self.count),
            "Year" => self.count.checked_mul(12),
            _ => None,
        }
    }
}

/// Twelve months and one year are the same purchase.
pub(super) fn judge(change: &Change<'_>) -> Verdict {
    match (Period::of(change.config), Period::of(change.state)) {
        (Some(planned), Some(prior)) if planned.is_same(prior) => Verdict::Same,
        _ => Verdict::Replace,
    }
}
