//! List resources: searching for objects that exist, for `terraform query` (Terraform 1.14).

use std::{fmt, future::Future};

use tokio::sync::mpsc;

use crate::{
    context::Context,
    diagnostics::{Diagnostic, Diagnostics, FAULT},
    erased::{Listed, Sink},
    identity::Identity,
    model::{ListModel, Partial, PartialValue as _, ResourceModel},
    value::Value,
};

/// Finds the existing objects of a resource that has an [identity](crate::identity). Implement it with plain `async fn`s.
///
/// ```
/// use tfplugin::{Context, Diagnostics, Found, ListEnd, ListResource, Listing, Model, Partial};
///
/// /// What a server is known by.
/// #[derive(Debug, Clone, Model)]
/// #[model(identity)]
/// struct ServerIdentity {
///     /// The id.
///     id: String,
/// }
///
/// /// A server.
/// #[derive(Debug, Clone, Model)]
/// #[model(resource = "example_server", identity = ServerIdentity)]
/// struct Server {
///     /// The name.
///     name: String,
/// }
///
/// /// What `list "example_server" "all" { config { … } }` may say.
/// #[derive(Debug, Clone, Model)]
/// #[model(list)]
/// struct Search {
///     /// Only servers whose name begins so.
///     #[attr(default = "")]
///     prefix: String,
/// }
///
/// struct Servers;
///
/// impl ListResource for Servers {
///     type Config = Search;
///     type Model = Server;
///     type Client = Vec<String>;
///
///     async fn list(
///         &self,
///         servers: &Vec<String>,
///         search: Search,
///         listing: &mut Listing<'_, Server>,
///         _: &Context,
///     ) -> Result<(), ListEnd> {
///         for name in servers.iter().filter(|name| name.starts_with(&search.prefix)) {
///             let mut found = Found::new(ServerIdentity { id: name.clone() }, name);
///             if listing.wants_objects() {
///                 found = found.with_object(Server { name: name.clone() });
///             }
///             // Ends the list as soon as Terraform has what it wants.
///             listing.send(found).await?;
///         }
///         Ok(())
///     }
/// }
/// ```
pub trait ListResource: Send + Sync + 'static {
    /// The struct that says what a `list` block may search for.
    type Config: ListModel;

    /// The resource whose objects are found. The provider offers it too.
    type Model: ResourceModel;

    /// What the provider made of its configuration.
    type Client: Send + Sync + 'static;

    /// Checks a configuration beyond what its struct says. Values may be unknown.
    fn validate(&self, _config: &Partial<Self::Config>) -> Diagnostics {
        Diagnostics::default()
    }

    /// Finds the objects, and hands over each as soon as it is found. The context is cancelled too when Terraform has what it
    /// wants.
    ///
    /// # Errors
    /// It cannot go on. What was found before counts as nothing for Terraform.
    fn list(
        &self,
        client: &Self::Client,
        config: Self::Config,
        listing: &mut Listing<'_, Self::Model>,
        ctx: &Context,
    ) -> impl Future<Output = Result<(), ListEnd>> + Send;
}

/// Where found objects go, and how many Terraform still wants.
pub struct Listing<'a, M: ResourceModel> {
    sink: Sink,
    ctx: &'a Context,
    of: std::marker::PhantomData<fn() -> M>,
}

impl<M: ResourceModel> fmt::Debug for Listing<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing").field("remaining", &self.remaining()).finish_non_exhaustive()
    }
}

impl<'a, M: ResourceModel> Listing<'a, M> {
    pub(crate) fn new(sink: Sink, ctx: &'a Context) -> Self {
        Self { sink, ctx, of: std::marker::PhantomData }
    }

    /// Whether the objects are wanted, and not their identities alone (`include_resource`).
    pub fn wants_objects(&self) -> bool {
        self.sink.wants_objects
    }

    /// How many objects Terraform still wants, which is how large a page need be; none for no limit.
    pub fn remaining(&self) -> Option<u64> {
        self.sink.remaining
    }

    /// Sends one object, with the warnings of [`Context::warn`] since the last one. Where objects are
    /// [wanted](Self::wants_objects), one without its object is left out, and only its warnings say why: Terraform 1.14 to 1.17
    /// end themselves when they generate configuration without it.
    ///
    /// # Errors
    /// [`ListEnd::Enough`]: this was the last one that Terraform wants, or it wants none any more. [`ListEnd::Failed`]: the
    /// object is wanted and missing, and no warning says why.
    pub async fn send(&mut self, found: Found<M>) -> Result<(), ListEnd> {
        if self.sink.wants_objects && found.object.is_none() {
            if found.warnings.iter().next().is_none() {
                let detail = format!(
                    "Terraform asked for whole objects (include_resource), and the provider gave only the identity of {:?}. {FAULT}",
                    found.display_name
                );
                return Err(Diagnostic::error("The result of the search is incomplete", detail).into());
            }
            found.warnings.into_iter().for_each(|warning| self.ctx.warn(warning));
            return Ok(());
        }
        let mut warnings = self.ctx.take_warnings();
        warnings.extend(found.warnings);
        let object = found.object.as_ref().filter(|_| self.sink.wants_objects).map(|object| object.encode());
        let listed = Listed {
            identity: found.identity.encode(),
            display_name: found.display_name,
            object: object.unwrap_or(Value::Null),
            messages: warnings,
        };
        self.sink.send(listed).await
    }
}

impl Sink {
    async fn send(&mut self, listed: Listed) -> Result<(), ListEnd> {
        if self.remaining == Some(0) || self.events.send(listed).await.is_err() {
            return Err(ListEnd::Enough);
        }
        self.remaining = self.remaining.map(|remaining| remaining - 1);
        if self.remaining == Some(0) { Err(ListEnd::Enough) } else { Ok(()) }
    }

    pub(crate) fn new(events: mpsc::Sender<Listed>, limit: i64, wants_objects: bool) -> Self {
        let remaining = u64::try_from(limit).ok().filter(|limit| *limit > 0);
        Self { events, remaining, wants_objects }
    }
}

/// One object that was found.
#[derive(Debug)]
pub struct Found<M: ResourceModel> {
    identity: Partial<Identity<M>>,
    display_name: String,
    object: Option<Partial<M>>,
    warnings: Diagnostics,
}

impl<M: ResourceModel> Found<M> {
    /// An object with this identity, and what people call it.
    pub fn new(identity: impl Into<Partial<Identity<M>>>, display_name: impl Into<String>) -> Self {
        let (identity, display_name) = (identity.into(), display_name.into());
        Self { identity, display_name, object: None, warnings: Diagnostics::default() }
    }

    /// The object as a state would have it, where it is [wanted](Listing::wants_objects).
    #[must_use]
    pub fn with_object(self, object: impl Into<Partial<M>>) -> Self {
        Self { object: Some(object.into()), ..self }
    }

    /// Warns about this object. An error becomes a warning: an error ends the list.
    #[must_use]
    pub fn with_warning(mut self, diagnostic: Diagnostic) -> Self {
        let severity = crate::diagnostics::Severity::Warning;
        self.warnings.push(Diagnostic { severity, ..diagnostic });
        self
    }
}

/// Why a list ends before everything is found. `?` on diagnostics says that it failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum ListEnd {
    /// Terraform has what it wants.
    Enough,
    /// It cannot go on.
    Failed(Diagnostics),
}

impl From<Diagnostics> for ListEnd {
    fn from(errors: Diagnostics) -> Self {
        Self::Failed(errors)
    }
}

impl From<Diagnostic> for ListEnd {
    fn from(error: Diagnostic) -> Self {
        Self::Failed(error.into())
    }
}
