//! What values of records may be, and how that is said in JSON Schema.

mod pattern;

use serde_json::{Map, Value as Json, json};

use crate::rdata::Mnemonics;

/// What a schema takes for valid. Whoever makes schemas matches both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// What the schema that octoDNS 1.22 itself emits takes: a part of what is read, as octoDNS would
    /// write it.
    Octodns,
    /// Whatever is read without a finding, with a word on everything.
    Complete,
}

/// What a value of a record type, or a field of it, may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// Text; nothing else stands for it.
    Text,
    /// Text of ASCII characters.
    Ascii,
    /// A name that a record points to.
    Name,
    /// As [`Shape::Name`], or `.`.
    NameOrRoot,
    /// Nothing, written `null`.
    Nothing,
    /// A list.
    List(&'static Self),
    /// A list that is not empty.
    Filled(&'static Self),
    /// Text, or what is spelled as text: numbers and truth values.
    Spelled,
    /// As [`Shape::Spelled`], or nothing.
    SpelledOrNothing,
    /// As [`Shape::Spelled`], and not empty.
    NotEmpty,
    /// One of these texts, or `key` with a number.
    ParameterKey(&'static [&'static str]),
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A whole number that fits where it is sent.
    Int(i64, i64),
    /// A whole number for which there is a range on the wire, while whatever is whole is read.
    AnyInt(i64, i64),
    /// A whole number, whatever it is.
    Unbounded,
    /// One of these numbers.
    Numbers(&'static [i64]),
    /// As [`Shape::Numbers`], of which octoDNS says that they are whole.
    WholeNumbers(&'static [i64]),
    /// A name of a number.
    Mnemonic(Mnemonics),
    /// What octoDNS takes, and more.
    More(&'static Self, &'static [Self]),
    /// A number with a fraction.
    Float(f64, f64),
    /// A mapping of these fields, none of which must be there, and of `key` with a number.
    Parameters(&'static [Field]),
    /// A mapping of fields.
    Fields(&'static [Field], Required),
}

/// A field of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// Its key.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) about: &'static str,
    /// What it may be.
    pub(crate) shape: Shape,
}

/// The fields that must be there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Required {
    /// These.
    All(&'static [&'static str]),
    /// All of the first, or all of the second, which are older names that one of the last tells of.
    Either(&'static [&'static str], &'static [&'static str], &'static [&'static str]),
    /// One of each of these pairs, of which the second is an older name.
    Pairs(&'static [[&'static str; 2]]),
}

impl Field {
    /// A field.
    pub(crate) const fn new(name: &'static str, about: &'static str, shape: Shape) -> Self {
        Self { name, about, shape }
    }
}

