//! The pages of the book, and where their links lead: to another page of it, or to a file of the repository.

use std::collections::{BTreeMap, BTreeSet};

use super::markdown;

/// The folder of the pages.
pub(crate) const FOLDER: &str = "docs/";

/// The page that lists all others.
pub(crate) const SUMMARY: &str = "docs/SUMMARY.md";

/// What begins the comment by which a page stands for a file outside the folder.
const IN_THE_BOOK: &str = "<!-- in the book: ";

/// Files by their paths in the repository, with their texts.
pub(crate) type Files = BTreeMap<String, String>;

/// The pages and what they stand for.
pub(crate) struct Pages<'f> {
    files: &'f Files,
    /// The pages that the summary lists.
    listed: BTreeSet<String>,
    /// Pages that show another file in the book, by that file.
    instead: BTreeMap<String, String>,
}

/// Where a link leads.
#[derive(Debug, PartialEq)]
pub(crate) enum Target {
    /// To another site.
    Elsewhere,
    /// To a file or folder of the repository, with an anchor or without.
    Inside { path: String, anchor: Option<String> },
    /// Above the repository.
    Outside,
}

impl<'f> Pages<'f> {
    pub(crate) fn new(files: &'f Files) -> Self {
        let listed = targets(files, SUMMARY).into_iter().map(|(_, path, _)| path).collect();
        let mut instead = BTreeMap::new();
        for (page, text) in files.iter().filter(|(path, _)| path.starts_with(FOLDER)) {
            if let Some(Target::Inside { path, .. }) = shown_instead(page, text) {
                instead.insert(path, page.clone());
            }
        }
        Self { files, listed, instead }
    }

    /// A page as the book has it: links to files of the repository lead to `repository`, an address.
    pub(crate) fn in_the_book(&self, page: &str, repository: &str) -> String {
        let own = self.files.get(page).map_or("", String::as_str);
        let file = match shown_instead(page, own) {
            Some(Target::Inside { path, .. }) => path,
            _ => page.to_owned(),
        };
        let text = self.files.get(&file).map_or("", String::as_str);
        let mut written = String::with_capacity(text.len());
        let mut from = 0;
        for link in markdown::links(text) {
            written.push_str(&text[from..link.place.start]);
            from = link.place.end;
            let target = &text[link.place];
            match resolve(&file, target) {
                Target::Inside { path, anchor } if !target.starts_with('#') => {
                    written.push_str(&self.link(page, &path, repository));
                    written.extend(anchor.map(|anchor| format!("#{anchor}")));
                }
                _ => written.push_str(target),
            }
        }
        written + &text[from..]
    }

    /// A link from a page to a path of the repository.
    fn link(&self, page: &str, path: &str, repository: &str) -> String {
        let to = self.instead.get(path).map_or(path, String::as_str);
        if self.listed.contains(to) || to == SUMMARY {
            return relative(page, to);
        }
        let kind = if self.files.contains_key(path) { "blob" } else { "tree" };
        format!("{repository}/{kind}/main/{path}")
    }
}

/// The links of a file that lead into the repository: the line, the path and the anchor of each.
pub(crate) fn targets(files: &Files, file: &str) -> Vec<(usize, String, Option<String>)> {
    let text = files.get(file).map_or("", String::as_str);
    let links = markdown::links(text).into_iter();
    let inside = links.filter_map(|link| match resolve(file, &text[link.place]) {
        Target::Inside { path, anchor } => Some((link.line, path, anchor)),
        Target::Elsewhere | Target::Outside => None,
    });
    inside.collect()
}

/// The file that a page shows in the book instead of its own text.
fn shown_instead(page: &str, text: &str) -> Option<Target> {
    let (_, rest) = text.split_once(IN_THE_BOOK)?;
    Some(resolve(page, rest.split_once(" -->")?.0))
}

/// Where the link of a file leads.
pub(crate) fn resolve(file: &str, target: &str) -> Target {
    let has_scheme = target.split_once(':').is_some_and(|(scheme, _)| !scheme.contains('/'));
    if has_scheme {
        return Target::Elsewhere;
    }
    let (path, anchor) = match target.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor.to_owned())),
        None => (target, None),
    };
    if path.is_empty() {
        return Target::Inside { path: file.to_owned(), anchor };
    }
    let mut folders: Vec<&str> = file.split('/').collect();
    folders.pop();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part != ".." {
            folders.push(part);
        } else if folders.pop().is_none() {
            return Target::Outside;
        }
    }
    Target::Inside { path: folders.join("/"), anchor }
}

/// The path from a page to another.
fn relative(page: &str, to: &str) -> String {
    let (from, to): (Vec<_>, Vec<_>) = (page.split('/').collect(), to.split('/').collect());
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let common = common.min(from.len() - 1);
    let mut path = vec![".."; from.len() - 1 - common];
    path.extend(&to[common..]);
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_pages_or_to_the_repository() {
        let files: Files = [
            ("docs/SUMMARY.md", "[a](a.md)\n[b](b/c.md)\n[log](log.md)"),
            ("docs/a.md", "[c](b/c.md#x) [code](../src/x.rs) [all](b) [log](../LOG.md) [h](https://x.test) [s](#s)"),
            ("docs/b/c.md", "[a](../a.md), [d](d.md)"),
            ("docs/b/d.md", ""),
            ("docs/log.md", "[the log](../LOG.md)\n\n<!-- in the book: ../LOG.md -->\n"),
            ("LOG.md", "# Log\n[a](docs/a.md) [self](LOG.md#log) [s](#log)"),
            ("src/x.rs", ""),
        ]
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .collect();
        let pages = Pages::new(&files);
        for (page, expected) in [
            (
                "docs/a.md",
                "[c](b/c.md#x) [code](R/blob/main/src/x.rs) [all](R/tree/main/docs/b) [log](log.md) \
                 [h](https://x.test) [s](#s)",
            ),
            ("docs/b/c.md", "[a](../a.md), [d](R/blob/main/docs/b/d.md)"),
            ("docs/log.md", "# Log\n[a](a.md) [self](log.md#log) [s](#log)"),
        ] {
            assert_eq!(pages.in_the_book(page, "R"), expected);
        }
    }

    #[test]
    fn paths_are_taken_from_the_file_on() {
        let inside = |path: &str, anchor: Option<&str>| Target::Inside {
            path: path.to_owned(),
            anchor: anchor.map(str::to_owned),
        };
        for (target, expected) in [
            ("a.md", inside("docs/a.md", None)),
            ("../README.md#x", inside("README.md", Some("x"))),
            ("./b/", inside("docs/b", None)),
            ("#y", inside("docs/page.md", Some("y"))),
            ("../../x", Target::Outside),
            ("mailto:a@example.com", Target::Elsewhere),
        ] {
            assert_eq!(resolve("docs/page.md", target), expected, "{target}");
        }
    }
}
