//! Values as Python's `pprint.pformat(value, indent=2)` lays them out: how plans show what a provider
//! says about a whole zone.

use octodns_core::value::{Kind, Map, Python, Special, Value, python_cmp};

/// The columns a line may take, unless something in it cannot be broken.
const WIDTH: usize = 80;

/// The blanks of one level.
const INDENT: usize = 2;

/// The text of a value, with the keys of maps in order, broken into lines of 80 columns.
///
/// ```
/// # extern crate octodns_manager as octodns;
/// use octodns::compat::pformat;
/// use octodns_core::value::{Map, Value};
///
/// let map: Map = [("b", Value::from(1)), ("a", Value::NULL)].into_iter().collect();
/// assert_eq!(pformat(&map.into()), "{'a': None, 'b': 1}");
/// ```
pub fn pformat(value: &Value<'_>) -> String {
    let mut layout = Layout { text: String::new() };
    layout.value(value, Room { indent: 0, allowance: 0 }, true);
    layout.text
}

/// Where something is put: behind `indent` columns, with `allowance` columns needed after it.
#[derive(Clone, Copy)]
struct Room {
    indent: usize,
    allowance: usize,
}

impl Room {
    /// The columns left, less than none when what is around takes them all.
    fn width(self) -> isize {
        WIDTH.cast_signed() - self.indent.cast_signed() - self.allowance.cast_signed()
    }
}

struct Layout {
    text: String,
}

impl Layout {
    fn value(&mut self, value: &Value<'_>, room: Room, outermost: bool) {
        let line = one_line(value);
        if columns(&line) <= room.width() {
            self.text.push_str(&line);
            return;
        }
        match &value.kind {
            Kind::Map(map) => self.map(map, room),
            Kind::List(values) => self.items(('[', "]"), &values.iter().collect::<Vec<_>>(), room),
            Kind::Str(text) if !text.is_empty() => self.string(text, room, outermost),
            Kind::Special(special) => match &**special {
                Special::Tuple(values) => {
                    let close = if values.len() == 1 { ",)" } else { ")" };
                    self.items(('(', close), &values.iter().collect::<Vec<_>>(), room);
                }
                Special::Set(values) if !values.is_empty() => {
                    let mut values: Vec<_> = values.iter().collect();
                    values.sort_by(|a, b| python_cmp(a, b));
                    self.items(('{', "}"), &values, room);
                }
                Special::Bytes(bytes) => self.bytes(bytes, room, outermost),
                _ => self.text.push_str(&line),
            },
            _ => self.text.push_str(&line),
        }
    }

    fn map(&mut self, map: &Map<'_>, room: Room) {
        self.text.push('{');
        self.blanks(INDENT - 1);
        let indent = room.indent + INDENT;
        let entries = sorted(map);
        for (index, (key, value)) in entries.iter().enumerate() {
            let key = one_line(key);
            self.text.push_str(&key);
            self.text.push_str(": ");
            let last = index + 1 == entries.len();
            let inner = Room {
                indent: indent + key.chars().count() + 2,
                allowance: if last { room.allowance + 1 } else { 1 },
            };
            self.value(value, inner, false);
            if !last {
                self.text.push(',');
                self.new_line(indent);
            }
        }
        self.text.push('}');
    }

    fn items(&mut self, (open, close): (char, &str), items: &[&Value<'_>], room: Room) {
        self.text.push(open);
        self.blanks(INDENT - 1);
        let indent = room.indent + INDENT;
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
                self.new_line(indent);
            }
            let last = index + 1 == items.len();
            let allowance = if last { room.allowance + close.len() } else { 1 };
            self.value(item, Room { indent, allowance }, false);
        }
        self.text.push_str(close);
    }

    /// Long text becomes several literals: broken after lines, then between words.
    fn string(&mut self, text: &str, mut room: Room, outermost: bool) {
        if outermost {
            room = Room { indent: room.indent + 1, allowance: room.allowance + 1 };
        }
        let open = Room { allowance: 0, ..room }.width();
        let lines = split_lines(text);
        let mut chunks = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let last = index + 1 == lines.len();
            let whole = literal(line);
            if columns(&whole) <= if last { room.width() } else { open } {
                chunks.push(whole);
            } else {
                break_words(line, open, if last { room.width() } else { open }, &mut chunks);
            }
        }
        self.chunks(&chunks, room, outermost && chunks.len() > 1);
    }

    /// Long bytes become several literals of a multiple of four bytes.
    fn bytes(&mut self, bytes: &[u8], mut room: Room, outermost: bool) {
        let bytes_literal =
            |bytes: &[u8]| one_line(&Value::from_special(Special::Bytes(bytes.to_vec())));
        if bytes.len() <= 4 {
            self.text.push_str(&bytes_literal(bytes));
            return;
        }
        if outermost {
            room = Room { indent: room.indent + 1, allowance: room.allowance + 1 };
        }
        let mut chunks = Vec::new();
        let (mut start, mut end) = (0, 0);
        for part in bytes.chunks(4) {
            // A last part of four bytes is followed by nothing, and gets the room of any other.
            let width = match part.len() {
                4 => Room { allowance: 0, ..room }.width(),
                _ => room.width(),
            };
            let longer = end + part.len();
            if columns(&bytes_literal(&bytes[start..longer])) > width && start < end {
                chunks.push(bytes_literal(&bytes[start..end]));
                start = end;
            }
            end = longer;
        }
        chunks.push(bytes_literal(&bytes[start..]));
        self.chunks(&chunks, room, outermost);
    }

    fn chunks(&mut self, chunks: &[String], room: Room, in_parentheses: bool) {
        if in_parentheses {
            self.text.push('(');
        }
        for (index, chunk) in chunks.iter().enumerate() {
            if index > 0 {
                self.new_line(room.indent);
            }
            self.text.push_str(chunk);
        }
        if in_parentheses {
            self.text.push(')');
        }
    }

    fn new_line(&mut self, indent: usize) {
        self.text.push('\n');
        self.blanks(indent);
    }

    fn blanks(&mut self, count: usize) {
        self.text.extend(std::iter::repeat_n(' ', count));
    }
}

