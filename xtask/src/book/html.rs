//! The links of the built book: each leads to a file of it, and to an anchor there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Pages that are not looked at: one joins all others, one has links from the address of the site on.
const LEFT_OUT: &[&str] = &["print.html", "404.html"];

/// The links that lead nowhere, with the files that have them.
pub(crate) fn dead_links(book: &Path) -> io::Result<Vec<String>> {
    let mut pages = BTreeMap::new();
    read(book, &mut pages)?;
    let anchors: BTreeMap<&Path, BTreeSet<&str>> = pages
        .iter()
        .map(|(path, text)| (path.as_path(), attributes(text, "id").collect()))
        .collect();
    let mut dead = Vec::new();
    for (path, text) in &pages {
        if LEFT_OUT.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        for link in attributes(text, "href").chain(attributes(text, "src")) {
            if !leads_somewhere(book, path, link, &anchors) {
                let page = path.strip_prefix(book).unwrap_or(path);
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    Ok(dead)
}

fn leads_somewhere(
    book: &Path,
    page: &Path,
    link: &str,
    anchors: &BTreeMap<&Path, BTreeSet<&str>>,
) -> bool {
    if link.contains(':') {
        return true;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { Some(page.to_owned()) } else { joined(page, path) };
    let Some(target) = target.filter(|target| target.starts_with(book) && target.is_file()) else {
        return false;
    };
    anchor.is_empty() || anchors.get(&*target).is_some_and(|known| known.contains(anchor))
}

/// The file that a path leads to from a page.
fn joined(page: &Path, path: &str) -> Option<PathBuf> {
    let mut target = page.parent()?.to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                target.pop();
            }
            Component::CurDir => {}
            other => target.push(other),
        }
    }
    Some(target)
}

/// All pages below a folder.
fn read(folder: &Path, pages: &mut BTreeMap<PathBuf, String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(&path, pages)?;
        } else if path.extension().is_some_and(|end| end == "html") {
            let text = fs::read_to_string(&path)?;
            pages.insert(path, text);
        }
    }
    Ok(())
}

/// The values of an attribute in a page.
fn attributes<'p>(page: &'p str, name: &str) -> impl Iterator<Item = &'p str> {
    let start = format!(" {name}=\"");
    let mut rest = page;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once(&*start)?;
        let (value, after) = after.split_once('"')?;
        rest = after;
        Some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dead_links_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let book = folder.path();
        fs::create_dir(book.join("sub")).unwrap();
        let index = "<a href=\"sub/a.html#x\"><a href=\"#y\"><p id=\"z\"><a href=\"#z\"><img src=\"no.png\">";
        fs::write(book.join("index.html"), index).unwrap();
        let sub = "<h1 id=\"x\"><a href=\"../index.html\"><a href=\"../../out.html\"><a href=\"https://x.test\">";
        fs::write(book.join("sub/a.html"), sub).unwrap();
        fs::write(book.join("print.html"), "<a href=\"nowhere.html\">").unwrap();
        let expected = ["index.html: #y", "index.html: no.png", "sub/a.html: ../../out.html"];
        assert_eq!(dead_links(book).unwrap(), expected);
    }
}
