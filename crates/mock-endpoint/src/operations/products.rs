//! What the Marketplace sells: a catalogue of 1,000 products, and what tests put beside it.

use serde_json::{Map, Value as Json, json};

use super::{market::page, required};
use crate::{
    call::{ApiError, Call, Variant},
    ledger::Ledger,
};

/// How many products there are before a test adds any.
const COUNT: usize = 1000;

/// The types, and how codes of each begin.
const TYPES: [(&str, &str); 5] =
    [("API_SERVICE", "cmapi"), ("APP", "cmgj"), ("MIRROR", "cmjj"), ("SERVICE", "cmfw"), ("DOWNLOAD", "cmxz")];

/// A product as DescribeProducts lists it, and what only a filter sees of it.
struct Product {
    code: String,
    kind: String,
    /// What the orders `user_count-desc` and `created_on-desc` sort by.
    rank: [usize; 2],
    fields: Map<String, Json>,
}

impl Product {
    /// One of the catalogue. The first one is the product of the examples.
    fn numbered(number: usize) -> Self {
        let (kind, prefix) = TYPES[number % TYPES.len()];
        let code = if number == 0 { "cmapi033136".to_owned() } else { format!("{prefix}{:06}", 100_000 + number) };
        let category = 53_000_000 + number % 7;
        let fields = json!({
            "Code": code,
            "Name": format!("Mock product {number}"),
            "CategoryId": category,
            "SupplierId": 228_000 + number % 11,
            "SupplierName": format!("Mock supplier {}", number % 11),
            "ShortDescription": format!("Number {number} of {COUNT}"),
            "Tags": "mock,test",
            "SuggestedPrice": format!("{}元/月", 10 + number % 90),
            "TargetUrl": format!("/products/{category}/{code}.html"),
            "ImageUrl": format!("https://images.example.com/{code}.png"),
            "Score": format!("{}.{}", number % 5, number % 10),
            "OperationSystem": "linux",
            "WarrantyDate": "1天",
            "DeliveryDate": "1天",
            "DeliveryWay": kind,
            "PriceInfo": format!("{{'TradePrice': {}.0, 'Currency': 'CNY'}}", 10 + number % 90),
        });
        let fields = fields.as_object().cloned().unwrap_or_default();
        Self { code, kind: kind.to_owned(), rank: [number * 7919 % COUNT, number], fields }
    }

    /// One that a test has added.
    fn added(code: &str) -> Self {
        Self { code: code.to_owned(), ..Self::numbered(COUNT) }.with_fields(&json!({"Code": code}))
    }

    /// The same with these fields instead, and without those that are null. `Type` is what a filter sees.
    fn with_fields(mut self, fields: &Json) -> Self {
        for (name, value) in fields.as_object().into_iter().flatten() {
            match value {
                Json::String(kind) if name == "Type" => self.kind.clone_from(kind),
                Json::Null => drop(self.fields.remove(name)),
                value => drop(self.fields.insert(name.clone(), value.clone())),
            }
        }
        self
    }

    fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Json::as_str).unwrap_or_default()
    }

    /// The number that a text begins with.
    fn number(&self, name: &str) -> f64 {
        let text = self.text(name);
        let end = text.find(|digit: char| !digit.is_ascii_digit() && digit != '.').unwrap_or(text.len());
        text[..end].parse().unwrap_or_default()
    }
}

/// Everything that is sold, in the order of its age.
fn catalogue(ledger: &Ledger) -> Vec<Product> {
    let listed = (0..COUNT).map(Product::numbered);
    let with_overrides = |product: Product| match ledger.products.get(&product.code) {
        Some(fields) => product.with_fields(fields),
        None => product,
    };
    let mut all: Vec<Product> = listed.map(with_overrides).collect();
    let is_added = |code: &&String| !all.iter().any(|product| product.code == **code);
    let added: Vec<Product> = ledger.products.keys().filter(is_added).map(|code| Product::added(code)).collect();
    all.extend(added.into_iter().map(with_overrides));
    all
}

