//! The life of a managed resource.

use super::{Diagnosed, Inner, wire};
use crate::{
    conform::conform,
    diagnostics::{Diagnostic, Diagnostics},
    plan::{self, Action},
    private::Private,
    proto::{
        apply_resource_change, import_resource_state, plan_resource_change, read_resource, upgrade_resource_state,
        validate_resource_config,
    },
    provider::{Create, Delete, Delivered, Object, Provider, Review, Saved, Update},
    validate::{read_only, validate},
    value::{Step, Type, Value, json},
};

/// A value of the type of the message, or the messages that say why there is none.
type Attempt<T> = Result<T, Diagnostics>;

impl<P: Provider> Inner<P> {
    pub(super) fn validate_resource(
        &self,
        request: &validate_resource_config::Request,
    ) -> validate_resource_config::Response {
        let checked = self.resource(&request.type_name).and_then(|offer| {
            let config = wire::decode(request.config.as_ref(), &offer.shape.ty, "configuration")?;
            let mut diagnostics = validate(&offer.shape.schema.block, &config);
            diagnostics.extend(offer.item.validate(&config));
            Ok(diagnostics)
        });
        let diagnostics = checked.unwrap_or_else(Into::into);
        validate_resource_config::Response { diagnostics: wire::diagnostics(diagnostics) }
    }

    pub(super) fn upgrade(&self, request: &upgrade_resource_state::Request) -> upgrade_resource_state::Response {
        match self.try_upgrade(request) {
            Ok(upgraded_state) => upgrade_resource_state::Response { upgraded_state, diagnostics: Vec::new() },
            Err(error) => upgrade_resource_state::Response { upgraded_state: None, diagnostics: vec![error.into()] },
        }
    }

    fn try_upgrade(
        &self,
        request: &upgrade_resource_state::Request,
    ) -> Result<Option<crate::proto::DynamicValue>, Diagnostic> {
        let offer = self.resource(&request.type_name)?;
        let bad = |detail: String| Diagnostic::error("Unreadable state", detail);
        if request.version > offer.shape.schema.version {
            return Err(bad(format!(
                "The state of {} was written by a newer version of the provider (schema version {}, this one has {}). \
                 Use that version or a later one.",
                request.type_name, request.version, offer.shape.schema.version
            )));
        }
        let raw = request.raw_state.as_ref();
        let Some(raw) = raw.filter(|raw| !raw.json.is_empty()) else {
            return Err(bad(format!(
                "The state of {} is in the form of Terraform 0.11 and older. Run terraform apply once with Terraform \
                 0.12 and the provider that wrote it.",
                request.type_name
            )));
        };
        let state = json::decode(&raw.json, &offer.shape.ty)
            .map_err(|error| bad(format!("The stored state of {} cannot be read: {error}.", request.type_name)))?;
        let state = if state.is_null() { state } else { offer.item.upgrade(state, request.version)? };
        wire::encode(&state, &offer.shape.ty)
    }

    pub(super) async fn read(&self, request: read_resource::Request) -> read_resource::Response {
        match self.try_read(&request).await {
            Ok(response) => response,
            Err(errors) => read_resource::Response {
                new_state: request.current_state,
                private: request.private,
                new_identity: request.current_identity,
                diagnostics: wire::diagnostics(errors),
                deferred: None,
            },
        }
    }

    async fn try_read(&self, request: &read_resource::Request) -> Attempt<read_resource::Response> {
        let offer = self.resource(&request.type_name)?;
        let state = wire::decode(request.current_state.as_ref(), &offer.shape.ty, "state")?;
        let prior = Object { state, private: Private::decode(&request.private) };
        let pinned = pinned(&prior);
        let read = offer.item.read(&*self.client()?, prior, &self.lifecycle.patience()).await?;
        let (new_state, private) = match read.value {
            Some(mut object) => {
                for (name, value) in pinned {
                    object.state.set_attribute(&name, value);
                    object.private.pinned.insert(name);
                }
                (wire::encode(&object.state, &offer.shape.ty)?, object.private.encode())
            }
            None => (wire::null(), Vec::new()),
        };
        Ok(read_resource::Response {
            new_state,
            private,
            diagnostics: wire::diagnostics(read.warnings),
            ..read_resource::Response::default()
        })
    }

    pub(super) fn plan(&self, request: &plan_resource_change::Request) -> plan_resource_change::Response {
        self.try_plan(request).unwrap_or_else(|error| plan_resource_change::Response {
            diagnostics: vec![error.into()],
            ..plan_resource_change::Response::default()
        })
    }

    fn try_plan(&self, request: &plan_resource_change::Request) -> Result<plan_resource_change::Response, Diagnostic> {
        let offer = self.resource(&request.type_name)?;
        let ty = &offer.shape.ty;
        let config = wire::decode(request.config.as_ref(), ty, "configuration")?;
        let prior = wire::decode(request.prior_state.as_ref(), ty, "prior state")?;
        let proposed = wire::decode(request.proposed_new_state.as_ref(), ty, "proposed new state")?;
        let private = Private::decode(&request.prior_private);
        let read_only = read_only(&offer.shape.schema.block, &config);
        if !read_only.is_empty() {
            return Ok(plan_resource_change::Response {
                diagnostics: read_only.into_iter().map(Into::into).collect(),
                ..plan_resource_change::Response::default()
            });
        }
        let mut plan = if proposed.is_null() {
            plan::destroy(private)
        } else {
            plan::plan(&offer.shape.schema.block, &config, &prior, private)
        };
        if plan.action == Action::Create {
            let earlier = Private::decode(&request.planned_private);
            if earlier.creating {
                plan.private.own = earlier.own;
            }
            let is_stored = request.client_capabilities.is_some_and(|client| client.store_planned_private);
            offer.item.remember(&plan.state, &mut plan.private, is_stored);
        }
        let client = self.client().ok();
        let review = Review { config: &config, prior: &prior, plan: &plan };
        let diagnostics = offer.item.review(client.as_deref(), &review);
        Ok(plan_resource_change::Response {
            planned_state: wire::encode(&plan.state, ty)?,
            requires_replace: plan.requires_replace.iter().map(wire::path).collect(),
            planned_private: plan.private.encode(),
            diagnostics: wire::diagnostics(diagnostics),
            ..plan_resource_change::Response::default()
        })
    }

