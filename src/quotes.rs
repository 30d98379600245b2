//! What purchases would cost, as Alibaba Cloud quotes it.

use std::{
    collections::HashMap,
    fmt,
    fs::File,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use alicloud::{
    error::Failure,
    market_renewal,
    price::{self, Price, Priced},
    retry::Deadline,
    signature::acs3::content_sha256,
};
use serde::{Deserialize, Serialize};
use tfplugin::{Context, value::Number};
use tokio::sync::{OnceCell, OwnedMutexGuard};

use crate::{Cloud, failure_messages, journal::Journal, spending};

/// How long a plan waits for one quote.
const IN_A_PLAN: Duration = Duration::from_secs(30);

/// What a purchase would cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Quote {
    #[serde(with = "decimal")]
    pub(crate) price: Number,
    pub(crate) currency: Option<String>,
}

impl fmt::Display for Quote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.price, self.currency.as_deref().unwrap_or("(no currency)"))
    }
}

/// Numbers as text, so that no digit is lost.
mod decimal {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};
    use tfplugin::value::Number;

    pub(super) fn serialize<S: Serializer>(number: &Number, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Number, D::Error> {
        Number::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// An amount of money, as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Amount(#[serde(with = "decimal")] pub(crate) Number);

/// Why this account may not buy something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Restriction {
    pub(crate) code: String,
    pub(crate) message: String,
}

impl fmt::Display for Restriction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message.as_str() {
            "" => f.write_str(&self.code),
            message => write!(f, "{message} ({})", self.code),
        }
    }
}

/// The answer to a question for a price.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) quote: Result<Quote, Unquoted>,
    pub(crate) restriction: Option<Restriction>,
    /// The id of the request that brought a quote, where the reply has one.
    pub(crate) request_id: Option<String>,
}

/// Why there is no price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unquoted {
    /// The provider block turns quotes off.
    Off,
    /// Asking failed.
    Failed(Failure),
    /// The Marketplace has none, or not in a form that can be read.
    Absent {
        /// The id of the request, where it is known.
        request_id: Option<String>,
    },
}

impl fmt::Display for Unquoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("quote_prices = false in the provider block turns quotes off"),
            Self::Failed(failure) => failure.fmt(f),
            Self::Absent { request_id } => {
                f.write_str("DescribePrice: the Marketplace has no price for this product, SKU and period")?;
                f.write_str(&shown_request_id(request_id.as_deref()))
            }
        }
    }
}

impl Unquoted {
    /// What to do about it, in a sentence.
    pub(crate) fn advice(&self) -> String {
        match self {
            Self::Off => "Remove quote_prices from the provider block.".to_owned(),
            Self::Failed(failure) => failure_messages::failure_advice(failure),
            Self::Absent { .. } => {
                "Check product_code, sku_code, pay_type, pricing_cycle, package_version and components.".to_owned()
            }
        }
    }
}

/// Whether prices are requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Quoting {
    /// The provider block is not known yet.
    #[default]
    Waiting,
    Off,
    On,
}

/// The quotes of one configured provider.
#[derive(Debug, Default)]
pub(crate) struct Quotes {
    pub(crate) quoting: Quoting,
    /// What plans were answered, by purchase: identical ones ask once.
    planned: Mutex<HashMap<String, Arc<OnceCell<Answer>>>>,
    /// Whether it was left for the apply that an order is planned.
    is_planned: AtomicBool,
    /// Identical purchases are quoted and sent one after the other: a discount may serve once.
    locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Quotes {
    pub(crate) fn new(is_on: bool) -> Self {
        Self { quoting: if is_on { Quoting::On } else { Quoting::Off }, ..Self::default() }
    }

    /// Leaves for the apply that an order is planned, once.
    pub(crate) fn mark_planned(&self, journal: &Journal) {
        if !self.is_planned.swap(true, Ordering::Relaxed)
            && let Err(error) = spending::mark_planned(journal)
        {
            tracing::warn!(%error, "the plan of an order was not left for the apply");
        }
    }

    /// Lets plans have an answer that was given elsewhere.
    pub(crate) fn share(&self, commodity: &str, answer: Answer) {
        let cell = Arc::new(OnceCell::new_with(Some(answer)));
        self.planned.lock().unwrap_or_else(PoisonError::into_inner).insert(commodity.to_owned(), cell);
    }
}

/// The value of a key, made where there is none yet.
pub(crate) fn entry<T: Default>(map: &Mutex<HashMap<String, Arc<T>>>, key: &str) -> Arc<T> {
    Arc::clone(map.lock().unwrap_or_else(PoisonError::into_inner).entry(key.to_owned()).or_default())
}

/// The lock on identical purchases, for as long as this is held.
#[derive(Debug)]
pub(crate) struct IdenticalLock {
    _in_this_process: OwnedMutexGuard<()>,
    _in_others: Option<File>,
}

impl Cloud {
    /// Waits until no other purchase of the same is under way. None if time ran out.
    pub(crate) async fn lock_identical(&self, commodity: &str, deadline: &Deadline) -> Option<IdenticalLock> {
        let lock = entry(&self.quotes.locks, commodity);
        let _in_this_process = tokio::select! {
            guard = lock.lock_owned() => guard,
            () = deadline.over() => return None,
        };
        let _in_others = match self.journal.lock_identical(commodity, deadline).await {
            Ok(file) => Some(file?),
            // A purchase with a token of the user's needs no files.
            Err(error) => {
                tracing::warn!(%error, "other processes may buy the same at the same time");
                None
            }
        };
        Some(IdenticalLock { _in_this_process, _in_others })
    }

