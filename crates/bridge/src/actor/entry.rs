//! A call that is open: who waits for it, and what may be said for it.

use std::time::Duration;

use octodns_core::OwnedValue;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::doing::{Doing, Ending};
use crate::hidden::Hidden;
use crate::raised::Raised;
use crate::wire::frame::{Answer, AskNumber, BadFrame, Frame, line};
use crate::wire::{PlanNumber, WireChange, ZoneDelta, ZoneNumber};

/// The most records of a zone, and the most changes of a plan.
const MOST: usize = 2_000_000;

/// Why the process is no more, or is about to be no more.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// It ended.
    Process { how: Ending, last: Vec<String> },
    /// It said what it may not.
    Malformed(String),
    /// A call took longer than it may, or was given up, and did not stop.
    Stopped,
}

/// What is told to who waits for a call.
#[derive(Debug)]
pub(crate) enum Event {
    /// A part of what is different in a zone.
    Zone(ZoneNumber, ZoneDelta),
    /// A part of a plan.
    Changes(Vec<WireChange>),
    /// The host asks for processors, and waits.
    Ask { ask: AskNumber, is_read_again: bool },
    /// It returned or raised.
    Done(Result<OwnedValue, Box<Raised>>),
    /// It took longer than it may.
    TimedOut(Duration),
    /// The process ended.
    Failed(End),
    /// The process had ended before.
    Refused,
}

/// What may be said for a call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expected {
    /// The zones it may say something of.
    pub(crate) zones: Vec<ZoneNumber>,
    /// The plan it may make.
    pub(crate) plan: Option<PlanNumber>,
    /// Whether it may ask.
    pub(crate) may_ask: bool,
}

/// A call that is open.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) doing: Doing,
    events: mpsc::UnboundedSender<Event>,
    expected: Expected,
    /// How many records, keys and changes came.
    received: u64,
    records: usize,
    changes: usize,
    /// The question that was not answered yet.
    asked: Option<AskNumber>,
    pub(super) is_abandoned: bool,
    /// When it has to be done, and how long that is.
    pub(super) deadline: Option<(Instant, Duration)>,
    /// When something was last heard of it.
    pub(super) heard: Instant,
    /// For how many seconds it was running when that was last told.
    pub(super) told: u64,
}

impl Entry {
    /// A call that begins now.
    pub(crate) fn new(
        doing: Doing,
        events: mpsc::UnboundedSender<Event>,
        expected: Expected,
        limit: Option<Duration>,
    ) -> Self {
        let now = Instant::now();
        Self {
            doing,
            events,
            expected,
            received: 0,
            records: 0,
            changes: 0,
            asked: None,
            is_abandoned: false,
            deadline: limit.and_then(|limit| Some((now.checked_add(limit)?, limit))),
            heard: now,
            told: 0,
        }
    }

    /// Takes a frame, and whether nobody waits for it though it needs an answer.
    pub(super) fn receive(&mut self, frame: Frame, hidden: &Hidden) -> Result<bool, BadFrame> {
        self.heard = Instant::now();
        match frame {
            Frame::Log { .. } => {}
            Frame::Beat { seconds, at, .. } => self.beat(seconds, &hidden.redactor().redact(&at)),
            Frame::Zone { zone, delta, .. } => {
                if !self.expected.zones.contains(&zone) {
                    return Err(BadFrame::new(format!("records of zone {zone}, which is another")));
                }
                self.records += delta.records.len() + delta.removed.len();
                if self.records > MOST * self.expected.zones.len() {
                    return Err(BadFrame::new(format!("a zone with more than {MOST} records")));
                }
                self.count(delta.records.len() + delta.removed.len());
                self.tell(Event::Zone(zone, delta));
            }
            Frame::Changes { plan, changes, .. } => {
                if self.expected.plan != Some(plan) {
                    return Err(BadFrame::new(format!("changes of plan {plan}, which is another")));
                }
                self.changes += changes.len();
                if self.changes > MOST {
                    return Err(BadFrame::new(format!("a plan with more than {MOST} changes")));
                }
                self.count(changes.len());
                self.tell(Event::Changes(changes));
            }
            Frame::Ask { ask, is_read_again, .. } => {
                if !self.expected.may_ask || self.asked.is_some() {
                    return Err(BadFrame::new("a question where none belongs"));
                }
                self.expected.may_ask = false;
                self.asked = Some(ask);
                self.tell(Event::Ask { ask, is_read_again });
                return Ok(self.is_abandoned);
            }
            Frame::Reply { sent, result, .. } => {
                if result.is_ok() && sent != self.received {
                    let received = self.received;
                    return Err(BadFrame::new(format!(
                        "{sent} records or changes were sent, and {received} came"
                    )));
                }
                let result = result.map_err(|mut raised| {
                    raised.redact(&hidden.redactor());
                    raised
                });
                self.tell(Event::Done(result));
            }
        }
        Ok(false)
    }

