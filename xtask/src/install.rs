//! What the tests need besides Rust: DNS servers and a browser from the system's packages, Python's octoDNS, and the
//! modules that drive the browser.
//!
//! It first checks everything, then installs only what is missing, and says what it could not install. Tests
//! that need something missing are skipped, unless it is required.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::run::{check, failed, root, target};

/// Debian's packages with the servers, their tools, the browser, and what checks scripts.
const PACKAGES: &[&str] = &[
    "bind9",
    "bind9-dnsutils",
    "bind9-utils",
    "chromium",
    "knot",
    "knot-dnssecutils",
    "knot-dnsutils",
    "nsd",
    "pdns-backend-geoip",
    "pdns-backend-sqlite3",
    "pdns-server",
    "python3-venv",
    "shellcheck",
    "sqlite3",
];

/// The Python packages, one `name==version` per line.
const REQUIREMENTS: &str = "tests/python/requirements.txt";

/// The folder with the Node.js modules that are needed, and the files that pin them.
const BROWSER: &str = "tests/browser";
const PINS: [&str; 2] = ["package.json", "package-lock.json"];

/// The environments of `dist`, each with its requirements: what checks packages and files that others read, and what
/// the wheel is installed beside.
pub(crate) const CHECKERS: [&str; 2] = ["packaging", "packaging/requirements.txt"];
pub(crate) const BESIDE: [&str; 2] = ["beside", "packaging/beside.txt"];

/// The oldest octoDNS whose classes we run, of the same form.
const OLDEST: &str = "tests/python/oldest.txt";

/// Packages of others, of the same form.
const THIRD_PARTY: &str = "tests/python/third-party.txt";

/// mdBook, of the same form, with the digests of the files that may be installed.
const BOOK: &str = "tests/python/book.txt";

/// The script that Debian runs before it starts a service of a new package.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// Prints one line for each pin that is not met.
const UNMET_PINS: &str = r#"
import re, sys
from importlib.metadata import PackageNotFoundError, version
for line in open(sys.argv[1]):
    pin = re.match(r"([\w.-]+)(?:\[.*\])?==(\S+)", line)
    if pin:
        try:
            found = version(pin[1])
        except PackageNotFoundError:
            found = "nothing"
        if found != pin[2]:
            print(f"{pin[1]} {pin[2]} ({found} is there)")
"#;

/// The outcome.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Installed {
    /// The interpreter with the Python packages.
    pub(crate) python: Option<PathBuf>,
    /// The folder with the Node.js modules.
    pub(crate) browser: Option<PathBuf>,
    /// The interpreter with the oldest octoDNS.
    pub(crate) oldest: Option<PathBuf>,
    /// The interpreter with packages of others.
    pub(crate) third_party: Option<PathBuf>,
    /// What is missing, one sentence each.
    pub(crate) missing: Vec<String>,
}

/// Whether tests may not be skipped: wherever nobody reads which ones were.
pub(crate) fn is_required() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    set("CI") || set("OCTODNS_TEST_REQUIRE")
}

/// Installs what is missing. Prints nothing: it runs in parallel with other steps.
pub(crate) fn run() -> Installed {
    let mut installed = Installed::default();
    if let Err(problem) = packages() {
        installed.missing.push(format!("DNS servers and browser: {problem}"));
    }
    for (folder, requirements, python) in [
        ("python", REQUIREMENTS, &mut installed.python),
        ("python-oldest", OLDEST, &mut installed.oldest),
        ("python-third-party", THIRD_PARTY, &mut installed.third_party),
    ] {
        match environment(folder, requirements) {
            Ok(found) => *python = Some(found),
            Err(problem) => installed.missing.push(format!("Python packages: {problem}")),
        }
    }
    if let Some(Err(problem)) = installed.python.as_deref().map(|python| add(python, BOOK)) {
        installed.missing.push(format!("mdBook: {problem}"));
    }
    for [folder, requirements] in [CHECKERS, BESIDE] {
        if let Err(problem) = environment(folder, requirements) {
            installed.missing.push(format!("Python packages for packaging: {problem}"));
        }
    }
    match browser() {
        Ok(browser) => installed.browser = Some(browser),
        Err(problem) => installed.missing.push(format!("modules for the browser: {problem}")),
    }
    installed
}

