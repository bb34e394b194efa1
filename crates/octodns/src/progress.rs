//! How far applying has come, in the log: for runs that take long.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use octodns_core::apply_log::Entry;
use octodns_core::provider::{Cause, Lasting};
use octodns_core::registry::Clock;
use octodns_core::{ApplySink, Outcome};

use crate::compat::MANAGER;

/// How long nothing is said at least.
const EVERY: Duration = Duration::from_secs(10);

/// A sink that hands everything on to another, and says now and then how many changes have been made.
pub(crate) struct Progress<'s> {
    sink: &'s dyn ApplySink,
    clock: &'s Clock,
    begun: Option<SystemTime>,
    /// How many changes there are in all.
    of: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    ended: usize,
    told: Duration,
}

impl<'s> Progress<'s> {
    /// Of so many changes that are about to be made. Without a clock it says nothing.
    pub(crate) fn new(sink: &'s dyn ApplySink, clock: &'s Clock, of: usize) -> Self {
        Self { sink, clock, begun: clock(), of, state: Mutex::default() }
    }

    /// Counts a change, and returns what is to be said now, if something is.
    fn count(&self) -> Option<String> {
        let passed = clock_since(self.clock, self.begun);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ended += 1;
        let passed = passed?;
        if state.ended >= self.of || passed < state.told + EVERY {
            return None;
        }
        state.told = passed;
        Some(shown(state.ended, self.of, passed))
    }
}

fn clock_since(clock: &Clock, begun: Option<SystemTime>) -> Option<Duration> {
    clock()?.duration_since(begun?).ok()
}

fn shown(ended: usize, of: usize, passed: Duration) -> String {
    let each = passed / u32::try_from(ended.max(1)).unwrap_or(u32::MAX);
    let left = each.saturating_mul(u32::try_from(of - ended.min(of)).unwrap_or(u32::MAX));
    format!("apply: {ended} of {of} changes, about {} to go", Lasting(left))
}

#[async_trait]
impl ApplySink for Progress<'_> {
    async fn begin(&self, entry: &Entry<'_>) -> Result<(), Cause> {
        self.sink.begin(entry).await
    }

    fn end(&self, entry: &Entry<'_>, index: Option<usize>, outcome: &Outcome) {
        self.sink.end(entry, index, outcome);
        // What was not sent is sent again, in a smaller batch.
        if index.is_none() || *outcome == Outcome::NotSent {
            return;
        }
        if let Some(shown) = self.count() {
            tracing::info!(target: "octodns", logger = MANAGER, "{shown}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn it_is_told_every_ten_seconds_and_not_at_the_end() {
        let now = Arc::new(AtomicU64::new(0));
        let of_clock = Arc::clone(&now);
        let clock: Clock = Arc::new(move || {
            Some(SystemTime::UNIX_EPOCH + Duration::from_secs(of_clock.load(Ordering::Relaxed)))
        });
        let progress = Progress::new(&(), &clock, 6);
        let told = [4, 9, 12, 21, 40, 60].map(|second| {
            now.store(second, Ordering::Relaxed);
            progress.count()
        });
        let expected = [
            None,
            None,
            Some("apply: 3 of 6 changes, about 12 s to go"),
            None,
            Some("apply: 5 of 6 changes, about 8 s to go"),
            None,
        ];
        assert_eq!(told.each_ref().map(Option::as_deref), expected);
        let none: Clock = Arc::new(|| None);
        assert_eq!(Progress::new(&(), &none, 6).count(), None);
    }
}
