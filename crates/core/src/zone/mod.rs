//! Zones: the records of one zone, shared until one of the holders changes them.

mod changes;
mod fill;
mod fingerprint;
mod since;
mod sub_zones;
mod validate;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use smallvec::SmallVec;

pub(crate) use changes::pairs;
pub use changes::{DiffScope, changes};
pub use fingerprint::{Fingerprint, FingerprintError};
pub use since::Difference;
pub use sub_zones::SubZones;
pub use validate::{
    Elsewhere, ForeignValidator, ZoneCheck, ZoneFinding, ZoneFunction, ZoneValidator,
    ZoneValidators,
};

use crate::change::Change;
use crate::diagnostic::{Diagnostic, Origin};
use crate::name::{RecordName, ZoneName};
use crate::record::{Record, RecordType};

/// The records of a name, by type.
type Node = SmallVec<[Arc<Record>; 1]>;

/// What is configured for a zone beside its records.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ZoneSettings {
    /// Names below this zone that are zones of their own.
    pub sub_zones: SubZones,
    /// Whether records that belong to a sub-zone are left out silently instead of refused.
    pub ignore_subzone_adds: bool,
    /// Share of existing records (0.0..=1.0) that may be updated without force; overrides the target's.
    pub update_pcent_threshold: Option<f64>,
    /// Share of existing records (0.0..=1.0) that may be deleted without force; overrides the target's.
    pub delete_pcent_threshold: Option<f64>,
    /// Where the zone is configured.
    pub origin: Origin,
    /// Ids of zone validators that are off for this zone.
    pub disabled_validators: Vec<String>,
    /// Ids of record validators that are off for this zone, by the record type they are written under; `*` is every type.
    pub disabled_record_validators: Vec<(String, String)>,
}

/// A zone and its records.
///
/// Cloning shares the records; the first change after that copies the references to them, never the
/// records themselves. So each target changes its own copy of the desired state.
#[derive(Clone, Debug)]
pub struct Zone {
    name: ZoneName,
    settings: Arc<ZoneSettings>,
    nodes: Arc<BTreeMap<RecordName, Node>>,
    len: usize,
}

/// How a record is added.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct AddOptions {
    /// Takes the place of a record with the same name and type instead of being refused.
    pub replace: bool,
    /// Is kept even where it belongs to a sub-zone.
    pub lenient: bool,
}

/// The outcome of adding a record. It is to be matched completely, so that no warning is lost.
#[derive(Debug)]
pub enum AddOutcome {
    /// It is in the zone.
    Kept,
    /// It is in the zone though it belongs to a sub-zone, because leniency was asked for.
    KeptInSubZone(AddError),
    /// It belongs to a sub-zone and was left out, as configured.
    Ignored,
}

/// Why a record is not added to a zone.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddError {
    /// Only NS and DS records of a sub-zone's own name belong to the parent (RFC 1034 section 4.2.1,
    /// RFC 4035 section 2.4).
    #[error("belongs to the configured zone \"{sub_zone}\"")]
    SubZone {
        /// The zone it belongs to.
        sub_zone: String,
        /// The record.
        record: Arc<Record>,
        /// The zone it was added to.
        zone: ZoneName,
    },
    /// There already is a record with this name and type.
    #[error("is defined twice; a name has one record per type, with all its values")]
    Duplicate {
        /// The record that was there first.
        existing: Arc<Record>,
        /// The record that was to be added.
        record: Arc<Record>,
        /// The zone.
        zone: ZoneName,
    },
}

const ONE_RECORD: &str = "write all its values into one record, or remove one of the two";

impl AddError {
    /// The finding a user sees.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let (code, record, zone) = match self {
            Self::SubZone { record, zone, .. } => ("sub-zone", record, zone),
            Self::Duplicate { record, zone, .. } => ("duplicate-record", record, zone),
        };
        let subject = format!("{} {}", record.decoded_fqdn(zone), record.record_type());
        let found =
            Diagnostic::error(code, self.to_string()).about(subject).at(record.origin().clone());
        match self {
            Self::SubZone { sub_zone, .. } => found.help(format!(
                "move it to \"{sub_zone}\"; only NS and DS of the sub-zone's apex stay here"
            )),
            Self::Duplicate { existing, .. } if existing.origin().is_known() => {
                found.help(ONE_RECORD).related("the first is at", existing.origin().clone())
            }
            Self::Duplicate { .. } => found.help(ONE_RECORD),
        }
    }
}

impl Zone {
    /// An empty zone with nothing configured.
    pub fn new(name: ZoneName) -> Self {
        Self::with_settings(name, Arc::default())
    }

    /// An empty zone.
    pub fn with_settings(name: ZoneName, settings: Arc<ZoneSettings>) -> Self {
        Self { name, settings, nodes: Arc::default(), len: 0 }
    }

    /// The name.
    pub fn name(&self) -> &ZoneName {
        &self.name
    }

    /// What is configured beside the records.
    pub fn settings(&self) -> &Arc<ZoneSettings> {
        &self.settings
    }

