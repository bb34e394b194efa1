//! Frames: what the host says, checked, and what the engine says, as lines.

use octodns_core::OwnedValue;
use serde::{Deserialize, Serialize};

use super::value::Tree;
use super::{PlanNumber, RecordKey, WireChange, WireRecord, ZoneDelta, ZoneHead, ZoneNumber};
use crate::raised::Raised;

/// The most bytes of a frame.
pub const LINE: usize = 8 * 1024 * 1024;

/// How many records or changes are sent in a frame.
pub const BATCH: usize = 500;

/// The number of a call of the engine.
pub type CallNumber = u64;

/// The number of a question of the host.
pub type AskNumber = u64;

/// Why a line is no frame.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct BadFrame {
    /// What is wrong, in words of our own and of the JSON reader's.
    pub what: String,
}

impl BadFrame {
    /// A frame with this fault.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into() }
    }
}

/// What the host says.
#[derive(Debug, PartialEq)]
pub enum Frame {
    /// The answer to a call.
    Reply {
        /// Which call.
        call: CallNumber,
        /// How many records, keys and changes were sent for it before.
        sent: u64,
        /// What it returned or raised.
        result: Result<OwnedValue, Box<Raised>>,
    },
    /// A part of what is different in a zone.
    Zone {
        /// The call it is for.
        call: CallNumber,
        /// The zone.
        zone: ZoneNumber,
        /// What is different.
        delta: ZoneDelta,
    },
    /// A part of a plan.
    Changes {
        /// The call it is for.
        call: CallNumber,
        /// The plan.
        plan: PlanNumber,
        /// The next of its changes.
        changes: Vec<WireChange>,
    },
    /// The host asks for the processors of a zone, and waits.
    Ask {
        /// The number of the question.
        ask: AskNumber,
        /// The call it is for.
        call: CallNumber,
        /// Whether the existing zone was read once more, and so is whole.
        is_read_again: bool,
    },
    /// A log line.
    Log {
        /// Python's number of its level: 10 is debug, 20 info, 30 warning, 40 error, 50 critical.
        level: i64,
        /// The name of the logger.
        logger: String,
        /// What it says; may have several lines.
        message: String,
        /// The call it is for, if it is for one.
        call: Option<CallNumber>,
    },
    /// A call goes on.
    Beat {
        /// Which call.
        call: CallNumber,
        /// For how many seconds it has been running.
        seconds: u64,
        /// The line it is in, as `file:line`; may be empty.
        at: String,
    },
}

/// All keys of all frames.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    re: Option<CallNumber>,
    ok: Option<Tree>,
    error: Option<Box<Raised>>,
    sent: Option<u64>,
    zone: Option<ZoneNumber>,
    plan: Option<PlanNumber>,
    #[serde(rename = "for")]
    call: Option<CallNumber>,
    records: Option<Vec<WireRecord>>,
    remove: Option<Vec<RecordKey>>,
    changes: Option<Vec<WireChange>>,
    ask: Option<AskNumber>,
    again: Option<bool>,
    log: Option<i64>,
    logger: Option<String>,
    message: Option<String>,
    beat: Option<CallNumber>,
    #[serde(rename = "do")]
    what: Option<String>,
    seconds: Option<u64>,
    at: Option<String>,
}

impl Frame {
    /// Reads a line.
    ///
    /// # Errors
    ///
    /// If it is no frame.
    pub fn read(line: &[u8]) -> Result<Self, BadFrame> {
        let keys: Keys =
            serde_json::from_slice(line).map_err(|error| BadFrame::new(error.to_string()))?;
        keys.frame().ok_or_else(|| BadFrame::new("the keys are those of no frame"))
    }
}

impl Keys {
    fn frame(self) -> Option<Frame> {
        // Which kind it is: one key each, that no other kind has.
        let kinds = [
            self.re.is_some(),
            self.zone.is_some(),
            self.plan.is_some(),
            self.ask.is_some(),
            self.log.is_some(),
            self.beat.is_some(),
        ];
        if kinds.iter().filter(|&&is_there| is_there).count() != 1 {
            return None;
        }
        if let Some(call) = self.re {
            let result = match (self.ok, self.error) {
                (ok, None) => Ok(ok.map(|Tree(value)| value).unwrap_or_default()),
                (None, Some(raised)) => Err(raised),
                (Some(_), Some(_)) => return None,
            };
            return Some(Frame::Reply { call, sent: self.sent.unwrap_or_default(), result });
        }
        if let Some(call) = self.beat {
            let (seconds, at) = (self.seconds?, self.at.unwrap_or_default());
            return Some(Frame::Beat { call, seconds, at });
        }
        if let Some(level) = self.log {
            let (logger, message) = (self.logger?, self.message?);
            return Some(Frame::Log { level, logger, message, call: self.call });
        }
        let call = self.call?;
        if let Some(zone) = self.zone {
            let removed = self.remove.unwrap_or_default();
            let delta = ZoneDelta { removed, records: self.records.unwrap_or_default() };
            return (!delta.is_empty()).then_some(Frame::Zone { call, zone, delta });
        }
        if let Some(plan) = self.plan {
            let changes = self.changes.filter(|changes| !changes.is_empty())?;
            return Some(Frame::Changes { call, plan, changes });
        }
        let ask = self.ask?;
        let is_known = self.what.as_deref() == Some("processors");
        let is_read_again = self.again.unwrap_or_default();
        is_known.then_some(Frame::Ask { ask, call, is_read_again })
    }
}

