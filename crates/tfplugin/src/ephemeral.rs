//! Ephemeral resources: values that no plan and no state holds (Terraform 1.10, OpenTofu 1.11).

use std::{future::Future, time::SystemTime};

use crate::{
    context::Context,
    diagnostics::{Diagnostic, Diagnostics},
    model::{EphemeralResourceModel, Model as _, Partial},
    private::Private,
};

/// Something that is opened while Terraform plans or applies and closed when nothing needs it any more, such as a token.
/// Nothing of it is stored. Implement it with plain `async fn`s.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use tfplugin::{
///     Computed, Context, Diagnostics, EphemeralResource, EphemeralResources, Model, Opened, Private, PrivateKey,
///     Renewed, Sensitive,
/// };
///
/// /// A token that is taken back as soon as Terraform is done with it.
/// #[derive(Debug, Clone, Model)]
/// #[model(ephemeral_resource = "example_token")]
/// struct Token {
///     /// Whom the token is for.
///     user: String,
///     /// The token.
///     token: Computed<Sensitive<String>>,
/// }
///
/// struct Tokens;
///
/// /// What renewing and closing have to know. The configuration does not come with them.
/// const ID: PrivateKey<u64> = PrivateKey::new("id");
/// const LIFE: Duration = Duration::from_secs(300);
///
/// impl EphemeralResource for Tokens {
///     type Model = Token;
///     type Client = Service;
///
///     async fn open(&self, service: &Service, mut config: Token, _: &Context) -> Result<Opened<Token>, Diagnostics> {
///         let (id, token) = service.issue(&config.user, LIFE).await?;
///         config.token = Sensitive::from(token).into();
///         let mut opened = Opened::new(config).renew_at(SystemTime::now() + LIFE / 2);
///         opened.private.set(ID, &id);
///         Ok(opened)
///     }
///
///     async fn renew(&self, service: &Service, private: Private, _: &Context) -> Result<Renewed, Diagnostics> {
///         service.extend(private.get(ID), LIFE).await?;
///         Ok(Renewed::new(private).renew_at(SystemTime::now() + LIFE / 2))
///     }
///
///     async fn close(&self, service: &Service, private: Private, _: &Context) -> Result<(), Diagnostics> {
///         service.revoke(private.get(ID)).await
///     }
/// }
///
/// // In `Provider::ephemeral_resources`:
/// let ephemeral_resources = EphemeralResources::new().add(Tokens);
/// # struct Service;
/// # impl Service {
/// #     async fn issue(&self, _: &str, _: Duration) -> Result<(u64, String), Diagnostics> { Ok((1, "t".to_owned())) }
/// #     async fn extend(&self, _: Option<u64>, _: Duration) -> Result<(), Diagnostics> { Ok(()) }
/// #     async fn revoke(&self, _: Option<u64>) -> Result<(), Diagnostics> { Ok(()) }
/// # }
/// ```
pub trait EphemeralResource: Send + Sync + 'static {
    /// The struct that says what it is.
    type Model: EphemeralResourceModel;

    /// What the provider made of its configuration.
    type Client: Send + Sync + 'static;

    /// Checks a configuration beyond what its struct says. Values may be unknown.
    fn validate(&self, _config: &Partial<Self::Model>) -> Diagnostics {
        Diagnostics::default()
    }

    /// Opens it. Terraform does so once everything in the configuration is known, and again for each plan and apply.
    ///
    /// # Errors
    /// It cannot be opened, or not yet ([`Context::defer`]). Terraform does not close it then.
    fn open(
        &self,
        client: &Self::Client,
        config: Self::Model,
        ctx: &Context,
    ) -> impl Future<Output = Result<Opened<Self::Model>, Diagnostics>> + Send;

    /// Keeps it open for longer. Called at the time that `open` or the last renewal named, with what they remembered.
    /// The values stay what they were.
    ///
    /// # Errors
    /// It cannot be renewed. Terraform still closes it.
    fn renew(
        &self,
        _client: &Self::Client,
        _private: Private,
        _ctx: &Context,
    ) -> impl Future<Output = Result<Renewed, Diagnostics>> + Send {
        let name = Self::Model::TYPE_NAME;
        let detail = format!(
            "The provider does not implement renewal for {name}. This is a fault of the provider: please report it."
        );
        async move { Err(Diagnostic::error(format!("{name} cannot be renewed"), detail).into()) }
    }

    /// Closes it. Called with what `open` remembered, also after renewals: those are for further renewals only.
    ///
    /// # Errors
    /// It is still open.
    fn close(
        &self,
        _client: &Self::Client,
        _private: Private,
        _ctx: &Context,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        async { Ok(()) }
    }
}

/// The result of opening.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Opened<M> {
    /// What renewing and closing have to know. Terraform keeps it in memory only.
    pub private: Private,
    pub(crate) values: M,
    pub(crate) renew_at: Option<SystemTime>,
}

impl<M: EphemeralResourceModel> Opened<M> {
    /// It is open, with these values.
    pub fn new(values: M) -> Self {
        Self { private: Private::default(), values, renew_at: None }
    }

    /// When it has to be renewed, if it is still open then.
    #[must_use]
    pub fn renew_at(self, time: SystemTime) -> Self {
        Self { renew_at: Some(time), ..self }
    }
}

/// The result of a renewal.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Renewed {
    /// What the next renewal has to know.
    pub private: Private,
    pub(crate) renew_at: Option<SystemTime>,
}

impl Renewed {
    /// It is renewed, and this is to be remembered for the next time.
    pub fn new(private: Private) -> Self {
        Self { private, renew_at: None }
    }

    /// When it has to be renewed again.
    #[must_use]
    pub fn renew_at(self, time: SystemTime) -> Self {
        Self { renew_at: Some(time), ..self }
    }
}
