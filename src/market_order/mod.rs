//! `alicloud_market_order`: an order on the Marketplace, bought once.

mod answered;
mod auto_renew;
mod contradiction;
mod gone;
mod instances;
mod kept_sku;
mod messages;
mod model;
mod period;
mod planned_token;
mod price_source;
mod purchase;
mod purchase_messages;
mod quote;
mod quote_messages;
mod removal;
mod renewal;
#[cfg(test)]
mod samples;
mod schema;
mod search;
mod sku;
mod tokens;
mod unresolved;

use std::time::Duration;

use super::{
    Cloud, journal,
    order::{self, Console, OrderModel},
    order_identity::{self, OrderIdentity},
    order_plan,
    owner::{self, Unread},
    unpaid,
};
use alicloud::{
    endpoint::Product,
    market::{self, Described, Order},
    retry::Deadline,
};
use answered::{OldToken, Placed};
pub(crate) use instances::InstanceLists;
pub(crate) use price_source::MarketPrices;
use purchase::{Answer, MarketPurchase};
pub(crate) use renewal::MarketRenewals;
#[cfg(test)]
pub(crate) use renewal::samples as renewal_samples;
#[cfg(test)]
pub(crate) use samples::{samples, validation_samples};
pub(crate) use schema::MarketOrder;
pub(crate) use search::MarketOrderList;
use tfplugin::{
    Attr, Change, Context, Create, CreateError, Delete, Diagnostic, Diagnostics, Map, Model, Operation, Partial, Plan,
    Private, PrivateKey, Resource, State, Update, UpdateError,
};

/// Where private data has the user's token: in a state the one that bought the order, in a plan the one that will.
const CLIENT_TOKEN: PrivateKey<String> = PrivateKey::new("client_token");

/// How long each thing may take that a purchase does not need. Until then, Terraform has not saved the order.
const AFTER_PURCHASE: Duration = Duration::from_secs(30);

/// The type name.
pub(super) const NAME: &str = MarketOrder::TYPE_NAME;

impl OrderModel for MarketOrder {
    const PRODUCTS: &[Product] = &[Product::Market];

    const READ_FROM: Product = Product::Market;

    const CONSOLE: Console = Console { name: "Marketplace console", page: "My Orders" };

    fn id(order: &Partial<Self>) -> &Attr<String> {
        &order.id
    }

    fn was_read(order: &Partial<Self>) -> bool {
        !order.instance_ids.is_null()
    }
}

/// The resource.
#[derive(Debug)]
pub(super) struct MarketOrders;

impl Resource for MarketOrders {
    type Model = MarketOrder;
    type Client = Cloud;

    fn validate(&self, config: &Partial<MarketOrder>) -> Diagnostics {
        let mut diagnostics = sku::validate(config);
        diagnostics.extend(journal::Journal::current().before_anything());
        let version = config.package_version.as_str();
        let again = config.components.known().and_then(|map| map.get(schema::PACKAGE_VERSION)?.as_str());
        if let (Some(version), Some(again)) = (version, again)
            && version != again
        {
            diagnostics.push(messages::two_package_versions(version, again));
        }
        diagnostics
    }

    /// The existing provider stores the package version among the components, and null for what was not given.
    fn normalize(&self, state: &mut Partial<MarketOrder>) {
        order_plan::record_shown::<MarketOrder>(state);
        if let (Some(id), Some(token)) = (state.id.as_str(), state.client_token.as_str()) {
            journal::Journal::current().mark_token(id, token);
        }
        match state.components.known_mut() {
            Some(components) => components.retain(|key, _| key != schema::PACKAGE_VERSION),
            None => state.components = Attr::Known(Map::new()),
        }
        if state.coupon_id.is_null() {
            state.coupon_id = "".into();
        }
    }

