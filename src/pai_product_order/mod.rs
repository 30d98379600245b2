//! `alicloud_pai_product_order`: DataWorks, MaxCompute, PAI and OSS, bought through CreateProductOrders.

mod candidates;
mod messages;
mod missing;
mod model;
mod products;
mod products_source;
mod purchase;
mod purchase_messages;
#[cfg(test)]
mod samples;
mod schema;
mod search;

use super::{
    Cloud,
    cloud::AccountType,
    journal,
    order::{self, Console, OrderModel, shown_id},
    order_identity::{self, OrderIdentity},
    order_plan,
    owner::{self, Unread},
    unpaid,
};
use alicloud::{
    billing::{self, Detail, Row},
    endpoint::Product,
    retry::Deadline,
};
pub(crate) use products_source::PaiProductsSource;
use purchase::PaiPurchase;
#[cfg(test)]
pub(crate) use samples::{samples, validation_samples};
pub(crate) use schema::PaiProductOrder;
pub(crate) use search::PaiProductOrderList;
use tfplugin::{
    Attr, Change, Context, Create, CreateError, Delete, Diagnostic, Diagnostics, Model, Operation, Partial, Plan,
    Private, PrivateKey, Resource, State,
};

/// The type name.
pub(super) const NAME: &str = PaiProductOrder::TYPE_NAME;

/// Where the private data of a planned create has the products.
const PLANNED: PrivateKey<Vec<String>> = PrivateKey::new("products");

impl OrderModel for PaiProductOrder {
    const PRODUCTS: &[Product] = &[Product::AiWorkspace, Product::Billing];

    const READ_FROM: Product = Product::Billing;

    const CONSOLE: Console = Console { name: "billing console", page: "Orders" };

    fn id(order: &Partial<Self>) -> &Attr<String> {
        &order.id
    }

    fn was_read(order: &Partial<Self>) -> bool {
        !order.instance_ids.is_null()
    }
}

/// The resource.
#[derive(Debug)]
pub(super) struct PaiProductOrders;

impl Resource for PaiProductOrders {
    type Model = PaiProductOrder;
    type Client = Cloud;

    fn validate(&self, config: &Partial<PaiProductOrder>) -> Diagnostics {
        let mut diagnostics = schema::validate(config);
        diagnostics.extend(journal::Journal::current().before_anything());
        diagnostics
    }

    fn normalize(&self, state: &mut Partial<PaiProductOrder>) {
        order_plan::record_shown::<PaiProductOrder>(state);
    }

    async fn modify_plan(
        &self,
        cloud: Option<&Cloud>,
        plan: &mut Plan<PaiProductOrder>,
        ctx: &Context,
    ) -> Result<(), Diagnostics> {
        if plan.creates() {
            // A product that is not known yet may be any.
            let is_open = schema::has_unknown_code(plan.planned());
            let codes = if is_open { schema::all_codes() } else { schema::codes(plan.planned()) };
            plan.private_mut().set(PLANNED, &codes);
        }
        let mut found = order_plan::check(cloud, plan);
        match plan.change() {
            Change::Create => found.extend(missing_properties(cloud, plan.config())),
            Change::Destroy { prior } => found.push(messages::stays_active(prior)),
            Change::Replace { prior } => {
                let held = schema::codes(prior);
                let again: Vec<String> = if schema::has_unknown_code(plan.planned()) {
                    held
                } else {
                    schema::codes(plan.planned()).into_iter().filter(|code| held.contains(code)).collect()
                };
                found.push(match again.is_empty() {
                    true => messages::stays_active(prior),
                    false => messages::held_already(prior, &again, plan.replacement_paths()),
                });
            }
            Change::Nothing { prior } | Change::Update { prior } => {
                found.extend(missing::warnings(prior, plan.private()))
            }
            _ => {}
        }
        ctx.report(found)
    }

    async fn create(
        &self,
        cloud: &Cloud,
        create: Create<PaiProductOrder>,
        ctx: &Context,
    ) -> Result<State<PaiProductOrder>, CreateError<PaiProductOrder>> {
        let mut state = create.planned;
        let bought = crate::purchase::buy(cloud, &mut PaiPurchase::new(cloud, &state, ctx)?, ctx).await?;
        let id = &bought.order_id;
        let mut warnings = bought.warnings;
        let deadline = cloud.operation_deadline(Operation::Read, ctx);
        let rows = read_new(cloud, id, &deadline).await.map_err(|warning| warnings.push(warning)).unwrap_or_default();
        let orders = match (bought.answer, bought.sent_earlier) {
            (Some(orders), _) => {
                if orders.is_none() {
                    warnings.push(purchase_messages::found(id, &rows));
                    warnings.extend(candidates::uncertain(id, &schema::codes(&state), &rows));
                }
                orders
            }
            (None, sent_earlier) => {
                warnings.extend(sent_earlier.map(|sent| journal::adopted(id, None, sent)));
                None
            }
        };
        // What the plan recorded was for this purchase.
        state.private = Private::default();
        owner::record_endpoint::<PaiProductOrder>(&mut state.private, cloud);
        owner::record(&mut state.private, None, cloud, &deadline).await;
        model::place(&mut state, id, orders.as_ref(), &rows);
        missing::after_purchase(cloud, &mut state, &rows, &deadline).await;
        warnings.extend(missing::warnings(&state, &state.private));
        warnings.extend(not_paid(&state));
        // The order exists, so nothing from here on is an error.
        warnings.into_iter().for_each(|warning| ctx.warn(warning));
        Ok(cloud.answer(state, bought.entry))
    }

