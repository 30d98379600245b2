//! The fields of replies, as the official SDKs have them (`tests/data/reply-fields.tsv`): the mock answers no other ones, and
//! the client reads no other ones.

use std::{collections::BTreeSet, fmt::Debug, time::Duration};

use alicloud::{
    aiworkspace, balance, billing,
    client::{Client, Request, Style},
    credentials::Role,
    endpoint::Product,
    instance_access, market, market_instance, market_search, price, products,
    retry::Deadline,
    sts,
};
use mock_endpoint::Mock;
use serde_json::{Map, Value as Json, json};
use tokio_util::sync::CancellationToken;

use crate::{
    credentials::{client, client_at},
    loopback::Loopback,
};

/// A field of a reply: where it is, lists marked by `[]`, and its type.
#[derive(Clone, Copy)]
struct Field {
    operation: &'static str,
    path: &'static str,
    kind: &'static str,
}

fn table() -> Vec<Field> {
    let lines = include_str!("../data/reply-fields.tsv").lines().skip(1);
    lines
        .map(|line| {
            let columns: Vec<&'static str> = line.split('\t').collect();
            let [operation, path, kind] = columns[..] else { panic!("{line}") };
            Field { operation, path, kind }
        })
        .collect()
}

fn deadline() -> Deadline {
    Deadline::new(Duration::from_secs(5), CancellationToken::new())
}

fn role() -> Role {
    let text = |text: &str| text.to_owned();
    Role {
        arn: text("acs:ram::1:role/buyer"),
        session_name: text("test"),
        policy: text(""),
        external_id: text(""),
        seconds: 900,
    }
}

/// The value of a documented field that the client can read.
fn value(field: &Field) -> Json {
    match (field.path.rsplit('.').next().unwrap(), field.kind) {
        ("Expiration", _) => json!("2099-01-01T00:00:00Z"),
        ("InstanceIDs", _) => json!("[\"1\"]"),
        ("Code" | "Key", _) if field.path.contains(".Modules.") => json!("package_version"),
        ("Code", _) => json!("Success"),
        ("AppJson" | "HostJson", _) => json!("{\"password\": 1}"),
        ("Components", _) => json!({"ord_time": {"value": "1:Month"}}),
        (_, "integer" | "number") => json!(1),
        (_, "boolean") => json!(true),
        (_, "string") => json!("1"),
        (_, "object") => json!({}),
        (name, kind) => panic!("{name} is a {kind}"),
    }
}

/// The reply to an operation with everything that is documented in it.
fn full(operation: &str) -> Json {
    fn put(object: &mut Map<String, Json>, path: &str, value: Json) {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let (name, is_list) = name.strip_suffix("[]").map_or((name, false), |name| (name, true));
        let Some(rest) = rest else {
            object.insert(name.to_owned(), if is_list { json!([value]) } else { value });
            return;
        };
        let empty = if is_list { json!([{}]) } else { json!({}) };
        let inner = object.entry(name).or_insert(empty);
        let inner = if is_list { &mut inner[0] } else { inner };
        put(inner.as_object_mut().unwrap(), rest, value);
    }
    let mut reply = Map::new();
    table()
        .iter()
        .filter(|field| field.operation == operation)
        .for_each(|field| put(&mut reply, field.path, value(field)));
    assert!(!reply.is_empty(), "{operation}");
    Json::Object(reply)
}

/// A client of a service that answers everything that is documented, and the service.
fn documented(operation: &str) -> (Client, Loopback) {
    let body = full(operation).to_string();
    let service = Loopback::start(move |_, _| (200, body.clone()));
    (client_at(&service.url), service)
}

/// The fields of a value that have nothing in them.
fn empty(value: &impl Debug) -> BTreeSet<String> {
    let text = format!("{value:#?}");
    let fields = text.lines().filter_map(|line| line.trim().trim_end_matches(',').split_once(": "));
    let empty = fields.filter(|(_, value)| matches!(*value, "None" | "Null" | "[]" | "\"\""));
    empty.map(|(name, _)| name.to_owned()).collect()
}

#[track_caller]
fn reads_all(value: &impl Debug, but: &[&str]) {
    let but: BTreeSet<String> = but.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(empty(value), but, "{value:#?}");
}

