//! The sources as they were at a revision of the git repository that they are in.
//!
//! `git` is asked, and writes to a temporary folder only: the repository, its index and its work tree stay as they are.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use octodns_core::{Diagnostic, Report};
use tempfile::TempDir;

use crate::program::only;

/// How deep in each other submodules may be.
const LEVELS: u8 = 8;

/// How many links by whole paths are followed.
const LINKS: usize = 16;

const REVISION: &str =
    "name a revision with --since: a branch, a tag, HEAD~1 or the id of a commit";

/// The files of a revision.
#[derive(Debug)]
pub(crate) struct Checkout {
    folder: TempDir,
    /// The work tree of the repository, without links.
    top: PathBuf,
    /// The id of the commit.
    commit: String,
}

impl Checkout {
    /// The files of a revision of the repository that a file is in.
    ///
    /// # Errors
    ///
    /// Says why there are none.
    pub(crate) fn of(revision: &str, file: &Path) -> Result<Self, Report> {
        let failed =
            |message: String, help: &str| only(Diagnostic::error("since", message).help(help));
        // What begins so is a flag, or all but a revision.
        if revision.is_empty() || revision.starts_with(['-', '^']) {
            return Err(failed(format!("\"{revision}\" is not a revision"), REVISION));
        }
        let beside = real(file).parent().map(Path::to_owned).unwrap_or_default();
        let top = git(&beside, None, ["rev-parse", "--show-toplevel"]).map_err(|error| {
            let message = format!("\"{}\" is in no git repository: {error}", file.display());
            failed(
                message,
                "--since compares with what git has: run it in a clone of the repository",
            )
        })?;
        let top = real(Path::new(&top));
        let named = format!("{revision}^{{commit}}");
        let commit = git(&top, None, ["rev-parse", "--verify", "--quiet", &named]);
        let commit = commit.map_err(|_| {
            let message = format!("the repository has no revision \"{revision}\"");
            failed(message, "fetch it, or name another with --since; a shallow clone has few")
        })?;
        let unwritten = |error: std::io::Error| {
            let message = format!("cannot write a temporary folder: {error}");
            failed(message, "free space there, or set TMPDIR to a folder that can be written to")
        };
        let folder =
            tempfile::Builder::new().prefix("octodns-since-").tempdir().map_err(unwritten)?;
        let checkout = Self { folder, top, commit };
        let (top, commit, tree) = (&checkout.top, &checkout.commit, checkout.tree());
        checkout.write(top, commit, &tree, LEVELS).map_err(|error| {
            let message = format!("the files of \"{revision}\" cannot be written: {error}");
            failed(message, "see whether `git archive` can write them")
        })?;
        // Zone data may include files of the whole tree, as in a work tree of git.
        fs::write(checkout.tree().join(".git"), "").map_err(unwritten)?;
        Ok(checkout)
    }

