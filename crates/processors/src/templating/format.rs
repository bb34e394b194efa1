//! Python's `str.format`: replacement fields, attributes and items, conversions and nested specs.

use std::iter::Peekable;
use std::str::Chars;

use octodns_core::OwnedValue;
use octodns_core::value::{Kind, Python, Value, python_str};

use super::spec;

/// Finds the value of a parameter.
pub(super) type Lookup<'l> = &'l dyn Fn(&str) -> Option<OwnedValue>;

/// How deep fields may be nested in format specs.
const DEPTH: u8 = 2;

/// Expands a template. The error is a message for its author.
pub(super) fn format(template: &str, lookup: Lookup<'_>) -> Result<String, String> {
    expand(template, lookup, DEPTH)
}

fn expand(template: &str, lookup: Lookup<'_>, depth: u8) -> Result<String, String> {
    if depth == 0 {
        return Err("the fields of the template are nested too deeply".to_owned());
    }
    let mut out = String::with_capacity(template.len());
    let mut rest = template.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '{' if rest.next_if_eq(&'{').is_some() => out.push('{'),
            '}' if rest.next_if_eq(&'}').is_some() => out.push('}'),
            '}' => return Err("the template has a \"}\" without its \"{\"".to_owned()),
            '{' => {
                let field = Field::read(&mut rest)?;
                out.push_str(&field.expand(lookup, depth)?);
            }
            _ => out.push(c),
        }
    }
    Ok(out)
}

/// The content of a pair of braces: `name!conversion:spec`.
#[derive(Debug, Default)]
struct Field {
    name: String,
    conversion: Option<char>,
    spec: String,
}

impl Field {
    fn read(rest: &mut Peekable<Chars<'_>>) -> Result<Self, String> {
        let unclosed = || "the template has a \"{\" without its \"}\"".to_owned();
        let mut field = Self::default();
        let mut end = field.read_name(rest).ok_or_else(unclosed)??;
        if end == '!' {
            field.conversion = Some(rest.next().ok_or_else(unclosed)?);
            end = rest.next().ok_or_else(unclosed)?;
            if end != '}' && end != ':' {
                return Err("a conversion in the template is followed by \":\" or \"}\"".to_owned());
            }
        }
        if end == '}' {
            return Ok(field);
        }
        let mut open = 1;
        for c in rest {
            match c {
                '{' => open += 1,
                '}' => open -= 1,
                _ => {}
            }
            if open == 0 {
                return Ok(field);
            }
            field.spec.push(c);
        }
        Err(unclosed())
    }

    /// Reads the name up to its end character, and returns that; `None` if there is none.
    fn read_name(&mut self, rest: &mut Peekable<Chars<'_>>) -> Option<Result<char, String>> {
        let mut in_brackets = false;
        for c in rest {
            match c {
                ']' => in_brackets = false,
                _ if in_brackets => {}
                '[' => in_brackets = true,
                '{' => {
                    return Some(Err("the template has a \"{\" in the name of a field".to_owned()));
                }
                '}' | ':' | '!' => return Some(Ok(c)),
                _ => {}
            }
            self.name.push(c);
        }
        None
    }

    fn expand(&self, lookup: Lookup<'_>, depth: u8) -> Result<String, String> {
        let mut value = find(&self.name, lookup)?;
        match self.conversion {
            None => {}
            Some('s') => value = Value::from(python_str(&value)),
            Some('r') => value = Value::from(Python(&value).to_string()),
            Some('a') => value = Value::from(ascii(&Python(&value).to_string())),
            Some(other) => return Err(format!("unknown conversion \"!{other}\" in the template")),
        }
        if self.spec.contains(['{', '}']) {
            return spec::apply(&value, &expand(&self.spec, lookup, depth - 1)?);
        }
        spec::apply(&value, &self.spec)
    }
}

