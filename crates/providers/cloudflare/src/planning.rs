//! Rules for planning that are special to this service. Pure, no I/O.

use std::collections::HashSet;
use std::sync::Arc;

use octodns_core::engine::unsupported;
use octodns_core::provider::{Answers, PlanDraft};
use octodns_core::record::Compare;
use octodns_core::{Change, Diagnostic, Record, RecordData, RecordName, RecordType, Report, Zone};

use crate::apply::ZoneState;
use crate::page_rules;
use crate::records::{self, CDN_SUFFIX, Flags, RecordNotes, UnusedEntry, Writing};

/// Removes from the desired state what the service cannot hold.
pub(crate) fn adapt(desired: &mut Zone, report: &mut Report) {
    remove_lone_ds(desired, report);
    normalize_forwardings(desired, report);
    call_aliases_cname(desired, report);
    report_unused_notes(desired, report);
}

/// The service has no ALIAS: it flattens a CNAME at the apex, and below it has only CNAME.
///
// Differs from octoDNS, which replaces a CNAME by an ALIAS below the apex in every run.
fn call_aliases_cname(desired: &mut Zone, report: &mut Report) {
    let is_below = |record: &Record| !record.name().is_apex();
    let records = desired.records().filter(|record| is_below(record)).cloned();
    let records: Vec<_> = records.collect();
    for record in records {
        let RecordData::Alias(target) = record.data() else { continue };
        if desired.get(record.name(), RecordType::CNAME).is_some() {
            let message = "below the apex, an ALIAS is a CNAME, and the name has a CNAME already";
            report.push(unsupported(desired, &record, message, "it is left out"));
        } else {
            let data = RecordData::Cname(target.clone());
            desired.set(Record::clone(&record).with_data(data));
        }
        desired.remove(record.name(), RecordType::ALIAS);
    }
}

/// Comments and tags for values that a record does not have.
fn report_unused_notes(desired: &Zone, report: &mut Report) {
    for record in desired.records() {
        for UnusedEntry(why) in records::entries(record).into_iter().filter_map(Result::err) {
            report.push(unsupported(desired, record, why, "it is ignored"));
        }
    }
}

/// The service only accepts a DS record next to an NS record of the same name.
fn remove_lone_ds(desired: &mut Zone, report: &mut Report) {
    let is_lone = |record: &Record| {
        record.record_type() == RecordType::DS
            && desired.get(record.name(), RecordType::NS).is_none()
    };
    let lone: Vec<_> = desired.records().filter(|record| is_lone(record)).cloned().collect();
    for record in lone {
        let message = "a DS record needs an NS record of the same name";
        report.push(unsupported(desired, &record, message, "it is left out"));
        desired.remove(record.name(), record.record_type());
    }
}

/// Page rules forward without masking and without the query.
///
// Differs from octoDNS: other settings are a warning and replaced, so that the plan settles.
fn normalize_forwardings(desired: &mut Zone, report: &mut Report) {
    let records: Vec<_> = desired.records().cloned().collect();
    for record in records {
        let RecordData::Urlfwd(values) = record.data() else { continue };
        let mut values = values.clone();
        for value in &mut values {
            (value.masking, value.query) = (page_rules::MASKING, page_rules::QUERY);
        }
        let data = RecordData::Urlfwd(values);
        if data == *record.data() {
            continue;
        }
        let message = "page rules forward with masking 2 and query 0 only, which is used instead";
        let subject = format!("{} URLFWD", record.decoded_fqdn(desired.name()));
        let found = Diagnostic::warning("supports", message).about(subject);
        let help = "write `masking: 2` and `query: 0`";
        report.push(found.at(record.origin().clone()).help(help));
        desired.set(Record::clone(&record).with_data(data));
    }
}

/// Root NS records have no meaning in internal zones, which have no name servers.
pub(crate) fn remove_root_ns(desired: &mut Zone, report: &mut Report) {
    let Some(record) = desired.root_ns().cloned() else { return };
    let message = "internal zones have no name servers, the root NS record is left out";
    let subject = format!("{} NS", desired.name());
    let found = Diagnostic::warning("supports", message).about(subject);
    let help = "remove the record, or leave it out for this target with `octodns.excluded`";
    report.push(found.at(record.origin().clone()).help(help));
    desired.remove(record.name(), record.record_type());
}

