//! `alicloud_market_order`: an order on the Marketplace, bought once.

mod answered;
mod model;
mod period;
mod planned_token;
mod purchase;
mod schema;
mod sku;
mod unresolved;

use async_trait::async_trait;

use super::{
    Cloud, journal, order_plan,
    owner::{self, Unread},
    timeouts, unpaid,
};
use alicloud::{
    endpoint::Product,
    market::{self, Described, Order},
    retry::Limit,
};
use serde_json::Value as Json;
use tfplugin::{
    diagnostics::{Diagnostic, Diagnostics},
    plan::Action,
    private::Private,
    provider::{Create, Delete, Object, Patience, Resource, Review, Saved, Update},
    schema::Schema,
    value::{Path, Value, json as value_json},
};

/// Where private data has the user's token: in a state the one that bought the order, in a plan the one that will.
const CLIENT_TOKEN: &str = "client_token";

/// The type name.
pub(super) const NAME: &str = "alicloud_market_order";

/// The resource.
#[derive(Debug)]
pub(super) struct MarketOrder;

#[async_trait]
impl Resource<Cloud> for MarketOrder {
    fn name(&self) -> &'static str {
        NAME
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = sku::validate(config);
        diagnostics.extend(journal::Journal::current().before_anything());
        let version = config.get("package_version").as_str();
        let again = config.get("components").as_map().and_then(|map| map.get("package_version")?.as_str());
        if let (Some(version), Some(again)) = (version, again)
            && version != again
        {
            let path = Path::attribute("components").key("package_version");
            let detail = format!(
                "components has the package version {again:?}, and the argument package_version is {version:?}. Leave it \
                 out of components, or make both the same."
            );
            diagnostics.invalid(path, "Two package versions", detail);
        }
        diagnostics
    }

    /// The existing provider stores the package version among the components, and null for what was not given.
    fn upgrade(&self, state: Value, _version: i64) -> Result<Value, Diagnostic> {
        order_plan::shown(&state);
        let mut state = state;
        let mut components = state.get("components").as_map().cloned().unwrap_or_default();
        components.retain(|key, _| key != "package_version");
        state.set_attribute("components", Value::Map(components));
        if state.get("coupon_id").is_null() {
            state.set_attribute("coupon_id", "");
        }
        Ok(state)
    }

    fn review(&self, cloud: Option<&Cloud>, review: &Review<'_>) -> Diagnostics {
        let mut diagnostics = order_plan::review(cloud, NAME, &[Product::Market], review);
        let token = review.config.get("client_token");
        match review.plan.action {
            Action::Create if token.is_null() && cloud.is_some_and(|cloud| cloud.journal.needs_client_token()) => {
                diagnostics.push(order_plan::without_client_token());
            }
            Action::Replace => {
                diagnostics.push(not_refunded(review.prior, Action::Replace));
                if token.as_str().is_some_and(|token| Some(token) == buying_token(&review.plan.private, review.prior)) {
                    diagnostics.push(same_token(review.prior));
                }
            }
            Action::Destroy => diagnostics.push(not_refunded(review.prior, Action::Destroy)),
            _ => {}
        }
        diagnostics
    }

    fn remember(&self, planned: &Value, private: &mut Private, is_stored: bool) {
        private.own.insert(CLIENT_TOKEN.to_owned(), planned.get("client_token").as_str().into());
        if is_stored {
            planned_token::write(private);
        }
    }

    async fn create(&self, cloud: &Cloud, create: Create, patience: &Patience) -> Result<Saved<Object>, Diagnostics> {
        let mut bought = purchase::buy(cloud, &create, patience).await?;
        let mut warnings = std::mem::take(&mut bought.warnings);
        let id = &bought.order_id;
        let limit = cloud.limit(timeouts::read(&create.planned), patience);
        let order = describe_new(cloud, id, &limit).await.map_err(|warning| warnings.push(warning)).ok();
        let answered = order.as_ref().map_or(Ok(None), |order| {
            answered::check(id, order, &create.planned, bought.since.is_some(), bought.is_new(order))
        });
        warnings.extend(answered.inspect_err(|_| bought.entry.iter().for_each(|entry| cloud.journal.settle(entry)))?);
        if let Some(sent) = bought.sent_earlier {
            warnings.push(journal::adopted(id, order.as_ref().and_then(|order| order.created_on), sent));
        }
        warnings.extend(order.as_ref().and_then(|order| not_paid(id, order)));
        let mut private = Private::default();
        let token = create.planned.get("client_token").as_str();
        private.own.extend(token.map(|token| (CLIENT_TOKEN.to_owned(), token.into())));
        owner::remember(&mut private, order.as_ref().and_then(|order| order.ali_uid.as_deref()), cloud, &limit).await;
        let state = model::placed(create.planned, id, order.as_ref());
        let saved = Saved::with(Object { state, private }, warnings);
        Ok(Saved { delivered: cloud.on_delivery(bought.entry), ..saved })
    }

    async fn read(
        &self,
        cloud: &Cloud,
        prior: Object,
        patience: &Patience,
    ) -> Result<Saved<Option<Object>>, Diagnostics> {
        let id = prior.state.get("id").as_str().unwrap_or_default().to_owned();
        cloud.journal.mark_in_state(&id);
        let limit = cloud.limit(timeouts::read(&prior.state), patience);
        let order = match find(cloud, &id, &limit).await.map_err(|unread| unread.explain(&id))? {
            Described::Found(order) => order,
            Described::Absent { request_id } => {
                owner::confirm_gone(NAME, &id, &prior, cloud, &limit).await?;
                let warnings = gone(&id, &request_id).into();
                return Ok(Saved::with(None, warnings));
            }
        };
        let mut warnings = Diagnostics::default();
        warnings.extend(ended(&id, &order).or_else(|| not_paid(&id, &order)));
        let mut object = model::refreshed(prior, &order);
        if owner::recall(&object.private).is_none() && order.ali_uid.is_some() {
            owner::remember(&mut object.private, order.ali_uid.as_deref(), cloud, &limit).await;
        }
        Ok(Saved::with(Some(object), warnings))
    }

    /// No argument of an order can be changed at the Marketplace, so all that is planned in place is what only the
    /// state needs to know.
    async fn update(&self, _cloud: &Cloud, update: Update, _patience: &Patience) -> Result<Saved<Object>, Diagnostics> {
        Ok(update.planned.into())
    }

    async fn delete(&self, cloud: &Cloud, delete: Delete, _patience: &Patience) -> Result<Diagnostics, Diagnostics> {
        let prior_private = delete.private.replaced.as_deref().unwrap_or(&delete.private);
        let bought_with = prior_private.own.get(CLIENT_TOKEN).and_then(Json::as_str);
        let buys_with = delete.private.own.get(CLIENT_TOKEN).and_then(Json::as_str);
        // In a replacement that destroys first, this comes before the create.
        if delete.private.creating && buys_with.is_some() && buys_with == bought_with {
            return Err(replaced_with_its_token(&delete.prior).into());
        }
        cloud.journal.mark_destroyed(delete.prior.get("id").as_str().unwrap_or_default());
        Ok(not_refunded(&delete.prior, Action::Destroy).into())
    }

    async fn import(&self, cloud: &Cloud, id: &str, patience: &Patience) -> Result<Saved<Object>, Diagnostics> {
        if !market::is_order_id(id) {
            let detail = format!(
                "{id:?} cannot be the id of an order: those are digits only. The Marketplace console lists them under My \
                 Orders. Nothing was asked for."
            );
            return Err(Diagnostic::error("Not an order id", detail).into());
        }
        if let Some(error) = cloud.journal.torn_state() {
            return Err(error.into());
        }
        cloud.journal.mark_imported(id);
        let limit = cloud.limit(timeouts::read(&Value::Null), patience);
        match find(cloud, id, &limit).await.map_err(|unread| unread.explain(id))? {
            Described::Found(order) => {
                let empty = value_json::decode(b"{}", &schema::schema().ty()).unwrap_or(Value::Null);
                let mut object = model::imported(empty, id, &order);
                owner::remember(&mut object.private, order.ali_uid.as_deref(), cloud, &limit).await;
                Ok(object.into())
            }
            Described::Absent { request_id } => {
                let detail = format!(
                    "The Marketplace knows no order {id} that these credentials may see (RequestId {request_id}). Check \
                     the id, the account that the credentials belong to, and the region."
                );
                Err(Diagnostic::error("No such order", detail).into())
            }
        }
    }
}

