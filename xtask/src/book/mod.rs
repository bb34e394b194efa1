//! `book`: the pages of `docs` as one site, built by mdBook, with links that lead somewhere.
//!
//! Links of pages to files of the repository are right on a forge and lead out of the book, so mdBook gets copies of
//! the pages, in which they lead to the repository.

pub(crate) mod html;
pub(crate) mod markdown;
pub(crate) mod pages;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use pages::{FOLDER, Files, Pages};

use crate::files::texts;
use crate::run::{failed, root, target};

/// The settings of the book.
const SETTINGS: &str = "book.toml";

/// Builds the book, and prints where it is.
pub(crate) fn run() -> io::Result<()> {
    let files = texts(root())?;
    let folder = target().join("book");
    build(&mdbook(), &files, &target().join("book-pages"), &folder)?;
    println!("{}", folder.join("index.html").display());
    Ok(())
}

/// The program: the one that `cargo xtask install` has installed, or that of the PATH.
fn mdbook() -> PathBuf {
    let installed = target().join("python/bin/mdbook");
    if installed.is_file() { installed } else { "mdbook".into() }
}

/// Builds the book of these files below `folder`; an error names links that lead nowhere.
fn build(mdbook: &Path, files: &Files, copies: &Path, folder: &Path) -> io::Result<()> {
    for old in [copies, folder] {
        if old.exists() {
            fs::remove_dir_all(old)?;
        }
    }
    let settings = files.get(SETTINGS).map_or("", String::as_str);
    let repository = repository(settings)
        .ok_or_else(|| io::Error::other(format!("{SETTINGS}: no git-repository-url")))?;
    let pages = Pages::new(files);
    for page in files.keys().filter(|path| path.starts_with(FOLDER)) {
        write(&copies.join(page), &pages.in_the_book(page, repository))?;
    }
    write(&copies.join(SETTINGS), settings)?;
    let mut command = Command::new(mdbook);
    command.arg("build").arg(copies).arg("--dest-dir").arg(folder);
    let output = command.output().map_err(|error| {
        let advice = "cargo xtask install installs it, and so does cargo install mdbook";
        failed(&command, &format!("{error}; {advice}"))
    })?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || said.contains("WARN") {
        return Err(failed(&command, &said));
    }
    match html::dead_links(folder)? {
        dead if dead.is_empty() => Ok(()),
        dead => Err(io::Error::other(format!("links lead nowhere:\n{}", dead.join("\n")))),
    }
}

/// The address of the repository in the settings.
pub(crate) fn repository(settings: &str) -> Option<&str> {
    let line = settings.lines().find_map(|line| line.strip_prefix("git-repository-url = \""))?;
    line.strip_suffix('"')
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install;

    /// The one that tests are told of, or that of the PATH.
    fn installed() -> Option<PathBuf> {
        let beside = std::env::var_os("OCTODNS_TEST_PYTHON").map(PathBuf::from);
        let beside = beside.map(|python| python.with_file_name("mdbook"));
        let found = [beside, Some("mdbook".into())].into_iter().flatten().find(|program| {
            let version = Command::new(program).arg("--version").output();
            version.is_ok_and(|output| output.status.success())
        });
        assert!(found.is_some() || !install::is_required(), "mdbook is missing");
        found
    }

    #[test]
    fn the_book_is_built_and_its_links_lead_somewhere() {
        let Some(mdbook) = installed() else {
            eprintln!("skipped: no mdbook");
            return;
        };
        let folder = tempfile::tempdir().unwrap();
        let [copies, book] = ["copies", "book"].map(|name| folder.path().join(name));
        let mut files = texts(root()).unwrap();
        build(&mdbook, &files, &copies, &book).unwrap();
        let introduction = fs::read_to_string(book.join("index.html")).unwrap();
        assert!(introduction.contains("octoDNS in Rust"));

        let page = files.get_mut("docs/faq.md").unwrap();
        page.push_str("\n[nothing](config.md#is-not-there)\n");
        let error = build(&mdbook, &files, &copies, &book).unwrap_err().to_string();
        assert!(error.ends_with("lead nowhere:\nfaq.html: config.html#is-not-there"), "{error}");
    }
}
