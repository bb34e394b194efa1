//! What a Traffic Director is to be for a record.

use octodns_core::Record;
use octodns_core::record::dynamic::{Dynamic, Rule};
use octodns_core::record::geo::{Geo, GeoCode};
use octodns_kit::{Json, json};

use super::director::{DEFAULT, Kind, Places, Pool, field_of};

/// The pools and the rulesets of a record, in the order in which they are tried.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) pools: Vec<WantedPool>,
    pub(crate) rulesets: Vec<WantedRuleset>,
}

/// A pool that is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WantedPool {
    pub(crate) label: String,
    serve_count: i64,
    values: Vec<(String, i64)>,
}

/// A ruleset that is needed.
#[derive(Clone, Debug)]
pub(crate) struct WantedRuleset {
    pub(crate) kind: Kind,
    /// What its label begins with.
    pub(crate) prefix: String,
    pub(crate) places: Places,
    /// Its pools, as indexes into those of the director.
    pub(crate) pools: Vec<usize>,
}

impl Wanted {
    /// What a record needs; `None` if it is neither dynamic nor has a `geo` section.
    pub(crate) fn of(record: &Record) -> Option<Self> {
        let mut wanted = Self::default();
        match (record.dynamic(), record.geo().filter(|geo| !geo.is_empty())) {
            (Some(dynamic), _) => wanted.add_dynamic(dynamic, &record.rdata_strings()),
            (None, Some(geo)) => wanted.add_geo(geo, &record.rdata_strings()),
            (None, None) => return None,
        }
        Some(wanted)
    }

    fn add_dynamic(&mut self, dynamic: &Dynamic, plain: &[String]) {
        let default = self.pool(DEFAULT, 1, plain.iter().map(|value| (value.clone(), 1)));
        let rules = dynamic.rules();
        for (index, rule) in rules.iter().enumerate() {
            let mut chain = Vec::new();
            let mut next = rule.pool().and_then(|id| dynamic.pool(id));
            while let Some(pool) = next {
                let values = pool.values().iter();
                let values = values.map(|value| (value.value().to_owned(), value.weight()));
                let known = self.pool(pool.id(), 1, values);
                if chain.contains(&known) {
                    break;
                }
                chain.push(known);
                next = pool.fallback().and_then(|id| dynamic.pool(id));
            }
            chain.push(default);
            // Labels count from the last rule on.
            let prefix = (rules.len() - 1 - index).to_string();
            let places = places(rule);
            self.rulesets.push(WantedRuleset { kind: Kind::Rule, prefix, places, pools: chain });
        }
        self.end(default);
    }

    fn add_geo(&mut self, geo: &Geo, plain: &[String]) {
        let all =
            |values: &[String]| values.iter().map(|value| (value.clone(), 1)).collect::<Vec<_>>();
        let default = self.pool(DEFAULT, count(plain), all(plain));
        // The narrow places first.
        let mut known: Vec<_> = geo.places().iter().collect();
        known.sort_by(|one, other| other.code().cmp(one.code()));
        for place in known {
            let mut chain = Vec::new();
            let codes = std::iter::once(place.code()).chain(place.parents());
            for place in codes.filter_map(|code| geo.get(code)) {
                let values: Vec<_> = place.values().iter().map(ToString::to_string).collect();
                let label = values.first().cloned().unwrap_or_default();
                let pool = self.pool(&label, count(&values), all(&values));
                if !chain.contains(&pool) {
                    chain.push(pool);
                }
            }
            chain.push(default);
            let mut places = Places::default();
            let GeoCode { continent, country, province } = place.place();
            places.add((continent, country, province));
            let prefix = place.code().to_owned();
            let kind = Kind::Geo(prefix.clone());
            self.rulesets.push(WantedRuleset { kind, prefix, places, pools: chain });
        }
        self.end(default);
    }

    /// The plain values, for everybody else.
    fn end(&mut self, default: usize) {
        self.rulesets.push(WantedRuleset {
            kind: Kind::Default,
            prefix: DEFAULT.to_owned(),
            places: Places::default(),
            pools: vec![default],
        });
    }

    fn pool(
        &mut self,
        label: &str,
        serve_count: i64,
        values: impl IntoIterator<Item = (String, i64)>,
    ) -> usize {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort();
        let pool = WantedPool { label: label.to_owned(), serve_count, values };
        self.pools.iter().position(|known| *known == pool).unwrap_or_else(|| {
            self.pools.push(pool);
            self.pools.len() - 1
        })
    }
}

fn count(values: &[String]) -> i64 {
    i64::try_from(values.len()).unwrap_or(1)
}

fn places(rule: &Rule) -> Places {
    let mut places = Places::default();
    for GeoCode { continent, country, province } in rule.geos() {
        places.add((continent, country, province));
    }
    places
}

impl WantedPool {
    /// Whether the plain values are served whatever monitors say.
    fn is_default(&self) -> bool {
        self.label == DEFAULT
    }

    /// Whether a pool of the service is this one, with this monitor.
    pub(crate) fn is(&self, pool: &Pool, monitor: &str) -> bool {
        let mut values = pool.values.clone();
        values.sort();
        pool.label == self.label
            && pool.serve_count == self.serve_count
            && values == self.values
            && pool.monitor == if self.is_default() { "" } else { monitor }
    }

    /// The pool, as it is sent.
    pub(crate) fn body(&self, of: &str, monitor: &str) -> Json {
        let (data, field) =
            (format!("{}_rdata", of.to_lowercase()), field_of(of).unwrap_or("address"));
        let automation = if self.is_default() { "manual" } else { "auto" };
        let record = |(value, weight): &(String, i64)| {
            json!({
                "weight": weight, "automation": automation, "eligible": true,
                "rdata": {&*data: {field: value}},
            })
        };
        let records: Vec<_> = self.values.iter().map(record).collect();
        let mut set = json!({
            "rdata_class": of, "label": self.label, "serve_count": self.serve_count,
            "records": records,
        });
        if !self.is_default() {
            set["dsf_monitor_id"] = monitor.into();
        }
        json!({
            "publish": "Y", "label": self.label, "core_set_count": 1, "eligible": true,
            "automation": "auto", "rs_chains": [{"label": self.label, "record_sets": [set]}],
        })
    }
}
