//! Writes a value with exactly the bytes that the reference would write.
//!
//! Block style, two columns of indentation, keys sorted, long text folded at 80 columns, and quotes
//! exactly where the reference puts them, so that a file changes only where its data does.

mod analysis;
mod emit;
mod quoted;

use std::cmp::Ordering;

use octodns_core::Value;
use octodns_core::value::{Kind, Special};

use crate::Order;
use analysis::is_plain_text;
use emit::Emitter;

/// How to write a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DumpOptions {
    /// How the keys of mappings are sorted.
    pub order: Order,
    /// Whether characters beyond ASCII are written directly, not as escapes.
    pub allow_unicode: bool,
}

/// Writes a document, with its `---`.
///
/// Lists keep their order and mappings are sorted; keys that cannot be compared (`null` and `a`) keep their
/// order.
///
/// ```
/// use octodns_core::Value;
/// use octodns_core::value::Map;
/// use octodns_yaml::{DumpOptions, dump};
///
/// let map: Map = [("www10", Value::from("yes")), ("www9", Value::from(60))].into_iter().collect();
/// assert_eq!(dump(&map.into(), &DumpOptions::default()), "---\nwww9: 60\nwww10: 'yes'\n");
/// ```
pub fn dump(value: &Value<'_>, options: &DumpOptions) -> String {
    let mut writer = Writer { out: Emitter::new(options.allow_unicode), order: options.order };
    writer.out.text.push_str("---");
    writer.out.column = 3;
    writer.node(value, Place::Root);
    if writer.out.column > 0 {
        writer.out.line_break();
    }
    if writer.out.open_ended {
        writer.out.text.push_str("...\n");
    }
    writer.out.text
}

/// The position of a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Element,
    /// A key on the same line as its value.
    Key,
    /// A value on the same line as its key.
    Value,
    /// A key or value after a separate `?` or `:`.
    Complex,
}

struct Writer {
    out: Emitter,
    order: Order,
}

impl Writer {
    fn node(&mut self, value: &Value<'_>, place: Place) {
        match &value.kind {
            Kind::List(values) => self.list(values, place),
            Kind::Map(map) => self.map(map.iter().map(|(key, value)| (key, value)).collect()),
            Kind::Special(special) => self.special(special, place),
            Kind::Str(text) => self.text(text, place),
            Kind::Null => self.plain("null", place),
            Kind::Bool(value) => self.plain(if *value { "true" } else { "false" }, place),
            Kind::Int(number) => self.plain(&number.to_string(), place),
            Kind::Float(number) => self.plain(&float(*number), place),
        }
    }

    fn special(&mut self, special: &Special<'_>, place: Place) {
        match special {
            Special::BigInt(digits) => self.plain(digits, place),
            Special::Date(date) => self.plain(date, place),
            Special::DateTime(time) => self.plain(&time.replacen('T', " ", 1), place),
            Special::Bytes(bytes) => {
                self.out.indicator("!!binary", true);
                let outer = self.out.increase_scalar_indent();
                self.out.literal(&base64_lines(bytes), place != Place::Key);
                self.out.indent = outer;
            }
            Special::Set(values) => {
                self.out.indicator("!!set", true);
                self.map(values.iter().map(|value| (value, &Value::NULL)).collect());
            }
            Special::Tuple(values) => self.list(values, place),
        }
    }