#[tokio::test]
async fn every_field_that_the_client_reads_is_one_that_the_service_has() {
    let deadline = deadline();
    let client = |operation: &str| documented(operation);
    let one = || vec!["1".to_owned()];

    let (at, _service) = client("CreateOrder");
    let order = market::NewOrder { client_token: "t".to_owned(), commodity: "{}".to_owned() };
    reads_all(&market::create_order(&at, &order, &deadline).await.unwrap(), &["server_time"]);
    let (at, _service) = client("DescribeOrder");
    let market::Described::Found(order) = market::describe_order(&at, "1", &deadline).await.unwrap() else { panic!() };
    // It is read where the service returns it, and not documented.
    reads_all(&order, &["currency"]);
    assert_eq!(order.components().len(), 1);
    let (at, _service) = client("DescribeInstances");
    let instances = market_search::instances(&at, "1", &deadline).await.unwrap();
    assert_eq!(instances.len(), 1);
    // Only the response about a single one has it.
    reads_all(&instances, &["auto_renewal", "component_json"]);
    let (at, _service) = client("DescribeInstance");
    reads_all(&market_instance::describe_instance(&at, "1", &deadline).await.unwrap().unwrap(), &[]);
    let (at, _service) = client("AutoRenewInstance");
    market_instance::set_auto_renewal(&at, "1", &market_instance::AutoRenewal::Off, &deadline).await.unwrap();
    let (at, _service) = client("DescribeInstances");
    let mut search = market_search::Search::<market_search::Held>::new(&at, &[]);
    reads_all(&search.next_page(&deadline).await.unwrap(), &[]);
    let (at, _service) = client("DescribeInstance");
    let access = instance_access::instance_access(&at, "1", &deadline).await.unwrap();
    reads_all(&access, &[]);
    let instance_access::Handed::Out(access) = access else { panic!() };
    assert_eq!((access.app.len(), access.host.len()), (1, 1));
    let (at, _service) = client("DescribeProducts");
    let listed = products::products(&at, &products::Search::default(), &deadline).await.unwrap();
    assert_eq!(listed.len(), 1);
    reads_all(&listed, &[]);
    let (at, _service) = client("DescribeProduct");
    let sold = products::product(&at, "Success", &deadline).await.unwrap();
    // The only module that is documented is the one of package versions here.
    reads_all(&sold, &["images"]);
    let products::Described::Found(sold) = sold else { panic!() };
    assert_eq!(sold.skus[0].package_versions.len(), 1);
    let (at, _service) = client("DescribePrice");
    let commodity = json!({"productCode": "1"}).to_string();
    let price::Priced::Found(price) = price::describe_price(&at, &commodity, &deadline).await.unwrap() else {
        panic!()
    };
    reads_all(&price, &["request_id"]);
    assert_eq!((price.coupons.len(), price.promotion_rules.len()), (1, 1));

    let (at, _service) = client("CreateProductOrders");
    reads_all(&aiworkspace::create_product_orders(&at, "{}", &deadline).await.unwrap(), &[]);
    let (at, _service) = client("ListProducts");
    reads_all(&aiworkspace::list_products(&at, &one(), &deadline).await.unwrap().products, &[]);

    let (at, _service) = client("GetOrderDetail");
    let detail = billing::order_detail(&at, "1", &deadline).await.unwrap();
    assert_eq!((detail.rows.len(), detail.rows[0].instance_ids()), (1, one()));
    reads_all(&detail, &[]);
    let (at, _service) = client("QueryOrders");
    let rows = billing::orders_between(&at, "1", 0..1, &deadline).await.unwrap();
    assert_eq!(rows.len(), 1);
    reads_all(&rows, &["sub_order_id", "region", "instance_ids"]);
    let (at, _service) = client("QueryAccountBalance");
    reads_all(&balance::account_balance(&at, &deadline).await.unwrap(), &[]);

    let (at, _service) = client("GetCallerIdentity");
    reads_all(&sts::caller_identity(&at, &deadline).await.unwrap(), &[]);
    assert_eq!(sts::account_id(&at, &deadline).await.unwrap(), "1");
    let (at, _service) = client("AssumeRole");
    assert_eq!(sts::assume_role(&at, &role()).await.unwrap().access_key_id, "1");
    let (at, _service) = client("AssumeRoleWithOIDC");
    let token = "token".to_owned().into();
    assert_eq!(sts::assume_role_with_oidc(&at, "arn", &token, &role()).await.unwrap().access_key_id, "1");
}