async fn find(cloud: &Cloud, id: &str, limit: &Limit) -> Result<Described, Unread> {
    let is_there = |described: &Described| matches!(described, Described::Found(_));
    owner::look(limit, is_there, || market::describe_order(&cloud.client, id, limit)).await
}

/// Reads an order that was just placed, which the Marketplace may take a moment to know.
async fn describe_new(cloud: &Cloud, id: &str, limit: &Limit) -> Result<Order, Diagnostic> {
    let what = match find(cloud, id, limit).await {
        Ok(Described::Found(order)) => return Ok(*order),
        Ok(Described::Absent { request_id }) => {
            format!("the Marketplace does not know it yet (RequestId {request_id})")
        }
        Err(unread) => unread.to_string(),
    };
    let detail = format!(
        "The order {id} was placed and is in the state. Reading it back failed: {what}. Its computed attributes are empty \
         until the next terraform plan or apply, which reads them. You need not do anything."
    );
    Err(Diagnostic::warning(format!("The order {id} was placed, but not read back"), detail))
}

/// The token that bought an order, as far as that is known. A token that was given later is only in the state.
fn buying_token<'a>(private: &'a Private, prior: &'a Value) -> Option<&'a str> {
    let recorded = private.own.get(CLIENT_TOKEN).and_then(Json::as_str);
    recorded.or_else(|| prior.get("client_token").as_str())
}

