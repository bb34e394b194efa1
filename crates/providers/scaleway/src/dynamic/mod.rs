//! Dynamic records: a row with a plain value and one configuration of routing, of one of four kinds.
//!
//! The service has no pools: their values stand in the configuration, so they are named by their order when they are
//! read. What is not like that is reduced to it, and what gets lost then is reported.

mod check;
mod lacks;
mod read;
mod write;

use octodns_core::engine::unsupported;
use octodns_core::record::Compare;
use octodns_core::record::dynamic::{Dynamic, Pool, Rule};
use octodns_core::value::Kind as ValueKind;
use octodns_core::{
    DynamicSupport, HealthChecks, Places, Record, RecordType, Report, Zone as Records, ZoneName,
};

use crate::rows::{DATA, ROWS};
use check::Site;
use lacks::lacks;
pub(crate) use read::{is_expressible, sections};
pub(crate) use write::complete;

/// What the service has of dynamic records:
/// <https://www.scaleway.com/en/docs/network/domains-and-dns/how-to/manage-dns-records/>.
pub(crate) const DYNAMIC: DynamicSupport = DynamicSupport {
    types: &[RecordType::A, RecordType::AAAA, RecordType::CNAME],
    places: Places { provinces: &[], ..Places::ANY },
    subnets_with_geos: false,
    weights: 0..=4_294_967_295,
    health_checks: HealthChecks::Only(&["HTTP", "HTTPS"]),
    ..DynamicSupport::ANY
};

/// The kinds of routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// By place.
    Geo,
    /// By subnet.
    Views,
    /// In proportion.
    Weights,
    /// Among those that pass a check.
    Check,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Geo, Self::Views, Self::Weights, Self::Check];

    /// The field of a row.
    const fn key(self) -> &'static str {
        match self {
            Self::Geo => "geo_ip_config",
            Self::Views => "view_config",
            Self::Weights => "weighted_config",
            Self::Check => "http_service_config",
        }
    }

    /// The kind of a dynamic record.
    fn of(record: &Record, dynamic: &Dynamic) -> Self {
        let is_address = matches!(record.record_type(), RecordType::A | RecordType::AAAA);
        if dynamic.has_subnets() {
            Self::Views
        } else if dynamic.rules().iter().any(Rule::has_geos) || !is_address {
            Self::Geo
        } else if has_check(record) {
            Self::Check
        } else {
            Self::Weights
        }
    }
}

/// Whether a record has options of a health check.
fn has_check(record: &Record) -> bool {
    let section = record.options().section("healthcheck");
    section.is_some_and(|section| match section.as_map() {
        Some(map) => !map.is_empty(),
        None => section.kind != ValueKind::Null,
    })
}

/// The pool of a rule.
fn pool<'d>(dynamic: &'d Dynamic, rule: &Rule) -> Option<&'d Pool> {
    dynamic.pool(rule.pool()?)
}

/// The pool for what the other rules leave.
fn rest(dynamic: &Dynamic) -> Option<&Pool> {
    let rule = dynamic.rules().iter().find(|rule| rule.is_catchall())?;
    pool(dynamic, rule)
}

/// Brings dynamic records into the form in which they are read, and reports what gets lost.
pub(crate) fn adapt(desired: &mut Records, existing: &Records, report: &mut Report) {
    let records: Vec<_> =
        desired.records().filter(|record| record.dynamic().is_some()).cloned().collect();
    for record in records {
        let Some(dynamic) = record.dynamic() else { continue };
        let kind = Kind::of(&record, dynamic);
        let is_there = existing.get(record.name(), record.record_type()).is_some_and(|there| {
            there.dynamic().is_some_and(|held| held == dynamic && Kind::of(there, held) == kind)
        });
        for (what, instead) in lacks(&record, dynamic, kind, is_there) {
            report.push(unsupported(desired, &record, what, instead));
        }
        let held = held(&record, dynamic, kind, desired.name());
        if held.differs(&record, Compare::EVERYTHING) {
            desired.set(held);
        }
    }
}

/// A record as it will be read after it was written.
fn held(record: &Record, dynamic: &Dynamic, kind: Kind, zone: &ZoneName) -> Record {
    // By subnet, the plain value is for the others.
    let default = record.with_default_values().filter(|_| kind == Kind::Views);
    let values = default.as_ref().unwrap_or(record).split_values();
    let held = match values.first() {
        Some(first) => record.clone().with_data(first.data().clone()),
        None => record.clone(),
    };
    let data = held.rdata_strings().pop().unwrap_or_default();
    let body = write::config(record, dynamic, kind, None, zone);
    let of = record.record_type().as_str();
    let read = read::Config { kind, body: &body, data: &data, of }.routing(Some(zone));
    held.with_dynamic(read.unwrap_or_else(|| dynamic.clone()))
}
