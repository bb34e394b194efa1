//! A Traffic Director as the service has it: rulesets in order, each with its pools.

use std::collections::{BTreeMap, BTreeSet};

use octodns_core::record::dynamic::{Dynamic, Pool as DynamicPool, PoolValue, Rule};
use octodns_core::record::geo::{Geo, GeoValues, country_to_code, province_to_code};
use octodns_kit::{Json, json};

/// The label of the pool with the plain values, which ends every chain of pools.
pub(crate) const DEFAULT: &str = "default";

/// The predefined regions: <https://help.dyn.com/predefined-geotm-regions-groups/>.
const REGIONS: &[(&str, &str)] = &[
    ("NA", "11"),
    ("SA", "12"),
    ("EU", "13"),
    ("AF", "14"),
    ("AS", "15"),
    ("OC", "16"),
    ("AN", "17"),
];

/// The types of records in Traffic Directors, and the field of their value.
const TYPES: &[(&str, &str)] = &[("A", "address"), ("AAAA", "address"), ("CNAME", "cname")];

/// The field of the value of a type; `None` for types that Traffic Directors are not read for.
pub(crate) fn field_of(of: &str) -> Option<&'static str> {
    TYPES.iter().find(|(known, _)| *known == of).map(|(_, field)| *field)
}

/// A Traffic Director.
#[derive(Clone, Debug)]
pub(crate) struct Director {
    pub(crate) id: String,
    pub(crate) ttl: Option<i64>,
    /// In the order in which they are tried.
    pub(crate) rulesets: Vec<Ruleset>,
}

/// Whose questions which pools answer.
#[derive(Clone, Debug)]
pub(crate) struct Ruleset {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) ordering: i64,
    /// `None`: by something else than places.
    pub(crate) places: Option<Places>,
    /// The first one that is up answers.
    pub(crate) pools: Vec<Pool>,
}

/// What a ruleset stands for: its label tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The plain values.
    Default,
    /// A rule of a dynamic record.
    Rule,
    /// A place of a `geo` section.
    Geo(String),
    /// Nothing that octoDNS made.
    Other,
}

/// Places by the service's codes; none is everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places {
    pub(crate) regions: BTreeSet<String>,
    pub(crate) countries: BTreeSet<String>,
    pub(crate) provinces: BTreeSet<String>,
}

/// Values that are handed out together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pool {
    pub(crate) id: String,
    pub(crate) label: String,
    /// The id of its monitor; empty if it has none.
    pub(crate) monitor: String,
    /// How many of the values are handed out at a time.
    pub(crate) serve_count: i64,
    /// Values and weights.
    pub(crate) values: Vec<(String, i64)>,
}

