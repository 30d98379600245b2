//! The `timeouts` attribute, which all resources have.

use std::time::Duration;

use crate::tfplugin::{
    schema::{Attribute, Nesting, Validator},
    value::Value,
};

/// The longest time limit.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// The attribute: time limits for creating and reading, which live only in the configuration.
pub(super) fn attribute() -> Attribute {
    let limit = |name, description| {
        Attribute::string(name)
            .valid(Validator::Rule(check, "a time such as `30s`, `5m` or `1h30m`, from `1s` to `24h`"))
            .describe(description)
    };
    let limits = vec![
        limit("create", "How long a purchase may take, all attempts together. Default `10m`."),
        limit("read", "How long reading may take, all attempts together. Default `2m`."),
    ];
    Attribute::nested("timeouts", Nesting::Single, limits).describe(
        "Time limits. Changing them sends nothing. A non-zero `max_retry_timeout` of the provider limits them.",
    )
}

/// How long a purchase may take, from a configuration or a state.
pub(super) fn create(resource: &Value) -> Duration {
    limit(resource, "create").unwrap_or(Duration::from_secs(600))
}

/// How long reading may take, from a configuration or a state.
pub(super) fn read(resource: &Value) -> Duration {
    limit(resource, "read").unwrap_or(Duration::from_secs(120))
}

fn limit(resource: &Value, name: &str) -> Option<Duration> {
    parse(resource.get("timeouts").get(name).as_str()?)
}

fn parse(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok().filter(|time| (Duration::from_secs(1)..=LONGEST).contains(time))
}

fn check(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    parse(text).is_none().then(|| "must be a time such as 30s, 5m or 1h30m, from 1s to 24h".to_owned())
}
