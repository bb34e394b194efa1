//! The traits of what is read from and written to.

mod budget;
mod files;
mod includes;
mod planner;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::apply_log::ApplyLog;
use crate::capabilities::Capabilities;
use crate::change::Change;
use crate::diagnostic::Report;
pub use crate::error::{Cause, ProviderError, ServiceErrorKind};
use crate::name::{RecordName, ZoneName};
use crate::plan::{Plan, State};
use crate::record::{LoadContext, Record, RecordType, RecordTypes};
use crate::target_options::TargetOptions;
use crate::validate::RecordValidators;
use crate::value::OwnedValue;
use crate::zone::{SubZones, Zone, ZoneSettings};
pub use budget::{Budget, Lasting};
pub use files::{Places, SortedFiles, SortedText, SortedTexts, ZoneFiles};
pub use includes::Includes;
pub use planner::{Between, Planner, ToPlan};

/// The zones that a service lists, with a final dot or without, sorted.
///
/// ```
/// use octodns_core::provider::listed_zones;
///
/// let zones = listed_zones(["example.org", "Example.com."])?;
/// assert_eq!(zones.iter().map(|zone| zone.without_dot()).collect::<Vec<_>>(), ["example.com", "example.org"]);
/// assert!(listed_zones(["example.org", "not a name"]).is_err());
/// # Ok::<(), octodns_core::ProviderError>(())
/// ```
///
/// # Errors
///
/// Fails with [`ServiceErrorKind::Malformed`] when one of them is not a name.
pub fn listed_zones<N: AsRef<str>>(
    names: impl IntoIterator<Item = N>,
) -> Result<Vec<ZoneName>, ProviderError> {
    let absolute = |name: &str| {
        let dot = if name.ends_with('.') { "" } else { "." };
        ZoneName::new(&format!("{name}{dot}"))
    };
    let names: Result<Vec<_>, _> = names.into_iter().map(|name| absolute(name.as_ref())).collect();
    let mut names = names
        .map_err(|error| ProviderError::service(ServiceErrorKind::Malformed, error.to_string()))?;
    names.sort();
    Ok(names)
}

/// Which zone to read, and how strictly.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ZoneRequest<'r> {
    /// The zone.
    pub name: &'r ZoneName,
    /// The names below it that are zones of their own.
    pub sub_zones: &'r SubZones,
    /// Whether the current state of a target is read, not the desired one of a source.
    pub target: bool,
    /// Whether errors in records that can still be kept are warnings.
    pub lenient: bool,
    /// The validators of records, as configured for the zone.
    pub validators: &'r Arc<RecordValidators>,
    /// The record types that there are.
    pub types: &'r Arc<RecordTypes>,
    /// Which files the data of the zone may include.
    pub includes: Includes,
    /// What is configured for the zone, if it is known.
    pub settings: Option<&'r ZoneSettings>,
}

impl<'r> ZoneRequest<'r> {
    /// Reads the desired state of a source, strictly.
    pub fn new(
        name: &'r ZoneName,
        sub_zones: &'r SubZones,
        validators: &'r Arc<RecordValidators>,
        types: &'r Arc<RecordTypes>,
    ) -> Self {
        let (includes, settings) = (Includes::default(), None);
        let (target, lenient) = (false, false);
        Self { name, sub_zones, target, lenient, validators, types, includes, settings }
    }

    /// How records of this zone are read, for a source called `source` whose data stands in `files`.
    pub fn load_context<'c>(&self, source: &'c Arc<str>, files: &'c [Arc<str>]) -> LoadContext<'c>
    where
        'r: 'c,
    {
        LoadContext {
            source: Some(source),
            files,
            lenient: self.lenient,
            keeps_positions: !self.target,
            ..LoadContext::new(self.name, self.validators, self.types)
        }
    }
}

/// The result of reading a zone.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct ZoneRead {
    /// The records, in the order they are to be added. They go into the zone as they are, without a copy.
    pub records: Vec<Arc<Record>>,
    /// Whether a record takes the place of an earlier one with its name and type, of any source.
    pub replace: bool,
    /// Records of sources before this one that it takes out of the zone.
    pub removed: Vec<(RecordName, RecordType)>,
    /// Whether the records were checked where they were read, by the rules of the config: foreign validators are not
    /// asked again, and records that belong to sub-zones stay.
    pub is_checked: bool,
    /// What was found along the way. An error in it fails the zone.
    pub report: Report,
    /// State to keep for applying to the zone.
    pub state: State,
    /// Whether there is no such zone, as if nothing had been read, but with a state to keep.
    pub is_absent: bool,
    /// `RRsets` that are in the zone and were left out of the records on purpose, by an option for example.
    /// No plan may create them.
    pub hidden: Vec<HiddenSet>,
    /// Records whose values have several TTLs in the zone. Plans give them one.
    pub uneven: Vec<UnevenTtl>,
}

