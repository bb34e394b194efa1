//! Reads routing, as octoDNS' own provider does.

use std::net::IpAddr;

use octodns_core::record::dynamic::{Dynamic, Pool, PoolValue, Rule};
use octodns_core::record::geo;
use octodns_core::value::Map;
use octodns_core::{OwnedValue, Value, ZoneName};
use octodns_kit::Json;

use super::check::OWN;
use super::{DATA, Kind, ROWS, Site};

/// The configuration of routing in a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Config<'s> {
    pub(super) kind: Kind,
    pub(super) body: &'s Json,
    /// The plain value of its row.
    pub(super) data: &'s str,
    /// The type of its row.
    pub(super) of: &'s str,
}

/// What some questions are answered with: the places or subnets they come from, and the values.
type Choice = (Vec<String>, Vec<PoolValue>);

/// The fields of a row with configurations, known or not.
fn configs(row: &Json) -> impl Iterator<Item = (&String, &Json)> {
    let fields = row.as_object().into_iter().flatten();
    fields.filter(|(key, body)| key.ends_with("_config") && body.is_object())
}

fn rows(set: &Json) -> impl Iterator<Item = &Json> {
    set[ROWS].as_array().into_iter().flatten()
}

/// Whether a record can have what the rows of a set have.
pub(crate) fn is_expressible(set: &Json) -> bool {
    match rows(set).flat_map(configs).count() {
        0 => true,
        1 => Config::of(set).is_some_and(|config| config.routing(None).is_some()),
        _ => false,
    }
}

/// What a set has besides its values: `dynamic`, and the options of its health check.
pub(crate) fn sections(set: &Json, zone: &ZoneName) -> Vec<(&'static str, OwnedValue)> {
    let Some(config) = Config::of(set) else { return Vec::new() };
    let dynamic = config.routing(Some(zone)).map(|dynamic| ("dynamic", dynamic.to_value()));
    dynamic.into_iter().chain(config.options().map(|options| ("octodns", options))).collect()
}

impl<'s> Config<'s> {
    /// The configuration of a set.
    pub(super) fn of(set: &'s Json) -> Option<Self> {
        let of = set["type"].as_str()?;
        rows(set).find_map(|row| {
            let (key, body) = configs(row).next()?;
            let kind = Kind::ALL.into_iter().find(|kind| kind.key() == key)?;
            Some(Self { kind, body, data: row[DATA].as_str()?, of })
        })
    }

    /// What its health check asks for.
    pub(super) fn site(&self) -> Option<Site> {
        Site::parse(self.body["url"].as_str()?).filter(|_| self.kind == Kind::Check)
    }

    /// The options of its health check; those that only this service has, if they are not as usual.
    fn options(&self) -> Option<OwnedValue> {
        let mut options = Map::from_unique([("healthcheck", self.site()?.options())]);
        let own = OWN.iter().filter_map(|(key, default)| {
            let text = self.body[*key].as_str().filter(|text| !text.is_empty());
            let value = text.map_or(Value::NULL, |text| text.to_owned().into());
            (text.or(*default) != *default).then_some((*key, value))
        });
        let own: Map<'static> = own.collect();
        if !own.is_empty() {
            options.insert("scaleway", Map::from_unique([("healthcheck", own.into())]));
        }
        Some(options.into())
    }

    /// Its pools and rules; `None` if it has something that they cannot express. Names are relative to the zone.
    pub(super) fn routing(&self, zone: Option<&ZoneName>) -> Option<Dynamic> {
        let is_address = matches!(self.of, "A" | "AAAA");
        match self.kind {
            Kind::Geo if is_address || self.of == "CNAME" => self.geo(zone),
            Kind::Views if is_address || self.of == "CNAME" => self.views(zone),
            Kind::Weights if is_address => {
                let ip = |item: &Json| {
                    let value = self.value(&item["ip"], zone)?;
                    Some(value.with_weight(item["weight"].as_i64()?))
                };
                Some(one_pool(self.list("weighted_ips")?.iter().map(ip).collect::<Option<_>>()?))
            }
            Kind::Check if is_address && self.site().is_some() => {
                let ip = |ip: &Json| self.value(ip, zone);
                Some(one_pool(self.list("ips")?.iter().map(ip).collect::<Option<_>>()?))
            }
            _ => None,
        }
    }

