//! The price of an order: in its plan, compared again before it is bought, and held against the limits.

use std::{io, time::Duration};

use alicloud::{market::Commodity, market_search, price, retry::Deadline};
use chrono::{TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tfplugin::{
    Attr, Context, Delete, Diagnostic, Diagnostics, Operation, Partial, Plan, Private, PrivateKey, value::Number,
};

use super::{
    CLIENT_TOKEN, MarketOrder, NAME, model, purchase_messages, quote_messages as messages, quote_messages::Subject,
};
use crate::{
    Cloud,
    journal::Left,
    purchase_guard::Excess,
    quotes::{Amount, Answer, IdenticalLock, Quote, Quoting, Unquoted},
    spending::{self, Check, Reservation},
};

/// Where the private data of a plan has the quote that the plan shows.
const PLANNED: PrivateKey<PlannedQuote> = PrivateKey::new("quote");

/// Where the private data of a plan has what the order may cost, and how long buying it may take.
const LIMITS: PrivateKey<PlannedLimits> = PrivateKey::new("limits");

/// What the destroy half of a replacement cannot see of the order that follows.
#[derive(Default, Serialize, Deserialize)]
struct PlannedLimits {
    max_price: Option<Amount>,
    /// Whether `max_price` has a value, which only the apply knows.
    is_unknown: bool,
    /// `create` of `timeouts`.
    create: Option<Duration>,
}

#[derive(Serialize, Deserialize)]
struct PlannedQuote {
    /// What was quoted, as it was requested.
    commodity: String,
    product_code: String,
    sku_code: String,
    quote: Quote,
}

/// A purchase that is refused before it is sent.
pub(super) struct Refused {
    pub(super) why: Why,
    /// The id of the request that brought the price, where the reply has one.
    pub(super) request_id: Option<String>,
}

/// Why a purchase is refused.
pub(super) enum Why {
    /// It is over a limit.
    Excess(Box<Quote>, Excess),
    /// A limit needs a price, and there is none.
    Unknown(&'static str, Box<Unquoted>),
    /// The price is not the planned one: that one, and the one now.
    Changed(Box<[Quote; 2]>),
    /// This limit cannot be compared before the order that is replaced leaves the state.
    Unplanned(&'static str),
    /// It is unknown whether the price is still the planned one.
    Unconfirmed(Box<(Quote, Unquoted)>),
    /// The account has bought this lately.
    Recent(Vec<String>),
    /// The total of `max_total` cannot be counted.
    Uncounted(io::Error),
    /// Anything else.
    Failed(Diagnostic),
}

/// What is to be bought, as it is requested; none while something that the price depends on is unknown.
pub(super) fn planned_commodity(planned: &Partial<MarketOrder>) -> Option<Commodity> {
    let mut order = planned.clone();
    // The price does not depend on these.
    order.client_token = Attr::Null;
    order.max_price = Attr::Null;
    order.auto_renew = Attr::Null;
    order.renew_off_on_destroy = Attr::Null;
    order.timeouts = Attr::Null;
    order.complete().ok().map(model::commodity)
}

/// The quote that a planned state shows.
fn shown(planned: &Partial<MarketOrder>) -> Option<Quote> {
    let price = planned.quoted_price.known()?.clone();
    Some(Quote { price, currency: planned.quoted_currency.known().cloned() })
}

/// Plans the price of an order that is made, as a known value wherever it can be read.
pub(super) async fn plan(cloud: Option<&Cloud>, plan: &mut Plan<MarketOrder>, ctx: &Context) -> Diagnostics {
    let mut found = Diagnostics::default();
    let Some(cloud) = cloud.filter(|_| plan.creates()) else { return found };
    cloud.quotes.mark_planned(&cloud.journal);
    if cloud.quotes.quoting == Quoting::Waiting {
        return found;
    }
    let limits = PlannedLimits::of(plan.planned());
    plan.private_mut().set(LIMITS, &limits);
    let own = limits.max_price.map(|Amount(most)| most);
    let limited_by = cloud.guard.limiting_argument(own.as_ref());
    if cloud.quotes.quoting == Quoting::Off && limited_by.is_none() {
        plan.set(MarketOrder::QUOTED_PRICE, Attr::Null);
        plan.set(MarketOrder::QUOTED_CURRENCY, Attr::Null);
        return found;
    }
    let Some(requested) = planned_commodity(plan.planned()) else { return found };
    let (product, commodity) = (&requested.product_code, price::commodity(&requested));
    // Terraform plans again before it applies, and refuses a known value that is not the same.
    let earlier = plan.private().get(PLANNED).filter(|planned| planned.commodity == commodity);
    let answer = match earlier {
        Some(planned) => Answer { quote: Ok(planned.quote), restriction: None, request_id: None },
        None => cloud.quote_in_plan(&commodity, ctx).await,
    };
    let request_id = answer.request_id;
    // A refused create leaves Terraform the old object of a replacement, which a refused second plan does not.
    let is_left_to_apply = plan.earlier().is_some() || cloud.is_applying;
    let token = plan.planned().client_token.as_str().map(str::to_owned);
    let left = match limited_by.is_some() || answer.restriction.is_some() {
        true => cloud.journal.left_of(NAME, &json!(requested).to_string(), token.as_deref()),
        false => Left::Nothing,
    };
    // An order whose id is known is not bought again, and the apply finds out the outcome of another one.
    let is_adopted = matches!(left, Left::Order);
    let can_refuse = !is_left_to_apply && !is_adopted;
    let refused = |why| {
        let error = Refused { why, request_id: request_id.clone() }.diagnostic(cloud, true);
        match &left {
            Left::Unknown(entry) => {
                messages::not_now(error, &purchase_messages::unknown_outcome(&cloud.journal, entry), true)
            }
            _ if token.is_some() => messages::not_now(error, purchase_messages::EARLIER_WITH_TOKEN, true),
            _ => error,
        }
    };
    if let Some(restriction) = &answer.restriction {
        // What an earlier apply may have bought can be why it cannot be bought again.
        let is_error = cloud.guard.is_set && can_refuse && matches!(left, Left::Nothing);
        found.push(messages::restricted(product, restriction, request_id.as_deref(), is_error, Subject::Order));
    }
    match answer.quote {
        Ok(quote) => {
            plan.set(MarketOrder::QUOTED_PRICE, quote.price.clone());
            plan.set(MarketOrder::QUOTED_CURRENCY, quote.currency.clone().map_or(Attr::Null, Attr::Known));
            if !is_adopted {
                let count = |check: Check<'_>| spending::plan(&cloud.journal, &quote, check);
                let checked = check(cloud, own.as_ref(), &quote, count);
                found.extend(checked.err().filter(|_| can_refuse).map(refused));
            }
            let Commodity { product_code, sku_code, .. } = requested;
            plan.private_mut().set(PLANNED, &PlannedQuote { commodity, product_code, sku_code, quote });
        }
        Err(unquoted) => {
            plan.private_mut().remove(PLANNED);
            found.push(match limited_by.filter(|_| can_refuse) {
                Some(argument) => refused(Why::Unknown(argument, unquoted.into())),
                None => messages::unquoted(product, &unquoted, is_left_to_apply),
            });
        }
    }
    found
}

/// Holds an order against the limits, `max_price` of the resource among them, and counts it. What cannot be counted is only
/// bought where no total limits it.
pub(super) fn check<T>(
    cloud: &Cloud,
    own: Option<&Number>,
    quote: &Quote,
    count: impl FnOnce(Check<'_>) -> io::Result<Result<T, Excess>>,
) -> Result<Option<T>, Why> {
    let check = |before: &Number| cloud.guard.check(own, quote, before);
    let checked = match count(&check) {
        Ok(checked) => checked.map(Some),
        Err(error) if cloud.guard.max_total.is_some() => return Err(Why::Uncounted(error)),
        Err(error) => {
            tracing::warn!(%error, "an order was not counted");
            check(&0_i64.into()).map(|()| None)
        }
    };
    checked.map_err(|excess| Why::Excess(quote.clone().into(), excess))
}

impl PlannedLimits {
    fn of(planned: &Partial<MarketOrder>) -> Self {
        let times = planned.timeouts.known();
        let create = times.and_then(|times| times.get(Operation::Create.name())?.as_str());
        Self {
            max_price: planned.max_price.known().cloned().map(Amount),
            is_unknown: planned.max_price.is_unknown(),
            create: create.and_then(|time| humantime::parse_duration(time).ok()),
        }
    }
}

/// A purchase that may be sent.
#[derive(Debug, Default)]
pub(super) struct Cleared {
    /// What it costs, where that was requested.
    pub(super) quote: Option<Quote>,
    reservation: Option<Reservation>,
    _lock: Option<IdenticalLock>,
}

impl Cleared {
    /// The purchase certainly did not happen.
    pub(super) fn give_back(&self, cloud: &Cloud) {
        self.reservation.iter().for_each(|reservation| spending::give_back(&cloud.journal, reservation));
    }
}

/// Asks for the price once more, right before the order is bought. Nothing is bought if it is another one than planned, or
/// over a limit.
pub(super) async fn clear(
    cloud: &Cloud,
    planned: &Partial<MarketOrder>,
    requested: &Commodity,
    has_client_token: bool,
    is_resent: bool,
    deadline: &Deadline,
) -> Result<Cleared, Refused> {
    let own = planned.max_price.known();
    let (limited_by, shown) = (cloud.guard.limiting_argument(own), shown(planned));
    let recent = cloud.guard.recent_orders.filter(|_| !is_resent && !has_client_token);
    if limited_by.is_none() && shown.is_none() && recent.is_none() {
        return Ok(Cleared::default());
    }
    let commodity = price::commodity(requested);
    let lock = cloud.lock_identical(&commodity, deadline).await;
    let _lock = Some(lock.ok_or_else(|| Why::Failed(messages::queue_timeout()))?);
    let needs_price = shown.is_some() || limited_by.is_some();
    let answer = if needs_price { Some(cloud.quote(&commodity, deadline).await) } else { None };
    let request_id = answer.as_ref().and_then(|answer| answer.request_id.clone());
    let refused = |why| Refused { why, request_id: request_id.clone() };
    // Who sends an earlier purchase again may own what the account cannot buy twice.
    let is_guarded = cloud.guard.is_set && !is_resent;
    let restriction = answer.as_ref().and_then(|answer| answer.restriction.as_ref()).filter(|_| is_guarded);
    if let Some(restriction) = restriction {
        let error =
            messages::restricted(&requested.product_code, restriction, request_id.as_deref(), true, Subject::Order);
        return Err(Why::Failed(error).into());
    }
    let quote = match answer {
        None => None,
        Some(answer) => match (answer.quote, shown, limited_by) {
            (Ok(quote), Some(shown), _) if quote != shown => return Err(refused(Why::Changed([shown, quote].into()))),
            (Ok(quote), ..) => Some(quote),
            (Err(unquoted), Some(shown), _) => return Err(Why::Unconfirmed((shown, unquoted).into()).into()),
            (Err(unquoted), None, Some(argument)) => return Err(Why::Unknown(argument, unquoted.into()).into()),
            (Err(_), None, None) => None,
        },
    };
    if recent.is_some() {
        recent_orders(cloud, &requested.product_code, &requested.sku_code, deadline).await?;
    }
    let reservation = match &quote {
        Some(quote) => {
            let count = |check: Check<'_>| spending::reserve(&cloud.journal, &commodity, quote, check);
            check(cloud, own, quote, count).map_err(refused)?
        }
        None => None,
    };
    Ok(Cleared { quote, reservation, _lock })
}

/// Refuses to buy what the account holds of an order since then which this Terraform neither placed nor knows.
async fn recent_orders(cloud: &Cloud, product: &str, sku: &str, deadline: &Deadline) -> Result<(), Why> {
    let Some(age) = cloud.guard.recent_orders else { return Ok(()) };
    let age = TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX);
    let since = Utc::now().checked_sub_signed(age).map_or(i64::MIN, |since| since.timestamp_millis());
    let held = market_search::instances(&cloud.client, product, deadline).await;
    let held = held.map_err(|failure| Why::Failed(messages::unread_instances(&failure)))?;
    let is_recent = |created: Option<i64>| created.is_none_or(|created| created >= since);
    let is_same_sku = |reported: Option<&str>| reported.is_none_or(|reported| reported.eq_ignore_ascii_case(sku));
    let recent = held.iter().filter(|held| is_recent(held.created_on) && is_same_sku(held.product_sku_code.as_deref()));
    let mut orders: Vec<String> = recent.filter_map(|held| held.order_id.clone()).collect();
    let journal = &cloud.journal;
    // In a replacement, the old order has left the state before the new one is bought.
    let is_ours =
        |order: &str| journal.is_in_state(order) || journal.is_destroyed_here(order) || journal.is_placed_here(order);
    orders.retain(|order| !is_ours(order));
    orders.sort();
    orders.dedup();
    if orders.is_empty() { Ok(()) } else { Err(Why::Recent(orders)) }
}

/// In the destroy half of a replacement: makes sure that the create can buy at the planned price, before the old order is
/// forgotten.
pub(super) async fn confirm_replacement(
    cloud: &Cloud,
    delete: &Delete<MarketOrder>,
    ctx: &Context,
) -> Result<(), Diagnostic> {
    let Some(successor) = &delete.successor else { return Ok(()) };
    let confirmed = confirm(cloud, successor, ctx).await;
    confirmed.map_err(|refused| messages::kept(refused.diagnostic(cloud, false), &delete.prior))
}

async fn confirm(cloud: &Cloud, successor: &Private, ctx: &Context) -> Result<(), Refused> {
    let PlannedLimits { max_price, is_unknown, create } = successor.get(LIMITS).unwrap_or_default();
    let own = max_price.map(|Amount(most)| most);
    let limited_by = match is_unknown {
        true => Some(MarketOrder::MAX_PRICE.name()),
        false => cloud.guard.limiting_argument(own.as_ref()),
    };
    let planned = match (successor.get(PLANNED).filter(|_| !is_unknown), limited_by) {
        (Some(planned), _) => planned,
        (None, Some(argument)) => return Err(Why::Unplanned(argument).into()),
        (None, None) => return Ok(()),
    };
    // Terraform gives this half the limits of the order that goes.
    let deadline =
        create.map_or_else(|| cloud.operation_deadline(Operation::Create, ctx), |time| cloud.deadline(time, ctx));
    if successor.get(CLIENT_TOKEN).is_none() {
        recent_orders(cloud, &planned.product_code, &planned.sku_code, &deadline).await?;
    }
    let PlannedQuote { commodity, product_code, quote: shown, .. } = planned;
    let answer = cloud.quote(&commodity, &deadline).await;
    let request_id = answer.request_id.clone();
    let refused = |why| Refused { why, request_id: request_id.clone() };
    match &answer.quote {
        Ok(quote) if *quote == shown => {}
        Ok(quote) => return Err(refused(Why::Changed([shown, quote.clone()].into()))),
        Err(unquoted) => return Err(refused(Why::Unconfirmed((shown, unquoted.clone()).into()))),
    }
    if let Some(restriction) = answer.restriction.as_ref().filter(|_| cloud.guard.is_set) {
        let error = messages::restricted(&product_code, restriction, request_id.as_deref(), true, Subject::Order);
        return Err(Why::Failed(error).into());
    }
    let count = |check: Check<'_>| spending::promise(&cloud.journal, &commodity, &shown, check);
    check(cloud, own.as_ref(), &shown, count).map_err(refused)?;
    // The create is planned again in a moment.
    cloud.quotes.share(&commodity, answer);
    Ok(())
}

impl From<Why> for Refused {
    fn from(why: Why) -> Self {
        Self { why, request_id: None }
    }
}

impl Refused {
    pub(super) fn diagnostic(self, cloud: &Cloud, is_planned: bool) -> Diagnostic {
        messages::refused(self, cloud.guard.currency(), is_planned, Subject::Order)
    }
}
