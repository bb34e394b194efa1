//! Dynamic routing: pools of values, and rules that choose a pool by where a question comes from.
//!
//! A type of its own beside the record's plain values, because providers treat the two apart: the
//! plain values are what a target without routing gets.

mod adapt;
mod build;
mod kept;
mod read;
mod routes;
mod schema;
mod subnet;
mod validate;

use std::fmt;

use smol_str::SmolStr;

use kept::Kept;

use super::geo::GeoCode;
use crate::value::{Map, OwnedValue, Value};

pub use adapt::{Reduced, WithoutStatus, WithoutSubnets};
pub use build::DynamicBuilder;
pub use ipnet::IpNet;
pub(in crate::record) use read::whole_number;
pub use routes::{CatchallError, RulePlaces};
pub(crate) use schema::schema;
pub use subnet::{SubnetError, parse_subnet};
pub use validate::{Check, validate};

/// The routing of a record: pools and the rules that choose among them.
///
/// Equality is that of octoDNS: pools in any order, rules in theirs.
///
/// ```
/// use octodns_core::record::dynamic::{Dynamic, Pool, PoolValue, Rule, Status};
///
/// let pools = vec![
///     Pool::new("eu", [PoolValue::new("192.0.2.1").with_status(Status::Up)]).with_fallback("rest"),
///     Pool::new("rest", [PoolValue::new("192.0.2.9").with_weight(3), PoolValue::new("192.0.2.8")]),
/// ];
/// let dynamic = Dynamic::new(pools, vec![Rule::new("eu").with_geos(["EU"]), Rule::new("rest")]);
/// assert_eq!(dynamic.pool("eu").and_then(Pool::fallback), Some("rest"));
/// assert_eq!(dynamic.rules()[0].geos().next().map(|geo| geo.continent), Some("EU"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Dynamic {
    pools: Vec<Pool>,
    rules: Vec<Rule>,
}

/// A named group of values that are handed out together.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    id: SmolStr,
    fallback: Option<Kept<SmolStr>>,
    values: Vec<PoolValue>,
}

/// One value of a pool.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolValue {
    value: SmolStr,
    weight: Kept<i64>,
    status: Kept<Status>,
}

/// Whether a value is handed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Always, whatever its health check says.
    Up,
    /// Never.
    Down,
    /// While its health check succeeds.
    #[default]
    Obey,
}

/// Which questions a pool answers; the first rule that fits is taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    pool: Option<Kept<SmolStr>>,
    geos: Option<Vec<SmolStr>>,
    subnets: Option<Vec<SmolStr>>,
}

impl Dynamic {
    /// Routing by `rules` among `pools`, whose ids are unique.
    pub fn new(pools: Vec<Pool>, rules: Vec<Rule>) -> Self {
        Self { pools, rules }
    }

    /// The pools, in the order they were given.
    pub fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// The pool with an id.
    pub fn pool(&self, id: &str) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.id == id)
    }

    /// The rules, in the order they are tried; number 1 of the messages is the first.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether any rule chooses by subnet.
    pub fn has_subnets(&self) -> bool {
        self.rules.iter().any(Rule::has_subnets)
    }

    /// Whether any value has a status other than [`Status::Obey`].
    pub fn has_status(&self) -> bool {
        self.pools.iter().flat_map(|pool| &pool.values).any(PoolValue::has_status)
    }

    /// The `dynamic` section: `pools`, then `rules`.
    pub fn to_value(&self) -> OwnedValue {
        let map: Map<'static> =
            [("pools", self.pools_value()), ("rules", self.rules_value())].into_iter().collect();
        map.into()
    }

    fn pools_value(&self) -> OwnedValue {
        let entry = |pool: &Pool| (text(&pool.id), pool.to_value());
        Map::from_entries(self.pools.iter().map(entry).collect()).into()
    }

    fn rules_value(&self) -> OwnedValue {
        self.rules.iter().map(Rule::to_value).collect::<Vec<_>>().into()
    }
}

/// What a plan shows: pools and rules as Python literals.
impl PartialEq for Dynamic {
    fn eq(&self, other: &Self) -> bool {
        if self.rules != other.rules || self.pools.len() != other.pools.len() {
            return false;
        }
        if self.pools == other.pools {
            return true;
        }
        let sorted = |dynamic: &Self| {
            let mut pools = dynamic.pools.clone();
            pools.sort_by(|a, b| a.id.cmp(&b.id));
            pools
        };
        sorted(self) == sorted(other)
    }
}

impl Pool {
    /// A pool of `values`; they are brought into the order of their text, and a single value's
    /// weight becomes 1.
    pub fn new(id: impl Into<SmolStr>, values: impl IntoIterator<Item = PoolValue>) -> Self {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_by(|a, b| a.value.cmp(&b.value));
        if let [only] = &mut values[..]
            && only.weight != Kept::Proper(1)
        {
            only.weight = Kept::Proper(1);
        }
        Self { id: id.into(), fallback: None, values }
    }

