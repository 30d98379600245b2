//! What this directory has sent to renew instances: the service may show a new end late, and then another renewal of the same
//! end would be a second purchase. The token of a renewal is made of what it is about, so the same one finds the same order
//! wherever it is sent from, and needs no record.

use std::{collections::BTreeMap, io};

use alicloud::signature::acs3::content_sha256;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{super::period::Period, NAME};
use crate::journal::{Journal, TOKEN_LIFETIME};

/// The name of the file beside the purchase journal.
pub(super) const FILE: &str = "renewals";

/// In milliseconds.
const HOUR: i64 = 60 * 60 * 1000;

/// The renewals whose new end is not confirmed yet, by instance.
#[derive(Default, Serialize, Deserialize)]
struct Records(BTreeMap<String, Record>);

/// A renewal that was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    /// The end of the instance before it, in milliseconds since 1970.
    pub(super) end: i64,
    /// From which end on the instance shows the renewal, in milliseconds since 1970.
    pub(super) renewed_from: i64,
    /// The idempotency token.
    pub(super) token: String,
    /// When it was sent first.
    pub(super) time: DateTime<Utc>,
    /// The order that it placed, where that is known.
    pub(super) order_id: Option<String>,
    /// The end that the instance has shown since, in milliseconds since 1970; none where it still shows the one before.
    #[serde(rename = "seen_end")]
    pub(super) confirmed_end: Option<i64>,
}

impl Record {
    /// Whether sending it again with its token finds its order, and buys nothing else.
    pub(super) fn is_resendable(&self, token: &str) -> bool {
        self.token == token && Utc::now() < self.last_moment()
    }

    /// The last moment in which it may be sent.
    pub(super) fn last_moment(&self) -> DateTime<Utc> {
        self.time + TOKEN_LIFETIME
    }
}

/// The token of a renewal: the same for the same instance, end and period, and no other one's. An end that is reported a little
/// differently is the same.
pub(super) fn token(instance: &str, end: i64, period: Period) -> String {
    let hour = (end + HOUR / 2).div_euclid(HOUR);
    let of = format!("{NAME} {instance} {hour} {} {}", period.count, period.unit.as_str());
    format!("renew-{}", &content_sha256(of.as_bytes())[..40])
}

impl Record {
    /// Whether this end, which the service reports, may be older than this renewal.
    fn explains(&self, end: i64) -> bool {
        match self.confirmed_end {
            None => end < self.renewed_from,
            // Who refunds a renewal takes its time back.
            Some(confirmed) => end < confirmed && Utc::now() < self.last_moment(),
        }
    }
}

/// Records a renewal that is about to be sent. What was sent before and explains the end stays instead, and comes back.
///
/// # Errors
/// The record cannot be read or written, so that nothing may be sent.
pub(super) fn begin(journal: &Journal, instance: &str, new: &Record) -> io::Result<Option<Record>> {
    journal.change_shared(FILE, |Records(records)| {
        let earlier = records.get(instance).filter(|record| record.explains(new.end)).cloned();
        if earlier.is_none() {
            records.insert(instance.to_owned(), new.clone());
        }
        earlier
    })
}

/// What was sent before and explains this end.
///
/// # Errors
/// The record cannot be read.
pub(super) fn unsettled(journal: &Journal, instance: &str, end: DateTime<Utc>) -> io::Result<Option<Record>> {
    let Records(mut records) = journal.shared(FILE)?;
    Ok(records.remove(instance).filter(|record| record.explains(end.timestamp_millis())))
}

/// Records what has become known of a renewal that was sent.
pub(super) fn update(journal: &Journal, instance: &str, token: &str, change: impl FnOnce(&mut Record)) {
    let changed = journal.change_shared(FILE, |Records(records)| {
        records.get_mut(instance).filter(|record| record.token == token).map(change)
    });
    if let Err(error) = changed {
        tracing::warn!(%error, "the result of a renewal was not recorded");
    }
}

/// Removes the record of a renewal that certainly did not happen, or is over.
pub(super) fn remove(journal: &Journal, instance: &str, token: &str) {
    let removed = journal.change_shared(FILE, |Records(records)| {
        records.retain(|of, record| of != instance || record.token != token);
    });
    if let Err(error) = removed {
        tracing::warn!(%error, "the record of a renewal was not removed");
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::market_order::schema::Cycle;

    #[test]
    fn a_token_is_one_renewal() {
        let month = Period { count: 1, unit: Cycle::Month };
        let one = token("1000000", 1, month);
        assert_eq!(one, token("1000000", 1, month));
        assert_eq!(token("1000000", 24 * HOUR, month), token("1000000", 24 * HOUR - 1, month));
        assert!(one.len() <= 64 && one.is_ascii());
        let others = [
            token("1000001", 1, month),
            token("1000000", 24 * HOUR, month),
            token("1000000", 1, Period { count: 2, ..month }),
            token("1000000", 1, Period { unit: Cycle::Year, ..month }),
        ];
        assert!(!others.contains(&one));
    }

    #[test]
    fn an_end_that_is_older_than_a_renewal_is_no_reason_for_another_one() {
        let (token, time) = ("t".to_owned(), Utc::now());
        let record = Record { end: 10, renewed_from: 15, token, time, order_id: None, confirmed_end: None };
        assert!(record.explains(10) && record.explains(9) && record.explains(14) && !record.explains(15));
        let confirmed = Record { confirmed_end: Some(20), ..record.clone() };
        assert!(confirmed.explains(10) && confirmed.explains(19) && !confirmed.explains(20));
        let yesterday = Utc::now() - TimeDelta::hours(25);
        assert!(!Record { time: yesterday, ..confirmed }.explains(10), "it was refunded since");
        assert!(Record { time: yesterday, ..record.clone() }.explains(10), "nobody knows what became of it");
        assert!(record.is_resendable("t") && !record.is_resendable("u"));
        assert!(!Record { time: yesterday, ..record }.is_resendable("t"), "the token may be forgotten");
    }
}
