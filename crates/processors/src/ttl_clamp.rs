//! `TtlClampProcessor`: clamps TTLs to a range.

use std::sync::Arc;

use octodns_core::processor::Stage;
use octodns_core::registry::{BuildError, Sourced};
use octodns_core::{Processor, ProviderError, Record, Registry, Zone, async_trait};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::version::VERSION;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// The minimum TTL, in seconds: lower TTLs are raised to it. Default: 300.
    #[serde(default = "five_minutes")]
    min_ttl: i64,
    /// The greatest TTL, in seconds: higher ones are lowered to it. Default: 86400, a day.
    #[serde(default = "a_day")]
    max_ttl: i64,
}

fn five_minutes() -> i64 {
    300
}

fn a_day() -> i64 {
    86_400
}

/// Raises TTLs below the minimum to it, and lowers those above the maximum.
struct TtlClamp {
    id: String,
    options: Options,
}

pub(crate) fn register(registry: &mut Registry) {
    let path = "octodns.processor.clamp.TtlClampProcessor";
    registry.processor(path, &["ttl-clamp"], VERSION, new);
}

fn new(id: &str, given: Sourced<Options>) -> Result<TtlClamp, BuildError> {
    let Options { min_ttl, max_ttl } = given.options;
    if min_ttl > max_ttl {
        let message = format!("min_ttl ({min_ttl}) is more than max_ttl ({max_ttl})");
        return Err(given.error("min_ttl", message).help("write the smaller one as min_ttl"));
    }
    Ok(TtlClamp { id: id.to_owned(), options: given.options })
}

#[async_trait]
impl Processor for TtlClamp {
    fn id(&self) -> &str {
        &self.id
    }

    async fn source_zone(
        &self,
        desired: &mut Zone,
        _stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        let clamped =
            |record: &Record| record.ttl().clamp(self.options.min_ttl, self.options.max_ttl);
        let changed: Vec<Arc<Record>> =
            desired.records().filter(|record| clamped(record) != record.ttl()).cloned().collect();
        for record in changed {
            let (ttl, fqdn) = (clamped(&record), record.decoded_fqdn(desired.name()));
            tracing::info!(
                target: "octodns", logger = "TtlClampProcessor",
                "process_source_zone: the TTL of {fqdn} {} goes from {} to {ttl}",
                record.record_type(), record.ttl(),
            );
            desired.set(Arc::unwrap_or_clone(record).with_ttl(ttl));
        }
        Ok(())
    }
}
