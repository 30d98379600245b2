//! The two sites of Alibaba Cloud. An account belongs to one of them, wherever its resources are.

/// A site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Site {
    /// The Chinese site, aliyun.com.
    Chinese,
    /// The international site, alibabacloud.com.
    International,
}

impl Site {
    /// The site that serves a region, as Alibaba Cloud's SDKs have it.
    pub(super) fn of_region(region: &str) -> Self {
        if region.starts_with("cn-") { Self::Chinese } else { Self::International }
    }

    /// The other one.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Chinese => Self::International,
            Self::International => Self::Chinese,
        }
    }

    /// The domain of a product that has one endpoint a site.
    pub(super) fn host(self, product: &str) -> String {
        match self {
            Self::Chinese => format!("{product}.aliyuncs.com"),
            Self::International => format!("{product}.ap-southeast-1.aliyuncs.com"),
        }
    }
}
