//! What an order of PAI products is made of, and what is valid.

use super::{missing, products};
use crate::timeouts;
use tfplugin::{
    diagnostics::Diagnostics,
    private::Private,
    schema::{Attribute, Block, Change, Nesting, Schema, Validator, Verdict},
    value::{Path, Type, Value},
};

/// The attributes of a product that billing does not tell.
pub(super) const UNTOLD: [&str; 2] = ["auto_renew", "instance_properties"];

/// The schema.
pub(super) fn schema() -> Schema {
    let text = |name, description| Attribute::string(name).computed().describe(description);
    let list = |name, description| Attribute::new(name, Type::list(Type::String)).computed().describe(description);
    let attributes = vec![
        Attribute::bool("auto_pay").default(true).force_new().describe("Whether all products are paid for at once."),
        Attribute::nested("products", Nesting::List, product())
            .required()
            .force_new()
            .judged_by(judge_products)
            .valid(Validator::NotEmpty)
            .describe("What is bought. The order of the products means nothing."),
        timeouts::attribute(),
        text("id", "The id of the order."),
        text("message", "What the service said of the purchase."),
        text("buy_product_request_id", "The id of the purchase as a request."),
        list("product_ids", "The ids of the products that were bought, in no particular order."),
        list(
            missing::ATTRIBUTE,
            "The codes of products that the purchase left out. A plan warns about them until ListProducts shows them as \
             purchased. Nothing is bought again by itself.",
        ),
        text("payment_status", "The status of the payment, such as `Paid`."),
        text("subscription_type", "How it is billed, such as `PayAsYouGo`."),
        text("currency", "The currency of `pretax_amount`, such as `CNY`."),
        Attribute::number("pretax_amount").computed().describe("What the order cost before taxes."),
        text("created_at", "When the order was made (RFC 3339)."),
        text("paid_at", "When the order was paid (RFC 3339)."),
        list("instance_ids", "The instances that came of the order."),
    ];
    let description = "An order of pay-as-you-go products for PAI: DataWorks, MaxCompute, PAI and OSS \
                       (CreateProductOrders). Creating it buys. Destroying it only removes it from the state: the \
                       products stay active.";
    Schema { version: 0, block: Block { attributes, description, ..Block::default() } }
}

fn product() -> Vec<Attribute> {
    vec![
        Attribute::string("product_code")
            .required()
            .valid(Validator::OneOf(&["DataWorks_share", "MaxCompute_share", "PAI_share", "OSS_share"]))
            .describe("The product."),
        Attribute::string("charge_type")
            .default("POSTPAY")
            .valid(Validator::OneOf(&["POSTPAY"]))
            .describe("How the product is paid."),
        Attribute::string("order_type")
            .default("BUY")
            .valid(Validator::OneOf(&["BUY"]))
            .describe("What the order does."),
        Attribute::string("pricing_cycle")
            .default_from(
                default_cycle,
                "`Month` for `DataWorks_share`, `Hour` for `OSS_share` and `MaxCompute_share`, none for `PAI_share`",
            )
            .valid(Validator::OneOf(&["Month", "Hour"]))
            .describe("The billing cycle. `Month` only with `DataWorks_share`, `Hour` only with `OSS_share` and `MaxCompute_share`."),
        Attribute::number("duration")
            .default(1_i64)
            .valid(Validator::Whole(1, 1))
            .describe("How many billing cycles."),
        Attribute::bool("auto_renew").describe("Whether the product renews without asking."),
        Attribute::nested("instance_properties", Nesting::List, property())
            .describe("What else the product asks for. Their order means nothing."),
    ]
}

fn property() -> Vec<Attribute> {
    let text = |name| Attribute::string(name).valid(Validator::NotBlank);
    vec![
        text("code").required().describe("The code of the property, such as `region`."),
        text("value").required().describe("Its value, such as `cn-hangzhou`."),
        Attribute::string("name").describe("What the console calls it."),
    ]
}

