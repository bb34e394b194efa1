//! Fields that keep what a lenient record gave, beside the values they are meant for.

use smol_str::SmolStr;

use super::Status;
use crate::value::{Kind, OwnedValue, Value};

/// A value of the kind the field is meant for, or what a lenient record gave instead: plans and
/// dumps show that as it was written.
#[derive(Clone, Debug)]
pub(super) enum Kept<T> {
    Proper(T),
    Odd(Box<OwnedValue>),
}

impl<T> Kept<T> {
    pub(super) fn proper(&self) -> Option<&T> {
        match self {
            Self::Proper(value) => Some(value),
            Self::Odd(_) => None,
        }
    }
}

/// Equality as in Python for what lenient records may hold: `True` and `1.0` are `1`.
impl<T: PartialEq + Number> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Proper(a), Self::Proper(b)) => a == b,
            (Self::Odd(a), Self::Odd(b)) => match (number(a), number(b)) {
                (Some(a), Some(b)) => a.total_cmp(&b).is_eq(),
                _ => a == b,
            },
            (Self::Proper(value), Self::Odd(odd)) | (Self::Odd(odd), Self::Proper(value)) => {
                value.number().zip(number(odd)).is_some_and(|(a, b)| a.total_cmp(&b).is_eq())
            }
        }
    }
}

/// What a proper value is as a number, if it is one.
pub(super) trait Number {
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

/// The number a value compares as in Python: booleans are numbers there.
pub(super) fn number(value: &Value<'_>) -> Option<f64> {
    match value.kind {
        Kind::Bool(value) => Some(f64::from(u8::from(value))),
        #[expect(clippy::cast_precision_loss, reason = "only compared with other odd values")]
        Kind::Int(number) => Some(number as f64),
        // Zero has no sign in comparisons.
        Kind::Float(number) => Some(number + 0.0),
        _ => None,
    }
}
