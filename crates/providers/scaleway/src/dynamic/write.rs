//! Writes routing, as octoDNS' own provider does.

use octodns_core::record::Dynamic;
use octodns_core::record::dynamic::{Pool, PoolValue, Rule};
use octodns_core::{Record, ZoneName};
use octodns_kit::{Json, json};

use super::check::{OWN, own};
use super::read::Config;
use super::{DATA, Kind, ROWS, Site, pool, rest};

/// The client that checks say they are, as octoDNS' own provider has it: sites may look for it.
const USER_AGENT: &str = "scaleway-octodns/0.0.4";

/// Adds the routing of a record to its set, which then has a single row.
pub(crate) fn complete(set: &mut Json, record: &Record, existing: Option<&Json>, zone: &ZoneName) {
    let Some(dynamic) = record.dynamic() else { return };
    let kind = Kind::of(record, dynamic);
    let existing = existing.and_then(Config::of).filter(|existing| existing.kind == kind);
    let body = config(record, dynamic, kind, existing, zone);
    if let Some(rows) = set[ROWS].as_array_mut() {
        rows.truncate(1);
        if let Some(row) = rows.first_mut() {
            row[kind.key()] = body;
        }
    }
}

/// The routing of a record; what records do not say is as in `existing`.
pub(super) fn config(
    record: &Record,
    dynamic: &Dynamic,
    kind: Kind,
    existing: Option<Config<'_>>,
    zone: &ZoneName,
) -> Json {
    let rest = rest(dynamic);
    let values = rest.map(Pool::values).unwrap_or_default();
    let chosen = |rule: &Rule| {
        let values = pool(dynamic, rule).map(Pool::values).unwrap_or_default();
        values.iter().map(|value| value.value().to_owned()).collect::<Vec<_>>()
    };
    match kind {
        Kind::Geo => {
            let mut matches = Vec::new();
            for rule in dynamic.rules() {
                let values = chosen(rule);
                for (continents, countries) in places(rule) {
                    matches.extend(values.iter().map(|value| {
                        json!({"continents": continents, "countries": countries, DATA: value})
                    }));
                }
            }
            let mut body = json!({"matches": matches});
            if let Some(default) = values.first() {
                body["default"] = default.value().into();
            }
            body
        }
        Kind::Views => {
            let views = dynamic.rules().iter().flat_map(|rule| {
                let value = chosen(rule).into_iter().next();
                let subnets = rule.subnet_texts().iter();
                subnets.map(move |subnet| json!({"subnet": &**subnet, DATA: value}))
            });
            json!({"views": views.collect::<Vec<_>>()})
        }
        Kind::Weights => {
            let ip =
                values.iter().map(|value| json!({"ip": value.value(), "weight": value.weight()}));
            json!({"weighted_ips": ip.collect::<Vec<_>>()})
        }
        Kind::Check => {
            let site = Site::of(record, &record.fqdn(zone));
            let held = |key: &str| existing.map_or(&Json::Null, |existing| &existing.body[key]);
            let is_same =
                existing.and_then(|held| held.site()).is_some_and(|held| held.is_as(&site));
            let mut body = json!({
                "ips": values.iter().map(PoolValue::value).collect::<Vec<_>>(),
                "url": if is_same { held("url").clone() } else { site.url().into() },
                "user_agent": held("user_agent").as_str().unwrap_or(USER_AGENT),
            });
            for (key, default) in OWN {
                let said = own(record, key).or(held(key).as_str());
                body[key] = said.filter(|text| !text.is_empty()).or(default).into();
            }
            body
        }
    }
}

/// The continents and countries of a rule. Countries have their continents beside them, so continents that a rule has
/// besides its countries are apart.
fn places(rule: &Rule) -> Vec<(Vec<&str>, Vec<&str>)> {
    let places = rule.places();
    let mut around: Vec<_> = places.countries.iter().map(|place| place.continent).collect();
    around.dedup();
    let countries = places.countries.iter().filter_map(|place| place.country).collect();
    let mut all = vec![(places.continents, Vec::new()), (around, countries)];
    all.retain(|(continents, _)| !continents.is_empty());
    all
}
