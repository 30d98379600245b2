//! Many orders at a service that answers only so many requests a second.

use mock_endpoint::Mock;

use super::{
    Bench, target,
    work::{Work, orders},
};
use crate::dist;

const ORDERS: usize = 1000;

/// How many requests are answered in a second.
const RATE: usize = 20;

pub(super) fn measure(bench: &Bench) -> Result<String, String> {
    let mock = Mock::start().map_err(|error| error.to_string())?;
    mock.limit_rate(RATE);
    let work = Work::new(bench, "limited", &orders(ORDERS), &mock.url())?;
    let run = work.run(dist::NAME, &["apply", "-auto-approve"])?;
    let ledger = mock.ledger();
    let (throttled, bought) = (ledger.throttled, ledger.orders.len());
    let answered = ledger.requests.len() as u64 - throttled;
    let needed = answered as f64 / RATE as f64;
    let ratio = run.seconds / needed;
    Ok(format!(
        "## A service with a rate limit\n\nAn apply of {ORDERS} orders at a service that answers {RATE} requests a \
         second.\n\n| orders | requests answered | throttled | the time that the limit allows | time | ratio | target |\n| --- | --- \
         | --- | --- | --- | --- | --- |\n| {bought} | {answered} | {throttled} | {needed:.0} s | {:.0} s | {ratio:.2} | {} \
         |\n\n",
        run.seconds,
        target(ratio, 1.1, "")
    ))
}
