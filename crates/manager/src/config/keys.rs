//! Keys that a section does not know.

use std::sync::Arc;

use octodns_core::value::{Map, Position, python_str};
use octodns_core::{Diagnostic, Origin, Report, nearest};

/// Reports the keys of `map` that are not among `known`.
///
/// A key close to a known one is a slip of the pen and an error. Anything else is a warning only, since
/// octoDNS passes over it. Keys that start with `_`, `.` or `x-` are for what is not meant to be read.
pub(crate) fn check_keys(
    what: &str,
    map: &Map<'_>,
    known: &[&'static str],
    files: &[Arc<str>],
    report: &mut Report,
) {
    check_keys_but(what, map, known, files, report, |_| false);
}

/// The same, but for keys that are `expected`, if they are not close to a known one.
pub(crate) fn check_keys_but(
    what: &str,
    map: &Map<'_>,
    known: &[&'static str],
    files: &[Arc<str>],
    report: &mut Report,
    expected: impl Fn(Position) -> bool,
) {
    for (key, _) in map {
        let name = python_str(key);
        let is_hidden = name.starts_with(['.', '_']) || name.starts_with("x-");
        if is_hidden || known.contains(&name.as_str()) {
            continue;
        }
        let message = format!("{what} has no key \"{name}\"");
        let origin = Origin::new(files, key.position);
        report.push(match nearest(&name, known.iter().copied()) {
            Some(meant) => Diagnostic::error("config", message)
                .at(origin)
                .help(format!("did you mean \"{meant}\"?")),
            None if expected(key.position) => continue,
            None => Diagnostic::warning("config", message)
                .at(origin)
                .help(format!("it is ignored; known keys are: {}", known.join(", "))),
        });
    }
}

/// The value of a key that is true or false; anything else is an error. No key, and nothing behind it, is false.
pub(crate) fn truth(
    what: &str,
    map: &Map<'_>,
    key: &'static str,
    files: &[Arc<str>],
    report: &mut Report,
) -> bool {
    let Some(value) = map.get(key) else { return false };
    value.as_option().unwrap_or_else(|| {
        let message = match value.as_str() {
            Some(text) => format!("\"{key}\" of {what} must be true or false, not \"{text}\""),
            None => format!("\"{key}\" of {what} must be true or false, not {}", value.kind_name()),
        };
        let found = Diagnostic::error("config", message).at(Origin::new(files, value.position));
        report.push(found.help(format!("write `{key}: true` or `{key}: false`")));
        false
    })
}

/// Whether an anchor (`&name`) is set in the entry of a top-level key on this line: it is there for other
/// entries to take from.
pub(crate) fn sets_anchor(text: &str, position: Position) -> bool {
    let first = usize::try_from(position.line).unwrap_or(usize::MAX).saturating_sub(1);
    let mut lines = text.lines().skip(first);
    let head = lines.next().into_iter();
    let goes_on = |line: &&str| line.is_empty() || line.starts_with([' ', '#', '-', ']', '}']);
    head.chain(lines.take_while(goes_on)).any(has_anchor)
}

fn has_anchor(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or(line);
    let is_name = |c: char| c.is_ascii_alphanumeric();
    let starts = line.match_indices('&').map(|(at, _)| line.split_at(at));
    let mut anchors = starts.filter(|(before, after)| {
        let begins = before.is_empty() || before.ends_with([' ', '[', ',', '{']);
        begins && after[1..].starts_with(is_name)
    });
    !line.trim_start().starts_with('#') && anchors.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_found_in_the_entry_of_their_key() {
        let text =
            "a: &one {b: 1}\nb:\n  c: 'R&D'\n\nd:\n- x\n# &no\n- {y: &two z}\ne: 1 # &three\n";
        let found = |line| sets_anchor(text, Position { file: 0, line, column: 1 });
        assert_eq!([1, 2, 5, 9].map(found), [true, false, true, false]);
    }
}
