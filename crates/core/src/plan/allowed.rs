//! What somebody allows of plans that are not safe, kind by kind: the fine form of force.

use std::fmt;
use std::str::FromStr;

use super::{ApprovedPlan, NotApproved, Plan, Unsafe};

/// A kind of reason why a plan is not safe, which may be allowed by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Danger {
    /// A large share of the existing records is deleted.
    Deletes,
    /// A large share of the existing records is updated.
    Updates,
    /// The NS record at the apex changes.
    RootNs,
    /// A zone was read with far fewer records than it had.
    ShrunkRead,
}

impl Danger {
    /// All of them, in the order of help.
    pub const ALL: [Self; 4] = [Self::Deletes, Self::Updates, Self::RootNs, Self::ShrunkRead];

    /// Its name on command lines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deletes => "deletes",
            Self::Updates => "updates",
            Self::RootNs => "root-ns",
            Self::ShrunkRead => "shrunk-read",
        }
    }
}

impl fmt::Display for Danger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is none of [`Danger::ALL`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is none of deletes, updates, root-ns, shrunk-read")]
pub struct UnknownDanger(String);

impl FromStr for Danger {
    type Err = UnknownDanger;

    fn from_str(name: &str) -> Result<Self, UnknownDanger> {
        let found = Self::ALL.into_iter().find(|danger| danger.name() == name);
        found.ok_or_else(|| UnknownDanger(name.to_owned()))
    }
}

/// The dangers that plans may have and are applied nevertheless. Default: none.
///
/// ```
/// use octodns_core::plan::{Allowed, Danger};
///
/// let allowed: Allowed = [Danger::Deletes].into_iter().collect();
/// assert!(allowed.permits(Danger::Deletes) && !allowed.permits(Danger::RootNs));
/// assert!(Allowed::everything().permits(Danger::RootNs));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    everything: bool,
    dangers: Vec<Danger>,
}

impl Allowed {
    /// Whatever there is: force.
    pub const fn everything() -> Self {
        Self { everything: true, dangers: Vec::new() }
    }

    /// Whether plans with this danger may be applied.
    pub fn permits(&self, danger: Danger) -> bool {
        self.everything || self.dangers.contains(&danger)
    }
}

impl FromIterator<Danger> for Allowed {
    fn from_iter<I: IntoIterator<Item = Danger>>(dangers: I) -> Self {
        Self { everything: false, dangers: dangers.into_iter().collect() }
    }
}

impl Unsafe {
    /// What has to be allowed so that this does not prevent a plan.
    pub fn danger(&self) -> Danger {
        match self {
            Self::TooMuchChange { what: "updates", .. } => Danger::Updates,
            Self::TooMuchChange { .. } => Danger::Deletes,
            Self::RootNsChange => Danger::RootNs,
            Self::ShrunkRead { .. } => Danger::ShrunkRead,
        }
    }
}

impl Plan {
    /// What speaks against applying the plan, beyond what is allowed.
    pub fn objections(&self, allowed: &Allowed) -> Vec<Unsafe> {
        let mut reasons = self.safety();
        reasons.retain(|reason| !allowed.permits(reason.danger()));
        reasons
    }

    /// Approves a plan that is safe but for what is allowed.
    ///
    /// # Errors
    ///
    /// Gives the plan back with all of [`Plan::objections`].
    pub fn approve_with(self, allowed: &Allowed) -> Result<ApprovedPlan, NotApproved> {
        let reasons = self.objections(allowed);
        if reasons.is_empty() {
            return Ok(self.approve_by_force());
        }
        Err(NotApproved { plan: Box::new(self), reasons })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::ReadSide;
    use crate::record::{HostName, Record, RecordData};
    use crate::{Change, RecordName, Zone, ZoneName};

    #[test]
    fn dangers_are_known_by_their_names() {
        for danger in Danger::ALL {
            assert_eq!(danger.name().parse(), Ok(danger));
        }
        let error = "force".parse::<Danger>().unwrap_err().to_string();
        assert_eq!(error, "\"force\" is none of deletes, updates, root-ns, shrunk-read");
        assert!(Danger::ALL.iter().all(|danger| error.contains(danger.name())));
    }

    /// A plan that deletes 5 and updates 5 of 11 records, one of them the NS of the apex, and was not believed.
    fn dangerous() -> Plan {
        let mut zone = Zone::new(ZoneName::new("example.com.").unwrap());
        let a = |name: &str| {
            let data = RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
            Record::new(RecordName::new(name).unwrap(), 60, data)
        };
        (0..10).for_each(|index| zone.set(a(&format!("r{index}"))));
        let ns = RecordData::Ns(vec![HostName::new("ns.example.net.").unwrap()]);
        zone.set(Record::new(RecordName::APEX, 60, ns));
        let change = |(index, record): (usize, &std::sync::Arc<Record>)| match index {
            0..5 => Change::Delete(record.clone()),
            _ => Change::Update { existing: record.clone(), new: record.clone() },
        };
        let changes = zone.records().take(10).enumerate().map(change).collect();
        let mut plan = Plan::new(zone.clone(), zone, changes, true);
        plan.doubt(Unsafe::ShrunkRead { side: ReadSide::Target, then: 412, now: 11 });
        plan
    }

    #[test]
    fn each_danger_is_allowed_by_itself_and_force_allows_all() {
        let all: Vec<_> = dangerous().safety().iter().map(Unsafe::danger).collect();
        assert_eq!(all, [Danger::Updates, Danger::Deletes, Danger::RootNs, Danger::ShrunkRead]);
        for allowed in Danger::ALL {
            let left = dangerous().approve_with(&[allowed].into_iter().collect()).unwrap_err();
            let left: Vec<_> = left.reasons.iter().map(Unsafe::danger).collect();
            assert!(left.len() == 3 && !left.contains(&allowed), "{allowed}: {left:?}");
        }
        let every: Allowed = Danger::ALL.into_iter().collect();
        for allowed in [every, Allowed::everything()] {
            assert_eq!(dangerous().approve_with(&allowed).unwrap().changes.len(), 10);
        }
    }

    #[test]
    fn what_was_read_and_not_believed_is_said() {
        let said = dangerous().safety().pop().unwrap().to_string();
        assert_eq!(said, "the zone shrank at the target: then 412 records, now 11");
        let source = Unsafe::ShrunkRead { side: ReadSide::Source, then: 30, now: 0 };
        assert_eq!(source.to_string(), "the zone shrank at its sources: then 30 records, now 0");
    }
}
