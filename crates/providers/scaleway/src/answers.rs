//! Lists, and what refusals mean: <https://www.scaleway.com/en/developers/api/domains-and-dns/>.

use std::time::Duration;

use octodns_http::{Error, Page, Request, Response, Throttle, Verdict, all_ahead};
use octodns_kit::Json;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The most entries of a page.
const PAGE_SIZE: usize = 1000;

/// How many pages are read at the same time.
const PAGES_AT_ONCE: usize = 4;

/// Refusals that are over after a while: something else changes the zone.
pub(crate) const BUSY: &[Throttle] = &[Throttle::when_any(|response| {
    response.status().is_client_error()
        && matches!(&*Refused::of(response).kind, "locked" | "transient_state")
})
.pause(Duration::from_secs(1))];

/// A page of a list.
#[derive(Deserialize)]
struct Listed<T> {
    #[serde(alias = "records", alias = "dns_zones")]
    items: Vec<T>,
    total_count: Option<u64>,
}

/// All entries of a list.
pub(crate) async fn list<'c, T: DeserializeOwned>(
    get: impl Fn() -> Request<'c>,
) -> Result<Vec<T>, Error> {
    all_ahead(PAGES_AT_ONCE, async |at| {
        let request = get().query("page_size", PAGE_SIZE);
        let first = at.number == 1;
        let request = if first { request } else { request.query("page", at.number) };
        let response = request.send().await?;
        let Listed { items, total_count } = response.json()?;
        let read = at.offset.saturating_add(items.len() as u64);
        let has_next = match total_count {
            Some(total) => read < total && !items.is_empty(),
            None => items.len() >= PAGE_SIZE,
        };
        let next = has_next.then(|| at.number.saturating_add(1));
        Ok(Page::new(&response, items).next(next).total(total_count))
    })
    .await
}

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
