//! What is configured for one zone.

use std::sync::Arc;

use octodns_core::value::{Kind, Map, Value, python_str};
use octodns_core::{Diagnostic, Origin, Report};

use super::check_keys;
use super::keys::truth;
use super::validators::{IdsByType, Reader as ValidatorsReader};

/// The configuration of a zone, or of the zones that a dynamic entry stands for.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one key of a zone, or says one thing of it"
)]
pub(crate) struct ZoneConfig {
    pub(crate) origin: Origin,
    /// `None` when the key is missing.
    pub(crate) sources: Option<Vec<String>>,
    /// Nothing stands behind `sources:`; syncing takes that for no sources, validating objects.
    pub(crate) sources_are_null: bool,
    /// `None` when the key is missing.
    pub(crate) targets: Option<Vec<String>>,
    pub(crate) processors: Vec<String>,
    pub(crate) alias: Option<String>,
    pub(crate) lenient: bool,
    pub(crate) always_dry_run: bool,
    pub(crate) update_pcent_threshold: Option<f64>,
    pub(crate) delete_pcent_threshold: Option<f64>,
    pub(crate) ignore_subzone_adds: bool,
    pub(crate) glob: Option<String>,
    pub(crate) regex: Option<String>,
    /// Validators of records that are off for this zone.
    pub(crate) disabled_record_validators: IdsByType,
    /// Validators of zones that are off for this one.
    pub(crate) disabled_validators: Vec<String>,
    /// Where the names of sources, targets and processors stand: the key, the name.
    places: Vec<(&'static str, String, Origin)>,
}

pub(crate) const KEYS: [&str; 12] = [
    "alias",
    "always-dry-run",
    "delete_pcent_threshold",
    "glob",
    "ignore_subzone_adds",
    "lenient",
    "processors",
    "regex",
    "sources",
    "targets",
    "update_pcent_threshold",
    "validators",
];

impl ZoneConfig {
    /// Where a name stands below a key, such as `sources`; else where the zone does.
    pub(crate) fn place(&self, key: &str, name: &str) -> Origin {
        let found = self.places.iter().find(|(of, known, _)| *of == key && known == name);
        found.map_or(&self.origin, |(_, _, origin)| origin).clone()
    }

    /// Reads the entry of a zone; its faults go into `report`.
    pub(crate) fn read(
        name: &str,
        value: &Value<'_>,
        files: &[Arc<str>],
        report: &mut Report,
    ) -> Self {
        let origin = Origin::new(files, value.position);
        let mut reader = Reader { name, files, report, places: Vec::new() };
        let empty = Map::new();
        let map = value.as_map().unwrap_or_else(|| {
            let message = format!("must be a mapping, not {}", value.kind_name());
            reader.error(value, message, "write its `sources` and `targets`");
            &empty
        });
        check_keys(&format!("zone {name}"), map, &KEYS, files, reader.report);
        let subject = format!("zone {name}");
        let mut validators = ValidatorsReader { subject: &subject, files, report: reader.report };
        let (disabled_record_validators, disabled_validators) =
            validators.zone(map.get("validators"));
        let mut names = |key| map.get(key).map(|value| reader.names(key, value));
        let (sources, targets) = (names("sources"), names("targets"));
        let processors = names("processors").unwrap_or_default();
        Self {
            origin,
            sources,
            sources_are_null: map.get("sources").is_some_and(Value::is_null),
            targets,
            processors,
            places: std::mem::take(&mut reader.places),
            alias: map.get("alias").map(|value| reader.text("alias", value)),
            lenient: reader.truth("lenient", map),
            always_dry_run: reader.truth("always-dry-run", map),
            update_pcent_threshold: reader.share("update_pcent_threshold", map),
            delete_pcent_threshold: reader.share("delete_pcent_threshold", map),
            ignore_subzone_adds: reader.truth("ignore_subzone_adds", map),
            glob: map.get("glob").map(|value| reader.text("glob", value)),
            disabled_record_validators,
            disabled_validators,
            regex: map.get("regex").map(|value| reader.text("regex", value)),
        }
    }
}

struct Reader<'r> {
    name: &'r str,
    files: &'r [Arc<str>],
    report: &'r mut Report,
    places: Vec<(&'static str, String, Origin)>,
}

impl Reader<'_> {
    fn error(&mut self, value: &Value<'_>, message: String, help: &str) {
        let origin = Origin::new(self.files, value.position);
        let subject = format!("zone {}", self.name);
        let found = Diagnostic::error("config", message).about(subject).at(origin);
        self.report.push(found.help(help));
    }

    fn truth(&mut self, key: &'static str, map: &Map<'_>) -> bool {
        truth(&format!("zone {}", self.name), map, key, self.files, self.report)
    }

    fn names(&mut self, key: &'static str, value: &Value<'_>) -> Vec<String> {
        if value.is_null() {
            return Vec::new();
        }
        let Some(list) = value.as_list() else {
            let message = format!("\"{key}\" must be a list of names, not {}", value.kind_name());
            let meant = match value.as_map() {
                Some(map) => map.iter().map(|(name, _)| python_str(name)).collect(),
                None => vec![python_str(value)],
            };
            self.error(value, message, &format!("write names in brackets: [{}]", meant.join(", ")));
            return Vec::new();
        };
        let mut names = Vec::with_capacity(list.len());
        for item in list {
            if item.as_map().is_some() || item.as_list().is_some() {
                let message = format!("\"{key}\" is a list of names, not of {}", item.kind_name());
                self.error(item, message, "write the name alone");
                continue;
            }
            let name = python_str(item);
            let origin = Origin::new(self.files, item.position);
            if origin.is_known() {
                self.places.push((key, name.clone(), origin));
            }
            names.push(name);
        }
        names
    }

    fn text(&mut self, key: &str, value: &Value<'_>) -> String {
        if value.as_str().is_none() {
            let message = format!("\"{key}\" must be text, not {}", value.kind_name());
            self.error(value, message, "put it in quotes");
        }
        python_str(value)
    }

    fn share(&mut self, key: &str, map: &Map<'_>) -> Option<f64> {
        let value = map.get(key).filter(|value| !value.is_null())?;
        let Some(share) = number(value) else {
            let message =
                format!("\"{key}\" must be a share such as 0.3, not {}", value.kind_name());
            self.error(value, message, "write 0.3 for 30 percent");
            return None;
        };
        if !(0.0..=1.0).contains(&share) {
            let message = format!("\"{key}\" must be a share between 0 and 1, not {share}");
            self.error(value, message, "write 0.3 for 30 percent");
        }
        Some(share)
    }
}

/// A number, in quotes as well.
fn number(value: &Value<'_>) -> Option<f64> {
    match &value.kind {
        Kind::Float(number) => Some(*number),
        #[expect(clippy::cast_precision_loss, reason = "a share is between 0 and 1")]
        Kind::Int(number) => Some(*number as f64),
        Kind::Str(text) => text.trim().parse().ok(),
        _ => None,
    }
}
