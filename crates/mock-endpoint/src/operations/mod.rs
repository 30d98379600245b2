//! The operations, one product a file.

mod aiworkspace;
mod billing;
mod instances;
mod market;
mod prices;
mod products;
mod sts;

pub(crate) use aiworkspace::PRODUCTS;
use serde_json::Value as Json;

use crate::{
    call::{ApiError, Call},
    ledger::Ledger,
};

/// An operation and where it answers.
pub(crate) struct Operation {
    /// Its name, such as `CreateOrder`.
    pub(crate) name: &'static str,
    /// The version of its product's API.
    pub(crate) version: &'static str,
    /// Method and path, for one of ROA style.
    route: Option<(&'static str, &'static str)>,
    /// Whether it needs a signature.
    pub(crate) signed: bool,
    /// Whether its answers have a RequestId.
    pub(crate) has_request_id: bool,
    /// What it does.
    pub(crate) answer: fn(&mut Ledger, &Call) -> Result<Json, ApiError>,
}

impl Operation {
    const fn rpc(
        name: &'static str,
        version: &'static str,
        answer: fn(&mut Ledger, &Call) -> Result<Json, ApiError>,
    ) -> Self {
        Self { name, version, route: None, signed: true, has_request_id: true, answer }
    }
}

static OPERATIONS: [Operation; 16] = [
    Operation::rpc("CreateOrder", "2015-11-01", market::create_order),
    Operation::rpc("DescribeOrder", "2015-11-01", market::describe_order),
    Operation::rpc("DescribeInstances", "2015-11-01", instances::describe_instances),
    Operation {
        has_request_id: false,
        ..Operation::rpc("DescribeInstance", "2015-11-01", instances::describe_instance)
    },
    Operation::rpc("AutoRenewInstance", "2015-11-01", instances::auto_renew_instance),
    Operation::rpc("DescribeProduct", "2015-11-01", products::describe_product),
    Operation::rpc("DescribeProducts", "2015-11-01", products::describe_products),
    Operation { has_request_id: false, ..Operation::rpc("DescribePrice", "2015-11-01", prices::describe_price) },
    Operation::rpc("QueryAccountBalance", "2017-12-14", prices::query_account_balance),
    Operation::rpc("GetOrderDetail", "2017-12-14", billing::get_order_detail),
    Operation::rpc("QueryOrders", "2017-12-14", billing::query_orders),
    Operation::rpc("AssumeRole", "2015-04-01", sts::assume_role),
    Operation::rpc("GetCallerIdentity", "2015-04-01", sts::get_caller_identity),
    Operation { signed: false, ..Operation::rpc("AssumeRoleWithOIDC", "2015-04-01", sts::assume_role_with_oidc) },
    Operation {
        route: Some(("POST", "/api/v1/productorders")),
        ..Operation::rpc("CreateProductOrders", "2021-02-04", aiworkspace::create_product_orders)
    },
    Operation {
        route: Some(("GET", "/api/v1/products")),
        ..Operation::rpc("ListProducts", "2021-02-04", aiworkspace::list_products)
    },
];

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter()
}

/// The operation that a request is for.
pub(crate) fn find(method: &str, path: &str, action: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| match operation.route {
        Some(route) => route == (method, path),
        None => path == "/" && operation.name == action,
    })
}

/// The parameter of this name, which must be there.
fn required<'c>(call: &'c Call, name: &str) -> Result<&'c str, ApiError> {
    let value = call.parameters.get(name).map(String::as_str).filter(|value| !value.is_empty());
    value.ok_or_else(|| ApiError::new(400, &format!("Missing{name}"), format!("{name} is mandatory for this action.")))
}
