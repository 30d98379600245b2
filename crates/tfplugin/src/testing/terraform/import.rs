//! Imports, compared with what the state has already.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Outcome, ShownPlan, ShownState, Step, WorkingDirectory, check::ensure_attribute};
use crate::value::Path;

/// Imports an object that the state has into another, empty state, and compares what comes of it.
pub struct Import<'c> {
    address: &'c str,
    by: By<'c>,
    ignored: Vec<&'c str>,
    fails: Option<&'c str>,
}

enum By<'c> {
    Id(Option<&'c str>),
    Identity,
}

impl<'c> Import<'c> {
    /// By its `id` in the state, with the command `terraform import`.
    pub fn of(address: &'c str) -> Self {
        Self { address, by: By::Id(None), ignored: Vec::new(), fails: None }
    }

    /// By this ID.
    pub fn by_id(address: &'c str, id: &'c str) -> Self {
        Self { by: By::Id(Some(id)), ..Self::of(address) }
    }

    /// By its identity in the state, with an `import` block (Terraform 1.12, OpenTofu 1.12).
    pub fn by_identity(address: &'c str) -> Self {
        Self { by: By::Identity, ..Self::of(address) }
    }

    /// An import cannot recover this attribute.
    #[must_use]
    pub fn ignores(mut self, attribute: &'c str) -> Self {
        self.ignored.push(attribute);
        self
    }

    /// The import fails, and Terraform says this.
    #[must_use]
    pub fn fails(mut self, words: &'c str) -> Self {
        self.fails = Some(words);
        self
    }
}

impl Step for Import<'_> {
    #[track_caller]
    fn run(self, directory: &WorkingDirectory) {
        let before = directory.state();
        let address = self.address;
        let Some(attributes) = before.attributes(address) else { panic!("no {address} is in the state") };
        for ignored in &self.ignored {
            let objects = [attributes, before.identity(address)];
            if let Err(what) = ensure_attribute(address, &Path::attribute(*ignored), &objects) {
                panic!("{what}");
            }
        }
        let other = directory.beside();
        other.write("main.tf", &directory.read("main.tf"));
        match self.by {
            By::Id(id) => self.by_command(&before, &other, id),
            By::Identity => self.by_block(&before, &other),
        }
    }
}

impl Import<'_> {
    #[track_caller]
    fn by_command(&self, before: &ShownState, other: &WorkingDirectory, id: Option<&str>) {
        let address = self.address;
        let id = id.or_else(|| before.value(address, Path::attribute("id")).as_str());
        let id = id.unwrap_or_else(|| panic!("{address} has no id: say which with Import::by_id"));
        if self.ends(other.import(address, id)) {
            let after = other.state();
            self.compare(after.attributes(address), before.attributes(address));
            self.compare(Some(after.identity(address)), Some(before.identity(address)));
        }
    }

    /// Only plans, so that nothing is created that the resource depends on.
    #[track_caller]
    fn by_block(&self, before: &ShownState, other: &WorkingDirectory) {
        let address = self.address;
        let identity = before.identity(address);
        let parts = identity.as_object().unwrap_or_else(|| panic!("{address} has no identity in the state"));
        // JSON is an expression of HCL.
        let parts: String = parts.iter().map(|(name, part)| format!("    {name} = {part}\n")).collect();
        other.write("import.tf", &format!("import {{\n  to = {address}\n  identity = {{\n{parts}  }}\n}}\n"));
        let target = format!("-target={address}");
        if self.ends(other.run(&["plan", "-no-color", "-out=plan.bin", &target])) {
            let plan = ShownPlan::new(other.json(&["show", "-json", "plan.bin"]));
            assert!(plan.imports(address), "the plan does not import {address}");
            let change = plan.change(address);
            self.compare(change.map(|change| &change["before"]), before.attributes(address));
            self.compare(change.map(|change| &change["before_identity"]), Some(identity));
        }
    }

    /// Whether there is something to compare.
    #[track_caller]
    fn ends(&self, outcome: Outcome) -> bool {
        match self.fails {
            Some(words) => outcome.fails().says(&[words]),
            None => outcome.succeeds(),
        };
        self.fails.is_none()
    }

    #[track_caller]
    fn compare(&self, after: Option<&Json>, before: Option<&Json>) {
        let empty = serde_json::Map::new();
        let parts = |value: Option<&Json>| value.and_then(Json::as_object).unwrap_or(&empty).clone();
        let (after, before) = (parts(after), parts(before));
        let names: BTreeSet<&String> = after.keys().chain(before.keys()).collect();
        for name in names.into_iter().filter(|name| !self.ignored.contains(&name.as_str())) {
            let (after, before) = (after.get(name), before.get(name));
            assert_eq!(after, before, "{name} of {}: what the import brings, and what the state has", self.address);
        }
    }
}
