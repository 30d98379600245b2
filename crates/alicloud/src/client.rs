//! One request: sign, send, classify, and send again where that is safe.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use tokio::time::Instant;

use super::{
    credentials::{Credentials, NoCredentials, Source},
    endpoint::{Endpoint, Product, Protocol},
    error::{ApiError, ApiErrorKind, Error, Failure},
    pace::Paces,
    regions,
    retry::{Attempts, Deadline, Resend},
    signature::Parameters,
    signing::sign,
    site::Site,
    transport::Http,
};
pub use super::{reply::Reply, transport::Timeouts};

/// Which signature requests carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignatureVersion {
    /// HMAC-SHA1, each style in its own form, as the API documents describe it.
    #[default]
    V1,
    /// ACS3-HMAC-SHA256 for both styles.
    V3,
}

/// What a client is made from.
#[derive(Debug, Clone)]
pub struct Config {
    /// The region, such as `cn-hangzhou`. It decides endpoints, and some operations send it.
    pub region: String,
    /// The site that the account belongs to, where it is known. Else the region decides, and billing finds out.
    pub site: Option<Site>,
    /// Endpoints that are not the region's.
    pub endpoints: BTreeMap<Product, Endpoint>,
    /// How requests travel to the region's endpoints.
    pub protocol: Protocol,
    /// Which signature requests carry.
    pub signature: SignatureVersion,
    /// How long connecting and answering may take.
    pub timeouts: Timeouts,
    /// The header `User-Agent`.
    pub user_agent: String,
    /// Parameters that every request carries, such as `SourceIp`.
    pub common: Parameters,
    /// Where keys come from.
    pub credentials: Arc<dyn Source>,
}

/// A request, before it is signed. It may hold a token, so it cannot be printed.
#[derive(Clone)]
pub struct Request {
    /// The product.
    pub product: Product,
    /// The operation, such as `CreateOrder`.
    pub action: &'static str,
    /// How the operation is addressed.
    pub style: Style,
    /// The parameters in the query.
    pub query: Parameters,
    /// The parameters in the body, as a form; none for a request without them.
    pub form: Parameters,
    /// The JSON body; empty for none, and where there is a form.
    pub body: Vec<u8>,
    /// Whether it is signed. Only the operations that make credentials of something else are not.
    pub signed: bool,
    /// Whether it may be sent again after an attempt that can have done it.
    pub resend: Resend,
}

/// The two ways in which Alibaba Cloud's operations are addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// By the parameter `Action`, with POST.
    Rpc,
    /// By method and path.
    Roa(&'static str, &'static str),
}

impl Request {
    /// An operation of RPC style that may be sent any number of times.
    pub fn rpc<'a>(product: Product, action: &'static str, query: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let query = query.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let (form, body) = Default::default();
        Self { product, action, style: Style::Rpc, query, form, body, signed: true, resend: Resend::Always }
    }
}

/// Sends requests. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    http: Http,
    config: Arc<Config>,
    /// The site that knows the account, once billing has answered for it.
    billing_site: Arc<OnceLock<Site>>,
    paces: Paces,
}

impl Client {
    /// A client that connects to nothing yet.
    pub fn new(config: Config) -> Self {
        let http = Http::new(config.timeouts, &config.user_agent);
        Self { http, config: Arc::new(config), billing_site: Arc::default(), paces: Paces::default() }
    }

    /// The same client with other credentials. It shares the connections.
    pub fn with_credentials(&self, credentials: Arc<dyn Source>) -> Self {
        let config = Config { credentials, ..(*self.config).clone() };
        Self {
            http: self.http.clone(),
            config: Arc::new(config),
            billing_site: Arc::default(),
            paces: Paces::default(),
        }
    }

    /// The region, such as `cn-hangzhou`.
    pub fn region(&self) -> &str {
        &self.config.region
    }

    /// The AccessKey id that requests are signed with now.
    ///
    /// # Errors
    /// There are no credentials, or not within the limit.
    pub async fn access_key_id(&self, deadline: &Deadline) -> Result<String, Error> {
        Ok(self.credentials(deadline).await?.access_key_id.clone())
    }

    async fn credentials(&self, deadline: &Deadline) -> Result<Arc<Credentials>, Error> {
        let over = || NoCredentials::new("the credentials did not come within the time limit".to_owned());
        tokio::select! {
            // Available keys count, even at the end of the time limit.
            biased;
            found = self.config.credentials.credentials() => found.map_err(Error::Credentials),
            () = deadline.over() => Err(if deadline.is_stopped() { Error::Stopped } else { Error::Credentials(over()) }),
        }
    }

    /// Where requests for this product go.
    ///
    /// # Errors
    /// A product that the region does not have.
    pub fn endpoint(&self, product: Product) -> Result<Endpoint, Error> {
        if let Some(endpoint) = self.config.endpoints.get(&product) {
            return Ok(endpoint.clone());
        }
        self.endpoint_of(product, self.site(product))
    }

    /// The site whose endpoint serves this product.
    fn site(&self, product: Product) -> Site {
        let found = self.billing_site.get().copied().filter(|_| product == Product::Billing);
        found.or(self.config.site).unwrap_or_else(|| Site::of_region(&self.config.region))
    }

