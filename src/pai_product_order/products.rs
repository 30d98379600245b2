//! The products that can be bought, as a table.

/// A product: what the document says of it.
#[derive(Debug)]
pub(super) struct Product {
    /// The code that it is bought by.
    pub(super) code: &'static str,
    /// What billing calls it.
    pub(super) billing: &'static str,
    /// The only pricing cycle that it has; none where it has none.
    pub(super) pricing_cycle: Option<&'static str>,
    /// The properties that it documents.
    pub(super) properties: &'static [Property],
}

/// A documented property of an instance: its code and its documented value.
#[derive(Debug)]
pub(super) struct Property {
    pub(super) code: &'static str,
    pub(super) value: &'static str,
    /// Whether only accounts of the Chinese site are asked for it.
    pub(super) domestic: bool,
}

const fn property(code: &'static str, value: &'static str) -> Property {
    Property { code, value, domestic: false }
}

/// All of them, in the order in which an import lists them.
pub(super) const PRODUCTS: [Product; 4] = [
    Product {
        code: "DataWorks_share",
        billing: "dide",
        pricing_cycle: Some("Month"),
        properties: &[property("region", "cn-shanghai")],
    },
    Product {
        code: "MaxCompute_share",
        billing: "odps",
        pricing_cycle: Some("Hour"),
        properties: &[
            property("region", "cn-hangzhou"),
            Property { code: "odps_specification_type", value: "OdpsStandard", domestic: true },
            property("ord_time", "1:Hour"),
        ],
    },
    Product { code: "PAI_share", billing: "learn", pricing_cycle: None, properties: &[] },
    Product {
        code: "OSS_share",
        billing: "oss",
        pricing_cycle: Some("Hour"),
        properties: &[property("commodity_type", "oss"), property("ord_time", "1:Hour")],
    },
];

/// The product of this code.
pub(super) fn find(code: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.code == code)
}

impl Product {
    /// Whether one of the names in a row of billing means this product.
    pub(super) fn is_named(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let family = name.split('_').next().unwrap_or_default();
        family == self.billing || name == self.code.to_ascii_lowercase()
    }
}
