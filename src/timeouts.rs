//! The `timeouts` attribute, which all resources have.

use std::time::Duration;

use tfplugin::{
    schema::{Attribute, Validator},
    value::{Type, Value},
};

/// The time limits: their names and what they are where nothing is configured.
const LIMITS: [(&str, Duration); 2] = [("create", Duration::from_secs(600)), ("read", Duration::from_secs(120))];

/// The longest time limit.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// The attribute: time limits for creating and reading, which live only in the configuration. It is a map, because
/// Terraform 1.0 crashes where a single nested object is left out.
pub(super) fn attribute() -> Attribute {
    let rule = "a map of `create` (default `10m`) and `read` (default `2m`), each a time such as `30s`, `5m` or `1h30m`, \
                from `1s` to `24h`";
    Attribute::new("timeouts", Type::map(Type::String)).valid(Validator::Rule(check, rule)).describe(
        "How long a purchase (`create`) and reading (`read`) may take, all attempts together. Changing them sends \
         nothing. A non-zero `max_retry_timeout` of the provider limits them.",
    )
}

/// How long a purchase may take, from a configuration or a state.
pub(super) fn create(resource: &Value) -> Duration {
    limit(resource, LIMITS[0])
}

/// How long reading may take, from a configuration or a state.
pub(super) fn read(resource: &Value) -> Duration {
    limit(resource, LIMITS[1])
}

fn limit(resource: &Value, (name, default): (&str, Duration)) -> Duration {
    resource.get("timeouts").get(name).as_str().and_then(parse).unwrap_or(default)
}

fn parse(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok().filter(|time| (Duration::from_secs(1)..=LONGEST).contains(time))
}

fn check(value: &Value) -> Option<String> {
    value.as_map()?.iter().find_map(|(name, limit)| {
        if !LIMITS.iter().any(|(known, _)| known == name) {
            return Some(format!("must have only create and read, and has {name:?}"));
        }
        let is_wrong = limit.is_known() && limit.as_str().and_then(parse).is_none();
        is_wrong.then(|| format!("must give {name} a time such as 30s, 5m or 1h30m, from 1s to 24h"))
    })
}
