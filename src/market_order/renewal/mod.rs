//! `action "alicloud_market_renewal"`: buys what is missing for an instance to run until a date, once.

mod messages;
mod missing;
mod record;
#[cfg(test)]
mod samples;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use alicloud::{
    endpoint::Product,
    error::{ApiErrorKind, Certainty, Error, Failure},
    market::{self, Described, NewOrder, is_order_id},
    market_instance::{self, Instance},
    market_renewal::{self, Renewal},
    retry::Deadline,
};
use chrono::{DateTime, Utc};
use serde_json::json;
use tfplugin::{Action, Context, Diagnostic, Diagnostics, Model, Operation, Partial, Timeouts, value::Number};

pub(super) use messages::INVOKE;

use super::{
    model::{self, RESERVED},
    period::Period,
    quote::{self, Refused, Why},
    quote_messages::{self, Subject},
    schema::{Cycle, PACKAGE_VERSION, PayType},
    sku,
};
use crate::{
    Cloud, purchase_guard,
    quotes::{Quote, Quoting},
    spending::{self, Check, Reservation},
};
use missing::{missing, until};
use record::Record;
#[cfg(test)]
pub(crate) use samples::samples;

/// The type name.
const NAME: &str = "alicloud_market_renewal";

/// How long a plan may take.
const PLAN: Duration = Duration::from_secs(60);

/// How often the end of an instance is read after a purchase, and for how long.
const POLL_INTERVAL: Duration = Duration::from_secs(3);
const LONGEST_POLL: Duration = Duration::from_secs(60);

/// How long reading it once may take.
const LONGEST_READ: Duration = Duration::from_secs(15);

/// Renews an instance of an Alibaba Cloud Marketplace order, so that it runs at least until a date. Invoking the action buys
/// the missing time and pays for it immediately. If the instance already runs long enough, nothing is bought.
#[derive(Clone, Debug, Model)]
#[model(action = "alicloud_market_renewal")]
pub(crate) struct MarketRenewal {
    /// The ID of the instance: one of `instance_ids` of an `alicloud_market_order`.
    #[attr(validate(|id: &String| is_order_id(id), "the ID of an instance: digits only"))]
    instance_id: String,
    /// How long the instance must run: until the end of a day in UTC, or until a moment.
    #[attr(validator = missing::valid_until())]
    until: String,
    /// The highest price to pay for the renewal, in the `currency` of the provider's `purchase_guard` (default `CNY`). The plan
    /// compares the price with it, and the action does so again before it sends the renewal. A renewal whose price is unknown
    /// is not bought.
    #[attr(validator = purchase_guard::amount())]
    max_price: Number,
    /// The unit of time to buy. Default: the unit that the order of the instance was bought with.
    pricing_cycle: Option<Cycle>,
    /// The time limit for invoking the action (`invoke`), including all retries.
    #[attr(timeouts(invoke = "10m"))]
    timeouts: Timeouts,
}

/// The action.
#[derive(Debug)]
pub(crate) struct MarketRenewals;

/// What there is to do for an instance.
enum Need {
    /// It runs until then, which is long enough.
    Nothing(DateTime<Utc>),
    /// This has to be bought.
    Renewal(Box<Wanted>),
}

/// The renewal that is missing.
struct Wanted {
    renewal: Renewal,
    period: Period,
    /// The end of the instance now.
    end: DateTime<Utc>,
    /// The end that the renewal leads to.
    new_end: DateTime<Utc>,
    renews_itself: bool,
    /// The status of the instance, where it is another one than `OPENED`.
    status: Option<String>,
}

impl Wanted {
    /// What is quoted, and counted against the limits.
    fn priced(&self) -> String {
        market_renewal::priced(&self.renewal)
    }

    /// From which end on the instance shows this renewal, and not only that its end was corrected, or that it has renewed
    /// itself by a part of this. A service may count months in days.
    fn renewed_from(&self) -> DateTime<Utc> {
        let periods = i32::try_from(self.period.count).unwrap_or(i32::MAX);
        self.new_end - (self.new_end - self.end) / periods.max(1).saturating_mul(2)
    }

    fn token(&self) -> String {
        record::token(&self.renewal.instance_id, self.end.timestamp_millis(), self.period)
    }
}

impl Action for MarketRenewals {
    type Model = MarketRenewal;
    type Client = Cloud;