/// Lists products, a page at a time.
pub(super) fn describe_products(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    let mut found = catalogue(ledger);
    let term = call.parameters.get("SearchTerm").map_or("", String::as_str);
    found.retain(|product| product.text("Name").contains(term) || product.text("ShortDescription").contains(term));
    for number in 1.. {
        let part = |part: &str| call.parameters.get(&format!("Filter.{number}.{part}")).map(String::as_str);
        let (Some(key), Some(value)) = (part("Key"), part("Value")) else { break };
        let invalid = |what: &str| ApiError::new(500, what, format!("{value} is not valid."));
        match (key, value) {
            ("categoryId", id) => {
                let id: u64 = id.parse().map_err(|_| invalid("Invalid.CategoryId"))?;
                found.retain(|product| product.fields.get("CategoryId") == Some(&json!(id)));
            }
            ("productType", kind) => found.retain(|product| product.kind == kind),
            ("sort", "user_count-desc") => found.sort_by_key(|product| std::cmp::Reverse(product.rank[0])),
            ("sort", "created_on-desc") => found.sort_by_key(|product| std::cmp::Reverse(product.rank[1])),
            ("sort", "price-desc") => sort_by(&mut found, "SuggestedPrice"),
            ("sort", "score-desc") => sort_by(&mut found, "Score"),
            ("sort", _) => return Err(invalid("Invalid.Sort")),
            _ => return Err(invalid("Invalid.Param")),
        }
    }
    let items = found.into_iter().map(|product| Json::Object(product.fields)).collect();
    page(call, items, "ProductItems", "ProductItem")
}

fn sort_by(products: &mut [Product], field: &str) {
    products.sort_by(|one, other| other.number(field).total_cmp(&one.number(field)));
}

/// Reads a product, and all that can be bought of it. One that it does not know is an error that says nothing.
pub(super) fn describe_product(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    let code = required(call, "Code")?;
    let found = catalogue(ledger).into_iter().find(|product| product.code == code && !call.variant.is_absent());
    let Some(product) = found else {
        return if call.variant == Variant::AbsentEmpty { Ok(json!({})) } else { Err(ApiError::null(500)) };
    };
    let skus = if product.kind == "MIRROR" {
        let image = |id: &str, name: &str| (id.to_owned(), name.to_owned());
        let images = [image("m-bp1abc", "East 1_V1.0"), image("m-2zeabc", "North 2_V1.0"), image("m-odd", "Elsewhere")];
        ["Package", "ECS"].map(|kind| sku(code, kind, "img_id", &images))
    } else {
        let packages = [("yuncode2713600001".to_owned(), "100 calls".to_owned())];
        ["prepay", "postpay"].map(|kind| sku(code, kind, "package_version", &packages))
    };
    Ok(json!({
        "Code": code,
        "Name": product.text("Name"),
        "Description": format!("<div>{}</div>", product.text("ShortDescription")),
        "ShortDescription": product.text("ShortDescription"),
        "Type": product.kind,
        "Status": "1",
        "Score": 5.0,
        "UseCount": 10,
        "ProductSkus": {"ProductSku": skus},
    }))
}

/// One of the things that can be bought of a product, with the values that can be chosen.
fn sku(code: &str, kind: &str, chosen: &str, values: &[(String, String)]) -> Json {
    let values: Vec<Json> = values
        .iter()
        .map(|(value, name)| json!({"Value": value, "DisplayName": name, "Type": "single_string"}))
        .collect();
    let charge = if ["prepay", "Package"].contains(&kind) { "PREPAY" } else { "POSTPAY" };
    let property = json!({"Key": chosen, "Name": chosen, "PropertyValues": {"PropertyValue": values}});
    let count = json!({"Key": "num", "PropertyValues": {"PropertyValue": [{"Min": "1", "Max": "10", "Value": "1"}]}});
    json!({
        "Code": format!("{code}-{kind}"),
        "Name": kind,
        "ChargeType": charge,
        "Hidden": false,
        "OrderPeriods": {"OrderPeriod": [{"Name": "month", "PeriodType": "MONTH"}]},
        "Modules": {"Module": [
            {"Code": chosen, "Id": "248220", "Name": chosen, "Properties": {"Property": [property]}},
            {"Code": "order_num", "Id": "248221", "Name": "Quantity", "Properties": {"Property": [count]}},
        ]},
    })
}
