//! Reads records from record sets.

use std::collections::BTreeMap;
use std::sync::Arc;

use octodns_core::record::dynamic::Status;
use octodns_core::record::{LoadContext, Record};
use octodns_core::value::Map;
use octodns_core::{Diagnostic, ProviderError, ZoneRead};

use crate::client::Locations;
use crate::dynamic::{self, ReadError};
use crate::health_check::HealthCheck;
use crate::rrset::{Body, RrSet, foreign_routing};
use crate::{alias, records};

/// Converts record sets to records.
pub(crate) struct Reading<'r> {
    pub(crate) context: LoadContext<'r>,
    pub(crate) networks: &'r BTreeMap<String, Locations>,
    pub(crate) checks: &'r BTreeMap<String, HealthCheck>,
    pub(crate) read: ZoneRead,
}

/// The name of a record and its kind, which its record sets share.
type Group<'s> = (&'s str, Kind<'s>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind<'s> {
    Plain(&'s str),
    Dynamic(&'s str),
    Alias,
}

impl Reading<'_> {
    pub(crate) fn all(&mut self, sets: &[RrSet]) -> Result<(), ProviderError> {
        let mut groups: BTreeMap<Group<'_>, Vec<&RrSet>> = BTreeMap::new();
        for set in sets.iter().filter(|set| records::is_known(&set.record_type)) {
            let group = match (dynamic::record_of(set), &set.body) {
                (Some(name), _) => (name, Kind::Dynamic(&set.record_type)),
                (None, Body::Alias(_)) => (&*set.name, Kind::Alias),
                (None, _) => (&*set.name, Kind::Plain(&set.record_type)),
            };
            groups.entry(group).or_default().push(set);
        }
        for ((fqdn, kind), sets) in groups {
            let Some(name) = self.context.zone.relative(fqdn) else {
                let zone = self.context.zone;
                return Err(ProviderError::failed(format!(
                    "the zone {zone} has a record set \"{fqdn}\", which is not in it"
                )));
            };
            let data = match kind {
                Kind::Alias => {
                    self.warn_of_routing(fqdn, &sets);
                    Some(alias::to_data(&sets, self.context.zone))
                }
                Kind::Plain(_) => self.plain(fqdn, &sets)?,
                Kind::Dynamic(_) => self.dynamic(fqdn, &sets)?,
            };
            let Some(data) = data else { continue };
            let record =
                Record::load(&name.into(), &data.into(), &self.context, &mut self.read.report);
            self.read.records.extend(record.map(Arc::new));
        }
        Ok(())
    }

    fn plain(
        &mut self,
        fqdn: &str,
        sets: &[&RrSet],
    ) -> Result<Option<Map<'static>>, ProviderError> {
        self.warn_of_routing(fqdn, sets);
        let Some(set) = sets.first() else { return Ok(None) };
        let Body::Values { ttl, values } = &set.body else { return Ok(None) };
        records::to_data(&set.record_type, *ttl, values)
            .map(Some)
            .map_err(|value| unreadable(fqdn, &set.record_type, &ReadError::Value(value)))
    }

    fn dynamic(
        &mut self,
        fqdn: &str,
        sets: &[&RrSet],
    ) -> Result<Option<Map<'static>>, ProviderError> {
        // A check of somebody else, or a missing one, does not count.
        let status = |id: Option<&str>| {
            id.and_then(|id| self.checks.get(id)).map_or(Status::Up, HealthCheck::status)
        };
        let networks = |collection: &str| self.networks.get(collection).cloned();
        match (dynamic::read(sets, &status, &networks), sets.first()) {
            (Ok(data), _) => Ok(Some(data)),
            (Err(ReadError::NoDefault), Some(set)) => {
                let error = ReadError::NoDefault;
                self.warn(fqdn, &set.record_type, error.to_string());
                Ok(None)
            }
            (Err(error), set) => {
                let record_type = set.map_or("", |set| &set.record_type);
                Err(unreadable(fqdn, record_type, &error))
            }
        }
    }

    fn warn_of_routing(&mut self, fqdn: &str, sets: &[&RrSet]) {
        let foreign = sets.iter().find_map(|set| Some((set, foreign_routing(set)?)));
        if let Some((set, kind)) = foreign {
            let message = format!(
                "has {kind} made elsewhere, which is not read; changing the record will be refused"
            );
            self.warn(fqdn, &set.record_type, message);
        }
    }

    fn warn(&mut self, fqdn: &str, record_type: &str, message: String) {
        let subject = format!("{fqdn} {record_type}");
        let found = Diagnostic::warning("route53-foreign", message).about(subject);
        self.read.report.push(found.help("change it where it was made, or remove it there first"));
    }
}

fn unreadable(fqdn: &str, record_type: &str, error: &ReadError) -> ProviderError {
    ProviderError::failed(format!("cannot read {fqdn} {record_type}: {error}"))
}
