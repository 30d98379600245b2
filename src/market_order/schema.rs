//! What an order is made of, and what is valid.

use super::{model::is_half_imported, period, sku};
use crate::timeouts;
use tfplugin::{
    schema::{Attribute, Block, Change, Schema, Validator, Verdict},
    value::{Type, Value},
};

/// The schema. Its version stays 0, as the existing provider's, so that states can go back and forth.
pub(super) fn schema() -> Schema {
    let mut attributes = arguments();
    attributes.extend(computed());
    let description = "An order on the Alibaba Cloud Marketplace. Creating it buys and pays at once. Destroying it only \
                       removes it from the state: the order is neither cancelled nor refunded.";
    Schema { version: 0, block: Block { attributes, description, ..Block::default() } }
}

fn arguments() -> Vec<Attribute> {
    vec![
        Attribute::string("product_code")
            .required()
            .force_new()
            .valid(Validator::Length(8, 12))
            .describe("The product, such as `cmapi033136`."),
        Attribute::string("pricing_cycle")
            .required()
            .force_new()
            .judged_by(period::judge)
            .valid(Validator::OneOf(&["Day", "Month", "Year"]))
            .describe("The unit of `duration`."),
        Attribute::string("package_version")
            .required()
            .force_new()
            .valid(Validator::NotBlank)
            .describe("The version of the product's package, such as `yuncode2713600001`."),
        Attribute::string("pay_type")
            .default_from(sku::default_pay_type, "`PostPaid`, or what `sku_code` says")
            .force_new()
            .judged_by(sku::judge_pay_type)
            .valid(Validator::OneOf(&["PrePaid", "PostPaid"]))
            .describe("How the order is paid."),
        Attribute::string(sku::ATTRIBUTE)
            .initially(Value::Null)
            .force_new()
            .judged_by(sku::judge)
            .valid(Validator::NotBlank)
            .describe(
                "The SKU, where it is not `<product_code>-prepay` or `<product_code>-postpay`, which `pay_type` selects: for \
                 example `<product_code>-Package` (subscription) or `<product_code>-ECS` (pay as you go) of an image. The \
                 part after the product code is enough. DescribeProduct lists the SKUs of a product.",
            ),
        Attribute::number("duration")
            .default(1_i64)
            .force_new()
            .judged_by(period::judge)
            .valid(Validator::Whole(1, 256))
            .describe("How many pricing cycles are bought."),
        Attribute::number("quantity")
            .default(1_i64)
            .force_new()
            .valid(Validator::Whole(1, i64::MAX))
            .describe("How many are bought."),
        Attribute::string("coupon_id")
            .default("")
            .force_new()
            .judged_by(judge_coupon)
            .describe("A coupon to pay with. Left out and `\"\"` mean none."),
        Attribute::new("components", Type::map(Type::String))
            .initially(Value::Map(Default::default()))
            .force_new()
            .judged_by(judge_components)
            .valid(Validator::NoKeys(&[
                ("ord_time", "the arguments duration and pricing_cycle say it"),
                ("order_num", "the argument quantity says it"),
            ]))
            .valid(Validator::Rule(without_nulls, "with a value for every key"))
            .describe(
                "What else the seller lets be chosen. `package_version` may be among it if it is the same as the \
                 argument.",
            ),
        Attribute::string("client_token")
            .valid(Validator::Rule(is_token, "1 to 64 ASCII letters, digits, `-`, `_` or `.`"))
            .describe(
                "The idempotency key of the purchase: the same token never buys twice, wherever and however often it is \
                 applied, for as long as the Marketplace remembers it; 24 hours are safe to count on. Use a constant, such \
                 as `each.key`: in a pipeline that keeps no files, only the token finds the order of an apply that was cut \
                 off. One token is one order. Changing it later changes only the state.",
            ),
        timeouts::attribute(),
    ]
}

fn computed() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name).computed().describe(description);
    let price = |name, description| Attribute::number(name).computed().describe(description);
    vec![
        text("id", "The id of the order."),
        text("order_status", "The status of the order, such as `NORMAL`, `REFUND` or `DELETE`."),
        text("pay_status", "The status of the payment, such as `PAID`."),
        text("order_type", "The type of the order, such as `NEW`."),
        text("product_name", "The name of the product."),
        text("product_sku_code", "The SKU that was bought."),
        text("supplier_company_name", "The company that sells the product."),
        text("currency", "The currency of the prices, such as `CNY`, `USD` or `JPY`, if the Marketplace names it."),
        price("original_price", "The list price, in `currency`."),
        price("total_price", "The price, in `currency`."),
        price("payment_price", "What was paid, in `currency`."),
        price("coupon_price", "What a coupon paid, in `currency`."),
        text("created_on", "When the order was made (RFC 3339)."),
        text("paid_on", "When the order was paid (RFC 3339)."),
        Attribute::new("instance_ids", Type::list(Type::String))
            .computed()
            .describe("The instances that came of the order."),
    ]
}

/// Nothing is known of the coupon of an order that the existing provider imported.
fn judge_coupon(change: &Change<'_>) -> Verdict {
    if is_half_imported(change.state) { Verdict::InPlace } else { Verdict::Replace }
}

/// Components mean the same when they differ only by the package version, which has an argument of its own. An
/// imported order holds what the seller added too, so what is configured of it only has to be there.
fn judge_components(change: &Change<'_>) -> Verdict {
    let version = change.config.get("package_version");
    let chosen = |components: &Value| -> Vec<(String, Value)> {
        let all = components.as_map().cloned().unwrap_or_default();
        all.into_iter().filter(|(key, value)| key != "package_version" || value != version).collect()
    };
    if is_half_imported(change.state) {
        return Verdict::InPlace;
    }
    let (planned, prior) = (chosen(change.planned), chosen(change.prior));
    let same = if change.private.imported {
        planned.iter().all(|component| prior.contains(component))
    } else {
        planned == prior
    };
    if same { Verdict::Same } else { Verdict::Replace }
}

fn is_token(token: &Value) -> Option<String> {
    let text = token.as_str()?;
    let valid = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    (!valid).then(|| "must be 1 to 64 ASCII letters, digits, '-', '_' or '.'".to_owned())
}

fn without_nulls(components: &Value) -> Option<String> {
    let null = components.as_map()?.iter().find(|(_, value)| value.is_null())?;
    Some(format!("must have a value for the key {:?}", null.0))
}
