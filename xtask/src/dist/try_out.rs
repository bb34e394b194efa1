//! Each package is installed into a folder of its own, used, and removed again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;

use super::facts::output;
use super::release::{PROGRAM, Release, name_of};
use super::tree::{expect_name, names};
use super::{checksums, debian, wheel};
use crate::install::{self, BESIDE, CHECKERS, environment};
use crate::run::succeeds;

/// Validates a document against the schema of its format, which a package has. Its own validator also takes each URL
/// apart, and twenty times as long.
const VALIDATE_SBOM: &str = r#"
import json, pathlib, sys
from importlib.util import find_spec
from jsonschema import Draft7Validator
from referencing import Registry, Resource
folder = pathlib.Path(find_spec("cyclonedx").submodule_search_locations[0], "schema", "_res")
schemas = [json.loads(path.read_text()) for path in folder.glob("*.schema.json")]
resources = [(schema["$id"], Resource.from_contents(schema)) for schema in schemas]
schema = next(schema for schema in schemas if schema["$id"].endswith("/bom-1.6.schema.json"))
validator = Draft7Validator(schema, registry=Registry().with_resources(resources))
problems = [problem.message for problem in validator.iter_errors(json.load(open(sys.argv[1])))]
sys.exit("\n".join(problems) or None)
"#;

/// Uses all that was made.
pub(super) fn all(release: &Release, made: &[PathBuf]) -> io::Result<()> {
    archive(release)?;
    for package in made {
        match package.extension().and_then(|extension| extension.to_str()) {
            Some("deb") => debian_package(release, package)?,
            Some("whl") => python_package(release, package)?,
            _ => {}
        }
    }
    let Some(python) = tool("python")? else { return Ok(()) };
    output(Command::new(python).args(["-c", VALIDATE_SBOM]).arg(release.file(".cdx.json")))?;
    Ok(())
}

/// A program of the environment with the tools; `None` if they cannot be installed and need not be.
pub(super) fn tool(name: &str) -> io::Result<Option<PathBuf>> {
    Ok(interpreter(CHECKERS)?.map(|python| python.with_file_name(name)))
}

fn interpreter([folder, requirements]: [&str; 2]) -> io::Result<Option<PathBuf>> {
    match environment(folder, requirements) {
        Err(problem) if !install::is_required() => {
            println!("missing: {problem}");
            Ok(None)
        }
        installed => installed.map(Some),
    }
}

/// The archive: what is in it is whole, and each link is the program that it is called.
pub(super) fn archive(release: &Release) -> io::Result<()> {
    checksums::verify(&release.file(".sha256"))?;
    let folder = tempfile::tempdir_in(&release.folder)?;
    let archive = File::open(release.file(".tar.gz"))?;
    tar::Archive::new(GzDecoder::new(archive)).unpack(folder.path())?;
    let bin = folder.path().join(release.name()).join("bin");
    expect_version(release, &bin.join(release.target.file(PROGRAM)))?;
    names(release)?.iter().try_for_each(|name| expect_name(&bin, name))
}

/// The Debian package, in a system of its own that has nothing else.
fn debian_package(release: &Release, package: &Path) -> io::Result<()> {
    let folder = tempfile::tempdir_in(&release.folder)?;
    let system = folder.path();
    for name in ["info", "updates"] {
        fs::create_dir_all(system.join("var/lib/dpkg").join(name))?;
    }
    fs::write(system.join("var/lib/dpkg/status"), "")?;
    let dpkg = || {
        let mut command = Command::new("dpkg");
        // The libraries are the ones of this system, and so are the programs that dpkg asks for.
        let force = "--force-not-root,depends,bad-path";
        command.arg(format!("--root={}", system.display())).arg(force);
        command.arg("--log=/dev/null");
        command
    };
    output(dpkg().arg("--install").arg(package))?;
    let bin = system.join("usr/bin");
    names(release)?.iter().try_for_each(|name| expect_name(&bin, name))?;
    for file in [
        "usr/share/man/man1/octodns.1.gz",
        "usr/share/man/man1/octodns-sync.1.gz",
        "usr/share/bash-completion/completions/octodns",
        "usr/share/zsh/vendor-completions/_octodns",
        "usr/share/fish/vendor_completions.d/octodns-sync.fish",
        "usr/share/doc/octodns-rs/copyright",
    ] {
        expect(system.join(file).is_file(), &format!("{}: it has no {file}", name_of(package)))?;
    }
    let changed = output(dpkg().args(["--verify", debian::NAME]))?;
    expect(changed.is_empty(), &String::from_utf8_lossy(&changed))?;
    output(dpkg().args(["--remove", debian::NAME]))?;
    expect(!bin.exists(), "a removed Debian package leaves programs behind")
}

/// The wheel, in an environment with octoDNS: each keeps its programs.
fn python_package(release: &Release, package: &Path) -> io::Result<()> {
    let Some(python) = interpreter(BESIDE)? else { return Ok(()) };
    let Some(checker) = tool("wheel")? else { return Ok(()) };
    let folder = tempfile::tempdir_in(&release.folder)?;
    // It compares each file with the list of checksums in the wheel.
    output(Command::new(checker).arg("unpack").arg(package).arg("--dest").arg(folder.path()))?;
    let pip = |verb: &str| {
        let mut command = Command::new(&python);
        command.args(["-m", "pip", "--quiet", "--disable-pip-version-check", verb]);
        command
    };
    let (ours, theirs) =
        (python.with_file_name(PROGRAM), python.with_file_name(format!("{PROGRAM}-sync")));
    let before = fs::read(&theirs)?;
    let flags = ["--no-index", "--no-deps", "--force-reinstall"];
    output(pip("install").args(flags).arg(package))?;
    expect_version(release, &ours)?;
    expect(fs::read(&theirs)? == before, "the wheel replaces octoDNS' own octodns-sync")?;
    let said = output(Command::new(&theirs).arg("--help"))?;
    expect(!said.is_empty(), "octoDNS' own octodns-sync says nothing")?;
    output(&mut pip("check"))?;
    output(pip("uninstall").args(["--yes", wheel::NAME]))?;
    expect(
        !ours.exists() && theirs.exists(),
        "removing the wheel leaves its program, or takes octoDNS'",
    )
}

/// Refuses a program that does not run, or is of another version.
fn expect_version(release: &Release, program: &Path) -> io::Result<()> {
    let said = output(Command::new(program).arg("--version"))?;
    let said = String::from_utf8_lossy(&said);
    let version = &release.facts.version;
    expect(
        said.split_whitespace().any(|word| word == version),
        &format!("{}: version {version} expected: {said}", program.display()),
    )
}

/// An error with this text unless something holds.
pub(super) fn expect(holds: bool, otherwise: &str) -> io::Result<()> {
    if holds { Ok(()) } else { Err(io::Error::other(otherwise.to_owned())) }
}

/// Whether a program is there at all.
pub(super) fn is_there(program: &str) -> bool {
    succeeds(Command::new(program).arg("--version"))
}
