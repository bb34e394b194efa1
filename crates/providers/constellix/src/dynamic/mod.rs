//! Dynamic records: one record is many at the service, and has pools, geo filters and health checks beside them.
//!
//! For a record `R` there is a record with its plain values for the whole world, and one for each rule, with the geo
//! filter of that and a list of pools: the rule's and those that it falls back to.

mod check;
mod names;
mod read;
mod rows;
mod things;
mod write;

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use octodns_core::engine::unsupported;
use octodns_core::record::dynamic::{Pool, PoolValue, Rule};
use octodns_core::{PerRun, ProviderError, Record, Report, Zone as Records, ZoneName};
use octodns_http::{Client, Error};
use octodns_kit::things::{Kind, Things, Wanted};
use octodns_kit::{Json, json};

use crate::records::{PARTS, VALUES, filter, text};
use check::{Check, HealthCheck, Site};
use names::Names;
use things::Named;

/// The pools of a record that answers from them, in order.
const POOLS: &str = "poolsDetail";

/// The geo filter of a record.
const FILTER: &str = "filter";

/// The types that pools have.
pub(crate) const TYPES: [&str; 3] = ["A", "AAAA", "CNAME"];

/// What an account has beside records.
#[derive(Debug)]
pub(crate) struct Beside {
    client: Client,
    sonar: Client,
    /// By type.
    pools: [Things<PoolKind>; 3],
    filters: Things<FilterKind>,
    tcp: Things<Check>,
    http: Things<Check>,
    sites: PerRun<Vec<Site>>,
    /// The ids of the zones that answer by place.
    geo: Mutex<HashSet<u64>>,
}

impl Beside {
    pub(crate) fn new(client: &Client, sonar: &Client) -> Self {
        Self {
            pools: TYPES.map(|of| Things::new(client, &["pools", of])),
            filters: Things::new(client, &["geoFilters"]),
            tcp: Things::new(sonar, &["tcp"]),
            http: Things::new(sonar, &["http"]),
            sites: PerRun::default(),
            geo: Mutex::default(),
            client: client.clone(),
            sonar: sonar.clone(),
        }
    }

    pub(crate) fn begin_run(&self) {
        self.pools.iter().for_each(Things::begin_run);
        self.filters.begin_run();
        self.tcp.begin_run();
        self.http.begin_run();
        self.sites.forget();
        self.geo().clear();
    }

    /// Zones that answer by place.
    pub(crate) fn has_geo(&self, zones: impl Iterator<Item = u64>) {
        self.geo().extend(zones);
    }

    fn geo(&self) -> MutexGuard<'_, HashSet<u64>> {
        self.geo.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pools(&self, of: &str) -> Option<&Things<PoolKind>> {
        TYPES.iter().zip(&self.pools).find(|(known, _)| **known == of).map(|(_, pools)| pools)
    }

    fn checks(&self, kind: &str) -> &Things<Check> {
        if kind == "http" { &self.http } else { &self.tcp }
    }

    async fn sites(&self) -> Result<std::sync::Arc<Vec<Site>>, Error> {
        self.sites.get_or_try_init(self.sonar.get(&["system", "sites"]).read()).await
    }

    /// Adds pools and filters to the sets that have some.
    async fn add_things(&self, sets: &mut [Json], zone: &ZoneName) -> Result<(), ProviderError> {
        for set in sets {
            let Some(pools) = self.pools(text(set, "type")) else { continue };
            let parts = set[PARTS].as_array_mut();
            for part in parts.into_iter().flatten() {
                let ids = part["pools"].as_array().into_iter().flatten();
                let mut found = Vec::new();
                for id in ids.filter_map(Json::as_u64) {
                    found.push(things::body(pools, id).await?);
                }
                part[POOLS] = found.into();
                part[FILTER] = match filter(part) {
                    Some(id) => things::body(&self.filters, id).await?,
                    None => Json::Null,
                };
            }
            if !set[VALUES].is_array()
                && let Some(dynamic) = read::read(set, zone)
            {
                // Made by others: it has no plain values.
                let values = dynamic.default_values().unwrap_or_default().into_iter();
                set[VALUES] = values.map(|value| json!({"value": value})).collect();
            }
        }
        Ok(())
    }
}

/// The pools of values.
#[derive(Debug)]
struct PoolKind;

