//! Which validators are at work: the sets, and what is switched on and off one by one.

use std::collections::BTreeSet;
use std::sync::Arc;

use octodns_core::record::{RecordType, RecordTypes};
use octodns_core::validate::{RecordValidators, ValidatorError};
use octodns_core::value::{Map, Value, python_str};
use octodns_core::zone::{ForeignValidator, ZoneValidator, ZoneValidators};
use octodns_core::{Diagnostic, Origin, Report, nearest};

use super::check_keys;

/// The set that is at work when a config says nothing.
const DEFAULT_SET: &str = "legacy";

pub(crate) const KEYS: [&str; 5] =
    ["disable_validators", "enabled", "record", "validators", "zone"];
const SWITCHES: [&str; 2] = ["disable_validators", "validators"];

/// The validators of a manager.
pub(crate) struct Validators {
    pub(crate) records: RecordValidators,
    pub(crate) zones: ZoneValidators,
    /// Those that take asking. Their places are among the others.
    pub(crate) foreign: Vec<Arc<dyn ForeignValidator>>,
}

/// Ids by the record type they are written under, `*` for every type.
pub(crate) type IdsByType = Vec<(String, String)>;

/// Reads sections about validators; its faults go into `report`.
pub(crate) struct Reader<'r> {
    /// What the findings are about, such as `zone example.com.`.
    pub(crate) subject: &'r str,
    pub(crate) files: &'r [Arc<str>],
    pub(crate) report: &'r mut Report,
}

