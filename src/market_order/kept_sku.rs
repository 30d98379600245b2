//! A replacement buys the SKU of the order that it replaces, or one that the configuration names, and never another one
//! because the configuration names none: an order that was imported, or whose `sku_code` was removed, can have a SKU that
//! `pay_type` does not mean.

use alicloud::market::Order;
use serde::{Deserialize, Serialize};
use tfplugin::{Change, Delete, Diagnostic, Partial, Plan, Private, PrivateKey};

use super::{MarketOrder, NAME, sku};
use crate::order::shown_id;

/// Where private data has what an order was bought as.
const BOUGHT: PrivateKey<Sku> = PrivateKey::new("sku");

/// Where the private data of a planned create has what it buys, if the configuration does not name the SKU.
const IMPLIED: PrivateKey<Sku> = PrivateKey::new("implied_sku");

/// A SKU of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sku {
    product: String,
    /// With the product's code before it.
    code: String,
    order_id: String,
}

impl Sku {
    /// What an order of a state was bought as, as far as it is known. What is remembered of a purchase counts: the service
    /// may spell it in another way.
    fn of(private: &Private, state: &Partial<MarketOrder>) -> Option<Self> {
        let known = || {
            let (product, code) = (state.product_code.as_str()?, state.sku_code.as_str()?);
            Some(Self::new(product, code.to_owned(), shown_id::<MarketOrder>(state)))
        };
        private.get(BOUGHT).or_else(known)
    }

    fn new(product: &str, code: String, order_id: &str) -> Self {
        let code = sku::full(product, &code);
        Self { product: product.to_owned(), code, order_id: order_id.to_owned() }
    }

    /// Whether a purchase for which no SKU was named would replace this by something else.
    fn is_lost_by(&self, implied: &Self) -> bool {
        let is_named_by_nothing = !sku::is_default(&self.product, &self.code);
        self.product == implied.product && is_named_by_nothing && !self.code.eq_ignore_ascii_case(&implied.code)
    }
}

/// Remembers what an order was bought as.
pub(super) fn record_bought(private: &mut Private, id: &str, product: &str, code: &str) {
    private.set(BOUGHT, &Sku::new(product, code.to_owned(), id));
}

/// Remembers what an order that was read is, where nothing is known of its purchase.
pub(super) fn record_read(private: &mut Private, id: &str, order: &Order) {
    if let (None, Some(product), Some(code)) = (private.get(BOUGHT), &order.product_code, &order.product_sku_code) {
        record_bought(private, id, product, code);
    }
}

/// What a plan would buy, if the configuration does not name the SKU.
fn implied(plan: &Plan<MarketOrder>) -> Option<Sku> {
    let planned = plan.planned();
    let (product, paid) = (planned.product_code.as_str()?, *planned.pay_type.known()?);
    plan.config().sku_code.is_null().then(|| Sku::new(product, sku::code(product, None, paid), ""))
}

/// Refuses a plan that would replace an order by one of another SKU that the configuration does not name, and warns where the
/// old one's is not known.
pub(super) fn check(plan: &mut Plan<MarketOrder>) -> Option<Diagnostic> {
    let implied = implied(plan);
    let bought = match plan.change() {
        Change::Replace { prior } => match (Sku::of(plan.private(), prior), &implied) {
            (None, Some(implied)) if plan.private().is_unrecovered(MarketOrder::SKU_CODE) => {
                return Some(unknown(prior, implied));
            }
            (bought, _) => bought,
        },
        Change::Create => plan.replaced().and_then(|replaced| replaced.get(BOUGHT)),
        _ => return None,
    };
    if plan.creates() {
        match &implied {
            Some(implied) => plan.private_mut().set(IMPLIED, implied),
            None => plan.private_mut().remove(IMPLIED),
        }
    }
    let (bought, implied) = (bought?, implied?);
    let paths: Vec<String> = plan.replacement_paths().iter().map(ToString::to_string).collect();
    bought.is_lost_by(&implied).then(|| refusal(&bought, &implied, &paths, "plan"))
}

/// Refuses the destroy half of a replacement that would buy another SKU: of -replace and of a tainted resource, the plan
/// of the create does not know what it replaces.
///
/// # Errors
/// It would. The state is kept.
pub(super) fn confirm_replacement(delete: &Delete<MarketOrder>) -> Result<(), Diagnostic> {
    let implied = delete.successor.as_ref().and_then(|successor| successor.get(IMPLIED));
    match (Sku::of(&delete.prior.private, &delete.prior), implied) {
        (Some(bought), Some(implied)) if bought.is_lost_by(&implied) => Err(refusal(&bought, &implied, &[], "apply")),
        _ => Ok(()),
    }
}

fn unknown(prior: &Partial<MarketOrder>, implied: &Sku) -> Diagnostic {
    let detail = format!(
        "The Marketplace does not report the SKU of the order {}, and sku_code is not set, so the new order has the SKU {:?}, which \
         may be another product to pay for. Before you apply this plan, check the order in the Marketplace console under My Orders, \
         set sku_code to the SKU that you want to buy, and run terraform plan again.",
        shown_id::<MarketOrder>(prior),
        implied.code
    );
    Diagnostic::warning("The new order may have another SKU", detail).at(MarketOrder::SKU_CODE.path())
}

fn refusal(bought: &Sku, implied: &Sku, paths: &[String], command: &str) -> Diagnostic {
    let Sku { order_id, code, .. } = bought;
    let because = if paths.is_empty() { String::new() } else { format!(" because of {}", paths.join(" and ")) };
    let detail = format!(
        "The order {order_id} has the SKU {code:?}. This plan replaces it{because}, and sku_code is not set, so the new order \
         would have the SKU {:?}, which is another product to pay for. Nothing was bought, and the state is kept.\n\n1. To \
         keep the order, undo the change that replaces it. To buy the same SKU again, set sku_code = {code:?} in the resource. To \
         buy the other SKU, set sku_code = {:?}.\n\n2. Run terraform {command} again.",
        implied.code, implied.code
    );
    Diagnostic::error(format!("No order was placed: {NAME} would buy another SKU"), detail)
        .at(MarketOrder::SKU_CODE.path())
}

#[cfg(test)]
pub(super) fn samples() -> Vec<Diagnostic> {
    let order = Partial::<MarketOrder> { id: "202600000000001".into(), ..Partial::<MarketOrder>::default() };
    let sku = |code: &str| Sku::new("cmapi033136", code.to_owned(), "202600000000001");
    let (bought, implied) = (sku("Package"), sku("postpay"));
    vec![
        unknown(&order, &implied),
        refusal(&bought, &implied, &["product_code".to_owned(), "duration".to_owned()], "plan"),
        refusal(&bought, &implied, &[], "apply"),
    ]
}