/// An `RRset` whose values have several TTLs at a target, of which its record has one. In DNS it has one TTL
/// (RFC 2181, section 5.2), but services that keep a row per value take several.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnevenTtl {
    /// Its name.
    pub name: RecordName,
    /// Its type.
    pub record_type: RecordType,
    /// A TTL that some value has and the record has not, in seconds.
    pub ttl: i64,
}

impl UnevenTtl {
    /// A value of this name and type has another TTL than its record.
    pub fn new(name: RecordName, record_type: RecordType, ttl: i64) -> Self {
        Self { name, record_type, ttl }
    }
}

/// An `RRset` that a target holds and that planning does not see.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HiddenSet {
    /// Its name.
    pub name: RecordName,
    /// Its type.
    pub record_type: RecordType,
    /// Who keeps it hidden, for people: `the processor "private"`, `the option "ignore"`.
    pub by: String,
}

impl HiddenSet {
    /// The set of this name and type, hidden by `by`.
    pub fn new(name: RecordName, record_type: RecordType, by: impl Into<String>) -> Self {
        Self { name, record_type, by: by.into() }
    }
}

/// Reads zones.
///
/// One value serves every zone, concurrently; a call changes nothing that another call sees.
#[async_trait]
pub trait Source: Send + Sync {
    /// The id this source has in the configuration; messages about it name it.
    fn id(&self) -> &str;

    /// The name plans show beside the id, such as `YamlProvider`.
    fn class_name(&self) -> &str;

    /// What this source can hold. The same for the life of the value.
    fn capabilities(&self) -> &Capabilities;

    /// What this source can hold, for one that has to ask its service; its [`Source::capabilities`] are everything then.
    /// Default: what it says without asking.
    ///
    /// # Errors
    ///
    /// Fails when it must ask the service and cannot.
    async fn find_capabilities(&self) -> Result<Capabilities, ProviderError> {
        Ok(self.capabilities().clone())
    }

    /// A run begins: whatever an earlier one learned (lists of zones, ids, addresses) is forgotten, so that
    /// the world is planned as it is. Default: nothing was learned.
    fn begin_run(&self) {}

    /// By how many seconds the clock of its service was ahead of this machine's when it last answered; negative if it
    /// was behind. Nothing is requested for it. Default: not known.
    fn clock_difference(&self) -> Option<i64> {
        None
    }

    /// Its files, if it keeps zones in a folder. Default: it does not.
    fn files(&self) -> Option<&dyn ZoneFiles> {
        None
    }

    /// The zones this source knows, in any order.
    ///
    /// # Errors
    ///
    /// [`ProviderError::CannotList`] when the source has no way to tell.
    async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        Err(ProviderError::CannotList)
    }

    /// Reads all records of a zone, or `None` if there is no such zone here.
    ///
    /// # Errors
    ///
    /// Fails as a whole. Part of a zone is never returned: the rest would be planned as deletions.
    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError>;

    /// Whether it changes what the sources before it gave for a zone. Then it is not read at the same time
    /// as they are: [`Source::build_on`] is called, after them.
    fn builds_on_others(&self) -> bool {
        false
    }

    /// Reads a zone as [`Source::read`] does, on top of what the sources before this one gave for it.
    ///
    /// # Errors
    ///
    /// Those of [`Source::read`].
    async fn build_on(
        &self,
        _before: &Zone,
        zone: &ZoneRequest<'_>,
    ) -> Result<Option<ZoneRead>, ProviderError> {
        self.read(zone).await
    }
}

/// The parts of a plan, while it is made.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PlanDraft<'d> {
    /// What the target holds.
    pub existing: &'d Zone,
    /// What it is to hold.
    pub desired: &'d Zone,
    /// The changes found so far.
    pub changes: &'d [Change],
    /// What reading the target remembered.
    pub state: &'d State,
}

impl<'d> PlanDraft<'d> {
    /// The parts of a plan so far.
    pub fn new(
        existing: &'d Zone,
        desired: &'d Zone,
        changes: &'d [Change],
        state: &'d State,
    ) -> Self {
        Self { existing, desired, changes, state }
    }

    /// Updates of the desired dynamic records that have no change yet, and whose parts at the target are not as
    /// they have to be: a health check that was changed or is gone, say.
    pub fn drifted(&self, mut has_drifted: impl FnMut(&Record) -> bool) -> Vec<Change> {
        let planned: HashSet<_> = self.changes.iter().map(|change| key(change.record())).collect();
        let dynamic = self.desired.records().filter(|record| record.dynamic().is_some());
        let drifted =
            dynamic.filter(|record| !planned.contains(&key(record)) && has_drifted(record));
        let update = |record: &Arc<Record>| Change::Update {
            existing: Arc::clone(record),
            new: Arc::clone(record),
        };
        drifted.map(update).collect()
    }
}

