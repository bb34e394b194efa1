//! Bending dynamic records to what a target has of pools and rules.

use crate::capabilities::{Capabilities, Fallbacks, HealthChecks, Places};
use crate::record::Record;
use crate::record::dynamic::{Dynamic, Pool, Rule};

/// What is used of a record whose routing cannot be held at all.
const PLAIN: &str = "its plain values are used";

/// Gets what is lost, and what is done instead.
type Say<'s> = &'s mut dyn FnMut(String, String);

/// The record with the routing that the target can hold; `None` if that is all of it. `say` gets what is lost.
pub(super) fn simplified(
    record: &Record,
    capabilities: &Capabilities,
    say: Say<'_>,
) -> Option<Record> {
    let dynamic = record.dynamic()?;
    if let Some(why) = refusal(record, capabilities) {
        say(why, PLAIN.into());
        return Some(record.clone().with_dynamic(None));
    }
    let left = without_status(dynamic, capabilities, say);
    // The numbers that rules have in the record, for messages.
    let mut numbers: Vec<usize> = (1..=left.rules().len()).collect();
    let left = without_subnets(left, capabilities, &mut numbers, say);
    let left = without_geos(left, &capabilities.dynamic_support.places, &numbers, say);
    let left = without_fallbacks(left, record, capabilities.dynamic_support.fallbacks, say);
    let left = with_weights(left, capabilities, say);
    if let Some(why) = too_many(&left, capabilities) {
        say(why, PLAIN.into());
        return Some(record.clone().with_dynamic(None));
    }
    if left.rules().is_empty() && !dynamic.rules().is_empty() {
        say("none of its rules is supported".into(), PLAIN.into());
        return Some(record.clone().with_dynamic(None));
    }
    (left != *dynamic).then(|| record.clone().with_dynamic(left))
}

/// Why a target cannot hold the routing of a record at all.
fn refusal(record: &Record, capabilities: &Capabilities) -> Option<String> {
    let support = &capabilities.dynamic_support;
    if !capabilities.dynamic {
        return Some("dynamic records are not supported".to_owned());
    }
    let of = record.record_type();
    if !support.types.contains(&of) {
        return Some(format!("dynamic {of} records are not supported"));
    }
    let protocol = record.options().healthcheck_protocol();
    match support.health_checks {
        HealthChecks::Only(known) if !known.contains(&protocol) => Some(format!(
            "health checks of the protocol \"{protocol}\" are not supported, only {}",
            listed(known)
        )),
        _ => None,
    }
}

/// What there is more of than the target takes.
fn too_many(dynamic: &Dynamic, capabilities: &Capabilities) -> Option<String> {
    let support = &capabilities.dynamic_support;
    let above = |count: usize, most: Option<usize>, what: &str| {
        let most = most.filter(|most| count > *most)?;
        Some(format!("{count} {what} are more than the {most} that the service accepts"))
    };
    let of_pool = |pool: &Pool| {
        let what = format!("values of the pool \"{}\"", pool.id());
        above(pool.values().len(), support.max_values, &what)
    };
    above(dynamic.pools().len(), support.max_pools, "pools")
        .or_else(|| above(dynamic.rules().len(), support.max_rules, "rules"))
        .or_else(|| dynamic.pools().iter().find_map(of_pool))
}

fn without_status(dynamic: &Dynamic, capabilities: &Capabilities, say: Say<'_>) -> Dynamic {
    let without = if capabilities.pool_value_status { None } else { dynamic.without_status() };
    let Some(without) = without else { return dynamic.clone() };
    let pools = without.pools.join(", ");
    let message = format!("the \"status\" of values in the pools {pools} is not supported");
    say(message, "it is ignored, the health check decides".into());
    without.dynamic
}

fn without_subnets(
    dynamic: Dynamic,
    capabilities: &Capabilities,
    numbers: &mut Vec<usize>,
    say: Say<'_>,
) -> Dynamic {
    let is_mixed = dynamic.has_subnets() && dynamic.rules().iter().any(Rule::has_geos);
    let is_held = capabilities.dynamic_subnets
        && (capabilities.dynamic_support.subnets_with_geos || !is_mixed);
    let without = if is_held { None } else { dynamic.without_subnets() };
    let Some(without) = without else { return dynamic };
    let why = if capabilities.dynamic_subnets {
        "beside rules by geo, which cannot be mixed"
    } else {
        "which is not supported"
    };
    for (rules, fallback) in
        [(&without.geos_only, "only its geos are used"), (&without.dropped, "the rule is left out")]
    {
        for rule in rules {
            say(format!("rule {rule} matches subnets, {why}"), fallback.into());
        }
    }
    numbers.retain(|number| !without.dropped.contains(number));
    without.dynamic
}

