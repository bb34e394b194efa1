//! Each record type: create a record, change its values and TTL, delete it.

use futures::FutureExt;
use futures::future::BoxFuture;

use super::{Case, reviewed};

/// Walks the record type of the case through its states.
pub(super) fn record_type<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result<(), String>> {
    async move {
        let Some(of) = case.record_type else { return Ok(()) };
        let Some(sample) = case.fixture.sample(of) else { return Err("no sample".to_owned()) };
        let (values, least) = (&sample.values, case.fixture.min_ttl());
        for (what, records) in [
            ("create", sample.with(&values[..1], 300.max(least))),
            ("more values", sample.with(values, 300.max(least))),
            ("other values", sample.with(&values[1..], 300.max(least))),
            ("TTL", sample.with(&values[1..], 3600.max(least))),
            ("TTL and values", sample.with(&values[..1], least)),
            ("delete", sample.beside.clone()),
        ] {
            let done = reviewed::converge_to(case, &records).await;
            done.map_err(|problem| format!("{what}: {problem}"))?;
        }
        Ok(())
    }
    .boxed()
}