fn key(record: &Record) -> (&RecordName, RecordType) {
    (record.name(), record.record_type())
}

/// How DNS servers answer for a record that a target holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answers {
    /// As it stands.
    #[default]
    AsWritten,
    /// With its values, and a TTL that the service chooses.
    AnyTtl,
    /// In a way that the record does not tell, for this reason: the service is a proxy for it, say.
    Otherwise(&'static str),
}

/// Reads and writes zones.
#[async_trait]
pub trait Provider: Source {
    /// Itself, if it plans by rules of its own: then none of [`Provider::drop_meaningless`], [`Provider::adapt`],
    /// [`Provider::is_significant`], [`Provider::extra_changes`] and [`Provider::meta`] is asked for a plan, but for
    /// one that was made earlier. Default: the engine plans.
    fn planner(&self) -> Option<&dyn Planner> {
        None
    }

    /// The options of a target, if the class keeps them itself instead of leaving them to the config. Default: it
    /// does not.
    fn target_options(&self) -> Option<TargetOptions> {
        None
    }

    /// Takes out of the desired state what means nothing at this service, before it is held against
    /// [`Capabilities`]. Default: nothing.
    fn drop_meaningless(&self, _desired: &mut Zone, _report: &mut Report) {}

    /// Reduces both zones to what this account can hold, beyond what [`Capabilities`] says.
    ///
    /// What is lost is reported by [`unsupported`](crate::engine::unsupported) findings: a target that is not
    /// strict (`strict_supports: false`) makes them warnings.
    ///
    /// # Errors
    ///
    /// Fails when it must ask the service and cannot.
    async fn adapt(
        &self,
        _desired: &mut Zone,
        _existing: &mut Zone,
        _report: &mut Report,
    ) -> Result<(), ProviderError> {
        Ok(())
    }

    /// Whether a change is real; `false` for a difference that only comes from how the service works.
    fn is_significant(&self, _change: &Change) -> bool {
        true
    }

    /// Changes that are needed although the records are the same.
    ///
    /// # Errors
    ///
    /// Fails when it must ask the service and cannot.
    async fn extra_changes(&self, _draft: &PlanDraft<'_>) -> Result<Vec<Change>, ProviderError> {
        Ok(Vec::new())
    }

    /// Settings of the zone to change besides its records.
    ///
    /// # Errors
    ///
    /// Fails when it must ask the service and cannot.
    async fn meta(&self, _draft: &PlanDraft<'_>) -> Result<Option<OwnedValue>, ProviderError> {
        Ok(None)
    }

    /// Whether the target is written as a whole from what the plan shows, so that what is hidden from the
    /// plan is gone afterwards, as `YamlProvider` does. For such targets alone a plan may create what is
    /// hidden from it. Default: no, and none but files that nobody else writes to may say yes.
    fn drops_hidden(&self) -> bool {
        false
    }

    /// Whether what it sends says what it replaces, so that the service itself refuses a change of what somebody else
    /// changed since it was read. Default: no; the time between reading and writing is all there is then.
    fn preconditions(&self) -> bool {
        false
    }

    /// How long a read may not show what was applied. Whoever verifies a plan reads again until then. Default: no
    /// time at all.
    fn settles_within(&self) -> Duration {
        Duration::ZERO
    }

    /// How DNS servers answer for a record that is there. Default: as it stands.
    fn answers(&self, _record: &Record) -> Answers {
        Answers::AsWritten
    }

    /// Whether the records of a name that change to a type which cannot be beside the old one, such as CNAME and A, are
    /// changed at once. If not, the name is without an answer in between, and plans say so. Default: true.
    fn turns_at_once(&self, _plan: &Plan) -> bool {
        true
    }

    /// How many of its zones are applied at the same time at most; with 1 they are applied in turn. What
    /// [`Provider::apply`] uses beside the plan has to bear so many. Default: 4.
    fn zones_at_once(&self) -> usize {
        4
    }

    /// About how many calls of the service applying a plan takes. Default: one for each change, and one to create
    /// the zone.
    fn calls(&self, plan: &Plan) -> usize {
        plan.changes.len() + usize::from(!plan.exists)
    }

    /// What so many calls cost the account as it is now. Default: it is not a service whose calls are counted.
    fn budget(&self, _calls: usize) -> Option<Budget> {
        None
    }

    /// Makes the changes of a plan, in whatever order is safest. Asks the log before anything is sent, and
    /// tells it the outcome.
    ///
    /// # Errors
    ///
    /// Stops at the first failure that makes going on unsafe; the log says what was done until then. `Ok`
    /// with a change that is not in the log as applied is an error as well.
    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError>;
}
