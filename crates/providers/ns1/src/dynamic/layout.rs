//! How a dynamic record is laid out at the service: regions for its rules, answers for its pools, and the filters that
//! choose among those.

use std::collections::{BTreeMap, BTreeSet};

use octodns_core::Record;
use octodns_core::record::Dynamic;
use octodns_core::record::dynamic::{Rule, Status};
use octodns_kit::{Json, json};

use crate::items::entries;
use crate::routing::{CONTINENTS, DEFAULT, countries_of};

/// What there is of a record at the service besides its name, type and TTL.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) filters: Json,
    regions: BTreeMap<String, Region>,
}

/// A rule, or a part of one: a rule with targets of several kinds has a region for each.
#[derive(Debug)]
struct Region {
    pool: String,
    meta: Json,
}

impl Layout {
    pub(super) fn of(dynamic: &Dynamic) -> Self {
        let mut regions = BTreeMap::new();
        let mut kinds = BTreeSet::new();
        // A continent that is a list of countries does not have those that a rule names.
        let mut named: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for place in dynamic.rules().iter().flat_map(|rule| rule.places().countries) {
            named.entry(place.continent).or_default().extend(place.country);
        }
        for (order, rule) in dynamic.rules().iter().enumerate() {
            let pool = rule.pool().unwrap_or_default();
            for (kind, meta) in metas(dynamic, rule, order, &named) {
                kinds.insert(kind);
                // Names are those of octoDNS, which has one region of each kind for a pool.
                let mut name = format!("{pool}__{kind}");
                if regions.contains_key(&name) {
                    name = format!("{name}-{order}");
                }
                regions.insert(name, Region { pool: pool.to_owned(), meta });
            }
        }
        Self { filters: filters(&kinds), regions }
    }

    /// The `regions` of a request.
    pub(super) fn regions(&self) -> Json {
        let region =
            |(name, region): (&String, &Region)| (name.clone(), json!({"meta": region.meta}));
        self.regions.iter().map(region).collect()
    }

    /// The `answers` of a request; `feeds` has the feed of each value that obeys its check.
    pub(super) fn answers(
        &self,
        record: &Record,
        dynamic: &Dynamic,
        feeds: &BTreeMap<String, String>,
    ) -> Json {
        let mut answers = Vec::new();
        for (name, region) in &self.regions {
            let mut priority = 1;
            for pool in dynamic.chain(&region.pool) {
                let fallback = pool.fallback().unwrap_or_default();
                let note = format!("fallback:{fallback} from:{name} pool:{}", pool.id());
                for value in pool.values() {
                    let up = match value.status() {
                        Status::Obey => json!({"feed": feeds.get(value.value())}),
                        status => (status == Status::Up).into(),
                    };
                    let meta = json!({
                        "priority": priority, "note": note, "up": up, "weight": value.weight(),
                    });
                    answers.push(json!({"answer": [value.value()], "meta": meta, "region": name}));
                }
                priority += 1;
            }
            for value in record.rdata_strings() {
                let note = format!("from:{DEFAULT}");
                let meta = json!({"priority": priority, "note": note, "up": true, "weight": 1});
                answers.push(json!({"answer": [value], "meta": meta, "region": name}));
            }
        }
        answers.into()
    }
}

/// The kinds of targets of a rule, with what a region of each has.
fn metas(
    dynamic: &Dynamic,
    rule: &Rule,
    order: usize,
    named: &BTreeMap<&str, BTreeSet<&str>>,
) -> Vec<(&'static str, Json)> {
    let places = rule.places();
    let (mut regions, mut countries, mut listed) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    countries.extend(places.countries.iter().filter_map(|place| place.country));
    for continent in places.continents {
        if let Some((region, _)) = CONTINENTS.iter().find(|(_, known)| *known == continent)
            && countries_of(continent).is_none()
        {
            regions.insert(*region);
        }
        if let Some(all) = countries_of(continent) {
            let is_free =
                |country: &&str| named.get(continent).is_none_or(|named| !named.contains(country));
            countries.extend(all.iter().map(String::as_str).filter(is_free));
            listed.push(continent);
        }
    }
    let provinces = |country: &str| -> BTreeSet<&str> {
        let of = places.provinces.iter().filter(|place| place.country == Some(country));
        of.filter_map(|place| place.province).collect()
    };
    let (states, provinces) = (provinces("US"), provinces("CA"));
    let networks: BTreeSet<&str> = rule.subnet_texts().iter().map(AsRef::as_ref).collect();
    let mut note = Vec::new();
    if !listed.is_empty() {
        note.push(format!("continents:{}", listed.join(",")));
    }
    let pool = rule.pool().and_then(|pool| dynamic.pool(pool));
    note.extend(pool.and_then(|pool| Some(format!("fallback:{}", pool.fallback()?))));
    note.push(format!("rule-order:{order}"));
    let note = note.join(" ");
    let meta = |lists: &[(&str, BTreeSet<&str>)]| {
        let mut meta = json!({"note": note});
        for (key, list) in lists.iter().filter(|(_, list)| !list.is_empty()) {
            meta[*key] = list.iter().copied().collect();
        }
        meta
    };
    let by_country = [("country", countries), ("us_state", states), ("ca_province", provinces)];
    let mut metas = Vec::new();
    if !regions.is_empty() {
        metas.push(("georegion", meta(&[("georegion", regions)])));
    }
    if by_country.iter().any(|(_, list)| !list.is_empty()) {
        metas.push(("country", meta(&by_country)));
    }
    if !networks.is_empty() {
        metas.push(("subnet", meta(&[("ip_prefixes", networks)])));
    }
    if metas.is_empty() {
        metas.push(("catchall", meta(&[])));
    }
    metas
}

/// The filters, in order: what is down, what is for others, and then one of the best that is left.
fn filters(kinds: &BTreeSet<&str>) -> Json {
    let filter = |name: &str, config: Json| json!({"filter": name, "config": config});
    let of_kind =
        |kind: &str, name: &str, config: Json| kinds.contains(kind).then(|| filter(name, config));
    let fences = [
        of_kind("subnet", "netfence_prefix", json!({"remove_no_ip_prefixes": true})),
        of_kind("country", "geofence_country", json!({"remove_no_location": true})),
        of_kind("georegion", "geofence_regional", json!({"remove_no_georegion": true})),
    ];
    let rest = [
        filter("select_first_region", json!({})),
        filter("priority", json!({"eliminate": "1"})),
        filter("weighted_shuffle", json!({})),
        filter("select_first_n", json!({"N": "1"})),
    ];
    [filter("up", json!({}))].into_iter().chain(fences.into_iter().flatten()).chain(rest).collect()
}

/// Filters as they are compared: one that is not disabled does not say so.
pub(super) fn enabled(filters: &Json) -> Json {
    let plain = |filter: &Json| {
        let mut filter = filter.clone();
        if let Some(fields) = filter.as_object_mut() {
            fields.retain(|key, value| key != "disabled" || *value != false);
        }
        filter
    };
    entries(filters).iter().map(plain).collect()
}

/// All that a record says, as requests do: without ids.
pub(super) fn said(record: &Json) -> Json {
    let answer = |answer: &Json| json!([answer["answer"], answer["meta"], answer["region"]]);
    let answers: Vec<_> = entries(&record["answers"]).iter().map(answer).collect();
    let regions = record.get("regions").filter(|regions| !regions.is_null());
    let none = json!({});
    json!([record["ttl"], enabled(&record["filters"]), answers, regions.unwrap_or(&none)])
}
