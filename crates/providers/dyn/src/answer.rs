//! What answers say, whatever their status: success or failure, codes and messages, jobs.

use std::time::Duration;

use octodns_http::{Response, Throttle, Verdict};
use octodns_kit::Json;
use serde::Deserialize;

/// How the service says that a call has to wait. Such calls were not carried out.
pub(crate) const THROTTLES: &[Throttle] = &[
    Throttle::when_any(is_over_limit).pause(Duration::from_secs(5)),
    Throttle::when_any(is_blocked).pause(Duration::from_secs(1)),
];

/// The answer to every call.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    status: String,
    #[serde(default)]
    pub(crate) data: Json,
    #[serde(default)]
    pub(crate) job_id: Json,
}

impl Answer {
    /// Whether the service goes on with the call as a job.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.status == "incomplete"
    }
}

/// An answer without its data.
#[derive(Debug, Deserialize)]
struct Told {
    status: String,
    #[serde(default)]
    msgs: Vec<Message>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Message {
    #[serde(default)]
    info: String,
    err_cd: Option<String>,
    #[serde(default)]
    lvl: String,
}

impl Told {
    /// What a response says; `None` if it is no answer of the service.
    fn of(response: &Response) -> Option<Self> {
        response.json().ok()
    }

    /// Whether it is a failure with such a message.
    fn fails(&self, is: impl Fn(&Message) -> bool) -> bool {
        self.status == "failure" && self.msgs.iter().any(is)
    }

    fn has_code(&self, code: &str) -> bool {
        self.fails(|message| message.err_cd.as_deref() == Some(code))
    }
}

fn is_over_limit(response: &Response) -> bool {
    response.status().as_u16() == 429
        || Told::of(response).is_some_and(|told| told.has_code("RATE_LIMIT_EXCEEDED"))
}

/// Whether a task of the zone, or another call of the session, has to end first.
fn is_blocked(response: &Response) -> bool {
    let words = ["Operation blocked by current task", "This session already has a job running"];
    let says = |message: &Message| words.iter().any(|words| message.info.contains(words));
    Told::of(response).is_some_and(|told| told.fails(says))
}

/// Whether the session or the credentials are not accepted: all messages about that begin with the same word.
pub(crate) fn is_login_refused(response: &Response) -> bool {
    let says = |message: &Message| message.info.starts_with("login:");
    Told::of(response).is_some_and(|told| told.fails(says))
}

/// The meaning of an answer, as far as its status does not tell.
pub(crate) fn verdict(response: &Response) -> Option<Verdict> {
    if response.status().as_u16() == 307 {
        // A job, which is polled.
        return Some(Verdict::Success);
    }
    let is_success = response.status().is_success();
    let told = Told::of(response)?;
    if is_success && told.status != "failure" {
        return Some(Verdict::Success);
    }
    if is_over_limit(response) || is_blocked(response) {
        // Left to the rules above.
        return None;
    }
    if is_login_refused(response) {
        return Some(Verdict::Unauthorized);
    }
    if told.has_code("NOT_FOUND") {
        return Some(Verdict::NotFound);
    }
    is_success.then_some(Verdict::Refused)
}

/// The errors of an answer, or else all it says.
pub(crate) fn error_message(response: &Response) -> Option<String> {
    let told = Told::of(response)?;
    let words = |is: fn(&Message) -> bool| {
        let messages = told.msgs.iter().filter(|message| is(message));
        messages.map(|message| message.info.as_str()).collect::<Vec<_>>().join("; ")
    };
    let errors = words(|message| message.lvl == "ERROR");
    Some(if errors.is_empty() { words(|_| true) } else { errors })
}
