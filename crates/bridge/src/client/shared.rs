//! What all clones of a host share, and what the host keeps for them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};

use super::Hello;
use crate::actor::{Command, Common};
use crate::error::Interpreter;
use crate::process::Leash;
use crate::requests::Kind;
use crate::wire::frame::{Note, line};
use crate::wire::{PlanNumber, ZoneNumber};

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) commands: mpsc::UnboundedSender<Command>,
    pub(super) common: Arc<Common>,
    /// Nobody wants the process any more when this is dropped.
    pub(super) _leash: Leash,
    pub(super) interpreter: Interpreter,
    pub(super) hello: Hello,
    pub(super) numbers: AtomicU64,
    /// Who may work at the same time.
    pub(super) places: Arc<Semaphore>,
    /// How many frames with records may wait to be written.
    pub(super) room: Arc<Semaphore>,
    pub(super) timeout: Option<Duration>,
    /// The classes of what was made.
    pub(super) classes: Mutex<HashMap<(Kind, String), String>>,
    /// The names of zones, and of those that plans are for: for messages.
    pub(super) zones: Mutex<HashMap<u64, String>>,
}

impl Shared {
    pub(super) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn note(&self, note: &Note<'_>) {
        if let Ok(line) = line(note, "a note") {
            let _ = self.commands.send(Command::Write(line.into()));
        }
    }

    pub(super) fn zone_name(&self, number: u64) -> Option<String> {
        self.zones.lock().unwrap_or_else(PoisonError::into_inner).get(&number).cloned()
    }

    /// The zone or plan `number` is about the same zone as another one.
    pub(super) fn name_as(&self, number: u64, other: u64) {
        if let Some(name) = self.zone_name(other) {
            self.name_zone(number, &name);
        }
    }

    pub(super) fn forget(&self, number: u64) {
        self.zones.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
    }

    pub(super) fn name_zone(&self, number: u64, name: &str) {
        let mut zones = self.zones.lock().unwrap_or_else(PoisonError::into_inner);
        zones.insert(number, name.to_owned());
    }
}

/// A zone that the host keeps, until this is dropped.
#[derive(Debug)]
pub struct HostZone {
    pub(super) number: ZoneNumber,
    pub(super) shared: Arc<Shared>,
}

impl HostZone {
    /// Its number, for requests.
    pub fn number(&self) -> ZoneNumber {
        self.number
    }
}

impl Drop for HostZone {
    fn drop(&mut self) {
        self.shared.forget(self.number);
        self.shared.note(&Note::Drop { zones: &[self.number], plans: &[] });
    }
}

/// A plan that the host keeps, until this is dropped.
#[derive(Debug)]
pub struct HostPlan {
    pub(super) number: PlanNumber,
    pub(super) shared: Arc<Shared>,
}

impl HostPlan {
    /// Its number, for requests.
    pub fn number(&self) -> PlanNumber {
        self.number
    }
}

impl Drop for HostPlan {
    fn drop(&mut self) {
        self.shared.forget(self.number);
        self.shared.note(&Note::Drop { zones: &[], plans: &[self.number] });
    }
}
