//! What a process logs.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};

/// Collects what the whole process logs, other tests included, until it is dropped.
pub struct Logs(Listener);

/// A level, and the fields of what was logged up to it.
type Listener = (Level, Arc<Mutex<String>>);

static LISTENERS: Mutex<Vec<Listener>> = Mutex::new(Vec::new());

impl Logs {
    /// Collects from now on, up to a level: more verbose lines are left out.
    ///
    /// # Panics
    ///
    /// If the process has another subscriber.
    pub fn listen(level: Level) -> Self {
        static INSTALLED: OnceLock<bool> = OnceLock::new();
        // For the whole process: a line that another test reached first would not be enabled for one thread.
        let is_ours =
            INSTALLED.get_or_init(|| tracing::subscriber::set_global_default(Collector).is_ok());
        assert!(*is_ours, "this process has another subscriber for what is logged");
        // A place that another test reached just before is off for good, unless all are asked again.
        tracing::callsite::rebuild_interest_cache();
        let listener = (level, Arc::default());
        listeners().push(listener.clone());
        Self(listener)
    }

    /// Every field of what was logged, a line each.
    pub fn text(&self) -> String {
        self.0.1.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        listeners().retain(|(_, text)| !Arc::ptr_eq(text, &self.0.1));
    }
}

fn listeners() -> MutexGuard<'static, Vec<Listener>> {
    LISTENERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands every field to those who listen.
struct Collector;

/// The levels; the id of a span is its place here, from 1.
const LEVELS: [Level; 5] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];

struct Fields(Level);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        for (_, text) in listeners().iter().filter(|(level, _)| self.0 <= *level) {
            let mut text = text.lock().unwrap_or_else(PoisonError::into_inner);
            // Writing to a text does not fail.
            let _ = writeln!(text, "{field}={value:?}");
        }
    }
}

impl Subscriber for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let level = attributes.metadata().level();
        attributes.record(&mut Fields(*level));
        let place = LEVELS.iter().position(|of| of == level).unwrap_or_default();
        span::Id::from_u64(place as u64 + 1)
    }

    fn record(&self, id: &span::Id, values: &span::Record<'_>) {
        let level = LEVELS.iter().zip(1..).find(|(_, place)| *place == id.into_u64());
        if let Some((level, _)) = level {
            values.record(&mut Fields(*level));
        }
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Fields(*event.metadata().level()));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_events_and_spans_are_heard_up_to_a_level() {
        let (all, some) = (Logs::listen(Level::TRACE), Logs::listen(Level::INFO));
        let span = tracing::info_span!("span", at_once = 1, later = tracing::field::Empty);
        span.record("later", 2);
        tracing::debug!(name = "www", "fine");
        for (logs, expected) in [
            (&all, vec!["at_once=1", "later=2", "message=fine", "name=\"www\""]),
            (&some, vec!["at_once=1", "later=2"]),
        ] {
            let text = logs.text();
            let mut lines: Vec<_> = text.lines().collect();
            // Other tests of this process may log as well.
            lines.retain(|line| {
                ["at_once", "later", "message=fine", "name=\"www\""]
                    .iter()
                    .any(|own| line.starts_with(own))
            });
            lines.sort_unstable();
            assert_eq!(lines, expected);
        }
    }
}
