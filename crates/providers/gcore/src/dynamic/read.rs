//! The routing of a set, from its filters and the meta of its values.

use std::sync::LazyLock;

use octodns_core::record::Dynamic;
use octodns_core::record::dynamic::{DynamicBuilder, Pool, PoolValue};
use octodns_core::record::geo;
use octodns_kit::Json;

use super::check;
use crate::brand::Facts;
use crate::sets::{FILTERS, Object, RECORDS, canonical, list, text};

/// How a set chooses among its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// By place, with values for the rest.
    Places,
    /// In random order, by weights.
    Weights,
}

/// The filters of each form, in their order.
const PLACES: &[&str] = &["geodns", "default", "first_n"];
const WEIGHTS: &[&str] = &["weighted_shuffle", "first_n"];

/// The names that pools are read with.
pub(super) const ONLY: &str = "pool-0";
pub(super) const WEIGHT: &str = "weight";
pub(super) const BACKUP: &str = "backup";
pub(super) const OTHER: &str = "other";

/// The filters of a set.
pub(crate) enum Filtered {
    /// It has none.
    No,
    /// By these, and whether the health of its values counts.
    By(Form, bool),
    /// By others.
    Otherwise,
}

impl Filtered {
    pub(crate) fn of(set: &Json, facts: &Facts) -> Self {
        let Some(filters) = set[FILTERS].as_array() else { return Self::No };
        let types: Vec<_> = filters.iter().map(|filter| text(filter, "type")).collect();
        let is_checked = types.contains(&facts.health_filter);
        if is_checked && !facts.has_backups {
            let is_by_place = types.contains(&"geodns");
            return Self::By(if is_by_place { Form::Places } else { Form::Weights }, true);
        }
        let rest = match &*types {
            [first, rest @ ..] if *first == facts.health_filter => rest,
            all => all,
        };
        let form = if rest == PLACES {
            Form::Places
        } else if rest == WEIGHTS && facts.has_backups {
            Form::Weights
        } else {
            return Self::Otherwise;
        };
        let limit = |filter: &Json| {
            let is_limited = matches!(text(filter, "type"), "default" | "first_n");
            filter["limit"].as_i64().or(facts.no_limit.filter(|_| is_limited))
        };
        let mut limits: Vec<_> = filters.iter().filter_map(limit).collect();
        limits.dedup();
        if limits.len() > 1 { Self::Otherwise } else { Self::By(form, is_checked) }
    }
}

impl Form {
    /// The keys of the meta of a value that mean something in this form.
    pub(super) fn keys(self, facts: &Facts) -> &'static [&'static str] {
        match (facts.has_backups, self) {
            (true, _) => &["countries", "continents", "default", "weight", "backup"],
            (false, Self::Places) => &["countries", "continents", "default"],
            (false, Self::Weights) => &[],
        }
    }
}

/// What a set stands for.
#[derive(Debug)]
pub(crate) struct Routed {
    pub(crate) dynamic: Dynamic,
    /// The values of its record.
    pub(crate) values: Vec<String>,
    /// Whether the health of its values counts.
    pub(super) is_checked: bool,
    pub(super) form: Form,
}

impl Routed {
    /// The routing of a set; `None` if it has none.
    pub(crate) fn of(set: &Json, facts: &Facts) -> Option<Self> {
        let of = text(set, "type");
        let Filtered::By(form, is_checked) = Filtered::of(set, facts) else { return None };
        if !Facts::DYNAMIC.iter().any(|known| known.as_str() == of) {
            return None;
        }
        let values: Vec<_> = values(set).collect();
        let keys = Form::Places.keys(facts);
        let has_any =
            |(_, meta): &(String, &Object)| keys.iter().any(|key| meta.contains_key(*key));
        // octoDNS looks for places in the values of a CNAME, whatever its filters.
        let is_weighed = form == Form::Weights && !facts.has_backups;
        let by_place = if values.iter().any(has_any) && !(is_weighed && of != "CNAME") {
            pools(&values, facts)
        } else {
            None
        };
        let form = if is_weighed && by_place.is_some() { Form::Places } else { form };
        let only = || if is_weighed { only_pool(&values) } else { None };
        let (dynamic, values) = by_place.or_else(only)?;
        Some(Self { dynamic, values, is_checked, form })
    }

    /// What the values of a set have besides.
    pub(super) fn besides(&self, set: &Json, facts: &Facts) -> Vec<(String, Object)> {
        let keys = self.form.keys(facts);
        let rest = |(value, _, meta): (&str, _, &Object)| {
            let is_other =
                |(key, value): &(&String, &Json)| !keys.contains(&&***key) && !value.is_null();
            let rest = meta.iter().filter(is_other);
            let dot = if set["type"] == "CNAME" && !value.ends_with('.') { "." } else { "" };
            let rest = rest.map(|(key, value)| (key.clone(), value.clone())).collect::<Object>();
            (format!("{value}{dot}"), rest)
        };
        contents(set).map(rest).filter(|(_, rest)| !rest.is_empty()).collect()
    }

    /// Whether its check is none of the record's business, unless that asks for one: octoDNS does not read it.
    pub(super) fn keeps_check(&self, facts: &Facts) -> bool {
        self.form == Form::Places && !facts.has_backups
    }

