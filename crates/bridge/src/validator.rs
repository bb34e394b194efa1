//! Validators whose classes are written in Python.

use std::collections::HashMap;
use std::sync::Arc;

use octodns_core::registry::BuildError;
use octodns_core::validate::Sets;
use octodns_core::value::Position;
use octodns_core::zone::{ForeignValidator, ZoneFinding};
use octodns_core::{ProviderError, Record, Zone, ZoneName, async_trait};

use crate::rebuild::send;
use crate::records::{self, key_of};
use crate::requests::{Made, MadeValidator, Reasons, Scope, Validated};
use crate::session::Session;
use crate::wire::RecordKey;

/// A validator in the host.
#[derive(Debug)]
pub(crate) struct PythonValidator {
    session: Arc<Session>,
    /// What it goes by in the host.
    name: String,
    known: MadeValidator,
}

impl PythonValidator {
    /// The validator that goes by `name` in the host.
    ///
    /// # Errors
    ///
    /// If its class is none of a validator.
    pub(crate) fn new(
        session: Arc<Session>,
        name: &str,
        made: Made,
        position: Position,
    ) -> Result<Self, BuildError> {
        let Made { validator: Some(known), .. } = made else {
            let message = format!("{} is no validator", made.class);
            let help = "a validator is a RecordValidator, a ValueValidator or a ZoneValidator";
            return Err(BuildError::new(message, position).help(help));
        };
        Ok(Self { session, name: name.to_owned(), known })
    }
}

#[async_trait]
impl ForeignValidator for PythonValidator {
    fn id(&self) -> &str {
        &self.known.id
    }

    fn sets(&self) -> Sets<'_> {
        self.known.sets.as_ref().map(|sets| sets.iter().map(String::as_str).collect())
    }

    fn is_of_zones(&self) -> bool {
        self.known.scope == Scope::Zone
    }

    async fn records(
        &self,
        zone: &ZoneName,
        records: &[&Record],
    ) -> Result<Vec<(usize, String)>, ProviderError> {
        let wire = records.iter().map(|record| records::encode(record)).collect();
        let what = Validated::Records { zone: zone.as_str().to_owned(), records: wire };
        let found = self.session.host.validate(&self.name, what).await?;
        let places = places_of(records.iter().copied());
        let mut objections = Vec::new();
        for Reasons { records: about, reasons } in found {
            // What is about no record that was shown is about the first.
            let places: Vec<_> = about.iter().filter_map(|key| places.get(key).copied()).collect();
            let places = if places.is_empty() { vec![0] } else { places };
            for place in places {
                objections.extend(reasons.iter().map(|reason| (place, reason.clone())));
            }
        }
        Ok(objections)
    }

    async fn zone(&self, zone: &Zone) -> Result<Vec<ZoneFinding>, ProviderError> {
        let host = self.session.host.turn().await;
        let there = send(&host, zone).await?;
        let found = host.validate(&self.name, Validated::Zone(there.number())).await?;
        let records: Vec<_> = zone.records().collect();
        let places = places_of(records.iter().map(|record| &***record));
        let mut objections = Vec::new();
        for Reasons { records: about, reasons } in found {
            let mut meant: Vec<_> =
                about.iter().filter_map(|key| places.get(key).copied()).collect();
            meant.sort_unstable();
            let records: Vec<_> = meant.into_iter().map(|place| records[place]).collect();
            let objection = |reason| ZoneFinding::new(reason, records.iter().copied());
            objections.extend(reasons.into_iter().map(objection));
        }
        Ok(objections)
    }
}

/// Where each record stands among some.
fn places_of<'r>(records: impl Iterator<Item = &'r Record>) -> HashMap<RecordKey, usize> {
    records.enumerate().map(|(place, record)| (key_of(record), place)).collect()
}