impl Shape {
    /// The keys of a mapping of fields.
    pub(crate) fn keys(self) -> Vec<&'static str> {
        match self {
            Self::Fields(fields, _) => fields.iter().map(|field| field.name).collect(),
            _ => Vec::new(),
        }
    }

    /// The schema of a value.
    pub(crate) fn schema(self, dialect: Dialect) -> Json {
        if let Self::Fields(fields, required) = self {
            return of_fields(fields, required, dialect);
        }
        match dialect {
            Dialect::Octodns => self.plain(),
            Dialect::Complete => self.complete(),
        }
    }

    /// As in octoDNS.
    fn plain(self) -> Json {
        match self {
            Self::Ipv4 => json!({"type": "string", "format": "ipv4"}),
            Self::Ipv6 => json!({"type": "string", "format": "ipv6"}),
            Self::Text
            | Self::Ascii
            | Self::Name
            | Self::NameOrRoot
            | Self::Spelled
            | Self::NotEmpty
            | Self::ParameterKey(_)
            | Self::SpelledOrNothing => {
                json!({"type": "string"})
            }
            Self::Choice(texts) => json!({"enum": texts}),
            Self::Int(least, most) | Self::AnyInt(least, most) => {
                json!({"type": "integer", "minimum": least, "maximum": most})
            }
            Self::Unbounded => json!({"type": "integer"}),
            Self::Numbers(numbers) => json!({"enum": numbers}),
            Self::WholeNumbers(numbers) => json!({"type": "integer", "enum": numbers}),
            Self::Float(least, most) => {
                json!({"type": "number", "minimum": whole(least), "maximum": most})
            }
            Self::Parameters(_) => json!({"type": "object", "additionalProperties": true}),
            Self::Nothing => json!({"type": "null"}),
            Self::Mnemonic(_) => json!({"type": "string"}),
            Self::More(first, _) => first.plain(),
            Self::List(of) | Self::Filled(of) => json!({"type": "array", "items": of.plain()}),
            Self::Fields(..) => json!(true),
        }
    }

    /// Whatever is read without a finding.
    fn complete(self) -> Json {
        match self {
            Self::Ipv4 => text_like(&format!("^{}$", pattern::ipv4()), "not an IPv4 address"),
            Self::Ipv6 => text_like(&format!("^{}$", pattern::ipv6()), "not an IPv6 address"),
            Self::Text => json!({"type": "string"}),
            Self::Ascii => text_like(r"^[\x00-\x7F]*$", "characters beyond ASCII"),
            Self::Name => text_like(&pattern::name(false), pattern::NO_NAME),
            Self::NameOrRoot => text_like(&pattern::name(true), pattern::NO_NAME),
            Self::ParameterKey(names) => {
                json!({"anyOf": [{"enum": names}, {"type": "string", "pattern": pattern::KEY_NUMBER}]})
            }
            Self::NotEmpty => json!({"anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "number", "not": {"const": 0}},
                unsuggested_boolean(),
            ]}),
            Self::Nothing => json!({"type": "null"}),
            Self::List(of) => json!({"type": "array", "items": of.complete()}),
            Self::Filled(of) => json!({"type": "array", "items": of.complete(), "minItems": 1}),
            Self::Spelled => {
                json!({"anyOf": [{"type": ["string", "number"]}, unsuggested_boolean()]})
            }
            Self::SpelledOrNothing => {
                json!({"anyOf": [{"type": ["string", "number", "null"]}, unsuggested_boolean()]})
            }
            Self::Choice(texts) => json!({"enum": texts}),
            Self::Mnemonic(names) => text_like(&pattern::mnemonic(names), "not a known name"),
            Self::More(first, others) => {
                let all = std::iter::once(first).chain(others);
                json!({"anyOf": all.map(|shape| shape.complete()).collect::<Vec<_>>()})
            }
            Self::Int(i64::MIN, most) => int(None, Some(most)),
            Self::Int(least, most) => int(Some(least), Some(most)),
            Self::AnyInt(..) | Self::Unbounded => int(None, None),
            Self::Numbers(numbers) | Self::WholeNumbers(numbers) => {
                int(numbers.first().copied(), numbers.last().copied())
            }
            Self::Float(least, most) => json!({"anyOf": [
                {"type": "number", "minimum": least, "maximum": most},
                {"type": "string", "pattern": r"^\s*[+-]?[\d_]*\.?[\d_]+(?:[eE][+-]?\d+)?\s*$"},
                unsuggested_boolean(),
            ]}),
            Self::Parameters(fields) => json!({
                "type": "object",
                "properties": properties(fields, Dialect::Complete),
                "patternProperties": {pattern::KEY_NUMBER: {"anyOf": [
                    {"type": ["string", "integer", "null"]},
                    {"type": "array", "items": {"type": "string"}},
                ]}},
                "additionalProperties": false,
            }),
            Self::Fields(..) => json!(true),
        }
    }
}

fn text_like(pattern: &str, or_else: &str) -> Json {
    json!({"type": "string", "pattern": pattern, "patternErrorMessage": or_else})
}

