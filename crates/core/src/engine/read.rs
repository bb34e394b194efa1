//! Reading a zone: from its sources in turn, or from a target.

use std::sync::Arc;

use futures::future::join_all;

use super::unsupported::{Strictness, at_configured_severity};
use super::{Context, empty, normal};
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::plan::State;
use crate::provider::{HiddenSet, Source, UnevenTtl, ZoneRead, ZoneRequest};
use crate::zone::{AddOptions, AddOutcome, Zone, ZoneSettings};

/// What a target holds of a zone: all of it. There is none of these for a read that failed, so nothing can be planned
/// on one. Only [`Target::read`](crate::Target::read), by [`read_target`], makes one:
///
/// ```compile_fail,E0639
/// # use octodns_core::{Report, State, Zone, engine::ReadZone};
/// fn nothing_there(zone: Zone) -> ReadZone {
///     let (hidden, uneven) = (Vec::new(), Vec::new());
///     ReadZone { zone, exists: false, state: State::default(), hidden, uneven, report: Report::new() }
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReadZone {
    /// Its records.
    pub zone: Zone,
    /// Whether the target knows the zone.
    pub exists: bool,
    /// State to keep for applying.
    pub state: State,
    /// RRsets that are there and not among the records: no plan may create them.
    pub hidden: Vec<HiddenSet>,
    /// Records whose values have several TTLs.
    pub uneven: Vec<UnevenTtl>,
    /// What was found along the way; no errors.
    pub report: Report,
}

/// Reads what the sources say a zone is to hold, each adding to what those before it said.
///
/// Reads happen at the same time, but for sources that build on others; records are added in the order of
/// `sources`. Warnings go into `report`.
///
/// # Errors
///
/// With everything that was found, if there is an error in it: what the sources gave is not whole then.
pub async fn read_sources(
    zone: Zone,
    sources: &[Arc<dyn Source>],
    context: &Context,
    report: &mut Report,
) -> Result<Zone, Report> {
    let (zone, found) = gather(zone, sources, context).await;
    whole(zone, found, report)
}

/// Reads a zone as [`read_sources`] does, and holds it against the validators of whole zones.
///
/// # Errors
///
/// With everything that was found, of validators as well, if there is an error in it.
pub async fn read_valid_sources(
    zone: Zone,
    sources: &[Arc<dyn Source>],
    context: &Context,
    report: &mut Report,
) -> Result<Zone, Report> {
    let (zone, mut found) = gather(zone, sources, context).await;
    context.validate(&zone, &mut found).await;
    whole(zone, found, report)
}

fn whole(zone: Zone, found: Report, report: &mut Report) -> Result<Zone, Report> {
    if found.has_errors() {
        return Err(found);
    }
    report.merge(found);
    Ok(zone)
}

/// What could be read, and what was found. With an error among that it is a part of the zone only, which
/// nothing but validators may see.
async fn gather(mut zone: Zone, sources: &[Arc<dyn Source>], context: &Context) -> (Zone, Report) {
    let (name, settings) = (zone.name().clone(), Arc::clone(zone.settings()));
    let request = request(&name, &settings, context, (false, context.lenient));
    let nothing = zone.clone();
    let reads = join_all(sources.iter().enumerate().map(async |(index, source)| {
        match (source.builds_on_others(), index) {
            (false, _) => Some(source.read(&request).await),
            // There is nothing before it that it would have to wait for.
            (true, 0) => Some(source.build_on(&nothing, &request).await),
            (true, _) => None,
        }
    }));
    let mut found = Report::new();
    for (source, read) in sources.iter().zip(reads.await) {
        let read = match read {
            Some(read) => read,
            None => source.build_on(&zone, &request).await,
        };
        match read {
            Ok(Some(mut read)) => {
                // A source has no option that says how strict it is.
                if context.lenient {
                    read.report = told(read.report, false);
                }
                let normal = normal::read(&mut read, &name, context.lenient).await;
                if let Err(error) = normal {
                    found.merge(error.into_report("source", &subject(source.id(), &name)));
                    continue;
                }
                context.validate_read(&mut read, &name).await;
                add(&mut zone, read, context.lenient, &mut found);
            }
            Ok(None) => {}
            Err(error) => found.merge(error.into_report("source", &subject(source.id(), &name))),
        }
    }
    (zone, found)
}