    async fn modify_plan(
        &self,
        cloud: Option<&Cloud>,
        plan: &mut Plan<MarketOrder>,
        ctx: &Context,
    ) -> Result<(), Diagnostics> {
        if plan.creates() {
            record_token(plan, ctx);
        }
        let mut found = order_plan::check(cloud, plan);
        found.extend(kept_sku::check(plan));
        found.extend(quote::plan(cloud, plan, ctx).await);
        let token = &plan.config().client_token;
        found.extend(cloud.and_then(|cloud| tokens::check(&cloud.journal, plan)));
        match plan.change() {
            Change::Create if cloud.is_some_and(|cloud| tokens::is_needed(&cloud.journal, plan)) => {
                found.push(order_plan::without_client_token());
            }
            Change::Replace { prior } => {
                found.push(removal::replaced(prior, auto_renew::of_removed(cloud, prior, ctx).await));
                if plan.planned().client_token.is_unknown() {
                    found.push(tokens::unknown(prior));
                }
                if token.as_str().is_some_and(|token| Some(token) == buying_token(plan.private(), prior).as_deref()) {
                    found.push(removal::same_token(prior));
                }
            }
            Change::Destroy { prior } => {
                found.push(removal::destroyed(prior, auto_renew::of_removed(cloud, prior, ctx).await));
            }
            _ => {}
        }
        ctx.report(found)
    }

    async fn create(
        &self,
        cloud: &Cloud,
        create: Create<MarketOrder>,
        ctx: &Context,
    ) -> Result<State<MarketOrder>, CreateError<MarketOrder>> {
        let mut state = create.planned;
        let auto_renewal = auto_renew::wanted(&state)?;
        let mut purchase = MarketPurchase::new(cloud, &state)?;
        let requested = purchase.requested.clone();
        let bought = crate::purchase::buy(cloud, &mut purchase, ctx).await?;
        let id = &bought.order_id;
        let mut warnings = bought.warnings;
        let deadline = cloud.operation_deadline(Operation::Read, ctx);
        let order = describe_new(cloud, id, &deadline).await.map_err(|warning| warnings.push(warning)).ok();
        let (since, quote) = bought.answer.map(|Answer { since, quote }| (since, quote)).unzip();
        // As far as the clocks show; an order that only the journal knew was placed before.
        let created = order.as_ref().and_then(|order| order.created_on);
        let placed = match (since, created) {
            (None, _) => Placed::Before,
            (Some(_), None) => Placed::Unclear,
            (Some(since), Some(created)) if created < since => Placed::Before,
            _ => Placed::Now,
        };
        let token = match state.client_token.known() {
            _ if since.is_none() => None,
            Some(_) => Some(OldToken::Client),
            None if cloud.journal.applies_saved_plan() => planned_token::read(&state.private).map(|_| OldToken::Plan),
            None => None,
        };
        let answered = order
            .as_ref()
            .map_or(Ok(None), |order| answered::check(id, order, &state, token, placed, bought.sent_earlier.is_some()));
        warnings.extend(answered.inspect_err(|_| bought.entry.iter().for_each(|entry| cloud.journal.settle(entry)))?);
        if let Some(sent) = bought.sent_earlier.filter(|_| placed == Placed::Before) {
            warnings.push(journal::adopted(id, created, sent));
        }
        warnings.extend(order.as_ref().and_then(|order| not_paid(id, order)));
        let bought_now = order.as_ref().filter(|_| placed == Placed::Now);
        warnings.extend(bought_now.and_then(|order| model::paid_otherwise(id, quote.as_ref()?.as_ref()?, order)));
        // The order exists, so nothing from here on is an error.
        warnings.into_iter().for_each(|warning| ctx.warn(warning));
        // What the plan recorded was for this purchase.
        state.private = Private::default();
        if let Some(token) = state.client_token.known().cloned() {
            state.private.set(CLIENT_TOKEN, &token);
        }
        let owner = order.as_ref().and_then(|order| order.ali_uid.as_deref());
        owner::record_endpoint::<MarketOrder>(&mut state.private, cloud);
        owner::record(&mut state.private, owner, cloud, &deadline).await;
        kept_sku::record_bought(&mut state.private, id, &requested.product_code, &requested.sku_code);
        model::place(&mut state, id, order.as_ref());
        let deadline = cloud.deadline(AFTER_PURCHASE, ctx);
        if let Some(wanted) = auto_renewal {
            auto_renew::set_bought(cloud, &mut state, &wanted, &deadline)
                .await
                .into_iter()
                .for_each(|warning| ctx.warn(warning));
        }
        let read = instances::read(cloud, &state, true, &cloud.deadline(AFTER_PURCHASE, ctx), ctx).await;
        instances::write(&mut state, read.as_deref());
        Ok(cloud.answer(state, bought.entry))
    }

