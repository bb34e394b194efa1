//! A `dynamic` section, as it is written in a zone file, becomes a [`Dynamic`].
//!
//! Reading is lenient by itself: it refuses only what no [`Dynamic`] can hold. Everything else is the
//! validator's business.

use smol_str::SmolStr;

use super::{Dynamic, Kept, Pool, PoolValue, Rule, Status, sorted};
use crate::record::ValueError;
use crate::value::{Kind, Map, Special, Value};

impl Dynamic {
    /// Reads a `dynamic` section. `canonical` makes the canonical text of one value of the record's
    /// type, or says why there is none.
    ///
    /// # Errors
    ///
    /// Refuses what cannot be represented, whether the record is lenient or not: anything but maps
    /// and lists where the structure needs them, and values of which `canonical` makes nothing.
    pub fn read(
        section: &Value<'_>,
        canonical: &dyn Fn(&Value<'_>) -> Result<SmolStr, ValueError>,
    ) -> Result<Self, ValueError> {
        let map = map_of(section, || "dynamic".to_owned())?;
        let pools = match map.get("pools").map(|pools| (pools, &pools.kind)) {
            Some((_, Kind::Map(pools))) => {
                pools.iter().map(|(id, pool)| read_pool(id, pool, canonical)).collect()
            }
            // The validator objects; a lenient record has no pools then.
            None | Some((_, Kind::List(_) | Kind::Str(_))) => Ok(Vec::new()),
            Some((pools, _)) => Err(wrong(pools, "dynamic pools", "a mapping")),
        };
        let rules = match map.get("rules").map(|rules| (rules, &rules.kind)) {
            Some((_, Kind::List(rules))) => {
                rules.iter().enumerate().map(|(index, rule)| read_rule(index + 1, rule)).collect()
            }
            Some((_, Kind::Map(rules))) if rules.is_empty() => Ok(Vec::new()),
            None | Some((_, Kind::Null)) => Ok(Vec::new()),
            Some((rules, _)) => Err(wrong(rules, "dynamic rules", "a list")),
        };
        Ok(Self::new(pools?, rules?))
    }
}

fn read_pool(
    id: &Value<'_>,
    pool: &Value<'_>,
    canonical: &dyn Fn(&Value<'_>) -> Result<SmolStr, ValueError>,
) -> Result<Pool, ValueError> {
    let Some(name) = id.as_str() else {
        return Err(wrong(id, "the name of a pool", "text").help("put the name in quotes"));
    };
    let map = map_of(pool, || format!("pool \"{name}\""))?;
    let values = match map.get("values").map(|values| (values, &values.kind)) {
        Some((_, Kind::List(values))) => values
            .iter()
            .enumerate()
            .map(|(index, value)| read_value(name, index + 1, value, canonical))
            .collect::<Result<Vec<_>, _>>()?,
        Some((values, _)) => {
            return Err(wrong(values, &format!("values of pool \"{name}\""), "a list"));
        }
        None => {
            let fault = ValueError::new(format!("pool \"{name}\" has no values"), pool.position);
            return Err(fault.help("add `values` with a list such as [{value: 192.0.2.1}]"));
        }
    };
    let mut read = Pool::new(name, values);
    read.fallback = match map.get("fallback").map(|fallback| (fallback, &fallback.kind)) {
        None | Some((_, Kind::Null)) => None,
        // An old spelling of "no fallback": the record's plain values.
        Some((_, Kind::Str(text))) if text == "default" => None,
        Some((_, Kind::Str(text))) => Some(Kept::Proper(SmolStr::new(text))),
        Some((fallback, _)) => Some(odd(fallback)),
    };
    Ok(read)
}

fn read_value(
    pool: &str,
    number: usize,
    value: &Value<'_>,
    canonical: &dyn Fn(&Value<'_>) -> Result<SmolStr, ValueError>,
) -> Result<PoolValue, ValueError> {
    let what = || format!("value {number} of pool \"{pool}\"");
    let map = map_of(value, what)?;
    let Some(address) = map.get("value") else {
        let fault = ValueError::new(format!("{} has no \"value\"", what()), value.position);
        return Err(fault.help("add the value, such as `value: 192.0.2.1`"));
    };
    let weight = match map.get("weight").map(|weight| (weight, &weight.kind)) {
        None => Kept::Proper(1),
        Some((_, Kind::Int(weight))) => Kept::Proper(*weight),
        Some((weight, Kind::Null | Kind::List(_) | Kind::Map(_))) => {
            return Err(wrong(weight, &format!("weight of {}", what()), "a number"));
        }
        Some((weight, Kind::Float(number))) if !number.is_finite() => {
            return Err(wrong(weight, &format!("weight of {}", what()), "a whole number"));
        }
        Some((weight, _)) => odd(weight),
    };
    let status = match map.get("status") {
        None => Kept::Proper(Status::Obey),
        Some(status) => match status.as_str().and_then(Status::parse) {
            Some(status) => Kept::Proper(status),
            None => odd(status),
        },
    };
    Ok(PoolValue { value: canonical(address)?, weight, status })
}

fn read_rule(number: usize, rule: &Value<'_>) -> Result<Rule, ValueError> {
    let map = map_of(rule, || format!("rule {number}"))?;
    let pool = map.get("pool").map(|pool| match pool.as_str() {
        Some(text) => Kept::Proper(SmolStr::new(text)),
        None => odd(pool),
    });
    let texts = |key: &str| {
        map.get(key).map(|list| read_texts(&format!("{key} of rule {number}"), list)).transpose()
    };
    Ok(Rule { pool, geos: texts("geos")?, subnets: texts("subnets")? })
}

/// A list of texts, in order. Of a text, which is not a list, the reference takes the characters.
fn read_texts(what: &str, list: &Value<'_>) -> Result<Vec<SmolStr>, ValueError> {
    let of = |value: &Value<'_>| match value.as_str() {
        Some(text) => Ok(SmolStr::new(text)),
        None => Err(wrong(value, &format!("an element of {what}"), "text")),
    };
    let texts: Vec<SmolStr> = match &list.kind {
        Kind::List(values) => values.iter().map(of).collect::<Result<_, _>>()?,
        Kind::Map(map) => map.iter().map(|(key, _)| of(key)).collect::<Result<_, _>>()?,
        Kind::Str(text) => text.chars().map(|c| SmolStr::new(c.encode_utf8(&mut [0; 4]))).collect(),
        _ => return Err(wrong(list, what, "a list")),
    };
    Ok(sorted(texts))
}

fn map_of<'v, 'a>(
    value: &'v Value<'a>,
    what: impl Fn() -> String,
) -> Result<&'v Map<'a>, ValueError> {
    value.as_map().ok_or_else(|| wrong(value, &what(), "a mapping"))
}

fn wrong(value: &Value<'_>, what: &str, expected: &str) -> ValueError {
    ValueError::wrong_kind(what, value, expected)
}

fn odd<T>(value: &Value<'_>) -> Kept<T> {
    Kept::Odd(Box::new(value.clone().into_owned()))
}

/// The whole number Python's `int()` makes of a value.
pub(in crate::record) fn whole_number(value: &Value<'_>) -> Option<i64> {
    match &value.kind {
        Kind::Bool(value) => Some((*value).into()),
        Kind::Int(number) => Some(*number),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "int() truncates; beyond, it saturates"
        )]
        Kind::Float(number) if number.is_finite() => Some(number.trunc() as i64),
        Kind::Str(text) => python_int(text),
        Kind::Special(special) => match &**special {
            Special::BigInt(digits) if digits.starts_with('-') => Some(i64::MIN),
            Special::BigInt(_) => Some(i64::MAX),
            _ => None,
        },
        _ => None,
    }
}