    async fn plan(
        &self,
        cloud: Option<&Cloud>,
        config: &Partial<MarketRenewal>,
        ctx: &Context,
    ) -> Result<(), Diagnostics> {
        let is_open = config.instance_id.is_unknown()
            || config.until.is_unknown()
            || config.max_price.is_unknown()
            || config.pricing_cycle.is_unknown();
        let Some(cloud) = cloud.filter(|cloud| cloud.quotes.quoting != Quoting::Waiting && !is_open) else {
            ctx.warn(messages::unknown());
            return Ok(());
        };
        let config = config.complete()?;
        cloud.exposed(&[Product::Market]).into_iter().for_each(|warning| ctx.warn(warning));
        cloud.quotes.mark_planned(&cloud.journal);
        let deadline = cloud.deadline(PLAN, ctx);
        let id = &config.instance_id;
        let wanted = match need(cloud, &config, &deadline).await? {
            Need::Nothing(end) => {
                ctx.warn(messages::nothing(id, end));
                return Ok(());
            }
            Need::Renewal(wanted) => wanted,
        };
        let earlier = record::unsettled(&cloud.journal, id, wanted.end);
        let earlier = earlier.map_err(|error| messages::unrecorded(&cloud.journal, id, &error))?;
        if let Some(earlier) = earlier.as_ref().filter(|earlier| !earlier.is_resendable(&wanted.token())) {
            ctx.warn(messages::sent_earlier(&cloud.journal, &wanted, earlier));
            return Ok(());
        }
        let count = |quote: &Quote, check: Check<'_>| spending::plan(&cloud.journal, quote, check);
        let (quote, _) = allow(cloud, &wanted, &config.max_price, &deadline, count)
            .await
            .map_err(|refused| messages::refused(refused, cloud.guard.currency(), true, &wanted, earlier.as_ref()))?;
        ctx.warn(messages::planned(&wanted, &quote, earlier.as_ref()));
        Ok(())
    }

    async fn invoke(&self, cloud: &Cloud, config: MarketRenewal, ctx: &Context) -> Result<(), Diagnostics> {
        let id = config.instance_id.clone();
        // Nothing is bought with the credentials of another account than the provider block names.
        cloud.purchase(NAME, Product::Market, id.clone(), ctx).await?;
        let deadline = cloud.operation_deadline(Operation::Invoke, ctx);
        let lock = cloud.lock_identical(&format!("{NAME} {id}"), &deadline).await;
        let _lock = lock.ok_or_else(|| messages::queue_timeout(&id))?;
        ctx.progress(format!("Reading when the instance {id} ends"));
        match need(cloud, &config, &deadline).await? {
            Need::Nothing(end) => {
                ctx.progress(format!("The instance {id} runs until {}: nothing is bought", messages::shown(end)));
                Ok(())
            }
            Need::Renewal(wanted) => buy(cloud, &wanted, &config, &deadline, ctx).await,
        }
    }
}

/// Finds out what is missing.
async fn need(cloud: &Cloud, config: &MarketRenewal, deadline: &Deadline) -> Result<Need, Diagnostic> {
    let id = &config.instance_id;
    let instance = describe(cloud, id, deadline).await.map_err(|failure| messages::unread(id, &failure))?;
    let instance = instance.ok_or_else(|| messages::no_instance(id))?;
    if instance.product_sku_code.as_deref().and_then(sku::paid) == Some(PayType::PostPaid) {
        return Err(messages::pay_as_you_go(id));
    }
    let end = end_of(&instance).ok_or_else(|| messages::no_end(id))?;
    let Some(until) = until(&config.until) else { return Err(messages::no_end(id)) };
    if end >= until {
        return Ok(Need::Nothing(end));
    }
    if end <= Utc::now() {
        return Err(messages::over(id, end));
    }
    let order = match &instance.order_id {
        Some(order_id) => market::describe_order(&cloud.client, order_id, deadline).await,
        None => return Err(messages::unreported(id, "the order")),
    };
    let order = match order.map_err(|failure| messages::unread(id, &failure))? {
        Described::Found(order) => Some(order),
        Described::Absent { .. } => None,
    };
    if let Some(refusal) = order.as_deref().and_then(|order| messages::not_in_force(id, order)) {
        return Err(refusal);
    }
    let period = order.as_deref().and_then(|order| Period::reported(order).or_else(|| Period::guess(order)));
    let unit = config.pricing_cycle.or(period.map(|period| period.unit)).ok_or_else(|| messages::no_cycle(id))?;
    let mut components = instance.components();
    if model::package_version(&components).is_none() {
        let ordered = order.iter().flat_map(|order| order.components());
        let is_chosen = |key: &String| key == PACKAGE_VERSION || !RESERVED.contains(&key.as_str());
        components = ordered.filter(|(key, _)| is_chosen(key)).collect();
    }
    if model::package_version(&components).is_none() {
        return Err(messages::unreported(id, "the package version"));
    }
    let product_code = instance.product_code.clone().ok_or_else(|| messages::unreported(id, "the product"))?;
    let sku_code = instance.product_sku_code.clone().ok_or_else(|| messages::unreported(id, "the SKU"))?;
    let Some(missing) = missing(end, until, unit) else { return Err(messages::too_much(id, end, unit)) };
    let Some((period, new_end)) = missing else { return Ok(Need::Nothing(end)) };
    let renewal = Renewal {
        components,
        duration: period.count,
        instance_id: id.clone(),
        pricing_cycle: unit.as_str().to_owned(),
        product_code,
        properties: BTreeMap::new(),
        quantity: 1,
        sku_code,
    };
    let renews_itself = instance.auto_renewal == Some(true);
    let status = instance.status.clone().filter(|status| !status.eq_ignore_ascii_case("OPENED"));
    Ok(Need::Renewal(Box::new(Wanted { renewal, period, end, new_end, renews_itself, status })))
}