    /// The same pool, with the pool to turn to when none of its values is up.
    #[must_use]
    pub fn with_fallback(mut self, fallback: impl Into<SmolStr>) -> Self {
        self.fallback = Some(Kept::Proper(fallback.into()));
        self
    }

    /// The pool's name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The pool to turn to when none of the values is up.
    pub fn fallback(&self) -> Option<&str> {
        self.fallback.as_ref().and_then(Kept::proper).map(SmolStr::as_str)
    }

    /// The values, in the order of their text.
    pub fn values(&self) -> &[PoolValue] {
        &self.values
    }

    fn to_value(&self) -> OwnedValue {
        let fallback = match &self.fallback {
            None => Value::NULL,
            Some(Kept::Proper(id)) => text(id),
            Some(Kept::Odd(value)) => plain(value),
        };
        let values: Vec<_> = self.values.iter().map(PoolValue::to_value).collect();
        let map: Map<'static> =
            [("fallback", fallback), ("values", values.into())].into_iter().collect();
        map.into()
    }
}

impl PoolValue {
    /// A value in the canonical text of its record type, of weight 1 and status [`Status::Obey`].
    pub fn new(value: impl Into<SmolStr>) -> Self {
        Self {
            value: value.into(),
            weight: Kept::Proper(1),
            status: Kept::Proper(Status::default()),
        }
    }

    /// The same value, handed out `weight` times as often as one of weight 1.
    #[must_use]
    pub fn with_weight(mut self, weight: i64) -> Self {
        self.weight = Kept::Proper(weight);
        self
    }

    /// The same value, with a status.
    #[must_use]
    pub fn with_status(mut self, status: Status) -> Self {
        self.status = Kept::Proper(status);
        self
    }

    /// The value, in the canonical text of the record's type: an address, a target.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// How often the value is handed out beside the others of its pool. Valid records have 1 to 100;
    /// lenient ones any number.
    pub fn weight(&self) -> i64 {
        match &self.weight {
            Kept::Proper(weight) => *weight,
            Kept::Odd(value) => whole_number(value).unwrap_or(1),
        }
    }

    /// Whether the value is handed out; what a lenient record says otherwise counts as
    /// [`Status::Obey`].
    pub fn status(&self) -> Status {
        self.status.proper().copied().unwrap_or_default()
    }

    fn has_status(&self) -> bool {
        self.status != Kept::Proper(Status::Obey)
    }

    fn to_value(&self) -> OwnedValue {
        let weight = match &self.weight {
            Kept::Proper(weight) => Value::from(*weight),
            Kept::Odd(value) => plain(value),
        };
        let status = match &self.status {
            Kept::Proper(status) => Value::from(status.as_str()),
            Kept::Odd(value) => plain(value),
        };
        let map: Map<'static> =
            [("value", text(&self.value)), ("weight", weight), ("status", status)]
                .into_iter()
                .collect();
        map.into()
    }
}

impl Status {
    /// The words of zone files.
    pub(crate) const NAMES: [&'static str; 3] = ["up", "down", "obey"];

    /// The word of zone files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Obey => "obey",
        }
    }

    /// Reads the word of zone files.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Up, Self::Down, Self::Obey].into_iter().find(|status| status.as_str() == word)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Rule {
    /// A rule for every question that no rule before it took.
    pub fn new(pool: impl Into<SmolStr>) -> Self {
        Self { pool: Some(Kept::Proper(pool.into())), geos: None, subnets: None }
    }

    /// The same rule, only for some places; they are brought into order.
    #[must_use]
    pub fn with_geos<S: Into<SmolStr>>(mut self, geos: impl IntoIterator<Item = S>) -> Self {
        self.geos = Some(sorted(geos));
        self
    }

    /// The same rule, only for some networks; they are brought into the order of their text.
    #[must_use]
    pub fn with_subnets<S: Into<SmolStr>>(mut self, subnets: impl IntoIterator<Item = S>) -> Self {
        self.subnets = Some(sorted(subnets));
        self
    }

    /// The pool that answers; `None` only in lenient records.
    pub fn pool(&self) -> Option<&str> {
        self.pool.as_ref().and_then(Kept::proper).map(SmolStr::as_str)
    }

    /// The places whose questions this rule takes, in order, without those of a lenient record that
    /// are no codes. See also [`Rule::is_catchall`].
    pub fn geos(&self) -> impl Iterator<Item = GeoCode<'_>> {
        self.geo_texts().iter().filter_map(|code| GeoCode::parse(code))
    }

    /// The codes of the places, as they were written, in order.
    pub fn geo_texts(&self) -> &[SmolStr] {
        self.geos.as_deref().unwrap_or_default()
    }

    /// The networks whose questions this rule takes, without those of a lenient record that are no
    /// networks.
    pub fn subnets(&self) -> impl Iterator<Item = IpNet> {
        self.subnet_texts().iter().filter_map(|subnet| parse_subnet(subnet).ok())
    }

    /// The networks, as they were written, in the order of their text.
    pub fn subnet_texts(&self) -> &[SmolStr] {
        self.subnets.as_deref().unwrap_or_default()
    }

    /// Whether the rule chooses by place.
    pub fn has_geos(&self) -> bool {
        !self.geo_texts().is_empty()
    }

    /// Whether the rule chooses by network.
    pub fn has_subnets(&self) -> bool {
        !self.subnet_texts().is_empty()
    }

    /// Whether the rule takes every question.
    pub fn is_catchall(&self) -> bool {
        !self.has_geos() && !self.has_subnets()
    }

    fn to_value(&self) -> OwnedValue {
        let mut map = Map::new();
        match &self.pool {
            None => {}
            Some(Kept::Proper(pool)) => map.insert("pool", text(pool)),
            Some(Kept::Odd(value)) => map.insert("pool", plain(value)),
        }
        for (key, texts) in [("geos", &self.geos), ("subnets", &self.subnets)] {
            if let Some(texts) = texts {
                map.insert(key, texts.iter().map(|item| text(item)).collect::<Vec<_>>());
            }
        }
        map.into()
    }
}

