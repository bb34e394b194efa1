//! The time of calls: those that take too long, that were given up, and that nothing is heard of.

use std::time::Duration;

use tokio::time::Instant;

use super::{Actor, End};
use crate::wire::frame::{CallNumber, Note};

/// How long a call that was cancelled may take to stop.
const STOP: Duration = Duration::from_secs(2);

/// After how long without a sign of a call that is told.
const SILENCE: Duration = Duration::from_secs(60);

impl Actor {
    /// When there is something to do next.
    pub(super) fn next_time(&self) -> Option<Instant> {
        let calls = self.calls.values();
        let times = calls.flat_map(|call| {
            let deadline = call.deadline.filter(|_| !call.is_abandoned).map(|(when, _)| when);
            [deadline, Some(call.heard + SILENCE)]
        });
        let stopping = self.stopping.iter().map(|(_, when)| *when);
        times.flatten().chain(self.kill_at).chain(stopping).min()
    }

    /// Does what is to be done by now.
    pub(super) fn watch(&mut self) {
        let now = Instant::now();
        let is_over = |when: Instant| when <= now;
        if self.kill_at.is_some_and(is_over) || self.stopping.iter().any(|(_, when)| is_over(*when))
        {
            self.kill_at = None;
            self.stopping.clear();
            self.stop(End::Stopped);
        }
        let late = |(number, call): (&CallNumber, &super::Entry)| {
            let is_late = call.deadline.is_some_and(|(when, _)| when <= now);
            (is_late && !call.is_abandoned).then_some(*number)
        };
        let late: Vec<CallNumber> = self.calls.iter().filter_map(late).collect();
        for number in late {
            if let Some(call) = self.calls.get_mut(&number)
                && let Some((_, limit)) = call.deadline
            {
                call.time_out(limit);
            }
            self.abandon(number);
        }
        for call in self.calls.values_mut() {
            if call.heard + SILENCE <= now {
                call.heard = now;
                let (doing, seconds) = (&call.doing, SILENCE.as_secs());
                tracing::info!(
                    target: "octodns", logger = "Manager",
                    "python: no sign for {seconds} s while {doing}",
                );
            }
        }
    }

    /// Nobody waits for a call any more: it is cancelled, and the process ended if it does not stop.
    ///
    /// What applies cannot be stopped half-way in a better way than any other: it is ended at once.
    pub(super) fn abandon(&mut self, number: CallNumber) {
        let Some(call) = self.calls.get_mut(&number) else { return };
        call.is_abandoned = true;
        let answer = call.unanswered();
        if call.doing.is_applying() {
            self.stop(End::Stopped);
            return;
        }
        if let Some(line) = answer {
            self.write(line.into());
        }
        self.note(&Note::Cancel(number));
        self.stopping.push((number, Instant::now() + STOP));
    }
}