/// The paths of a reply that are not documented, in the form of the table.
fn unknown(known: &BTreeSet<(&str, &str)>, path: &str, json: &Json) -> Vec<String> {
    let is_known = known.iter().any(|(name, kind)| *name == path && (*kind == "object" || !json.is_object()));
    match json {
        _ if is_known => Vec::new(),
        Json::Object(fields) => {
            let prefix = if path.is_empty() { String::new() } else { format!("{path}.") };
            fields.iter().flat_map(|(name, json)| unknown(known, &format!("{prefix}{name}"), json)).collect()
        }
        Json::Array(elements) => {
            elements.iter().flat_map(|element| unknown(known, &format!("{path}[]"), element)).collect()
        }
        _ => vec![path.to_owned()],
    }
}

#[tokio::test]
async fn the_mock_answers_no_field_that_the_service_does_not_have() {
    let mock = Mock::start().unwrap();
    let client = client(&mock);
    let commodity = json!({
        "components": {"package_version": "v"}, "couponId": "", "duration": 1, "pricingCycle": "Month",
        "productCode": "cmapi033136", "quantity": 1, "skuCode": "prepay",
    });
    let text = commodity.to_string();
    let products = json!({"AutoPay": true, "Products": [{
        "ProductCode": "PAI_share", "ChargeType": "POSTPAY", "OrderType": "BUY", "Duration": 1,
    }]});
    let rpc = |product, action, query: &[(&'static str, &str)]| {
        Request::rpc(product, action, query.iter().map(|(name, value)| (*name, (*value).to_owned())))
    };
    let roa = |action, method, path, query: &[(&'static str, &str)], body: &str| Request {
        style: Style::Roa(method, path),
        body: body.as_bytes().to_vec(),
        ..rpc(Product::AiWorkspace, action, query)
    };
    let compare = async |request: Request| {
        let action = request.action;
        let body = client.call(&request, &deadline(), |reply| Ok(reply.body.clone())).await.unwrap();
        let known = table().into_iter().filter(|field| field.operation == action).map(|field| (field.path, field.kind));
        assert_eq!(unknown(&known.collect(), "", &body), Vec::<String>::new(), "{action}: {body}");
        action
    };
    let buy =
        [("ClientToken", "t"), ("Commodity", text.as_str()), ("OrderType", "INSTANCE_BUY"), ("PaymentType", "AUTO")];
    let mut compared = vec![
        compare(rpc(Product::Market, "CreateOrder", &buy)).await,
        compare(roa("CreateProductOrders", "POST", "/api/v1/productorders", &[], &products.to_string())).await,
    ];
    let orders: Vec<String> = mock.ledger().orders.keys().cloned().collect();
    let instance = mock.ledger().instances.keys().next().cloned().unwrap();
    let form = [("OrderBizId", instance.as_str()), ("Type", "close")];
    let form = form.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let period = [("CreateTimeStart", "2020-01-01T00:00:00Z"), ("CreateTimeEnd", "2099-01-01T00:00:00Z")];
    let role = [("RoleArn", "acs:ram::1:role/buyer"), ("RoleSessionName", "test"), ("DurationSeconds", "900")];
    let oidc = [("OIDCProviderArn", "acs:ram::1:oidc-provider/ci"), ("OIDCToken", "token")];
    for request in [
        rpc(Product::Market, "DescribeOrder", &[("OrderId", &orders[0])]),
        rpc(Product::Market, "DescribeInstances", &[("PageNumber", "1"), ("PageSize", "10")]),
        rpc(Product::Market, "DescribeInstance", &[("InstanceId", &instance)]),
        Request { form, ..rpc(Product::Market, "AutoRenewInstance", &[]) },
        rpc(Product::Market, "DescribeProduct", &[("Code", "cmapi033136")]),
        rpc(Product::Market, "DescribeProducts", &[]),
        rpc(Product::Market, "DescribePrice", &[("Commodity", &text), ("OrderType", "INSTANCE_BUY")]),
        rpc(Product::Billing, "GetOrderDetail", &[("OrderId", &orders[1])]),
        rpc(Product::Billing, "QueryOrders", &period),
        rpc(Product::Billing, "QueryAccountBalance", &[]),
        rpc(Product::Sts, "GetCallerIdentity", &[]),
        rpc(Product::Sts, "AssumeRole", &role),
        Request { signed: false, ..rpc(Product::Sts, "AssumeRoleWithOIDC", &[&role[..], &oidc].concat()) },
        roa("ListProducts", "GET", "/api/v1/products", &[("ProductCodes", "PAI_share"), ("Verbose", "true")], ""),
    ] {
        compared.push(compare(request).await);
    }
    compared.sort_unstable();
    let mut offered = mock_endpoint::operations();
    offered.sort_unstable();
    assert_eq!(compared, offered, "every operation is compared");
}
