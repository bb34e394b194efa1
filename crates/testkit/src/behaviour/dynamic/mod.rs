//! Dynamic records: whatever a service has of them is written and read back, changed with the fewest calls, and
//! leaves nothing behind; whatever it lacks is reported when planning.
//!
//! The cases are made from the [`Capabilities`](octodns_core::Capabilities) of the provider.

mod changes;
mod faults;
mod features;
mod health;
mod lacks;
mod samples;

use serde_json::Value as Json;

pub use samples::dynamic_states;

use super::zones::a;
use super::{Case, CaseFn};

type Result = std::result::Result<(), String>;

/// The features that samples of dynamic records are for.
pub const FEATURES: &[&str] = &[
    "changes",
    "continents",
    "countries",
    "fallbacks",
    "health-check-own",
    "health-check-own-changed",
    "health-checks",
    "names",
    "provinces",
    "rules",
    "status",
    "subnets",
    "subnets-with-geos",
    "types",
    "values",
    "weights",
];

/// For providers with dynamic records.
pub(super) const CASES: &[(&str, CaseFn)] = &[
    ("dynamic-types", features::types),
    ("dynamic-fallbacks", features::fallbacks),
    ("dynamic-continents", features::continents),
    ("dynamic-countries", features::countries),
    ("dynamic-provinces", features::provinces),
    ("dynamic-subnets", features::subnets),
    ("dynamic-subnets-with-geos", features::subnets_with_geos),
    ("dynamic-weights", features::weights),
    ("dynamic-status", features::status),
    ("dynamic-values", features::values),
    ("dynamic-rules", features::rules),
    ("dynamic-names", features::names),
    ("dynamic-health-checks", health::checks),
    ("dynamic-health-check-own", health::own_options),
    ("dynamic-change", changes::one_value),
    ("dynamic-shared", changes::same_pools),
    ("dynamic-and-plain", changes::plain_and_back),
    ("dynamic-refused", faults::refused),
    ("dynamic-cut-off", faults::cut_off),
];

/// For all providers.
pub(super) const OF_ALL: &[(&str, CaseFn)] = &[("dynamic-lacks", lacks::findings)];

/// A record that is there all along, so that the zone is.
fn beside() -> Json {
    a("beside", 250)
}

/// These records, and the one beside them.
fn with_beside(records: &[Json]) -> Vec<Json> {
    [records, &[beside()]].concat()
}

/// Makes the service hold these records and the one beside them, in a run of its own, and checks that it does.
async fn converge(case: &Case<'_>, records: &[Json]) -> Result {
    case.harness.begin_run();
    case.converge_to(&with_beside(records)).await
}

/// Goes through states of a zone, and back to the first: then the service holds what it held before.
async fn walk(case: &Case<'_>, states: &[Vec<Json>]) -> Result {
    converge(case, &[]).await?;
    let before = case.fixture.inventory();
    for (index, records) in states.iter().enumerate() {
        let told = |problem| format!("state {}: {problem}", index + 1);
        converge(case, records).await.map_err(told)?;
    }
    converge(case, &[]).await?;
    is_as_before(case, before.as_ref())
}

/// Checks that the service holds what it held before, and nothing else.
fn is_as_before(case: &Case<'_>, before: Option<&Json>) -> Result {
    let (Some(before), Some(after)) = (before, case.fixture.inventory()) else { return Ok(()) };
    let [left, lost] = [missing(&after, before), missing(before, &after)];
    if left.is_empty() && lost.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the service does not hold what it held before: left is {left:?}, lost is {lost:?}"
    ))
}

/// The parts of one inventory that another does not have.
fn missing(one: &Json, other: &Json) -> Vec<String> {
    match (one, other) {
        (Json::Object(one), other) => one
            .iter()
            .flat_map(|(key, part)| {
                let missing = missing(part, other.get(key).unwrap_or(&Json::Null));
                missing.into_iter().map(move |part| format!("{key}: {part}"))
            })
            .collect(),
        (Json::Array(one), other) => {
            let mut rest = other.as_array().cloned().unwrap_or_default();
            let mut missing = Vec::new();
            for item in one {
                match rest.iter().position(|held| held == item) {
                    Some(index) => drop(rest.remove(index)),
                    None => missing.push(item.to_string()),
                }
            }
            missing
        }
        (one, other) if one == other => Vec::new(),
        (one, _) => vec![one.to_string()],
    }
}
