//! What resources work with.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::OnceCell;

use crate::{
    journal::{Buyer, Journal, Purchase},
    market_order::InstanceLists,
    purchase_guard::Guard,
    quotes::Quotes,
};
use alicloud::{
    client::Client,
    credentials::{Credentials, NoCredentials, Source},
    endpoint::{Endpoint, Product},
    error::Failure,
    retry::Deadline,
    signature::acs3::content_sha256,
    sts,
};
use tfplugin::{Context, Diagnostic};

/// Which site an account is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountType {
    /// The Chinese site.
    Domestic,
    /// The international site.
    International,
}

/// The configured provider.
#[derive(Debug)]
pub struct Cloud {
    /// Sends requests.
    pub client: Client,
    /// Which site the account is of.
    pub account_type: AccountType,
    longest: Option<Duration>,
    account_id: Option<String>,
    account: OnceCell<String>,
    buyer: OnceCell<Buyer>,
    /// The journal of purchases that are under way.
    pub(super) journal: Arc<Journal>,
    /// What purchases would cost.
    pub(super) quotes: Quotes,
    /// The instances of the Marketplace that were read.
    pub(super) instance_lists: InstanceLists,
    /// What they may cost.
    pub(super) guard: Guard,
    /// Whether this process applies what others have planned.
    pub(super) is_applying: bool,
    is_exposure_reported: AtomicBool,
}

impl Cloud {
    /// `longest` limits every operation; `account_id` is the account that the credentials must belong to.
    pub fn new(
        client: Client,
        longest: Option<Duration>,
        account_id: Option<String>,
        account_type: AccountType,
    ) -> Self {
        Self {
            client,
            account_type,
            longest,
            account_id,
            account: OnceCell::new(),
            buyer: OnceCell::new(),
            journal: Journal::configured(),
            quotes: Quotes::default(),
            instance_lists: InstanceLists::default(),
            guard: Guard::default(),
            is_applying: false,
            is_exposure_reported: AtomicBool::default(),
        }
    }

    /// The same with quotes and limits.
    pub(super) fn with_prices(self, quotes: Quotes, guard: Guard, is_applying: bool) -> Self {
        Self { quotes, guard, is_applying, ..self }
    }

    /// So much time for one operation, all attempts together, or less if the provider block says so, unless Terraform
    /// asks to stop before.
    pub fn deadline(&self, time: Duration, ctx: &Context) -> Deadline {
        Deadline::new(self.longest.map_or(time, |longest| longest.min(time)), ctx.cancellation())
    }

    /// The account that the credentials belong to (GetCallerIdentity). It is requested once.
    ///
    /// # Errors
    /// It cannot be read, or it is not the one that the provider block names.
    pub async fn account(&self, deadline: &Deadline) -> Result<&str, AccountUnknown> {
        let account = self.account.get_or_try_init(|| sts::account_id(&self.client, deadline)).await;
        let account = account.map_err(AccountUnknown::Failed)?;
        match &self.account_id {
            Some(wanted) if wanted != account => {
                Err(AccountUnknown::Another { wanted: wanted.clone(), account: account.clone() })
            }
            _ => Ok(account),
        }
    }
}

/// How long finding out who buys may take where nothing depends on it.
const BUYER_TIMEOUT: Duration = Duration::from_secs(5);

/// How long making credentials may take, and finding out whose they are where that is needed.
const CREDENTIALS: Duration = Duration::from_secs(120);

impl Cloud {
    /// A warning if requests about these products travel unencrypted. It is given once.
    pub(super) fn exposed(&self, products: &[Product]) -> Option<Diagnostic> {
        let endpoints =
            products.iter().chain([&Product::Sts]).filter_map(|product| self.client.endpoint(*product).ok());
        let endpoint = endpoints.into_iter().find(Endpoint::is_exposed)?;
        if self.is_exposure_reported.swap(true, Ordering::Relaxed) {
            return None;
        }
        Some(unencrypted(&endpoint))
    }

