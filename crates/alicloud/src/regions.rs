//! The regions, and which endpoint serves each product in each of them.

use super::{endpoint::Product, site::Site};

/// The regions: the name, whether AIWorkSpace is there, and whether STS has an endpoint of its own there.
const REGIONS: [(&str, bool, bool); 34] = [
    ("ap-northeast-1", true, true),
    ("ap-northeast-2", false, true),
    ("ap-south-1", true, true),
    ("ap-southeast-1", true, true),
    ("ap-southeast-2", false, true),
    ("ap-southeast-3", true, true),
    ("ap-southeast-5", true, true),
    ("ap-southeast-7", false, true),
    ("cn-beijing", true, true),
    ("cn-beijing-finance-1", false, true),
    ("cn-chengdu", false, true),
    ("cn-fuzhou", false, true),
    ("cn-guangzhou", true, true),
    ("cn-hangzhou", true, true),
    ("cn-hangzhou-finance", false, false),
    ("cn-heyuan", true, true),
    ("cn-hongkong", true, true),
    ("cn-huhehaote", false, true),
    ("cn-nanjing", false, true),
    ("cn-north-2-gov-1", false, false),
    ("cn-qingdao", false, true),
    ("cn-shanghai", true, true),
    ("cn-shanghai-finance-1", true, true),
    ("cn-shenzhen", true, true),
    ("cn-shenzhen-finance-1", false, false),
    ("cn-wuhan-lr", false, true),
    ("cn-wulanchabu", true, true),
    ("cn-zhangjiakou", false, true),
    ("eu-central-1", true, true),
    ("eu-west-1", false, true),
    ("me-central-1", false, true),
    ("me-east-1", false, true),
    ("us-east-1", true, true),
    ("us-west-1", true, true),
];

/// Whether a region of this name is known.
pub fn is_known(region: &str) -> bool {
    REGIONS.iter().any(|(name, ..)| *name == region)
}

/// The known regions whose names are most like this one, the closest first.
pub fn close_to(region: &str) -> Vec<&'static str> {
    let mut names: Vec<(usize, &str)> =
        REGIONS.iter().map(|(name, ..)| (strsim::levenshtein(name, region), *name)).collect();
    names.sort_unstable();
    names.into_iter().take(3).map(|(_, name)| name).collect()
}

/// The host that serves a product in a region, for an account of a site; none where the product is not offered there.
///
/// Market and billing have one endpoint a site. AIWorkSpace has one in
/// each region where it is offered. STS has one in most regions, and a central one for the others.
pub(super) fn host(product: Product, region: &str, site: Site) -> Option<String> {
    let known = REGIONS.iter().find(|(name, ..)| *name == region);
    match product {
        Product::Market => Some(site.host("market")),
        Product::Billing => Some(site.host("business")),
        // A region that is newer than this list may well have it.
        Product::AiWorkspace if known.is_some_and(|(_, workspace, _)| !workspace) => None,
        Product::AiWorkspace => Some(format!("aiworkspace.{region}.aliyuncs.com")),
        Product::Sts if known.is_some_and(|(.., own)| *own) => Some(format!("sts.{region}.aliyuncs.com")),
        Product::Sts => Some("sts.aliyuncs.com".to_owned()),
    }
}

/// The regions where PAI is offered.
pub fn with_workspace() -> impl Iterator<Item = &'static str> {
    REGIONS.iter().filter(|(_, workspace, _)| *workspace).map(|(name, ..)| *name)
}
