//! Identities as the calls carry them, and what Terraform and users rely on: an object keeps its identity.

use std::collections::BTreeMap;

use super::{Inner, SchemaWithType, messages, wire};
use crate::{
    conform,
    context::Context,
    diagnostics::{Diagnostic, Diagnostics},
    erased::{Provider, Resource},
    object::Stored,
    plan::{self, Action},
    proto::{ResourceIdentityData, get_resource_identity_schemas, upgrade_resource_identity},
    schema::Mode,
    validate::validate,
    value::{Value, json, msgpack},
};

/// What the objects of one type of resource are known by.
pub(super) struct Identity {
    schema: SchemaWithType,
    is_mutable: bool,
}

/// The identities of those resources that have one.
pub(super) fn all<'a, C: 'a>(
    resources: impl Iterator<Item = (&'static str, &'a dyn Resource<C>)>,
) -> BTreeMap<&'static str, Identity> {
    let identity = |(name, resource): (&'static str, &dyn Resource<C>)| {
        let declared = resource.identity()?;
        Some((name, Identity { schema: declared.schema.into(), is_mutable: declared.is_mutable }))
    };
    resources.filter_map(identity).collect()
}

impl<P: Provider> Inner<P> {
    pub(super) fn identity<'a>(&'a self, type_name: &'a str) -> OfType<'a> {
        OfType { type_name, identity: self.identities.get(type_name) }
    }

    pub(super) fn identity_schemas(&self) -> get_resource_identity_schemas::Response {
        let schema =
            |(name, identity): (&&str, &Identity)| ((*name).to_owned(), wire::identity_schema(&identity.schema.schema));
        let identity_schemas = self.identities.iter().map(schema).collect();
        get_resource_identity_schemas::Response { identity_schemas, ..Default::default() }
    }

    pub(super) fn upgrade_identity(
        &self,
        request: &upgrade_resource_identity::Request,
    ) -> upgrade_resource_identity::Response {
        let (upgraded_identity, diagnostics) = match self.try_upgrade_identity(request) {
            Ok(identity) => (identity, Diagnostics::default()),
            Err(errors) => (None, errors.into_failure()),
        };
        upgrade_resource_identity::Response { upgraded_identity, diagnostics: wire::diagnostics(diagnostics) }
    }

    fn try_upgrade_identity(
        &self,
        request: &upgrade_resource_identity::Request,
    ) -> Result<Option<ResourceIdentityData>, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let of_type = self.identity(&request.type_name);
        let json = request.raw_identity.as_ref().map_or(&[][..], |raw| raw.json.trim_ascii());
        // A state from before the resource had an identity.
        let (Some(identity), false) = (of_type.identity, json.is_empty() || json == b"null") else { return Ok(None) };
        let current = identity.schema.schema.version;
        if request.version > current {
            return Err(messages::newer_identity(&request.type_name, request.version, current).into());
        }
        let upgraded = resource.item.upgrade_identity(Stored { version: request.version, json })?;
        Ok(of_type.encode(&conform::known(upgraded)))
    }
}

/// The identity of a type of resource, if it has one.
#[derive(Clone, Copy)]
pub(super) struct OfType<'a> {
    type_name: &'a str,
    identity: Option<&'a Identity>,
}

