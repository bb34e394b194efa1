//! Changes that have ended, on their way to where they are written down.

use async_trait::async_trait;
use octodns_core::apply_log::Entry;
use octodns_core::provider::Cause;
use octodns_core::{ApplySink, Outcome};

use super::event::{Event, Progress};

/// A sink that hands everything on to another, and tells of every change that has ended.
pub(crate) struct Counted<'s> {
    pub(crate) sink: &'s dyn ApplySink,
    pub(crate) progress: &'s dyn Progress,
}

#[async_trait]
impl ApplySink for Counted<'_> {
    async fn begin(&self, entry: &Entry<'_>) -> Result<(), Cause> {
        self.sink.begin(entry).await
    }

    fn end(&self, entry: &Entry<'_>, index: Option<usize>, outcome: &Outcome) {
        self.sink.end(entry, index, outcome);
        // What was not sent is sent again, in a smaller batch.
        if index.is_none() || *outcome == Outcome::NotSent {
            return;
        }
        let zone = entry.plan.desired.name();
        self.progress.note(&Event::ChangeEnded { zone, target: entry.target });
    }
}
