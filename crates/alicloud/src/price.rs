//! The Marketplace: what a purchase would cost (DescribePrice).

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Value as Json, json};

use super::{
    client::{Client, Reply, Request},
    endpoint::Product,
    error::{ApiError, Failure},
    market::{Commodity, OrderType},
    reply::{self, loose_text},
    retry::Deadline,
};

/// The code with which DescribePrice says that it has nothing to say.
const NOTHING: &str = "ReturnNull";

/// A price. Amounts are decimal numbers, as the text that came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Price {
    /// The product.
    #[serde(deserialize_with = "loose_text")]
    pub product_code: Option<String>,
    /// Such as `CNY`, `USD` or `JPY`.
    #[serde(deserialize_with = "loose_text")]
    pub currency: Option<String>,
    /// The list price.
    #[serde(deserialize_with = "loose_text")]
    pub original_price: Option<String>,
    /// What is to be paid.
    #[serde(deserialize_with = "loose_text")]
    pub trade_price: Option<String>,
    /// The difference between both.
    #[serde(deserialize_with = "loose_text")]
    pub discount_price: Option<String>,
    /// Why this account may not buy, such as `ORDER.NO_REAL_NAME_AUTHENTICATION`; none if it may.
    #[serde(deserialize_with = "loose_text")]
    pub expression_code: Option<String>,
    /// The same in words.
    #[serde(deserialize_with = "loose_text")]
    pub expression_message: Option<String>,
    /// The coupons that apply.
    #[serde(deserialize_with = "items")]
    pub coupons: Vec<Coupon>,
    /// The id of the request, where the reply has one.
    #[serde(skip)]
    pub request_id: Option<String>,
    /// The promotions that apply.
    #[serde(deserialize_with = "items")]
    pub promotion_rules: Vec<Promotion>,
}

/// A coupon that applies to a purchase.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Coupon {
    /// Its id, which a purchase names.
    #[serde(rename = "CouponOptionNo", deserialize_with = "loose_text")]
    pub id: Option<String>,
    /// Its kind.
    #[serde(rename = "CouponOptionCode", deserialize_with = "loose_text")]
    pub code: Option<String>,
    /// Its name.
    #[serde(rename = "CouponName", deserialize_with = "loose_text")]
    pub name: Option<String>,
    /// Its description.
    #[serde(rename = "CouponDesc", deserialize_with = "loose_text")]
    pub description: Option<String>,
    /// How much of the price it pays.
    #[serde(rename = "CanPromFee", deserialize_with = "loose_text")]
    pub amount: Option<String>,
}

/// A promotion that applies to a purchase.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Promotion {
    /// Its id.
    #[serde(rename = "RuleId", deserialize_with = "loose_text")]
    pub id: Option<String>,
    /// Its name.
    #[serde(deserialize_with = "loose_text")]
    pub name: Option<String>,
    /// Its title.
    #[serde(deserialize_with = "loose_text")]
    pub title: Option<String>,
}

/// The answer to DescribePrice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Priced {
    /// The price.
    Found(Box<Price>),
    /// The service knows no price for this.
    Absent {
        /// The id of the request; empty where the service gave none.
        request_id: String,
    },
}

/// A purchase as DescribePrice takes it: the same as CreateOrder, but for the SKU, which it calls without the product's code.
pub fn commodity(commodity: &Commodity) -> String {
    let sku_code = sku_kind(&commodity.product_code, &commodity.sku_code).to_owned();
    json!(Commodity { sku_code, ..commodity.clone() }).to_string()
}

/// A SKU without the product's code.
pub(super) fn sku_kind<'s>(product_code: &str, sku_code: &'s str) -> &'s str {
    let parts = sku_code.split_at_checked(product_code.len());
    let after =
        parts.filter(|(code, _)| code.eq_ignore_ascii_case(product_code)).and_then(|(_, rest)| rest.strip_prefix('-'));
    after.unwrap_or(sku_code)
}

/// DescribePrice: what this would cost now. `commodity` is the text that [`commodity`] makes.
///
/// # Errors
/// Anything but a well-formed reply, and a reply about another product.
pub async fn describe_price(client: &Client, commodity: &str, deadline: &Deadline) -> Result<Priced, Failure> {
    describe_price_of(client, OrderType::Buy, commodity, deadline).await
}

/// The same for any type of order.
///
/// # Errors
/// As for [`describe_price`].
pub(super) async fn describe_price_of(
    client: &Client,
    order_type: OrderType,
    commodity: &str,
    deadline: &Deadline,
) -> Result<Priced, Failure> {
    let query = [("Commodity", commodity.to_owned()), ("OrderType", order_type.as_str().to_owned())];
    let request = Request::rpc(Product::Market, "DescribePrice", query);
    let requested: Json = serde_json::from_str(commodity).unwrap_or_default();
    let unknown = |error: &ApiError| {
        let is_nothing = error.is_absent() || error.code.starts_with(NOTHING);
        is_nothing.then(|| Priced::Absent { request_id: error.request_id.clone() })
    };
    client.call_or(&request, deadline, |reply| Priced::read(reply, requested["productCode"].as_str()), unknown).await
}

impl Priced {
    /// Reads the reply to DescribePrice about this product.
    ///
    /// # Errors
    /// What is wrong with the reply, as a part of a sentence.
    pub fn read(reply: &Reply, product: Option<&str>) -> Result<Self, String> {
        let price = Price::deserialize(&reply.body).map_err(|_| "it is no price".to_owned())?;
        let price = Price { request_id: reply.request_id.clone(), ..price };
        match &price.product_code {
            Some(code) if Some(code.as_str()) != product => Err(format!("it is about another product, {code:?}")),
            _ if price.trade_price.as_deref().is_some_and(|amount| !is_amount(amount)) => {
                Err("its TradePrice is no amount".to_owned())
            }
            _ if price.trade_price.is_some() || price.expression_code.is_some() => Ok(Self::Found(Box::new(price))),
            _ if reply.is_empty() => Ok(Self::Absent { request_id: reply.request_id.clone().unwrap_or_default() }),
            _ => Err("it has no TradePrice".to_owned()),
        }
    }
}

/// Whether this is what something can cost: a decimal number that is not negative, no longer than money is.
fn is_amount(text: &str) -> bool {
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let others = number.len() - digits;
    (1..=30).contains(&digits)
        && (others == 0 || (others == 1 && number.contains('.')))
        && exponent.parse().is_ok_and(|exponent: i8| (-20..=20).contains(&exponent))
}

/// For serde: the objects of a list, which may stand alone or inside an object of one field.
fn items<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let json = Json::deserialize(deserializer)?;
    let items = reply::list(&json).iter().map(T::deserialize).collect::<Result<_, _>>();
    items.map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_a_decimal_number_that_money_can_be() {
        for text in ["0", "10", "9.90", "0.000001", "1.2345678E7", "1e-3", "123456789012345678901234.56"] {
            assert!(is_amount(text), "{text}");
        }
        let long = "0.".to_owned() + &"1".repeat(30);
        for text in [
            "",
            ".",
            "-5",
            "-0",
            "+5",
            "1,000.00",
            "1.2.3",
            "NaN",
            "inf",
            "1e21",
            "1e999999999",
            "e5",
            "1e",
            "0x10",
            &long,
        ] {
            assert!(!is_amount(text), "{text}");
        }
    }
}
