//! `alicloud_pai_product_order`: DataWorks, MaxCompute, PAI and OSS, bought through CreateProductOrders.

mod candidates;
mod missing;
mod model;
mod products;
mod purchase;
mod schema;

use async_trait::async_trait;
use serde_json::Value as Json;

use super::{
    Cloud,
    cloud::AccountType,
    journal, order_plan,
    owner::{self, Unread},
    timeouts, unpaid,
};
use alicloud::{
    billing::{self, Row},
    endpoint::Product,
    market::is_order_id,
    retry::Limit,
};
use tfplugin::{
    diagnostics::{Diagnostic, Diagnostics},
    plan::Action,
    private::Private,
    provider::{Create, Delete, Object, Patience, Resource, Review, Saved, Update},
    schema::Schema,
    value::{Path, Value, json as value_json},
};

/// The type name.
pub(super) const NAME: &str = "alicloud_pai_product_order";

/// Where the private data of a planned create has the products.
const PLANNED: &str = "products";

/// The resource.
#[derive(Debug)]
pub(super) struct PaiProductOrder;

#[async_trait]
impl Resource<Cloud> for PaiProductOrder {
    fn name(&self) -> &'static str {
        NAME
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = schema::validate(config);
        diagnostics.extend(journal::Journal::current().before_anything());
        diagnostics
    }

    fn upgrade(&self, state: Value, _version: i64) -> Result<Value, Diagnostic> {
        order_plan::shown(&state);
        Ok(state)
    }

    fn review(&self, cloud: Option<&Cloud>, review: &Review<'_>) -> Diagnostics {
        let mut diagnostics = order_plan::review(cloud, NAME, &[Product::AiWorkspace, Product::Billing], review);
        diagnostics.extend(match review.plan.action {
            Action::Create => missing_properties(cloud, review.config),
            Action::Destroy => stays_active(review.prior).into(),
            Action::Replace => {
                let held = schema::codes(review.prior);
                let planned = schema::codes(&review.plan.state);
                let again: Vec<String> = if schema::has_unknown_code(&review.plan.state) {
                    held.clone()
                } else {
                    planned.into_iter().filter(|code| held.contains(code)).collect()
                };
                let found = if again.is_empty() { stays_active(review.prior) } else { held_already(review, &again) };
                found.into()
            }
            Action::Nothing | Action::Update => {
                let mut found = Diagnostics::default();
                found.extend(missing::warning(review.prior));
                found
            }
        });
        diagnostics
    }

    fn remember(&self, planned: &Value, private: &mut Private, _is_stored: bool) {
        // A product that is not known yet may be any.
        let codes = if schema::has_unknown_code(planned) { schema::all_codes() } else { schema::codes(planned) };
        private.own.insert(PLANNED.to_owned(), codes.into());
    }

    async fn create(&self, cloud: &Cloud, create: Create, patience: &Patience) -> Result<Saved<Object>, Diagnostics> {
        let bought = purchase::buy(cloud, &create.planned, patience).await?;
        let mut warnings = bought.warnings;
        let limit = cloud.limit(timeouts::read(&create.planned), patience);
        let rows = read_new(cloud, &bought.order_id, &limit).await.map_err(|warning| warnings.push(warning));
        let mut private = Private::default();
        owner::remember(&mut private, None, cloud, &limit).await;
        let rows = rows.unwrap_or_default();
        let mut state = model::placed(create.planned, &bought.order_id, bought.orders.as_ref(), &rows);
        let missing = missing::after_purchase(cloud, &state, &limit).await;
        state.set_attribute(missing::ATTRIBUTE, missing);
        warnings.extend(missing::warning(&state).into_iter().chain(not_paid(&state)));
        let delivered = cloud.on_delivery(Some(bought.entry));
        Ok(Saved { delivered, ..Saved::with(Object { state, private }, warnings) })
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
        let rows = find(cloud, &id, &limit).await.map_err(|unread| unread.explain(&id))?;
        if rows.is_empty() {
            owner::confirm_gone(NAME, &id, &prior, cloud, &limit).await?;
            return Ok(Saved::with(None, gone(&id).into()));
        }
        let mut object = model::refreshed(prior, &rows);
        if owner::recall(&object.private).is_none() {
            owner::remember(&mut object.private, None, cloud, &limit).await;
        }
        let missing = missing::still_missing(cloud, &object.state, missing::named(&object.state), &limit).await;
        object.state.set_attribute(missing::ATTRIBUTE, missing);
        let mut warnings = Diagnostics::default();
        warnings.extend(not_paid(&object.state));
        Ok(Saved::with(Some(object), warnings))
    }

    /// No argument of an order can be changed, so all that is planned in place is what only the state needs to know.
    async fn update(&self, _cloud: &Cloud, update: Update, _patience: &Patience) -> Result<Saved<Object>, Diagnostics> {
        Ok(update.planned.into())
    }

    async fn delete(&self, cloud: &Cloud, delete: Delete, _patience: &Patience) -> Result<Diagnostics, Diagnostics> {
        // In a replacement that destroys first, this is what the create was planned with.
        let planned = delete.private.own.get(PLANNED).and_then(Json::as_array).cloned().unwrap_or_default();
        let held = schema::codes(&delete.prior);
        let again: Vec<String> = held.into_iter().filter(|code| planned.contains(&code.as_str().into())).collect();
        if delete.private.creating && !again.is_empty() {
            return Err(replaces_itself(&delete.prior, &again).into());
        }
        cloud.journal.mark_destroyed(id_of(&delete.prior));
        Ok(stays_active(&delete.prior).into())
    }

    async fn import(&self, cloud: &Cloud, id: &str, patience: &Patience) -> Result<Saved<Object>, Diagnostics> {
        if !is_order_id(id) {
            let detail = format!(
                "{id:?} cannot be the id of an order: those are digits only. The billing console lists them under Orders. \
                 Nothing was asked for."
            );
            return Err(Diagnostic::error("Not an order id", detail).into());
        }
        if let Some(error) = cloud.journal.torn_state() {
            return Err(error.into());
        }
        cloud.journal.mark_imported(id);
        let limit = cloud.limit(timeouts::read(&Value::Null), patience);
        let rows = find(cloud, id, &limit).await.map_err(|unread| unread.explain(id))?;
        if rows.is_empty() {
            let detail = format!(
                "Billing knows no order {id} that these credentials may see. Check the id, and the account that the \
                 credentials belong to."
            );
            return Err(Diagnostic::error("No such order", detail).into());
        }
        let empty = value_json::decode(b"{}", &schema::schema().ty()).unwrap_or(Value::Null);
        let mut object = model::imported(empty, id, &rows).ok_or_else(|| {
            let names: Vec<&str> = rows.iter().flat_map(Row::names).collect();
            let detail = format!(
                "The order {id} holds none of the products that {NAME} can buy. Billing says: {}.",
                names.join(", ")
            );
            Diagnostic::error("Not an order of PAI products", detail)
        })?;
        owner::remember(&mut object.private, None, cloud, &limit).await;
        let mut warnings = Diagnostics::default();
        let uncertain = candidates::uncertain_import(id, &schema::codes(&object.state), &rows);
        warnings.extend(
            uncertain.map(|detail| Diagnostic::warning(format!("It is not certain what the order {id} holds"), detail)),
        );
        Ok(Saved::with(object, warnings))
    }
}

