//! Which certificates may be issued.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Check, ZoneCheck, ZoneFinding, ZoneFunction};
use crate::RecordName;
use crate::options::{self, BuildError};
use crate::record::{RecordData, RecordType};
use crate::validate::{SETS, of_validator};
use crate::value::OwnedValue;
use crate::zone::Zone;

/// The validators of this family.
pub(super) const CHECKS: &[ZoneCheck] = &[ZoneCheck {
    id: "caa-best-practices",
    class: "octodns.zone.caa.CaaZoneValidator",
    short_class: &["octodns.zone.CaaZoneValidator"],
    sets: &["best-practice"],
    check: Check::Configurable(configure, of_validator::<Options>),
}];

/// Options of `caa-best-practices`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// Whether the apex must have a CAA record. Default: optional.
    #[serde(default)]
    presence: Presence,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Presence {
    /// It may be missing.
    #[default]
    Optional,
    /// It must not be missing.
    Required,
}

fn configure(options: &OwnedValue) -> Result<ZoneFunction, BuildError> {
    let Options { presence } = options::Options::read(options, &[SETS])?;
    Ok(Arc::new(move |zone: &Zone, findings: &mut Vec<ZoneFinding>| {
        validate(zone, presence, findings);
    }))
}

/// RFC 8659: `issue` speaks for wildcards too where there is no `issuewild`.
fn validate(zone: &Zone, presence: Presence, findings: &mut Vec<ZoneFinding>) {
    let at_apex = zone.get(&RecordName::APEX, RecordType::CAA);
    if presence == Presence::Required && at_apex.is_none() {
        let message = format!("{} has no CAA record", zone.name());
        findings.push(ZoneFinding::new(message, []).help("say who may issue certificates for it"));
    }
    for record in zone.records() {
        let RecordData::Caa(values) = record.data() else { continue };
        let has = |tag: &str| values.iter().any(|value| value.tag == tag);
        let name = record.decoded_fqdn(zone.name());
        if has("issuewild") {
            continue;
        }
        findings.push(match values.iter().position(|value| value.tag == "issue") {
            None => {
                let message =
                    format!("the CAA record {name} has neither \"issue\" nor \"issuewild\"");
                ZoneFinding::new(message, [record]).help(
                    "without them anybody may issue certificates: add the issuers, or \";\" for none",
                )
            }
            Some(issue) => {
                let message =
                    format!("the CAA record {name} has \"issue\" without \"issuewild\"");
                ZoneFinding::new(message, [record]).to_value(record, issue).help(
                    "add issuewild with the same value, or \";\" to allow no wildcard certificates",
                )
            }
        });
    }
}
