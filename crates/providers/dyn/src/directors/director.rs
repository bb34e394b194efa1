//! A Traffic Director, as the service has it and as a record needs it: rulesets in order, each with its pools.

use std::collections::{BTreeSet, HashSet};

use octodns_core::Record;
use octodns_core::record::dynamic::{Dynamic, DynamicBuilder, PoolValue};
use octodns_core::record::geo::{Geo, GeoCode, GeoValues, country_to_code, province_to_code};
use octodns_kit::{Json, json};

/// The label of the pool with the plain values, which ends every chain of pools, and of its ruleset.
pub(crate) const DEFAULT: &str = "default";

/// The predefined regions: <https://help.dyn.com/predefined-geotm-regions-groups/>.
const REGIONS: &[(&str, i64)] =
    &[("NA", 11), ("SA", 12), ("EU", 13), ("AF", 14), ("AS", 15), ("OC", 16), ("AN", 17)];

/// The field of the value of a type; `None` for types that Traffic Directors are not read for.
pub(crate) fn field_of(of: &str) -> Option<&'static str> {
    match of {
        "A" | "AAAA" => Some("address"),
        "CNAME" => Some("cname"),
        _ => None,
    }
}

/// A Traffic Director; ids are empty in one that a record needs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Director {
    pub(crate) id: String,
    pub(crate) ttl: i64,
    /// Each once.
    pub(crate) pools: Vec<Pool>,
    /// In the order in which they are tried.
    pub(crate) rulesets: Vec<Ruleset>,
}

/// Values that are handed out together.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    pub(crate) id: String,
    pub(crate) label: String,
    /// The id of its monitor; empty if its values are served whatever monitors say.
    monitor: String,
    /// How many of the values are handed out at a time.
    serve_count: i64,
    /// Values and weights, in order.
    values: Vec<(String, i64)>,
}

/// Whose questions which pools answer.
#[derive(Clone, Debug)]
pub(crate) struct Ruleset {
    pub(crate) id: String,
    /// What its label begins with: `default`, the number of a rule, or the code of a place of a `geo` section. Empty
    /// if octoDNS did not make it.
    pub(crate) head: String,
    pub(crate) ordering: i64,
    /// The codes of its places, all if there are none; `None` if it is by something else.
    places: Option<BTreeSet<String>>,
    /// Its pools, as indexes into those of the director: the first one that is up answers.
    pub(crate) pools: Vec<usize>,
}

