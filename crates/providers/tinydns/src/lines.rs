//! Lines of tinydns-data: the first character, and the fields after it.

use octodns_core::value::{Kind, OwnedValue, Position};

use crate::octets;

/// A field of a line, without the blanks around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'d> {
    pub(crate) text: &'d str,
    pub(crate) position: Position,
}

impl Field<'_> {
    /// The text as octoDNS data.
    pub(crate) fn value(self) -> OwnedValue {
        OwnedValue::new(Kind::Str(octets::shown(self.text).into_owned().into()), self.position)
    }
}

/// One line: its kind, and its fields, of which the first is a name.
#[derive(Clone, Debug)]
pub(crate) struct Line<'d> {
    pub(crate) mark: char,
    fields: Vec<Field<'d>>,
    end: Position,
}

impl<'d> Line<'d> {
    /// Splits a line that is not empty; a comment after `#` is dropped.
    ///
    /// `position` is that of the line's first character.
    pub(crate) fn new(text: &'d str, position: Position) -> Option<Self> {
        let mut chars = text.chars();
        let mark = chars.next()?;
        let (rest, _) = chars.as_str().split_once('#').unwrap_or((chars.as_str(), ""));
        let mut column = usize::from(position.column) + 1;
        let at = |column: usize| Position {
            column: u16::try_from(column).unwrap_or(u16::MAX),
            ..position
        };
        let mut fields = Vec::new();
        for part in rest.split(':') {
            let text = part.trim_matches(is_blank);
            let indent = part.chars().take_while(|c| is_blank(*c)).count();
            fields.push(Field { text, position: at(column + indent) });
            column += part.chars().count() + 1;
        }
        Some(Self { mark, fields, end: at(column - 1) })
    }

    /// The syntax of a line of this kind.
    pub(crate) fn form(&self) -> String {
        let fields = match self.mark {
            '.' | '&' => "fqdn:ip:x:ttl",
            'C' => "fqdn:target:ttl",
            '@' => "fqdn:ip:x:distance:ttl",
            '\'' => "fqdn:text:ttl",
            '3' | '6' => "fqdn:32 digits of an IPv6 address:ttl",
            'S' => "fqdn:ip:x:port:priority:weight:ttl",
            ':' => "fqdn:type:data:ttl",
            _ => "fqdn:ip:ttl",
        };
        format!("write `{}{fields}`", self.mark)
    }

    /// The name in the line.
    pub(crate) fn name(&self) -> Field<'d> {
        self.field(0).unwrap_or(Field { text: "", position: self.end })
    }

    /// A field, which may be empty; `None` if the line ends before it.
    pub(crate) fn field(&self, index: usize) -> Option<Field<'d>> {
        self.fields.get(index).copied()
    }

    /// A field that is not empty.
    pub(crate) fn filled(&self, index: usize) -> Option<Field<'d>> {
        self.field(index).filter(|field| !field.text.is_empty())
    }

    /// The position of a field, or where it should be.
    pub(crate) fn position_of(&self, index: usize) -> Position {
        self.field(index).map_or(self.end, |field| field.position)
    }
}

/// Whether Python considers a character whitespace.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// The lines of a text that are not empty, with their numbers; all line endings of text files are recognized.
pub(crate) fn split(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let mut rest = Some(text);
    let mut number = 0;
    let lines = std::iter::from_fn(move || {
        let text = rest?;
        number += 1;
        let (line, after) = match text.find(['\n', '\r']) {
            Some(end) => {
                let ending = if text[end..].starts_with("\r\n") { 2 } else { 1 };
                (&text[..end], Some(&text[end + ending..]))
            }
            None => (text, None),
        };
        rest = after;
        Some((number, line))
    });
    lines.filter(|(_, line)| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_every_way_and_keep_their_numbers() {
        let lines: Vec<_> = split("a\nb\r\n\r\nc\rd\n").collect();
        assert_eq!(lines, [(1, "a"), (2, "b"), (4, "c"), (5, "d")]);
        assert_eq!(split("").count(), 0);
    }

    #[test]
    fn fields_know_their_position() {
        let position = Position { file: 3, line: 7, column: 1 };
        let line = Line::new("+é.example.com: 192.0.2.1 :60#x:y", position).unwrap();
        let fields: Vec<_> =
            line.fields.iter().map(|field| (field.text, field.position.column)).collect();
        assert_eq!(fields, [("é.example.com", 2), ("192.0.2.1", 17), ("60", 28)]);
        assert_eq!((line.mark, line.position_of(9).column), ('+', 30));
        assert_eq!(line.name().position, Position { column: 2, ..position });
        assert!(line.filled(3).is_none() && Line::new("", position).is_none());
    }
}
