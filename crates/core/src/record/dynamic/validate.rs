//! What a `dynamic` section has to obey: the checks of the validator with the id `dynamic`.
//!
//! They look at the data, not at a [`Dynamic`](super::Dynamic): what cannot be represented is found
//! here too, in the same words as the rest and with its place.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use super::Status;
use super::kept::number;
use super::read::whole_number;
use super::subnet::{Networks, parse_subnet};
use crate::nearest;
use crate::record::Fault;
use crate::record::geo::GeoCode;
use crate::value::{Kind, Map, Python, Value, python_str};

/// What checking a `dynamic` section leads to.
#[derive(Clone, Debug)]
pub enum Check<'v, 'a> {
    /// Something is wrong.
    Fault(Fault),
    /// The value of a pool, which the validators of the record type's values have to look at.
    Value(&'v Value<'a>),
}

/// Checks the `dynamic` section of a record's data; nothing is said when there is none.
///
/// Time is linear in pools and rules, however long their lists are.
pub fn validate<'v, 'a>(data: &'v Map<'a>, on: &mut dyn FnMut(Check<'v, 'a>)) {
    let Some((key, section)) = data.entry("dynamic") else { return };
    let mut checks = Checks { on, section: place(section, key) };
    if let Some((key, _)) = data.entry("geo") {
        checks.fault(
            Fault::new(
                "a record has either \"dynamic\" or \"geo\", this one has both",
                key.position,
            )
            .help("remove \"geo\", it is the old form"),
        );
    }
    let Some(map) = section.as_map() else {
        checks.must_be(section, "dynamic", "a mapping with \"pools\" and \"rules\"");
        return;
    };
    let pools = checks.pools(map);
    let used = checks.rules(map, pools.as_ref());
    if let Some(pools) = &pools {
        checks.unused(pools, &used);
    }
}

/// The pools of a section, as far as they can be told.
struct Pools<'v, 'a> {
    all: HashMap<&'v str, &'v Value<'a>>,
    /// Names, each with its key, in the order of the names; only pools that have values.
    with_values: Vec<(&'v str, &'v Value<'a>)>,
    fallbacks: HashSet<&'v str>,
}

struct Checks<'c, 'v, 'a> {
    on: &'c mut dyn FnMut(Check<'v, 'a>),
    /// Where the section is, for what has no place of its own.
    section: &'v Value<'a>,
}