/// A text, or a number as one.
pub(super) fn text(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

fn number(json: &Json) -> Option<i64> {
    json.as_i64().or_else(|| json.as_str()?.parse().ok())
}

fn items(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_array().into_iter().flatten()
}

/// What the service has.
impl Director {
    /// Reads a service of the type `of`.
    pub(crate) fn read(service: &Json, of: &str) -> Self {
        let mut read = Self {
            id: text(&service["service_id"]),
            ttl: number(&service["ttl"]).unwrap_or_default(),
            ..Self::default()
        };
        for ruleset in items(&service["rulesets"]) {
            let pools = items(&ruleset["response_pools"]).map(|pool| read.add(pool, of)).collect();
            let label = ruleset["label"].as_str().and_then(|label| label.split_once(':'));
            let head = label.filter(|(_, rest)| !rest.contains(':')).map(|(head, _)| head);
            read.rulesets.push(Ruleset {
                id: text(&ruleset["dsf_ruleset_id"]),
                head: head.unwrap_or_default().to_owned(),
                ordering: number(&ruleset["ordering"]).unwrap_or_default(),
                places: read_places(ruleset),
                pools,
            });
        }
        read.rulesets.sort_by_key(|ruleset| ruleset.ordering);
        read
    }

    /// Adds a pool, unless it is there. Its first set of records counts, the others are those of further pools.
    pub(crate) fn add(&mut self, pool: &Json, of: &str) -> usize {
        let id = text(&pool["dsf_response_pool_id"]);
        if let Some(known) = self.pools.iter().position(|pool| pool.id == id) {
            return known;
        }
        let set = &pool["rs_chains"][0]["record_sets"][0];
        let values = items(&set["records"]).filter_map(|record| {
            let data = &record["rdata"][0]["data"];
            let value = data[format!("rdata_{}", of.to_lowercase())][field_of(of)?].as_str();
            let value = value.or_else(|| record["master_line"].as_str())?;
            Some((value.to_owned(), number(&record["weight"]).unwrap_or(1)))
        });
        let mut values: Vec<_> = values.collect();
        values.sort();
        self.pools.push(Pool {
            id,
            label: text(&pool["label"]),
            monitor: text(&set["dsf_monitor_id"]),
            serve_count: number(&set["serve_count"]).unwrap_or(1),
            values,
        });
        self.pools.len() - 1
    }

    fn chain<'d>(&'d self, ruleset: &Ruleset) -> impl Iterator<Item = &'d Pool> {
        ruleset.pools.iter().filter_map(|index| self.pools.get(*index))
    }

    fn is_dynamic(&self) -> bool {
        self.rulesets.iter().any(Ruleset::is_rule)
    }

    /// The plain values, as values of a set. There is always one, so that a director without them is not taken for
    /// none.
    pub(crate) fn values(&self, of: &str) -> Vec<Json> {
        let pool = if self.is_dynamic() {
            let mut reached = self.rulesets.iter().flat_map(|ruleset| self.chain(ruleset));
            reached.find(|pool| pool.label == DEFAULT)
        } else {
            let mut defaults = self.rulesets.iter().filter(|ruleset| ruleset.head == DEFAULT);
            defaults.find_map(|ruleset| self.chain(ruleset).next())
        };
        let values = pool.map(|pool| pool.values.as_slice()).unwrap_or_default();
        let value = |value: &str| json!({field_of(of).unwrap_or_default(): value});
        let values: Vec<_> = values.iter().map(|(text, _)| value(text)).collect();
        if values.is_empty() { vec![value("")] } else { values }
    }

    /// The pools and rules. A ruleset behind that of the plain values is never reached.
    pub(crate) fn dynamic(&self) -> Option<Dynamic> {
        if !self.is_dynamic() {
            return None;
        }
        let (mut builder, mut seen, mut fall_back) =
            (DynamicBuilder::default(), HashSet::new(), HashSet::new());
        let reached = self.rulesets.iter().take_while(|ruleset| ruleset.head != DEFAULT);
        for (order, ruleset) in (0..).zip(reached.filter(|ruleset| ruleset.is_rule())) {
            let chain = self.chain(ruleset).take_while(|pool| pool.label != DEFAULT);
            let chain: Vec<_> = chain.collect();
            let (Some(first), Some(places)) = (chain.first(), &ruleset.places) else { continue };
            builder.rule(order, &first.label);
            for code in places {
                builder.geo(order, &first.label, code.as_str());
            }
            for pair in chain.windows(2) {
                if fall_back.insert(&pair[0].label) {
                    builder.fallback(&pair[0].label, &pair[1].label);
                }
            }
            for pool in chain.into_iter().filter(|pool| seen.insert(&pool.label)) {
                for (value, weight) in &pool.values {
                    builder.value(&pool.label, PoolValue::new(&**value).with_weight(*weight));
                }
            }
        }
        Some(builder.build())
    }

    /// The values by place, if it has no rules.
    pub(crate) fn geo(&self) -> Option<Geo> {
        let mut places: Vec<GeoValues> = Vec::new();
        let of_places = |ruleset: &&Ruleset| !ruleset.head.is_empty() && ruleset.head != DEFAULT;
        for ruleset in self.rulesets.iter().filter(of_places) {
            let Some(pool) = self.chain(ruleset).next() else { continue };
            if !places.iter().any(|place| place.code() == ruleset.head) {
                let values = pool.values.iter().map(|(value, _)| &**value);
                places.push(GeoValues::new(&*ruleset.head, values));
            }
        }
        (!self.is_dynamic()).then(|| Geo::new(places))
    }
}

