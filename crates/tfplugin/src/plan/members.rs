//! Matches the elements of a set with prior ones by their values, because elements of a set have no position.

use std::collections::BTreeSet;

use super::fill::can_become;
use crate::value::Value;

/// What becomes of elements, by functions of the schema.
pub(super) struct Members<'a> {
    /// Whether the element comes out as a prior one is.
    pub(super) continues: &'a dyn Fn(&Value, &Value) -> bool,
    /// Whether the element in the place of a prior one replaces the outermost object.
    pub(super) replaces: &'a dyn Fn(&Value, &Value) -> bool,
    /// The element where there is no prior one.
    pub(super) fresh: &'a dyn Fn(&Value) -> Value,
    /// Whether an element that comes or goes replaces the outermost object.
    pub(super) forces: &'a dyn Fn(&Value) -> bool,
}

impl Members<'_> {
    /// The planned elements, and whether they replace the outermost object.
    pub(super) fn plan(&self, config: &[Value], prior: &[Value]) -> (Value, bool) {
        let mut left: BTreeSet<&Value> = prior.iter().filter(|element| !element.is_null()).collect();
        let mut planned: Vec<Value> = Vec::new();
        let mut new: Vec<(&Value, Value)> = Vec::new();
        for object in config {
            let fresh = (self.fresh)(object);
            if left.remove(&fresh) { planned.push(fresh) } else { new.push((object, fresh)) }
        }
        // Rather one that can have come of this very object than one which was changed since.
        for can_differ in [false, true] {
            new.retain(|(object, fresh)| {
                let is_same =
                    |element: &&&Value| (can_differ || can_become(fresh, element)) && (self.continues)(object, element);
                let Some(element) = left.iter().find(is_same).copied() else { return true };
                left.remove(element);
                planned.push(element.clone());
                false
            });
        }
        let mut unpaired = Vec::new();
        for (object, fresh) in new {
            match left.iter().find(|element| !(self.replaces)(object, element)).copied() {
                Some(element) => drop(left.remove(element)),
                None => unpaired.push(fresh.clone()),
            }
            planned.push(fresh);
        }
        let forces = match (unpaired.is_empty(), left.is_empty()) {
            (false, false) => true,
            (false, true) => unpaired.iter().any(|element| (self.forces)(element)),
            (true, _) => left.iter().any(|element| (self.forces)(element)),
        };
        (Value::set(planned), forces)
    }
}