impl<'v, 'a> Checks<'_, 'v, 'a> {
    fn fault(&mut self, fault: Fault) {
        (self.on)(Check::Fault(fault));
    }

    fn say(&mut self, at: &Value<'_>, message: impl Into<String>) {
        self.fault(Fault::new(message, at.position));
    }

    fn must_be(&mut self, value: &Value<'_>, what: &str, expected: &str) {
        self.say(value, format!("{what} must be {expected}, not {}", value.kind_name()));
    }

    fn pools(&mut self, section: &'v Map<'a>) -> Option<Pools<'v, 'a>> {
        let map = match section.get("pools") {
            None => None,
            Some(pools) => match &pools.kind {
                Kind::Map(map) if !map.is_empty() => Some(map),
                Kind::Map(_) => None,
                _ => {
                    self.must_be(pools, "dynamic pools", "a mapping of pool names to pools");
                    return None;
                }
            },
        };
        let Some(map) = map else {
            let fault = Fault::new("dynamic has no pools", self.section.position);
            self.fault(fault.help("add \"pools\" with at least one pool"));
            return None;
        };
        let mut pools =
            Pools { all: HashMap::new(), with_values: Vec::new(), fallbacks: HashSet::new() };
        for (key, pool) in map {
            match key.as_str() {
                Some(name) => {
                    pools.all.insert(name, pool);
                    if self.pool(name, pool) {
                        pools.with_values.push((name, key));
                    }
                }
                None => self.must_be(key, "the name of a pool", "text (put it in quotes)"),
            }
        }
        pools.with_values.sort_by_key(|(name, _)| *name);
        self.fallbacks(&mut pools);
        Some(pools)
    }

    /// One pool for itself; whether it has values.
    fn pool(&mut self, name: &str, pool: &'v Value<'a>) -> bool {
        let Some(map) = pool.as_map() else {
            self.must_be(pool, &format!("pool \"{name}\""), "a mapping with \"values\"");
            return false;
        };
        let Some(values) = map.get("values") else {
            let mut fault = Fault::new(format!("pool \"{name}\" is missing values"), pool.position);
            let keys = map.iter().filter_map(|(key, _)| key.as_str());
            if let Some(key) = keys.into_iter().find(|key| nearest(key, ["values"]).is_some()) {
                fault = fault.help(format!("write \"values\" instead of \"{key}\""));
            }
            self.fault(fault);
            return false;
        };
        let Some(list) = values.as_list() else {
            self.must_be(values, &format!("values of pool \"{name}\""), "a list");
            return true;
        };
        for (index, value) in list.iter().enumerate() {
            self.value(name, index + 1, value);
        }
        if let [only] = list
            && let Some(weight) = only.get("weight")
            && number(weight).is_none_or(|weight| (weight - 1.0).abs() > 0.0)
        {
            let message = format!("pool \"{name}\" has a single value with a weight other than 1");
            self.fault(Fault::new(message, weight.position).help("remove the weight"));
        }
        true
    }

    fn value(&mut self, pool: &str, number: usize, value: &'v Value<'a>) {
        let Some(map) = value.as_map() else {
            let what = format!("value {number} of pool \"{pool}\"");
            self.must_be(value, &what, "a mapping with \"value\"");
            return;
        };
        if let Some(weight) = map.get("weight")
            && !whole_number(weight).is_some_and(|weight| (1..=100).contains(&weight))
        {
            let message = format!(
                "invalid weight {} in pool \"{pool}\" value {number}: it must be a number from 1 to 100",
                Python(weight)
            );
            self.say(weight, message);
        }
        if let Some(status) = map.get("status")
            && status.as_str().and_then(Status::parse).is_none()
        {
            let message =
                format!("invalid status {} in pool \"{pool}\" value {number}", Python(status));
            self.fault(Fault::new(message, status.position).help("statuses are: up, down, obey"));
        }
        match map.get("value") {
            Some(value) => (self.on)(Check::Value(value)),
            None => self.say(value, format!("missing value in pool \"{pool}\" value {number}")),
        }
    }

    fn fallbacks(&mut self, pools: &mut Pools<'v, 'a>) {
        let mut next: HashMap<&str, &str> = HashMap::new();
        for (name, _) in &pools.with_values {
            let Some(fallback) = pools.all.get(name).and_then(|pool| pool.get("fallback")) else {
                continue;
            };
            match fallback.as_str() {
                Some(id) if pools.all.contains_key(id) => {
                    pools.fallbacks.insert(id);
                    next.insert(name, id);
                }
                _ if fallback.is_null() => {}
                _ => {
                    let shown = python_str(fallback);
                    let message = format!("undefined fallback \"{shown}\" for pool \"{name}\"");
                    self.undefined_pool(message, fallback, pools);
                }
            }
        }
        for cycle in cycles(pools.with_values.iter().map(|(name, _)| *name), &next) {
            let at = cycle.first().and_then(|name| pools.all.get(name)?.get("fallback"));
            let message = format!("loop in pool fallbacks: {}", cycle.join(" -> "));
            self.say(at.unwrap_or(self.section), message);
        }
    }

    fn undefined_pool(&mut self, message: String, at: &Value<'_>, pools: &Pools<'_, '_>) {
        let mut fault = Fault::new(message, at.position);
        let mut names: Vec<_> = pools.all.keys().copied().collect();
        names.sort_unstable();
        if let Some(name) = at.as_str().and_then(|text| nearest(text, names)) {
            fault = fault.help(format!("did you mean \"{name}\"?"));
        }
        self.fault(fault);
    }

    fn unused(&mut self, pools: &Pools<'v, 'a>, used: &HashSet<&'v str>) {
        for (name, key) in &pools.with_values {
            if !used.contains(name) && !pools.fallbacks.contains(name) {
                let message = format!("unused pool \"{name}\": no rule or fallback leads to it");
                self.say(key, message);
            }
        }
    }

    /// The rules; the pools they lead to.
    fn rules(&mut self, section: &'v Map<'a>, pools: Option<&Pools<'v, 'a>>) -> HashSet<&'v str> {
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
            let fault = Fault::new("dynamic has no rules", at.position);
            self.fault(fault.help("add \"rules\" with at least \"- pool: NAME\""));
        }
        for (index, rule) in list.iter().enumerate() {
            rules.number = index + 1;
            let previous = index.checked_sub(1).and_then(|index| list.get(index));
            self.rule(rule, previous, &mut rules);
        }
        if let Some(last) = list.last()
            && (targets(last, "subnets") || targets(last, "geos"))
        {
            self.fault(
                Fault::new(
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
            self.say(rule, format!("rule {number} is missing its pool"));
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
                    self.say(rule, message);
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
            self.say(pool, format!("rule {number} has an invalid pool {shown}, it must be text"));
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
                self.fault(
                    Fault::new(message, pool.position)
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
            self.say(rule, message);
        } else if subnets && !geos && before_geos {
            let message =
                format!("rule {number} with only subnets must come before all rules with geos");
            self.say(rule, message);
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
                    self.say(
                        subnet,
                        format!("rule {number} has an invalid subnet \"{text}\": {error}"),
                    );
                }
            }
        }
        // The widest first, so that what a wider one of the same rule contains is found.
        networks.sort_by_key(|(network, _)| (network.addr(), network.prefix_len()));
        for (network, subnet) in networks {
            if let Some((seen, first)) = rules.networks.containing(network) {
                self.say(subnet, again(number, "subnet", &network, &seen, *first));
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
                self.fault(Fault { message, position: geo.position, ..fault });
            }
            let mut wider = Some(code);
            while let Some(seen) = wider {
                if let Some(first) = rules.geos.get(seen) {
                    self.say(geo, again(number, "geo", &code, &seen, *first));
                    break;
                }
                wider = seen.rsplit_once('-').map(|(parent, _)| parent);
            }
            rules.geos.insert(code, number);
        }
    }
}

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

