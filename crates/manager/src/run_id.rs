//! The names of runs.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// The name of a run: its start, and a short random part. Names sort by time.
///
/// ```
/// # extern crate octodns_manager as octodns;
/// use octodns::journal::RunId;
///
/// let run: RunId = "20261201-001902-3f9a1c".parse()?;
/// assert_eq!(run.as_str(), "20261201-001902-3f9a1c");
/// assert!("../20261201-001902-3f9a1c".parse::<RunId>().is_err());
/// # Ok::<(), octodns::journal::NotARunId>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

/// A text that names no run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not the id of a run, which is like 20261201-001902-3f9a1c")]
pub struct NotARunId(String);

/// The digits of the random part.
const RANDOM: usize = 6;

impl RunId {
    /// A run that starts now; `random` is a text with at least six hexadecimal digits, such as a UUID.
    pub(crate) fn new(now: SystemTime, random: &str) -> Option<Self> {
        let digits = random.chars().filter(char::is_ascii_hexdigit).take(RANDOM);
        let digits: String = digits.map(|digit| digit.to_ascii_lowercase()).collect();
        let start = Timestamp::try_from(now).ok()?;
        format!("{}-{digits}", start.strftime("%Y%m%d-%H%M%S")).parse().ok()
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// When the run started, to the second.
    pub fn started(&self) -> Option<SystemTime> {
        let start = self.0.get(..15)?;
        let start = jiff::civil::DateTime::strptime("%Y%m%d-%H%M%S", start).ok()?;
        let seconds = TimeZone::UTC.to_timestamp(start).ok()?.as_second();
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds.try_into().ok()?))
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RunId {
    type Err = NotARunId;

    fn from_str(text: &str) -> Result<Self, NotARunId> {
        let parts: Vec<_> = text.split('-').collect();
        let is_id = matches!(*parts, [date, time, random]
            if is_number(date, 8) && is_number(time, 6) && is_random(random));
        if is_id { Ok(Self(text.to_owned())) } else { Err(NotARunId(shortened(text))) }
    }
}

impl TryFrom<String> for RunId {
    type Error = NotARunId;

    fn try_from(text: String) -> Result<Self, NotARunId> {
        text.parse()
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> Self {
        id.0
    }
}

fn is_number(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_random(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == RANDOM && text.bytes().all(is_digit)
}

/// What stands in a message: it may come from a file that somebody edited.
fn shortened(text: &str) -> String {
    octodns_core::value::visible(text).chars().take(60).collect()
}

/// A time as journals and lists of runs have it: RFC 3339, to the millisecond.
pub(crate) fn time(now: SystemTime) -> Option<String> {
    let now = Timestamp::try_from(now).ok()?;
    let now = Timestamp::from_millisecond(now.as_millisecond()).ok()?;
    Some(now.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_time_and_random_digits() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_796_084_342_120);
        let id = RunId::new(now, "3F-9a1cff").unwrap();
        assert_eq!(id.as_str(), "20261201-001902-3f9a1c");
        assert_eq!(id.started(), Some(now - Duration::from_millis(120)));
        assert_eq!(time(now).unwrap(), "2026-12-01T00:19:02.120Z");
        assert_eq!(RunId::new(now, "xyz12"), None);
    }

    #[test]
    fn nothing_else_is_an_id() {
        for text in [
            "",
            "..",
            "20261201-001902-3f9a1",
            "20261201-001902-3F9A1C",
            "20261201-001902-3f9a1c.jsonl",
            "2026120१-001902-3f9a1c",
            "/tmp/20261201-001902-3f9a1c",
        ] {
            let error = text.parse::<RunId>().unwrap_err().to_string();
            assert!(error.contains("is not the id of a run"), "{error}");
        }
        let long = "\u{1b}[31m".repeat(100).parse::<RunId>().unwrap_err().to_string();
        assert!(long.len() < 200 && !long.contains('\u{1b}'), "{long}");
        // A day that there is not.
        let odd: RunId = "20269999-999999-3f9a1c".parse().unwrap();
        assert_eq!(odd.started(), None);
    }
}