fn default_cycle(product: &Value) -> Value {
    match product.get("product_code") {
        Value::String(code) => products::find(code).and_then(|product| product.pricing_cycle).map(Value::from).into(),
        Value::Unknown(_) => Value::unknown(),
        _ => Value::Null,
    }
}

/// The codes of the products of a configuration or a state, as far as they are known.
pub(super) fn codes(resource: &Value) -> Vec<String> {
    let products = resource.get("products").as_list().unwrap_or_default();
    products.iter().filter_map(|product| product.get("product_code").as_str().map(str::to_owned)).collect()
}

/// Whether a planned product is not known yet.
pub(super) fn has_unknown_code(resource: &Value) -> bool {
    let products = resource.get("products");
    let unknown = |product: &Value| !product.is_known() || !product.get("product_code").is_known();
    !products.is_known() || products.as_list().unwrap_or_default().iter().any(unknown)
}

/// The codes of all products that there are.
pub(super) fn all_codes() -> Vec<String> {
    products::PRODUCTS.iter().map(|product| product.code.to_owned()).collect()
}

/// The products mean the same in any order. What billing could not tell of them is taken from the configuration.
fn judge_products(change: &Change<'_>) -> Verdict {
    let (planned, prior) = (change.planned.as_list().unwrap_or_default(), change.prior.as_list().unwrap_or_default());
    let mut verdict = Verdict::Same;
    for product in planned {
        let same = prior.iter().find(|prior| prior.get("product_code") == product.get("product_code"));
        match same.map(|prior| judge_product(product, prior, change.private)) {
            None | Some(Verdict::Replace) => return Verdict::Replace,
            Some(Verdict::InPlace) => verdict = Verdict::InPlace,
            Some(Verdict::Same) => {}
        }
    }
    if planned.len() == prior.len() { verdict } else { Verdict::Replace }
}

fn judge_product(planned: &Value, prior: &Value, private: &Private) -> Verdict {
    let attributes = planned.as_map().into_iter().flatten();
    let differing = attributes.map(|(name, _)| name.as_str()).filter(|name| {
        let (planned, prior) = (planned.get(name), prior.get(name));
        // The order of properties means nothing, and none of them means the same as an empty list.
        Value::set(planned.as_list().unwrap_or_default().to_vec())
            != Value::set(prior.as_list().unwrap_or_default().to_vec())
            || (planned.as_list().is_none() && prior.as_list().is_none() && planned != prior)
    });
    let mut verdict = Verdict::Same;
    for name in differing {
        let untold = UNTOLD.contains(&name) && private.untold.contains(&format!("products.{name}"));
        match (untold, planned.get(name)) {
            (true, Value::Null) => {}
            (true, _) => verdict = Verdict::InPlace,
            (false, _) => return Verdict::Replace,
        }
    }
    verdict
}

/// Checks what products allow together.
pub(super) fn validate(config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let mut seen = Vec::new();
    for (at, configured) in config.get("products").as_list().unwrap_or_default().iter().enumerate() {
        let path = Path::attribute("products").index(at);
        let Some(code) = configured.get("product_code").as_str() else { continue };
        if seen.contains(&code) {
            let detail = format!("{code} is there twice. An order holds each product once.");
            diagnostics.invalid(path.dot("product_code"), "The product is there twice", detail);
        }
        seen.push(code);
        let cycle = configured.get("pricing_cycle").as_str();
        let allowed = products::find(code).map(|product| product.pricing_cycle);
        if let (Some(cycle), Some(allowed)) = (cycle, allowed)
            && Some(cycle) != allowed
        {
            let allowed =
                allowed.map_or_else(|| "has none: leave it out".to_owned(), |cycle| format!("has only {cycle:?}"));
            let detail = format!("pricing_cycle is {cycle:?}, and {code} {allowed}.");
            diagnostics.invalid(path.dot("pricing_cycle"), "Invalid pricing_cycle", detail);
        }
    }
    diagnostics
}
