//! The words of findings for what serde expects and finds.

use std::borrow::Cow;

use serde::de::Unexpected;

use super::visible;

/// What an option is to be, in the words of a config instead of those of a program.
pub(super) fn expected(wanted: &str) -> Cow<'_, str> {
    let whole = |range: Option<(i128, i128)>| match range {
        Some((least, most)) => Cow::Owned(format!("a whole number from {least} to {most}")),
        None => Cow::Borrowed("a whole number"),
    };
    match wanted {
        "u8" => whole(Some((0, u8::MAX.into()))),
        "u16" => whole(Some((0, u16::MAX.into()))),
        "u32" => whole(Some((0, u32::MAX.into()))),
        "u64" | "u128" | "usize" => Cow::Borrowed("a whole number of at least 0"),
        "i8" => whole(Some((i8::MIN.into(), i8::MAX.into()))),
        "i16" => whole(Some((i16::MIN.into(), i16::MAX.into()))),
        "i32" => whole(Some((i32::MIN.into(), i32::MAX.into()))),
        "i64" | "i128" | "isize" => whole(None),
        "f32" | "f64" => Cow::Borrowed("a number"),
        "a boolean" => Cow::Borrowed("true or false"),
        "a string" | "string" => Cow::Borrowed("text"),
        "a sequence" => Cow::Borrowed("a list"),
        "a map" => Cow::Borrowed("a mapping"),
        _ if wanted.starts_with("struct ") => Cow::Borrowed("a mapping"),
        _ => Cow::Borrowed(wanted),
    }
}

/// What is written instead.
pub(super) fn found(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unsigned(value) => value.to_string(),
        Unexpected::Signed(value) => value.to_string(),
        Unexpected::Float(value) => value.to_string(),
        Unexpected::Str(value) => format!("\"{}\"", visible(value)),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a mapping".to_owned(),
        other => other.to_string(),
    }
}
