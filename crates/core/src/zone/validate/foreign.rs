//! Validators whose code takes asking: that of another process, say.

use std::sync::Arc;

use async_trait::async_trait;

use super::{ZoneFinding, ZoneValidator};
use crate::error::ProviderError;
use crate::name::ZoneName;
use crate::record::Record;
use crate::validate::{Findings, RawRecord, RecordValidator, Sets, TypedRecord};
use crate::zone::Zone;

/// A validator that is asked about all records of a zone at once, or about the zone.
///
/// It belongs to sets, is switched on and off, and takes the place of others by its id, as any validator does.
#[async_trait]
pub trait ForeignValidator: Send + Sync {
    /// The name of this validator in configurations and findings.
    fn id(&self) -> &str;

    /// The sets this validator is part of.
    fn sets(&self) -> Sets<'_>;

    /// Whether it looks at whole zones, not at records.
    fn is_of_zones(&self) -> bool;

    /// What it objects to in records: each time the place of a record among them, and why. Default: nothing.
    ///
    /// # Errors
    ///
    /// If it cannot be asked.
    async fn records(
        &self,
        _zone: &ZoneName,
        _records: &[&Record],
    ) -> Result<Vec<(usize, String)>, ProviderError> {
        Ok(Vec::new())
    }

    /// What it objects to in a zone. Default: nothing.
    ///
    /// # Errors
    ///
    /// If it cannot be asked.
    async fn zone(&self, _zone: &Zone) -> Result<Vec<ZoneFinding>, ProviderError> {
        Ok(Vec::new())
    }
}

/// Stands for a foreign validator among those that look at one record or zone at a time. It has nothing to say itself.
#[derive(Clone)]
pub struct Elsewhere(Arc<dyn ForeignValidator>);

impl Elsewhere {
    /// Stands for this one.
    pub fn new(validator: Arc<dyn ForeignValidator>) -> Self {
        Self(validator)
    }
}

impl RecordValidator for Elsewhere {
    fn id(&self) -> &str {
        self.0.id()
    }

    fn sets(&self) -> Sets<'_> {
        self.0.sets()
    }

    fn validate(&self, _: &RawRecord<'_>, _: &mut Findings) {}

    fn accepts(&self, _: &TypedRecord<'_>) -> bool {
        true
    }
}

impl ZoneValidator for Elsewhere {
    fn id(&self) -> &str {
        self.0.id()
    }

    fn sets(&self) -> Sets<'_> {
        self.0.sets()
    }

    fn validate(&self, _: &Zone, _: &mut Vec<ZoneFinding>) {}
}