impl OfType<'_> {
    /// Reads an identity; null for none.
    pub(super) fn decode(self, data: Option<&ResourceIdentityData>) -> Result<Value, Diagnostic> {
        let Some(identity) = self.identity else { return Ok(Value::Null) };
        wire::decode(data.and_then(|data| data.identity_data.as_ref()), &identity.schema.ty, "identity")
    }

    /// Writes an identity.
    pub(super) fn encode(self, value: &Value) -> Option<ResourceIdentityData> {
        let identity = self.identity.filter(|_| !value.is_null())?;
        let identity_data = wire::encode(value, &identity.schema.ty).ok()?;
        Some(ResourceIdentityData { identity_data })
    }

    /// The identity of what a create made. It exists, so whatever is wrong is a warning.
    pub(super) fn created(self, planned: &Value, made: Value, ctx: &Context) -> Value {
        if self.identity.is_some() && made.is_null() {
            self.warn(ctx, "The identity is missing", "The provider returned no identity for the new object.");
        }
        let made = self.whole(made, ctx);
        if let Some(identity) = self.identity.filter(|identity| !identity.continues(planned, &made)) {
            let (planned, made) = (identity.text(planned), identity.text(&made));
            let what = format!(
                "The apply succeeded. Terraform planned the identity {planned}, and the object has the identity {made}."
            );
            self.warn(ctx, "The identity differs from the plan", &what);
        }
        made
    }

    /// The identity of an object that was updated: the planned one, unless it may change.
    pub(super) fn updated(self, planned: &Value, made: Value, ctx: &Context) -> Value {
        let Some(identity) = self.identity else { return Value::Null };
        let made = identity.keep_meaning(planned, self.whole(made, ctx));
        if identity.is_mutable || identity.continues(planned, &made) {
            return made;
        }
        let what = format!(
            "The apply succeeded. The provider returned the identity {} for the object with the identity {}. An identity \
             never changes, so the state keeps the previous one.",
            identity.text(&made),
            identity.text(planned)
        );
        self.warn(ctx, "The identity differs from the plan", &what);
        planned.clone()
    }

    /// The identity of an object that was read. Another one means another object.
    pub(super) fn read(self, prior: &Value, read: Value, ctx: &Context) -> Result<Value, Diagnostic> {
        let Some(identity) = self.identity else { return Ok(Value::Null) };
        let read = identity.keep_meaning(prior, self.whole(read, ctx));
        if identity.is_mutable || identity.continues(prior, &read) {
            return Ok(read);
        }
        Err(messages::another_read(self.type_name, &identity.text(prior), &identity.text(&read)))
    }

    /// Whether this identity is valid for an import.
    pub(super) fn check_import(self, requested: &Value) -> Result<(), Diagnostics> {
        let checked =
            self.identity.map(|identity| validate(&identity.schema.schema.block, requested)).unwrap_or_default();
        if checked.has_errors() { Err(checked) } else { Ok(()) }
    }

    /// The identity of an object that was imported. `requested` is null for an import by id.
    pub(super) fn imported(self, requested: &Value, found: Value, ctx: &Context) -> Result<Value, Diagnostic> {
        let Some(identity) = self.identity else { return Ok(Value::Null) };
        let found = identity.keep_meaning(requested, self.whole(found, ctx));
        if identity.continues(requested, &found) {
            return Ok(found);
        }
        Err(messages::another_found(self.type_name, &identity.text(requested), &identity.text(&found)))
    }

    /// Whether Terraform accepts a planned identity. That of a new object may be unknown.
    pub(super) fn check_plan(self, action: Action, prior: &Value, planned: &Value) -> Result<(), Diagnostic> {
        let Some(identity) = self.identity else { return Ok(()) };
        let refused = |what: String| Err(messages::invalid_plan(&what));
        if !matches!(action, Action::Nothing | Action::Update) {
            return Ok(());
        }
        let unknown: Vec<&str> = identity.names().filter(|name| !planned.get(name).is_wholly_known()).collect();
        if !unknown.is_empty() {
            return refused(format!(
                "The identity of an existing object must be known, but {} is unknown.",
                unknown.join(", ")
            ));
        }
        if !identity.is_mutable && !identity.continues(prior, planned) {
            let (prior, planned) = (identity.text(prior), identity.text(planned));
            return refused(format!("An identity never changes, but the plan changes {prior} to {planned}."));
        }
        Ok(())
    }

    /// The identity of an object that a search has found.
    pub(super) fn listed(self, found: Value, ctx: &Context) -> Value {
        self.whole(found, ctx)
    }

    /// The identity with null for what is not known, and a warning that names what is missing.
    fn whole(self, value: Value, ctx: &Context) -> Value {
        let Some(identity) = self.identity.filter(|_| !value.is_null()) else { return Value::Null };
        let value = conform::known(value);
        if msgpack::encode(&value, &identity.schema.ty).is_err() {
            self.warn(
                ctx,
                "The identity is invalid",
                "The provider set a value that the identity's schema does not allow.",
            );
            return Value::Null;
        }
        let required = identity.schema.schema.block.attributes.iter();
        let required = required.filter(|attribute| attribute.mode == Mode::Required);
        let missing: Vec<&str> =
            required.map(|attribute| attribute.name).filter(|name| value.get(name).is_null()).collect();
        if !missing.is_empty() {
            let what = format!("The provider set no value for {}, so the state contains null.", missing.join(", "));
            self.warn(ctx, "The identity is incomplete", &what);
        }
        value
    }

    fn warn(self, ctx: &Context, summary: &str, what: &str) {
        ctx.warn(messages::wrong_identity(self.type_name, summary, what));
    }
}

impl Identity {
    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.schema.schema.block.attributes.iter().map(|attribute| attribute.name)
    }

    /// Whether the second identity can be that of the object with the first one. What is null or unknown in the first may
    /// have been found out since.
    fn continues(&self, first: &Value, second: &Value) -> bool {
        let is_open = |value: &Value| value.is_null() || !value.is_wholly_known();
        self.names().all(|name| is_open(first.get(name)) || first.get(name) == second.get(name))
    }

    fn keep_meaning(&self, original: &Value, new: Value) -> Value {
        if new.is_null() { new } else { plan::keep_meaning(&self.schema.schema.block, original, new) }
    }

    /// The identity as a message shows it.
    fn text(&self, value: &Value) -> String {
        let text = json::encode(&conform::known(value.clone()), &self.schema.ty).ok();
        text.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| "{}".to_owned())
    }
}