/// A whole number as it is read everywhere: fractions are cut off, text may spell it, truth values are
/// 0 and 1.
pub(crate) fn int(least: Option<i64>, most: Option<i64>) -> Json {
    let mut number = json!({"type": "number"});
    if let Some(least) = least {
        // What is cut off to the limit is within it; below zero, that is what is above the next.
        number["exclusiveMinimum"] = json!(if least > 0 { least } else { least - 1 });
        if least > 0 {
            number = json!({"type": "number", "minimum": least});
        }
    }
    if let Some(most) = most {
        number["exclusiveMaximum"] = json!(most.saturating_add(1));
    }
    let digits = match (least, most) {
        // Few enough to name them.
        (Some(least @ 0..), Some(most)) if most - least < 10 => {
            let few: Vec<_> = (least..=most).map(|number| number.to_string()).collect();
            format!(r"\+?[0_]*(?:{})", few.join("|"))
        }
        (Some(0..), _) => r"\+?\d+(?:_\d+)*".to_owned(),
        _ => r"[+-]?\d+(?:_\d+)*".to_owned(),
    };
    let pattern = format!(r"^\s*{digits}\s*$");
    json!({"anyOf": [
        number,
        {"type": "string", "pattern": pattern},
        unsuggested_boolean(),
    ]})
}

/// A number that is whole, written as such.
fn whole(number: f64) -> Json {
    if number == 0.0 { json!(0) } else { json!(number) }
}

/// A truth value that editors do not suggest: no type is named.
pub(crate) fn unsuggested_boolean() -> serde_json::Value {
    serde_json::json!({"not": {"type": ["null", "number", "string", "array", "object"]}})
}

fn properties(fields: &[Field], dialect: Dialect) -> Map<String, Json> {
    let described = |field: &Field| {
        let mut schema = field.shape.schema(dialect);
        if dialect == Dialect::Complete {
            schema["description"] = json!(field.about);
        }
        (field.name.to_owned(), schema)
    };
    fields.iter().map(described).collect()
}

fn of_fields(fields: &[Field], required: Required, dialect: Dialect) -> Json {
    let mut schema = json!({"type": "object", "properties": properties(fields, dialect)});
    match required {
        Required::All(names) => schema["required"] = json!(names),
        Required::Either(names, older, _) if dialect == Dialect::Octodns => {
            schema["anyOf"] = json!([need(names), need(older)]);
        }
        Required::Either(names, older, told_by) => {
            let told: Vec<_> = told_by.iter().map(|name| need(&[name])).collect();
            schema["if"] = json!({"anyOf": told});
            schema["then"] = need(older);
            schema["else"] = need(names);
        }
        Required::Pairs(pairs) => {
            let pair = |pair: &[&str; 2]| json!({"anyOf": pair.map(|name| need(&[name]))});
            schema["allOf"] = pairs.iter().map(pair).collect();
        }
    }
    schema
}

fn need(names: &[&str]) -> Json {
    json!({"required": names})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_bounded_as_they_are_cut_off() {
        for (least, most, number) in [
            (
                Some(0),
                Some(255),
                json!({"type": "number", "exclusiveMinimum": -1, "exclusiveMaximum": 256}),
            ),
            (Some(1), Some(4), json!({"type": "number", "minimum": 1, "exclusiveMaximum": 5})),
            (None, None, json!({"type": "number"})),
        ] {
            assert_eq!(int(least, most)["anyOf"][0], number);
        }
    }

    #[test]
    fn fields_have_a_word_in_one_dialect_only() {
        const FIELDS: Shape = Shape::Fields(
            &[Field::new("port", "The port.", Shape::AnyInt(0, 65_535))],
            Required::All(&["port"]),
        );
        let plain = json!({
            "type": "object",
            "required": ["port"],
            "properties": {"port": {"type": "integer", "minimum": 0, "maximum": 65_535}},
        });
        assert_eq!(FIELDS.schema(Dialect::Octodns), plain);
        let complete = FIELDS.schema(Dialect::Complete);
        assert_eq!(complete["properties"]["port"]["description"], "The port.");
    }
}
