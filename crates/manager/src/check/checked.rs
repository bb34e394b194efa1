//! What a check found.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use octodns_core::{Report, ZoneName};

/// What a check found.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Checked {
    /// The providers, in order of their ids.
    pub providers: Vec<CheckedProvider>,
    /// The DNS servers, if they were tried.
    pub resolver: Option<CheckedResolver>,
    /// What is wrong with the config otherwise.
    pub report: Report,
    /// The files that the config consists of.
    pub config_files: Vec<Arc<str>>,
    /// The folders that files of its providers are in.
    pub folders: Vec<PathBuf>,
}

impl Checked {
    pub(super) fn new(providers: Vec<CheckedProvider>, resolver: Option<CheckedResolver>) -> Self {
        Self { providers, resolver, ..Self::default() }
    }

    /// Whether nothing is wrong.
    pub fn is_fine(&self) -> bool {
        let resolver = self.resolver.as_ref().is_none_or(|resolver| !resolver.report.has_errors());
        resolver && !self.report.has_errors() && self.providers.iter().all(CheckedProvider::is_fine)
    }

    /// Everything that was found.
    pub fn all(&self) -> Report {
        let of_providers = self.providers.iter().flat_map(|provider| provider.report.iter());
        let of_resolver = self.resolver.iter().flat_map(|resolver| resolver.report.iter());
        self.report.iter().chain(of_providers).chain(of_resolver).cloned().collect()
    }
}

/// A provider that was checked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckedProvider {
    /// Its id.
    pub id: String,
    /// Its class, as the config has it.
    pub class: String,
    /// What it sees.
    pub seen: Seen,
    /// The zones that the config has it for, and that it has not. A target is given them by the next sync, unless its
    /// service cannot create zones.
    pub lacks: Vec<ZoneName>,
    /// What it says about its limits; nothing of sources and files.
    pub limits: Option<Limits>,
    /// By how many seconds the clock of its service is ahead of this machine's; negative if it is behind. `None`: not
    /// known, as of files.
    pub clock_difference: Option<i64>,
    /// How long it took.
    pub took: Duration,
    /// What is wrong.
    pub report: Report,
}

impl CheckedProvider {
    /// Whether nothing is wrong.
    pub fn is_fine(&self) -> bool {
        !self.report.has_errors()
    }
}

/// What a provider sees.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Seen {
    /// Nothing: it cannot be made, or failed.
    Failed,
    /// So many zones.
    Zones(usize),
    /// This zone, which was read since it cannot list zones.
    Read(ZoneName),
    /// Nobody knows: it cannot list zones, and the config names none for it.
    Unknown,
}

/// The limits that a provider keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How many of its zones are applied at the same time.
    pub zones_at_once: usize,
    /// How many changes can be requested now before some have to wait, if that is limited.
    pub available: Option<usize>,
    /// How long 1,000 requests of changes take at least; zero if they need not wait.
    pub thousand: Duration,
}

/// DNS servers that were tried.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckedResolver {
    /// Which ones, for people.
    pub servers: String,
    /// How long the answer took.
    pub took: Duration,
    /// What is wrong.
    pub report: Report,
}