fn place<'v, 'a>(value: &'v Value<'a>, key: &'v Value<'a>) -> &'v Value<'a> {
    if value.position.is_known() { value } else { key }
}

/// The loops among names that each lead to at most one other, each once, its start repeated.
fn cycles<'n>(
    names: impl Iterator<Item = &'n str>,
    next: &HashMap<&'n str, &'n str>,
) -> Vec<Vec<&'n str>> {
    let mut visited: HashSet<&str> = HashSet::new();
    let mut cycles = Vec::new();
    for start in names {
        let mut path: Vec<&str> = Vec::new();
        let mut name = start;
        while visited.insert(name) {
            path.push(name);
            match next.get(name) {
                Some(following) => name = following,
                None => break,
            }
        }
        // A name seen before is the start of a loop only if this very path led through it.
        let returns = path.last().is_some_and(|last| next.get(last) == Some(&name));
        if let Some(index) = path.iter().position(|seen| *seen == name)
            && returns
        {
            let mut cycle = path.split_off(index);
            cycle.push(name);
            cycles.push(cycle);
        }
    }
    cycles
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::json;

    fn faults(pools: &str, rules: &str) -> Vec<Fault> {
        let data = json(&format!(r#"{{"dynamic": {{"pools": {pools}, "rules": {rules}}}}}"#));
        let mut faults = Vec::new();
        validate(data.as_map().unwrap(), &mut |check| {
            if let Check::Fault(fault) = check {
                faults.push(fault);
            }
        });
        faults
    }

    fn messages(pools: &str, rules: &str) -> Vec<String> {
        faults(pools, rules).into_iter().map(|fault| fault.message).collect()
    }

    const POOLS: &str =
        r#"{"one": {"values": [{"value": "x"}]}, "two": {"values": [{"value": "y"}]}}"#;

    #[test]
    fn valid_sections_have_no_fault_and_hand_over_their_values() {
        let data = json(
            r#"{"dynamic": {"pools": {"one": {"values": [{"value": "x", "weight": "5"}, {"value": "y"}]}},
                "rules": [{"pool": "one"}]}}"#,
        );
        let mut values = Vec::new();
        validate(data.as_map().unwrap(), &mut |check| match check {
            Check::Fault(fault) => panic!("{fault}"),
            Check::Value(value) => values.push(python_str(value)),
        });
        assert_eq!(values, ["x", "y"]);
    }

    #[test]
    fn pools_are_checked() {
        let rules = r#"[{"pool": "one"}]"#;
        for (pools, expected) in [
            ("[]", "dynamic pools must be a mapping of pool names to pools, not a list"),
            ("{}", "dynamic has no pools"),
            (r#"{"one": 5}"#, "pool \"one\" must be a mapping with \"values\", not a number"),
            (r#"{"one": {"value": []}}"#, "pool \"one\" is missing values"),
            (
                r#"{"one": {"values": [{"value": "x", "weight": 101}, {"value": "y"}]}}"#,
                "invalid weight 101 in pool \"one\" value 1: it must be a number from 1 to 100",
            ),
            (
                r#"{"one": {"values": [{"value": "x", "weight": 2}]}}"#,
                "pool \"one\" has a single value with a weight other than 1",
            ),
            (
                r#"{"one": {"values": [{"value": "x", "status": "UP"}]}}"#,
                "invalid status 'UP' in pool \"one\" value 1",
            ),
            (r#"{"one": {"values": [{}]}}"#, "missing value in pool \"one\" value 1"),
            (
                r#"{"one": {"values": [{"value": "x"}], "fallback": "on"}}"#,
                "undefined fallback \"on\" for pool \"one\"",
            ),
            (
                r#"{"one": {"values": [{"value": "x"}], "fallback": "one"}}"#,
                "loop in pool fallbacks: one -> one",
            ),
        ] {
            assert_eq!(messages(pools, rules), [expected]);
        }
    }

    /// A loop is one mistake, however many pools lead into it.
    #[test]
    fn a_loop_is_found_once() {
        let pool = |fallback: &str| {
            format!(r#"{{"fallback": "{fallback}", "values": [{{"value": "x"}}]}}"#)
        };
        let pools = format!(
            r#"{{"a": {}, "b": {}, "c": {}, "d": {}}}"#,
            pool("b"),
            pool("c"),
            pool("b"),
            pool("a")
        );
        let found = messages(&pools, r#"[{"pool": "d"}]"#);
        assert_eq!(found, ["loop in pool fallbacks: b -> c -> b"]);
    }

    #[test]
    fn rules_are_checked() {
        for (rules, expected) in [
            ("5", "dynamic rules must be a list, not a number"),
            (r#"[{"pool": "one"}, {}]"#, "rule 2 is missing its pool"),
            (r#"[{"pool": "one"}, {"pool": "thr"}]"#, "rule 2 has an undefined pool \"thr\""),
            (r#"[{"pool": 5}]"#, "rule 1 has an invalid pool 5, it must be text"),
            (
                r#"[{"pool": "one", "geos": ["EU"]}, {"pool": "one", "geos": ["AS"]}, {"pool": "two"}]"#,
                "rule 2 leads to pool \"one\" again",
            ),
            (
                r#"[{"pool": "one"}, {"pool": "two"}]"#,
                "rule 2 is a second default, the first is rule 1",
            ),
            (
                r#"[{"pool": "one", "geos": ["EU"]}]"#,
                "the final rule has subnets or geos and is not a catch-all",
            ),
            (
                r#"[{"pool": "one", "geos": ["EU-ZZ"]}, {"pool": "two"}]"#,
                "rule 1: unknown country in geo code \"EU-ZZ\"",
            ),
            (
                r#"[{"pool": "one", "geos": ["NA-US-CA", "NA"]}, {"pool": "two"}]"#,
                "rule 1 targets geo NA-US-CA, which is part of NA in rule 1",
            ),
            (
                r#"[{"pool": "one", "subnets": ["10.1.0.0/16", "10.0.0.0/8"]}, {"pool": "two"}]"#,
                "rule 1 targets subnet 10.1.0.0/16, which is part of 10.0.0.0/8 in rule 1",
            ),
            (
                r#"[{"pool": "one", "subnets": "10.0.0.0/8"}, {"pool": "two"}]"#,
                "rule 1 subnets must be a list, not text",
            ),
        ] {
            let found = messages(POOLS, rules);
            assert!(found.contains(&expected.to_owned()), "{found:?}");
        }
    }

    #[test]
    fn rules_come_in_the_order_subnets_both_places() {
        let rule = |pool: &str, subnets: &str, geos: &str| {
            format!(r#"{{"pool": "{pool}", "subnets": [{subnets}], "geos": [{geos}]}}"#)
        };
        let (subnets, both) =
            (rule("one", "\"10.0.0.0/8\"", ""), rule("one", "\"10.0.0.0/8\"", "\"AS\""));
        let geos = rule("two", "", "\"EU\"");
        for late in [subnets, both] {
            let found = messages(POOLS, &format!("[{geos}, {late}]"));
            assert!(found.iter().any(|message| message.starts_with("rule 2 with")), "{found:?}");
            let found = messages(POOLS, &format!("[{late}, {geos}]"));
            assert!(!found.iter().any(|message| message.starts_with("rule 2 with")), "{found:?}");
        }
    }

    #[test]
    fn unused_pools_are_named_one_by_one_at_their_place() {
        let found = faults(POOLS, r#"[{"pool": "twoo"}]"#);
        let messages: Vec<_> = found.iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "rule 1 has an undefined pool \"twoo\"",
                "unused pool \"one\": no rule or fallback leads to it",
                "unused pool \"two\": no rule or fallback leads to it",
            ]
        );
        assert_eq!(found[0].help.as_deref(), Some("did you mean \"two\"?"));
        assert!(found.iter().all(|fault| fault.position.is_known()));
    }

    #[test]
    fn long_lists_are_checked_in_linear_time() {
        const COUNT: usize = 3000;
        let pools: Vec<_> = (0..COUNT)
            .map(|n| {
                let fallback =
                    if n > 0 { format!(r#""fallback": "p{}","#, n - 1) } else { String::new() };
                format!(r#""p{n}": {{{fallback} "values": [{{"value": "x"}}]}}"#)
            })
            .collect();
        let mut rules: Vec<_> = (1..COUNT)
            .map(|n| {
                format!(r#"{{"pool": "p{n}", "subnets": ["10.{}.{}.0/24"]}}"#, n / 256, n % 256)
            })
            .collect();
        rules.push(r#"{"pool": "p0"}"#.to_owned());
        let found =
            messages(&format!("{{{}}}", pools.join(",")), &format!("[{}]", rules.join(",")));
        assert!(found.is_empty(), "{found:?}");
    }
}