fn without_geos(dynamic: Dynamic, places: &Places, numbers: &[usize], say: Say<'_>) -> Dynamic {
    let Some(reduced) = dynamic.without_geos(&|code| places.holds(code)) else { return dynamic };
    for (index, lost) in &reduced.lost {
        let (Some(number), Some(rule)) = (numbers.get(*index), dynamic.rules().get(*index)) else {
            continue;
        };
        let message = format!("rule {number} is for {}, which is not supported", lost.join(", "));
        let kept = rule.geo_texts().iter().filter(|code| !lost.contains(code));
        let kept: Vec<&str> = kept.chain(rule.subnet_texts()).map(AsRef::as_ref).collect();
        let fallback = if kept.is_empty() {
            "the rule is left out".to_owned()
        } else {
            format!("only {} are used", kept.join(", "))
        };
        say(message, fallback);
    }
    reduced.dynamic
}

fn without_fallbacks(
    dynamic: Dynamic,
    record: &Record,
    fallbacks: Fallbacks,
    say: Say<'_>,
) -> Dynamic {
    let why = match fallbacks {
        Fallbacks::Any => return dynamic,
        Fallbacks::Never => "which is not supported".to_owned(),
        Fallbacks::Checked(name) => {
            let section = record.options().section(name);
            if section.and_then(|own| own.get("healthcheck")).is_some() {
                return dynamic;
            }
            format!("which needs health checks: octodns.{name}.healthcheck")
        }
    };
    let Some((left, pools)) = dynamic.without_fallbacks() else { return dynamic };
    let message = match &*pools {
        [only] => format!("the pool {only} has a fallback, {why}"),
        _ => format!("the pools {} have fallbacks, {why}", pools.join(", ")),
    };
    say(message, "no pool takes the place of another".into());
    left
}

fn with_weights(dynamic: Dynamic, capabilities: &Capabilities, say: Say<'_>) -> Dynamic {
    let range = &capabilities.dynamic_support.weights;
    let Some((left, pools)) = dynamic.with_weights_in(range) else { return dynamic };
    let (least, most, pools) = (range.start(), range.end(), pools.join(", "));
    if least == most {
        let message = format!("the weights of values in the pools {pools} are not supported");
        say(message, "all values of a pool count alike".into());
    } else {
        let message = format!(
            "the weights of values in the pools {pools} are outside {least} to {most}, which the service refuses"
        );
        say(message, "the nearest weights are used".into());
    }
    left
}

