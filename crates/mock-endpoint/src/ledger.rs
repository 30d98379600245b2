//! The mock's state, and the requests it received.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::{fault::Fault, rate::Rate};

/// Orders, requests, connections, keys and faults.
#[derive(Debug, Default, Serialize)]
pub struct Ledger {
    /// The orders, by id.
    pub orders: BTreeMap<String, Order>,
    /// The instances of the orders of the Marketplace, by id.
    pub instances: BTreeMap<String, Instance>,
    /// The requests that came through the gateway, in their order.
    pub requests: Vec<RecordedRequest>,
    /// How many TCP connections were opened, those of the control API not counted.
    pub connections: u64,
    /// The faults that have not happened yet.
    pub faults: Vec<Fault>,
    /// How many requests were throttled, because they came faster than the configured rate.
    pub throttled: u64,
    /// What DescribePrice returns instead of the usual price, by product code.
    pub prices: BTreeMap<String, Map<String, Json>>,
    /// Fields that override those of the catalogue, by product code, and products that the catalogue does not have.
    pub products: BTreeMap<String, Json>,
    /// Who may sign, by AccessKey id.
    #[serde(skip)]
    pub keys: BTreeMap<String, Key>,
    /// How long the keys of an assumed role live, instead of the requested time.
    #[serde(skip)]
    pub role_lifetime: Option<chrono::Duration>,
    #[serde(skip)]
    pub(crate) rate: Option<Rate>,
    #[serde(skip)]
    pub(crate) nonces: BTreeSet<String>,
    #[serde(skip)]
    pub(crate) tokens: BTreeMap<(String, String), (String, String)>,
}

/// A request that was let through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordedRequest {
    /// The operation, such as `CreateOrder`.
    pub operation: String,
    /// The idempotency token, where the operation has one.
    pub client_token: Option<String>,
    /// How it was signed: `RPC V1`, `ROA V1` or `ACS3`; none where it need not be.
    pub signature: Option<&'static str>,
    /// The header `User-Agent`.
    pub user_agent: String,
    /// The header `Host`.
    pub host: String,
    /// The parameters, without those of the signature.
    pub parameters: BTreeMap<String, String>,
}

/// An order.
#[derive(Debug, Clone, Serialize)]
pub struct Order {
    /// The id.
    pub id: String,
    /// The account that bought it.
    pub account: String,
    /// What was bought.
    pub content: Content,
    /// When.
    pub created: DateTime<Utc>,
    /// Fields that override the real ones in responses.
    #[serde(rename = "told")]
    pub overrides: Map<String, Json>,
}

/// An instance of an order of the Marketplace.
#[derive(Debug, Clone, Serialize)]
pub struct Instance {
    /// The order.
    pub order_id: String,
    /// The account that holds it.
    pub account: String,
    /// When it began.
    pub began: DateTime<Utc>,
    /// When it ends.
    pub ends: DateTime<Utc>,
    /// How it renews itself; none if it does not.
    pub auto_renewal: Option<AutoRenewal>,
    /// Fields that override the real ones in responses.
    #[serde(rename = "told")]
    pub overrides: Map<String, Json>,
}

/// How an instance renews itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AutoRenewal {
    /// `Day`, `Month` or `Year`.
    pub cycle: String,
    /// How many of them.
    pub duration: i64,
}

/// What an order is for.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// A product of the Marketplace: the parameter `Commodity`, parsed.
    Commodity(Json),
    /// The renewal of an instance of the Marketplace: the parameter `Commodity`, parsed.
    Renewal(Json),
    /// PAI products: their codes.
    Products(Vec<String>),
}

/// Somebody who may sign requests.
#[derive(Debug, Clone)]
pub struct Key {
    /// The secret.
    pub secret: String,
    /// The security token that must come with it, for temporary keys.
    pub token: Option<String>,
    /// The account.
    pub account: String,
    /// The role that was assumed, and the name of the session, for the keys of a role.
    pub role: Option<(String, String)>,
    /// The operations that it may not call.
    pub forbidden: BTreeSet<String>,
}

impl Key {
    /// Keys that stay, and may do everything.
    pub fn new(secret: &str, account: &str) -> Self {
        let (secret, account) = (secret.to_owned(), account.to_owned());
        Self { secret, token: None, account, role: None, forbidden: BTreeSet::new() }
    }
}

impl Ledger {
    /// How many requests there were for an operation.
    pub fn requests_for(&self, operation: &str) -> usize {
        self.requests.iter().filter(|request| request.operation == operation).count()
    }

    /// The order that a token of the mock's own account has bought.
    pub fn order_of_token(&self, token: &str) -> Option<&str> {
        let (_, order_id) = self.tokens.get(&(crate::ACCOUNT.to_owned(), token.to_owned()))?;
        Some(order_id)
    }

    /// Whether a request exceeds the configured rate.
    pub(crate) fn is_throttled(&mut self) -> bool {
        let throttled = self.rate.as_mut().is_some_and(|rate| !rate.admits(Instant::now()));
        self.throttled += u64::from(throttled);
        throttled
    }

    /// Overrides fields of an order in responses; null removes a field.
    pub fn override_order(&mut self, order_id: &str, fields: Json) {
        if let (Some(order), Json::Object(fields)) = (self.orders.get_mut(order_id), fields) {
            order.overrides.extend(fields);
        }
    }

    /// The same of an instance.
    pub fn override_instance(&mut self, instance_id: &str, fields: Json) {
        if let (Some(instance), Json::Object(fields)) = (self.instances.get_mut(instance_id), fields) {
            instance.overrides.extend(fields);
        }
    }

    /// Overrides fields that DescribePrice returns for a product; null removes a field.
    /// Orders that are placed from now on cost that.
    pub fn set_price(&mut self, product: &str, fields: Json) {
        if let Json::Object(fields) = fields {
            self.prices.insert(product.to_owned(), fields);
        }
    }

    /// Adds an order and gives it an id.
    pub(crate) fn place(&mut self, account: &str, content: Content) -> String {
        let id = (202_600_000_000_001 + self.orders.len() as u64).to_string();
        let (account, overrides) = (account.to_owned(), Map::new());
        let order = Order { id: id.clone(), account, content, created: Utc::now(), overrides };
        self.orders.insert(id.clone(), order);
        id
    }
}