async fn describe(cloud: &Cloud, id: &str, deadline: &Deadline) -> Result<Option<Box<Instance>>, Failure> {
    market_instance::describe_instance(&cloud.client, id, deadline).await
}

fn end_of(instance: &Instance) -> Option<DateTime<Utc>> {
    instance.end_on.filter(|end| *end > 0).and_then(DateTime::from_timestamp_millis)
}

/// Asks for the price of a renewal, and holds it against the limits, `max_price` of the action among them.
async fn allow<T>(
    cloud: &Cloud,
    wanted: &Wanted,
    max_price: &Number,
    deadline: &Deadline,
    count: impl FnOnce(&Quote, Check<'_>) -> std::io::Result<Result<T, purchase_guard::Excess>>,
) -> Result<(Quote, Option<T>), Refused> {
    let answer = cloud.quote_renewal(&wanted.priced(), deadline).await;
    let request_id = answer.request_id.clone();
    if let Some(restriction) = &answer.restriction {
        let product = &wanted.renewal.product_code;
        let error = quote_messages::restricted(
            product,
            restriction,
            request_id.as_deref(),
            true,
            Subject::Renewal(&wanted.renewal.instance_id, false),
        );
        return Err(Refused { why: Why::Failed(error), request_id: None });
    }
    let quote = answer.quote.map_err(|unquoted| Refused {
        why: Why::Unknown(MarketRenewal::MAX_PRICE.name(), unquoted.into()),
        request_id: None,
    })?;
    let counted = quote::check(cloud, Some(max_price), &quote, |check| count(&quote, check));
    counted.map(|counted| (quote, counted)).map_err(|why| Refused { why, request_id })
}

/// Buys a renewal, unless this directory has sent one for the same end whose outcome the instance does not show yet.
async fn buy(
    cloud: &Cloud,
    wanted: &Wanted,
    config: &MarketRenewal,
    deadline: &Deadline,
    ctx: &Context,
) -> Result<(), Diagnostics> {
    let (id, token, end) = (&config.instance_id, wanted.token(), wanted.end.timestamp_millis());
    let journal = &cloud.journal;
    let renewed_from = wanted.renewed_from().timestamp_millis();
    let new = Record { end, renewed_from, token: token.clone(), time: Utc::now(), order_id: None, confirmed_end: None };
    // The price comes first, so that what is refused leaves nothing behind.
    let count = |quote: &Quote, check: Check<'_>| spending::reserve(journal, &wanted.priced(), quote, check);
    let allowed = allow(cloud, wanted, &config.max_price, deadline, count).await;
    let (quote, reservation) = allowed.map_err(|refused| {
        let earlier = record::unsettled(journal, id, wanted.end).ok().flatten();
        messages::refused(refused, cloud.guard.currency(), false, wanted, earlier.as_ref())
    })?;
    let earlier = record::begin(journal, id, &new).map_err(|error| {
        give_back(cloud, reservation.as_ref());
        messages::unrecorded(journal, id, &error)
    })?;
    if let Some(earlier) = earlier.as_ref().filter(|earlier| !earlier.is_resendable(&token)) {
        give_back(cloud, reservation.as_ref());
        return match earlier.confirmed_end.and_then(DateTime::from_timestamp_millis) {
            Some(confirmed) if until(&config.until).is_some_and(|until| confirmed >= until) => {
                ctx.progress(format!(
                    "The instance {id} was renewed until {}: nothing is bought",
                    messages::shown(confirmed)
                ));
                Ok(())
            }
            _ => Err(messages::sent_earlier(journal, wanted, earlier).into()),
        };
    }
    ctx.progress(messages::buying(wanted, &quote));
    let order = NewOrder { client_token: token, commodity: json!(wanted.renewal).to_string() };
    let last = earlier.as_ref().unwrap_or(&new).last_moment();
    let placed = match market_renewal::renew(&cloud.client, &order, &deadline.clone().not_after(last)).await {
        Ok(placed) => placed,
        Err(failure) => {
            let is_reused = matches!(&failure.error, Error::Api(error) if error.kind() == ApiErrorKind::TokenReused);
            if failure.certainty == Certainty::NotDone && earlier.is_none() && !is_reused {
                give_back(cloud, reservation.as_ref());
                record::remove(journal, id, &new.token);
                let error = messages::failed(wanted, &failure);
                return Err(cloud.with_balance(error, &failure, deadline).await.into());
            }
            if is_reused {
                give_back(cloud, reservation.as_ref());
                return Err(messages::token_used(wanted, &failure).into());
            }
            // The end of the instance shows what the reply did not.
            return match new_end(cloud, wanted, deadline, ctx).await {
                Some(new_end) => {
                    settle(cloud, wanted, config, new_end, ctx);
                    Ok(())
                }
                None => Err(messages::unknown_outcome(wanted, &failure).into()),
            };
        }
    };
    tracing::info!(order_id = placed.order_id, request_id = placed.request_id, "renewal placed");
    record::update(journal, id, &new.token, |record| record.order_id = Some(placed.order_id.clone()));
    // The order exists, so nothing from here on is an error, unless it has ended since it was bought.
    let described = market::describe_order(&cloud.client, &placed.order_id, deadline).await;
    if let Ok(Described::Found(order)) = &described {
        if let Some(error) = messages::ended(wanted, &placed.order_id, order) {
            give_back(cloud, reservation.as_ref());
            record::remove(journal, id, &new.token);
            return Err(error.into());
        }
        if let Some(warning) = messages::unpaid(id, &placed.order_id, order) {
            ctx.warn(warning);
            return Ok(());
        }
    }
    ctx.progress(format!("Order {} renews the instance {id}; waiting until it shows its new end", placed.order_id));
    match new_end(cloud, wanted, deadline, ctx).await {
        Some(new_end) => settle(cloud, wanted, config, new_end, ctx),
        None => ctx.warn(messages::not_shown(wanted, &placed.order_id)),
    }
    Ok(())
}

fn give_back(cloud: &Cloud, reservation: Option<&Reservation>) {
    reservation.into_iter().for_each(|reservation| spending::give_back(&cloud.journal, reservation));
}

/// The end that an instance shows after a renewal; none where it does not show the renewal.
async fn new_end(cloud: &Cloud, wanted: &Wanted, deadline: &Deadline, ctx: &Context) -> Option<DateTime<Utc>> {
    let (id, begin) = (&wanted.renewal.instance_id, Instant::now());
    loop {
        // A purchase without a reply may have used all of the time.
        let read = describe(cloud, id, &cloud.deadline(LONGEST_READ, ctx)).await;
        let end = read.ok().flatten().and_then(|instance| end_of(&instance));
        if let Some(end) = end.filter(|end| *end >= wanted.renewed_from()) {
            return Some(end);
        }
        tokio::select! {
            () = tokio::time::sleep(POLL_INTERVAL) => {}
            () = deadline.over() => return None,
        }
        if begin.elapsed() >= LONGEST_POLL {
            return None;
        }
    }
}

/// Ends a renewal whose new end is known.
fn settle(cloud: &Cloud, wanted: &Wanted, config: &MarketRenewal, new_end: DateTime<Utc>, ctx: &Context) {
    let id = &config.instance_id;
    record::update(&cloud.journal, id, &wanted.token(), |record| {
        record.confirmed_end = Some(new_end.timestamp_millis())
    });
    ctx.progress(format!("The instance {id} runs until {}", messages::shown(new_end)));
    if until(&config.until).is_some_and(|until| new_end < until) {
        ctx.warn(messages::too_short(wanted, new_end, &config.until));
    }
}