    /// Its check, if it has one that counts.
    pub(super) fn check<'s>(&self, set: &'s Json) -> Option<&'s Object> {
        check::held(set).filter(|_| self.is_checked)
    }
}

/// The values of a set, in one spelling, each with its meta.
fn values(set: &Json) -> impl Iterator<Item = (String, &Object)> {
    contents(set).map(|(_, value, meta)| (value, meta))
}

/// The values of a set, as the service has them and in one spelling, each with its meta.
fn contents(set: &Json) -> impl Iterator<Item = (&str, String, &Object)> {
    static NOTHING: LazyLock<Object> = LazyLock::new(Object::new);
    let dot = if set["type"] == "CNAME" { "." } else { "" };
    list(&set[RECORDS]).filter_map(move |record| {
        let value = record["content"].get(0)?.as_str()?;
        let meta = record["meta"].as_object().unwrap_or(&NOTHING);
        Some((value, format!("{}{dot}", canonical(value)), meta))
    })
}

fn pool_value(value: &str, meta: &Object) -> PoolValue {
    PoolValue::new(value).with_weight(weight(meta).unwrap_or(1))
}

/// The weight of a value, if it has one above 0.
fn weight(meta: &Object) -> Option<i64> {
    let weight = meta.get("weight")?;
    #[expect(clippy::cast_possible_truncation, reason = "weights are small")]
    let weight = weight.as_i64().or_else(|| Some(weight.as_f64()?.ceil() as i64));
    weight.filter(|weight| *weight > 0)
}

/// All values in one pool.
fn only_pool(values: &[(String, &Object)]) -> Option<(Dynamic, Vec<String>)> {
    let mut builder = DynamicBuilder::default();
    builder.rule(DynamicBuilder::LAST, ONLY);
    for (value, _) in values {
        builder.value(ONLY, PoolValue::new(value));
    }
    let values: Vec<_> = values.iter().map(|(value, _)| value.clone()).collect();
    (!values.is_empty()).then(|| (builder.build(), values))
}

/// Values by their meta: those for the same places share a pool, and those for the rest, by weight, and for when all
/// others are down have pools of their own.
fn pools(values: &[(String, &Object)], facts: &Facts) -> Option<(Dynamic, Vec<String>)> {
    let mut builder = DynamicBuilder::default();
    let (mut by_place, mut names) = (Vec::<Vec<String>>::new(), Vec::<String>::new());
    let mut defaults = Vec::new();
    let is = |meta: &Object, key: &str| meta.get(key).is_some_and(|value| *value == true);
    for (value, meta) in values {
        let mut put = |name: &str, value: PoolValue| {
            builder.value(name, value);
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        };
        let weight = weight(meta).filter(|_| facts.has_backups);
        let is_backup = facts.has_backups && is(meta, "backup");
        let places = places(meta);
        if is(meta, "default") {
            put(OTHER, PoolValue::new(value));
        } else if weight.is_some() || is_backup {
            if weight.is_some() {
                put(WEIGHT, pool_value(value, meta));
            }
            if is_backup {
                put(BACKUP, PoolValue::new(value));
            }
        } else if !places.is_empty() {
            let known = by_place.iter().position(|known| *known == places);
            let index = known.unwrap_or(by_place.len());
            if known.is_none() {
                by_place.push(places);
            }
            put(&place_pool(index), PoolValue::new(value));
            continue;
        }
        if !defaults.contains(value) {
            defaults.push(value.clone());
        }
    }
    let first = names.first()?.clone();
    let has = |name: &str| names.iter().any(|known| known == name);
    for (index, places) in by_place.iter().enumerate() {
        let (order, name) =
            (i64::try_from(index).unwrap_or(DynamicBuilder::LAST), place_pool(index));
        for place in places {
            builder.geo(order, &name, &**place);
        }
    }
    for name in &names {
        if name == WEIGHT && has(BACKUP) {
            builder.fallback(name, BACKUP);
        } else if name != OTHER && has(OTHER) {
            builder.fallback(name, OTHER);
        }
    }
    if let Some(rest) = [WEIGHT, BACKUP, OTHER].into_iter().find(|name| has(name)) {
        builder.rule(DynamicBuilder::LAST, rest);
    }
    let dynamic = builder.build();
    if defaults.is_empty() {
        let values = dynamic.pool(&first).map(Pool::values).unwrap_or_default();
        defaults = values.iter().map(|value| value.value().to_owned()).collect();
    }
    Some((dynamic, defaults))
}

/// The name of the pool of a rule by place.
fn place_pool(index: usize) -> String {
    format!("pool-{index}")
}

/// The codes of the places of a value, in order.
fn places(meta: &Object) -> Vec<String> {
    let codes = |key: &str| {
        let codes = meta.get(key).map(list).into_iter().flatten();
        codes.filter_map(|code| Some(code.as_str()?.to_ascii_uppercase()))
    };
    let country = |code: String| geo::country_to_code(&code).unwrap_or(code);
    let mut places: Vec<_> = codes("countries").map(country).chain(codes("continents")).collect();
    places.sort();
    places.dedup();
    places
}
