//! Logs as go-hclog's JSON lines on stderr, which Terraform shows at their own level.

use std::{fmt, io::Write as _};

use super::Plugin;
use chrono::{SecondsFormat, Utc};
use serde_json::{Map, Value as Json};
use tracing::{
    Event, Id, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span::Attributes,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
    registry::LookupSpan,
    util::SubscriberInitExt as _,
};

/// Sends log events to stderr, at the level that Terraform's environment sets.
pub(super) fn install(plugin: Plugin) {
    let configured = ["TF_LOG_PROVIDER", "TF_LOG"].iter().find_map(|name| std::env::var(name).ok());
    let level = match configured.unwrap_or_default().to_ascii_uppercase().as_str() {
        "TRACE" | "JSON" => LevelFilter::TRACE,
        "DEBUG" => LevelFilter::DEBUG,
        "INFO" => LevelFilter::INFO,
        "WARN" => LevelFilter::WARN,
        "OFF" => LevelFilter::OFF,
        _ => LevelFilter::ERROR,
    };
    let _ = tracing_subscriber::registry().with(Lines { plugin, level }).try_init();
    std::panic::set_hook(Box::new(|panic| {
        // The message of a panic may quote anything, so only its location is logged.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}

struct Lines {
    plugin: Plugin,
    level: LevelFilter,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        let crate_name = metadata.target().split("::").next().unwrap_or_default();
        let wanted = self.plugin.log_crates;
        *metadata.level() <= self.level && (wanted.is_empty() || wanted.contains(&crate_name))
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Fields::default();
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.0.extend(fields.0.clone());
            }
        }
        event.record(&mut line);
        let mut line = line.0;
        let message = line.remove("message").unwrap_or_default();
        line.insert("@message".to_owned(), message);
        line.insert("@level".to_owned(), hclog_level(*event.metadata().level()).into());
        line.insert("@module".to_owned(), self.plugin.name.into());
        let now = Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true);
        line.insert("@timestamp".to_owned(), now.into());
        // One write for a line, so that lines of concurrent calls do not mix. A failure cannot be reported anywhere.
        let _ = std::io::stderr().lock().write_all(format!("{}\n", Json::Object(line)).as_bytes());
    }
}

fn hclog_level(level: Level) -> &'static str {
    match level {
        Level::TRACE => "trace",
        Level::DEBUG => "debug",
        Level::INFO => "info",
        Level::WARN => "warn",
        Level::ERROR => "error",
    }
}

#[derive(Default)]
struct Fields(Map<String, Json>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}
