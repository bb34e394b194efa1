//! What a `dynamic` section has to obey: the checks of the validator with the id `dynamic`.
//!
//! They look at the data, not at a [`Dynamic`](super::Dynamic): what cannot be represented is found
//! here too, in the same words as the rest and with its place.

mod pools;
mod rules;

use crate::nearest;
use crate::record::ValueError;
use crate::value::{Map, Value};
use pools::Pools;

/// What checking a `dynamic` section leads to.
#[derive(Clone, Debug)]
pub enum Check<'v, 'a> {
    /// Something is wrong.
    Error(ValueError),
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
        checks.error(
            ValueError::new(
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

struct Checks<'c, 'v, 'a> {
    on: &'c mut dyn FnMut(Check<'v, 'a>),
    /// Where the section is, for what has no place of its own.
    section: &'v Value<'a>,
}

impl Checks<'_, '_, '_> {
    fn error(&mut self, error: ValueError) {
        (self.on)(Check::Error(error));
    }

    fn advise(&mut self, at: &Value<'_>, message: impl Into<String>, help: impl Into<String>) {
        self.error(ValueError::new(message, at.position).help(help));
    }

    fn must_be(&mut self, value: &Value<'_>, what: &str, expected: &str) {
        self.error(ValueError::wrong_kind(what, value, expected));
    }

    fn undefined_pool(&mut self, message: String, at: &Value<'_>, pools: &Pools<'_, '_>) {
        let mut fault = ValueError::new(message, at.position);
        let mut names: Vec<_> = pools.all.keys().copied().collect();
        names.sort_unstable();
        let help = match at.as_str().and_then(|text| nearest(text, names.iter().copied())) {
            Some(name) => format!("did you mean \"{name}\"?"),
            None => format!("name one of the pools: {}", names.join(", ")),
        };
        fault = fault.help(help);
        self.error(fault);
    }
}

fn place<'v, 'a>(value: &'v Value<'a>, key: &'v Value<'a>) -> &'v Value<'a> {
    if value.position.is_known() { value } else { key }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::python_str;
    use crate::value::testing::json;

    fn faults(pools: &str, rules: &str) -> Vec<ValueError> {
        let data = json(&format!(r#"{{"dynamic": {{"pools": {pools}, "rules": {rules}}}}}"#));
        let mut faults = Vec::new();
        validate(data.as_map().unwrap(), &mut |check| {
            if let Check::Error(fault) = check {
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
            Check::Error(fault) => panic!("{fault}"),
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
                "unused pool \"one\": no rule or fallback uses it",
                "unused pool \"two\": no rule or fallback uses it",
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