    /// Writes the files of a commit of a repository, and those of its submodules in as many levels.
    fn write(&self, top: &Path, commit: &str, tree: &Path, levels: u8) -> Result<(), String> {
        fs::create_dir_all(tree).map_err(|error| error.to_string())?;
        let index = self.folder.path().join(format!("index-{levels}"));
        // One of another submodule.
        let _ = fs::remove_file(&index);
        git(top, Some(&index), ["read-tree", commit])?;
        let mut prefix = std::ffi::OsString::from("--prefix=");
        prefix.push(tree.join(""));
        let args = [OsStr::new("checkout-index"), OsStr::new("--all"), &prefix];
        git(top, Some(&index), args)?;
        let Some(below) = levels.checked_sub(1) else { return Ok(()) };
        let all = git(top, Some(&index), ["ls-files", "--stage"])?;
        for (commit, path) in all.lines().filter_map(submodule) {
            let (module, place) = (top.join(path), tree.join(path));
            let its_top = git(&module, None, ["rev-parse", "--show-toplevel"]);
            let is_cloned = its_top.is_ok_and(|top| real(Path::new(&top)) == real(&module));
            if is_cloned && self.write(&module, commit, &place, below).is_err() {
                // A part of it is worse than nothing: without its files, its zones cannot be read.
                fs::remove_dir_all(&place).map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    fn tree(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    /// The id of the commit.
    pub(crate) fn commit(&self) -> &str {
        &self.commit
    }

    /// The place of a file or folder of the repository among the files of the revision, whether it is there or not.
    /// Links of the repository are those of then; one that leads out of it leads to what is there now, which has no
    /// place.
    pub(crate) fn place(&self, path: &Path) -> Option<PathBuf> {
        let tree = self.tree();
        let mut place = tree.join(self.inside(path)?);
        for _ in 0..LINKS {
            let real_place = real(&place);
            if real_place.starts_with(real(&tree)) {
                return Some(place);
            }
            // By a whole path, to what is in the work tree now.
            place = tree.join(real_place.strip_prefix(&self.top).ok()?);
        }
        None
    }

    /// A path of the work tree from its top. Only what is above that is followed as it is now.
    fn inside(&self, path: &Path) -> Option<PathBuf> {
        let path = std::path::absolute(path).ok()?;
        let top = path.ancestors().find(|above| real(above) == self.top);
        let inside = top.and_then(|top| path.strip_prefix(top).ok()).map(Path::to_owned);
        inside.or_else(|| Some(real(&path).strip_prefix(&self.top).ok()?.to_owned()))
    }
}

/// The commit and path of a submodule, from a line about what the index has.
fn submodule(line: &str) -> Option<(&str, &str)> {
    let (head, path) = line.split_once('\t')?;
    let commit = head.strip_prefix("160000 ")?.split(' ').next()?;
    // Odd names are in quotes.
    (!path.starts_with('"')).then_some((commit, path))
}

/// A path without links. What is not there is as it is written, below what is.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => real(parent).join(name),
        _ => path,
    }
}

/// Asks git in a folder, with an index of its own; what it says without the line break at the end.
fn git<A: AsRef<OsStr>>(
    folder: &Path,
    index: Option<&Path>,
    args: impl IntoIterator<Item = A>,
) -> Result<String, String> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder);
    // These would write to the repository.
    command.args(["-c", "core.splitIndex=false", "-c", "core.fsmonitor=false"]);
    command.args(args).stdin(Stdio::null());
    for of_a_hook in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(of_a_hook);
    }
    command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_LAZY_FETCH", "1").env("LC_ALL", "C");
    if let Some(index) = index {
        command.env("GIT_INDEX_FILE", index);
    }
    let output = command.output().map_err(|error| format!("git cannot be run: {error}"))?;
    if output.status.success() {
        let text = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
        return Ok(text.trim_end_matches('\n').to_owned());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().rev().find(|line| !line.trim().is_empty());
    Err(last.unwrap_or("git failed").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repository with a file in two versions, the first of them tagged `then`.
    fn repository() -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let run = |args: &[&str]| {
            let name = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
            git(folder.path(), None, name.iter().chain(args)).unwrap()
        };
        let write = |text: &str| {
            fs::create_dir_all(folder.path().join("zones")).unwrap();
            fs::write(folder.path().join("zones/a.yaml"), text).unwrap();
        };
        run(&["init", "--quiet"]);
        for (text, tag) in [("one", "then"), ("two", "now")] {
            write(text);
            run(&["add", "."]);
            run(&["commit", "--quiet", "-m", tag]);
            run(&["tag", tag]);
        }
        write("three");
        folder
    }

    /// All files of a folder, with when they were last changed.
    fn state(folder: &Path) -> Vec<(PathBuf, std::time::SystemTime)> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            found.push((entry.path(), entry.metadata().unwrap().modified().unwrap()));
            if entry.file_type().unwrap().is_dir() {
                found.extend(state(&entry.path()));
            }
        }
        found.sort();
        found
    }

    #[test]
    fn a_revision_has_its_files_and_the_repository_stays_as_it_is() {
        let repository = repository();
        let (file, before) = (repository.path().join("zones/a.yaml"), state(repository.path()));
        for (revision, text) in [("then", "one"), ("HEAD~1", "one"), ("now", "two")] {
            let checkout = Checkout::of(revision, &file).unwrap();
            let place = checkout.place(&file).unwrap();
            assert_eq!(fs::read_to_string(&place).unwrap(), text, "{revision}");
            assert_eq!(checkout.commit().len(), 40);
            let gone = checkout.place(&repository.path().join("zones/gone/b.yaml")).unwrap();
            assert_eq!(gone.strip_prefix(checkout.tree()).unwrap(), Path::new("zones/gone/b.yaml"));
            assert_eq!(checkout.place(Path::new("/")), None);
            let folder = checkout.folder.path().to_owned();
            drop(checkout);
            assert!(!folder.exists());
        }
        assert_eq!(state(repository.path()), before);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_those_of_then() {
        let repository = repository();
        let (top, outside) = (repository.path(), tempfile::tempdir().unwrap());
        let whole = real(top).join("zones");
        let link = |to: &Path, name: &str| {
            let _ = fs::remove_file(top.join(name));
            std::os::unix::fs::symlink(to, top.join(name)).unwrap();
        };
        link(Path::new("zones"), "config");
        link(&whole, "whole");
        link(outside.path(), "out");
        link(Path::new("../elsewhere"), "dangling");
        let name = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        let run = |args: &[&str]| git(top, None, name.iter().chain(args)).unwrap();
        run(&["add", "config", "whole", "out", "dangling"]);
        run(&["commit", "--quiet", "-m", "links"]);
        link(Path::new("zones-of-now"), "config");
        link(Path::new("zones-of-now"), "whole");
        fs::create_dir(top.join("zones-of-now")).unwrap();
        // A path to the repository by a link of its own.
        let beside = outside.path().join("repository");
        std::os::unix::fs::symlink(top, &beside).unwrap();
        let checkout = Checkout::of("HEAD", &beside.join("config.yaml")).unwrap();
        for name in ["config", "whole", "zones", "zones/../config"] {
            for top in [top, &beside] {
                let place = checkout.place(&top.join(name)).unwrap();
                assert_eq!(fs::read_to_string(place.join("a.yaml")).unwrap(), "two", "{name}");
            }
        }
        assert_eq!(checkout.place(&top.join("out")), None);
        assert!(!checkout.place(&top.join("dangling")).unwrap().exists());
    }

    #[test]
    fn submodules_are_those_of_then() {
        let (repository, module) = (repository(), repository());
        let run = |folder: &Path, args: &[&str]| {
            let name = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
            let local = ["-c", "protocol.file.allow=always"];
            git(folder, None, name.iter().chain(&local).chain(args)).unwrap()
        };
        let (top, from) = (repository.path(), module.path().to_str().unwrap());
        run(top, &["submodule", "--quiet", "add", from, "module"]);
        run(&top.join("module"), &["checkout", "--quiet", "then"]);
        run(top, &["add", "module"]);
        run(top, &["commit", "--quiet", "-m", "with a module"]);
        run(&top.join("module"), &["checkout", "--quiet", "now"]);
        let read = || {
            let checkout = Checkout::of("HEAD", &top.join("config.yaml")).unwrap();
            let place = checkout.place(&top.join("module/zones/a.yaml")).unwrap();
            fs::read_to_string(place)
        };
        assert_eq!(read().unwrap(), "one");
        // Without the commit there is nothing, not something else.
        let git_folder = top.join(".git/modules/module/objects");
        fs::remove_dir_all(git_folder).unwrap();
        assert!(read().is_err());
    }

    #[test]
    fn what_is_no_revision_is_told() {
        let repository = repository();
        let file = repository.path().join("config.yaml");
        for revision in ["", "--all", "^HEAD", "nope", "HEAD~9", "HEAD:zones", "HEAD..HEAD"] {
            let report = Checkout::of(revision, &file).unwrap_err();
            let found = report.iter().next().unwrap();
            assert!(found.message.contains(revision) && found.help.is_some(), "{found}");
        }
        let elsewhere = tempfile::tempdir().unwrap();
        let report = Checkout::of("HEAD", &elsewhere.path().join("config.yaml")).unwrap_err();
        let found = report.iter().next().unwrap();
        assert!(found.message.contains("is in no git repository"), "{found}");
    }
}
