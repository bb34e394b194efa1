//! What is configured for one zone.

use std::sync::Arc;

use octodns_core::value::{Map, Value, python_str};
use octodns_core::{Diagnostic, Origin, Report};

use super::check_keys;
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
    /// Reads the entry of a zone; its faults go into `report`.
    pub(crate) fn read(
        name: &str,
        value: &Value<'_>,
        files: &[Arc<str>],
        report: &mut Report,
    ) -> Self {
        let origin = Origin::new(files, value.position);
        let mut reader = Reader { name, files, report };
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
        Self {
            origin,
            sources: map.get("sources").map(|value| reader.names("sources", value)),
            sources_are_null: map.get("sources").is_some_and(Value::is_null),
            targets: map.get("targets").map(|value| reader.names("targets", value)),
            processors: map
                .get("processors")
                .map_or_else(Vec::new, |value| reader.names("processors", value)),
            alias: map.get("alias").map(|value| reader.text("alias", value)),
            lenient: map.get("lenient").is_some_and(Value::is_truthy),
            always_dry_run: map.get("always-dry-run").is_some_and(Value::is_truthy),
            update_pcent_threshold: reader.share("update_pcent_threshold", map),
            delete_pcent_threshold: reader.share("delete_pcent_threshold", map),
            ignore_subzone_adds: map.get("ignore_subzone_adds").is_some_and(Value::is_truthy),
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
}

impl Reader<'_> {
    fn error(&mut self, value: &Value<'_>, message: String, help: &str) {
        let origin = Origin::new(self.files, value.position);
        let subject = format!("zone {}", self.name);
        let found = Diagnostic::error("config", message).about(subject).at(origin);
        self.report.push(found.help(help));
    }

    fn names(&mut self, key: &str, value: &Value<'_>) -> Vec<String> {
        if value.is_null() {
            return Vec::new();
        }
        let Some(list) = value.as_list() else {
            let message = format!("\"{key}\" must be a list of names, not {}", value.kind_name());
            let help = format!("write them in brackets: [{}]", python_str(value));
            self.error(value, message, &help);
            return Vec::new();
        };
        list.iter().map(python_str).collect()
    }

    fn text(&mut self, key: &str, value: &Value<'_>) -> String {
        if value.as_str().is_none() {
            let message = format!("\"{key}\" must be text, not {}", value.kind_name());
            self.error(value, message, "put it in quotes");
        }
        python_str(value)
    }

    fn share(&mut self, key: &str, map: &Map<'_>) -> Option<f64> {
        use octodns_core::value::Kind;
        let value = map.get(key).filter(|value| !value.is_null())?;
        match value.kind {
            Kind::Float(share) => Some(share),
            #[expect(clippy::cast_precision_loss, reason = "a share of small whole numbers")]
            Kind::Int(share) => Some(share as f64),
            _ => {
                let message =
                    format!("\"{key}\" must be a share such as 0.3, not {}", value.kind_name());
                self.error(value, message, "write 0.3 for 30 percent");
                None
            }
        }
    }
}