/// Whether the service distinguishes the two states of a change.
pub(crate) fn is_significant(change: &Change, writing: Writing) -> bool {
    if let Change::Update { existing, new } = change {
        let (was, is) = (Flags::of(existing, writing.cdn), Flags::of(new, writing.cdn));
        if (was.proxied, was.auto_ttl) != (is.proxied, is.auto_ttl) {
            return true;
        }
        if !differs(existing, new, is, writing) {
            return false;
        }
    }
    !is_cdn_alias(change.record())
}

/// How the service's servers answer for a record.
pub(crate) fn answers(record: &Record, writing: Writing) -> Answers {
    let flags = Flags::of(record, writing.cdn);
    if flags.proxied {
        Answers::Otherwise("proxied")
    } else if flags.has_automatic_ttl() || record.ttl() < writing.min_ttl {
        Answers::AnyTtl
    } else {
        Answers::AsWritten
    }
}

fn differs(existing: &Record, new: &Record, flags: Flags, writing: Writing) -> bool {
    let clamped = |record: &Record| record.ttl().max(writing.min_ttl);
    let ttl_counts = !flags.has_automatic_ttl() && new.record_type() != RecordType::URLFWD;
    let ttl = if ttl_counts { clamped(new) } else { existing.ttl() };
    let existing_ttl = if ttl_counts { clamped(existing) } else { existing.ttl() };
    existing.clone().with_ttl(existing_ttl).differs(&new.clone().with_ttl(ttl), Compare::NOTHING)
}

/// Whether the record represents a proxied one, whose real values are not known.
fn is_cdn_alias(record: &Record) -> bool {
    match record.data() {
        RecordData::Alias(target) | RecordData::Cname(target) => {
            target.as_str().ends_with(CDN_SUFFIX)
        }
        _ => false,
    }
}

/// Whether the values of a record are to get another comment or other tags.
fn notes_differ(existing: &Record, new: &Record) -> bool {
    let (held, wanted) = (RecordNotes::of(existing), RecordNotes::of(new));
    let keys = new.rdata_strings();
    keys.iter().any(|key| held.get(key) != wanted.wanted(Some(&held), key))
}

/// The records of which some rows are proxied or have an automatic TTL, and others are not.
fn mixed(draft: &PlanDraft<'_>, writing: Writing) -> HashSet<(RecordName, RecordType)> {
    let rows = draft.state.get::<ZoneState>().map(|state| &*state.rows).unwrap_or_default();
    // In `cdn` mode, what is proxied is not written.
    let groups =
        if writing.cdn { None } else { records::groups(rows, draft.existing.name(), false).ok() };
    let groups = groups.into_iter().flatten().filter(records::Group::is_mixed);
    groups.map(|group| (group.name, group.record_type)).collect()
}

/// Updates of settings besides the values, which the comparison of zones does not see.
///
// Differs from octoDNS: one update however many settings differ, and none for records that are ignored, not
// meant for this target, or aliases to the service's network.
pub(crate) fn extra_changes(draft: &PlanDraft<'_>, id: &str, writing: Writing) -> Vec<Change> {
    let key = |record: &Record| (record.name().clone(), record.record_type());
    let mixed = mixed(draft, writing);
    let changed: HashSet<_> = draft.changes.iter().map(|change| key(change.record())).collect();
    let concerns = |record: &Record| !record.options().ignored() && record.options().wants(id);
    let update = |new: &Arc<Record>| {
        let existing = draft.existing.get(new.name(), new.record_type())?;
        let differ = Flags::of(existing, writing.cdn) != Flags::of(new, writing.cdn)
            || notes_differ(existing, new)
            || mixed.contains(&key(new));
        let wanted = differ
            && concerns(existing)
            && concerns(new)
            && !is_cdn_alias(new)
            && new.record_type() != RecordType::URLFWD
            && !changed.contains(&key(new));
        wanted.then(|| Change::Update { existing: existing.clone(), new: new.clone() })
    };
    draft.desired.records().filter_map(update).collect()
}

#[cfg(test)]
mod tests;
