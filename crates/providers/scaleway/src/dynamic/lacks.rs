//! What the service lacks of dynamic records.

use octodns_core::record::dynamic::{Dynamic, Pool};
use octodns_core::{Record, RecordType};

use super::check::own_fault;
use super::{Kind, has_check, pool, rest};

/// What of a record the service does not have, and what is done instead; `is_there` says that it has the same already.
pub(super) fn lacks(
    record: &Record,
    dynamic: &Dynamic,
    kind: Kind,
    is_there: bool,
) -> Vec<(String, &'static str)> {
    let mut lacks = Vec::new();
    lacks.extend(other_names(dynamic).map(|names| {
        let message = format!(
            "the pools {names} are not called pool-0, pool-1 and so on, and the service stores no names"
        );
        (message, "they are named in the order of the rules")
    }));
    lacks.extend(other_kinds(record, dynamic, kind, is_there));
    let rest = rest(dynamic);
    let is_usual = |pool: &Pool| match (pool.fallback(), kind, rest) {
        (None, ..) => true,
        (Some(fallback), Kind::Geo | Kind::Views, Some(rest)) => {
            fallback == rest.id() && pool.id() != fallback
        }
        _ => false,
    };
    let unusual = listed(dynamic.used_pools().into_iter().filter(|pool| !is_usual(pool)));
    lacks.extend(unusual.map(|pools| {
        let message = format!(
            "the pools {pools} have fallbacks other than the pool of the last rule, which are not supported"
        );
        (message, "no pool takes the place of another")
    }));
    let is_single = |pool: &&Pool| match kind {
        Kind::Views => true,
        Kind::Geo => rest.is_some_and(|rest| rest.id() == pool.id()),
        Kind::Weights | Kind::Check => false,
    };
    let several = dynamic.used_pools().into_iter().filter(is_single);
    let several = listed(several.filter(|pool| pool.values().len() > 1));
    lacks.extend(several.map(|pools| {
        let message = match kind {
            Kind::Views => format!("the pools {pools} have several values: a subnet has one"),
            _ => {
                format!("the pool {pools} of the last rule has several values: the default is one")
            }
        };
        (message, "only the first value is used")
    }));
    lacks
}

/// The pools whose names are not those that are read.
fn other_names(dynamic: &Dynamic) -> Option<String> {
    let pools = dynamic.pools();
    let names: Vec<_> = (0..pools.len()).map(|index| format!("pool-{index}")).collect();
    listed(pools.iter().filter(|pool| !names.iter().any(|name| name == pool.id())))
}

/// What a record has of other kinds than its own, which is the only one that a row can have.
fn other_kinds(
    record: &Record,
    dynamic: &Dynamic,
    kind: Kind,
    is_there: bool,
) -> Vec<(String, &'static str)> {
    let mut pools = dynamic.rules().iter().filter_map(|rule| pool(dynamic, rule));
    let has_weights = pools.any(|pool| pool.values().iter().any(|value| value.weight() != 1));
    let chooses = dynamic.rules().iter().any(|rule| !rule.is_catchall());
    let is_address = matches!(record.record_type(), RecordType::A | RecordType::AAAA);
    let mut lacks = Vec::new();
    let mut lack = |message: &str, instead| lacks.push((message.to_owned(), instead));
    match (kind, has_weights, has_check(record)) {
        (Kind::Geo | Kind::Views, ..) if !chooses && !is_there => {
            lack(
                "its rules choose by neither place nor subnet, as they have to for this type",
                "it always has the same answer",
            );
        }
        (Kind::Weights, false, false) if !is_there => lack(
            "it has neither geos, subnets, weights nor a health check (octodns.healthcheck): give its values weights \
             above 1, or write them as plain values",
            "all values count alike",
        ),
        _ => {}
    }
    if has_weights && kind != Kind::Weights {
        let message = match kind {
            Kind::Check => "it has weights and a health check, which cannot be mixed",
            _ if is_address => "it has weights beside geos or subnets, which cannot be mixed",
            _ => "only A and AAAA records can have weights",
        };
        lack(message, "all values of a pool count alike");
    }
    if has_check(record) && matches!(kind, Kind::Geo | Kind::Views) {
        let message = if is_address {
            "it has a health check beside geos or subnets, which cannot be mixed"
        } else {
            "only A and AAAA records can have a health check"
        };
        lack(message, "nothing is checked");
    }
    if let Some(fault) = own_fault(record).filter(|_| kind == Kind::Check) {
        lack(&format!("octodns.scaleway.healthcheck: {fault}"), "it is ignored");
    }
    let has_host = record.options().healthcheck_host("name.").is_some_and(|host| !host.is_empty());
    if kind == Kind::Check && !has_host {
        lack("its health check has no host", "the host is the name of the record");
    }
    lacks
}

/// The names of pools; `None` if there is none.
fn listed<'p>(pools: impl Iterator<Item = &'p Pool>) -> Option<String> {
    let names: Vec<_> = pools.map(Pool::id).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
