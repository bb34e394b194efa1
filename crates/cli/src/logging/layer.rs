//! The `tracing` layer: events become messages.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::Logging;
use super::format::Message;

impl<S: Subscriber> Layer<S> for Logging {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let level = (*event.metadata().level()).into();
        let logger = fields.logger.as_deref().unwrap_or(event.metadata().target());
        if self.is_enabled(logger, level) {
            let text = format!("{}{}", fields.message, fields.others);
            self.log(&Message { logger, level, text: &text });
        }
    }
}

/// An event's fields: the logger's name, the message, and the rest as ` name=value`.
#[derive(Default)]
struct Fields {
    logger: Option<String>,
    message: String,
    others: String,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "logger" => self.logger = Some(value.to_owned()),
            "message" => self.message.push_str(value),
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
