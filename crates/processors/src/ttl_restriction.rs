//! `TtlRestrictionFilter`: refuses TTLs that are too low, too high or not on a list.

use octodns_core::processor::Stage;
use octodns_core::registry::BuildError;
use octodns_core::{Processor, ProviderError, Registry, Zone, async_trait};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::finding;
use crate::version::VERSION;

const SEVEN_DAYS: i64 = 7 * 24 * 60 * 60;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// The least TTL, in seconds. Default: 1.
    #[serde(default = "one")]
    min_ttl: i64,
    /// The greatest TTL, in seconds. Default: 604800, seven days.
    #[serde(default = "seven_days")]
    max_ttl: i64,
    /// The only TTLs that are allowed, in seconds. Default: all between the limits.
    #[serde(default)]
    allowed_ttls: Option<Vec<i64>>,
}

fn one() -> i64 {
    1
}

fn seven_days() -> i64 {
    SEVEN_DAYS
}

/// Refuses records whose TTL is out of range; lenient records are exempt.
struct TtlRestriction {
    id: String,
    options: Options,
}

pub(crate) fn register(registry: &mut Registry) {
    let path = "octodns.processor.restrict.TtlRestrictionFilter";
    registry.processor(path, &["ttl-restriction"], VERSION, |id, options| {
        Ok::<_, BuildError>(TtlRestriction { id: id.to_owned(), options })
    });
}

impl TtlRestriction {
    /// What is wrong with a TTL, and what to write instead.
    fn fault(&self, ttl: i64) -> Option<(String, String)> {
        let Options { min_ttl, max_ttl, allowed_ttls } = &self.options;
        let allowed = allowed_ttls.as_ref().filter(|allowed| !allowed.is_empty());
        if let Some(allowed) = allowed.filter(|allowed| !allowed.contains(&ttl)) {
            let allowed: Vec<_> = allowed.iter().map(ToString::to_string).collect();
            let allowed = allowed.join(", ");
            let help = format!("set the `ttl` of the record to one of {allowed}");
            return Some((format!("the TTL {ttl} is not one of {allowed}"), help));
        }
        if ttl < *min_ttl {
            let message = format!("the TTL {ttl} is too low, the minimum is {min_ttl}");
            return Some((message, within(*min_ttl)));
        }
        let message = || format!("the TTL {ttl} is too high, the maximum is {max_ttl}");
        (ttl > *max_ttl).then(|| (message(), within(*max_ttl)))
    }
}

fn within(nearest: i64) -> String {
    format!("write `ttl: {nearest}`, or set `octodns: {{lenient: true}}` on the record")
}

#[async_trait]
impl Processor for TtlRestriction {
    fn id(&self) -> &str {
        &self.id
    }

    async fn source_zone(
        &self,
        desired: &mut Zone,
        stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        for record in desired.records().filter(|record| !record.options().lenient()) {
            if let Some((message, help)) = self.fault(record.ttl()) {
                let zone = desired.name();
                let found = finding::about(record, zone, "ttl-restriction", &self.id, message);
                stage.report.push(found.help(help));
            }
        }
        Ok(())
    }
}