    pub(super) async fn apply(&self, request: apply_resource_change::Request) -> Applied {
        self.try_apply(&request).await.unwrap_or_else(|errors| {
            let response =
                apply_resource_change::Response { diagnostics: wire::diagnostics(errors), ..unchanged(&request) };
            Applied { response, delivered: Delivered::default() }
        })
    }

    async fn try_apply(&self, request: &apply_resource_change::Request) -> Attempt<Applied> {
        let offer = self.resource(&request.type_name)?;
        let ty = &offer.shape.ty;
        let prior = wire::decode(request.prior_state.as_ref(), ty, "prior state")?;
        let planned = wire::decode(request.planned_state.as_ref(), ty, "planned state")?;
        let private = Private::decode(&request.planned_private);
        let client = self.client()?;
        let patience = self.lifecycle.patience();
        let saved: Saved<Object> = if planned.is_null() {
            let delete = Delete { prior, private };
            let warnings = offer.item.delete(&*client, delete, &patience).await?;
            Saved::with(Object { state: Value::Null, private: Private::default() }, warnings)
        } else if prior.is_null() {
            let config = wire::decode(request.config.as_ref(), ty, "configuration")?;
            let create = Create { config, planned: planned.clone(), private };
            agreeing(offer.item.create(&*client, create, &patience).await?, &planned, ty)
        } else {
            let update = Update { prior, planned: Object { state: planned.clone(), private } };
            agreeing(offer.item.update(&*client, update, &patience).await?, &planned, ty)
        };
        let response = apply_resource_change::Response {
            new_state: wire::encode(&saved.value.state, ty)?,
            private: saved.value.private.encode(),
            diagnostics: wire::diagnostics(saved.warnings),
            ..apply_resource_change::Response::default()
        };
        Ok(Applied { response, delivered: saved.delivered })
    }

    pub(super) async fn import(&self, request: import_resource_state::Request) -> import_resource_state::Response {
        self.try_import(&request).await.unwrap_or_else(|errors| import_resource_state::Response {
            diagnostics: wire::diagnostics(errors),
            ..import_resource_state::Response::default()
        })
    }

    async fn try_import(&self, request: &import_resource_state::Request) -> Attempt<import_resource_state::Response> {
        let offer = self.resource(&request.type_name)?;
        let imported = offer.item.import(&*self.client()?, &request.id, &self.lifecycle.patience()).await?;
        let resource = import_resource_state::ImportedResource {
            type_name: request.type_name.clone(),
            state: wire::encode(&imported.value.state, &offer.shape.ty)?,
            private: imported.value.private.encode(),
            identity: None,
        };
        Ok(import_resource_state::Response {
            imported_resources: vec![resource],
            diagnostics: wire::diagnostics(imported.warnings),
            ..import_resource_state::Response::default()
        })
    }
}

/// The reply to an apply, and what is to be done when it has been given.
pub(super) struct Applied {
    pub(super) response: apply_resource_change::Response,
    pub(super) delivered: Delivered,
}

impl Diagnosed for Applied {
    fn with(self, diagnostic: Diagnostic) -> Self {
        Self { response: self.response.with(diagnostic), ..self }
    }
}

/// The reply to an apply that changed nothing: a create leaves nothing behind, anything else the prior state.
pub(super) fn unchanged(request: &apply_resource_change::Request) -> apply_resource_change::Response {
    // What a create was planned with is not what its destroy half keeps.
    let planned = Private::decode(&request.planned_private);
    let private = if planned.creating { planned.replaced.map(|kept| *kept).unwrap_or_default() } else { planned };
    apply_resource_change::Response {
        new_state: request.prior_state.clone().or_else(wire::null),
        private: private.encode(),
        ..apply_resource_change::Response::default()
    }
}

/// What a create or update returned, in agreement with its plan: Terraform would taint the object over a difference.
fn agreeing(mut saved: Saved<Object>, planned: &Value, ty: &Type) -> Saved<Object> {
    let (state, differences) = conform(planned, saved.value.state, ty);
    saved.value.state = state;
    if differences.is_empty() {
        return saved;
    }
    let attributes = differences.iter().filter_map(|path| match path.steps().first() {
        // A refresh may well tell what the plan left open.
        Some(Step::Attribute(name)) if planned.get(name).is_known() => Some(name.clone()),
        _ => None,
    });
    saved.value.private.pinned.extend(attributes);
    let paths: Vec<String> = differences.iter().map(ToString::to_string).collect();
    let detail = format!(
        "The apply succeeded. For {} it came out with another value than Terraform planned. The state keeps the planned \
         value, so that Terraform accepts the result. This is a fault of the provider: please report it.",
        paths.join(", ")
    );
    saved.warnings.push(Diagnostic::warning("The result differs from the plan", detail));
    saved
}

/// The values that a refresh leaves as they are.
fn pinned(prior: &Object) -> Vec<(String, Value)> {
    prior.private.pinned.iter().map(|name| (name.clone(), prior.state.get(name).clone())).collect()
}
