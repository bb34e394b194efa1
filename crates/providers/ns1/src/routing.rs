//! Reads the routing of a record: its regions are rules, and the notes of its answers name their pools.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use octodns_core::record::Dynamic;
use octodns_core::record::dynamic::{DynamicBuilder, PoolValue, Status};
use octodns_core::record::geo;
use octodns_kit::Json;

use crate::items::{entries, text};

/// The note of an answer that is a plain value of the record.
pub(crate) const DEFAULT: &str = "--default--";

/// The regions of the service that are continents.
pub(crate) const CONTINENTS: [(&str, &str); 7] = [
    ("AFRICA", "AF"),
    ("EUROPE", "EU"),
    ("SOUTH-AMERICA", "SA"),
    // Earlier versions of octoDNS wrote these.
    ("ASIAPAC", "AS"),
    ("US-CENTRAL", "NA"),
    ("US-EAST", "NA"),
    ("US-WEST", "NA"),
];

/// The continents that are lists of their countries at the service.
static LISTED: LazyLock<BTreeMap<&str, BTreeSet<String>>> = LazyLock::new(|| {
    let mut listed: BTreeMap<_, _> =
        ["AS", "NA", "OC"].into_iter().map(|continent| (continent, BTreeSet::new())).collect();
    for (one, other) in ('A'..='Z').flat_map(|one| ('A'..='Z').map(move |other| (one, other))) {
        let country = format!("{one}{other}");
        let code = geo::country_to_code(&country).unwrap_or_default();
        let continent = code.split('-').next().unwrap_or_default();
        if let Some(countries) = listed.get_mut(continent) {
            countries.insert(country);
        }
    }
    listed
});

/// The countries of a continent that the service has no region for.
pub(crate) fn countries_of(continent: &str) -> Option<&'static BTreeSet<String>> {
    LISTED.get(continent)
}

/// The parts of a note: `fallback:two from:one__country pool:one`.
pub(crate) fn notes(note: &str) -> BTreeMap<&str, &str> {
    note.split(' ').filter_map(|part| part.split_once(':')).collect()
}

/// A record whose filters octoDNS has written.
#[derive(Debug)]
pub(crate) struct Routed {
    pub(crate) dynamic: Dynamic,
    /// The plain values, in order.
    pub(crate) values: Vec<String>,
}

impl Routed {
    /// `None` if anybody else has written it.
    pub(crate) fn of(record: &Json) -> Option<Self> {
        let answers = entries(&record["answers"]);
        let mark = if record["type"] == "CNAME" { "pool:" } else { "from:" };
        if !text(&answers.first()?["meta"], "note").contains(mark) {
            return None;
        }
        let (mut builder, mut values) = (DynamicBuilder::default(), BTreeSet::new());
        let mut seen = Vec::new();
        for answer in answers {
            let (meta, value) = (&answer["meta"], answer["answer"][0].as_str()?);
            let value = absolute(record, value);
            let notes = notes(text(meta, "note"));
            if notes.get("from") == Some(&DEFAULT) {
                values.insert(value);
                continue;
            }
            let pool = match notes.get("pool") {
                Some(pool) => *pool,
                // Earlier versions of octoDNS did not name it: the others are of pools that it falls back to.
                None if meta["priority"] == 1 => pool_of(text(answer, "region")),
                None => continue,
            };
            if let Some(fallback) = notes.get("fallback").filter(|fallback| !fallback.is_empty()) {
                builder.fallback(pool, fallback);
            }
            let status = match &meta["up"] {
                Json::Bool(true) => Status::Up,
                Json::Bool(false) => Status::Down,
                _ => Status::Obey,
            };
            let weight = meta["weight"].as_f64().unwrap_or(1.0);
            #[expect(clippy::cast_possible_truncation, reason = "as octoDNS reads it")]
            let value = PoolValue::new(value).with_weight(weight as i64).with_status(status);
            if !seen.contains(&(pool, value.clone())) {
                builder.value(pool, value.clone());
                seen.push((pool, value));
            }
        }
        for (name, region) in record["regions"].as_object()? {
            read_region(&mut builder, (name.as_str(), &region["meta"]), answers)?;
        }
        let dynamic = builder.build();
        let mut values: Vec<_> = values.into_iter().collect();
        if values.is_empty() {
            values = dynamic.default_values()?.into_iter().map(str::to_owned).collect();
        }
        Some(Self { dynamic, values })
    }
}

/// The rule of a region.
fn read_region(
    builder: &mut DynamicBuilder,
    (name, meta): (&str, &Json),
    answers: &[Json],
) -> Option<()> {
    let pool = answers
        .iter()
        .filter(|answer| answer["region"] == name && answer["meta"]["priority"] == 1)
        .find_map(|answer| notes(text(&answer["meta"], "note")).get("pool").copied())
        .unwrap_or_else(|| pool_of(name));
    let notes = notes(text(meta, "note"));
    let order = notes.get("rule-order").and_then(|order| order.parse().ok());
    let order = order.unwrap_or(DynamicBuilder::LAST);
    builder.rule(order, pool);
    if let Some(fallback) = notes.get("fallback").filter(|fallback| !fallback.is_empty()) {
        builder.fallback(pool, fallback);
    }
    let texts = |key: &str| entries(&meta[key]).iter().map(Json::as_str);
    for region in texts("georegion") {
        let (_, continent) = CONTINENTS.iter().find(|(known, _)| Some(*known) == region)?;
        builder.geo(order, pool, *continent);
    }
    let mut listed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for country in texts("country") {
        let country = country?;
        let code = geo::country_to_code(country)?;
        let continent = code.split('-').next().unwrap_or_default();
        if countries_of(continent).is_some() {
            listed.entry(continent.to_owned()).or_default().insert(country.to_owned());
        } else {
            builder.geo(order, pool, code);
        }
    }
    let wholes: Vec<_> =
        notes.get("continents").into_iter().flat_map(|all| all.split(',')).collect();
    for (continent, countries) in listed {
        let is_whole = countries_of(&continent) == Some(&countries);
        if is_whole || wholes.contains(&&*continent) {
            builder.geo(order, pool, continent);
            continue;
        }
        for country in countries {
            builder.geo(order, pool, format!("{continent}-{country}"));
        }
    }
    for (key, country) in [("us_state", "NA-US"), ("ca_province", "NA-CA")] {
        for province in texts(key) {
            builder.geo(order, pool, format!("{country}-{}", province?));
        }
    }
    for network in texts("ip_prefixes") {
        builder.subnet(order, pool, network?);
    }
    Some(())
}

/// The pool in the name of a region: `eu__country`, and earlier `eu` and `catchall__eu`.
fn pool_of(region: &str) -> &str {
    let old = region.strip_prefix("catchall__");
    old.unwrap_or_else(|| region.rsplit_once("__").map_or(region, |(pool, _)| pool))
}

/// A value as records have it.
fn absolute(record: &Json, value: &str) -> String {
    let is_name = record["type"] == "CNAME";
    if is_name && !value.ends_with('.') { format!("{value}.") } else { value.to_owned() }
}
