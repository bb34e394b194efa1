//! The time in a throttled response: nothing is sent before.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::{Suite, addresses, not_tried};

/// Reads a zone when the service takes no requests for the next three seconds.
pub(super) async fn wait(suite: Suite) -> Vec<String> {
    let Some(header) = suite.resets else {
        return not_tried("waits", "no header says when requests are taken again");
    };
    let bench = suite.bench(&json!({})).await;
    bench.converge(&[(suite.default_records)(&bench.zone), addresses(1, 0)].concat()).await;
    bench.asked();
    drop(bench.harness.read(&bench.zone).await);
    let usual = bench.asked().len();
    let mut throttled = bench.fake.api().throttled();
    throttled.headers.retain(|(name, _)| name != header);
    let waited = bench.read_after(throttled.with_header(header, &in_three_seconds())).await;
    let asked = bench.asked().len();
    let mut problems = Vec::new();
    if waited < Duration::from_millis(1900) {
        problems.push(format!("{header} is not waited for: the zone is read in {waited:?}"));
    }
    if asked != usual + 1 {
        problems.push(format!("{asked} requests, not one more than the usual {usual}"));
    }
    problems
}

/// The time in three seconds, in seconds since 1970: more than two seconds from now.
#[expect(clippy::disallowed_methods, reason = "test support: a service has a clock of its own")]
fn in_three_seconds() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (now.as_secs() + 3).to_string()
}
