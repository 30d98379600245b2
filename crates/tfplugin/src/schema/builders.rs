//! The words of the untyped builders, which the resources that are written with them still use.

use super::{Attribute, Change, Decision};
use crate::value::Value;

/// What a change of an attribute comes to.
pub type Verdict = Decision;

#[allow(non_upper_case_globals)]
impl Decision {
    /// [`Keep`](Self::Keep).
    pub const Same: Self = Self::Keep;
    /// [`Update`](Self::Update).
    pub const InPlace: Self = Self::Update;
}

impl Attribute {
    /// As [`default_with`](Self::default_with).
    #[must_use]
    pub fn default_from(self, from: fn(&Value) -> Value, text: &'static str) -> Self {
        self.default_with(from, text)
    }

    /// As [`default_on_create`](Self::default_on_create).
    #[must_use]
    pub fn initially(self, value: Value) -> Self {
        self.default_on_create(value)
    }

    /// As [`plan_modifier`](Self::plan_modifier).
    #[must_use]
    pub fn judged_by(self, judge: fn(&Change<'_>) -> Decision) -> Self {
        self.plan_modifier(judge)
    }
}
