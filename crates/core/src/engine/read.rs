//! Reading a zone: from its sources in turn, or from a target.

use std::sync::Arc;

use futures::future::join_all;

use super::Context;
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::plan::State;
use crate::provider::{Source, ZoneRead, ZoneRequest};
use crate::zone::{Added, Adding, Zone, ZoneSettings};

/// What a target holds.
#[derive(Clone, Debug)]
pub struct ReadZone {
    /// Its records.
    pub zone: Zone,
    /// Whether the target knows the zone.
    pub exists: bool,
    /// What is to be remembered for applying.
    pub state: State,
}

/// Reads what the sources say a zone is to hold, each adding to what those before it said.
///
/// Reads happen at the same time, but for sources that build on others; records are added in the order of
/// `sources`. Everything found goes into `report`; an error there means that the zone must not be used.
pub async fn read_sources(
    zone: &mut Zone,
    sources: &[Arc<dyn Source>],
    context: &Context,
    report: &mut Report,
) {
    let (name, settings) = (zone.name().clone(), Arc::clone(zone.settings()));
    let request = request(&name, &settings, context, (false, context.lenient));
    let reads = join_all(sources.iter().map(async |source| {
        if source.builds_on_others() { None } else { Some(source.read(&request).await) }
    }));
    for (source, read) in sources.iter().zip(reads.await) {
        let read = match read {
            Some(read) => read,
            None => source.build_on(zone, &request).await,
        };
        match read {
            Ok(Some(read)) => add(zone, read, context.lenient, report),
            Ok(None) => {}
            Err(error) => report.merge(error.into_report("source", &subject(source.id(), &name))),
        }
    }
}

/// Reads what a target holds: leniently, since it is there already.
///
/// Everything found goes into `report`; an error there means that the zone must not be used.
pub async fn read_target(
    zone: Zone,
    target: &dyn Source,
    context: &Context,
    report: &mut Report,
) -> ReadZone {
    let (name, settings) = (zone.name().clone(), Arc::clone(zone.settings()));
    let mut found = ReadZone { zone, exists: false, state: State::default() };
    match target.read(&request(&name, &settings, context, (true, true))).await {
        Ok(Some(mut read)) => {
            found.exists = true;
            found.state = std::mem::take(&mut read.state);
            add(&mut found.zone, read, true, report);
        }
        Ok(None) => {}
        Err(error) => report.merge(error.into_report("target", &subject(target.id(), &name))),
    }
    found
}

fn request<'r>(
    name: &'r crate::ZoneName,
    settings: &'r ZoneSettings,
    context: &'r Context,
    (target, lenient): (bool, bool),
) -> ZoneRequest<'r> {
    let (validators, types) = (&context.record_validators, &context.types);
    ZoneRequest { name, sub_zones: &settings.sub_zones, target, lenient, validators, types }
}

fn subject(id: &str, zone: &crate::ZoneName) -> String {
    format!("{zone} ({id})")
}

fn add(zone: &mut Zone, read: ZoneRead, lenient: bool, report: &mut Report) {
    report.merge(read.report);
    let how = Adding { replace: read.replace, lenient };
    for record in read.records {
        match zone.add(record, how) {
            Ok(Added::Kept | Added::Ignored) => {}
            Ok(Added::KeptInSubZone(error)) => {
                report.push(Diagnostic { severity: Severity::Warning, ..error.to_diagnostic() });
            }
            Err(error) => report.push(error.to_diagnostic()),
        }
    }
}
