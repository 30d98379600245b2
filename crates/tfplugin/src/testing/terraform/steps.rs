//! The steps that change a state: apply, refresh, destroy, and what each expects.

use serde_json::Value as Json;

use super::{
    Action, Outcome, ShownPlan, ShownState, WorkingDirectory,
    check::{Check, ensure, ensure_attribute, hold},
};
use crate::value::Path;

/// A step of an acceptance test. Write your own for what the ones here do not do.
pub trait Step {
    /// Runs Terraform, and panics where something is not as the step expects it.
    #[track_caller]
    fn run(self, directory: &WorkingDirectory);
}

/// What is expected of a command and of the state that it leaves.
#[derive(Default)]
struct Expected<'c> {
    state: Vec<Check<'c, ShownState>>,
    says: Vec<&'c str>,
    fails: bool,
}

impl<'c> Expected<'c> {
    fn stores(&mut self, address: &'c str, path: Path, value: Json) {
        self.state.push(Box::new(move |state| {
            let attributes = state.attributes(address).ok_or_else(|| format!("no {address} is in the state"))?;
            ensure_attribute(address, &path, &[attributes])?;
            let stored = state.value(address, path.clone());
            ensure(*stored == value, || format!("the state has {stored} for {path} of {address}, and not {value}"))
        }));
    }

    /// Whether the command succeeded.
    #[track_caller]
    fn check(&self, outcome: Outcome, directory: &WorkingDirectory) -> bool {
        let outcome = if self.fails { outcome.fails() } else { outcome.succeeds() };
        outcome.says(&self.says);
        if !self.state.is_empty() {
            hold(&self.state, &directory.state());
        }
        !self.fails
    }
}

/// The expectations that several steps share.
macro_rules! expectations {
    ($step:ident) => {
        impl<'c> $step<'c> {
            /// Afterwards the state has this value.
            #[must_use]
            pub fn stores(mut self, address: &'c str, path: impl Into<Path>, value: impl Into<Json>) -> Self {
                self.expected.stores(address, path.into(), value.into());
                self
            }

            /// Afterwards no resource of this address is in the state.
            #[must_use]
            pub fn lacks(mut self, address: &'c str) -> Self {
                let is_in_state = move || format!("{address} is in the state");
                let check = move |state: &ShownState| ensure(state.attributes(address).is_none(), is_in_state);
                self.expected.state.push(Box::new(check));
                self
            }

            /// Afterwards the state passes this check, which panics otherwise.
            #[must_use]
            pub fn state(mut self, check: impl Fn(&ShownState) + 'c) -> Self {
                self.expected.state.push(Box::new(move |state| {
                    check(state);
                    Ok(())
                }));
                self
            }

            /// Terraform says this: a warning, or the text of an error. Line breaks count as spaces.
            #[must_use]
            pub fn says(mut self, words: &'c str) -> Self {
                self.expected.says.push(words);
                self
            }

            /// Terraform fails, and says this. What is expected of the state counts after the failure too.
            #[must_use]
            pub fn fails(mut self, words: &'c str) -> Self {
                self.expected.fails = true;
                self.says(words)
            }
        }
    };
}

/// Plans a configuration, applies it, and plans again: that plan must be empty.
#[derive(Default)]
pub struct Apply<'c> {
    configuration: &'c str,
    expected: Expected<'c>,
    plan: Vec<Check<'c, ShownPlan>>,
    plans_only: bool,
    is_never_settled: bool,
}

expectations!(Apply);

impl<'c> Apply<'c> {
    /// With this configuration, without the block that names the provider.
    pub fn new(configuration: &'c str) -> Self {
        Self { configuration, ..Self::default() }
    }

    /// The plan does this to the resource.
    #[must_use]
    pub fn plans(mut self, address: &'c str, action: Action) -> Self {
        self.plan.push(Box::new(move |plan| {
            let planned = plan.action(address);
            ensure(planned == Some(action), || format!("the plan of {address} is {planned:?}, and not {action:?}"))
        }));
        self
    }

    /// The plan leaves this value open.
    #[must_use]
    pub fn leaves_unknown(mut self, address: &'c str, path: impl Into<Path>) -> Self {
        let path = path.into();
        self.plan.push(Box::new(move |plan| {
            let change = plan.change(address).ok_or_else(|| format!("no {address} is in the plan"))?;
            ensure_attribute(address, &path, &[&change["after"], &change["after_unknown"]])?;
            ensure(plan.is_unknown(address, path.clone()), || format!("the plan knows {path} of {address}"))
        }));
        self
    }

    /// The plan passes this check, which panics otherwise.
    #[must_use]
    pub fn plan(mut self, check: impl Fn(&ShownPlan) + 'c) -> Self {
        self.plan.push(Box::new(move |plan| {
            check(plan);
            Ok(())
        }));
        self
    }

    /// Applies nothing.
    #[must_use]
    pub fn only_plans(mut self) -> Self {
        self.plans_only = true;
        self
    }

    /// The plan after the apply is not empty. Not together with [`only_plans`](Self::only_plans), after which there is none.
    #[must_use]
    pub fn is_never_settled(mut self) -> Self {
        self.is_never_settled = true;
        self
    }
}

impl Step for Apply<'_> {
    #[track_caller]
    fn run(self, directory: &WorkingDirectory) {
        let Self { plans_only, is_never_settled, .. } = self;
        assert!(!(plans_only && is_never_settled), "a step that only plans makes no plan after an apply");
        directory.configure(self.configuration);
        let planned = directory.run(&["plan", "-no-color", "-out=plan.bin"]);
        if planned.code != Some(0) || plans_only {
            self.expected.check(planned.clone(), directory);
        }
        if planned.code != Some(0) {
            assert!(self.plan.is_empty(), "there is no plan to check: {}", planned.text);
            return;
        }
        if !self.plan.is_empty() {
            let shown = ShownPlan::new(directory.json(&["show", "-json", "plan.bin"]));
            hold(&self.plan, &shown);
        }
        if plans_only {
            return;
        }
        let mut applied = directory.run(&["apply", "-no-color", "plan.bin"]);
        // A warning may be in either output.
        applied.text = format!("{} {}", planned.text, applied.text);
        if self.expected.check(applied, directory) {
            let again = directory.plan();
            let expected = if is_never_settled { Some(2) } else { Some(0) };
            assert_eq!(again.code, expected, "the plan after the apply: {}", again.text);
        }
    }
}

/// Reads everything again and stores it, without another change.
#[derive(Default)]
pub struct Refresh<'c> {
    expected: Expected<'c>,
}

expectations!(Refresh);

impl Refresh<'_> {
    /// With the configuration of the last step.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Step for Refresh<'_> {
    #[track_caller]
    fn run(self, directory: &WorkingDirectory) {
        self.expected.check(directory.run(&["apply", "-refresh-only", "-auto-approve", "-no-color"]), directory);
    }
}

/// Destroys everything, after which the state must be empty.
#[derive(Default)]
pub struct Destroy<'c> {
    expected: Expected<'c>,
}

expectations!(Destroy);

impl Destroy<'_> {
    /// Of the configuration of the last step.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Step for Destroy<'_> {
    #[track_caller]
    fn run(self, directory: &WorkingDirectory) {
        if self.expected.check(directory.destroy(), directory) {
            assert_eq!(directory.state().addresses(), [""; 0], "what is left in the state");
        }
    }
}
