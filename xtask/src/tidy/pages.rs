//! The pages of `docs`: all in the book, and no link that leads nowhere.

use std::collections::BTreeMap;

use super::Tree;
use crate::book::pages::{FOLDER, SUMMARY, targets};
use crate::book::{self, markdown};

/// Refuses pages that the summary does not list, and those that it lists twice.
pub(super) fn all_in_the_book(tree: &Tree) -> Vec<String> {
    let mut entries: BTreeMap<String, usize> = BTreeMap::new();
    for (_, path, _) in targets(&tree.files, SUMMARY) {
        *entries.entry(path).or_default() += 1;
    }
    let mut problems = Vec::new();
    for (page, _) in tree.ending(".md") {
        if page.starts_with(FOLDER) && page != SUMMARY && !entries.contains_key(page) {
            problems.push(format!("{page}: has no entry in {SUMMARY}"));
        }
    }
    for (page, count) in entries {
        if count > 1 {
            problems.push(format!("{SUMMARY}: {page} has {count} entries"));
        }
        if !page.starts_with(FOLDER) {
            problems.push(format!("{SUMMARY}: {page} is no page of {FOLDER}"));
        }
    }
    problems
}

/// Refuses links of Markdown to files, folders and headings that do not exist.
pub(super) fn links_lead_somewhere(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (file, _) in tree.ending(".md") {
        for (line, path, anchor) in targets(&tree.files, file) {
            let text = tree.files.get(&path);
            let is_folder = || tree.files.keys().any(|file| is_below(file, &path));
            if text.is_none() && !is_folder() {
                problems.push(format!("{file}:{line}: there is no {path}"));
                continue;
            }
            let Some(anchor) = anchor else { continue };
            let headings = known
                .entry(path.clone())
                .or_insert_with(|| markdown::anchors(text.map_or("", String::as_str)));
            if !headings.contains(&anchor) {
                problems.push(format!("{file}:{line}: {path} has no heading #{anchor}"));
            }
        }
    }
    problems
}

fn is_below(file: &str, folder: &str) -> bool {
    file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Refuses a book whose links lead to another repository than the packages'.
pub(super) fn one_repository(tree: &Tree) -> Vec<String> {
    let of_book = book::repository(tree.text("book.toml"));
    let line = of_book.map(|address| format!("repository = \"{address}\""));
    let is_same =
        line.is_some_and(|line| tree.text("Cargo.toml").lines().any(|other| other == line));
    if is_same {
        Vec::new()
    } else {
        vec!["book.toml: git-repository-url is another one".to_owned()]
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::tree;
    use super::*;

    #[test]
    fn pages_outside_the_book_and_dead_links_are_refused() {
        let tree = tree(&[
            ("docs/SUMMARY.md", "[a](a.md)\n[a](a.md)\n[gone](gone.md)\n[code](../x.rs)"),
            ("docs/a.md", "# One\n[b](b.md#two) [c](../x.rs) [d](providers) [e](#one)"),
            ("docs/b.md", "text\n[a](a.md#two), [b](../y.rs)"),
            ("docs/providers/c.md", ""),
            ("x.rs", ""),
        ]);
        assert_eq!(
            all_in_the_book(&tree),
            [
                "docs/b.md: has no entry in docs/SUMMARY.md",
                "docs/providers/c.md: has no entry in docs/SUMMARY.md",
                "docs/SUMMARY.md: docs/a.md has 2 entries",
                "docs/SUMMARY.md: x.rs is no page of docs/",
            ]
        );
        assert_eq!(
            links_lead_somewhere(&tree),
            [
                "docs/SUMMARY.md:3: there is no docs/gone.md",
                "docs/a.md:2: docs/b.md has no heading #two",
                "docs/b.md:2: docs/a.md has no heading #two",
                "docs/b.md:2: there is no y.rs",
            ]
        );
        assert_eq!(one_repository(&tree).len(), 1);
    }
}