    fn list(&mut self, values: &[Value<'_>], place: Place) {
        if values.is_empty() {
            self.out.indicator("[]", true);
            return;
        }
        let indentless = matches!(place, Place::Value | Place::Complex) && !self.out.indention;
        let outer = self.out.increase_indent(indentless);
        for value in values {
            self.out.indent_line();
            self.out.indicator_at("-", true, true);
            self.node(value, Place::Element);
        }
        self.out.indent = outer;
    }

    fn map(&mut self, mut entries: Vec<(&Value<'_>, &Value<'_>)>) {
        if entries.is_empty() {
            self.out.indicator("{}", true);
            return;
        }
        sort(&mut entries, self.order);
        let outer = self.out.increase_indent(false);
        for (key, value) in entries {
            self.out.indent_line();
            if is_simple_key(key) {
                self.node(key, Place::Key);
                self.out.indicator(":", false);
                self.node(value, Place::Value);
            } else {
                self.out.indicator_at("?", true, true);
                self.node(key, Place::Complex);
                self.out.indent_line();
                self.out.indicator_at(":", true, true);
                self.node(value, Place::Complex);
            }
        }
        self.out.indent = outer;
    }

    fn plain(&mut self, text: &str, place: Place) {
        self.out.plain(text, place != Place::Key, place == Place::Root);
    }

    fn text(&mut self, text: &str, place: Place) {
        let key = place == Place::Key;
        let analysis = analysis::analyze(text, self.out.allow_unicode);
        let outer = self.out.increase_scalar_indent();
        if is_plain_text(text) && analysis.plain && !(key && analysis.multiline) && !text.is_empty()
        {
            self.out.plain(text, !key, place == Place::Root);
        } else if analysis.single_quoted && !(key && analysis.multiline) {
            self.out.single_quoted(text, !key);
        } else {
            self.out.double_quoted(text, !key);
        }
        self.out.indent = outer;
    }
}

/// Sorts as far as keys can be compared; the sort must not see contradictions.
fn sort(entries: &mut [(&Value<'_>, &Value<'_>)], order: Order) {
    if entries.is_sorted_by(|left, right| compare_entries(*left, *right, order).is_le()) {
        return;
    }
    let Some(&(first, _)) = entries.first() else { return };
    if entries.iter().all(|(key, _)| order.compare_keys(first, key).is_some()) {
        entries.sort_by(|left, right| compare_entries(*left, *right, order));
    }
}

/// Compares entries by their keys; if these are equal in natural order (`7` and `007`), the reference goes on
/// with the values.
fn compare_entries(
    left: (&Value<'_>, &Value<'_>),
    right: (&Value<'_>, &Value<'_>),
    order: Order,
) -> Ordering {
    match order.compare_keys(left.0, right.0) {
        Some(Ordering::Equal) if order == Order::Natural => {
            compare_values(left.1, right.1).unwrap_or(Ordering::Equal)
        }
        found => found.unwrap_or(Ordering::Greater),
    }
}

/// Natural order of values: lists by their elements, mappings by their keys in written order.
fn compare_values(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (&left.kind, &right.kind) {
        (Kind::Map(left), Kind::Map(right)) => {
            compare_lists(left.iter().map(|(key, _)| key), right.iter().map(|(key, _)| key))
        }
        (Kind::List(left), Kind::List(right)) => compare_lists(left.iter(), right.iter()),
        _ => Order::Natural.compare_keys(left, right),
    }
}

fn compare_lists<'v, 'a: 'v>(
    mut left: impl Iterator<Item = &'v Value<'a>>,
    mut right: impl Iterator<Item = &'v Value<'a>>,
) -> Option<Ordering> {
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Some(Ordering::Equal),
            (None, Some(_)) => return Some(Ordering::Less),
            (Some(_), None) => return Some(Ordering::Greater),
            (Some(left), Some(right)) => match compare_values(left, right)? {
                Ordering::Equal => {}
                unequal => return Some(unequal),
            },
        }
    }
}

/// Whether a key is on one line with its value: short text without line breaks.
fn is_simple_key(key: &Value<'_>) -> bool {
    /// The reference's limit is 127 characters, and includes the tag (`!!str`) although it is not written.
    const LONGEST: usize = 123;
    match &key.kind {
        Kind::Str(text) => {
            !text.is_empty()
                && text.chars().nth(LONGEST - 1).is_none()
                && !text.contains(analysis::is_break)
        }
        Kind::Special(special) => match &**special {
            Special::BigInt(digits) => digits.len() < LONGEST,
            Special::Bytes(_) => false,
            Special::Date(_) | Special::DateTime(_) => true,
            Special::Set(values) | Special::Tuple(values) => values.is_empty(),
        },
        Kind::List(values) => values.is_empty(),
        Kind::Map(map) => map.is_empty(),
        _ => true,
    }
}

/// A float as the reference writes it: Python's shortest form, with a decimal point before any exponent.
fn float(number: f64) -> String {
    if number.is_nan() {
        return ".nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let text = octodns_core::value::python_str(&Value::from(number));
    match text.split_once('e') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0e{exponent}"),
        _ => text,
    }
}

fn base64_lines(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    /// This many bytes make a line of 76 characters.
    const LINE: usize = 57;
    let mut text = String::new();
    for line in bytes.chunks(LINE) {
        for group in line.chunks(3) {
            let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
                << (8 * (3 - group.len()));
            for place in 0..4 {
                let sextet = (bits >> (18 - 6 * place)) & 63;
                let letter = if place > group.len() { b'=' } else { ALPHABET[sextet as usize] };
                text.push(char::from(letter));
            }
        }
        text.push('\n');
    }
    text
}
