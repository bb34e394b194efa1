//! `EnsureTrailingDots`: makes the names that records point to absolute.

use std::sync::Arc;

use octodns_core::name::IdnaError;
use octodns_core::processor::Stage;
use octodns_core::record::{HostName, Mx, Srv};
use octodns_core::registry::{BuildError, NoOptions};
use octodns_core::{Processor, ProviderError, RecordData, Registry, Zone, async_trait};

use crate::finding;
use crate::version::VERSION;

/// Ends the targets of ALIAS, CNAME, DNAME, MX, NS, PTR and SRV records with a dot.
struct EnsureTrailingDots {
    id: String,
}

pub(crate) fn register(registry: &mut Registry) {
    let path = "octodns.processor.trailing_dots.EnsureTrailingDots";
    registry.processor(path, &["ensure-trailing-dots"], VERSION, |id, NoOptions {}| {
        Ok::<_, BuildError>(EnsureTrailingDots { id: id.to_owned() })
    });
}

#[async_trait]
impl Processor for EnsureTrailingDots {
    fn id(&self) -> &str {
        &self.id
    }

    async fn source_zone(
        &self,
        desired: &mut Zone,
        stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        let mut changed = Vec::new();
        for record in desired.records() {
            match dotted(record.data()) {
                Ok(None) => {}
                Ok(Some(data)) => {
                    changed.push(Arc::unwrap_or_clone(Arc::clone(record)).with_data(data));
                }
                Err(error) => {
                    let zone = desired.name();
                    let found =
                        finding::about(record, zone, "ensure-trailing-dots", &self.id, error);
                    stage.report.push(found.help("write a whole name with a dot at its end"));
                }
            }
        }
        for record in changed {
            desired.set(record);
        }
        Ok(())
    }
}

/// The same values with absolute names; `None` if they are absolute already.
fn dotted(data: &RecordData) -> Result<Option<RecordData>, IdnaError> {
    let lacks = |target: &HostName| !target.as_str().is_empty() && !target.is_absolute();
    let ended = |target: &HostName| {
        if lacks(target) { HostName::new(&format!("{target}.")) } else { Ok(target.clone()) }
    };
    let all = |targets: &[HostName]| targets.iter().map(ended).collect::<Result<Vec<_>, _>>();
    Ok(Some(match data {
        RecordData::Alias(target) if lacks(target) => RecordData::Alias(ended(target)?),
        RecordData::Cname(target) if lacks(target) => RecordData::Cname(ended(target)?),
        RecordData::Dname(target) if lacks(target) => RecordData::Dname(ended(target)?),
        RecordData::Ns(targets) if targets.iter().any(lacks) => RecordData::Ns(all(targets)?),
        RecordData::Ptr(targets) if targets.iter().any(lacks) => RecordData::Ptr(all(targets)?),
        RecordData::Mx(values) if values.iter().any(|mx| lacks(&mx.exchange)) => {
            let ended = |mx: &Mx| Ok(Mx { exchange: ended(&mx.exchange)?, ..mx.clone() });
            RecordData::Mx(values.iter().map(ended).collect::<Result<_, _>>()?)
        }
        RecordData::Srv(values) if values.iter().any(|srv| lacks(&srv.target)) => {
            let ended = |srv: &Srv| Ok(Srv { target: ended(&srv.target)?, ..srv.clone() });
            RecordData::Srv(values.iter().map(ended).collect::<Result<_, _>>()?)
        }
        _ => return Ok(None),
    }))
}