    /// A purchase of a product with these credentials, as the journal has it.
    ///
    /// # Errors
    /// The product has no endpoint, or as for [`Self::buyer`]. Nothing was bought.
    pub(super) async fn purchase(
        &self,
        kind: &str,
        product: Product,
        text: String,
        ctx: &Context,
    ) -> Result<Purchase, Diagnostic> {
        let endpoint = self.client.endpoint(product);
        let endpoint = endpoint.map_err(|error| no_endpoint(&error.to_string()))?;
        Ok(Purchase {
            kind: kind.to_owned(),
            text,
            buyer: self.buyer(ctx).await?,
            endpoint: endpoint.to_string(),
            region: self.client.region().to_owned(),
        })
    }

    /// What identifies this buyer in the journal.
    ///
    /// # Errors
    /// There are no credentials, or they do not certainly belong to the account that the provider block names.
    async fn buyer(&self, ctx: &Context) -> Result<Buyer, Diagnostic> {
        let buyer = self.buyer.get_or_try_init(async || {
            // Before the clock runs: making credentials can take longer than asking whose they are.
            let id = self.client.access_key_id(&self.deadline(CREDENTIALS, ctx)).await;
            let id = id.map_err(|error| super::failure_messages::no_credentials(&error))?;
            // An account that the provider block names must be known. Else who buys is only a precaution.
            let account = if self.account_id.is_some() {
                let account = self.account(&self.deadline(CREDENTIALS, ctx)).await;
                Some(account.map_err(|unknown| unknown.diagnostic())?.to_owned())
            } else {
                let deadline = self.deadline(BUYER_TIMEOUT, ctx);
                let account = tokio::time::timeout(deadline.left(), self.account(&deadline)).await;
                account.ok().and_then(Result::ok).map(str::to_owned)
            };
            Ok(Buyer { account, key: content_sha256(id.as_bytes()) })
        });
        buyer.await.cloned()
    }
}

/// Why it is not certain that the credentials belong to the right account.
#[derive(Debug)]
pub enum AccountUnknown {
    /// STS did not say.
    Failed(Failure),
    /// They belong to another account than the provider block names.
    Another {
        /// The account in the provider block.
        wanted: String,
        /// The account of the credentials.
        account: String,
    },
}

impl AccountUnknown {
    /// The error for the user. Nothing was bought.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Failed(failure) => super::failure_messages::read_failure(
                "The account of the credentials cannot be read",
                "The account of the credentials",
                failure,
            ),
            Self::Another { wanted, account } => {
                let detail = format!(
                    "The credentials belong to the account {account}, but account_id in the provider block is {wanted}. \
                     Nothing was bought or changed. Use credentials of {wanted}, or correct account_id, then run {} again.",
                    Journal::current().command_name()
                );
                Diagnostic::error("The credentials belong to another account", detail)
            }
        }
    }
}

fn unencrypted(endpoint: &Endpoint) -> Diagnostic {
    let detail = format!(
        "Requests to {endpoint} are not encrypted: anyone on the network path can read them, and repeat them for 15 minutes. Set \
         protocol = \"HTTPS\" in the provider block, or begin the endpoint with https://."
    );
    Diagnostic::warning("Requests to Alibaba Cloud are not encrypted", detail)
}

fn no_endpoint(error: &str) -> Diagnostic {
    let detail = format!(
        "The provider has no endpoint for this purchase: {}. Nothing was bought. Correct region or endpoints in the provider block, then run terraform apply again.",
        error.trim_end_matches('.')
    );
    Diagnostic::error("No order was placed: there is no endpoint to buy at", detail)
}

#[cfg(test)]
#[allow(clippy::expect_used)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    use alicloud::endpoint::Protocol;

    let endpoint = Endpoint::parse("market.aliyuncs.com", Protocol::Http).expect("an endpoint");
    let another =
        AccountUnknown::Another { wanted: "1000000000000001".to_owned(), account: "1000000000000002".to_owned() };
    vec![
        unencrypted(&endpoint),
        no_endpoint("the region cn-nowhere has no endpoint for market"),
        AccountUnknown::Failed(crate::catalogue::lost("GetCallerIdentity")).diagnostic(),
        another.diagnostic(),
    ]
}

/// Stands in for credentials until the client has any. Without them nothing is sent.
#[derive(Debug)]
pub(super) struct NotYet;

#[async_trait]
impl Source for NotYet {
    async fn credentials(&self) -> Result<Arc<Credentials>, NoCredentials> {
        Err(NoCredentials::new("The client has no credentials yet".to_owned()))
    }
}
