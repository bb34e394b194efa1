//! Changes: what has to be done to one RRset of a zone.

mod cause;
mod origin;

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

pub use cause::ChangeCause;
pub use origin::ChangeOrigin;

use crate::name::{RecordName, ZoneName};
use crate::record::{Record, RecordType};
use crate::value::{Map, OwnedValue, Value};

/// One change of a plan. There are no other kinds: providers match all three.
#[derive(Clone, Debug)]
pub enum Change {
    /// An RRset that the target lacks.
    Create(Arc<Record>),
    /// An RRset that the target holds differently.
    Update {
        /// What the target holds.
        existing: Arc<Record>,
        /// What it is to hold.
        new: Arc<Record>,
    },
    /// An RRset that the target holds and should not.
    Delete(Arc<Record>),
}

impl Change {
    /// The new record, or for a deletion the existing one.
    pub fn record(&self) -> &Arc<Record> {
        match self {
            Self::Create(record) | Self::Delete(record) | Self::Update { new: record, .. } => {
                record
            }
        }
    }

    /// What the target holds now.
    pub fn existing(&self) -> Option<&Arc<Record>> {
        match self {
            Self::Create(_) => None,
            Self::Delete(existing) | Self::Update { existing, .. } => Some(existing),
        }
    }

    /// What the target is to hold.
    pub fn desired(&self) -> Option<&Arc<Record>> {
        match self {
            Self::Delete(_) => None,
            Self::Create(new) | Self::Update { new, .. } => Some(new),
        }
    }

    /// `Create`, `Update` or `Delete`.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Create(_) => "Create",
            Self::Update { .. } => "Update",
            Self::Delete(_) => "Delete",
        }
    }

    /// The change as plan JSON and the checksum have it.
    pub fn to_value(&self) -> OwnedValue {
        let mut map = Map::new();
        map.insert("type", Value::from(self.verb().to_lowercase()));
        if let Some(existing) = self.existing() {
            map.insert("existing", existing.to_value());
        }
        map.insert("name", Value::from(self.record().name().as_str().to_owned()));
        if let Some(new) = self.desired() {
            map.insert("new", new.to_value());
        }
        map.insert("record_type", Value::from(self.record().record_type().as_str().to_owned()));
        map.into()
    }

    /// The change in one line, as in `Create www.example.com. 300 A 192.0.2.1`.
    pub fn display<'c>(&'c self, zone: &'c ZoneName) -> impl fmt::Display + 'c {
        ChangeText { change: self, zone }
    }

    /// Deletions first, so that a name is free before something else is created there.
    fn order(&self) -> (u8, &RecordName, RecordType) {
        let class = match self {
            Self::Delete(_) => 0,
            Self::Create(_) => 1,
            Self::Update { .. } => 2,
        };
        (class, self.record().name(), self.record().record_type())
    }

    /// The order of a plan: deletions, creations, updates; then name, then type.
    pub fn cmp_in_plan(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

struct ChangeText<'c> {
    change: &'c Change,
    zone: &'c ZoneName,
}

impl fmt::Display for ChangeText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, zone) = (self.change.verb(), self.zone);
        match self.change {
            Change::Create(record) | Change::Delete(record) => {
                write!(f, "{verb} {}", record.display(zone))
            }
            Change::Update { existing, new } => {
                write!(f, "{verb} {} -> {}", existing.display(zone), new.display(zone))
            }
        }
    }
}
