//! Waits for services that are under way: spans of `tracing`, which last as long as what they stand for.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use octodns_core::provider::Lasting;
use octodns_manager::progress::WAIT;
use tracing::Subscriber;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// Those of this process.
pub(crate) static WAITS: Waits = Waits::new();

/// Waits by the numbers of their spans.
#[derive(Debug)]
pub(crate) struct Waits(Mutex<BTreeMap<u64, Wait>>);

#[derive(Debug, Default)]
struct Wait {
    service: String,
    /// Until when, if that is known.
    until: Option<SystemTime>,
}

impl Waits {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// What is waited for, in words: for each service the wait that ends first.
    pub(crate) fn text(&self, now: SystemTime) -> Option<String> {
        let mut services: BTreeMap<String, Option<Duration>> = BTreeMap::new();
        for Wait { service, until } in self.waits().values() {
            let left = until.and_then(|until| until.duration_since(now).ok());
            let known = services.entry(service.clone()).or_default();
            *known = known.iter().copied().chain(left).min();
        }
        let texts = services.into_iter().map(|(service, left)| {
            let left = left.map(|left| format!(" {}", Lasting(left))).unwrap_or_default();
            format!("waiting{left} until {service} takes more requests")
        });
        let texts: Vec<_> = texts.collect();
        (!texts.is_empty()).then(|| texts.join("; "))
    }

    fn begin(&self, number: u64, service: String, until: Option<SystemTime>) {
        self.waits().insert(number, Wait { service, until });
    }

    fn end(&self, number: u64) {
        self.waits().remove(&number);
    }

    fn waits(&self) -> MutexGuard<'_, BTreeMap<u64, Wait>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The layer that takes note of the spans.
pub(crate) struct WaitLayer(pub(crate) &'static Waits);

impl<S: Subscriber> Layer<S> for WaitLayer {
    fn on_new_span(&self, span: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        if span.metadata().target() != WAIT {
            return;
        }
        let mut fields = Fields::default();
        span.record(&mut fields);
        let lasting = fields.seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let until = lasting.and_then(|lasting| SystemTime::now().checked_add(lasting));
        self.0.begin(id.into_u64(), fields.service, until);
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        self.0.end(id.into_u64());
    }
}

#[derive(Default)]
struct Fields {
    service: String,
    seconds: Option<f64>,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "service" {
            value.clone_into(&mut self.service);
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "seconds" {
            self.seconds = Some(value);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[test]
    fn of_each_service_the_first_to_end_is_told() {
        let waits = Waits::new();
        let at = |second| SystemTime::UNIX_EPOCH + Duration::from_secs(second);
        assert_eq!(waits.text(at(0)), None);
        waits.begin(1, "gandi".to_owned(), Some(at(30)));
        waits.begin(2, "gandi".to_owned(), Some(at(20)));
        waits.begin(3, "gandi".to_owned(), None);
        let gandi = |left| format!("waiting{left} until gandi takes more requests");
        assert_eq!(waits.text(at(5)).unwrap(), gandi(" 15 s"));
        assert_eq!(waits.text(at(25)).unwrap(), gandi(" 5 s"));
        assert_eq!(waits.text(at(35)).unwrap(), gandi(""));
        waits.begin(4, "dyn".to_owned(), Some(at(95)));
        let both = format!("waiting 1 min until dyn takes more requests; {}", gandi(""));
        assert_eq!(waits.text(at(35)).unwrap(), both);
        (1..=4).for_each(|number| waits.end(number));
        assert_eq!(waits.text(at(35)), None);
    }

    #[test]
    fn a_wait_is_as_long_as_its_span() {
        static WAITS: Waits = Waits::new();
        let text = || WAITS.text(SystemTime::now());
        tracing::subscriber::with_default(
            tracing_subscriber::registry().with(WaitLayer(&WAITS)),
            || {
                let other = tracing::error_span!("other", service = "gandi");
                let seconds = Some(3600.0);
                let span = tracing::error_span!(target: WAIT, "wait", service = "gandi", seconds);
                assert_eq!(text().unwrap(), "waiting 1 h until gandi takes more requests");
                let clone = span.clone();
                drop(span);
                assert!(text().is_some());
                drop(clone);
                assert_eq!(text(), None);
                let unknown = None::<f64>;
                let span =
                    tracing::error_span!(target: WAIT, "wait", service = "dyn", seconds = unknown);
                assert_eq!(text().unwrap(), "waiting until dyn takes more requests");
                drop((span, other));
                assert_eq!(text(), None);
            },
        );
    }
}
