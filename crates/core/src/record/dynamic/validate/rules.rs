//! The checks of rules.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use super::Checks;
use super::pools::Pools;
use crate::record::ValueError;
use crate::record::dynamic::subnet::{Networks, parse_subnet};
use crate::record::geo::GeoCode;
use crate::value::{Map, Python, Value};

/// What is known of the rules so far.
struct Rules<'p, 'v, 'a> {
    pools: Option<&'p Pools<'v, 'a>>,
    /// The number of the rule that is looked at.
    number: usize,
    used: HashSet<&'v str>,
    catchall: Option<usize>,
    networks: Networks<usize>,
    geos: HashMap<&'v str, usize>,
}

impl Default for Rules<'_, '_, '_> {
    fn default() -> Self {
        Self {
            pools: None,
            number: 0,
            used: HashSet::new(),
            catchall: None,
            networks: Networks::new(),
            geos: HashMap::new(),
        }
    }
}

impl<'v, 'a> Checks<'_, 'v, 'a> {
    /// The rules; the pools they lead to.
    pub(super) fn rules(
        &mut self,
        section: &'v Map<'a>,
        pools: Option<&Pools<'v, 'a>>,
    ) -> HashSet<&'v str> {
        let mut rules = Rules { pools, ..Rules::default() };
        let list = match section.get("rules") {
            None => &[][..],
            Some(value) => {
                let Some(list) = value.as_list() else {
                    self.must_be(value, "dynamic rules", "a list");
                    return rules.used;
                };
                list
            }
        };
        if list.is_empty() {
            let at = section.get("rules").unwrap_or(self.section);
            let fault = ValueError::new("dynamic has no rules", at.position);
            self.error(fault.help("add \"rules\" with at least \"- pool: NAME\""));
        }
        for (index, rule) in list.iter().enumerate() {
            rules.number = index + 1;
            let previous = index.checked_sub(1).and_then(|index| list.get(index));
            self.rule(rule, previous, &mut rules);
        }
        if let Some(last) = list.last()
            && (targets(last, "subnets") || targets(last, "geos"))
        {
            self.error(
                ValueError::new(
                    "the final rule has subnets or geos and is not a catch-all",
                    last.position,
                )
                .help("end the rules with one that has only a pool"),
            );
        }
        rules.used
    }

    fn rule(
        &mut self,
        rule: &'v Value<'a>,
        previous: Option<&Value<'_>>,
        rules: &mut Rules<'_, 'v, 'a>,
    ) {
        let number = rules.number;
        let Some(map) = rule.as_map() else {
            self.must_be(rule, &format!("rule {number}"), "a mapping with \"pool\"");
            return;
        };
        let Some(pool) = map.get("pool") else {
            self.advise(rule, format!("rule {number} is missing its pool"), "add `pool: NAME`");
            return;
        };
        let (subnets, geos) = (targets(rule, "subnets"), targets(rule, "geos"));
        self.target(pool, subnets || geos, rules);
        if let Some(previous) = previous {
            self.order(rule, previous, number);
        }
        if !subnets && !geos {
            match rules.catchall {
                Some(first) => {
                    let message =
                        format!("rule {number} is a second default, the first is rule {first}");
                    self.advise(rule, message, "remove one of them, or give it geos or subnets");
                }
                None => rules.catchall = Some(number),
            }
        }
        if let Some(list) = self.list(map, "subnets", number) {
            self.subnets(list, rules);
        }
        if let Some(list) = self.list(map, "geos", number) {
            self.geos(list, rules);
        }
    }

    fn target(&mut self, pool: &'v Value<'a>, selective: bool, rules: &mut Rules<'_, 'v, 'a>) {
        let number = rules.number;
        let Some(id) = pool.as_str() else {
            let shown = Python(pool);
            let message = format!("rule {number} has an invalid pool {shown}, it must be text");
            self.advise(pool, message, "write the name of a pool, in quotes");
            return;
        };
        let first = rules.used.insert(id);
        match rules.pools {
            Some(pools) if !pools.all.contains_key(id) => {
                self.undefined_pool(
                    format!("rule {number} has an undefined pool \"{id}\""),
                    pool,
                    pools,
                );
            }
            Some(_) if !first && selective => {
                let message = format!("rule {number} leads to pool \"{id}\" again");
                self.error(
                    ValueError::new(message, pool.position)
                        .help("put the geos and subnets into the first rule with that pool"),
                );
            }
            _ => {}
        }
    }

    /// Subnets come first, then subnets with places, then places.
    fn order(&mut self, rule: &Value<'_>, previous: &Value<'_>, number: usize) {
        let (subnets, geos) = (targets(rule, "subnets"), targets(rule, "geos"));
        let (before_subnets, before_geos) =
            (targets(previous, "subnets"), targets(previous, "geos"));
        if subnets && geos && before_geos && !before_subnets {
            let message = format!(
                "rule {number} with subnets and geos must come before all rules with only geos"
            );
            self.advise(rule, message, "move it up");
        } else if subnets && !geos && before_geos {
            let message =
                format!("rule {number} with only subnets must come before all rules with geos");
            self.advise(rule, message, "move it up");
        }
    }

    fn list(&mut self, rule: &'v Map<'a>, key: &str, number: usize) -> Option<&'v [Value<'a>]> {
        let value = rule.get(key)?;
        let list = value.as_list();
        if list.is_none() {
            self.must_be(value, &format!("rule {number} {key}"), "a list");
        }
        list
    }

    fn subnets(&mut self, list: &'v [Value<'a>], rules: &mut Rules<'_, 'v, 'a>) {
        let number = rules.number;
        let mut networks = Vec::with_capacity(list.len());
        for subnet in list {
            let Some(text) = subnet.as_str() else {
                self.must_be(subnet, &format!("a subnet of rule {number}"), "text");
                continue;
            };
            match parse_subnet(text) {
                Ok(network) => networks.push((network, subnet)),
                Err(error) => {
                    let message =
                        format!("rule {number} has an invalid subnet \"{text}\": {error}");
                    self.advise(subnet, message, "write a network such as 192.0.2.0/24");
                }
            }
        }
        // The widest first, so that what a wider one of the same rule contains is found.
        networks.sort_by_key(|(network, _)| (network.addr(), network.prefix_len()));
        for (network, subnet) in networks {
            if let Some((seen, first)) = rules.networks.containing(network) {
                let message = again(number, "subnet", &network, &seen, *first);
                self.advise(subnet, message, "remove it from one of the rules");
            }
            rules.networks.insert(network, number);
        }
    }

    fn geos(&mut self, list: &'v [Value<'a>], rules: &mut Rules<'_, 'v, 'a>) {
        let number = rules.number;
        let mut codes = Vec::with_capacity(list.len());
        for geo in list {
            match geo.as_str() {
                Some(code) => codes.push((code, geo)),
                None => self.must_be(geo, &format!("a geo of rule {number}"), "text (quote it)"),
            }
        }
        // A continent before its countries, so that what a wider one of the same rule contains is found.
        codes.sort_by_key(|(code, _)| *code);
        for (code, geo) in codes {
            if let Err(fault) = GeoCode::check(code) {
                let message = format!("rule {number}: {}", fault.message);
                self.error(ValueError { message, position: geo.position, ..fault });
            }
            let mut wider = Some(code);
            while let Some(seen) = wider {
                if let Some(first) = rules.geos.get(seen) {
                    let message = again(number, "geo", &code, &seen, *first);
                    self.advise(geo, message, "remove it from one of the rules");
                    break;
                }
                wider = seen.rsplit_once('-').map(|(parent, _)| parent);
            }
            rules.geos.insert(code, number);
        }
    }
}

fn again<T: std::fmt::Display + PartialEq>(
    number: usize,
    what: &str,
    code: &T,
    seen: &T,
    first: usize,
) -> String {
    let mut message = format!("rule {number} targets {what} {code}, which ");
    // Writing to a `String` cannot fail.
    let _ = if code == seen {
        write!(message, "rule {first} already targets")
    } else {
        write!(message, "is part of {seen} in rule {first}")
    };
    message
}

/// Whether a rule chooses by this key at all.
fn targets(rule: &Value<'_>, key: &str) -> bool {
    rule.get(key).is_some_and(Value::is_truthy)
}