    fn endpoint_of(&self, product: Product, site: Site) -> Result<Endpoint, Error> {
        let region = &self.config.region;
        let name = product.endpoint_name();
        let host = regions::host(product, region, site).ok_or_else(|| {
            let offered: Vec<_> = regions::with_workspace().collect();
            Error::Configuration(format!(
                "{name} has no endpoint in the region {region:?}. Set region to one of {}, or endpoints {{ {name} }}.",
                offered.join(", ")
            ))
        })?;
        Endpoint::parse(&host, self.config.protocol).map_err(|error| {
            Error::Configuration(format!("the region {region:?} leads to the endpoint {host:?}, which is {error}"))
        })
    }

    /// Sends a request until it is answered, within the limit. `read` makes a type of the reply; one that it refuses
    /// counts as an attempt that brought no answer.
    ///
    /// # Errors
    /// The last attempt's error, with what all attempts together can have done.
    pub async fn call<T>(
        &self,
        request: &Request,
        deadline: &Deadline,
        read: impl Fn(&Reply) -> Result<T, String>,
    ) -> Result<T, Failure> {
        self.call_or(request, deadline, read, |_| None).await
    }

    /// The same, where some errors are answers too: `answer` says which.
    ///
    /// # Errors
    /// As for [`Self::call`].
    pub async fn call_or<T>(
        &self,
        request: &Request,
        deadline: &Deadline,
        read: impl Fn(&Reply) -> Result<T, String>,
        answer: impl Fn(&ApiError) -> Option<T>,
    ) -> Result<T, Failure> {
        let mut attempts = Attempts::new(request.action, request.resend, deadline);
        attempts.begin()?;
        loop {
            let error = match self.once(request, deadline).await {
                Err(error) => match &error {
                    Error::Api(refused) if let Some(answer) = answer(refused) => return Ok(answer),
                    _ => error,
                },
                Ok(reply) => match read(&reply) {
                    Ok(answer) => return Ok(answer),
                    Err(what) => Error::Malformed { status: reply.status, request_id: reply.request_id, what },
                },
            };
            attempts.again_after(error).await?;
        }
    }

    async fn once(&self, request: &Request, deadline: &Deadline) -> Result<Reply, Error> {
        let first = self.send(request, self.endpoint(request.product)?, deadline).await;
        let Some(site) = self.site_to_ask(request.product).filter(|_| is_of_another_site(&first)) else { return first };
        let second = self.send(request, self.endpoint_of(request.product, site)?, deadline).await;
        if is_of_another_site(&second) {
            return first;
        }
        if matches!(second, Ok(_) | Err(Error::Api(_))) {
            // The first result stands: concurrent requests are about the same account.
            self.billing_site.get_or_init(|| site);
        }
        second
    }

    /// The site to ask where billing does not know the account: no other than the one that was chosen or has answered.
    fn site_to_ask(&self, product: Product) -> Option<Site> {
        let is_open = product == Product::Billing
            && !self.config.endpoints.contains_key(&product)
            && self.config.site != Some(Site::International)
            && self.billing_site.get().is_none();
        is_open.then(|| self.site(product).other())
    }

    async fn send(&self, request: &Request, endpoint: Endpoint, deadline: &Deadline) -> Result<Reply, Error> {
        let credentials = if request.signed { Some(self.credentials(deadline).await?) } else { None };
        let credentials = credentials.as_deref();
        deadline.wait(self.paces.reserve(request.product).saturating_duration_since(Instant::now())).await;
        let (outgoing, signature) = sign(request, &self.config, &endpoint, credentials);
        // Nothing is sent once Terraform has stopped the provider, nor by a machine that slept meanwhile.
        if deadline.is_stopped() {
            return Err(Error::Stopped);
        }
        if deadline.is_too_late() {
            return Err(Error::TooLate);
        }
        tracing::debug!(action = request.action, endpoint = %endpoint, "sending");
        let (raw, server_time) = self.http.send(outgoing, deadline.left()).await?;
        let (status, bytes) = (raw.status, raw.body.len());
        let token = credentials.and_then(Credentials::token).unwrap_or_default();
        let secret = credentials.map(Credentials::secret).unwrap_or_default();
        let shown = request.query.get("OIDCToken").map(String::as_str).unwrap_or_default();
        let classified = raw.classify(&[secret, token, shown, &signature]);
        self.paces.record(
            request.product,
            matches!(&classified, Err(Error::Api(error)) if error.kind() == ApiErrorKind::Throttled),
        );
        tracing::debug!(action = request.action, status, bytes, ok = classified.is_ok(), "received");
        let classified = classified.map_err(|error| match error {
            Error::Api(refused) if request.signed && refused.kind() == ApiErrorKind::Keys => {
                let message = format!("{} (credentials from {})", refused.message, self.config.credentials.origin());
                Error::Api(ApiError { message, ..refused })
            }
            error => error,
        });
        classified.map(|(request_id, body)| Reply { status, request_id, body, server_time })
    }
}

/// Whether a site says that the account belongs to the other one.
fn is_of_another_site(answer: &Result<Reply, Error>) -> bool {
    matches!(answer, Err(Error::Api(error)) if error.kind() == ApiErrorKind::Site)
}