    async fn read(
        &self,
        cloud: &Cloud,
        mut state: State<MarketOrder>,
        ctx: &Context,
    ) -> Result<Option<State<MarketOrder>>, Diagnostics> {
        let (id, deadline) = cloud.begin_read::<MarketOrder>(&state, ctx);
        let order = match find(cloud, &id, &deadline).await.map_err(|unread| unread.diagnostic(&id))? {
            Described::Found(order) => order,
            Described::Absent { status, request_id } => {
                ctx.warn(gone::confirm(&id, &state, (status, &request_id), cloud, &deadline, ctx).await?);
                return Ok(None);
            }
        };
        messages::ended(&id, &order)
            .or_else(|| not_paid(&id, &order))
            .into_iter()
            .for_each(|warning| ctx.warn(warning));
        let was_half_imported = schema::is_half_imported(&state);
        model::refresh(&mut state, &order);
        contradiction::warning(&id, &state, &order).into_iter().for_each(|warning| ctx.warn(warning));
        let asks_for_renewal = !state.auto_renew.is_null() || was_half_imported;
        if let Some(read) = instances::read(cloud, &state, asks_for_renewal, &deadline, ctx).await {
            match was_half_imported {
                true => auto_renew::import(&mut state, &read),
                false => auto_renew::refresh(&mut state, &read),
            }
            instances::write(&mut state, Some(&read));
            let is_in_force = !order.order_status.as_deref().is_some_and(has_ended);
            instances::ending(&id, &read).filter(|_| is_in_force).into_iter().for_each(|warning| ctx.warn(warning));
        }
        kept_sku::record_read(&mut state.private, &id, &order);
        owner::record_endpoint::<MarketOrder>(&mut state.private, cloud);
        if owner::recorded(&state.private).is_none() && order.ali_uid.is_some() {
            owner::record(&mut state.private, order.ali_uid.as_deref(), cloud, &deadline).await;
        }
        Ok(Some(order_identity::identify(state)))
    }

    async fn update(
        &self,
        cloud: &Cloud,
        update: Update<MarketOrder>,
        ctx: &Context,
    ) -> Result<State<MarketOrder>, UpdateError<MarketOrder>> {
        auto_renew::update(cloud, update, ctx).await
    }

    async fn delete(&self, cloud: &Cloud, delete: Delete<MarketOrder>, ctx: &Context) -> Result<(), Diagnostics> {
        let prior = &delete.prior;
        // In a replacement that destroys first, this comes before the create.
        let buys_with = delete.successor.as_ref().and_then(|successor| successor.get(CLIENT_TOKEN));
        // Of an object that is tainted, Terraform hands over no private data: what its state says counts.
        let is_reported = prior.private != Private::default();
        let bought_with =
            if is_reported { prior.private.get(CLIENT_TOKEN) } else { prior.client_token.known().cloned() };
        if buys_with.is_some() && buys_with == bought_with {
            return Err(removal::replaced_with_its_token(prior).into());
        }
        kept_sku::confirm_replacement(&delete)?;
        quote::confirm_replacement(cloud, &delete, ctx).await?;
        if prior.renew_off_on_destroy.known() == Some(&true) {
            auto_renew::turn_off(cloud, prior, &cloud.operation_deadline(Operation::Read, ctx)).await?;
        }
        cloud.journal.mark_destroyed(prior.id.as_str().unwrap_or_default());
        ctx.warn(removal::destroyed(prior, auto_renew::of_state(prior)));
        Ok(())
    }

