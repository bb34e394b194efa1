//! Block text at the end of a file.

use crate::read::{Content, Item, layout};

/// Changes a block scalar at the end of the text to one without a final newline (`|-`); `None` if there is no
/// block scalar, or it has `-` already.
pub(super) fn without_line_end(text: &str, depth: usize) -> Option<String> {
    let root = layout(text, depth).ok()??;
    // The bytes of a block scalar start after its header.
    let before = text[..last(&root).bytes.start].trim_end();
    let line = before.rsplit(['\n', '\r']).next()?;
    let header = line.split(" #").next()?.trim_end();
    let header = &header[header.rfind([' ', '\t', ':'])? + 1..];
    let rest = header.strip_prefix(['|', '>'])?;
    if !rest.chars().all(|c| c == '+' || c.is_ascii_digit()) {
        return None;
    }
    let start = before.len() - line.len() + line.find(header)?;
    let behind = &text[start + header.len()..];
    Some(format!("{}{}-{}{behind}", &text[..start], &header[..1], rest.replace('+', "")))
}

/// The last scalar of a node.
fn last<'i, 't>(item: &'i Item<'t>) -> &'i Item<'t> {
    let inner = match &item.content {
        Content::Scalar(_) | Content::Alias => None,
        Content::List(items) => items.last(),
        Content::Map { pairs, .. } => pairs.last().map(|pair| &pair.value),
    };
    inner.map_or(item, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_block_text_at_the_end_is_changed() {
        for (text, expected) in [
            ("a: |\n  x", Some("a: |-\n  x")),
            ("a: |\n  x\nb: >2 # y\n   z", Some("a: |\n  x\nb: >-2 # y\n   z")),
            ("a: [b]\nc:\n  - |+\n    x", Some("a: [b]\nc:\n  - |-\n    x")),
            ("a: |-\n  x", None),
            ("a: |\n  x\nb: y", None),
            ("", None),
        ] {
            assert_eq!(without_line_end(text, 64).as_deref(), expected, "{text}");
        }
    }
}
