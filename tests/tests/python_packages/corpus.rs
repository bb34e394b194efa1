//! Cases of the corpus with classes in Python; `cargo xtask conformance --python` compares all of them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use octodns_testkit::server::python;
use octodns_tests::exceptions::EXCEPTIONS;
use octodns_tests::{Options, python as compared};

use crate::programs::programs;

#[test]
fn cases_of_every_kind_agree() {
    let Some(python) = python() else { return };
    let corpus = std::env::var_os("OCTODNS_CORPUS").map(PathBuf::from);
    let corpus =
        corpus.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"));
    if !corpus.is_dir() {
        eprintln!("skipped: no corpus at {}", corpus.display());
        return;
    }
    let sample = sample(&corpus);
    assert!(sample.len() > 30, "{sample:?}");
    let options = Options {
        corpus,
        bin_dir: programs().to_owned(),
        cassettes: PathBuf::new(),
        only: Vec::new(),
        all: true,
        python: None,
    };
    let done = compared::run(&options, &python, &|name| sample.contains(name)).unwrap();
    let exceptions = EXCEPTIONS.iter().filter(|entry| entry.part == "python");
    let exceptions: HashSet<_> = exceptions.flat_map(|entry| entry.cases).copied().collect();
    let wrong = done.cases.into_iter().filter(|(name, _)| !exceptions.contains(&**name));
    let wrong: Vec<_> =
        wrong.filter_map(|(name, problem)| Some(format!("{name}: {}", problem?))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Processors that change zones in ways of their own, beside the first case of each kind.
const PROCESSORS: [&str; 5] =
    ["proc-chain-1", "proc-clamp-1", "proc-meta-1", "proc-ownership-1", "proc-templating-1"];

/// The first case of each kind, and some more.
fn sample(corpus: &Path) -> HashSet<String> {
    let mut names: Vec<_> = std::fs::read_dir(corpus.join("cli"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let mut kinds = HashSet::new();
    names.retain(|name| {
        let kind = name.split('-').next().unwrap_or_default().to_owned();
        kinds.insert(kind) || PROCESSORS.contains(&&**name)
    });
    names.into_iter().collect()
}