/// Reads what a target holds, into `zone`, which is empty: leniently, since it is there already. What records cannot
/// express is an error, as strict targets want it; [`Target::read`](crate::Target::read) heeds the target's options.
///
/// # Errors
///
/// With everything that was found, if there is an error in it: a part of a zone must not be planned on.
pub async fn read_target(
    zone: Zone,
    target: &dyn Source,
    context: &Context,
) -> Result<ReadZone, Report> {
    read_target_of(zone, target, context, true).await
}

/// Reads what a target holds, which may be strict or not.
pub(super) async fn read_target_of(
    mut zone: Zone,
    target: &dyn Source,
    context: &Context,
    strict_supports: bool,
) -> Result<ReadZone, Report> {
    let (name, settings) = (zone.name().clone(), Arc::clone(zone.settings()));
    let read = match target.read(&request(&name, &settings, context, (true, true))).await {
        Ok(read) => read,
        Err(error) => return Err(error.into_report("target", &subject(target.id(), &name))),
    };
    let exists = read.as_ref().is_some_and(|read| !read.is_absent);
    let mut read = read.unwrap_or_default();
    if let Err(error) = normal::read(&mut read, &name, true).await {
        return Err(error.into_report("target", &subject(target.id(), &name)));
    }
    read.report = told(read.report, strict_supports);
    let (state, hidden) = (std::mem::take(&mut read.state), std::mem::take(&mut read.hidden));
    let uneven = std::mem::take(&mut read.uneven);
    let mut report = Report::new();
    add(&mut zone, read, true, &mut report);
    if report.has_errors() {
        Err(report)
    } else {
        Ok(ReadZone { zone, exists, state, hidden, uneven, report })
    }
}

fn request<'r>(
    name: &'r crate::ZoneName,
    settings: &'r ZoneSettings,
    context: &'r Context,
    (target, lenient): (bool, bool),
) -> ZoneRequest<'r> {
    let (validators, types) = (&context.record_validators, &context.types);
    let (sub_zones, includes) = (&settings.sub_zones, context.includes);
    let settings = Some(settings);
    ZoneRequest { name, sub_zones, target, lenient, validators, types, includes, settings }
}

fn subject(id: &str, zone: &crate::ZoneName) -> String {
    format!("{zone} ({id})")
}

/// What was found in a read: what records cannot express is an error or a warning.
fn told(found: Report, strict_supports: bool) -> Report {
    let strictness = Strictness { strict_supports, root_ns_warnings: true };
    found.into_iter().map(|finding| at_configured_severity(finding, strictness)).collect()
}

fn add(zone: &mut Zone, read: ZoneRead, lenient: bool, report: &mut Report) {
    report.merge(read.report);
    for (name, record_type) in &read.removed {
        zone.remove(name, *record_type);
    }
    let how = AddOptions { replace: read.replace, lenient: lenient || read.is_checked };
    let is_fine = read.records.iter().all(|record| empty::finding(record, zone.name()).is_none());
    let filled = if is_fine { zone.fill(read.records) } else { Err(read.records) };
    for record in filled.err().into_iter().flatten() {
        if let Some(found) = empty::finding(&record, zone.name()) {
            report.push(found);
            continue;
        }
        match zone.add(record, how) {
            Ok(AddOutcome::Kept | AddOutcome::Ignored) => {}
            Ok(AddOutcome::KeptInSubZone(error)) => {
                report.push(Diagnostic { severity: Severity::Warning, ..error.to_diagnostic() });
            }
            Err(error) => report.push(error.to_diagnostic()),
        }
    }
}