    /// What a purchase would cost now. `commodity` is the text that DescribePrice takes.
    pub(crate) async fn quote(&self, commodity: &str, deadline: &Deadline) -> Answer {
        self.answer_of(price::describe_price(&self.client, commodity, deadline)).await
    }

    /// The same of a renewal.
    pub(crate) async fn quote_renewal(&self, renewal: &str, deadline: &Deadline) -> Answer {
        self.answer_of(market_renewal::describe_price(&self.client, renewal, deadline)).await
    }

    async fn answer_of(&self, request: impl Future<Output = Result<Priced, Failure>>) -> Answer {
        if self.quotes.quoting == Quoting::Off {
            return Answer { quote: Err(Unquoted::Off), restriction: None, request_id: None };
        }
        match request.await {
            Ok(Priced::Found(price)) => Answer::of(*price),
            Ok(Priced::Absent { request_id }) => {
                let request_id = Some(request_id).filter(|id| !id.is_empty());
                Answer { quote: Err(Unquoted::Absent { request_id }), restriction: None, request_id: None }
            }
            Err(failure) => Answer { quote: Err(Unquoted::Failed(failure)), restriction: None, request_id: None },
        }
    }

    /// The same for a plan: identical purchases ask once. Terraform plans again before it applies, and refuses a known value
    /// that is not the same: the second plan shows the price of the first, and the purchase is what refuses another one.
    pub(crate) async fn quote_in_plan(&self, commodity: &str, ctx: &Context) -> Answer {
        let cell = entry(&self.quotes.planned, commodity);
        cell.get_or_init(async || self.quote_or_planned(commodity, &self.deadline(IN_A_PLAN, ctx)).await).await.clone()
    }

    async fn quote_or_planned(&self, commodity: &str, deadline: &Deadline) -> Answer {
        // Another account may have another price.
        let buyer = self.client.access_key_id(deadline).await.ok();
        let purchase = buyer.map(|buyer| content_sha256(format!("{buyer} {commodity}").as_bytes()));
        if self.is_applying {
            let planned =
                purchase.and_then(|purchase| spending::planned_quote(&self.journal, &purchase).ok().flatten());
            return match planned {
                Some(quote) => Answer { quote: Ok(quote), restriction: None, request_id: None },
                None => self.quote(commodity, deadline).await,
            };
        }
        let answer = self.quote(commodity, deadline).await;
        if let (Some(purchase), Ok(quote)) = (purchase, &answer.quote)
            && let Err(error) = spending::record_quote(&self.journal, &purchase, quote)
        {
            tracing::warn!(%error, "a price was not left for the apply");
        }
        answer
    }
}

impl Answer {
    fn of(found: Price) -> Self {
        let price = found.trade_price.as_deref().and_then(|text| Number::parse(text).ok());
        let quote = price
            .map(|price| Quote { price, currency: found.currency.map(|currency| currency.to_ascii_uppercase()) })
            .ok_or(Unquoted::Absent { request_id: found.request_id.clone() });
        let restriction = found
            .expression_code
            .map(|code| Restriction { code, message: found.expression_message.unwrap_or_default() });
        Self { quote, restriction, request_id: found.request_id }
    }
}

/// The id of a request at the end of a sentence; empty where it is not known.
pub(crate) fn shown_request_id(id: Option<&str>) -> String {
    id.map(|id| format!(" [RequestId {id}]")).unwrap_or_default()
}
