//! Text that neither a terminal nor the log of a workflow obeys.
//!
//! GitHub Actions takes lines that start with `::error::` and the like for commands, and, in the old form,
//! `##[error]` anywhere in a line; Azure Pipelines takes `##vso[...]`. What a log shows may come from a zone file.

use std::borrow::Cow;

use octodns_core::value::visible;

/// The commands of GitHub Actions.
const COMMANDS: [&str; 16] = [
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "internal-set-repo-path",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
];

/// Text on one line, in which nothing is a command: control characters are escapes, and so is the character
/// that would make a command.
pub(crate) fn inert(text: &str) -> Cow<'_, str> {
    let text = visible(text);
    if !may_have_commands(&text) || commands(&text).next().is_none() {
        return text;
    }
    Cow::Owned(defused(&text, |c| format!("\\x{:02x}", u32::from(c))))
}

/// A JSON document in which no line is or holds a command; it means the same.
pub(crate) fn inert_json(document: &str) -> Cow<'_, str> {
    if commands(document).next().is_none() {
        return Cow::Borrowed(document);
    }
    Cow::Owned(defused(document, |c| format!("\\u{:04x}", u32::from(c))))
}

/// Whether a line holds a command.
pub(crate) fn has_command(line: &str) -> bool {
    commands(line).next().is_some()
}

/// The text with the second character of each command written in another way.
fn defused(text: &str, escape: impl Fn(char) -> String) -> String {
    let mut shown = String::with_capacity(text.len() + 16);
    let mut at = 0;
    for start in commands(text) {
        shown.push_str(&text[at..=start]);
        shown.extend(text[start + 1..].chars().next().map(&escape));
        at = start + 2;
    }
    shown.push_str(&text[at..]);
    shown
}

/// Whether there are two colons or hashes in a row: hardly any message of a log has some.
fn may_have_commands(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| pair[0] == pair[1] && matches!(pair[0], b':' | b'#'))
}

/// Where commands start: at two characters that are the same, of one byte each.
fn commands(text: &str) -> impl Iterator<Item = usize> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(at..)?;
            let start = at + rest.find("::").into_iter().chain(rest.find("##")).min()?;
            // In `:::error::` the last two begin the command.
            at = start + 1;
            if is_command(&text[start..]) {
                at = start + 2;
                return Some(start);
            }
        }
    })
}

fn is_command(text: &str) -> bool {
    if let Some(after) = text.strip_prefix("##") {
        return after.starts_with('[') || after.starts_with("vso[");
    }
    let Some(after) = text.strip_prefix("::") else { return false };
    let end = after.find(|c: char| !(c.is_ascii_alphabetic() || c == '-')).unwrap_or(after.len());
    let (name, rest) = after.split_at(end);
    // Its end may come from what stands behind this text.
    rest.starts_with([':', ' ']) && COMMANDS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_shown_and_not_made() {
        for (text, shown) in [
            ("x\n::error::pwn", r"x\n:\x3aerror::pwn"),
            ("::error file=a,line=1::pwn", r":\x3aerror file=a,line=1::pwn"),
            (":::stop-commands::x", r"::\x3astop-commands::x"),
            ("a ##[group]b", r"a #\x23[group]b"),
            ("###[error]", r"##\x23[error]"),
            ("##vso[task.x]", r"#\x23vso[task.x]"),
            ("2001:db8::1 and ::1", "2001:db8::1 and ::1"),
            ("::beef::", "::beef::"),
            ("::errors in a name", "::errors in a name"),
            ("## heading, a::b", "## heading, a::b"),
            ("\x1b[2K", r"\x1b[2K"),
        ] {
            assert_eq!(inert(text), shown);
            assert!(!has_command(&inert(text)), "{text}");
        }
    }

    #[test]
    fn json_means_the_same() {
        for text in ["::error::x", "##[x]", r"\\##[x]", ":::add-mask::"] {
            let document = serde_json::to_string(text).unwrap();
            let shown = inert_json(&document);
            assert!(!has_command(&shown), "{shown}");
            assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
        }
    }
}