impl Reader<'_> {
    /// Says that something is wrong; where nothing can be added later, callers go on.
    fn error(&mut self, value: &Value<'_>, message: impl Into<String>, help: impl Into<String>) {
        self.tell(Diagnostic::error("config", message), value, help.into());
    }

    fn warn(&mut self, value: &Value<'_>, message: impl Into<String>, help: impl Into<String>) {
        self.tell(Diagnostic::warning("config", message), value, help.into());
    }

    fn tell(&mut self, found: Diagnostic, value: &Value<'_>, help: String) {
        let origin = Origin::new(self.files, value.position);
        self.report.push(found.about(self.subject).at(origin).help(help));
    }

    fn map<'v, 'a>(&mut self, what: &str, value: Option<&'v Value<'a>>) -> Option<&'v Map<'a>> {
        let value = value.filter(|value| !value.is_null())?;
        if value.as_map().is_none() {
            let message = format!("\"{what}\" must be a mapping, not {}", value.kind_name());
            self.error(value, message, "indent what belongs to it below it");
        }
        value.as_map()
    }

    /// The ids of a list, each with its place.
    fn ids<'v, 'a>(&mut self, what: &str, value: Option<&'v Value<'a>>) -> &'v [Value<'a>] {
        let Some(value) = value.filter(|value| !value.is_null()) else { return &[] };
        let Some(list) = value.as_list() else {
            let message = format!("\"{what}\" must be a list, not {}", value.kind_name());
            let help = format!("write [{}]", python_str(value));
            self.error(value, message, help);
            return &[];
        };
        for id in list.iter().filter(|id| id.as_str().is_none()) {
            let message = format!("\"{what}\" must hold names, not {}", id.kind_name());
            self.error(id, message, "write the id of a validator");
        }
        list
    }

    /// Calls `each` with the types and ids of a mapping of lists.
    fn by_type<'v, 'a>(
        &mut self,
        what: &str,
        value: Option<&'v Value<'a>>,
        mut each: impl FnMut(&mut Self, &'v Value<'a>, &'v Value<'a>),
    ) {
        let Some(map) = self.map(what, value) else { return };
        for (of, ids) in map {
            for id in self.ids(&format!("{what}.{}", python_str(of)), Some(ids)) {
                each(self, of, id);
            }
        }
    }

    /// What a zone switches off: validators of records by type, and those of the zone.
    pub(crate) fn zone(&mut self, value: Option<&Value<'_>>) -> (IdsByType, Vec<String>) {
        let (mut by_type, mut of_zone) = (Vec::new(), Vec::new());
        let Some(map) = self.map("validators", value) else { return (by_type, of_zone) };
        check_keys("validators", map, &["record", "zone"], self.files, self.report);
        if let Some(record) = self.map("record", map.get("record")) {
            check_keys("record", record, &["disable_validators"], self.files, self.report);
            let disabled = record.get("disable_validators");
            self.by_type("disable_validators", disabled, |reader, of, id| {
                if reader.may_be_disabled(id) {
                    by_type.push((python_str(of), python_str(id)));
                }
            });
        }
        if let Some(zone) = self.map("zone", map.get("zone")) {
            check_keys("zone", zone, &["disable_validators"], self.files, self.report);
            for id in self.ids("disable_validators", zone.get("disable_validators")) {
                if self.may_be_disabled(id) {
                    of_zone.push(python_str(id));
                }
            }
        }
        (by_type, of_zone)
    }

    fn may_be_disabled(&mut self, id: &Value<'_>) -> bool {
        let is_bridge = id.as_str().is_some_and(|id| id.starts_with('_'));
        if is_bridge {
            let error = ValidatorError::Bridge(python_str(id));
            let help = "remove it: the other validators rely on those whose ids start with _";
            self.error(id, error.to_string(), help);
        }
        !is_bridge
    }

    /// Puts the validators to work that `manager.validators` asks for.
    pub(crate) fn manager(
        &mut self,
        value: Option<&Value<'_>>,
        types: &RecordTypes,
        validators: &mut Validators,
    ) {
        let empty = Map::new();
        let map = self.map("validators", value).unwrap_or(&empty);
        check_keys("manager.validators", map, &KEYS, self.files, self.report);
        self.sets(map.get("enabled"), validators);
        let record = self.map("record", map.get("record")).unwrap_or(&empty);
        check_keys("record", record, &SWITCHES, self.files, self.report);

        let added = self.current("validators", map, record);
        self.by_type("record.validators", added, |reader, of, id| {
            let Some(scope) = reader.scope(of, types) else { return };
            let Some(name) = id.as_str() else { return };
            if validators.records.enable(name, scope.types()).is_err() {
                let known = validators.records.available().map(|(_, validator)| validator.id());
                let message = format!("there is no record validator \"{name}\"");
                reader.error(id, message, meant(name, known));
            }
        });
        let removed = self.current("disable_validators", map, record);
        self.by_type("record.disable_validators", removed, |reader, of, id| {
            let Some(scope) = reader.scope(of, types) else { return };
            let Some(name) = id.as_str().filter(|_| reader.may_be_disabled(id)) else { return };
            if validators.records.disable(name, scope.types()) == Ok(0) {
                let of = python_str(of);
                let known = validators.records.available().map(|(_, validator)| validator.id());
                let message = format!("the validator \"{name}\" is not enabled for \"{of}\"");
                reader.warn(id, message, advice(name, known).unwrap_or_else(idle));
            }
        });
        self.zones(map.get("zone"), &mut validators.zones);
    }

    fn zones(&mut self, value: Option<&Value<'_>>, validators: &mut ZoneValidators) {
        let Some(zone) = self.map("zone", value) else { return };
        check_keys("zone", zone, &SWITCHES, self.files, self.report);
        for id in self.ids("zone.validators", zone.get("validators")) {
            let Some(name) = id.as_str() else { continue };
            if validators.enable(name).is_err() {
                let message = format!("there is no zone validator \"{name}\"");
                self.error(id, message, meant(name, validators.available_ids()));
            }
        }
        for id in self.ids("zone.disable_validators", zone.get("disable_validators")) {
            let Some(name) = id.as_str().filter(|_| self.may_be_disabled(id)) else { continue };
            if validators.disable(name) == Ok(false) {
                let message = format!("the validator \"{name}\" is not enabled");
                let help = advice(name, validators.available_ids()).unwrap_or_else(idle);
                self.warn(id, message, help);
            }
        }
    }

    fn sets(&mut self, value: Option<&Value<'_>>, validators: &mut Validators) {
        let Some(value) = value else {
            validators.records.enable_sets(&[DEFAULT_SET]);
            validators.zones.enable_sets([DEFAULT_SET]);
            return;
        };
        if value.is_null() {
            let help = "write the names of sets, or [] for none";
            self.error(value, "\"enabled\" must be a list of sets", help);
        }
        let mut enabled = Vec::new();
        for set in self.ids("enabled", Some(value)) {
            let Some(name) = set.as_str() else { continue };
            let known = known_sets(validators);
            if !known.contains(name) {
                let help = advice(name, known.iter().map(String::as_str));
                let message = format!("there is no validator set \"{name}\"");
                if let Some(help) = help {
                    self.error(set, message, help);
                } else {
                    let known: Vec<_> = known.into_iter().collect();
                    self.warn(set, message, format!("sets are: {}", known.join(", ")));
                }
            }
            enabled.push(name);
        }
        validators.records.enable_sets(&enabled);
        validators.zones.enable_sets(enabled.iter().copied());
    }

    /// A section under `record`, or where it once was.
    fn current<'v, 'a>(
        &mut self,
        key: &str,
        outer: &'v Map<'a>,
        record: &'v Map<'a>,
    ) -> Option<&'v Value<'a>> {
        let (old, new) = (outer.get(key), record.get(key));
        if let Some(old) = old {
            let help = format!("write it under \"record\": manager.validators.record.{key}");
            if new.is_some() {
                let message = format!("\"{key}\" is given twice, here and under \"record\"");
                self.error(old, message, help);
            } else {
                let message = format!("manager.validators.{key} is deprecated");
                self.warn(old, message, help);
            }
        }
        new.or(old)
    }

    /// What a key stands for: a record type, or `*`.
    pub(crate) fn scope(&mut self, of: &Value<'_>, types: &RecordTypes) -> Option<Types> {
        let name = python_str(of);
        if name == "*" {
            return Some(Types::ALL);
        }
        if let Some(entry) = types.get(&name) {
            return Some(Types(Some([entry.record_type()])));
        }
        let upper = name.to_ascii_uppercase();
        let message = format!("\"{name}\" is not a record type");
        self.error(of, message, meant(&upper, types.names()));
        None
    }
}

