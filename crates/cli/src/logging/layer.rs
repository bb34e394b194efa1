//! The `tracing` layer: events become messages.

use std::fmt::{self, Write as _};

use octodns_core::value::visible;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::Logging;
use super::format::Message;
use super::router::PLAN;
use crate::inert::inert;

impl<S: Subscriber> Layer<S> for Logging {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let level = (*event.metadata().level()).into();
        let logger = fields.logger.as_deref().unwrap_or(event.metadata().target());
        if self.is_enabled(logger, level) {
            let text = fields.text(logger);
            self.log(&Message { logger: &visible(logger), level, text: &text });
        }
    }
}

/// An event's fields: the logger's name, the message, and the rest as ` name=value`.
#[derive(Default)]
struct Fields {
    logger: Option<String>,
    message: String,
    others: String,
    has_lines: bool,
}

/// The field that says that a message has several lines and takes care of what is in them, as plans do.
const LINES: &str = "lines";

impl Fields {
    /// The message with all fields. What comes from data starts no line, and a terminal obeys none of it.
    fn text(&self, logger: &str) -> String {
        let text = format!("{}{}", self.message, self.others);
        if self.has_lines || logger == PLAN {
            return text;
        }
        inert(&text).into_owned()
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "logger" => self.logger = Some(value.to_owned()),
            "message" => self.message.push_str(value),
            _ => self.record_debug(field, &value),
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        match field.name() {
            LINES => self.has_lines = value,
            _ => self.record_debug(field, &value),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string does not fail.
        let _ = match field.name() {
            "logger" => {
                self.logger = Some(format!("{value:?}"));
                Ok(())
            }
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.others, " {name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Mutex;

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::super::{Format, Handler, Level, Logger, Sink};
    use super::*;

    #[test]
    fn events_are_logged_under_their_logger_s_name() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let sink = Sink::File(Mutex::new(file.reopen().unwrap()));
        let format = Format::new("%(levelname)s %(name)s %(message)s", None).unwrap();
        let root = Logger { level: Some(Level::WARNING), handlers: vec![0], ..Logger::default() };
        let mut logging = Logging::new(vec![Handler::new(sink, format)], root);
        let plan = Logger { level: Some(Level::INFO), ..Logger::default() };
        logging.add_logger("Plan", plan);

        tracing::subscriber::with_default(tracing_subscriber::registry().with(logging), || {
            let id = "config";
            tracing::info!(logger = "Plan", "two\nlines");
            tracing::info!(logger = "Manager", "not shown");
            tracing::warn!(logger = %format!("YamlProvider[{id}]"), count = 2, "read {id}");
            tracing::warn!(target: "elsewhere", "no logger\n::error::\u{1b}[2K");
        });
        let expected = "INFO Plan two\nlines\nWARNING YamlProvider[config] read config count=2\n\
                        WARNING elsewhere no logger\\n:\\x3aerror::\\x1b[2K\n";
        assert_eq!(fs::read_to_string(file.path()).unwrap(), expected);
    }
}