impl Kind for PoolKind {
    type Calls = Named;
    const WHAT: &'static str = "pool";

    fn is_as_wanted(thing: &Json, wanted: &Json) -> bool {
        let values = |pool: &Json| {
            let of = |value: &Json| {
                let check = Check::id_of(value);
                let policy = check.map(|_| value["policy"].clone());
                (canonical(text(value, "value")), value["weight"].as_i64(), check, policy)
            };
            let mut values: Vec<_> =
                pool["values"].as_array().into_iter().flatten().map(of).collect();
            values.sort_by(|one, other| one.0.cmp(&other.0));
            values
        };
        values(thing) == values(wanted)
    }
}

/// An address or a name in one spelling.
fn canonical(value: &str) -> String {
    match value.parse::<IpAddr>() {
        Ok(address) => address.to_string(),
        Err(_) => value.trim_end_matches('.').to_ascii_lowercase(),
    }
}

/// A pool as it is sent; `checks` are those of its values.
fn pool(names: &Names, of: &str, pool: &Pool, checks: &[u64]) -> Wanted {
    let mut checks = checks.iter();
    let value = |value: &PoolValue| {
        let mut sent = json!({"value": value.value(), "weight": value.weight()});
        if let Some(check) = checks.next() {
            sent["checkId"] = (*check).into();
            sent["policy"] = "followsonar".into();
        }
        sent
    };
    let values: Vec<_> = pool.values().iter().map(value).collect();
    let body = json!({
        "name": names.pool(pool.id()),
        "type": of,
        "numReturn": 1,
        "minAvailableFailover": 1,
        "values": values,
    });
    Wanted::new(&*names.owner, body)
}

/// The geo filters.
#[derive(Debug)]
struct FilterKind;

impl Kind for FilterKind {
    type Calls = Named;
    const WHAT: &'static str = "geo filter";

    fn is_as_wanted(thing: &Json, wanted: &Json) -> bool {
        let places = |filter: &Json| {
            ["geoipContinents", "geoipCountries", "regions"].map(|key| {
                let place = |place: &Json| match place.as_str() {
                    Some(code) => code.to_owned(),
                    None => read::region(place),
                };
                let list = filter[key].as_array().into_iter().flatten();
                let mut list: Vec<_> = list.map(place).collect();
                list.sort();
                list
            })
        };
        places(thing) == places(wanted)
    }
}

/// A filter as it is sent.
fn geo_filter(owner: &str, name: &str, rule: &Rule) -> Wanted {
    let places = rule.places();
    let mut continents = places.continents;
    if !rule.has_geos() {
        continents.push("default");
    }
    let countries: Vec<_> = places.countries.iter().filter_map(|place| place.country).collect();
    let regions: Vec<_> = places
        .provinces
        .iter()
        .map(|place| {
            json!({
                "continentCode": place.continent,
                "countryCode": place.country,
                "regionCode": place.province,
            })
        })
        .collect();
    let change = json!({
        "filterRulesLimit": 100,
        "name": name,
        "geoipContinents": continents,
        "geoipCountries": countries,
        "regions": regions,
    });
    let mut body = change.clone();
    if let Json::Object(body) = &mut body {
        body.retain(|key, value| {
            key == "geoipContinents" || value.as_array().is_none_or(|list| !list.is_empty())
        });
    }
    Wanted::new(owner, body).changed_by(change)
}

/// Refuses the options of health checks that cannot be.
pub(crate) fn adapt(desired: &mut Records, report: &mut Report) {
    let dynamic: Vec<_> =
        desired.records().filter(|record| record.dynamic().is_some()).cloned().collect();
    for record in dynamic {
        if let Err(why) = HealthCheck::of(&record) {
            let message = format!("octodns.constellix.healthcheck: {why}");
            report.push(unsupported(desired, &record, message, "its plain values are used"));
            desired.set(Record::clone(&record).with_dynamic(None));
        }
    }
}

/// The health checks of the values of a pool at the service.
fn checks_of(set: &Json) -> impl Iterator<Item = u64> {
    let parts = set[PARTS].as_array().into_iter().flatten();
    let pools = parts.flat_map(|part| part[POOLS].as_array().into_iter().flatten());
    let values = pools.flat_map(|pool| pool["values"].as_array().into_iter().flatten());
    values.filter_map(Check::id_of)
}