impl Installed {
    /// The interpreters and the folder for the browser, each with the variable that tells tests of it.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let all = [
            ("OCTODNS_TEST_PYTHON", &self.python),
            ("OCTODNS_TEST_PYTHON_OLDEST", &self.oldest),
            ("OCTODNS_TEST_PYTHON_THIRD_PARTY", &self.third_party),
            ("OCTODNS_TEST_BROWSER", &self.browser),
        ];
        all.into_iter().filter_map(|(name, path)| Some((name, path.as_deref()?)))
    }
}

/// `install`: fails if something is missing, and prints shell variables for what is there.
pub(crate) fn only() -> io::Result<()> {
    let installed = run();
    for (name, python) in installed.variables() {
        println!("{name}={}", python.display());
    }
    if installed.missing.is_empty() {
        return Ok(());
    }
    Err(io::Error::other(installed.missing.join("\n")))
}

/// Installs the Debian packages that are not installed.
fn packages() -> io::Result<()> {
    let mut query = Command::new("dpkg-query");
    query.args(["-W", "-f", "${Package} ${db:Status-Status}\n"]).args(PACKAGES);
    let Ok(answer) = query.stdin(Stdio::null()).output() else {
        let names = PACKAGES.join(", ");
        return Err(io::Error::other(format!(
            "this is not Debian, so they are not installed here; tests use those in the PATH. \
             Debian calls them {names}"
        )));
    };
    let mut missing = not_installed(&String::from_utf8_lossy(&answer.stdout));
    // Other packages of Node.js than Debian's have it as well.
    if Command::new("npm").arg("--version").stdin(Stdio::null()).output().is_err() {
        missing.push("npm");
    }
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !is_root() {
        return Err(io::Error::other(format!(
            "not root; install them by: apt-get install --no-install-recommends {names}"
        )));
    }
    let _policy = Policy::forbid_starting()?;
    // The lists of packages may be outdated, or absent as in an image: they are only fetched if necessary.
    if apt(&missing).is_ok() {
        return Ok(());
    }
    quietly(apt_get().arg("update"))?;
    apt(&missing).map(drop)
}

fn apt(packages: &[&str]) -> io::Result<Output> {
    quietly(apt_get().args(["install", "--yes", "--no-install-recommends"]).args(packages))
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command.args(["--quiet", "-o", "DPkg::Lock::Timeout=300"]);
    command
}

/// The packages that the output of `dpkg-query` does not report as installed.
fn not_installed(answer: &str) -> Vec<&'static str> {
    let installed = |package: &str| {
        answer.lines().any(|line| line.split_once(' ') == Some((package, "installed")))
    };
    PACKAGES.iter().copied().filter(|package| !installed(package)).collect()
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// Keeps new packages from starting their services while it lives.
struct Policy {
    is_ours: bool,
}

impl Policy {
    fn forbid_starting() -> io::Result<Self> {
        if Path::new(POLICY).exists() {
            return Ok(Self { is_ours: false });
        }
        fs::write(POLICY, "#!/bin/sh\nexit 101\n")?;
        let policy = Self { is_ours: true };
        let mut runnable = Command::new("chmod");
        check(runnable.args(["755", POLICY]))?;
        Ok(policy)
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        if self.is_ours {
            // Nothing else can be done about it here, and the next installation would report it.
            let _ = fs::remove_file(POLICY);
        }
    }
}

/// Held while an environment is made or looked at.
static ENVIRONMENTS: Mutex<()> = Mutex::new(());

