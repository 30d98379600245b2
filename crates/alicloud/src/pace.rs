//! How fast a product is called once it has throttled a request.
//!
//! Alibaba Cloud limits how often an account may call each operation, and how often all of them together. It does not publish the
//! limits, and answers `Throttling` beyond them. Callers that only back off come back together and leave gaps. So the
//! client counts: whatever was answered within the last second is what the limits allow, and the next requests are spread over
//! a second at that rate. The rate then rises, slowly at first and then fast, until the service throttles again: it stays close
//! to a limit that stands, and finds one that was raised.
//!
//! The operations of a product have one pace. An order calls them in turn, so a limit to one of them slows the others anyway,
//! and with a pace each they would take a common limit from one another.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::endpoint::Product;

const SECOND: Duration = Duration::from_secs(1);

/// How long the rate takes to double. It grows with the third power of the time.
const DOUBLED: Duration = Duration::from_secs(10);

/// The paces of the products that a client asks.
#[derive(Debug, Clone, Default)]
pub(super) struct Paces(Arc<Mutex<BTreeMap<Product, Pace>>>);

impl Paces {
    /// When the next request to this product may be sent.
    pub(super) fn reserve(&self, product: Product) -> Instant {
        self.with(product, |pace| pace.reserve(Instant::now()))
    }

    /// Takes note of an answer.
    pub(super) fn record(&self, product: Product, is_throttled: bool) {
        self.with(product, |pace| pace.record(Instant::now(), is_throttled));
    }

    fn with<T>(&self, product: Product, act: impl FnOnce(&mut Pace) -> T) -> T {
        act(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(product).or_default())
    }
}

/// The pace of one product.
#[derive(Debug, Default)]
struct Pace {
    /// When requests were answered within the last second.
    answered: VecDeque<Instant>,
    /// The rate that the service last allowed, and since when; none while it has not throttled.
    allowed: Option<(f64, Instant)>,
    /// When the last request was to be sent.
    last: Option<Instant>,
}

impl Pace {
    fn reserve(&mut self, now: Instant) -> Instant {
        let slot = match (self.allowed, self.last) {
            (Some((rate, since)), Some(last)) => {
                let rate = rate * (1.0 + now.duration_since(since).div_duration_f64(DOUBLED).powi(3));
                now.max(last + SECOND.div_f64(rate))
            }
            _ => now,
        };
        self.last = Some(slot);
        slot
    }

    fn record(&mut self, now: Instant, is_throttled: bool) {
        while self.answered.front().is_some_and(|earlier| now.duration_since(*earlier) >= SECOND) {
            self.answered.pop_front();
        }
        if is_throttled {
            let rate = self.answered.len().max(1) as f64;
            self.allowed = Some((rate, now));
            // The service answers again when a second has passed since the first answer that it counts.
            let free = self.answered.front().map(|first| *first + SECOND - SECOND.div_f64(rate));
            self.last = self.last.max(free);
        } else {
            self.answered.push_back(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends at the reserved moments to a service that answers so many requests within any second. Returns how many were
    /// answered and how many throttled in this time.
    fn drive(pace: &mut Pace, limit: usize, time: Duration, begin: Instant) -> (usize, usize) {
        let (mut admitted, mut answered, mut throttled) = (VecDeque::new(), 0, 0);
        let mut now = begin;
        loop {
            now = pace.reserve(now).max(now + Duration::from_millis(1));
            if now >= begin + time {
                return (answered, throttled);
            }
            while admitted.front().is_some_and(|earlier| now.duration_since(*earlier) >= SECOND) {
                admitted.pop_front();
            }
            let is_throttled = admitted.len() >= limit;
            if is_throttled {
                throttled += 1;
            } else {
                admitted.push_back(now);
                answered += 1;
            }
            pace.record(now, is_throttled);
        }
    }

    #[test]
    fn a_limited_service_gets_as_many_requests_as_it_allows_and_hardly_more() {
        let (answered, throttled) = drive(&mut Pace::default(), 20, SECOND * 20, Instant::now());
        assert!(answered >= 380, "{answered} of the 400 that the limit allows");
        assert!(throttled <= 30, "{throttled}");
    }

    #[test]
    fn a_limit_that_is_raised_is_found() {
        let (mut pace, begin) = (Pace::default(), Instant::now());
        drive(&mut pace, 5, SECOND * 5, begin);
        let (answered, _) = drive(&mut pace, 50, SECOND * 60, begin + SECOND * 5);
        assert!(answered > 5 * 60 * 3, "{answered}");
    }

    #[test]
    fn a_service_without_limit_is_not_kept_waiting() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        for _ in 0..100 {
            assert_eq!(pace.reserve(now), now);
            pace.record(now, false);
        }
    }
}
