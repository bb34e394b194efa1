//! The untyped tree that YAML and JSON become before they are records or options.
//!
//! Every node knows where it stands, and text is borrowed from the source where it can be, so that a
//! zone file of a hundred thousand records is one allocation for its text and few more for its tree.

mod de;
mod json;
mod order;
mod python;
#[cfg(test)]
pub(crate) mod testing;
mod words;

use std::borrow::Cow;

pub(crate) use de::known_keys;
pub use de::{DeError, from_value, truth};
pub use json::Json;
pub use order::python_cmp;
pub(crate) use python::is_printable;
pub use python::{Python, python_str, visible, visible_json};

/// Where a node stands in the text it came from.
///
/// Lines and columns count from 1; a column counts characters, not bytes. A value that was made in
/// code has [`Position::NONE`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Index of the file in the table of the document it belongs to; 0 is the file asked for, the
    /// others are those it includes.
    pub file: u16,
    /// Column, saturated at `u16::MAX`.
    pub column: u16,
    /// Line; 0 when the value has no place in a text.
    pub line: u32,
}

impl Position {
    /// The position of what was made in code.
    pub const NONE: Self = Self { file: 0, column: 0, line: 0 };

    /// Whether this is a place in a text.
    pub fn is_known(self) -> bool {
        self.line != 0
    }
}

/// One node of a tree, with its position.
///
/// Equality compares what is said, not where it stands.
#[derive(Clone, Debug, Default)]
pub struct Value<'a> {
    /// What the node holds.
    pub kind: Kind<'a>,
    /// Where the node starts.
    pub position: Position,
}

/// A [`Value`] that borrows nothing.
pub type OwnedValue = Value<'static>;

/// What a node holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Kind<'a> {
    /// Nothing: an empty value, `~`, `null`.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number of up to 64 bits.
    Int(i64),
    /// A number with a fraction or an exponent; may be infinite or not a number.
    Float(f64),
    /// Text.
    Str(Cow<'a, str>),
    /// A sequence.
    List(Vec<Value<'a>>),
    /// A mapping, in the order of the text.
    Map(Map<'a>),
    /// A value that only YAML can say, or that no other kind can hold.
    Special(Box<Special<'a>>),
}

/// The values that YAML 1.1 knows beside those of JSON. Its set of types is closed, so writers match all of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Special<'a> {
    /// A whole number beyond 64 bits, as its decimal digits.
    BigInt(String),
    /// A date, as `YYYY-MM-DD`.
    Date(String),
    /// A point in time, in ISO 8601.
    DateTime(String),
    /// Bytes that were written in base64.
    Bytes(Vec<u8>),
    /// A set, in the order of the text.
    Set(Vec<Value<'a>>),
    /// A pair of `!!pairs` or `!!omap`.
    Tuple(Vec<Value<'a>>),
}

/// A mapping: entries in the order of the text, each key once.
///
/// Looking up walks the entries; the maps of records are small, and those of zones are iterated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map<'a> {
    entries: Vec<(Value<'a>, Value<'a>)>,
}

impl<'a> Map<'a> {
    /// An empty map.
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// A map of `entries`, which the caller has made unique by key.
    pub fn from_entries(entries: Vec<(Value<'a>, Value<'a>)>) -> Self {
        Self { entries }
    }

    /// A map of textual keys that the caller knows to be unique; none is looked up.
    pub fn from_unique<K: Into<Cow<'a, str>>>(
        entries: impl IntoIterator<Item = (K, Value<'a>)>,
    ) -> Self {
        let text = |(key, value): (K, _)| (Value::from(key.into()), value);
        Self { entries: entries.into_iter().map(text).collect() }
    }

    /// The value of a textual key.
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.entry(key).map(|(_, value)| value)
    }

    /// Key and value of a textual key.
    pub fn entry(&self, key: &str) -> Option<&(Value<'a>, Value<'a>)> {
        self.entries.iter().find(|(name, _)| name.as_str() == Some(key))
    }

    /// The value of a textual key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value<'a>> {
        self.entries.iter_mut().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
    }

    /// Sets the value of a textual key: in its old place, else at the end.
    pub fn insert(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Value<'a>>) {
        let key = key.into();
        match self.get_mut(&key) {
            Some(old) => *old = value.into(),
            None => self.entries.push((Value::from(key), value.into())),
        }
    }

    /// Adds an entry at the end, whose key the caller knows not to be there.
    pub fn push(&mut self, key: impl Into<Value<'a>>, value: impl Into<Value<'a>>) {
        self.entries.push((key.into(), value.into()));
    }

    /// Takes the entry of a textual key out; the others keep their order.
    pub fn remove(&mut self, key: &str) -> Option<Value<'a>> {
        let index = self.entries.iter().position(|(name, _)| name.as_str() == Some(key))?;
        Some(self.entries.remove(index).1)
    }

    /// Whether there is an entry with a textual key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// All entries, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, (Value<'a>, Value<'a>)> {
        self.entries.iter()
    }

    /// All values, to be changed, in order.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value<'a>> {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    /// All values, in order.
    pub fn values(&self) -> impl Iterator<Item = &Value<'a>> {
        self.entries.iter().map(|(_, value)| value)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The same map, borrowing nothing.
    pub fn into_owned(self) -> Map<'static> {
        let own = |(key, value): (Value<'a>, Value<'a>)| (key.into_owned(), value.into_owned());
        Map { entries: self.entries.into_iter().map(own).collect() }
    }
}

