//! `data "alicloud_market_price"`: what an order would cost.

use std::time::Duration;

use alicloud::{
    error::Failure,
    market::Commodity,
    price::{self, Price, Priced},
};
use tfplugin::{
    Computed, Context, DataSource, Diagnostic, Diagnostics, Map, Model, Partial, schema::Validator, value::Number,
};

use super::{
    MarketOrder,
    schema::{self, Cycle, PayType},
    sku,
};
use crate::{Cloud, failure_messages};

/// How long reading a price may take.
const LONGEST: Duration = Duration::from_secs(60);

/// The current price of an order on the Alibaba Cloud Marketplace. Reading it buys nothing.
#[derive(Clone, Debug, Model)]
#[model(data_source = "alicloud_market_price")]
pub(crate) struct MarketPrice {
    /// The product code, such as `cmapi033136`.
    #[attr(length(8..=12))]
    product_code: String,
    /// The unit of `duration`.
    pricing_cycle: Cycle,
    /// The version of the product's package, such as `yuncode2713600001`. The data source `alicloud_market_product` lists the
    /// versions.
    #[attr(not_blank)]
    package_version: String,
    /// How the order is paid: `PrePaid` (subscription) or `PostPaid` (pay as you go). Default `PostPaid`, or what `sku_code` says.
    pay_type: Option<PayType>,
    /// The SKU, as in `alicloud_market_order`.
    #[attr(not_blank)]
    sku_code: Option<String>,
    /// The number of pricing cycles. Default `1`.
    #[attr(range(1..=256))]
    duration: Option<i64>,
    /// The number of units. Default `1`.
    #[attr(range(1..=i64::MAX))]
    quantity: Option<i64>,
    /// The coupon to pay with.
    coupon_id: Option<String>,
    /// Seller-defined product options.
    #[attr(
        validator = schema::said_elsewhere(),
        validator = Validator::rule("a map without null values", schema::without_nulls)
    )]
    components: Option<Map<String>>,
    /// The list price, in `currency`.
    original_price: Computed<Number>,
    /// The price of the order, in `currency`. Null if only `restriction_code` is known.
    trade_price: Computed<Number>,
    /// The difference between `original_price` and `trade_price`, in `currency`.
    discount_price: Computed<Number>,
    /// The currency of the prices, such as `CNY`, `USD` or `JPY`.
    currency: Computed<String>,
    /// The coupons that apply.
    coupons: Computed<Vec<Coupon>>,
    /// The promotions that apply.
    promotions: Computed<Vec<Promotion>>,
    /// Why this account cannot buy the product, such as `ORDER.NO_REAL_NAME_AUTHENTICATION`. Null if it can.
    restriction_code: Computed<String>,
    /// A description of `restriction_code`.
    restriction_message: Computed<String>,
}

/// A coupon.
#[derive(Clone, Debug, Model)]
#[model(nested)]
struct Coupon {
    /// The ID of the coupon, for `coupon_id`.
    id: Computed<String>,
    /// The type of the coupon.
    code: Computed<String>,
    /// The name of the coupon.
    name: Computed<String>,
    /// The description of the coupon.
    description: Computed<String>,
    /// The amount of the price that the coupon covers.
    amount: Computed<Number>,
}

/// A promotion.
#[derive(Clone, Debug, Model)]
#[model(nested)]
struct Promotion {
    /// The ID of the promotion.
    id: Computed<String>,
    /// The name of the promotion.
    name: Computed<String>,
    /// The title of the promotion.
    title: Computed<String>,
}

/// The data source.
#[derive(Debug)]
pub(crate) struct MarketPrices;

impl DataSource for MarketPrices {
    type Model = MarketPrice;
    type Client = Cloud;

    fn validate(&self, config: &Partial<MarketPrice>) -> Diagnostics {
        sku::validate(&Partial::<MarketOrder> {
            product_code: config.product_code.clone(),
            sku_code: config.sku_code.clone(),
            pay_type: config.pay_type.clone(),
            ..Partial::<MarketOrder>::default()
        })
    }

    async fn read(&self, cloud: &Cloud, config: MarketPrice, ctx: &Context) -> Result<MarketPrice, Diagnostics> {
        let product = &config.product_code;
        let commodity = price::commodity(&config.commodity());
        match price::describe_price(&cloud.client, &commodity, &cloud.deadline(LONGEST, ctx)).await {
            Ok(Priced::Found(price)) => Ok(config.with(*price)),
            Ok(Priced::Absent { request_id }) => Err(no_price(product, &request_id).into()),
            Err(failure) => Err(unread(product, &failure).into()),
        }
    }
}

fn no_price(product: &str, request_id: &str) -> Diagnostic {
    let detail = format!(
        "The Marketplace has no price for this product, SKU and period (RequestId {request_id}). Nothing was bought. Check \
         product_code, sku_code, pay_type, pricing_cycle, package_version and components, then run terraform plan again."
    );
    Diagnostic::error(format!("The Marketplace has no price for {product}"), detail)
}

fn unread(product: &str, failure: &Failure) -> Diagnostic {
    let summary = format!("The price of {product} cannot be read");
    failure_messages::read_failure(&summary, &format!("The price of {product}"), failure)
}

#[cfg(test)]
pub(super) fn samples() -> Vec<Diagnostic> {
    let product = "cmapi033136";
    vec![
        no_price(product, "6EF60BEC-0242-43AF-BB20-270359FB54A7"),
        unread(product, &crate::catalogue::lost("DescribePrice")),
    ]
}

impl MarketPrice {
    fn with(self, price: Price) -> Self {
        let coupon = |coupon: price::Coupon| Coupon {
            id: coupon.id.into(),
            code: coupon.code.into(),
            name: coupon.name.into(),
            description: coupon.description.into(),
            amount: number(coupon.amount),
        };
        let promotion = |promotion: price::Promotion| Promotion {
            id: promotion.id.into(),
            name: promotion.name.into(),
            title: promotion.title.into(),
        };
        Self {
            original_price: number(price.original_price),
            trade_price: number(price.trade_price),
            discount_price: number(price.discount_price),
            currency: price.currency.into(),
            coupons: price.coupons.into_iter().map(coupon).collect::<Vec<_>>().into(),
            promotions: price.promotion_rules.into_iter().map(promotion).collect::<Vec<_>>().into(),
            restriction_code: price.expression_code.into(),
            restriction_message: price.expression_message.into(),
            ..self
        }
    }

    /// What is to be priced.
    fn commodity(&self) -> Commodity {
        let paid = self.pay_type.unwrap_or_else(|| sku::usual_pay_type(self.sku_code.as_deref()));
        let mut components = self.components.clone().unwrap_or_default();
        components.insert(schema::PACKAGE_VERSION.to_owned(), self.package_version.clone());
        Commodity {
            components,
            coupon_id: self.coupon_id.clone().unwrap_or_default(),
            duration: self.duration.unwrap_or(1),
            pricing_cycle: self.pricing_cycle.as_str().to_owned(),
            sku_code: sku::code(&self.product_code, self.sku_code.as_deref(), paid),
            product_code: self.product_code.clone(),
            quantity: self.quantity.unwrap_or(1),
        }
    }
}

fn number(text: Option<String>) -> Computed<Number> {
    text.and_then(|text| Number::parse(&text).ok()).into()
}
