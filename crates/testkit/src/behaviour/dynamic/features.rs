//! Each feature is written, read back, changed, and leaves nothing behind.

use futures::FutureExt;
use futures::future::BoxFuture;
use octodns_core::{Fallbacks, RecordType};
use serde_json::{Value as Json, json};

use super::samples::{FAR, REST, Routing, Samples};
use super::{Case, Result, walk};

/// Goes through states of one record, each made by a routing.
async fn states(case: &Case<'_>, feature: &str, routings: &[Routing]) -> Result {
    let samples = Samples::new(case);
    let target = ("www", samples.main_type());
    let record = |routing| samples.record(feature, target, routing).map(|record| vec![record]);
    let Some(states) = routings.iter().map(record).collect::<Option<Vec<_>>>() else {
        case.does_not_apply("the service cannot hold the sample");
        return Ok(());
    };
    walk(case, &states).await
}

/// Three pools, the first two for these conditions.
fn three(samples: &Samples<'_>, near: &Json, far: &Json) -> Routing {
    let of = samples.main_type();
    Routing::default()
        .pool("near", samples.values(of, &[1]))
        .pool("far", samples.values(of, &[FAR]))
        .pool("rest", samples.values(of, &[REST]))
        .rule("near", near)
        .rule("far", far)
        .rule("rest", &json!({}))
}

fn geos(codes: &[&str]) -> Json {
    json!({"geos": codes})
}

/// Every type, with other values, and another TTL.
pub(super) fn types<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        if samples.types().is_empty() {
            return Err("no type can be dynamic".to_owned());
        }
        for of in samples.types() {
            let record =
                |near: &[usize]| samples.record("types", ("www", of), &samples.usual(of, near));
            let (Some(first), Some(second)) = (record(&[1, 2]), record(&[3, 4])) else {
                case.does_not_apply(&format!("the service cannot hold the sample of {of}"));
                continue;
            };
            let mut slower = second.clone();
            slower["ttl"] = json!(3600.max(case.fixture.min_ttl()));
            let states = [vec![first], vec![second], vec![slower]];
            walk(case, &states).await.map_err(|problem| format!("{of}: {problem}"))?;
        }
        Ok(())
    }
    .boxed()
}

/// A chain of pools, that gets shorter.
pub(super) fn fallbacks<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        let fallbacks = samples.support().fallbacks;
        if fallbacks == Fallbacks::Never || !samples.fits(3) {
            case.does_not_apply("pools have no fallbacks");
            return Ok(());
        }
        let of = samples.main_type();
        let routing = |near: Option<&str>, far: Option<&str>| {
            let mut routing = Routing::default().pool_with("near", samples.values(of, &[1]), near);
            if near == Some("far") {
                routing = routing.pool_with("far", samples.values(of, &[FAR]), far);
            }
            match samples.conditions().first() {
                Some(condition) => routing
                    .pool("rest", samples.values(of, &[REST]))
                    .rule("near", condition)
                    .rule("rest", &json!({})),
                None if near == Some("rest") || far == Some("rest") => routing
                    .pool("rest", samples.values(of, &[REST]))
                    .rule("near", &json!({})),
                None => routing.rule("near", &json!({})),
            }
        };
        let states = [
            routing(Some("far"), Some("rest")),
            routing(Some("far"), None),
            routing(Some("rest"), None),
            routing(None, None),
        ];
        if let Fallbacks::Checked(name) = fallbacks {
            let record = samples.record("fallbacks", ("www", of), &states[0]);
            let section = |record: &Json| record["octodns"][name]["healthcheck"].clone();
            if record.is_none_or(|record| section(&record).is_null()) {
                return Err(format!(
                    "the sample of fallbacks needs octodns.{name}.healthcheck: say so in dynamic_sample"
                ));
            }
        }
        self::states(case, "fallbacks", &states).await
    }
    .boxed()
}

/// Rules by continent.
pub(super) fn continents<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        let all = samples.support().places.continents;
        if all.len() < 2 || !samples.fits(3) {
            case.does_not_apply("rules do not choose by continent");
            return Ok(());
        }
        let (some, others) = all.split_at(all.len() / 2);
        let states = [
            three(&samples, &geos(some), &geos(others)),
            three(&samples, &geos(&some[..1]), &geos(others)),
            three(&samples, &geos(others), &geos(some)),
        ];
        self::states(case, "continents", &states).await
    }
    .boxed()
}

/// Rules by country, and by the continent of a country that another rule takes.
pub(super) fn countries<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        let places = &samples.support().places;
        if !places.countries || !samples.fits(3) {
            case.does_not_apply("rules do not choose by country");
            return Ok(());
        }
        let mut states = vec![
            three(&samples, &geos(&["EU-SE", "NA-US"]), &geos(&["AS-JP"])),
            three(&samples, &geos(&["EU-SE"]), &geos(&["AS-JP", "NA-US"])),
        ];
        if places.continents.contains(&"NA") {
            states.push(three(&samples, &geos(&["NA-US"]), &geos(&["NA"])));
        }
        self::states(case, "countries", &states).await
    }
    .boxed()
}

/// Rules by province, and by the country of a province that another rule takes.
pub(super) fn provinces<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        let places = &samples.support().places;
        let of = |all: [&'static str; 2]| {
            let known = all.into_iter().filter(|code| places.holds(code)).collect::<Vec<_>>();
            geos(&known)
        };
        if places.provinces.is_empty() || !samples.fits(3) {
            case.does_not_apply("rules do not choose by province");
            return Ok(());
        }
        let mut states = vec![
            three(&samples, &of(["NA-CA-QC", "NA-US-CA"]), &of(["NA-CA-ON", "NA-US-NY"])),
            three(&samples, &of(["NA-CA-ON", "NA-US-NY"]), &of(["NA-CA-BC", "NA-US-TX"])),
        ];
        if places.countries {
            states.push(three(&samples, &of(["NA-CA-QC", "NA-US-CA"]), &geos(&["NA-CA", "NA-US"])));
        }
        self::states(case, "provinces", &states).await
    }
    .boxed()
}

