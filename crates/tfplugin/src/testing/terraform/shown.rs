//! Plans and states as `terraform show -json` has them.

use serde_json::Value as Json;

use crate::value::{self, Path};

static NULL: Json = Json::Null;

/// What a plan does to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It stays as it is.
    Nothing,
    /// It is created.
    Create,
    /// It stays and gets new values.
    Update,
    /// It is destroyed, and another one is created, in whichever order.
    Replace,
    /// It is destroyed.
    Destroy,
    /// A data source is read by the apply.
    Read,
    /// It is forgotten and not destroyed.
    Forget,
}

/// A plan.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownPlan(Json);

impl ShownPlan {
    pub(super) fn new(json: Json) -> Self {
        Self(json)
    }

    /// All of it.
    pub fn json(&self) -> &Json {
        &self.0
    }

    /// What happens to the resource of this address; none if the plan does not name it.
    pub fn action(&self, address: &str) -> Option<Action> {
        let actions = self.change(address)?["actions"].as_array()?;
        let actions: Vec<&str> = actions.iter().filter_map(Json::as_str).collect();
        Some(match actions[..] {
            ["no-op"] => Action::Nothing,
            ["create"] => Action::Create,
            ["update"] => Action::Update,
            ["delete"] => Action::Destroy,
            ["read"] => Action::Read,
            ["forget"] => Action::Forget,
            [_, _] => Action::Replace,
            _ => return None,
        })
    }

    /// Whether the resource of this address is imported.
    pub fn imports(&self, address: &str) -> bool {
        self.change(address).is_some_and(|change| !change["importing"].is_null())
    }

    /// The planned value of an attribute; null while it is not known.
    pub fn planned(&self, address: &str, path: impl Into<Path>) -> &Json {
        self.change(address).map_or(&NULL, |change| at(&change["after"], &path.into()))
    }

    /// Whether the value of an attribute is known after the apply only.
    pub fn is_unknown(&self, address: &str, path: impl Into<Path>) -> bool {
        self.change(address).is_some_and(|change| *at(&change["after_unknown"], &path.into()) == Json::Bool(true))
    }

    pub(super) fn change(&self, address: &str) -> Option<&Json> {
        let changes = self.0["resource_changes"].as_array()?;
        Some(&changes.iter().find(|change| change["address"] == address)?["change"])
    }
}

/// A state.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownState(Json);

impl ShownState {
    pub(super) fn new(json: Json) -> Self {
        Self(json)
    }

    /// All of it.
    pub fn json(&self) -> &Json {
        &self.0
    }

    /// The addresses of its resources, in all modules.
    pub fn addresses(&self) -> Vec<&str> {
        self.resources().into_iter().filter_map(|resource| resource["address"].as_str()).collect()
    }

    /// The attributes of the resource of this address; none if it is not there.
    pub fn attributes(&self, address: &str) -> Option<&Json> {
        Some(&self.resource(address)?["values"])
    }

    /// The value of an attribute; null if there is none.
    pub fn value(&self, address: &str, path: impl Into<Path>) -> &Json {
        self.attributes(address).map_or(&NULL, |attributes| at(attributes, &path.into()))
    }

    /// The identity of the resource of this address; null if it has none, or Terraform shows none.
    pub fn identity(&self, address: &str) -> &Json {
        self.resource(address).map_or(&NULL, |resource| &resource["identity"])
    }

    /// The value of an output; null if there is none.
    pub fn output(&self, name: &str) -> &Json {
        &self.0["values"]["outputs"][name]["value"]
    }

    fn resource(&self, address: &str) -> Option<&Json> {
        self.resources().into_iter().find(|resource| resource["address"] == address)
    }

    fn resources(&self) -> Vec<&Json> {
        let mut modules = vec![&self.0["values"]["root_module"]];
        let mut found = Vec::new();
        while let Some(module) = modules.pop() {
            found.extend(module["resources"].as_array().into_iter().flatten());
            modules.extend(module["child_modules"].as_array().into_iter().flatten());
        }
        found
    }
}

/// What stands at a path; null if there is nothing.
fn at<'v>(value: &'v Json, path: &Path) -> &'v Json {
    path.steps().iter().fold(value, |value, step| match step {
        value::Step::Attribute(name) | value::Step::Key(name) => value.get(name).unwrap_or(&NULL),
        value::Step::Index(index) => usize::try_from(*index).ok().and_then(|at| value.get(at)).unwrap_or(&NULL),
        value::Step::Element => &NULL,
    })
}
