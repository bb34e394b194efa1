//! Phases and zones that are under way, and have ended when what stands for them is dropped: however that comes.

use octodns_core::ZoneName;

use super::event::{Event, Phase, Progress};

/// A phase that is under way.
#[must_use]
pub(crate) struct Telling<'p> {
    progress: &'p dyn Progress,
    phase: Phase,
}

impl<'p> Telling<'p> {
    /// Begins a phase of so many steps.
    pub(crate) fn begin(progress: &'p dyn Progress, phase: Phase, steps: usize) -> Self {
        progress.note(&Event::Begun { phase, steps });
        Self { progress, phase }
    }
}

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        self.progress.note(&Event::Ended { phase: self.phase });
    }
}

/// A zone that is worked on.
#[must_use]
pub(crate) struct Working<'p> {
    progress: &'p dyn Progress,
    zone: &'p ZoneName,
}

impl<'p> Working<'p> {
    /// Begins with a zone.
    pub(crate) fn on(zone: &'p ZoneName, progress: &'p dyn Progress) -> Self {
        progress.note(&Event::ZoneBegun { zone });
        Self { progress, zone }
    }
}

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.progress.note(&Event::ZoneEnded { zone: self.zone });
    }
}