/// The rows of an order; none, if it is not there.
async fn find(cloud: &Cloud, id: &str, limit: &Limit) -> Result<Vec<Row>, Unread> {
    let is_there = |rows: &Vec<Row>| !rows.is_empty();
    owner::look(limit, is_there, || billing::order_detail(&cloud.client, id, limit)).await
}

/// Reads an order that was just placed, which billing may take a while to know.
async fn read_new(cloud: &Cloud, id: &str, limit: &Limit) -> Result<Vec<Row>, Diagnostic> {
    let what = match find(cloud, id, limit).await {
        Ok(rows) if !rows.is_empty() => return Ok(rows),
        Ok(_) => "billing does not know it yet".to_owned(),
        Err(unread) => unread.to_string(),
    };
    let detail = format!(
        "The order {id} was placed and is in the state. Reading it back failed: {what}. Its computed attributes stay empty \
         until the next terraform plan or apply, which reads them. Nothing has to be done."
    );
    Err(Diagnostic::warning(format!("The order {id} was placed, but not read back"), detail))
}

/// Warnings about documented properties that a purchase leaves out.
fn missing_properties(cloud: Option<&Cloud>, config: &Value) -> Diagnostics {
    let international = cloud.is_some_and(|cloud| cloud.account_type == AccountType::International);
    let mut warnings = Diagnostics::default();
    for (at, configured) in config.get("products").as_list().unwrap_or_default().iter().enumerate() {
        let given = configured.get("instance_properties");
        let code = configured.get("product_code").as_str().unwrap_or_default();
        let Some(product) = products::find(code).filter(|_| given.is_wholly_known()) else { continue };
        let given = given.as_list().unwrap_or_default();
        let is_given = |code: &str| given.iter().any(|property| property.get("code").as_str() == Some(code));
        let asked = product.properties.iter().filter(|property| !(property.domestic && international));
        for property in asked.filter(|property| !is_given(property.code)) {
            let detail = format!(
                "The documentation of CreateProductOrders gives {code} the instance property {{ code = {:?}, value = {:?} \
                 }}, and the configuration leaves it out. It is sent as configured.",
                property.code, property.value
            );
            let path = Path::attribute("products").index(at);
            warnings.push(Diagnostic::warning(format!("{code} without {}", property.code), detail).at(path));
        }
    }
    warnings
}

