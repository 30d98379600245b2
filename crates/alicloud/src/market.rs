//! The Marketplace, version 2015-11-01: CreateOrder and DescribeOrder.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{
    client::{Client, Reply, Request},
    endpoint::Product,
    error::{ApiError, Failure},
    reply::{self, loose_list, loose_text, loose_whole},
    retry::{Deadline, Resend},
};

/// What is bought, in the JSON form that CreateOrder's parameter `Commodity` takes. The fields are always all there
/// and always in this order, so that the same purchase is the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Commodity {
    /// What the seller lets be chosen, the package version among it.
    pub components: BTreeMap<String, String>,
    /// A coupon to pay with; empty for none.
    pub coupon_id: String,
    /// How many pricing cycles.
    pub duration: i64,
    /// `Day`, `Month` or `Year`.
    pub pricing_cycle: String,
    /// The product, such as `cmapi033136`.
    pub product_code: String,
    /// How many.
    pub quantity: i64,
    /// The product's code with what is bought of it, most often how it is paid: `-prepay` or `-postpay`.
    pub sku_code: String,
}

/// What a purchase is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderType {
    /// Something new.
    Buy,
    /// An instance that is there, for longer.
    Renew,
}

impl OrderType {
    /// As CreateOrder and DescribePrice call it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Buy => "INSTANCE_BUY",
            Self::Renew => "INSTANCE_RENEW",
        }
    }
}

/// A purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// The idempotency key: the same token never buys twice. At most 64 ASCII characters.
    pub client_token: String,
    /// The JSON of a [`Commodity`].
    pub commodity: String,
}

/// An order, as DescribeOrder reports it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Order {
    /// The id.
    #[serde(deserialize_with = "loose_text")]
    pub order_id: Option<String>,
    /// The account that owns it; none where the service says 0.
    #[serde(deserialize_with = "loose_text")]
    pub ali_uid: Option<String>,
    /// The product, such as `cmapi033136`.
    #[serde(deserialize_with = "loose_text")]
    pub product_code: Option<String>,
    /// The product's name.
    #[serde(deserialize_with = "loose_text")]
    pub product_name: Option<String>,
    /// The SKU, most often the product's code and how it is paid.
    #[serde(deserialize_with = "loose_text")]
    pub product_sku_code: Option<String>,
    /// Who sells it.
    #[serde(deserialize_with = "loose_text")]
    pub supplier_company_name: Option<String>,
    /// Such as `NORMAL`, `REFUND` or `DELETE`.
    #[serde(deserialize_with = "loose_text")]
    pub order_status: Option<String>,
    /// Such as `PAID`.
    #[serde(deserialize_with = "loose_text")]
    pub pay_status: Option<String>,
    /// Such as `NEW`.
    #[serde(deserialize_with = "loose_text")]
    pub order_type: Option<String>,
    /// The unit of the period: `MONTH`, `SEASON`, `HALFYEAR`, `YEAR`, `TWOYEARS` or `ONCE`.
    #[serde(deserialize_with = "loose_text")]
    pub period_type: Option<String>,
    /// How many.
    #[serde(deserialize_with = "loose_whole")]
    pub quantity: Option<i64>,
    /// The currency of the prices, such as `CNY`, `USD` or `JPY`.
    #[serde(deserialize_with = "loose_text")]
    pub currency: Option<String>,
    /// The list price, as a decimal number.
    #[serde(deserialize_with = "loose_text")]
    pub original_price: Option<String>,
    /// The price.
    #[serde(deserialize_with = "loose_text")]
    pub total_price: Option<String>,
    /// What was paid.
    #[serde(deserialize_with = "loose_text")]
    pub payment_price: Option<String>,
    /// What a coupon paid.
    #[serde(deserialize_with = "loose_text")]
    pub coupon_price: Option<String>,
    /// When it was made, in milliseconds since 1970.
    #[serde(deserialize_with = "loose_whole")]
    pub created_on: Option<i64>,
    /// When it was paid, in milliseconds since 1970.
    #[serde(deserialize_with = "loose_whole")]
    pub paid_on: Option<i64>,
    /// The instances that it created.
    #[serde(deserialize_with = "loose_list")]
    pub instance_ids: Vec<String>,
    components: Json,
}

impl Order {
    /// What was chosen: code and value of each component, those included that the service adds on its own.
    pub fn components(&self) -> BTreeMap<String, String> {
        components(&self.components)
    }

    fn is_there(&self) -> bool {
        self.order_id.as_deref().is_some_and(|id| id != "0") || self.product_code.is_some()
    }
}

