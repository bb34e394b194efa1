//! Targets: the systems that a program is built for, as Rust, Debian and Python name them.

use std::io;
use std::process::Command;

use memchr::memmem;

use crate::run::{beside_cargo, failed};

/// Debian's name of each architecture that it has, and the name of it on PyPI.
const ARCHITECTURES: &[(&str, &str, &str)] = &[
    ("aarch64", "arm64", "aarch64"),
    ("armv7", "armhf", "armv7l"),
    ("i686", "i386", "i686"),
    ("powerpc64le", "ppc64el", "ppc64le"),
    ("riscv64gc", "riscv64", "riscv64"),
    ("s390x", "s390x", "s390x"),
    ("x86_64", "amd64", "x86_64"),
];

/// A system, by Rust's name of it: `x86_64-unknown-linux-musl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target(String);

impl Target {
    /// The system of this machine.
    pub(super) fn host() -> io::Result<Self> {
        let mut command = Command::new(beside_cargo("rustc"));
        let output = command.arg("-vV").output()?;
        let about = String::from_utf8_lossy(&output.stdout);
        let host = about.lines().find_map(|line| line.strip_prefix("host: "));
        host.map_or_else(|| Err(failed(&command, "it names no host")), Self::named)
    }

    /// The system of this name, which becomes a part of file names.
    pub(super) fn named(triple: &str) -> io::Result<Self> {
        let is_name = |text: &str| {
            text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        if triple.split('-').count() >= 3 && is_name(triple) {
            return Ok(Self(triple.to_owned()));
        }
        Err(io::Error::other(format!("{triple}: this is not the name of a target")))
    }

    pub(super) fn triple(&self) -> &str {
        &self.0
    }

    fn architecture(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    pub(super) fn is_windows(&self) -> bool {
        self.0.contains("-windows")
    }

    pub(super) fn is_linux(&self) -> bool {
        self.0.contains("-linux-")
    }

    /// Whether a machine of this kind runs its programs: one of musl's runs beside the usual C library.
    pub(super) fn runs_on(&self, host: &Self) -> bool {
        let system = |target: &Self| {
            ["-linux-", "-apple-darwin", "-windows"].iter().position(|os| target.0.contains(os))
        };
        self == host
            || (self.architecture() == host.architecture()
                && system(self).is_some()
                && system(self) == system(host))
    }

    /// The name of a program's file.
    pub(super) fn file(&self, program: &str) -> String {
        if self.is_windows() { format!("{program}.exe") } else { program.to_owned() }
    }

    fn names(&self) -> Option<(&'static str, &'static str)> {
        let mut known = ARCHITECTURES.iter();
        known.find(|known| known.0 == self.architecture()).map(|known| (known.1, known.2))
    }

    /// Debian's name of the architecture, if it is one of Debian's systems.
    pub(super) fn debian(&self) -> Option<&'static str> {
        self.names().filter(|_| self.is_linux()).map(|names| names.0)
    }

    /// The platforms of a wheel, by the tags that installers compare.
    pub(super) fn platforms(&self, needs: &Needs) -> Option<Vec<String>> {
        let (_, architecture) = self.names()?;
        if self.is_linux() {
            return Some(match needs.glibc {
                Some(minor) => vec![format!("manylinux_2_{minor}_{architecture}")],
                // A static program needs no library at all: the oldest tags are true of it.
                None => ["manylinux_2_17", "manylinux2014", "musllinux_1_1"]
                    .map(|system| format!("{system}_{architecture}"))
                    .into(),
            });
        }
        // The oldest releases that Rust's targets support.
        let tag = match self.0.as_str() {
            "x86_64-apple-darwin" => "macosx_10_12_x86_64",
            "aarch64-apple-darwin" => "macosx_11_0_arm64",
            "x86_64-pc-windows-msvc" | "x86_64-pc-windows-gnu" => "win_amd64",
            "aarch64-pc-windows-msvc" => "win_arm64",
            "i686-pc-windows-msvc" => "win32",
            _ => return None,
        };
        Some(vec![tag.to_owned()])
    }
}

/// The libraries that a program for Linux looks for when it starts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// The minor version of glibc 2; a static program needs none.
    pub(super) glibc: Option<u32>,
    /// Whether it needs GCC's library, which unwinds the stack.
    pub(super) gcc: bool,
}

impl Needs {
    /// Reads the names of symbols' versions, which the linker writes into a program (`GLIBC_2.34`).
    pub(super) fn of(program: &[u8]) -> Self {
        const VERSION: &[u8] = b"GLIBC_2.";
        let minor = |at: usize| {
            let rest = &program[at + VERSION.len()..];
            let digits = rest.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
            std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
        };
        Self {
            glibc: memmem::find_iter(program, VERSION).filter_map(minor).max(),
            gcc: memmem::find(program, b"libgcc_s.so.1\0").is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(triple: &str) -> Target {
        Target::named(triple).unwrap()
    }

    #[test]
    fn what_is_no_target_is_refused() {
        for name in ["", "linux", "x86_64-linux", "../../etc-a-b", "a-b-c d"] {
            assert!(Target::named(name).is_err(), "{name}");
        }
    }

    #[test]
    fn each_system_has_its_names() {
        let glibc = Needs { glibc: Some(34), gcc: true };
        let nothing = Needs::default();
        for (triple, needs, debian, tags) in [
            ("x86_64-unknown-linux-gnu", &glibc, Some("amd64"), "manylinux_2_34_x86_64"),
            (
                "aarch64-unknown-linux-musl",
                &nothing,
                Some("arm64"),
                "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
            ),
            ("x86_64-apple-darwin", &nothing, None, "macosx_10_12_x86_64"),
            ("aarch64-apple-darwin", &nothing, None, "macosx_11_0_arm64"),
            ("x86_64-pc-windows-msvc", &nothing, None, "win_amd64"),
            ("wasm32-unknown-unknown", &nothing, None, ""),
        ] {
            let target = target(triple);
            assert_eq!(target.debian(), debian, "{triple}");
            assert_eq!(target.platforms(needs).unwrap_or_default().join("."), tags, "{triple}");
        }
    }

    #[test]
    fn a_static_program_runs_beside_the_usual_library() {
        let host = target("x86_64-unknown-linux-gnu");
        for (triple, runs) in [
            ("x86_64-unknown-linux-gnu", true),
            ("x86_64-unknown-linux-musl", true),
            ("aarch64-unknown-linux-gnu", false),
            ("x86_64-apple-darwin", false),
            ("x86_64-unknown-freebsd", false),
        ] {
            assert_eq!(target(triple).runs_on(&host), runs, "{triple}");
        }
    }

    #[test]
    fn the_newest_version_of_a_library_counts() {
        let program = b"\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.17\0libgcc_s.so.1\0GLIBC_2.";
        assert_eq!(Needs::of(program), Needs { glibc: Some(34), gcc: true });
        assert_eq!(Needs::of(b"static"), Needs::default());
    }
}