fn text(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

fn number(json: &Json) -> Option<i64> {
    json.as_i64().or_else(|| json.as_str()?.parse().ok())
}

fn items(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_array().into_iter().flatten()
}

impl Director {
    /// Reads a service of the type `of`.
    pub(crate) fn read(service: &Json, of: &str) -> Self {
        let mut rulesets: Vec<_> =
            items(&service["rulesets"]).map(|ruleset| Ruleset::read(ruleset, of)).collect();
        rulesets.sort_by_key(|ruleset| ruleset.ordering);
        Self { id: text(&service["service_id"]), ttl: number(&service["ttl"]), rulesets }
    }

    pub(crate) fn is_dynamic(&self) -> bool {
        self.rulesets.iter().any(|ruleset| ruleset.kind == Kind::Rule)
    }

    /// All pools that rulesets lead to, each once.
    pub(crate) fn pools(&self) -> Vec<&Pool> {
        let mut pools: Vec<&Pool> = Vec::new();
        for pool in self.rulesets.iter().flat_map(|ruleset| &ruleset.pools) {
            if !pools.iter().any(|known| known.id == pool.id) {
                pools.push(pool);
            }
        }
        pools
    }

    /// The plain values, as values of a set. There is always one, so that a director without them is not taken for
    /// none.
    pub(crate) fn values(&self) -> Vec<Json> {
        let of_default = |ruleset: &&Ruleset| ruleset.kind == Kind::Default;
        let pool = if self.is_dynamic() {
            self.pools().into_iter().find(|pool| pool.label == DEFAULT)
        } else {
            self.rulesets.iter().filter(of_default).find_map(|ruleset| ruleset.pools.first())
        };
        let values = pool.map(|pool| pool.values.as_slice()).unwrap_or_default();
        let values: Vec<_> = values.iter().map(|(value, _)| json!({"value": value})).collect();
        if values.is_empty() { vec![json!({"value": ""})] } else { values }
    }

    /// The pools and rules. A ruleset behind that of the plain values is never reached.
    pub(crate) fn dynamic(&self) -> Dynamic {
        let mut rules = Vec::new();
        let mut pools: BTreeMap<&str, &Pool> = BTreeMap::new();
        let mut fallbacks: BTreeMap<&str, &str> = BTreeMap::new();
        let reached = self.rulesets.iter().take_while(|ruleset| ruleset.kind != Kind::Default);
        for ruleset in reached.filter(|ruleset| ruleset.kind == Kind::Rule) {
            let chain: Vec<_> =
                ruleset.pools.iter().take_while(|pool| pool.label != DEFAULT).collect();
            let (Some(first), Some(places)) = (chain.first(), &ruleset.places) else { continue };
            let rule = Rule::new(&*first.label);
            let codes = places.codes();
            rules.push(if codes.is_empty() { rule } else { rule.with_geos(codes) });
            for pair in chain.windows(2) {
                fallbacks.entry(&pair[0].label).or_insert(&pair[1].label);
            }
            for pool in chain {
                pools.entry(&pool.label).or_insert(pool);
            }
        }
        let pools = pools.into_iter().map(|(label, pool)| {
            let values = pool.values.iter();
            let values =
                values.map(|(value, weight)| PoolValue::new(&**value).with_weight(*weight));
            let read = DynamicPool::new(label, values);
            match fallbacks.get(label) {
                Some(fallback) => read.with_fallback(*fallback),
                None => read,
            }
        });
        Dynamic::new(pools.collect(), rules)
    }

    /// The values by place.
    pub(crate) fn geo(&self) -> Geo {
        let mut places: Vec<GeoValues> = Vec::new();
        for ruleset in &self.rulesets {
            let (Kind::Geo(code), Some(pool)) = (&ruleset.kind, ruleset.pools.first()) else {
                continue;
            };
            if !places.iter().any(|place| place.code() == code) {
                let values = pool.values.iter().map(|(value, _)| &**value);
                places.push(GeoValues::new(&**code, values));
            }
        }
        Geo::new(places)
    }
}

impl Ruleset {
    pub(crate) fn read(ruleset: &Json, of: &str) -> Self {
        Self {
            id: text(&ruleset["dsf_ruleset_id"]),
            kind: Kind::of(ruleset["label"].as_str().unwrap_or_default()),
            ordering: number(&ruleset["ordering"]).unwrap_or_default(),
            places: Places::read(ruleset),
            pools: items(&ruleset["response_pools"]).map(|pool| Pool::read(pool, of)).collect(),
        }
    }
}

impl Kind {
    fn of(label: &str) -> Self {
        match label.split_once(':') {
            Some((_, rest)) if rest.contains(':') => Self::Other,
            Some((DEFAULT, _)) => Self::Default,
            Some((head, _)) if head.parse::<i64>().is_ok() => Self::Rule,
            Some((head, _)) => Self::Geo(head.to_owned()),
            None => Self::Other,
        }
    }
}

impl Places {
    pub(crate) fn read(ruleset: &Json) -> Option<Self> {
        match ruleset["criteria_type"].as_str() {
            Some("always") => Some(Self::default()),
            Some("geoip") => {
                let codes = |key: &str| {
                    let codes = items(&ruleset["criteria"]["geoip"][key]);
                    codes.map(|code| code.as_str().map_or_else(|| code.to_string(), str::to_owned))
                };
                Some(Self {
                    regions: codes("region").collect(),
                    countries: codes("country").collect(),
                    provinces: codes("province").map(|code| code.to_lowercase()).collect(),
                })
            }
            _ => None,
        }
    }

    /// The place of a code of octoDNS is added.
    pub(crate) fn add(
        &mut self,
        (continent, country, province): (&str, Option<&str>, Option<&str>),
    ) {
        if let Some(province) = province {
            self.provinces.insert(province.to_lowercase());
        } else if let Some(country) = country {
            self.countries.insert(country.to_owned());
        } else if let Some((_, region)) = REGIONS.iter().find(|(code, _)| *code == continent) {
            self.regions.insert((*region).to_owned());
        }
    }

    /// The codes of octoDNS; those of places that it does not know are as the service has them.
    fn codes(&self) -> Vec<String> {
        let region = |code: &String| {
            let known = REGIONS.iter().find(|(_, region)| region == code);
            known.map_or_else(|| code.clone(), |(continent, _)| (*continent).to_owned())
        };
        let country = |code: &String| country_to_code(code).unwrap_or_else(|| code.clone());
        let province = |code: &String| {
            let code = code.to_uppercase();
            province_to_code(&code).unwrap_or(code)
        };
        let codes = self.regions.iter().map(region).chain(self.countries.iter().map(country));
        codes.chain(self.provinces.iter().map(province)).collect()
    }

    /// Type and criteria of a ruleset, as they are sent.
    pub(crate) fn criteria(&self) -> (&'static str, Json) {
        let mut geoip = json!({});
        let regions = self.regions.iter().filter_map(|region| region.parse::<i64>().ok());
        let regions: Vec<_> = regions.collect();
        if !regions.is_empty() {
            geoip["region"] = json!(regions);
        }
        for (key, codes) in [("country", &self.countries), ("province", &self.provinces)] {
            if !codes.is_empty() {
                geoip[key] = json!(codes);
            }
        }
        if *self == Self::default() {
            ("always", json!({}))
        } else {
            ("geoip", json!({"geoip": geoip}))
        }
    }
}

impl Pool {
    /// Reads a pool: its first set of records counts, the others are those of further pools.
    pub(crate) fn read(pool: &Json, of: &str) -> Self {
        let set = &pool["rs_chains"][0]["record_sets"][0];
        let values = items(&set["records"]).filter_map(|record| {
            let data = &record["rdata"][0]["data"];
            let value = data[format!("rdata_{}", of.to_lowercase())][field_of(of)?].as_str();
            let value = value.or_else(|| record["master_line"].as_str())?;
            Some((value.to_owned(), number(&record["weight"]).unwrap_or(1)))
        });
        Self {
            id: text(&pool["dsf_response_pool_id"]),
            label: text(&pool["label"]),
            monitor: text(&set["dsf_monitor_id"]),
            serve_count: number(&set["serve_count"]).unwrap_or(1),
            values: values.collect(),
        }
    }
}