/// Every type, or one.
#[derive(Clone, Copy)]
pub(crate) struct Types(Option<[RecordType; 1]>);

impl Types {
    pub(crate) const ALL: Self = Self(None);

    pub(crate) fn types(&self) -> Option<&[RecordType]> {
        self.0.as_ref().map(<[_; 1]>::as_slice)
    }
}

/// Advice about a name that is none of those known: the nearest, or all of them.
fn meant<'c>(name: &str, known: impl IntoIterator<Item = &'c str>) -> String {
    let known: BTreeSet<&str> = known.into_iter().collect();
    advice(name, known.iter().copied()).unwrap_or_else(|| {
        let known: Vec<_> = known.into_iter().collect();
        format!("write one of: {}", known.join(", "))
    })
}

fn idle() -> String {
    "remove it: there is nothing of that name to disable".to_owned()
}

fn advice<'c>(name: &str, known: impl IntoIterator<Item = &'c str>) -> Option<String> {
    nearest(name, known)
        .filter(|meant| *meant != name)
        .map(|meant| format!("did you mean \"{meant}\"?"))
}

fn known_sets(validators: &Validators) -> BTreeSet<String> {
    let of_records = validators.records.available().filter_map(|(_, validator)| validator.sets());
    let of_zones = validators.zones.available().filter_map(ZoneValidator::sets);
    of_records.chain(of_zones).flatten().map(str::to_owned).collect()
}
