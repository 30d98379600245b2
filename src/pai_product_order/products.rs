//! The products that can be bought, and how billing names them, as tables.

use alicloud::billing::Row;

/// A product: what the document says of it.
#[derive(Debug)]
pub(super) struct Product {
    /// The code that it is bought by.
    pub(super) code: &'static str,
    /// The ProductCode by which billing lists its orders. Other products share it, so it says little.
    pub(super) billing: &'static str,
    /// The exact commodity codes that are documented for it. Where there are none, its orders are never certain by name.
    commodities: &'static [&'static str],
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
    /// Whether only accounts of the Chinese site need it.
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
        commodities: &["dide_create_post", "dide_create_post_intl"],
        pricing_cycle: Some("Month"),
        properties: &[property("region", "cn-shanghai")],
    },
    Product {
        code: "MaxCompute_share",
        billing: "odps",
        commodities: &[],
        pricing_cycle: Some("Hour"),
        properties: &[
            property("region", "cn-hangzhou"),
            Property { code: "odps_specification_type", value: "OdpsStandard", domestic: true },
            property("ord_time", "1:Hour"),
        ],
    },
    Product { code: "PAI_share", billing: "learn", commodities: &[], pricing_cycle: None, properties: &[] },
    Product {
        code: "OSS_share",
        billing: "oss",
        commodities: &[],
        pricing_cycle: Some("Hour"),
        properties: &[property("commodity_type", "oss"), property("ord_time", "1:Hour")],
    },
];

/// The product of this code.
pub(super) fn find(code: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.code == code)
}

/// Commodities that share a ProductCode with the products above and are none of them.
const OTHERS: [&str; 13] = [
    "dide_pre",
    "dide_pre_intl",
    "learn_DatasetAccPrepay_public_cn",
    "learn_DatasetAccPrepay_public_intl",
    "learn_eas_spn_public_cn",
    "learn_EasDedicatedPostpay_public_cn",
    "learn_EasDedicatedPostpay_public_intl",
    "learn_EasDedicatedPrepay_public_cn",
    "learn_EasDedicatedPrepay_public_intl",
    "learn_eflocomputing_public_cn",
    "learn_eflocomputing_public_intl",
    "odpsplus",
    "odpsplus_intl",
];

/// How certain it is that a row of billing is for a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    /// Nothing speaks against it.
    Possible,
    /// The exact commodity says so.
    Certain,
}

impl Product {
    /// Whether a row of billing is for this product; none if it certainly is not. Everything that is bought here is paid by
    /// use. Where the commodities are documented, the ProductCode counts only for a row without a commodity.
    pub(super) fn matches(&self, row: &Row) -> Option<Match> {
        let is_any = |names: &[&str], text: &Option<String>| {
            text.as_deref().is_some_and(|text| names.iter().any(|name| name.eq_ignore_ascii_case(text)))
        };
        let commodity = |names: &[&str]| is_any(names, &row.commodity_code) || is_any(names, &row.product_type);
        let is_prepaid = row.subscription_type.is_some() && !is_any(&["PayAsYouGo"], &row.subscription_type);
        if is_prepaid || commodity(&OTHERS) {
            None
        } else if commodity(self.commodities) || commodity(&[self.code]) {
            Some(if row.subscription_type.is_some() { Match::Certain } else { Match::Possible })
        } else {
            let is_open = self.commodities.is_empty() || (row.commodity_code.is_none() && row.product_type.is_none());
            (is_open && is_any(&[self.billing], &row.product_code)).then_some(Match::Possible)
        }
    }
}

/// How certain it is that a row of billing is for one of these products.
pub(super) fn best_match(codes: &[String], row: &Row) -> Option<Match> {
    codes.iter().filter_map(|code| find(code)?.matches(row)).max()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde::Deserialize as _;
    use serde_json::json;

    use super::*;

    fn matched(code: &str, product: &str, commodity: &str, subscription: &str) -> Option<Match> {
        let row = json!({
            "ProductCode": product,
            "CommodityCode": commodity,
            "ProductType": commodity,
            "SubscriptionType": subscription,
        });
        let row = Row::deserialize(row).unwrap();
        best_match(&[code.to_owned()], &row)
    }

    #[test]
    fn an_order_is_for_a_product_by_its_exact_commodity_and_never_by_the_first_part_of_a_name() {
        let (possible, certain) = (Some(Match::Possible), Some(Match::Certain));
        let table = [
            ("PAI_share", "learn", "PAI_share", "PayAsYouGo", certain),
            ("PAI_share", "learn", "learn", "PayAsYouGo", possible),
            ("PAI_share", "learn", "learn_unheard_of", "", possible),
            ("PAI_share", "learn", "learn_eflocomputing_public_cn", "Subscription", None),
            ("PAI_share", "learn", "learn_eflocomputing_public_cn", "", None),
            ("PAI_share", "learn", "learn_EasDedicatedPostpay_public_cn", "PayAsYouGo", None),
            ("PAI_share", "learn", "learn", "Subscription", None),
            ("PAI_share", "other", "learn_unheard_of", "PayAsYouGo", None),
            ("DataWorks_share", "dide", "dide_create_post", "PayAsYouGo", certain),
            ("DataWorks_share", "dide", "DIDE_create_post_intl", "PayAsYouGo", certain),
            ("DataWorks_share", "dide", "dide_create_post", "", possible),
            ("DataWorks_share", "dide", "dide_foo", "PayAsYouGo", None),
            ("DataWorks_share", "dide", "", "PayAsYouGo", possible),
            ("DataWorks_share", "dide", "dide_pre_intl", "PayAsYouGo", None),
            ("DataWorks_share", "dide", "dide_create_post", "Subscription", None),
            ("PAI_share", "dide", "dide_create_post", "PayAsYouGo", None),
            ("MaxCompute_share", "odps", "odpsplus", "", None),
        ];
        for (code, product, commodity, subscription, expected) in table {
            assert_eq!(matched(code, product, commodity, subscription), expected, "{code} {commodity} {subscription}");
        }
    }
}