/// Creates or repairs a virtual environment, and returns its interpreter.
pub(crate) fn environment(folder: &str, requirements: &str) -> io::Result<PathBuf> {
    // Whoever needs it first makes it, and others wait.
    let _alone = ENVIRONMENTS.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = target().join(folder);
    let python = folder.join("bin/python");
    let requirements = root().join(requirements);
    if unmet(&python, &requirements).is_ok_and(|pins| pins.is_empty()) {
        return Ok(python);
    }
    quietly(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    // Modules are compiled on import: compiling all of them takes longer than installing.
    let install =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"];
    quietly(Command::new(&python).args(install).arg("--requirement").arg(&requirements))?;
    match unmet(&python, &requirements)? {
        pins if pins.is_empty() => Ok(python),
        pins => Err(io::Error::other(format!("pip was content, but there is no {pins}"))),
    }
}

/// Installs further packages, and nothing that they depend on, into an environment that is there.
fn add(python: &Path, requirements: &str) -> io::Result<()> {
    let requirements = root().join(requirements);
    if unmet(python, &requirements)?.is_empty() {
        return Ok(());
    }
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
    let pinned = ["--only-binary=:all:", "--require-hashes", "--requirement"];
    quietly(Command::new(python).args(install).args(pinned).arg(&requirements)).map(drop)
}

/// The pins that are not met by an interpreter's packages, one per line.
fn unmet(python: &Path, requirements: &Path) -> io::Result<String> {
    let output = quietly(Command::new(python).args(["-c", UNMET_PINS]).arg(requirements))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Installs the Node.js modules unless they are there as they are pinned, and returns their folder.
fn browser() -> io::Result<PathBuf> {
    let folder = target().join("browser");
    let pinned = root().join(BROWSER);
    let is_same = |file: &&str| {
        let read = |folder: &Path| fs::read(folder.join(file)).ok();
        read(&folder).is_some_and(|there| Some(there) == read(&pinned))
    };
    if folder.join("node_modules").is_dir() && PINS.iter().all(is_same) {
        return Ok(folder);
    }
    // In a folder of its own, so that what was cut short is done again.
    let fresh = target().join("browser-new");
    for old in [&fresh, &folder] {
        if old.exists() {
            fs::remove_dir_all(old)?;
        }
    }
    fs::create_dir_all(&fresh)?;
    for file in PINS {
        fs::copy(pinned.join(file), fresh.join(file))?;
    }
    let flags = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    quietly(Command::new("npm").args(flags).current_dir(&fresh))?;
    fs::rename(&fresh, &folder)?;
    Ok(folder)
}

/// Runs a command without showing its output; an error ends with its last lines.
fn quietly(command: &mut Command) -> io::Result<Output> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| failed(command, &error.to_string()))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last: Vec<&str> =
        said.lines().rev().filter(|line| !line.trim().is_empty()).take(3).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    Err(failed(command, &format!("{}: {}", output.status, last.join(" / "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A package that was removed but not purged is still listed.
    #[test]
    fn only_what_is_installed_counts() {
        let all = format!("{} installed\n", PACKAGES.join(" installed\n"));
        assert_eq!(not_installed(&all), [] as [&str; 0]);
        let all = all.replace("nsd installed", "nsd config-files");
        assert_eq!(not_installed(&all.replace("knot installed\n", "")), ["knot", "nsd"]);
    }

    /// The interpreter needs no packages of its own.
    #[test]
    fn a_pin_that_is_not_met_is_named_with_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let requirements = folder.path().join("requirements.txt");
        fs::write(&requirements, "# a comment\nno-such[extra,more]==1.2\nno-such-either==3\n")
            .unwrap();
        let Ok(pins) = unmet(Path::new("python3"), &requirements) else {
            eprintln!("skipped: no python3");
            return;
        };
        let expected = "no-such 1.2 (nothing is there)\nno-such-either 3 (nothing is there)";
        assert_eq!(pins, expected);
    }

    #[test]
    fn a_failed_command_is_named_with_the_last_it_said() {
        let mut command = Command::new("sh");
        let error =
            quietly(command.args(["-c", "echo one >&2; echo two >&2; exit 3"])).unwrap_err();
        let error = error.to_string();
        assert!(error.ends_with("exit status: 3: one / two"), "{error}");
    }
}
