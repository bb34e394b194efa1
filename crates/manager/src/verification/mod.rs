//! What came of verifying what was applied, and how it is asked for. Making sure of it is the business of
//! [`Manager::verify`](crate::Manager::verify).

mod options;
mod report;
mod table;

use octodns_core::{Report, ZoneName};
pub use octodns_dns::live::{Difference, Serving};

pub use options::{DnsOptions, Nameservers, VerifyChoice, VerifyOptions};

/// What came of verifying.
///
/// Displays as a table of what was read back, a table of what name servers serve, and lists of what is missing.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Verification {
    /// Each zone and target that was verified, in the order they were applied.
    pub zones: Vec<VerifiedZone>,
    /// Whether the run was stopped before everything was seen, or seen once more.
    pub is_cut_short: bool,
}

/// What came of verifying a zone at a target.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifiedZone {
    /// The zone.
    pub zone: ZoneName,
    /// The target's id.
    pub target: String,
    /// How many changes were made.
    pub changes: usize,
    /// What reading it back gave, if that was asked for.
    pub read_back: Option<ReadBack>,
    /// What its name servers serve, if that was asked for.
    pub dns: Option<DnsCheck>,
}

/// What reading a zone back gave.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ReadBack {
    /// What was applied and is not there, in short: `update www.example.com. A`.
    pub left: Vec<String>,
    /// What else a second plan of the whole zone would change; `None` if it could not be made. Of plans that were not
    /// made from sources, what else the target holds otherwise than before.
    pub others: Option<Vec<String>>,
    /// Why the zone could not be read or planned, if so.
    pub failed: Option<Report>,
}

impl ReadBack {
    /// Whether all that was applied is there.
    pub fn is_there(&self) -> bool {
        self.left.is_empty() && self.failed.is_none()
    }
}

/// What the name servers of a zone serve of the changes made to it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DnsCheck {
    /// Each server that was to be asked.
    pub servers: Vec<ServerCheck>,
    /// Why none could be asked, if so.
    pub failed: Option<String>,
}

/// What a name server serves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerCheck {
    /// The server, as it is known: by its name, or its address.
    pub server: String,
    /// Each change, in short, and what the server serves of it.
    pub changes: Vec<(String, Serving)>,
}

impl ServerCheck {
    /// The changes it does not serve, though it should.
    pub fn failing(&self) -> impl Iterator<Item = &(String, Serving)> {
        self.changes.iter().filter(|(_, serving)| !is_fine(serving))
    }
}

impl DnsCheck {
    /// Whether every server serves every change, as far as servers can tell.
    pub fn is_served(&self) -> bool {
        self.failed.is_none() && self.servers.iter().all(|server| server.failing().next().is_none())
    }
}

/// Whether what a server serves is no reason to go on asking.
pub(crate) fn is_fine(serving: &Serving) -> bool {
    matches!(serving, Serving::New | Serving::Open(_))
}

impl Verification {
    /// Adds what another look has found, at other zones.
    pub(crate) fn add(&mut self, other: Self) {
        self.zones.extend(other.zones);
        self.is_cut_short |= other.is_cut_short;
    }

    /// Whether everything is as it was applied, and was looked at.
    pub fn is_fine(&self) -> bool {
        !self.is_cut_short
            && self.zones.iter().all(|zone| {
                zone.read_back.as_ref().is_none_or(ReadBack::is_there)
                    && zone.dns.as_ref().is_none_or(DnsCheck::is_served)
            })
    }
}
