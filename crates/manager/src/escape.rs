//! What comes from files and services, fit to stand in documents that others read: it shows as it is, and does nothing.

use std::borrow::Cow;

use octodns_core::value::visible;

/// Replaces characters, if there are any.
fn replaced(text: &str, to: impl Fn(char, &str) -> Option<&'static str>) -> Cow<'_, str> {
    let mut escaped = String::new();
    let mut kept = 0;
    for (at, c) in text.char_indices() {
        let behind = &text[at + c.len_utf8()..];
        if let Some(entity) = to(c, behind) {
            escaped.push_str(&text[kept..at]);
            escaped.push_str(entity);
            kept = at + c.len_utf8();
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    escaped.push_str(&text[kept..]);
    Cow::Owned(escaped)
}

/// Text in HTML, between tags.
///
/// ```
/// # extern crate octodns_manager as octodns;
/// assert_eq!(octodns::escape::html("<b> & \n"), "&lt;b&gt; &amp; \\n");
/// ```
pub fn html(text: &str) -> String {
    replaced(&visible(text), |c, _| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ => None,
    })
    .into_owned()
}

/// Text in the value of an attribute of HTML, between double quotes.
pub(crate) fn attribute(text: &str) -> String {
    html(text).replace('"', "&quot;")
}

/// Text in HTML or Markdown as code: no link, and nobody is mentioned by it.
pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", html(text))
}

/// Text in a cell of a table of Markdown. Nothing in it ends the cell, is a tag, code, a link or an image.
///
/// ```
/// # extern crate octodns_manager as octodns;
/// assert_eq!(octodns::escape::markdown("a|b `c` ![d](e)"), "a&#124;b &#96;c&#96; ![d&#93;(e)");
/// ```
pub fn markdown(text: &str) -> String {
    replaced(&visible(text), |c, behind| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '|' => Some("&#124;"),
        '`' => Some("&#96;"),
        ']' if behind.starts_with(['(', '[', ':']) => Some("&#93;"),
        _ => None,
    })
    .into_owned()
}

/// The signs by which programs that open CSV know a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A field of comma-separated values. What a spreadsheet would calculate starts with an apostrophe, so that it is text.
///
/// ```
/// # extern crate octodns_manager as octodns;
/// assert_eq!(octodns::escape::csv("=1+1"), "'=1+1");
/// ```
pub fn csv(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA) {
        return Cow::Owned(format!("'{}", visible(text)));
    }
    visible(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Text with much of what matters in it.
    fn text() -> impl Strategy<Value = String> {
        let signs = prop::sample::select(vec![
            "<",
            ">",
            "&",
            "|",
            "`",
            "![",
            "](",
            "]:",
            "\n",
            "\r",
            "\u{1b}[2K",
            "::error::",
            "=",
            "+",
            "-",
            "@",
            "\t",
            "\u{202e}",
            "plain",
            "\\;",
            "\"",
            ",",
            "é",
        ]);
        prop::collection::vec(signs, 0..12).prop_map(|parts| parts.concat())
    }

    /// What a reader of the document sees.
    fn unescaped(text: &str) -> String {
        [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&#124;", "|"),
            ("&#96;", "`"),
            ("&#93;", "]"),
            ("&amp;", "&"),
        ]
        .into_iter()
        .fold(text.to_owned(), |text, (entity, sign)| text.replace(entity, sign))
    }

    fn is_one_line(text: &str) -> bool {
        !text.contains(|c: char| c.is_control() || c == '\u{202e}')
    }

    proptest! {
        #[test]
        fn html_shows_what_is_there_and_does_nothing(text in text()) {
            let escaped = html(&text);
            prop_assert!(!escaped.contains(['<', '>']) && is_one_line(&escaped));
            prop_assert_eq!(unescaped(&escaped), visible(&text));
        }

        #[test]
        fn markdown_shows_what_is_there_and_does_nothing(text in text()) {
            let escaped = markdown(&text);
            prop_assert!(!escaped.contains(['<', '>', '|', '`']) && is_one_line(&escaped));
            prop_assert!(!["](", "][", "]:"].iter().any(|link| escaped.contains(link)));
            prop_assert_eq!(unescaped(&escaped), visible(&text));
        }

        #[test]
        fn csv_calculates_nothing(text in text()) {
            let escaped = csv(&text);
            prop_assert!(!escaped.starts_with(FORMULA) && is_one_line(&escaped));
            prop_assert_eq!(escaped.strip_prefix('\'').unwrap_or(&escaped), &*visible(&text));
        }
    }

    #[test]
    fn what_octodns_prints_stays_as_it_is() {
        for plain in
            ["www.example.com.", "v=DKIM1\\; k=rsa", "\"a b\"", "*.example", "_dmarc", "[1] x"]
        {
            assert_eq!((&*html(plain), &*markdown(plain), &*csv(plain)), (plain, plain, plain));
        }
    }
}