/// What a record needs.
impl Director {
    /// The pools and the rulesets of a record; `None` if it is neither dynamic nor has a `geo` section.
    pub(crate) fn wanted(record: &Record, monitor: &str) -> Option<Self> {
        let mut wanted = Self { ttl: record.ttl(), ..Self::default() };
        let plain = record.rdata_strings();
        let default = if let Some(dynamic) = record.dynamic() {
            wanted.add_dynamic(dynamic, &plain, monitor)
        } else {
            let geo = record.geo().filter(|geo| !geo.is_empty())?;
            wanted.add_geo(geo, &plain, monitor)
        };
        // The plain values, for everybody else.
        wanted.add_ruleset(DEFAULT.to_owned(), BTreeSet::new(), vec![default]);
        Some(wanted)
    }

    fn add_dynamic(&mut self, dynamic: &Dynamic, plain: &[String], monitor: &str) -> usize {
        let default = self.pool((DEFAULT, ""), 1, plain.iter().map(|value| (value.clone(), 1)));
        let rules = dynamic.rules();
        for (index, rule) in rules.iter().enumerate() {
            let mut chain = Vec::new();
            for pool in dynamic.chain(rule.pool().unwrap_or_default()) {
                let values = pool.values().iter();
                let values = values.map(|value| (value.value().to_owned(), value.weight()));
                chain.push(self.pool((pool.id(), monitor), 1, values));
            }
            chain.push(default);
            let places = rule.geo_texts().iter().map(ToString::to_string).collect();
            // Labels count from the last rule on.
            self.add_ruleset((rules.len() - 1 - index).to_string(), places, chain);
        }
        default
    }

    fn add_geo(&mut self, geo: &Geo, plain: &[String], monitor: &str) -> usize {
        let mut pool = |of: (&str, &str), values: &[String]| {
            let count = i64::try_from(values.len()).unwrap_or(1);
            self.pool(of, count, values.iter().map(|value| (value.clone(), 1)))
        };
        let default = pool((DEFAULT, ""), plain);
        // The narrow places first.
        let mut known: Vec<_> = geo.places().iter().collect();
        known.sort_by(|one, other| other.code().cmp(one.code()));
        let mut chains = Vec::new();
        for place in known {
            let mut chain = Vec::new();
            let codes = std::iter::once(place.code()).chain(place.parents());
            for place in codes.filter_map(|code| geo.get(code)) {
                let values: Vec<_> = place.values().iter().map(ToString::to_string).collect();
                let label = values.first().cloned().unwrap_or_default();
                let pool = pool((&label, monitor), &values);
                if !chain.contains(&pool) {
                    chain.push(pool);
                }
            }
            chain.push(default);
            chains.push((place.code().to_owned(), chain));
        }
        for (code, chain) in chains {
            self.add_ruleset(code.clone(), [code].into(), chain);
        }
        default
    }

    fn add_ruleset(&mut self, head: String, places: BTreeSet<String>, pools: Vec<usize>) {
        let (id, places) = (String::new(), Some(places));
        self.rulesets.push(Ruleset { id, head, ordering: 0, places, pools });
    }

    fn pool(
        &mut self,
        (label, monitor): (&str, &str),
        serve_count: i64,
        values: impl Iterator<Item = (String, i64)>,
    ) -> usize {
        let mut values: Vec<_> = values.collect();
        values.sort();
        let [id, label, monitor] = ["", label, monitor].map(str::to_owned);
        let pool = Pool { id, label, monitor, serve_count, values };
        self.pools.iter().position(|known| known.is(&pool)).unwrap_or_else(|| {
            self.pools.push(pool);
            self.pools.len() - 1
        })
    }
}

