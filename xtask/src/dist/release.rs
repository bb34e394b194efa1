//! A release: the program for one target, and where what is made of it lies.

use std::io;
use std::path::{Path, PathBuf};

use super::facts::Facts;
use super::target::Target;

/// The program that contains all others.
pub(super) const PROGRAM: &str = "octodns";

/// The time of all files, unless `SOURCE_DATE_EPOCH` says another: the first that every format has, that of 1980.
const TIME: u64 = 315_532_800;

/// What everything is made from.
pub(super) struct Release {
    pub(super) target: Target,
    pub(super) facts: Facts,
    /// The folder for what is made.
    pub(super) folder: PathBuf,
    /// How well it is compressed, from 1 (quick) to 9 (small).
    pub(super) level: u32,
    /// The time of all files, in seconds since 1970.
    pub(super) time: u64,
}

impl Release {
    pub(super) fn new(target: Target, folder: PathBuf, level: u32) -> io::Result<Self> {
        let facts = Facts::read(&target)?;
        Ok(Self { target, facts, folder, level, time: time()? })
    }

    /// The name of the archive without its ending, and of the folder in it.
    pub(super) fn name(&self) -> String {
        format!("{PROGRAM}-{}-{}", self.facts.version, self.target.triple())
    }

    /// The laid out files, which have the same name.
    pub(super) fn tree(&self) -> PathBuf {
        self.folder.join(self.name())
    }

    /// The folder of the programs.
    pub(super) fn bin(&self) -> PathBuf {
        self.tree().join("bin")
    }

    /// The program.
    pub(super) fn program(&self) -> PathBuf {
        self.bin().join(self.target.file(PROGRAM))
    }

    /// A file beside the laid out ones.
    pub(super) fn file(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}{ending}", self.name()))
    }
}

/// <https://reproducible-builds.org/specs/source-date-epoch/>
fn time() -> io::Result<u64> {
    let Some(time) = std::env::var_os("SOURCE_DATE_EPOCH") else { return Ok(TIME) };
    let seconds = time.to_str().and_then(|time| time.parse().ok());
    seconds.ok_or_else(|| io::Error::other("SOURCE_DATE_EPOCH: this is not a number of seconds"))
}

/// The name of a file or folder, for people.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
