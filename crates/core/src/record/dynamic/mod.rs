//! Dynamic routing: pools of values, and rules that choose a pool by where a question comes from.
//!
//! A type of its own beside the record's plain values, because providers treat the two apart: the
//! plain values are what a target without routing gets.

mod adapt;
mod read;
mod subnet;
mod validate;

use std::fmt;

use smol_str::SmolStr;

use super::geo::GeoCode;
use crate::value::{Map, OwnedValue, Python, Value};

pub use adapt::{WithoutStatus, WithoutSubnets};
pub use ipnet::IpNet;
pub(in crate::record) use read::whole_number;
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

/// A value of the kind the field is meant for, or what a lenient record gave instead: plans and
/// dumps show that as it was written.
#[derive(Clone, Debug)]
enum Kept<T> {
    Proper(T),
    Odd(Box<OwnedValue>),
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
impl fmt::Display for Dynamic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", Python(&self.pools_value()), Python(&self.rules_value()))
    }
}

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

impl<T> Kept<T> {
    fn proper(&self) -> Option<&T> {
        match self {
            Self::Proper(value) => Some(value),
            Self::Odd(_) => None,
        }
    }
}

/// Equality as Python has it for what lenient records may hold: `True` and `1.0` are `1`.
impl<T: PartialEq + Number> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Proper(a), Self::Proper(b)) => a == b,
            (Self::Odd(a), Self::Odd(b)) => match (read::number(a), read::number(b)) {
                (Some(a), Some(b)) => a.total_cmp(&b).is_eq(),
                _ => a == b,
            },
            (Self::Proper(value), Self::Odd(odd)) | (Self::Odd(odd), Self::Proper(value)) => {
                value.number().zip(read::number(odd)).is_some_and(|(a, b)| a.total_cmp(&b).is_eq())
            }
        }
    }
}

/// What a proper value is as a number, if it is one.
trait Number {
    fn number(&self) -> Option<f64>;
}

impl Number for i64 {
    #[expect(clippy::cast_precision_loss, reason = "only compared with floats a file gave instead")]
    fn number(&self) -> Option<f64> {
        Some(*self as f64)
    }
}

impl Number for SmolStr {
    fn number(&self) -> Option<f64> {
        None
    }
}

impl Number for Status {
    fn number(&self) -> Option<f64> {
        None
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
