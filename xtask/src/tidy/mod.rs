//! `tidy`: checks what the compiler cannot see. Each check is one function in [`CHECKS`].

mod imports;
mod lists;
mod manifests;
mod msrv;
mod packages;
mod pages;
mod small;
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use crate::files::texts;
use crate::run::root;

/// A check, which returns its findings.
type Check = fn(&Tree) -> Vec<String>;

const CHECKS: &[Check] = &[
    sources::top_level,
    sources::sizes,
    sources::file_names,
    sources::silenced_lints,
    manifests::inherited,
    manifests::package_names,
    manifests::publishable,
    manifests::tests_are_built,
    lists::dependencies_have_reasons,
    lists::providers_in_step,
    lists::features_in_one_place,
    lists::architecture_names_folders,
    pages::all_in_the_book,
    pages::links_lead_somewhere,
    pages::one_repository,
    msrv::not_older_than_dependencies,
    small::has_no_network,
    imports::no_circles,
    imports::no_arrow_up,
    imports::exceptions_in_use,
];

/// The project's files.
struct Tree {
    root: PathBuf,
    /// Paths relative to `root`, and texts; empty for binary files.
    files: BTreeMap<String, String>,
}

impl Tree {
    fn new(root: &Path) -> io::Result<Self> {
        Ok(Self { root: root.to_owned(), files: texts(root)? })
    }

    /// The text of a file; empty if it does not exist.
    fn text(&self, file: &str) -> &str {
        self.files.get(file).map_or("", String::as_str)
    }

    /// Paths and texts of the files with this suffix.
    fn ending(&self, end: &str) -> impl Iterator<Item = (&str, &str)> {
        let files = self.files.iter().map(|(file, text)| (file.as_str(), text.as_str()));
        files.filter(move |(file, _)| file.ends_with(end))
    }

    /// The names of the folders directly below `folder`.
    fn folders(&self, folder: &str) -> BTreeSet<&str> {
        let below =
            self.files.keys().filter_map(|file| file.strip_prefix(folder)?.strip_prefix('/'));
        below.filter_map(|file| Some(file.split_once('/')?.0)).collect()
    }
}

/// Prints the findings; an error if there are any.
pub(crate) fn run() -> io::Result<()> {
    let problems = problems(root())?;
    for problem in &problems {
        println!("tidy: {problem}");
    }
    match problems.len() {
        0 => {
            println!("tidy ok");
            Ok(())
        }
        many => Err(io::Error::other(format!("tidy found {many} problems"))),
    }
}

fn problems(root: &Path) -> io::Result<Vec<String>> {
    let tree = Tree::new(root)?;
    Ok(CHECKS.iter().flat_map(|check| check(&tree)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tidy is also a test, so that nobody has to remember it.
    #[test]
    fn the_project_is_tidy() {
        assert_eq!(problems(root()).unwrap(), [] as [String; 0]);
    }

    pub(super) fn tree(files: &[(&str, &str)]) -> Tree {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Tree { root: PathBuf::new(), files: files.collect() }
    }

    #[test]
    fn a_long_file_and_a_long_table_of_contents_are_refused() {
        let tree = tree(&[
            ("crates/core/src/lib.rs", &"// x\n".repeat(121)),
            ("crates/core/src/zone.rs", &"// x\n".repeat(801)),
            ("crates/core/src/plan.rs", &"// x\n".repeat(800)),
        ]);
        let problems = sources::sizes(&tree);
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn an_unknown_file_at_the_top_level_is_refused() {
        let tree = tree(&[("scripts/x.sh", ""), ("README.md", ""), ("notes.txt", "")]);
        let problems = sources::top_level(&tree);
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn a_provider_that_is_not_compiled_in_is_refused() {
        let all = Tree::new(root()).unwrap();
        assert_eq!(lists::providers_in_step(&all), [] as [String; 0]);
        let mut more = all;
        more.files.insert("crates/providers/zzz/Cargo.toml".to_owned(), String::new());
        let expected = [
            "Cargo.toml: run `cargo xtask generate`",
            "crates/octodns/Cargo.toml: run `cargo xtask generate`",
            "crates/octodns/src/registry.rs: run `cargo xtask generate`",
            "docs/SUMMARY.md: run `cargo xtask generate`",
            "docs/providers/zzz.md: is missing",
        ];
        assert_eq!(lists::providers_in_step(&more), expected);
    }

    #[test]
    fn a_feature_of_a_provider_is_only_in_the_facade() {
        let features = "[features]\ndefault = [\"octodns/all\"]\nns1 = [\"octodns/ns1\"]\n";
        let tree = tree(&[
            ("bins/octodns-sync/Cargo.toml", features),
            ("crates/octodns/Cargo.toml", features),
            ("crates/providers/ns1/Cargo.toml", ""),
        ]);
        assert_eq!(
            lists::features_in_one_place(&tree),
            ["bins/octodns-sync/Cargo.toml: the feature ns1 is the facade's alone"]
        );
    }

    #[test]
    fn a_version_outside_the_workspace_is_refused() {
        let text = "[package]\nversion.workspace = true\n[lints]\nworkspace = true\n\
                    [dependencies]\nserde = \"1\"\ntokio = { version = \"1\" }\nclap.workspace = true\n";
        let tree = tree(&[("crates/core/Cargo.toml", text)]);
        let problems = manifests::inherited(&tree);
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn tests_in_a_library_that_is_not_built_for_them_are_refused() {
        let without = "[lib]\ntest = false\n\n[[bench]]\nname = \"x\"\n";
        let with = "[lib]\nname = \"x\"\n\n[[bench]]\ntest = false\n";
        let code =
            "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    #[tokio::test]\n    async fn b() {}\n}\n";
        let tree = tree(&[
            ("crates/providers/one/Cargo.toml", without),
            ("crates/providers/one/src/a/b.rs", code),
            ("crates/providers/one/src/lib.rs", "//! Without `#[cfg(test)]`.\n"),
            ("crates/providers/one/tests/a.rs", code),
            ("crates/providers/two/Cargo.toml", with),
            ("crates/providers/two/src/lib.rs", code),
        ]);
        let expected =
            "crates/providers/one/src/a/b.rs:3: never runs, since the library says `test = false`";
        assert_eq!(manifests::tests_are_built(&tree), [expected]);
    }

    #[test]
    fn a_package_that_cannot_be_published_is_refused() {
        let whole = "description = \"x\"\nlicense.workspace = true\nrepository.workspace = true\n";
        let with = |line: &str| format!("{whole}{line}\n");
        for (manifest, many) in [
            (with("readme.workspace = true"), 0),
            (with("readme = \"README.md\""), 1),
            (with("readme.workspace = true\npublish = false"), 1),
            (with("readme.workspace = true\noctodns-core = { path = \"../core\" }"), 1),
            ("readme.workspace = true\n".to_owned(), 3),
        ] {
            let tree = tree(&[("crates/core/Cargo.toml", &manifest), ("xtask/Cargo.toml", "")]);
            assert_eq!(manifests::publishable(&tree).len(), many, "{manifest}");
        }
        let tree = tree(&[("Cargo.toml", "octodns-core = { path = \"crates/core\" }\n")]);
        assert_eq!(manifests::publishable(&tree).len(), 1);
    }
}
