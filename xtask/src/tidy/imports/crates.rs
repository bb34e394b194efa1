//! The files of a crate, and the dependencies between them.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::{self, Path, Use, child};
use crate::tidy::Tree;

/// A dependency of one file on another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    /// The module of the dependent file.
    pub(super) from: Path,
    /// The module of the file it depends on.
    pub(super) to: Path,
    /// The line in the dependent file.
    pub(super) line: usize,
}

/// A crate: its modules with files, and the dependencies between them.
#[derive(Debug, Default)]
pub(super) struct Crate {
    /// The files by module; the root module is empty.
    pub(super) files: BTreeMap<Path, String>,
    /// Each pair of files once, with the first line of the dependency.
    pub(super) arrows: Vec<Arrow>,
    /// Files that cannot be parsed as Rust.
    pub(super) faulty: Vec<String>,
}

impl Crate {
    /// Reads the crate whose sources are in `folder` (`crates/core/src/`).
    pub(super) fn read(tree: &Tree, folder: &str) -> Self {
        let mut this = Self { files: files(tree, folder), ..Self::default() };
        let modules: BTreeSet<Path> = this.files.keys().cloned().collect();
        let (mut uses, mut tests) = (Vec::new(), Vec::new());
        for (module, file) in &this.files {
            match paths::read(tree.text(file), module, &modules) {
                Ok(read) => {
                    uses.extend(read.uses);
                    tests.extend(read.tests);
                }
                Err(error) => this.faulty.push(format!("{file}: cannot be read: {error}")),
            }
        }
        let is_test = |module: &Path| tests.iter().any(|test| module.starts_with(test));
        this.files.retain(|module, _| !is_test(module));
        uses.retain(|used| !is_test(&used.module));
        this.arrows = this.arrows(&uses);
        this
    }

    fn arrows(&self, uses: &[Use]) -> Vec<Arrow> {
        let names: BTreeMap<Path, &Use> = uses
            .iter()
            .filter_map(|used| Some((child(&used.module, used.name.as_ref()?), used)))
            .collect();
        let mut arrows: BTreeMap<(Path, Path), usize> = BTreeMap::new();
        for used in uses {
            let from = self.file_of(&used.module);
            let to = self.origin(&used.path, &names, 0);
            // A module that re-exports its own submodules does not depend on them.
            let gathers = used.is_export && to.starts_with(&from);
            if from != to && !gathers {
                arrows.entry((from, to)).or_insert(used.line);
            }
        }
        arrows.into_iter().map(|((from, to), line)| Arrow { from, to, line }).collect()
    }

    /// The module of the file that defines the target of a path, followed through re-exports.
    fn origin(&self, path: &[String], names: &BTreeMap<Path, &Use>, depth: usize) -> Path {
        for length in 1..=path.len() {
            let (head, rest) = path.split_at(length);
            if self.files.contains_key(head) {
                continue;
            }
            if let Some(used) = names.get(head)
                && used.path != head
                && depth < 8
            {
                let whole: Path = used.path.iter().chain(rest).cloned().collect();
                return self.origin(&whole, names, depth + 1);
            }
        }
        self.file_of(path)
    }

    /// The module of the file that contains a module or item.
    fn file_of(&self, path: &[String]) -> Path {
        let mut module = path.to_vec();
        while !module.is_empty() && !self.files.contains_key(&module) {
            module.pop();
        }
        module
    }
}

/// The sources in a folder, by module.
fn files(tree: &Tree, folder: &str) -> BTreeMap<Path, String> {
    let sources =
        tree.ending(".rs").filter_map(|(file, _)| Some((file.strip_prefix(folder)?, file)));
    sources
        .map(|(path, file)| {
            let path = path.trim_end_matches(".rs");
            let path = path.strip_suffix("/mod").unwrap_or(path);
            let is_root = ["lib", "main"].contains(&path);
            let module = if is_root { "" } else { path };
            let words = module.split('/').filter(|word| !word.is_empty());
            (words.map(str::to_owned).collect(), file.to_owned())
        })
        .collect()
}
