//! The number of requests for many changes.

use octodns_core::ZoneName;

use super::{Suite, addresses, not_tried};
use crate::behaviour::Fixture;
use crate::run::render;

/// Reads a zone of 1,000 names and changes the addresses of all, as the first run of a program does.
pub(super) async fn count(suite: Suite) -> Vec<String> {
    let Some(expected) = suite.thousand_changes else {
        return not_tried("calls", "how many there are for 1,000 changes is not declared");
    };
    let served = suite.serve().await;
    let result = async {
        let zone = ZoneName::new("calls.example.").map_err(|error| error.to_string())?;
        served.provide(&zone);
        let desired = |shift| [served.default_records(&zone), addresses(1000, shift)].concat();
        served.converge(&zone, &desired(0)).await?;
        let harness = served.harness().await;
        served.fake.control().measured().clear();
        let planned = harness.plan(&harness.zone(&zone, &desired(1))).await;
        let plan = planned.map_err(|report| render(&report))?.ok_or("there is nothing to do")?;
        harness.apply(&plan).await.result.map_err(|error| error.with_causes())?;
        let mut seen = served.fake.seen();
        seen.retain(|seen| !served.fake.api().is_login(&seen.method, seen.path()));
        let writes = seen.iter().filter(|seen| seen.is_write()).count();
        Ok((seen.len() - writes, writes))
    };
    match result.await {
        Err(problem) => vec![problem],
        Ok(found) if found == expected => Vec::new(),
        Ok((reads, writes)) => {
            let (expected_reads, expected_writes) = expected;
            vec![format!(
                "1,000 changes take {reads} requests to read, not {expected_reads}, and {writes} to write, not \
                 {expected_writes}"
            )]
        }
    }
}
