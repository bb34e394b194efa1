//! What links need to know of a Markdown page: where its links are, and which anchors its headings have.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// A link of a page, or a picture.
#[derive(Debug, PartialEq)]
pub(crate) struct Link {
    /// Where its target stands in the text.
    pub(crate) place: Range<usize>,
    /// The line, from 1.
    pub(crate) line: usize,
}

/// The links of a page, in their order; what stands in code or in comments is none.
pub(crate) fn links(page: &str) -> Vec<Link> {
    let text = without_code(page);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("](").map(|at| from + at + 2) {
        from = start;
        if let Some(length) = text[start..].find([')', ' ', '\n']) {
            let line = 1 + text[..start].matches('\n').count();
            found.push(Link { place: start..start + length, line });
        }
    }
    found
}

/// The anchors of a page's headings, as GitHub, GitLab and mdBook make them.
pub(crate) fn anchors(page: &str) -> Vec<String> {
    let (text, mut seen) = (without_blocks(page), BTreeMap::<String, usize>::new());
    let headings = text.lines().filter_map(|line| {
        let title = line.trim_start_matches('#');
        let level = line.len() - title.len();
        (1..=6).contains(&level).then(|| title.strip_prefix(' ')).flatten()
    });
    let numbered = headings.map(|title| {
        let name = anchor(title);
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        if *count == 1 { name } else { format!("{name}-{}", *count - 1) }
    });
    numbered.collect()
}

/// The anchor of one heading: its words in lower case, joined by hyphens.
fn anchor(title: &str) -> String {
    let mut words = String::new();
    let mut rest = title.trim();
    // Of a link, only its text counts.
    while let Some((before, after)) = rest.split_once("](") {
        words.push_str(before);
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    words.push_str(rest);
    let kept =
        words.chars().filter(|char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|char| if char == ' ' { '-' } else { char }).collect()
}

/// The page with blanks in the place of code and comments, so that places stay what they are.
fn without_code(page: &str) -> String {
    let text = without_blocks(page);
    let mut kept = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find(['`', '\\']).into_iter().chain(rest.find("<!--")).min() {
        kept.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if rest.starts_with('`') {
            code_span(rest)
        } else if let Some(escaped) = rest.strip_prefix('\\') {
            1 + escaped.chars().next().map_or(0, char::len_utf8)
        } else {
            rest.find("-->").map_or(rest.len(), |end| end + 3)
        };
        kept.push_str(&blanks(&rest[..length]));
        rest = &rest[length..];
    }
    kept + rest
}

/// The length of the code that a text begins with, or of its backticks if none close it in the same paragraph.
fn code_span(text: &str) -> usize {
    let paragraph = &text[..text.find("\n\n").unwrap_or(text.len())];
    let is_tick = |char: char| char == '`';
    let ticks = text.len() - text.trim_start_matches(is_tick).len();
    let mut from = ticks;
    while let Some(at) = paragraph[from..].find(is_tick).map(|at| from + at) {
        let run = paragraph[at..].len() - paragraph[at..].trim_start_matches(is_tick).len();
        from = at + run;
        if run == ticks {
            return from;
        }
    }
    ticks
}

/// The page with blanks in the place of its fenced code.
fn without_blocks(page: &str) -> String {
    let mut kept = String::with_capacity(page.len());
    let mut fence: Option<&str> = None;
    for line in page.split_inclusive('\n') {
        let start = line.trim_start();
        let ticks = &start[..start.len() - start.trim_start_matches('`').len()];
        let is_inside = fence.is_some();
        match fence {
            None if ticks.len() >= 3 => fence = Some(ticks),
            Some(opening) if ticks.len() >= opening.len() && start.trim() == ticks => fence = None,
            _ => {}
        }
        let is_code = is_inside || fence.is_some();
        kept.push_str(&if is_code { blanks(line).into() } else { Cow::from(line) });
    }
    kept
}

/// As many blanks as a text has bytes, with its line ends.
fn blanks(text: &str) -> String {
    text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_in_code_and_comments_are_none() {
        for (page, expected) in [
            ("a [b](c.md#d) and ![e](f.png)", vec!["c.md#d", "f.png"]),
            ("[two\nlines](a.md)", vec!["a.md"]),
            ("[with a title](a.md \"b\")", vec!["a.md"]),
            ("`[a](b.md)` and ``[c](`d.md)``", vec![]),
            ("`code\nover lines [a](b.md)` [c](d.md)", vec!["d.md"]),
            ("one ` alone [a](b.md)\n\nanother ` [c](d.md)", vec!["b.md", "d.md"]),
            ("```sh\n[a](b.md)\n```\n[c](d.md)", vec!["d.md"]),
            ("````md\n```\n[a](b.md)\n````\n[c](d.md)", vec!["d.md"]),
            ("<!-- [a](b.md) --> [c](d.md)", vec!["d.md"]),
            ("\\` [ü](b.md) \\`", vec!["b.md"]),
        ] {
            let found: Vec<_> = links(page).into_iter().map(|link| &page[link.place]).collect();
            assert_eq!(found, expected, "{page}");
        }
        assert_eq!(links("\n\n[a](b.md)")[0].line, 3);
    }

    #[test]
    fn anchors_are_those_of_forges() {
        let page = "# What's `new`?\n## A [link](b.md) here\n```sh\n# no heading\n```\n## Same\n## Same\n#none\n";
        assert_eq!(anchors(page), ["whats-new", "a-link-here", "same", "same-1"]);
    }
}