/// The value of a field: a parameter, then its attributes (`.name`) and items (`[key]`).
fn find(name: &str, lookup: Lookup<'_>) -> Result<OwnedValue, String> {
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let (first, mut path) = name.split_at(end);
    if first.is_empty() || first.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("the template has the field \"{{{name}}}\", but fields have names"));
    }
    let mut value =
        lookup(first).ok_or_else(|| format!("undefined template parameter \"{first}\""))?;
    while !path.is_empty() {
        let missing = |key: &str| format!("the field \"{{{name}}}\" of the template: no \"{key}\"");
        if let Some(rest) = path.strip_prefix('[') {
            let (key, after) = rest.split_once(']').ok_or_else(|| missing(rest))?;
            value = item(&value, key).ok_or_else(|| missing(key))?;
            if !(after.is_empty() || after.starts_with(['.', '['])) {
                return Err(missing(after));
            }
            path = after;
        } else {
            let rest = path.strip_prefix('.').unwrap_or(path);
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            value = attribute(&value, key).ok_or_else(|| missing(key))?;
            path = after;
        }
    }
    Ok(value)
}

/// `value[key]`, of a mapping, list or string. A key of digits is a number.
fn item(value: &Value<'static>, key: &str) -> Option<OwnedValue> {
    let index = || key.parse::<usize>().ok().filter(|_| !key.starts_with('+'));
    match &value.kind {
        Kind::Map(map) => match index() {
            Some(number) => {
                let number = i64::try_from(number).ok()?;
                map.iter().find(|(key, _)| key.as_int() == Some(number)).map(|(_, v)| v.clone())
            }
            None => map.get(key).cloned(),
        },
        Kind::List(values) => values.get(index()?).cloned(),
        Kind::Str(text) => text.chars().nth(index()?).map(|c| Value::from(c.to_string())),
        _ => None,
    }
}

/// The attributes of numbers in Python; other values only have methods.
fn attribute(value: &Value<'static>, name: &str) -> Option<OwnedValue> {
    match (&value.kind, name) {
        (Kind::Int(number), "real" | "numerator") => Some(Value::from(*number)),
        (Kind::Bool(truth), "real" | "numerator") => Some(Value::from(i64::from(*truth))),
        (Kind::Int(_) | Kind::Bool(_), "imag") => Some(Value::from(0)),
        (Kind::Int(_) | Kind::Bool(_), "denominator") => Some(Value::from(1)),
        (Kind::Float(_), "real") => Some(value.clone()),
        (Kind::Float(_), "imag") => Some(Value::from(0.0)),
        _ => None,
    }
}

/// A literal with escapes for characters beyond ASCII.
fn ascii(literal: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(literal.len());
    for c in literal.chars() {
        // Writing to a `String` cannot fail.
        let _ = match u32::from(c) {
            0..0x80 => write!(out, "{c}"),
            code @ 0x80..0x100 => write!(out, "\\x{code:02x}"),
            code @ 0x100..0x1_0000 => write!(out, "\\u{code:04x}"),
            code => write!(out, "\\U{code:08x}"),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use octodns_core::value::Map;

    use super::*;

    fn run(template: &str) -> Result<String, String> {
        let mut inner = Map::new();
        inner.insert("b", "x");
        inner.insert("list", vec![Value::from(1), Value::from("two")]);
        let mut map: Map<'static> = Map::new();
        map.insert("a", inner);
        map.insert("key", "42");
        map.insert("n", 42);
        map.insert("e", "é");
        map.insert("f", 1.5);
        map.insert("none", Value::NULL);
        format(template, &|name| map.get(name).cloned())
    }

    /// The output of Python 3.13 for the same templates.
    #[test]
    fn templates_expand_as_in_python() {
        for (template, expanded) in [
            ("plain", "plain"),
            ("{key} {n:>5} {key!r} {{literal}}", "42    42 '42' {literal}"),
            ("{a[b]} {a[list][1]} {key[1]}", "x two 2"),
            ("{n.real} {n.imag} {f.imag}", "42 0 0.0"),
            ("{e!a} {e!r} {none} {none!s:>6}", "'\\xe9' 'é' None   None"),
            ("{n:{key}}", "                                        42"),
            ("{n:0{n}d}", "000000000000000000000000000000000000000042"),
            ("{n:x^6}", "xx42xx"),
        ] {
            assert_eq!(run(template).as_deref(), Ok(expanded), "{template}");
        }
    }

    #[test]
    fn faults_are_told() {
        for template in [
            "{",
            "}",
            "{}",
            "{0}",
            "{missing}",
            "{n!z}",
            "{n!rx}",
            "{key.upper}",
            "{a[c]}",
            "{n:q}",
            "{none:>5}",
            "{n:{n:{n}}}",
            "{a[b",
            "{n{n}}",
            "{key:d}",
        ] {
            assert!(run(template).is_err(), "{template}");
        }
    }
}