/// What an order cost, as far as a state knows.
fn cost(state: &Value) -> String {
    match state.get("payment_price") {
        Value::Number(price) => {
            let currency = state.get("currency").as_str().map(|currency| format!(" {currency}")).unwrap_or_default();
            format!(" It cost {price}{currency}.")
        }
        _ => String::new(),
    }
}

fn not_refunded(prior: &Value, action: Action) -> Diagnostic {
    let id = prior.get("id").as_str().unwrap_or("(unknown id)");
    let (summary, what) = match action {
        Action::Replace => (
            format!("Replacing order {id} buys another one and refunds nothing"),
            "A changed argument means another order: this plan buys a new one",
        ),
        _ => (
            format!("Destroying order {id} refunds nothing"),
            "Terraform only forgets the order: nothing is sent to Alibaba Cloud",
        ),
    };
    let detail = format!(
        "{what}. The order {id} is neither cancelled nor refunded.{} To end it, use the Marketplace \
         console. To take it back into the state:\n\n  terraform import {NAME}.<name> {id}",
        cost(prior)
    );
    Diagnostic::warning(summary, detail)
}

fn same_token(prior: &Value) -> Diagnostic {
    let id = prior.get("id").as_str().unwrap_or("(unknown id)");
    let detail = format!(
        "A changed argument means another order, and client_token is still the one that bought the order {id}: the \
         Marketplace would answer with that order and sell nothing. Nothing was bought. Undo the change, or give a new \
         client_token."
    );
    Diagnostic::error("The same client_token cannot buy another order", detail).at(Path::attribute("client_token"))
}

/// The error of the destroy half of a replacement that its create cannot complete.
fn replaced_with_its_token(prior: &Value) -> Diagnostic {
    let id = prior.get("id").as_str().unwrap_or("(unknown id)");
    let detail = format!(
        "This replacement would forget the order {id}, and the Marketplace would answer its client_token with that order and \
         sell nothing. Nothing was bought, and the state is kept. To keep the order, leave out -replace, or run terraform \
         untaint on the resource. For another order, give a new client_token."
    );
    Diagnostic::error("No order was placed: the client_token has bought the order that is replaced", detail)
        .at(Path::attribute("client_token"))
}

fn gone(id: &str, request_id: &str) -> Diagnostic {
    let detail = format!(
        "The Marketplace says twice that there is no order {id} (RequestId {request_id}), so it was taken out of the \
         state, and Terraform plans a new order in its place. If you do not want one, remove the resource from the \
         configuration, or check that the credentials belong to the account that bought it. To buy again, change a \
         client_token that bought this order."
    );
    Diagnostic::warning(format!("Order {id} is gone: Terraform plans a new one"), detail)
}

/// Whether an order of this status is no longer in force.
fn has_ended(status: &str) -> bool {
    matches!(status, "REFUND" | "DELETE")
}

/// A warning about an order whose purchase paid at once, and which is not paid.
fn not_paid(id: &str, order: &Order) -> Option<Diagnostic> {
    unpaid::warning(NAME, id, order.pay_status.as_deref(), "the Marketplace console under My Orders")
}

/// A warning about an order that is still known but no longer in force.
fn ended(id: &str, order: &Order) -> Option<Diagnostic> {
    let status = order.order_status.as_deref().filter(|status| has_ended(status))?;
    let detail = format!(
        "The order {id} has the status {status}, so what it bought is no longer in force. It stays in the state, and \
         nothing is bought in its place. To buy again, with a new client_token if it has one: terraform apply \
         -replace={NAME}.<name>. To forget it: terraform state rm {NAME}.<name>."
    );
    Some(Diagnostic::warning(format!("Order {id} is {status}"), detail))
}