    fn list(&self, key: &str) -> Option<&'s [Json]> {
        self.body[key].as_array().map(Vec::as_slice).filter(|list| !list.is_empty())
    }

    /// Rows of the same places are one pool.
    fn geo(&self, zone: Option<&ZoneName>) -> Option<Dynamic> {
        let mut choices: Vec<Choice> = Vec::new();
        for part in self.list("matches").unwrap_or_default() {
            let [continents, countries] = ["continents", "countries"].map(|key| texts(&part[key]));
            let (continents, countries) = (continents?, countries?);
            let mut places: Vec<_> = match &*countries {
                [] => continents.iter().map(|code| (*code).to_owned()).collect(),
                countries => countries.iter().map(|code| place(code, &continents)).collect(),
            };
            places.sort();
            if places.is_empty() {
                return None;
            }
            let value = self.value(&part[DATA], zone)?;
            match choices.iter_mut().find(|(known, _)| *known == places) {
                Some((_, values)) => values.push(value),
                None => choices.push((places, vec![value])),
            }
        }
        let default = match self.body["default"].as_str() {
            None | Some("") => None,
            Some(_) => Some(self.value(&self.body["default"], zone)?),
        };
        let is_empty = choices.is_empty() && default.is_none();
        (!is_empty).then(|| routing(choices, default, Rule::with_geos))
    }

    /// Subnets of the same value are one rule; the plain value is for the others.
    fn views(&self, zone: Option<&ZoneName>) -> Option<Dynamic> {
        let mut choices: Vec<Choice> = Vec::new();
        for view in self.list("views")? {
            let (subnet, value) =
                (view["subnet"].as_str()?.to_owned(), self.value(&view[DATA], zone)?);
            match choices.iter_mut().find(|(_, values)| values.contains(&value)) {
                Some((subnets, _)) => subnets.push(subnet),
                None => choices.push((vec![subnet], vec![value])),
            }
        }
        let rest = self.value(&self.data.into(), zone)?;
        Some(routing(choices, Some(rest), Rule::with_subnets))
    }

    /// A value of a pool, in the spelling of records.
    fn value(&self, value: &Json, zone: Option<&ZoneName>) -> Option<PoolValue> {
        let text = value.as_str().filter(|text| !text.is_empty())?;
        if self.of != "CNAME" {
            return Some(PoolValue::new(text.parse::<IpAddr>().ok()?.to_string()));
        }
        let name = text.to_ascii_lowercase();
        Some(PoolValue::new(match zone.filter(|_| !name.ends_with('.')) {
            Some(zone) => zone.absolute(&name),
            None => name,
        }))
    }
}

/// The texts of a list, which may be missing; `None` if it has something else.
fn texts(list: &Json) -> Option<Vec<&str>> {
    list.as_array().into_iter().flatten().map(Json::as_str).collect()
}

/// The code of a country.
fn place(country: &str, continents: &[&str]) -> String {
    geo::country_to_code(country).unwrap_or_else(|| match continents {
        [only] => format!("{only}-{country}"),
        _ => country.to_owned(),
    })
}

fn one_pool(values: Vec<PoolValue>) -> Dynamic {
    Dynamic::new(vec![Pool::new("pool-0", values)], vec![Rule::new("pool-0")])
}

/// A pool and a rule for each choice, and for the rest.
fn routing(
    choices: Vec<Choice>,
    rest: Option<PoolValue>,
    choose: impl Fn(Rule, Vec<String>) -> Rule,
) -> Dynamic {
    let (mut pools, mut rules) = (Vec::new(), Vec::new());
    let last = format!("pool-{}", choices.len());
    for (index, (places, values)) in choices.into_iter().enumerate() {
        let id = format!("pool-{index}");
        rules.push(choose(Rule::new(&*id), places));
        let pool = Pool::new(id, values);
        pools.push(if rest.is_some() { pool.with_fallback(&*last) } else { pool });
    }
    if let Some(rest) = rest {
        rules.push(Rule::new(&*last));
        pools.push(Pool::new(last, [rest]));
    }
    Dynamic::new(pools, rules)
}