/// Rules by network, of both families.
pub(super) fn subnets<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        if !samples.capabilities.dynamic_subnets || !samples.fits(3) {
            case.does_not_apply("rules do not choose by subnet");
            return Ok(());
        }
        let nets = |nets: &[&str]| json!({"subnets": nets});
        let states = [
            three(&samples, &nets(&["10.0.0.0/8", "2001:db8::/32"]), &nets(&["198.51.100.0/24"])),
            three(&samples, &nets(&["10.0.0.0/8"]), &nets(&["198.51.100.0/24", "203.0.113.0/25"])),
        ];
        self::states(case, "subnets", &states).await
    }
    .boxed()
}

/// A rule by network and place, and rules by either.
pub(super) fn subnets_with_geos<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        let support = samples.support();
        let place = samples.conditions().first().and_then(|first| first.get("geos").cloned());
        let is_held = samples.capabilities.dynamic_subnets && support.subnets_with_geos;
        let (Some(place), true, true) = (place, is_held, samples.fits(3)) else {
            case.does_not_apply("rules by subnet and by place are not in one record");
            return Ok(());
        };
        let nets = json!({"subnets": ["10.0.0.0/8"]});
        let both = json!({"subnets": ["10.0.0.0/8"], "geos": place});
        let (geos, last) =
            (json!({"geos": place}), json!({"geos": samples.conditions()[1]["geos"]}));
        let states = [three(&samples, &nets, &geos), three(&samples, &both, &last)];
        self::states(case, "subnets-with-geos", &states).await
    }
    .boxed()
}

/// The least and the greatest weight.
pub(super) fn weights<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        let (range, most) = (&samples.support().weights, samples.support().max_values);
        let (least, greatest) = (1.max(*range.start()), 100.min(*range.end()));
        if least >= greatest || most == Some(1) {
            case.does_not_apply("all values count alike");
            return Ok(());
        }
        let of = samples.main_type();
        let routing = |first: i64, second: i64| {
            let mut values = samples.values(of, &[1, 2]);
            values[0]["weight"] = json!(first);
            values[1]["weight"] = json!(second);
            Routing::default().pool("near", values).rule("near", &json!({}))
        };
        let states =
            [routing(least, greatest), routing(greatest, least), routing(greatest, greatest)];
        self::states(case, "weights", &states).await
    }
    .boxed()
}

/// Values that are up, down, and as their checks say.
pub(super) fn status<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        if !samples.capabilities.pool_value_status {
            case.does_not_apply("values have no status");
            return Ok(());
        }
        let of = samples.main_type();
        let routing = |status: [&str; 3]| {
            let mut values = samples.values(of, &[1, 2, 3]);
            for (value, status) in values.iter_mut().zip(status) {
                value["status"] = json!(status);
            }
            Routing::default().pool("near", values).rule("near", &json!({}))
        };
        let states = [
            routing(["up", "down", "obey"]),
            routing(["obey", "up", "down"]),
            routing(["down", "obey", "up"]),
        ];
        self::states(case, "status", &states).await
    }
    .boxed()
}

/// As many values as a pool can have, or a dozen.
pub(super) fn values<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        let of = samples.main_type();
        let many: Vec<usize> = (1..=12).collect();
        let routing = |numbers: &[usize]| {
            let values = samples.values(of, numbers);
            Routing::default().pool("near", values).rule("near", &json!({}))
        };
        let states = [routing(&many), routing(&many[..1]), routing(&many[1..])];
        self::states(case, "values", &states).await
    }
    .boxed()
}

/// A dozen rules keep their order, which is neither that of their pools nor that of their numbers as text.
pub(super) fn rules<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        let (of, support) = (samples.main_type(), samples.support());
        let mut conditions = samples.conditions();
        let most = [support.max_pools, support.max_rules].into_iter().flatten().min();
        conditions.truncate(most.unwrap_or(usize::MAX).saturating_sub(1));
        if conditions.len() < 2 {
            case.does_not_apply("there is no more than one rule");
            return Ok(());
        }
        let routing = |conditions: &[Json]| {
            let mut routing = Routing::default();
            for (index, condition) in conditions.iter().enumerate() {
                let pool = format!("pool-{}", conditions.len() - index);
                routing = routing.pool(&pool, samples.values(of, &[index + 1]));
                routing = routing.rule(&pool, condition);
            }
            routing.pool("rest", samples.values(of, &[REST])).rule("rest", &json!({}))
        };
        let mut reversed = conditions.clone();
        reversed.reverse();
        let states = [routing(&conditions), routing(&reversed), routing(&reversed[1..])];
        self::states(case, "rules", &states).await
    }
    .boxed()
}

/// Names of all kinds, with the same pools.
pub(super) fn names<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        let of = samples.main_type();
        let mut names = vec!["a.b", "bücher", "_x"];
        if matches!(of, RecordType::A | RecordType::AAAA) {
            names.push("");
        }
        if samples.capabilities.values.wildcards {
            names.extend(["*", "*.sub"]);
        }
        let record = |name: &&str| samples.record("names", (name, of), &samples.usual(of, &[1, 2]));
        let Some(records) = names.iter().map(record).collect::<Option<Vec<_>>>() else {
            case.does_not_apply("the service cannot hold the sample");
            return Ok(());
        };
        walk(case, &[records.clone(), records[1..].to_vec()]).await
    }
    .boxed()
}
