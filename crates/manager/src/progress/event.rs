//! What a run tells while it goes on, and whom.

use octodns_core::ZoneName;

/// Is told what a run does, while it does it.
///
/// ```
/// # extern crate octodns_manager as octodns;
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// use octodns::ManagerOptions;
/// use octodns::progress::{Event, Progress};
///
/// #[derive(Default)]
/// struct Planned(AtomicUsize);
///
/// impl Progress for Planned {
///     fn note(&self, event: &Event<'_>) {
///         if let Event::ZoneEnded { .. } = event {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
///
/// # let registry = octodns::built_in(None, octodns::core::registry::Host::default());
/// let mut options = ManagerOptions::new(registry);
/// options.progress = Arc::new(Planned::default());
/// ```
pub trait Progress: Send + Sync {
    /// Takes note of an event, from whichever thread. The run waits for it: it should return at once.
    fn note(&self, event: &Event<'_>);
}

/// Nobody is told.
impl Progress for () {
    fn note(&self, _event: &Event<'_>) {}
}

/// Something that a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'e> {
    /// A phase begins. One may begin within another: then the other goes on when that has ended.
    Begun {
        /// The phase.
        phase: Phase,
        /// How many steps it has, in units of the phase; 0 if that is not known.
        steps: usize,
    },
    /// A zone is worked on from now on. Several may be at the same time.
    ZoneBegun {
        /// The zone.
        zone: &'e ZoneName,
    },
    /// A zone is not worked on any more: it was read and planned, dumped, applied, or could not be.
    ZoneEnded {
        /// The zone.
        zone: &'e ZoneName,
    },
    /// A change was sent, and its outcome is known, or known not to be known.
    ChangeEnded {
        /// Its zone.
        zone: &'e ZoneName,
        /// The id of its target.
        target: &'e str,
    },
    /// A DNS server has answered a question, or has not in time.
    Answered,
    /// A phase ends, whether all of its steps were made or not.
    Ended {
        /// The phase.
        phase: Phase,
    },
}

/// A part of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Zones are read from sources and targets, and planned.
    Planning,
    /// Changes are made.
    Applying,
    /// What was applied is read back, or servers are asked for it. How many steps that takes is not known.
    Verifying,
    /// Zones are read, and written to files.
    Dumping,
    /// DNS servers are asked for records.
    Asking,
}

impl Phase {
    /// What is done, as lines of the log begin: `plan`, `apply`.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Planning => "plan",
            Self::Applying => "apply",
            Self::Verifying => "verify",
            Self::Dumping => "dump",
            Self::Asking => "report",
        }
    }

    /// What its steps are, so many of them: `zones`, `changes`.
    pub const fn unit(self, steps: usize) -> &'static str {
        match (self, steps) {
            (Self::Planning | Self::Verifying | Self::Dumping, 1) => "zone",
            (Self::Planning | Self::Verifying | Self::Dumping, _) => "zones",
            (Self::Applying, 1) => "change",
            (Self::Applying, _) => "changes",
            (Self::Asking, 1) => "answer",
            (Self::Asking, _) => "answers",
        }
    }

    /// Whether an event is one of its steps.
    pub(super) const fn counts(self, event: &Event<'_>) -> bool {
        matches!(
            (self, event),
            (Self::Planning | Self::Dumping, Event::ZoneEnded { .. })
                | (Self::Applying, Event::ChangeEnded { .. })
                | (Self::Asking, Event::Answered)
        )
    }
}