impl Pool {
    /// Whether two pools are the same, but for their ids.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.label == other.label
            && self.monitor == other.monitor
            && self.serve_count == other.serve_count
            && self.values == other.values
    }

    /// The pool, as it is sent.
    pub(crate) fn body(&self, of: &str) -> Json {
        let is_checked = !self.monitor.is_empty();
        let data = format!("{}_rdata", of.to_lowercase());
        let record = |(value, weight): &(String, i64)| {
            json!({
                "weight": weight, "automation": if is_checked { "auto" } else { "manual" },
                "eligible": true, "rdata": {&*data: {field_of(of).unwrap_or_default(): value}},
            })
        };
        let records: Vec<_> = self.values.iter().map(record).collect();
        let mut set = json!({
            "rdata_class": of, "label": self.label, "serve_count": self.serve_count,
            "records": records,
        });
        if is_checked {
            set["dsf_monitor_id"] = self.monitor.as_str().into();
        }
        json!({
            "publish": "Y", "label": self.label, "core_set_count": 1, "eligible": true,
            "automation": "auto", "rs_chains": [{"label": self.label, "record_sets": [set]}],
        })
    }
}

impl Ruleset {
    /// Whether it is for a rule of a dynamic record.
    fn is_rule(&self) -> bool {
        self.head.parse::<i64>().is_ok()
    }

    /// Whether two rulesets answer the same questions.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let same_kind = self.head == other.head || self.is_rule() && other.is_rule();
        same_kind && self.places.is_some() && self.places == other.places
    }

    /// The ruleset, as it is sent: with a label of its own, and its place among the others.
    pub(crate) fn body(&self, label: &str, ordering: i64) -> Json {
        let mut geoip = json!({});
        let mut add = |key: &str, code: Json| match geoip[key].as_array_mut() {
            Some(codes) => codes.push(code),
            None => geoip[key] = json!([code]),
        };
        for place in self.places.iter().flatten().filter_map(|code| GeoCode::parse(code)) {
            let region = REGIONS.iter().find(|(continent, _)| *continent == place.continent);
            match (place, region) {
                (GeoCode { province: Some(code), .. }, _) => {
                    add("province", code.to_lowercase().into());
                }
                (GeoCode { country: Some(code), .. }, _) => add("country", code.into()),
                (_, Some((_, region))) => add("region", (*region).into()),
                (_, None) => {}
            }
        }
        let (by, criteria) = match (&*self.head, geoip == json!({})) {
            (DEFAULT, _) => ("always", Json::Null),
            (_, true) => ("always", json!({})),
            (_, false) => ("geoip", json!({"geoip": geoip})),
        };
        json!({
            "publish": "Y", "label": label, "criteria_type": by, "criteria": criteria,
            "ordering": ordering,
        })
    }
}

/// The codes of octoDNS for the places of a ruleset; those of places that it does not know are as the service has
/// them.
fn read_places(ruleset: &Json) -> Option<BTreeSet<String>> {
    let geoip = match ruleset["criteria_type"].as_str() {
        Some("always") => return Some(BTreeSet::new()),
        Some("geoip") => &ruleset["criteria"]["geoip"],
        _ => return None,
    };
    let regions = items(&geoip["region"]).map(|region| {
        let known = REGIONS.iter().find(|(_, known)| number(region) == Some(*known));
        known.map_or_else(|| text(region), |(continent, _)| (*continent).to_owned())
    });
    let countries = items(&geoip["country"]).map(text);
    let countries = countries.map(|code| country_to_code(&code).unwrap_or(code));
    let provinces = items(&geoip["province"]).map(|code| text(code).to_uppercase());
    let provinces = provinces.map(|code| province_to_code(&code).unwrap_or(code));
    Some(regions.chain(countries).chain(provinces).collect())
}