fn sorted<S: Into<SmolStr>>(texts: impl IntoIterator<Item = S>) -> Vec<SmolStr> {
    let mut texts: Vec<SmolStr> = texts.into_iter().map(Into::into).collect();
    texts.sort();
    texts
}

fn text(text: &str) -> OwnedValue {
    Value::from(text.to_owned())
}

/// A copy of a value as data, without the place it came from.
fn plain(value: &OwnedValue) -> OwnedValue {
    Value { position: crate::value::Position::NONE, ..value.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Json;
    use crate::value::testing::json;

    const SECTION: &str = r#"{
        "pools": {
            "two": {"fallback": "one", "values": [
                {"value": "4.4.4.4", "weight": 7, "status": "up"}, {"value": "3.3.3.3", "weight": 3}]},
            "one": {"fallback": "default", "values": [{"value": "2.2.2.2", "weight": 9}]}},
        "rules": [
            {"subnets": ["10.1.0.0/16", "10.0.0.0/16"], "geos": ["NA-US-CA", "EU"], "pool": "two"},
            {"pool": "one"}]}"#;

    fn read(text: &str) -> Dynamic {
        Dynamic::read(&json(text), &|value| Ok(value.as_str().unwrap_or_default().into())).unwrap()
    }

    /// The checksum of a plan rests on this text, to the order of its keys.
    #[test]
    fn data_is_normalized_and_keeps_the_order_of_the_reference() {
        assert_eq!(
            Json::default().text(&read(SECTION).to_value()),
            r#"{"pools": {"two": {"fallback": "one", "values": [{"value": "3.3.3.3", "weight": 3, "status": "obey"}, {"value": "4.4.4.4", "weight": 7, "status": "up"}]}, "one": {"fallback": null, "values": [{"value": "2.2.2.2", "weight": 1, "status": "obey"}]}}, "rules": [{"pool": "two", "geos": ["EU", "NA-US-CA"], "subnets": ["10.0.0.0/16", "10.1.0.0/16"]}, {"pool": "one"}]}"#
        );
    }

    #[test]
    fn pools_compare_in_any_order_and_rules_in_theirs() {
        let dynamic = read(SECTION);
        let mut other = dynamic.clone();
        other.pools.reverse();
        assert_eq!(dynamic, other);
        other.rules.reverse();
        assert_ne!(dynamic, other);
    }

    /// What Python takes for equal is not a change: a plan would show it on every run.
    #[test]
    fn odd_values_compare_as_python_compares_them() {
        let with = |weight: &str, pool: &str| {
            read(&format!(
                r#"{{"pools": {{"a": {{"values": [
                    {{"value": "x", "weight": {weight}}}, {{"value": "y"}}]}}}}, "rules": [{{"pool": {pool}}}]}}"#
            ))
        };
        assert_eq!(with("true", "\"a\""), with("1", "\"a\""));
        assert_eq!(with("1.0", "5"), with("true", "5"));
        assert_ne!(with("\"1\"", "null"), with("1", "null"));
        assert_ne!(with("1", "5"), with("1", "\"5\""));
        assert_eq!(with("\" 5 \"", "5").pools()[0].values()[0].weight(), 5);
        assert_eq!(with("1.9", "5").pools()[0].values()[0].weight(), 1);
        assert_eq!(with("1", "5").rules()[0].pool(), None);
    }

    #[test]
    fn rules_give_places_and_networks_parsed() {
        let dynamic = read(SECTION);
        let rule = &dynamic.rules()[0];
        let countries: Vec<_> = rule.geos().map(|geo| geo.country).collect();
        assert_eq!(countries, [None, Some("US")]);
        let networks: Vec<_> = rule.subnets().map(|network| network.prefix_len()).collect();
        assert_eq!(networks, [16, 16]);
    }
}