    fn count(&mut self, more: usize) {
        self.received += u64::try_from(more).unwrap_or(u64::MAX);
    }

    fn tell(&self, event: Event) {
        // Who dropped the call does not want to know.
        if !self.is_abandoned {
            let _ = self.events.send(event);
        }
    }

    /// It goes on: told every 30 s.
    fn beat(&mut self, seconds: u64, at: &str) {
        const EVERY: u64 = 30;
        if seconds / EVERY > self.told / EVERY {
            self.told = seconds;
            let at = crate::raised::short_file(at);
            let at = if at.is_empty() { String::new() } else { format!(", at {at}") };
            let doing = &self.doing;
            tracing::info!(
                target: "octodns", logger = "Manager", "python: {doing} for {seconds} s{at}",
            );
        }
    }

    pub(super) fn answered(&mut self) {
        self.asked = None;
    }

    /// The line that tells the host that its question gets no answer.
    pub(super) fn unanswered(&mut self) -> Option<Vec<u8>> {
        let answer = self.asked.take()?;
        line(&Answer { answer, error: Some("cancelled") }, "an answer").ok()
    }

    pub(super) fn time_out(&mut self, limit: Duration) {
        self.tell(Event::TimedOut(limit));
        self.is_abandoned = true;
    }

    /// The process ended.
    pub(super) fn fail(self, end: End) {
        self.tell(Event::Failed(end));
    }

    /// The process had ended before it began.
    pub(super) fn refuse(self) {
        self.tell(Event::Refused);
    }
}

#[cfg(test)]
mod tests {
    use octodns_testkit::logs::Logs;
    use tracing::Level;

    use super::*;
    use crate::doing::Task;

    #[test]
    fn a_call_that_goes_on_is_told_every_thirty_seconds() {
        let logs = Logs::listen(Level::INFO);
        let (events, _received) = mpsc::unbounded_channel();
        let doing = Doing::new(Task::Read, "netbox").of_zone(Some("example.com.".to_owned()));
        let mut entry = Entry::new(doing, events, Expected::default(), None);
        for seconds in (5..70).step_by(5) {
            let at = "/srv/lib/python3.11/site-packages/requests/adapters.py:667".to_owned();
            let beat = Frame::Beat { call: 1, seconds, at };
            assert!(!entry.receive(beat, &Hidden::default()).unwrap());
        }
        let text = logs.text();
        let lines = text.lines().filter(|line| line.contains("python: netbox"));
        let expected = [30, 60].map(|seconds| {
            format!(
                "message=python: netbox was reading example.com. for {seconds} s, at \
                 requests/adapters.py:667"
            )
        });
        assert_eq!(lines.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_zone_has_at_most_two_million_records() {
        let (events, _received) = mpsc::unbounded_channel();
        let expected = Expected { zones: vec![1], ..Expected::default() };
        let mut entry = Entry::new(Doing::new(Task::Read, "x"), events, expected, None);
        entry.records = MOST;
        let key = crate::wire::RecordKey { name: String::new(), record_type: "A".to_owned() };
        let delta = ZoneDelta { removed: vec![key], records: Vec::new() };
        let frame = Frame::Zone { call: 1, zone: 1, delta };
        let error = entry.receive(frame, &Hidden::default()).unwrap_err();
        assert_eq!(error.what, "a zone with more than 2000000 records");
    }
}
