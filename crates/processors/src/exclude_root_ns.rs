//! `ExcludeRootNsChanges`: the NS record at the apex is compared, but never changed.

use octodns_core::processor::Stage;
use octodns_core::registry::BuildError;
use octodns_core::value::truth;
use octodns_core::{Change, Plan, Processor, ProviderError, RecordType, Registry, async_trait};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::finding;
use crate::options::yes;
use crate::version::VERSION;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// Whether such a change is an error; otherwise it is left out with a warning. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    error: bool,
}

/// Refuses changes of the NS record at the apex, or removes them from plans with a warning.
struct ExcludeRootNsChanges {
    id: String,
    error: bool,
}

pub(crate) fn register(registry: &mut Registry) {
    let path = "octodns.processor.filter.ExcludeRootNsChanges";
    registry.processor(path, &["exclude-root-ns-changes"], VERSION, |id, Options { error }| {
        Ok::<_, BuildError>(ExcludeRootNsChanges { id: id.to_owned(), error })
    });
}

#[async_trait]
impl Processor for ExcludeRootNsChanges {
    fn id(&self) -> &str {
        &self.id
    }

    async fn plan(
        &self,
        plan: Option<Plan>,
        stage: &mut Stage<'_>,
    ) -> Result<Option<Plan>, ProviderError> {
        let Some(mut plan) = plan else { return Ok(None) };
        let root_ns = |change: &Change| {
            let record = change.record();
            record.record_type() == RecordType::NS && record.name().is_apex()
        };
        for change in plan.changes.iter().filter(|change| root_ns(change)) {
            let zone = plan.desired.name();
            if self.error {
                let message = "the NS record at the apex would change";
                let found = finding::about(
                    change.record(),
                    zone,
                    "exclude-root-ns-changes",
                    &self.id,
                    message,
                );
                stage.report.push(found.help("make both sides the same, or set \"error: false\""));
            } else {
                tracing::warn!(
                    target: "octodns", logger = %format_args!("ExcludeRootNsChanges[{}]", self.id),
                    "the change of the NS record of {zone} is left out of the plan",
                );
            }
        }
        if !self.error {
            plan.changes.retain(|change| !root_ns(change));
        }
        Ok(Some(plan))
    }
}
