//! The messages of the journal, with invented entries.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;

use chrono::Utc;
use tfplugin::diagnostics::Diagnostic;

use super::{
    Entry, Journal, Refusal,
    entry::Progress,
    messages::{adopted, damaged, left_damaged, orphaned, queue_timeout, torn_state, used_twice},
    store::Damaged,
    tests::entry,
};
use crate::terraform::{OrderInState, TornState};

const ORDER: &str = "202600000000001";

/// The entry of a purchase whose outcome is not known.
pub(crate) fn sample_entry() -> Entry {
    Entry { id: "0123456789abcdef".to_owned(), ..entry(Progress::Sent) }
}

pub(crate) fn samples() -> Vec<Diagnostic> {
    let journal = Journal::current();
    let sent = sample_entry;
    let placed = || Entry { progress: Progress::Placed(ORDER.to_owned()), ..sent() };
    let delivered = Progress::Delivered { order_id: ORDER.to_owned(), is_saved: false };
    let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
    let broken = || Damaged {
        file: PathBuf::from("/srv/orders/.terraform/alicloud-purchases/0123456789abcdef.json"),
        error: serde_json::from_str::<u8>("{").expect_err("cut"),
        time: None,
    };
    let torn = TornState {
        file: "terraform.tfstate".into(),
        backup: "terraform.tfstate.backup".into(),
        orders: vec![OrderInState { kind: "alicloud_market_order".to_owned(), id: ORDER.to_owned() }; 12],
    };
    let refusals = [
        Refusal::OtherState,
        Refusal::OtherBuyer,
        Refusal::OtherEndpoint,
        Refusal::OtherToken,
        Refusal::StillRunning,
        Refusal::MaybeInState,
    ];
    let mut samples: Vec<Diagnostic> = refusals
        .into_iter()
        .flat_map(|refusal| [sent(), placed()].map(|entry| journal.refused(refusal, &entry)))
        .collect();
    samples.extend([
        journal.refused(Refusal::NotSaved, &placed()),
        journal.refused(Refusal::MaybeInState, &Entry { progress: delivered, ..placed() }),
        journal.not_saved(&placed()),
        journal.unresolved(&placed()),
        journal.unresolved(&sent()),
        journal.unreadable(&full),
        journal.unwritable(&full),
        damaged(&broken(), "alicloud_market_order"),
        left_damaged(&broken()),
        orphaned(),
        queue_timeout(),
        adopted(ORDER, Some(1_790_000_000_000), Utc::now()),
        torn_state(&torn),
        used_twice(),
    ]);
    samples
}
