//! One purchase, whatever is bought: begun in the journal, sent, recorded, or adopted from an earlier apply.

use std::fs::File;

use alicloud::{endpoint::Product, retry::Deadline};
use chrono::{DateTime, Utc};
use tfplugin::{Context, Diagnostic, Diagnostics, Operation};

use crate::{
    Cloud,
    journal::{self, Entry},
};

/// What is particular to the purchases of one kind of order.
pub(crate) trait Steps {
    /// What the service answers beside the id of the order.
    type Answer;

    /// The resource type.
    const KIND: &'static str;

    /// Where it is bought.
    const PRODUCT: Product;

    /// What is bought, as it is sent, byte by byte.
    fn text(&self) -> &str;

    /// Takes what only one purchase may have: a lock, which is given back with the file, or a token.
    ///
    /// # Errors
    /// Another purchase has it.
    async fn reserve(&self, deadline: &Deadline) -> Result<Option<File>, Diagnostic>;

    /// Finds what an earlier apply left of this purchase, or enters it in the journal as a new one.
    ///
    /// # Errors
    /// Nothing may be bought.
    async fn begin(&mut self, purchase: &journal::Purchase, deadline: &Deadline) -> Result<Start, Diagnostic>;

    /// Sends the purchase, unless reading shows the outcome of an earlier attempt. Returns the id of the order.
    ///
    /// # Errors
    /// No order was placed, or that is unknown. The journal knows which.
    async fn send(&self, attempt: &Attempt, deadline: &Deadline) -> Result<(String, Self::Answer), Diagnostic>;

    /// Refuses an order that is not this purchase's.
    ///
    /// # Errors
    /// It is another one's.
    fn accept(&self, _attempt: &Attempt, _order_id: &str) -> Result<(), Diagnostic> {
        Ok(())
    }
}

/// How a purchase begins.
pub(crate) enum Start {
    /// An earlier apply placed this order, and no state has it.
    Placed(Entry, String),
    /// An earlier apply sent the purchase, and its outcome is not known.
    Again(Entry),
    /// It is a new one. Without an entry where the user's token alone finds the order again.
    New(Option<Entry>),
}

/// A purchase that is being sent.
pub(crate) struct Attempt {
    pub(crate) entry: Option<Entry>,
    /// When an earlier apply sent it, if one did.
    pub(crate) sent_earlier: Option<DateTime<Utc>>,
}

/// An order that exists.
pub(crate) struct Bought<A> {
    pub(crate) order_id: String,
    /// The service's answer; none for an order that the journal knew.
    pub(crate) answer: Option<A>,
    /// Its entry in the journal, until it is safe in a state.
    pub(crate) entry: Option<Entry>,
    /// When an earlier apply sent the purchase, if one did.
    pub(crate) sent_earlier: Option<DateTime<Utc>>,
    pub(crate) warnings: Diagnostics,
}

/// Buys what is planned, or finds the order that an earlier apply placed for it.
///
/// # Errors
/// No order was placed, or that is unknown.
pub(crate) async fn buy<S: Steps>(
    cloud: &Cloud,
    steps: &mut S,
    ctx: &Context,
) -> Result<Bought<S::Answer>, Diagnostics> {
    let purchase = cloud.purchase(S::KIND, S::PRODUCT, steps.text().to_owned(), ctx).await?;
    let deadline = cloud.operation_deadline(Operation::Create, ctx);
    let _lock = steps.reserve(&deadline).await?;
    loop {
        let mut warnings = Diagnostics::default();
        let mut attempt = match steps.begin(&purchase, &deadline).await? {
            Start::Placed(entry, order_id) => {
                let sent_earlier = Some(entry.time);
                return Ok(Bought { order_id, answer: None, entry: Some(entry), sent_earlier, warnings });
            }
            Start::Again(entry) => Attempt { sent_earlier: Some(entry.time), entry: Some(entry) },
            Start::New(entry) => {
                warnings.extend(cloud.journal.warn_unresolved(true));
                Attempt { sent_earlier: None, entry }
            }
        };
        let (order_id, answer) = steps.send(&attempt, &deadline).await?;
        if let Some(entry) = &mut attempt.entry
            && matches!(cloud.journal.record_order(entry, &order_id)?, journal::Answer::BuyNew)
        {
            continue;
        }
        steps.accept(&attempt, &order_id)?;
        let Attempt { entry, sent_earlier } = attempt;
        return Ok(Bought { order_id, answer: Some(answer), entry, sent_earlier, warnings });
    }
}