    async fn read(
        &self,
        cloud: &Cloud,
        mut state: State<PaiProductOrder>,
        ctx: &Context,
    ) -> Result<Option<State<PaiProductOrder>>, Diagnostics> {
        let (id, deadline) = cloud.begin_read::<PaiProductOrder>(&state, ctx);
        let Detail { rows, request_id } = find(cloud, &id, &deadline).await.map_err(|unread| unread.diagnostic(&id))?;
        if rows.is_empty() {
            owner::confirm_gone(&id, &state, cloud, &deadline).await?;
            ctx.warn(messages::gone(&id, &request_id));
            return Ok(None);
        }
        model::refresh(&mut state, &rows);
        owner::record_endpoint::<PaiProductOrder>(&mut state.private, cloud);
        if owner::recorded(&state.private).is_none() {
            owner::record(&mut state.private, None, cloud, &deadline).await;
        }
        missing::still_missing(cloud, &mut state, &rows, &deadline).await;
        not_paid(&state).into_iter().for_each(|warning| ctx.warn(warning));
        Ok(Some(order_identity::identify(state)))
    }

    async fn delete(&self, cloud: &Cloud, delete: Delete<PaiProductOrder>, ctx: &Context) -> Result<(), Diagnostics> {
        let prior = &delete.prior;
        // In a replacement that destroys first, this is what the create was planned with.
        let planned = delete.successor.and_then(|successor| successor.get(PLANNED)).unwrap_or_default();
        let again: Vec<String> = schema::codes(prior).into_iter().filter(|code| planned.contains(code)).collect();
        if !again.is_empty() {
            return Err(messages::replaces_itself(prior, &again).into());
        }
        cloud.journal.mark_destroyed(shown_id::<PaiProductOrder>(prior));
        ctx.warn(messages::stays_active(prior));
        Ok(())
    }

    async fn import(&self, cloud: &Cloud, id: &str, ctx: &Context) -> Result<State<PaiProductOrder>, Diagnostics> {
        let deadline = cloud.begin_import::<PaiProductOrder>(id, ctx)?;
        let Detail { rows, request_id } = find(cloud, id, &deadline).await.map_err(|unread| unread.diagnostic(id))?;
        if rows.is_empty() {
            return Err(messages::not_imported(id, &request_id).into());
        }
        if !rows.iter().any(Row::is_purchase) {
            return Err(messages::not_a_purchase(id, &rows, &request_id).into());
        }
        let imported = model::imported(id, &rows);
        let mut state = imported.ok_or_else(|| messages::of_other_products(id, &rows, &request_id))?;
        owner::record_endpoint::<PaiProductOrder>(&mut state.private, cloud);
        owner::record(&mut state.private, None, cloud, &deadline).await;
        candidates::uncertain(id, &schema::codes(&state), &rows).into_iter().for_each(|warning| ctx.warn(warning));
        Ok(order_identity::identify(state))
    }

    async fn import_by_identity(
        &self,
        cloud: &Cloud,
        identity: OrderIdentity,
        ctx: &Context,
    ) -> Result<State<PaiProductOrder>, Diagnostics> {
        let state = self.import(cloud, &identity.order_id, ctx).await?;
        order_identity::check_imported(&state, &identity)?;
        Ok(state)
    }
}

/// The rows of an order; none, if it is not there.
async fn find(cloud: &Cloud, id: &str, deadline: &Deadline) -> Result<Detail, Unread> {
    let is_there = |detail: &Detail| !detail.rows.is_empty();
    owner::read_twice(deadline, is_there, || billing::order_detail(&cloud.client, id, deadline)).await
}

/// Reads an order that was just placed, which billing may take a while to know.
async fn read_new(cloud: &Cloud, id: &str, deadline: &Deadline) -> Result<Vec<Row>, Diagnostic> {
    let why = match find(cloud, id, deadline).await {
        Ok(detail) if !detail.rows.is_empty() => return Ok(detail.rows),
        Ok(detail) => format!("billing does not return it yet (RequestId {})", detail.request_id),
        Err(unread) => unread.to_string(),
    };
    Err(order::not_read_back(id, &why))
}

/// Warnings about documented properties that a purchase leaves out.
fn missing_properties(cloud: Option<&Cloud>, config: &Partial<PaiProductOrder>) -> Diagnostics {
    let international = cloud.is_some_and(|cloud| cloud.account_type == AccountType::International);
    let mut warnings = Diagnostics::default();
    for (at, configured) in schema::products(config) {
        let given = &configured.instance_properties;
        let code = configured.product_code.as_str().unwrap_or_default();
        let Some(product) = products::find(code).filter(|_| given.is_wholly_known()) else { continue };
        let given: Vec<_> = given.known().into_iter().flatten().filter_map(Attr::known).collect();
        let is_given = |code: &str| given.iter().any(|property| property.code.as_str() == Some(code));
        let expected = product.properties.iter().filter(|property| !(property.domestic && international));
        for property in expected.filter(|property| !is_given(property.code)) {
            let path = PaiProductOrder::PRODUCTS.index(at);
            warnings.push(messages::missing_property(code, property).at(path));
        }
    }
    warnings
}

/// A warning about an order that should have been paid at once.
fn not_paid(state: &Partial<PaiProductOrder>) -> Option<Diagnostic> {
    let status = state.payment_status.as_str().filter(|_| state.auto_pay.known() != Some(&false));
    unpaid::warning::<PaiProductOrder>(shown_id::<PaiProductOrder>(state), status)
}
