//! The order that Python gives the keys of a map.

use std::cmp::Ordering;

use super::{Kind, Python, Special, Value};

/// The order of keys: that of numbers, of text, and between kinds that of their names in Python.
pub fn python_cmp(a: &Value<'_>, b: &Value<'_>) -> Ordering {
    match (&a.kind, &b.kind) {
        (Kind::Int(a), Kind::Int(b)) => a.cmp(b),
        (Kind::Str(a), Kind::Str(b)) => a.cmp(b),
        _ => match (as_number(a), as_number(b)) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => type_name(a)
                .cmp(type_name(b))
                .then_with(|| Python(a).to_string().cmp(&Python(b).to_string())),
        },
    }
}

fn as_number(value: &Value<'_>) -> Option<f64> {
    match &value.kind {
        Kind::Bool(value) => Some(f64::from(u8::from(*value))),
        #[expect(clippy::cast_precision_loss, reason = "whole numbers are compared as such before")]
        Kind::Int(number) => Some(*number as f64),
        Kind::Float(number) => Some(*number),
        Kind::Special(special) => match &**special {
            Special::BigInt(digits) => digits.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

fn type_name(value: &Value<'_>) -> &'static str {
    match &value.kind {
        Kind::Null => "NoneType",
        Kind::Bool(_) => "bool",
        Kind::Int(_) => "int",
        Kind::Float(_) => "float",
        Kind::Str(_) => "str",
        Kind::List(_) => "list",
        Kind::Map(_) => "dict",
        Kind::Special(special) => match &**special {
            Special::BigInt(_) => "int",
            Special::Date(_) => "datetime.date",
            Special::DateTime(_) => "datetime.datetime",
            Special::Bytes(_) => "bytes",
            Special::Set(_) => "set",
            Special::Tuple(_) => "tuple",
        },
    }
}