/// The code and value of each component, from an object or its text. White space around a value, and an empty one, can be what
/// the user has chosen.
pub(super) fn components(json: &Json) -> BTreeMap<String, String> {
    let parsed;
    let components = match json {
        Json::String(text) => {
            parsed = serde_json::from_str(text).unwrap_or(Json::Null);
            &parsed
        }
        json => json,
    };
    let pairs = components.as_object().into_iter().flatten();
    pairs
        .filter_map(|(code, component)| Some((code.clone(), verbatim(component.get("value").unwrap_or(component))?)))
        .collect()
}

fn verbatim(json: &Json) -> Option<String> {
    json.as_str().map(str::to_owned).or_else(|| reply::text(json))
}

/// The answer to CreateOrder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The id of the order.
    pub order_id: String,
    /// The id of the request; empty where the service gave none.
    pub request_id: String,
    /// The server's clock, in seconds since 1970, if the response has it.
    pub server_time: Option<i64>,
}

/// The answer to DescribeOrder.
#[derive(Debug, Clone, PartialEq)]
pub enum Described {
    /// The order.
    Found(Box<Order>),
    /// A well-formed reply that holds no order, or an error that says nothing.
    Absent {
        /// The HTTP status.
        status: u16,
        /// The id of the request.
        request_id: String,
    },
}

/// CreateOrder: buys, and pays at once. The same token and commodity never buy twice, however often they are sent.
///
/// # Errors
/// A failure whose certainty says whether an order can have been placed.
pub async fn create_order(client: &Client, order: &NewOrder, deadline: &Deadline) -> Result<Placed, Failure> {
    create_order_of(client, OrderType::Buy, order, deadline).await
}

/// The same for any type of order.
///
/// # Errors
/// As for [`create_order`].
pub(super) async fn create_order_of(
    client: &Client,
    order_type: OrderType,
    order: &NewOrder,
    deadline: &Deadline,
) -> Result<Placed, Failure> {
    let query = [
        ("ClientToken", order.client_token.clone()),
        ("Commodity", order.commodity.clone()),
        ("OrderType", order_type.as_str().to_owned()),
        ("PaymentType", "AUTO".to_owned()),
        ("RegionId", client.region().to_owned()),
    ];
    let request = Request { resend: Resend::WithToken, ..Request::rpc(Product::Market, "CreateOrder", query) };
    let read = |reply: &Reply| {
        let order_id = reply.body.get("OrderId").and_then(reply::text).filter(|id| is_order_id(id));
        let order_id = order_id.ok_or_else(|| "it has no OrderId".to_owned())?;
        let request_id = reply.request_id.clone().unwrap_or_default();
        Ok(Placed { order_id, request_id, server_time: reply.server_time })
    };
    client.call(&request, deadline, read).await
}

/// DescribeOrder: reads an order by its id.
///
/// # Errors
/// Anything but a well-formed reply, and a reply about another order.
pub async fn describe_order(client: &Client, order_id: &str, deadline: &Deadline) -> Result<Described, Failure> {
    let request = Request::rpc(Product::Market, "DescribeOrder", [("OrderId", order_id.to_owned())]);
    // What says that there is nothing must come from the service itself.
    let is_unknown = |error: &ApiError| error.is_absent() && !error.request_id.is_empty();
    let unknown = |error: &ApiError| {
        let ApiError { status, request_id, .. } = error.clone();
        is_unknown(error).then_some(Described::Absent { status, request_id })
    };
    client.call_or(&request, deadline, |reply| Described::read(reply, order_id), unknown).await
}

impl Described {
    /// Reads the reply to DescribeOrder for this order.
    ///
    /// # Errors
    /// What is wrong with the reply, as a part of a sentence.
    pub fn read(reply: &Reply, order_id: &str) -> Result<Self, String> {
        let order = Order::deserialize(&reply.body).map_err(|_| "it is no order".to_owned())?;
        match &order.order_id {
            _ if !order.is_there() && reply.is_empty() => {
                Ok(Self::Absent { status: reply.status, request_id: reply.request_id.clone().unwrap_or_default() })
            }
            _ if !order.is_there() => Err("it has neither an OrderId nor a ProductCode".to_owned()),
            Some(id) if id != order_id => Err(format!("it is about another order, {id:?}")),
            _ => Ok(Self::Found(Box::new(order))),
        }
    }
}

/// Whether this can be the id of an order: digits, as all of them are, and not just zeros.
pub fn is_order_id(text: &str) -> bool {
    let is_some = text.bytes().any(|byte| byte != b'0');
    is_some && text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_digit())
}