    async fn import(&self, cloud: &Cloud, id: &str, ctx: &Context) -> Result<State<MarketOrder>, Diagnostics> {
        let deadline = cloud.begin_import::<MarketOrder>(id, ctx)?;
        match find(cloud, id, &deadline).await.map_err(|unread| unread.diagnostic(id))? {
            Described::Found(order) => {
                let mut state = imported(cloud, id, &order, &deadline, ctx).await;
                kept_sku::record_read(&mut state.private, id, &order);
                owner::record_endpoint::<MarketOrder>(&mut state.private, cloud);
                owner::record(&mut state.private, order.ali_uid.as_deref(), cloud, &deadline).await;
                Ok(order_identity::identify(state))
            }
            Described::Absent { request_id, .. } => Err(messages::not_imported(id, &request_id).into()),
        }
    }

    async fn import_by_identity(
        &self,
        cloud: &Cloud,
        identity: OrderIdentity,
        ctx: &Context,
    ) -> Result<State<MarketOrder>, Diagnostics> {
        let state = self.import(cloud, &identity.order_id, ctx).await?;
        order_identity::check_imported(&state, &identity)?;
        Ok(state)
    }
}

/// The state of an order that nothing was known of, as an import and a search have it.
async fn imported(cloud: &Cloud, id: &str, order: &Order, deadline: &Deadline, ctx: &Context) -> State<MarketOrder> {
    let mut state =
        State::<MarketOrder>::new(Partial::<MarketOrder> { id: id.into(), ..Partial::<MarketOrder>::default() });
    model::import(&mut state, order);
    let read = instances::read(cloud, &state, true, deadline, ctx).await;
    auto_renew::import(&mut state, read.as_deref().unwrap_or_default());
    instances::write(&mut state, read.as_deref());
    state
}

/// Records which token the planned purchase sends: the user's, or one that is made now where Terraform keeps it.
fn record_token(plan: &mut Plan<MarketOrder>, ctx: &Context) {
    let token = plan.planned().client_token.known().cloned();
    match token {
        Some(token) => plan.private_mut().set(CLIENT_TOKEN, &token),
        None => plan.private_mut().remove(CLIENT_TOKEN),
    }
    if ctx.capabilities().store_planned_private {
        planned_token::write(plan.private_mut());
    }
}

async fn find(cloud: &Cloud, id: &str, deadline: &Deadline) -> Result<Described, Unread> {
    let is_there = |described: &Described| matches!(described, Described::Found(_));
    owner::read_twice(deadline, is_there, || market::describe_order(&cloud.client, id, deadline)).await
}

/// Reads an order that was just placed, which the Marketplace may take a moment to know.
async fn describe_new(cloud: &Cloud, id: &str, deadline: &Deadline) -> Result<Order, Diagnostic> {
    let why = match find(cloud, id, deadline).await {
        Ok(Described::Found(order)) => return Ok(*order),
        Ok(Described::Absent { request_id, .. }) => {
            format!("the Marketplace does not return it yet (RequestId {request_id})")
        }
        Err(unread) => unread.to_string(),
    };
    Err(order::not_read_back(id, &why))
}

/// The token that bought an order, as far as that is known. A token that was given later is only in the state.
fn buying_token(private: &Private, prior: &Partial<MarketOrder>) -> Option<String> {
    private.get(CLIENT_TOKEN).or_else(|| prior.client_token.known().cloned())
}

/// Whether an order of this status is no longer in force.
fn has_ended(status: &str) -> bool {
    matches!(status, "REFUND" | "DELETE")
}

/// A warning about an order whose purchase paid at once, and which is not paid.
fn not_paid(id: &str, order: &Order) -> Option<Diagnostic> {
    unpaid::warning::<MarketOrder>(id, order.pay_status.as_deref())
}
