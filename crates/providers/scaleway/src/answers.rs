//! Lists, and what refusals mean: <https://www.scaleway.com/en/developers/api/domains-and-dns/>.

use std::time::Duration;

use octodns_http::{Response, Throttle, Verdict};
use octodns_kit::{Json, Pages};
use serde::Deserialize;

pub(crate) const PAGES: Pages = Pages::numbered("page")
    .size("page_size", 1000)
    .first_without_place()
    .entries(&["records", "dns_zones"])
    .total_if_given("total_count");

/// Refusals that are over after a while: something else changes the zone.
pub(crate) const BUSY: &[Throttle] = &[Throttle::when_any(|response| {
    response.status().is_client_error()
        && matches!(&*Refused::of(response).kind, "locked" | "transient_state")
})
.pause(Duration::from_secs(1))];

/// The body of a refusal.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused {
    message: String,
    #[serde(rename = "type")]
    kind: String,
    details: Vec<Json>,
}

impl Refused {
    fn of(response: &Response) -> Self {
        response.json().unwrap_or_default()
    }
}

/// What is refused for another reason than the credentials.
pub(crate) fn verdict(response: &Response) -> Option<Verdict> {
    let is_quota = response.status() == 403 && Refused::of(response).kind == "quotas_exceeded";
    is_quota.then_some(Verdict::Refused)
}

/// The message of a refusal, with its type and what exactly is refused.
pub(crate) fn error_message(response: &Response) -> Option<String> {
    let Refused { message, kind, details } = Refused::of(response);
    if message.is_empty() || kind.is_empty() {
        return None;
    }
    let mut words = format!("{message} ({kind})");
    for detail in &details {
        let texts = detail.as_object().into_iter().flat_map(|detail| detail.values());
        let texts: Vec<_> = texts.filter_map(Json::as_str).collect();
        words = format!("{words}; {}", texts.join(", "));
    }
    Some(words)
}