/// Something that cannot be a frame: it is larger than one may be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} has {bytes} bytes, more than fit into a frame")]
pub struct TooLarge {
    /// What it is, such as the name of a record.
    pub what: String,
    /// How large it is.
    pub bytes: usize,
}

/// A frame of the engine as a line.
///
/// # Errors
///
/// If it is too large.
pub fn line<T: Serialize>(frame: &T, what: &str) -> Result<Vec<u8>, TooLarge> {
    let mut line = Vec::with_capacity(256);
    // Nothing that is sent has a form that JSON refuses: keys are text, and writing to memory does not fail.
    let is_written = serde_json::to_writer(&mut line, frame).is_ok();
    if !is_written || line.len() > LINE {
        return Err(TooLarge { what: what.to_owned(), bytes: line.len() });
    }
    line.push(b'\n');
    Ok(line)
}

/// A call of the engine.
#[derive(Serialize)]
pub struct CallFrame<'r, R> {
    /// Its number.
    pub id: CallNumber,
    /// What is called.
    #[serde(rename = "do")]
    pub what: &'static str,
    /// The question it is within: the thread that asked runs it.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub within: Option<AskNumber>,
    /// What is to be done.
    #[serde(flatten)]
    pub request: &'r R,
}

/// A part of a zone. The number comes first: the host knows it by that.
#[derive(Serialize)]
pub struct ZoneFrame<'z> {
    /// The zone.
    pub zone: ZoneNumber,
    /// Makes the zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<&'z ZoneHead>,
    /// What is removed; with this, records replace those of the same key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remove: Option<&'z [RecordKey]>,
    /// What is added.
    pub records: &'z [WireRecord],
}

/// Frames of the engine that nothing answers.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Note<'n> {
    /// Ends a call.
    Cancel(CallNumber),
    /// Forgets zones and plans.
    Drop {
        /// The zones.
        zones: &'n [ZoneNumber],
        /// The plans.
        plans: &'n [PlanNumber],
    },
    /// Ends the host.
    Bye(bool),
}

/// The answer to a question.
#[derive(Serialize)]
pub struct Answer<'a> {
    /// Which one.
    pub answer: AskNumber,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_strictly() {
        for line in [
            "",
            "{}",
            "[]",
            "null",
            r#"{"re":1,"ok":null,"error":{"class":"X","message":""},"zone":1}"#,
            r#"{"re":1,"ok":1,"error":{"class":"X","message":""}}"#,
            r#"{"re":-1,"ok":1}"#,
            r#"{"re":1,"re":2}"#,
            r#"{"re":1,"other":2}"#,
            r#"{"zone":1,"records":[["a","A",{},null,null]]}"#,
            r#"{"zone":1,"for":2,"records":[]}"#,
            r#"{"zone":1,"for":2,"records":[["a","A",{},null]]}"#,
            r#"{"zone":1,"for":2,"records":[["a","A",{},null,null,null]]}"#,
            r#"{"zone":1,"for":2,"records":[["a","A",7,null,null]]}"#,
            r#"{"plan":1,"for":2,"changes":[{"op":"Create","name":"a","type":"A"}]}"#,
            r#"{"plan":1,"for":2,"changes":[{"op":"Nothing","name":"a","type":"A"}]}"#,
            r#"{"ask":1,"for":2,"do":"coffee"}"#,
            r#"{"ask":1,"do":"processors"}"#,
            r#"{"log":20,"message":"x"}"#,
            r#"{"beat":1,"do":"plan"}"#,
            r#"{"re":1,"ok":null} {"re":1,"ok":null}"#,
        ] {
            assert!(Frame::read(line.as_bytes()).is_err(), "{line}");
        }
        let frame = Frame::read(br#"{"zone":1,"for":2,"remove":[["a","A"]]}"#).unwrap();
        let key = RecordKey { name: "a".to_owned(), record_type: "A".to_owned() };
        let delta = ZoneDelta { removed: vec![key], records: Vec::new() };
        assert_eq!(frame, Frame::Zone { call: 2, zone: 1, delta });
    }

    /// The host looks at the beginning of a line alone to know that it is about a zone.
    #[test]
    fn a_zone_frame_begins_with_its_number() {
        let frame = ZoneFrame { zone: 7, open: None, remove: Some(&[]), records: &[] };
        assert_eq!(line(&frame, "").unwrap(), b"{\"zone\":7,\"remove\":[],\"records\":[]}\n");
        let notes = [Note::Cancel(3), Note::Drop { zones: &[1], plans: &[] }, Note::Bye(true)];
        let notes = notes.map(|note| String::from_utf8(line(&note, "").unwrap()).unwrap());
        let expected =
            ["{\"cancel\":3}\n", "{\"drop\":{\"zones\":[1],\"plans\":[]}}\n", "{\"bye\":true}\n"];
        assert_eq!(notes, expected);
    }
}