/// Literals of as many words of a line as fit: into `width`, the one with the last word into
/// `last_width`.
fn break_words(line: &str, width: isize, last_width: isize, chunks: &mut Vec<String>) {
    let words = split_words(line);
    let mut current = String::new();
    for (index, word) in words.iter().enumerate() {
        let longer = [&current, *word].concat();
        let width = if index + 1 == words.len() { last_width } else { width };
        if columns(&literal(&longer)) > width {
            if !current.is_empty() {
                chunks.push(literal(&current));
            }
            (*word).clone_into(&mut current);
        } else {
            current = longer;
        }
    }
    if !current.is_empty() {
        chunks.push(literal(&current));
    }
}

/// Words, each with the white space after it.
fn split_words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut in_space) = (0, false);
    for (index, c) in line.char_indices() {
        if in_space && !is_space(c) {
            words.push(&line[start..index]);
            start = index;
        }
        in_space = is_space(c);
    }
    if start < line.len() {
        words.push(&line[start..]);
    }
    words
}

/// Lines, each with its end, at everything Python takes for one.
fn split_lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((index, c)) = characters.next() {
        let ends = matches!(c, '\n'..='\r' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}');
        if ends && !(c == '\r' && characters.peek().is_some_and(|(_, next)| *next == '\n')) {
            let end = index + c.len_utf8();
            lines.push(&text[start..end]);
            start = end;
        }
    }
    if start < text.len() {
        lines.push(&text[start..]);
    }
    lines
}

/// White space of Python's regular expressions, which counts the separators of ASCII.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

fn literal(text: &str) -> String {
    Python(&Value::from(text)).to_string()
}

fn columns(text: &str) -> isize {
    text.chars().count().cast_signed()
}

/// The literal of a value on one line, with the keys of maps in order.
fn one_line(value: &Value<'_>) -> String {
    let all = |values: &[Value<'_>]| values.iter().map(one_line).collect::<Vec<_>>().join(", ");
    match &value.kind {
        Kind::List(values) => format!("[{}]", all(values)),
        Kind::Map(map) => {
            let entry = |(key, value): &(&Value<'_>, &Value<'_>)| {
                format!("{}: {}", one_line(key), one_line(value))
            };
            format!("{{{}}}", sorted(map).iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Kind::Special(special) => match &**special {
            Special::Tuple(values) if values.len() == 1 => format!("({},)", all(values)),
            Special::Tuple(values) => format!("({})", all(values)),
            _ => Python(value).to_string(),
        },
        _ => Python(value).to_string(),
    }
}

fn sorted<'m, 'a>(map: &'m Map<'a>) -> Vec<(&'m Value<'a>, &'m Value<'a>)> {
    let mut entries: Vec<_> = map.iter().map(|(key, value)| (key, value)).collect();
    entries.sort_by(|(a, _), (b, _)| python_cmp(a, b));
    entries
}

#[cfg(test)]
mod tests {
    use octodns_yaml::LoadOptions;

    use super::*;

    fn check(text: &str, expected: &str) {
        let json = octodns_yaml::load_bytes(text.as_bytes(), &LoadOptions::new("json")).unwrap();
        assert_eq!(pformat(&json.root), expected);
    }

    #[test]
    fn what_fits_stays_on_one_line() {
        check(r#"{"b": [1, "x"], "a": {}}"#, "{'a': {}, 'b': [1, 'x']}");
    }

    #[test]
    fn maps_and_lists_are_broken_under_their_first_entry() {
        check(
            r#"{"settings": {"ssl": "strict", "always_use_https": true, "minify": {"js": "on",
                "css": "off", "html": null}}, "nameservers": ["ns1.example.com.", "ns2.example.com."]}"#,
            "{ 'nameservers': ['ns1.example.com.', 'ns2.example.com.'],\n  \
               'settings': { 'always_use_https': True,\n                \
                             'minify': {'css': 'off', 'html': None, 'js': 'on'},\n                \
                             'ssl': 'strict'}}",
        );
    }

    #[test]
    fn long_text_is_broken_after_lines_and_between_words() {
        check(
            r#""a long text that has to be broken because it is much longer than eighty columns of a line""#,
            "('a long text that has to be broken because it is much longer than eighty '\n \
              'columns of a line')",
        );
        check(
            r#"{"text": "first line\nsecond line that is rather long and goes on and on until the end of the line\n"}"#,
            "{ 'text': 'first line\\n'\n          \
                       'second line that is rather long and goes on and on until the end of '\n          \
                       'the line\\n'}",
        );
    }

    #[test]
    fn what_cannot_be_broken_is_too_long() {
        let key = "k".repeat(75);
        check(&format!(r#"{{"{key}": ""}}"#), &format!("{{ '{key}': ''}}"));
    }

    #[test]
    fn keys_sort_within_their_kind() {
        let key = |key: Value<'static>| (key, Value::NULL);
        let map = Map::from_entries(vec![
            key("b".into()),
            key(10.into()),
            key("a".into()),
            key(9.into()),
            key(Value::NULL),
        ]);
        assert_eq!(pformat(&map.into()), "{None: None, 9: None, 10: None, 'a': None, 'b': None}");
    }
}
