//! PAI's workspace service, version 2021-02-04: CreateProductOrders and ListProducts, both of ROA style.

use serde::{Deserialize, Serialize};

use super::{
    client::{Client, Reply, Request, Style},
    endpoint::Product,
    error::Failure,
    reply::{self, loose_flag, loose_list, loose_text},
    retry::{Deadline, Resend},
};

/// The body of CreateProductOrders. What is none is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NewProductOrders {
    /// Whether to pay at once.
    pub auto_pay: bool,
    /// What is bought.
    pub products: Vec<NewProduct>,
}

/// One product of a purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NewProduct {
    /// Whether to renew without asking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_renew: Option<bool>,
    /// Such as `PAI_share`.
    pub product_code: String,
    /// `POSTPAY`.
    pub charge_type: String,
    /// `BUY`.
    pub order_type: String,
    /// `Month` or `Hour`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pricing_cycle: Option<String>,
    /// How many pricing cycles: 1.
    pub duration: i64,
    /// Further properties that the product needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_properties: Option<Vec<InstanceProperty>>,
}

/// One property of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceProperty {
    /// Such as `region`.
    pub code: String,
    /// Such as `cn-hangzhou`.
    pub value: String,
    /// What the console calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The answer to CreateProductOrders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ProductOrders {
    /// The id of the order.
    #[serde(deserialize_with = "loose_text")]
    pub order_id: Option<String>,
    /// What the service says of it.
    #[serde(deserialize_with = "loose_text")]
    pub message: Option<String>,
    /// The id of the purchase as a request.
    #[serde(deserialize_with = "loose_text")]
    pub buy_product_request_id: Option<String>,
    /// The ids of the products that were bought, in no certain order. Fewer than requested is a partial purchase.
    #[serde(deserialize_with = "loose_list")]
    pub product_ids: Vec<String>,
}

/// A product and whether the account has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListedProduct {
    /// Such as `PAI_share`.
    #[serde(deserialize_with = "loose_text")]
    pub product_code: Option<String>,
    /// Whether the account has it.
    #[serde(deserialize_with = "loose_flag")]
    pub is_purchased: Option<bool>,
    /// Whether the caller may buy it.
    #[serde(deserialize_with = "loose_flag")]
    pub has_permission_to_purchase: Option<bool>,
    /// The id that CreateProductOrders answers for it.
    #[serde(deserialize_with = "loose_text")]
    pub product_id: Option<String>,
    /// The page on which it can be bought by hand.
    #[serde(deserialize_with = "loose_text")]
    pub purchase_url: Option<String>,
}

/// The answer to ListProducts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The requested products, as far as the service knows them.
    pub products: Vec<ListedProduct>,
    /// The RequestId.
    pub request_id: Option<String>,
    /// The server's clock, in seconds since 1970, if the response has it.
    pub server_time: Option<i64>,
}

impl Listed {
    fn read(reply: &Reply) -> Result<Self, String> {
        let products = reply::list(reply.body.get("Products").ok_or("it has no Products")?);
        let products = products.iter().filter_map(|product| ListedProduct::deserialize(product).ok()).collect();
        Ok(Self { products, request_id: reply.request_id.clone(), server_time: reply.server_time })
    }

    /// What is known of the product of this code.
    pub fn product(&self, code: &str) -> Option<&ListedProduct> {
        self.products.iter().find(|product| product.product_code.as_deref() == Some(code))
    }
}

/// CreateProductOrders: buys. There is no idempotency token, so this is sent again only after an attempt that certainly
/// did nothing. `body` is the JSON of [`NewProductOrders`].
///
/// # Errors
/// A failure whose certainty says whether an order can have been placed.
pub async fn create_product_orders(client: &Client, body: &str, deadline: &Deadline) -> Result<ProductOrders, Failure> {
    let request = Request {
        style: Style::Roa("POST", "/api/v1/productorders"),
        body: body.as_bytes().to_vec(),
        resend: Resend::IfNotDone,
        ..Request::rpc(Product::AiWorkspace, "CreateProductOrders", [])
    };
    let read = |reply: &Reply| {
        let orders = ProductOrders::deserialize(&reply.body).map_err(|_| "it is no order".to_owned())?;
        match &orders.order_id {
            Some(id) if super::market::is_order_id(id) => Ok(orders),
            _ => Err("it has no OrderId".to_owned()),
        }
    };
    client.call(&request, deadline, read).await
}

/// ListProducts: what the service knows of these products. It leaves out codes that it does not know.
///
/// # Errors
/// No reply that can be read.
pub async fn known_products(client: &Client, codes: &[String], deadline: &Deadline) -> Result<Listed, Failure> {
    client.call(&listing(codes), deadline, Listed::read).await
}

/// ListProducts: whether the account has these products, and whether the caller may buy them.
///
/// # Errors
/// A failed request, or a response that does not report for each of them whether it is purchased.
pub async fn list_products(client: &Client, codes: &[String], deadline: &Deadline) -> Result<Listed, Failure> {
    let read = |reply: &Reply| {
        let mut listed = Listed::read(reply)?;
        listed.products.retain(|product| product.is_purchased.is_some());
        match codes.iter().find(|code| listed.product(code).is_none()) {
            Some(unreported) => Err(format!("it does not report whether {unreported} is purchased")),
            None => Ok(listed),
        }
    };
    client.call(&listing(codes), deadline, read).await
}

fn listing(codes: &[String]) -> Request {
    Request {
        style: Style::Roa("GET", "/api/v1/products"),
        // Only a verbose response says whether the caller may buy.
        ..Request::rpc(
            Product::AiWorkspace,
            "ListProducts",
            [("ProductCodes", codes.join(",")), ("Verbose", "true".to_owned())],
        )
    }
}
