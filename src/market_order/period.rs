//! How long an order runs: `duration` pricing cycles.

use std::fmt;

use super::schema::{Cycle, MarketOrder};
use alicloud::market::Order;
use tfplugin::{Attr, AttributeType, Partial, State, model::AttributeChange, schema::Decision};

/// How long an order runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) count: i64,
    pub(super) unit: Cycle,
}

/// The names of periods, in any case: the unit of an argument, and how many of it.
const NAMES: [(&str, Cycle, i64); 6] = [
    ("Day", Cycle::Day, 1),
    ("Month", Cycle::Month, 1),
    ("Season", Cycle::Month, 3),
    ("HalfYear", Cycle::Month, 6),
    ("Year", Cycle::Year, 1),
    ("TwoYears", Cycle::Year, 2),
];

impl Period {
    /// The period of this name, once; none for `ONCE`, which has none.
    fn named(name: &str) -> Option<Self> {
        let named = NAMES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name.trim()));
        named.map(|(_, unit, count)| Self { count: *count, unit: *unit })
    }

    /// From a component such as `6:Month`.
    fn parse(text: &str) -> Option<Self> {
        let (count, name) = text.split_once(':')?;
        let count: i64 = count.trim().parse().ok().filter(|count| (1..=256).contains(count))?;
        let named = Self::named(name)?;
        Some(Self { count: count * named.count, ..named })
    }

    /// The period that an order reports for certain, by its component `ord_time`.
    pub(super) fn reported(order: &Order) -> Option<Self> {
        order.components().get("ord_time").and_then(|time| Self::parse(time))
    }

    /// What an order that does not report its period may run for, by its PeriodType. That names a unit, and it is not documented
    /// whether it is the unit of the purchase: a configuration that says otherwise is right.
    pub(super) fn guess(order: &Order) -> Option<Self> {
        order.period_type.as_deref().and_then(Self::named)
    }

    /// The period of a configuration or a state; a duration that is left out is 1.
    pub(super) fn of(state: &Partial<MarketOrder>) -> Option<Self> {
        let count = match &state.duration {
            Attr::Null => 1,
            count => *count.known()?,
        };
        Some(Self { count, unit: *state.pricing_cycle.known()? })
    }

    /// The period that an order of a state was bought for; none where the state has only a guess.
    pub(super) fn bought(state: &State<MarketOrder>) -> Option<Self> {
        Self::of(state).filter(|_| !state.private.is_unrecovered(MarketOrder::DURATION))
    }

    /// Whether both are as long.
    pub(super) fn is_same(self, other: Self) -> bool {
        self == other || (self.months().is_some() && self.months() == other.months())
    }

    /// The months that this is, or none for days.
    fn months(self) -> Option<i64> {
        match self.unit {
            Cycle::Day => None,
            Cycle::Month => Some(self.count),
            Cycle::Year => self.count.checked_mul(12),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} x {}", self.count, self.unit.as_str())
    }
}

/// Twelve months and one year are the same purchase.
pub(super) fn same_length<T: AttributeType>(change: &AttributeChange<'_, MarketOrder, T>) -> Decision {
    match (Period::of(&change.config), Period::of(&change.state)) {
        (Some(planned), Some(prior)) if planned.is_same(prior) => Decision::Keep,
        _ => Decision::Replace,
    }
}
