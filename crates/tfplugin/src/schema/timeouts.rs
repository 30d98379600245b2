//! The attribute `timeouts`: a map, because Terraform 1.0 crashes where a single nested object is left out.

use std::time::Duration;

use super::{Attribute, Block, Validator};
use crate::value::{Type, Value};

/// The longest time limit.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

impl Attribute {
    /// An attribute that holds the time limits of these operations (`create`, `read`, `update`, `delete`), each with its
    /// default. Each is the deadline of the operation's [`Context`](crate::Context).
    #[must_use]
    pub fn timeouts(self, limits: &[(&'static str, Duration)]) -> Self {
        let table: Vec<(&'static str, Duration)> = limits.to_vec();
        let named =
            table.iter().map(|(name, limit)| format!("`{name}` (default `{}`)", humantime::format_duration(*limit)));
        let named: Vec<String> = named.collect();
        let text =
            format!("a map of {}, each a time such as `30s`, `5m` or `1h30m`, from `1s` to `24h`", named.join(" and "));
        let names: Vec<&'static str> = table.iter().map(|(name, _)| *name).collect();
        let rule = Validator::rule(text, move |value| wrong(value, &names));
        Self { timeouts: table, ..Self { kind: super::Kind::Of(Type::map(Type::String)), ..self } }.valid(rule)
    }
}

fn wrong(limits: &Value, names: &[&'static str]) -> Option<String> {
    limits.as_map()?.iter().find_map(|(name, limit)| {
        if !names.contains(&name.as_str()) {
            return Some(format!("must have only {}, and has {name:?}", names.join(" and ")));
        }
        let is_wrong = limit.is_known() && limit.as_str().and_then(parse).is_none();
        is_wrong.then(|| format!("must give {name} a time such as 30s, 5m or 1h30m, from 1s to 24h"))
    })
}

/// A time in the form of a configuration.
fn parse(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok().filter(|time| (Duration::from_secs(1)..=LONGEST).contains(time))
}

impl Block {
    /// How long an operation may take, from a configuration or a state; none where the schema sets no limit.
    pub(crate) fn time_limit(&self, operation: &str, object: &Value) -> Option<Duration> {
        self.attributes.iter().find_map(|attribute| {
            let (name, default) = attribute.timeouts.iter().find(|(name, _)| *name == operation)?;
            Some(object.get(attribute.name).get(name).as_str().and_then(parse).unwrap_or(*default))
        })
    }
}
