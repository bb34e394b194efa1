//! Unified diffs of files.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use octodns_core::provider::SortedText;
use octodns_core::value::visible;
use similar::TextDiff;

use crate::inert::{has_command, inert};

/// How long the least difference is looked for. After that, more lines than needed are in a patch.
const PATIENCE: Duration = Duration::from_secs(2);

/// What sorting changes in a file, as a patch that `patch -p0` and `git apply -p0` take.
///
/// For people, on a terminal, control characters are escapes. Lines that a workflow would take for commands are shown
/// with escapes to all.
pub(crate) fn patch(text: &SortedText, for_people: bool) -> String {
    let name = header(&text.file);
    // Lines as `patch` has them: to YAML, a carriage return alone ends one as well.
    let before: Vec<_> = text.before.split_inclusive('\n').collect();
    let after: Vec<_> = text.after.split_inclusive('\n').collect();
    let diff = TextDiff::configure().timeout(PATIENCE).diff_slices(&before, &after);
    let mut patch = format!("--- {name}\n+++ {name}\n");
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        // Writing to text cannot fail.
        let _ = writeln!(patch, "{}", hunk.header());
        for change in hunk.iter_changes() {
            let end = if change.value().ends_with('\n') {
                ""
            } else {
                "\n\\ No newline at end of file\n"
            };
            let _ = write!(patch, "{}{}{end}", change.tag(), change.value());
        }
    }
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

/// A name in the header of a patch, which ends at a tab or with its line; without `..`, which `git apply` and `patch`
/// refuse, as far as it has a folder before it.
fn header(file: &str) -> String {
    let mut name = PathBuf::new();
    for part in Path::new(file).components() {
        let is_folder = matches!(name.components().next_back(), Some(Component::Normal(_)));
        if part == Component::ParentDir && is_folder {
            name.pop();
        } else {
            name.push(part);
        }
    }
    let has_parents = Path::new(file).components().any(|part| part == Component::ParentDir);
    if has_parents { inert(&name.to_string_lossy()).into_owned() } else { inert(file).into_owned() }
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
    fn names_have_no_parents_that_can_be_left_out() {
        for (file, name) in [
            ("./zones/a.yaml", "./zones/a.yaml"),
            ("./zones/../inc/a.yaml", "./inc/a.yaml"),
            ("zones/b/../../inc/a.yaml", "inc/a.yaml"),
            ("../a.yaml", "../a.yaml"),
            ("/etc/../a.yaml", "/a.yaml"),
        ] {
            assert_eq!(header(file), name);
        }
    }

    /// To `patch`, a carriage return does not end a line.
    #[test]
    fn the_last_line_may_end_otherwise() {
        let patch = patch(&SortedText::new("a", "b: 1\ra: 2\r", "a: 2\rb: 1\r"), false);
        let mark = "\\ No newline at end of file\n";
        let lines = format!("@@ -1 +1 @@\n-b: 1\ra: 2\r\n{mark}+a: 2\rb: 1\r\n{mark}");
        assert_eq!(patch, format!("--- a\n+++ a\n{lines}"));
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
