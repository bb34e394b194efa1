//! Unified diffs of files.

use octodns_core::provider::SortedText;
use octodns_core::value::visible;
use similar::TextDiff;

use crate::inert::{has_command, inert};

/// What sorting changes in a file, as a patch that `patch -p0` and `git apply -p0` take.
///
/// For people, on a terminal, control characters are escapes. Lines that a workflow would take for commands are shown
/// with escapes to all.
pub(crate) fn patch(text: &SortedText, for_people: bool) -> String {
    let name = header(&text.file);
    // Lines as `patch` has them: to YAML, a carriage return alone ends one as well.
    let before: Vec<_> = text.before.split_inclusive('\n').collect();
    let after: Vec<_> = text.after.split_inclusive('\n').collect();
    let diff = TextDiff::configure().newline_terminated(true).diff_slices(&before, &after);
    let patch = diff.unified_diff().context_radius(3).header(&name, &name).to_string();
    let lines = patch.split_inclusive('\n').map(|line| shown(line, for_people));
    lines.collect()
}

fn shown(line: &str, for_people: bool) -> String {
    let (line, end) = match line.strip_suffix('\n') {
        Some(line) => (line, "\n"),
        None => (line, ""),
    };
    if has_command(line) {
        return format!("{}{end}", inert(line));
    }
    if !for_people {
        return format!("{line}{end}");
    }
    // Files of Windows have a carriage return at the end of each line, and tabs are harmless.
    let line = line.strip_suffix('\r').unwrap_or(line);
    let parts: Vec<_> = line.split('\t').map(visible).collect();
    format!("{}{end}", parts.join("\t"))
}

/// A name in the header of a patch, which ends at a tab or with its line.
fn header(file: &str) -> String {
    inert(file).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_shows_what_moves() {
        let (before, after) = ("b: 1\r\na: \x1b[2K\nc: é\t1", "a: \x1b[2K\nb: 1\r\nc: é\t1");
        let text = SortedText::new("zones/a.yaml", before, after);
        let exact = "--- zones/a.yaml\n+++ zones/a.yaml\n@@ -1,3 +1,3 @@\n+a: \x1b[2K\n b: 1\r\n\
                     -a: \x1b[2K\n c: é\t1\n\\ No newline at end of file\n";
        assert_eq!(patch(&text, false), exact);
        let shown = exact.replace('\r', "").replace('\x1b', "\\x1b");
        assert_eq!(patch(&text, true), shown);
    }

    #[test]
    fn a_patch_is_no_command() {
        let text =
            SortedText::new("a\n::error::b", "b: '##[group]'\na: 1\n", "a: 1\nb: '##[group]'\n");
        for for_people in [false, true] {
            let patch = patch(&text, for_people);
            assert!(patch.lines().all(|line| !has_command(line)), "{patch}");
            assert!(patch.starts_with("--- a\\n:\\x3aerror::b\n"), "{patch}");
        }
    }
}
