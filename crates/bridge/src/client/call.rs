//! One call: what comes for it, until it is done.

use std::sync::Arc;

use octodns_core::OwnedValue;
use octodns_core::value::{Value, from_value, visible};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::{Answer, BothZones, Host, Meanwhile, Shared};
use crate::actor::{Command, End, Entry, Event, Expected};
use crate::doing::{Doing, Ending};
use crate::error::BridgeError;
use crate::raised::Raised;
use crate::requests::Planned;
use crate::wire::frame::{self, AskNumber, CallFrame, CallNumber, line};
use crate::wire::{WireChange, ZoneDelta, ZoneNumber};

/// A call that was begun. If this is dropped before it is done, it is cancelled.
pub(super) struct Call {
    shared: Arc<Shared>,
    number: CallNumber,
    doing: Doing,
    events: mpsc::UnboundedReceiver<Event>,
    is_done: bool,
    /// Changes that came so far.
    changes: Vec<WireChange>,
    /// What was returned, if it came while something else was waited for.
    value: Option<OwnedValue>,
    _place: Option<Arc<OwnedSemaphorePermit>>,
}

/// The host asks for the processors of a zone.
pub(super) struct Asked {
    pub(super) ask: AskNumber,
    pub(super) meanwhile: Meanwhile,
}

/// What takes the parts of zones.
type Zones<'z> = &'z mut (dyn FnMut(ZoneNumber, ZoneDelta) + Send);

impl Host {
    /// Begins a call, when its turn comes.
    pub(super) async fn begin<R: Serialize>(
        &self,
        what: &'static str,
        request: &R,
        doing: Doing,
        expected: Expected,
    ) -> Answer<Call> {
        let place = self.turn().await.place;
        let shared = Arc::clone(&self.shared);
        let number = shared.number();
        let frame = CallFrame { id: number, what, within: self.within, request };
        let line = line(&frame, "it")
            .map_err(|source| BridgeError::TooLarge { doing: doing.clone(), source })?;
        let (told, events) = mpsc::unbounded_channel();
        let entry = Entry::new(doing.clone(), told, expected, shared.timeout);
        let _ = shared.commands.send(Command::Begin(number, line.into(), Box::new(entry)));
        let (changes, value) = (Vec::new(), None);
        Ok(Call { shared, number, doing, events, is_done: false, changes, value, _place: place })
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if !self.is_done {
            let _ = self.shared.commands.send(Command::Abandon(self.number));
        }
    }
}

impl Call {
    /// What comes next, until it is done: the value then.
    async fn next(&mut self) -> Answer<Next> {
        let event = self.events.recv().await;
        let doing = || self.doing.clone();
        let error = match event {
            Some(Event::Zone(zone, delta)) => return Ok(Next::Zone(zone, delta)),
            Some(Event::Changes(changes)) => {
                self.changes.extend(changes);
                return Ok(Next::Changes);
            }
            Some(Event::Ask { ask, is_read_again }) => {
                return Ok(Next::Ask { ask, is_read_again });
            }
            Some(Event::Done(Ok(value))) => {
                self.is_done = true;
                return Ok(Next::Done(value));
            }
            Some(Event::Done(Err(raised))) => self.raised(raised),
            Some(Event::TimedOut(limit)) => BridgeError::TimedOut { doing: doing(), limit },
            Some(Event::Failed(end)) => self.ended(end),
            Some(Event::Refused) | None => BridgeError::HadEnded { doing: doing() },
        };
        self.is_done = true;
        Err(error)
    }

    fn raised(&self, raised: Box<Raised>) -> BridgeError {
        let doing = self.doing.clone();
        if raised.is_cancelled() {
            return BridgeError::Cancelled { doing };
        }
        for line in raised.traceback() {
            tracing::debug!(target: "octodns", logger = "python", "{line}");
        }
        BridgeError::Raised { doing, raised }
    }

    fn ended(&self, end: End) -> BridgeError {
        let doing = self.doing.clone();
        match end {
            End::Process { how, last } => BridgeError::Ended { doing, how, last },
            End::Malformed(what) => BridgeError::Malformed { doing, what },
            End::Stopped => BridgeError::Ended { doing, how: Ending::Stopped, last: Vec::new() },
        }
    }

    /// The value, when it is done.
    pub(super) async fn value(&mut self) -> Answer<OwnedValue> {
        self.finish(&mut |_, _| ()).await
    }

    /// The value, when it is done. What comes of zones goes to `zones`.
    pub(super) async fn finish(&mut self, zones: Zones<'_>) -> Answer<OwnedValue> {
        loop {
            match self.next().await? {
                Next::Zone(zone, delta) => zones(zone, delta),
                Next::Changes => {}
                Next::Ask { .. } => return Err(self.malformed("it asked twice")),
                Next::Done(value) => return Ok(value),
            }
        }
    }

    /// Waits for the question of a plan; `None` if the class does not run processors, or has not got that far.
    pub(super) async fn until_asked(&mut self, zones: [ZoneNumber; 2]) -> Answer<Option<Asked>> {
        let [desired, existing] = zones;
        let mut changed = BothZones::default();
        loop {
            match self.next().await? {
                Next::Zone(zone, delta) if zone == desired => changed.desired.extend(delta),
                Next::Zone(_, delta) => changed.existing.extend(delta),
                Next::Changes => {}
                Next::Ask { ask, is_read_again } => {
                    let meanwhile = Meanwhile { desired, existing, changed, is_read_again };
                    return Ok(Some(Asked { ask, meanwhile }));
                }
                Next::Done(value) => {
                    self.value = Some(value);
                    return Ok(None);
                }
            }
        }
    }

    /// Answers the question of a plan.
    pub(super) fn answer(&self, ask: AskNumber, error: Option<&BridgeError>) -> Answer<()> {
        let error = error.map(ToString::to_string);
        let answer = frame::Answer { answer: ask, error: error.as_deref() };
        let line = line(&answer, "an answer")
            .map_err(|source| BridgeError::TooLarge { doing: self.doing.clone(), source })?;
        let _ = self.shared.commands.send(Command::Answer(self.number, line.into()));
        Ok(())
    }

    /// The plan, when it is done.
    pub(super) async fn planned(&mut self) -> Answer<Option<Planned>> {
        let value = match self.value.take() {
            Some(value) => value,
            None => self.value().await?,
        };
        if value.is_null() {
            return Ok(None);
        }
        let mut planned: Planned = self.read(&value)?;
        planned.meta = value.get("meta").filter(|meta| !meta.is_null()).cloned();
        planned.changes = std::mem::take(&mut self.changes);
        Ok(Some(planned))
    }

    /// What was returned, as what it is to be.
    pub(super) fn read<T: DeserializeOwned>(&self, value: &Value<'_>) -> Answer<T> {
        from_value(value).map_err(|error| self.malformed(&error.message))
    }

    /// An error: what came is not what it is to be.
    pub(super) fn malformed(&self, what: &str) -> BridgeError {
        let what = self.shared.common.hidden.redactor().redact(what);
        let what = visible(&what).into_owned();
        BridgeError::Malformed { doing: self.doing.clone(), what }
    }
}

/// What comes for a call.
enum Next {
    Zone(ZoneNumber, ZoneDelta),
    Changes,
    Ask { ask: AskNumber, is_read_again: bool },
    Done(OwnedValue),
}