/// A warning about an order that should have been paid at once.
fn not_paid(state: &Value) -> Option<Diagnostic> {
    let status = state.get("payment_status").as_str().filter(|_| state.get("auto_pay").as_bool() != Some(false));
    unpaid::warning(NAME, id_of(state), status, "the billing console under Orders")
}

fn id_of(prior: &Value) -> &str {
    prior.get("id").as_str().unwrap_or("(unknown id)")
}

fn stays_active(prior: &Value) -> Diagnostic {
    let (id, codes) = (id_of(prior), schema::codes(prior).join(", "));
    let detail = format!(
        "Terraform only forgets the order: nothing is sent to Alibaba Cloud. The order {id} ({codes}) is neither cancelled \
         nor refunded, and its products stay active and are billed by use. To take it back into the state:\n\n  terraform \
         import {NAME}.<name> {id}"
    );
    Diagnostic::warning(format!("Forgetting order {id} refunds nothing"), detail)
}

fn held_already(review: &Review<'_>, again: &[String]) -> Diagnostic {
    let id = id_of(review.prior);
    let changed: Vec<String> = review.plan.requires_replace.iter().map(ToString::to_string).collect();
    let detail = format!(
        "The change of {} would buy {} again, which the order {id} holds already. Nothing was bought. Remove the change, or \
         give a new product a resource of its own. If a value is known only after apply, apply what it comes from first, \
         with terraform apply -target.",
        changed.join(" and "),
        again.join(", ")
    );
    let path = review.plan.requires_replace.first().cloned().unwrap_or_default();
    Diagnostic::error("The product is bought already", detail).at(path)
}

fn replaces_itself(prior: &Value, again: &[String]) -> Diagnostic {
    let id = id_of(prior);
    let detail = format!(
        "This replacement would forget the order {id} and buy {} again, which it holds and which stays active. The state is \
         kept, and nothing was bought. Leave out -replace, or run terraform untaint on the resource; to forget the order, \
         terraform state rm.",
        again.join(", ")
    );
    Diagnostic::error(format!("Order {id} cannot be replaced by itself"), detail)
}

fn gone(id: &str) -> Diagnostic {
    let detail = format!(
        "Billing says twice that there is no order {id}, so it was taken out of the state. The next terraform apply asks \
         whether the products are active before it buys anything."
    );
    Diagnostic::warning(format!("Order {id} is gone"), detail)
}
