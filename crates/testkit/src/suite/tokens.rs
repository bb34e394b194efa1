//! One token for all requests, and another only when the service says that it has ended.

use serde_json::json;

use super::{Suite, addresses, not_tried};

/// Counts the logins of a provider: for its first requests, for more of them, and when no token is good any more.
pub(super) async fn share(suite: Suite) -> Vec<String> {
    if suite.store.login_path().is_none() {
        return not_tried("tokens", "the service has no login");
    }
    let bench = suite.bench(&json!({})).await;
    let desired = |shift| [(suite.default_records)(&bench.zone), addresses(2, shift)].concat();
    let mut problems = Vec::new();
    let mut expect = |expected: usize, when: &str| {
        let found = bench.logins();
        if found != expected {
            problems.push(format!("{found} logins {when}, not {expected}"));
        }
    };
    bench.converge(&desired(0)).await;
    expect(1, "for the first requests");
    bench.converge(&desired(1)).await;
    expect(0, "for more requests");
    bench.fake.api().end_tokens_after(Some(0));
    let planned = bench.plan(&desired(2)).await;
    expect(1, "when every token has ended");
    if planned.is_ok() {
        problems.push("a zone is read, though every token has ended".to_owned());
    }
    problems
}