/// `int()` of a text: blanks around it, a sign, and single underscores between digits.
fn python_int(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let separated = digits
        .split('_')
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    if !separated {
        return None;
    }
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    Some(plain.parse().unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::json;

    #[test]
    fn what_cannot_be_represented_is_refused_with_its_place() {
        for (text, message) in [
            ("5", "dynamic must be a mapping, not a number"),
            (r#"{"pools": null}"#, "dynamic pools must be a mapping, not nothing"),
            (r#"{"pools": {"a": []}}"#, "pool \"a\" must be a mapping, not a list"),
            (r#"{"pools": {"a": {}}}"#, "pool \"a\" has no values"),
            (
                r#"{"pools": {"a": {"values": ["x"]}}}"#,
                "value 1 of pool \"a\" must be a mapping, not text",
            ),
            (r#"{"pools": {"a": {"values": [{}]}}}"#, "value 1 of pool \"a\" has no \"value\""),
            (r#"{"rules": "x"}"#, "dynamic rules must be a list, not text"),
            (r#"{"rules": [null]}"#, "rule 1 must be a mapping, not nothing"),
            (r#"{"rules": [{"geos": null}]}"#, "geos of rule 1 must be a list, not nothing"),
            (
                r#"{"rules": [{"subnets": [5]}]}"#,
                "an element of subnets of rule 1 must be text, not a number",
            ),
        ] {
            let fault = Dynamic::read(&json(text), &|_| Ok(SmolStr::default())).unwrap_err();
            assert_eq!(fault.message, message);
            assert!(fault.position.is_known(), "{message}");
        }
    }

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        for (text, number) in [
            ("\"5\"", Some(5)),
            ("\" +1_0 \"", Some(10)),
            ("\"-3\"", Some(-3)),
            ("\"1.5\"", None),
            ("\"_1\"", None),
            ("\"\"", None),
            ("1.9", Some(1)),
            ("true", Some(1)),
            ("null", None),
            ("[]", None),
        ] {
            assert_eq!(whole_number(&json(text)), number, "{text}");
        }
    }
}