/// `A, B and C`.
fn listed(words: &[&str]) -> String {
    match words {
        [] => "none".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::DynamicSupport;
    use crate::record::dynamic::{PoolValue, Status};
    use crate::value::Map;
    use crate::{RecordData, RecordName, RecordType};

    fn record(pools: Vec<Pool>, rules: Vec<Rule>) -> Record {
        let data = RecordData::A(vec!["192.0.2.9".parse().unwrap()]);
        let record = Record::new(RecordName::new("www").unwrap(), 300, data);
        record.with_dynamic(Dynamic::new(pools, rules))
    }

    fn pool(id: &str, values: &[(&str, i64)]) -> Pool {
        let values =
            values.iter().map(|(value, weight)| PoolValue::new(*value).with_weight(*weight));
        Pool::new(id, values)
    }

    /// The record with a section of options, each a mapping of one text.
    fn with_options(record: &Record, section: &str, key: &str, text: &str) -> Record {
        let own: Map<'static> = [(key.to_owned(), text.to_owned())].into_iter().collect();
        record.clone().with_options([(section.to_owned(), own)].into_iter().collect())
    }

    #[track_caller]
    fn check(record: &Record, capabilities: &Capabilities, expected: &[(&str, &str)]) -> Record {
        let mut said = Vec::new();
        let mut say = |message: String, fallback: String| said.push((message, fallback));
        let simpler = simplified(record, capabilities, &mut say);
        let said: Vec<_> = said.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(said, expected);
        assert_eq!(simpler.is_none(), expected.is_empty());
        let left = simpler.unwrap_or_else(|| record.clone());
        // What is left needs no further change.
        assert!(simplified(&left, capabilities, &mut |_, _| {}).is_none());
        left
    }

    const SUPPORT: DynamicSupport = DynamicSupport {
        types: &[RecordType::A],
        places: Places { continents: &["EU"], countries: true, provinces: &["NA-US"] },
        subnets_with_geos: false,
        fallbacks: Fallbacks::Checked("alder"),
        weights: 1..=10,
        max_values: Some(2),
        max_pools: Some(3),
        max_rules: Some(3),
        health_checks: HealthChecks::Only(&["HTTP", "HTTPS", "TCP"]),
    };

    fn capabilities() -> Capabilities {
        Capabilities::of(&[RecordType::A, RecordType::CNAME])
            .dynamic_support(SUPPORT)
            .dynamic_subnets()
    }

    #[test]
    fn what_is_held_is_left_as_it_is() {
        let rules = vec![Rule::new("a").with_geos(["EU", "NA-US-CA"]), Rule::new("b")];
        let pools = vec![pool("a", &[("1", 3), ("2", 10)]), pool("b", &[("3", 1)])];
        let plain = record(pools.clone(), rules.clone());
        check(&plain, &capabilities(), &[]);
        let chained = vec![pools[0].clone().with_fallback("b"), pools[1].clone()];
        let checked = with_options(&record(chained, rules), "alder", "healthcheck", "tcp");
        check(&checked, &capabilities(), &[]);
        let without = plain.with_dynamic(None);
        assert!(simplified(&without, &capabilities(), &mut |_, _| {}).is_none());
    }

    #[test]
    fn what_has_no_way_around_leaves_the_plain_values() {
        let plain = record(vec![pool("a", &[("1", 1)])], vec![Rule::new("a")]);
        let check = |record: &Record, capabilities: &Capabilities, why: &str| {
            let left = check(record, capabilities, &[(why, PLAIN)]);
            assert_eq!(left.dynamic(), None);
        };
        check(&plain, &Capabilities::of(&[RecordType::A]), "dynamic records are not supported");
        let target = crate::record::HostName::new("x.example.net.").unwrap();
        let cname = plain.clone().with_data(RecordData::Cname(target));
        check(&cname, &capabilities(), "dynamic CNAME records are not supported");
        check(
            &with_options(&plain, "healthcheck", "protocol", "ICMP"),
            &capabilities(),
            "health checks of the protocol \"ICMP\" are not supported, only HTTP, HTTPS and TCP",
        );
        let values = [("1", 1), ("2", 1), ("3", 1)];
        check(
            &record(vec![pool("a", &values)], vec![Rule::new("a")]),
            &capabilities(),
            "3 values of the pool \"a\" are more than the 2 that the service accepts",
        );
        let pools: Vec<_> = ["a", "b", "c", "d"].map(|id| pool(id, &values[..1])).to_vec();
        let place = |id: &str, geo: &str| Rule::new(id).with_geos([geo]);
        let rules =
            vec![place("a", "EU-SE"), place("b", "EU-DE"), place("c", "EU-FR"), Rule::new("d")];
        check(
            &record(pools.clone(), rules.clone()),
            &capabilities(),
            "4 pools are more than the 3 that the service accepts",
        );
        let rules =
            vec![place("a", "EU-SE"), place("a", "EU-DE"), place("a", "EU-FR"), Rule::new("a")];
        check(
            &record(pools[..1].to_vec(), rules),
            &capabilities(),
            "4 rules are more than the 3 that the service accepts",
        );
    }

    #[test]
    fn what_has_a_way_around_is_named_with_it() {
        let pools = vec![
            Pool::new(
                "a",
                [PoolValue::new("1").with_status(Status::Up), PoolValue::new("2").with_weight(50)],
            )
            .with_fallback("b"),
            pool("b", &[("3", 1)]),
            pool("c", &[("4", 1)]),
            pool("d", &[("5", 1)]),
        ];
        let rules = vec![
            Rule::new("d").with_subnets(["10.0.0.0/8"]),
            Rule::new("a").with_subnets(["11.0.0.0/8"]).with_geos(["AS", "EU"]),
            Rule::new("b").with_geos(["NA-CA-QC"]),
            Rule::new("c"),
        ];
        let left = check(
            &record(pools, rules),
            &capabilities(),
            &[
                (
                    "the \"status\" of values in the pools a is not supported",
                    "it is ignored, the health check decides",
                ),
                (
                    "rule 2 matches subnets, beside rules by geo, which cannot be mixed",
                    "only its geos are used",
                ),
                (
                    "rule 1 matches subnets, beside rules by geo, which cannot be mixed",
                    "the rule is left out",
                ),
                ("rule 2 is for AS, which is not supported", "only EU are used"),
                ("rule 3 is for NA-CA-QC, which is not supported", "the rule is left out"),
                (
                    "the pool a has a fallback, which needs health checks: octodns.alder.healthcheck",
                    "no pool takes the place of another",
                ),
                (
                    "the weights of values in the pools a are outside 1 to 10, which the service refuses",
                    "the nearest weights are used",
                ),
            ],
        );
        let expected = Dynamic::new(
            vec![pool("a", &[("1", 1), ("2", 10)]), pool("c", &[("4", 1)])],
            vec![Rule::new("a").with_geos(["EU"]), Rule::new("c")],
        );
        assert_eq!(left.dynamic(), Some(&expected));
    }

    #[test]
    fn weights_that_do_not_exist_are_all_one() {
        let mut capabilities = capabilities();
        capabilities.dynamic_support.weights = 1..=1;
        let left = check(
            &record(vec![pool("a", &[("1", 3), ("2", 1)])], vec![Rule::new("a")]),
            &capabilities,
            &[(
                "the weights of values in the pools a are not supported",
                "all values of a pool count alike",
            )],
        );
        let weights = left.dynamic().unwrap().pools()[0].values().iter().map(PoolValue::weight);
        assert_eq!(weights.collect::<Vec<_>>(), [1, 1]);
    }
}
