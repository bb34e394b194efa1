//! What others read: the action, workflows, hooks, the Dockerfile and their scripts, each by the linter of its kind.

use std::io;
use std::path::PathBuf;
use std::process::Command;

use super::try_out::{expect, is_there, tool};
use crate::install;
use crate::run::{failed, root};

/// A linter, with its arguments and what it is about: files, or folders whose files it takes with an ending.
struct Linter {
    program: &'static str,
    arguments: &'static [&'static str],
    about: &'static [(&'static str, &'static str)],
}

const WORKFLOWS: &[(&str, &str)] = &[(".github/workflows", ".yml"), ("examples/github", ".yml")];

const LINTERS: &[Linter] = &[
    // Expressions, types of inputs, scripts in steps.
    Linter { program: "actionlint", arguments: &["-no-color"], about: WORKFLOWS },
    Linter {
        program: "check-jsonschema",
        arguments: &["--builtin-schema", "vendor.github-workflows"],
        about: WORKFLOWS,
    },
    Linter {
        program: "check-jsonschema",
        arguments: &["--builtin-schema", "vendor.github-actions"],
        about: &[("action.yml", "")],
    },
    Linter {
        program: "check-jsonschema",
        arguments: &["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
        about: &[("examples/gitlab", ".yml")],
    },
    // Text of others in scripts, permissions, actions that are not pinned.
    Linter {
        program: "zizmor",
        arguments: &["--offline", "--quiet", "--no-progress", "--config", "packaging/zizmor.yml"],
        about: &[("action.yml", ""), (".github/workflows", ".yml"), ("examples/github", ".yml")],
    },
    Linter { program: "hadolint", arguments: &[], about: &[("Dockerfile", "")] },
    Linter {
        program: "pre-commit",
        arguments: &["validate-manifest"],
        about: &[(".pre-commit-hooks.yaml", "")],
    },
];

/// Scripts of the action.
const SCRIPTS: &[(&str, &str)] = &[("packaging/action", ".sh")];

/// Runs all linters, and reports what each finds.
pub(super) fn all() -> io::Result<()> {
    let mut problems = Vec::new();
    for linter in LINTERS {
        let Some(program) = tool(linter.program)? else { return Ok(()) };
        lint(&mut Command::new(program), linter.arguments, linter.about, &mut problems)?;
    }
    if is_there("shellcheck") {
        lint(&mut Command::new("shellcheck"), &[], SCRIPTS, &mut problems)?;
    } else {
        println!("missing: shellcheck: the scripts of the action are not checked");
        expect(!install::is_required(), "shellcheck is not there")?;
    }
    expect(problems.is_empty(), &problems.join("\n"))
}

fn lint(
    command: &mut Command,
    arguments: &[&str],
    about: &[(&str, &str)],
    problems: &mut Vec<String>,
) -> io::Result<()> {
    command.current_dir(root()).args(arguments);
    let files = files(about)?;
    if files.is_empty() {
        return Err(failed(command, "there is nothing to check"));
    }
    // Linters write findings to either.
    let done = command.args(files).output().map_err(|error| failed(command, &error.to_string()))?;
    if !done.status.success() {
        let found = [done.stdout, done.stderr].concat();
        let problem = failed(command, &done.status.to_string());
        problems.push(format!("{problem}\n{}", String::from_utf8_lossy(&found)));
    }
    Ok(())
}

/// The files that are named, and those of folders that have an ending.
fn files(about: &[(&str, &str)]) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for (path, ending) in about {
        if ending.is_empty() {
            files.push(PathBuf::from(path));
            continue;
        }
        for entry in root().join(path).read_dir()? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(ending) {
                files.push(PathBuf::from(path).join(name));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Versions and addresses that other files repeat.
#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::dist::release::PROGRAM;

    fn text(file: &str) -> String {
        fs::read_to_string(root().join(file)).unwrap()
    }

    /// The value of a key of the workspace's manifest.
    fn workspace(key: &str) -> String {
        let manifest = text("Cargo.toml");
        let start = format!("{key} = \"");
        let line = manifest.lines().find_map(|line| line.strip_prefix(start.as_str()));
        line.unwrap().trim_end_matches('"').to_owned()
    }

    #[test]
    fn what_repeats_the_version_and_the_repository_has_the_ones_of_the_workspace() {
        let (version, repository) = (workspace("version"), workspace("repository"));
        let name = repository.strip_prefix("https://github.com/").unwrap();
        for (file, needle) in [
            ("action.yml", format!("default: {version}\n")),
            ("action.yml", format!("default: {repository}/releases/download\n")),
            ("Dockerfile", format!("ARG VERSION={version}\n")),
            ("Dockerfile", format!("image.source=\"{repository}\"")),
            ("pyproject.toml", format!("\nversion = \"{version}\"\n")),
            ("pyproject.toml", format!("dependencies = [\"octodns-rs=={version}\"]")),
            ("examples/github/plan.yml", format!("uses: {name}@v{version}\n")),
            ("examples/github/apply.yml", format!("uses: {name}@v{version}\n")),
            ("examples/gitlab/.gitlab-ci.yml", format!("OCTODNS_VERSION: {version}\n")),
            ("examples/gitlab/.gitlab-ci.yml", format!("{repository}/releases/download\n")),
            ("packaging/zizmor.yml", format!("{name}: ref-pin")),
            ("docs/install.md", format!("version={version} target=")),
            ("docs/install.md", format!("octodns-rs_{version}-1_amd64.deb")),
            ("docs/install.md", format!("rev: v{version}\n")),
        ] {
            assert!(text(file).contains(&needle), "{file}: {needle}");
        }
    }

    #[test]
    fn the_image_is_built_by_the_toolchain_of_the_workspace() {
        let toolchain = text("rust-toolchain.toml");
        let channel = toolchain.lines().find_map(|line| line.strip_prefix("channel = \"")).unwrap();
        let image = format!("FROM rust:{}-alpine", channel.trim_end_matches('"'));
        assert!(text("Dockerfile").contains(&image), "{image}");
    }

    /// As cargo-binstall fills in its templates: each tool is the one program under its own name.
    #[test]
    fn every_program_is_found_in_the_archive_by_cargo_binstall() {
        for tool in crate::dist::tree::tools(root()).unwrap() {
            expect_binstall(&tool);
        }
        expect_binstall("octodns-all");
    }

    fn expect_binstall(package: &str) {
        let manifest = text(&format!("bins/{package}/Cargo.toml"));
        let (_, metadata) = manifest.split_once("[package.metadata.binstall]\n").unwrap();
        let value = |key: &str| {
            let start = format!("{key} = \"");
            let value = metadata.lines().find_map(|line| line.strip_prefix(start.as_str()));
            let value = value.unwrap().trim_end_matches('"').to_owned();
            [("repo", "R"), ("version", "1.2.3"), ("target", "T"), ("archive-suffix", ".tar.gz")]
                .into_iter()
                .chain([("binary-ext", ".exe")])
                .fold(value, |text, (name, to)| text.replace(&format!("{{ {name} }}"), to))
        };
        assert_eq!(value("pkg-url"), "R/releases/download/v1.2.3/octodns-1.2.3-T.tar.gz");
        assert_eq!(value("bin-dir"), format!("octodns-1.2.3-T/bin/{PROGRAM}.exe"));
        assert_eq!(value("pkg-fmt"), "tgz");
    }
}
