//! What is missing for an instance to run until a moment.

use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, Utc};
use tfplugin::schema::Validator;

use super::super::{period::Period, schema::Cycle};

/// The most cycles that are bought at once, as for an order.
const LONGEST: u32 = 256;

/// What `until` has to be.
pub(super) fn valid_until() -> Validator {
    let text = "a date such as `2027-03-31`, or a moment such as `2027-03-31T12:00:00Z` (RFC 3339)";
    Validator::rule(text, |value| {
        let is_wrong = value.as_str().is_some_and(|text| until(text).is_none());
        is_wrong.then(|| "must be a date such as 2027-03-31, or a moment such as 2027-03-31T12:00:00Z".to_owned())
    })
}

/// The moment that an instance must run to: that of the text, or the end of its day, in UTC.
pub(super) fn until(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.to_utc());
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10)?;
    Some(date.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN).and_utc())
}

/// How much longer than its end an instance has to run: so many of this unit, and the end that they lead to. Nothing where it
/// runs long enough. None where more is missing than can be bought at once.
pub(super) fn missing(
    end: DateTime<Utc>,
    until: DateTime<Utc>,
    unit: Cycle,
) -> Option<Option<(Period, DateTime<Utc>)>> {
    if end >= until {
        return Some(None);
    }
    (1..=LONGEST).find_map(|count| {
        let new_end = after(end, unit, count).filter(|new_end| *new_end >= until)?;
        Some(Some((Period { count: count.into(), unit }, new_end)))
    })
}

fn after(end: DateTime<Utc>, unit: Cycle, count: u32) -> Option<DateTime<Utc>> {
    match unit {
        Cycle::Day => end.checked_add_days(Days::new(count.into())),
        Cycle::Month => end.checked_add_months(Months::new(count)),
        Cycle::Year => end.checked_add_months(Months::new(count.checked_mul(12)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> DateTime<Utc> {
        until(text).unwrap_or_default()
    }

    #[test]
    fn a_date_counts_with_its_whole_day() {
        let table = [
            ("2027-03-31", "2027-04-01T00:00:00+00:00"),
            ("2027-12-31", "2028-01-01T00:00:00+00:00"),
            ("2027-03-31T12:00:00Z", "2027-03-31T12:00:00+00:00"),
            ("2027-03-31T12:00:00+08:00", "2027-03-31T04:00:00+00:00"),
        ];
        for (text, read) in table {
            assert_eq!(until(text).map(|moment| moment.to_rfc3339()).as_deref(), Some(read), "{text}");
        }
        for text in ["", "2027", "2027-3-31", "2027-02-30", "31.3.2027", "2027-03-31T12:00:00", "tomorrow"] {
            assert_eq!(until(text), None, "{text}");
        }
    }

    #[test]
    fn as_few_cycles_are_missing_as_reach_the_moment() {
        let end = moment("2027-01-31T08:00:00Z");
        let table = [
            ("2027-01-31T08:00:00Z", Cycle::Month, None),
            ("2026-01-01", Cycle::Day, None),
            ("2027-01-31T08:00:01Z", Cycle::Month, Some((1, "2027-02-28T08:00:00Z"))),
            ("2027-02-28T08:00:00Z", Cycle::Month, Some((1, "2027-02-28T08:00:00Z"))),
            // A month is counted from the present end, not from the shorter one in between.
            ("2027-03-31T08:00:00Z", Cycle::Month, Some((2, "2027-03-31T08:00:00Z"))),
            ("2027-01-31", Cycle::Day, Some((1, "2027-02-01T08:00:00Z"))),
            ("2027-02-01", Cycle::Day, Some((2, "2027-02-02T08:00:00Z"))),
            ("2028-02-01", Cycle::Year, Some((2, "2029-01-31T08:00:00Z"))),
        ];
        for (text, unit, expected) in table {
            let found = missing(end, moment(text), unit);
            let expected = expected.map(|(count, end)| (Period { count, unit }, moment(end)));
            assert_eq!(found, Some(expected), "{text}");
        }
        assert_eq!(missing(end, moment("2028-01-31"), Cycle::Day), None, "more than 256 days");
        assert_eq!(missing(end, moment("9999-01-31"), Cycle::Year), None);
    }
}