    /// Whether both are the same records, not copied since one was cloned from the other.
    pub(crate) fn shares_records_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.nodes, &other.nodes)
    }

    /// How many records (name and type) there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All records, by name (in IDNA form), then type.
    pub fn records(&self) -> impl Iterator<Item = &Arc<Record>> {
        self.nodes.values().flatten()
    }

    /// The records of each name, by name (in IDNA form).
    pub fn nodes(&self) -> impl Iterator<Item = (&RecordName, &[Arc<Record>])> {
        self.nodes.iter().map(|(name, node)| (name, node.as_slice()))
    }

    /// The records of a name, by type; empty when there are none.
    pub fn node(&self, name: &RecordName) -> &[Arc<Record>] {
        self.nodes.get(name).map_or(&[], |node| node.as_slice())
    }

    /// The records of a name in IDNA form and lower case.
    pub(crate) fn node_named(&self, name: &str) -> &[Arc<Record>] {
        self.nodes.get(name).map_or(&[], |node| node.as_slice())
    }

    /// The record of a name and type.
    pub fn get(&self, name: &RecordName, record_type: RecordType) -> Option<&Arc<Record>> {
        self.node(name).iter().find(|record| record.record_type() == record_type)
    }

    /// The NS record at the apex.
    pub fn root_ns(&self) -> Option<&Arc<Record>> {
        self.get(&RecordName::APEX, RecordType::NS)
    }

    /// Whether an absolute name (in IDNA form) with this type is this zone's to hold: below it and not
    /// in a sub-zone, whose NS records at its own name excepted.
    pub fn owns(&self, record_type: RecordType, fqdn: &str) -> bool {
        let dotted;
        let fqdn = if fqdn.ends_with('.') {
            fqdn
        } else {
            dotted = format!("{fqdn}.");
            &dotted
        };
        match self.name.relative(fqdn) {
            None => false,
            Some("") => true,
            Some(name) => match self.settings.sub_zones.covering(name) {
                None => true,
                Some(sub_zone) => sub_zone == name && record_type == RecordType::NS,
            },
        }
    }

    /// Adds a record.
    ///
    /// # Errors
    ///
    /// Refuses a record that belongs to a sub-zone, unless the record or `how` is lenient or the zone
    /// ignores such records; and a second record of the same name and type, unless it is to replace.
    pub fn add(
        &mut self,
        record: impl Into<Arc<Record>>,
        how: AddOptions,
    ) -> Result<AddOutcome, AddError> {
        let record = record.into();
        let outside = self.outside(&record);
        if let Some(error) = outside.as_ref()
            && !how.lenient
            && !record.options().lenient()
        {
            return if self.settings.ignore_subzone_adds {
                Ok(AddOutcome::Ignored)
            } else {
                Err(error.clone())
            };
        }
        self.insert(record, how.replace)?;
        Ok(outside.map_or(AddOutcome::Kept, AddOutcome::KeptInSubZone))
    }

    fn outside(&self, record: &Arc<Record>) -> Option<AddError> {
        let name = record.name().as_str();
        let sub_zone = self.settings.sub_zones.owner_of(name, record.record_type())?;
        let sub_zone = self.name.absolute(sub_zone);
        let zone = self.name.clone();
        Some(AddError::SubZone { sub_zone, record: Arc::clone(record), zone })
    }

    fn insert(&mut self, record: Arc<Record>, replace: bool) -> Result<(), AddError> {
        let node = match Arc::make_mut(&mut self.nodes).entry(record.name().clone()) {
            Entry::Vacant(vacant) => {
                let mut node = Node::new();
                node.push(record);
                vacant.insert(node);
                self.len += 1;
                return Ok(());
            }
            Entry::Occupied(occupied) => occupied.into_mut(),
        };
        match node.binary_search_by_key(&record.record_type(), |held| held.record_type()) {
            Ok(index) if replace => node[index] = record,
            Ok(index) => {
                let (existing, zone) = (Arc::clone(&node[index]), self.name.clone());
                return Err(AddError::Duplicate { existing, record, zone });
            }
            Err(index) => {
                node.insert(index, record);
                self.len += 1;
            }
        }
        Ok(())
    }

    /// Puts a record in, in place of one with the same name and type, sub-zones or not.
    pub fn set(&mut self, record: impl Into<Arc<Record>>) {
        // Replacing is never refused.
        let _ = self.insert(record.into(), true);
    }

    /// Takes a record out.
    pub fn remove(&mut self, name: &RecordName, record_type: RecordType) -> Option<Arc<Record>> {
        // Looked up first, so that removing what is not there copies nothing.
        self.get(name, record_type)?;
        let nodes = Arc::make_mut(&mut self.nodes);
        let node = nodes.get_mut(name)?;
        let index = node.iter().position(|record| record.record_type() == record_type)?;
        let record = node.remove(index);
        if node.is_empty() {
            nodes.remove(name);
        }
        self.len -= 1;
        Some(record)
    }

    /// Keeps the records that `keep` says yes to.
    pub fn retain(&mut self, mut keep: impl FnMut(&Arc<Record>) -> bool) {
        let going: Vec<_> = self.records().filter(|record| !keep(record)).cloned().collect();
        for record in going {
            self.remove(record.name(), record.record_type());
        }
    }

    /// Makes changes to the records, as a target that has applied them holds them.
    pub fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Delete(record) => {
                    self.remove(record.name(), record.record_type());
                }
                Change::Create(new) | Change::Update { new, .. } => self.set(Arc::clone(new)),
            }
        }
    }
}

#[cfg(test)]
mod tests;