impl<'a> IntoIterator for Map<'a> {
    type Item = (Value<'a>, Value<'a>);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'m, 'a> IntoIterator for &'m Map<'a> {
    type Item = &'m (Value<'a>, Value<'a>);
    type IntoIter = std::slice::Iter<'m, (Value<'a>, Value<'a>)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

impl<'a, K: Into<Cow<'a, str>>, V: Into<Value<'a>>> FromIterator<(K, V)> for Map<'a> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl<'a> Value<'a> {
    /// A node at a position.
    pub fn new(kind: Kind<'a>, position: Position) -> Self {
        Self { kind, position }
    }

    /// A value that only YAML can say, nowhere.
    pub fn from_special(special: Special<'a>) -> Self {
        Self::new(Kind::Special(Box::new(special)), Position::NONE)
    }

    /// Nothing, nowhere.
    pub const NULL: Self = Self { kind: Kind::Null, position: Position::NONE };

    /// The text, if this is text.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is a whole number of up to 64 bits.
    pub fn as_int(&self) -> Option<i64> {
        match self.kind {
            Kind::Int(number) => Some(number),
            _ => None,
        }
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The elements, if this is a list.
    pub fn as_list(&self) -> Option<&[Value<'a>]> {
        match &self.kind {
            Kind::List(values) => Some(values),
            _ => None,
        }
    }

    /// The map, if this is one.
    pub fn as_map(&self) -> Option<&Map<'a>> {
        match &self.kind {
            Kind::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The map, to be changed.
    pub fn as_map_mut(&mut self) -> Option<&mut Map<'a>> {
        match &mut self.kind {
            Kind::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The value of a key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.as_map().and_then(|map| map.get(key))
    }

    /// Whether this is nothing.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// Whether Python takes the value for true: not null, false, zero or empty.
    pub fn is_truthy(&self) -> bool {
        match &self.kind {
            Kind::Null => false,
            Kind::Bool(value) => *value,
            Kind::Int(number) => *number != 0,
            Kind::Float(number) => *number != 0.0,
            Kind::Str(text) => !text.is_empty(),
            Kind::List(values) => !values.is_empty(),
            Kind::Map(map) => !map.is_empty(),
            Kind::Special(special) => match &**special {
                Special::Bytes(bytes) => !bytes.is_empty(),
                Special::Set(values) | Special::Tuple(values) => !values.is_empty(),
                Special::BigInt(_) | Special::Date(_) | Special::DateTime(_) => true,
            },
        }
    }

    /// The truth value that an option means: a truth value, a number, nothing, or `true` and `false` in text, in any case,
    /// since environment variables are text. `None` for anything else.
    ///
    /// ```
    /// use octodns_core::Value;
    ///
    /// assert_eq!(Value::from("False").as_option(), Some(false));
    /// assert_eq!(Value::from("no").as_option(), None);
    /// ```
    pub fn as_option(&self) -> Option<bool> {
        match &self.kind {
            Kind::Null => Some(false),
            Kind::Bool(value) => Some(*value),
            Kind::Int(number) => Some(*number != 0),
            Kind::Str(text) => de::truth_of_text(text),
            _ => None,
        }
    }

    /// What kind of value this is, in the words of a message: `a list`, `text`, `a date` ...
    pub fn kind_name(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Int(_) => "a number",
            Kind::Float(_) => "a fraction",
            Kind::Str(_) => "text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
            Kind::Special(special) => match &**special {
                Special::BigInt(_) => "a number beyond 64 bits",
                Special::Date(_) => "a date",
                Special::DateTime(_) => "a point in time",
                Special::Bytes(_) => "bytes",
                Special::Set(_) => "a set",
                Special::Tuple(_) => "a pair",
            },
        }
    }

    /// The same value, borrowing nothing.
    pub fn into_owned(self) -> OwnedValue {
        let all =
            |values: Vec<Value<'a>>| values.into_iter().map(Value::into_owned).collect::<Vec<_>>();
        let kind = match self.kind {
            Kind::Null => Kind::Null,
            Kind::Bool(value) => Kind::Bool(value),
            Kind::Int(number) => Kind::Int(number),
            Kind::Float(number) => Kind::Float(number),
            Kind::Str(text) => Kind::Str(Cow::Owned(text.into_owned())),
            Kind::List(values) => Kind::List(all(values)),
            Kind::Map(map) => Kind::Map(map.into_owned()),
            Kind::Special(special) => Kind::Special(Box::new(match *special {
                Special::BigInt(digits) => Special::BigInt(digits),
                Special::Date(date) => Special::Date(date),
                Special::DateTime(time) => Special::DateTime(time),
                Special::Bytes(bytes) => Special::Bytes(bytes),
                Special::Set(values) => Special::Set(all(values)),
                Special::Tuple(values) => Special::Tuple(all(values)),
            })),
        };
        Value { kind, position: self.position }
    }
}

macro_rules! value_from {
    ($($from:ty => |$value:ident| $kind:expr;)*) => {$(
        impl<'a> From<$from> for Value<'a> {
            fn from($value: $from) -> Self {
                Self { kind: $kind, position: Position::NONE }
            }
        }
    )*};
}

value_from! {
    () => |_value| Kind::Null;
    bool => |value| Kind::Bool(value);
    i64 => |value| Kind::Int(value);
    i32 => |value| Kind::Int(value.into());
    u32 => |value| Kind::Int(value.into());
    u16 => |value| Kind::Int(value.into());
    f64 => |value| Kind::Float(value);
    &'a str => |value| Kind::Str(Cow::Borrowed(value));
    String => |value| Kind::Str(Cow::Owned(value));
    Cow<'a, str> => |value| Kind::Str(value);
    Vec<Value<'a>> => |value| Kind::List(value);
    Map<'a> => |value| Kind::Map(value);
}

/// The fields of a value that has several, each with its name.
///
/// ```
/// use octodns_core::{OwnedValue, Value};
///
/// let mx: OwnedValue =
///     [("preference", 10_i64.into()), ("exchange", Value::from("mx.example.com."))].into();
/// assert_eq!(mx.as_map().and_then(|mx| mx.get("preference")), Some(&Value::from(10_i64)));
/// ```
impl<'a, const N: usize> From<[(&'static str, Value<'a>); N]> for Value<'a> {
    fn from(fields: [(&'static str, Value<'a>); N]) -> Self {
        Map::from_iter(fields).into()
    }
}

impl<'a> From<Option<Value<'a>>> for Value<'a> {
    fn from(value: Option<Value<'a>>) -> Self {
        value.unwrap_or_default()
    }
}
