//! The config file: read, checked, and its secrets filled in.

mod deprecated;
mod foreign;
mod journal;
mod keys;
mod secrets;
mod validators;
mod verify;
mod zone;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use octodns_core::provider::Includes;
use octodns_core::value::{Map, OwnedValue, Position, Value};
use octodns_core::{Diagnostic, Origin, Report};
use octodns_yaml::{FileIncludes, LoadOptions};

pub(crate) use deprecated::instead_of;
pub(crate) use foreign::Foreign;
pub(crate) use journal::JournalSection;
use keys::truth;
pub(crate) use keys::{check_keys, check_keys_but};
pub(crate) use secrets::{Filled, Secrets, register};
pub(crate) use validators::{Reader as ValidatorsReader, Types, Validators};
pub(crate) use verify::VerifySection;
pub(crate) use zone::ZoneConfig;
#[cfg(test)]
pub(crate) use {
    journal::KEYS as JOURNAL_KEYS, validators::KEYS as VALIDATOR_KEYS, verify::KEYS as VERIFY_KEYS,
    zone::KEYS as ZONE_KEYS,
};

use crate::failure::Failure;

/// The sections of a config file.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// What is worth knowing about it, though nothing is held up by it.
    pub(crate) warnings: Report,
    /// The files it consists of, for positions.
    pub(crate) files: Vec<Arc<str>>,
    /// What it includes that messages do not show.
    pub(crate) foreign: Foreign,
    pub(crate) manager: ManagerSection,
    pub(crate) providers: Map<'static>,
    pub(crate) processors: Map<'static>,
    pub(crate) secret_handlers: Map<'static>,
    pub(crate) validators: Map<'static>,
    pub(crate) zones: Map<'static>,
}

/// The `manager:` section.
#[derive(Debug, Default)]
pub(crate) struct ManagerSection {
    pub(crate) max_workers: Option<usize>,
    pub(crate) enable_checksum: bool,
    pub(crate) processors: Vec<String>,
    pub(crate) post_processors: Vec<String>,
    /// Where the names of processors stand.
    pub(crate) processors_at: Vec<(String, Position)>,
    /// The options of `auto_arpa`, if it is on.
    pub(crate) auto_arpa: Option<OwnedValue>,
    pub(crate) include_meta: bool,
    /// What is for whoever makes foreign classes: the keys that begin with `python`.
    pub(crate) foreign: Map<'static>,
    pub(crate) includes: Option<Includes>,
    pub(crate) journal: JournalSection,
    pub(crate) plan_outputs: Option<Map<'static>>,
    pub(crate) validators: Option<OwnedValue>,
    pub(crate) verify: VerifySection,
}

pub(crate) const SECTIONS: [&str; 6] =
    ["manager", "providers", "processors", "secret_handlers", "validators", "zones"];
pub(crate) const MANAGER_KEYS: [&str; 15] = [
    "auto_arpa",
    "enable_checksum",
    "include_meta",
    "includes",
    "journal",
    "max_workers",
    "plan_outputs",
    "post_processors",
    "processors",
    "python",
    "python_env",
    "python_path",
    "python_timeout",
    "validators",
    "verify",
];

impl Config {
    /// Reads a config file; `home` is what `~` means in what it includes.
    pub(crate) fn read(path: &Path, home: Option<PathBuf>) -> Result<Self, Failure> {
        let name = path.to_string_lossy();
        let text = octodns_files::read_input(path).map_err(|error| {
            let message = format!("cannot read the config file: {error}");
            let found = Diagnostic::error("config", message).at(Origin::file(&*name));
            Failure::from(found.help("name a file that can be read with --config-file"))
        })?;
        Self::from_text(path, &text, home)
    }

    /// Reads the text of a config file that is, or might be, at `path`.
    pub(crate) fn from_text(
        path: &Path,
        text: &[u8],
        home: Option<PathBuf>,
    ) -> Result<Self, Failure> {
        let name = path.to_string_lossy();
        let includes = FileIncludes::new(home);
        let load = LoadOptions::new(&*name).include(&includes).warn_duplicates();
        let foreign = Foreign::unread(path);
        let document = octodns_yaml::load_bytes(text, &load)
            .map_err(|error| Failure::from(foreign.while_reading(error.to_diagnostic(), &name)))?;
        let text = std::str::from_utf8(text).unwrap_or_default();
        // Positions of what is included are in other texts.
        let sets_anchor = |at: Position| at.file == 0 && keys::sets_anchor(text, at);
        let (root, files) = (document.root.into_owned(), document.files);
        let foreign = foreign.of(&root, &files);
        let shown = foreign.clone();
        Self::from_value(root, files, foreign, document.report, sets_anchor)
            .map_err(|report| shown.shown_all(report).into())
    }

    /// The sections of what a config file says; `report` is what was found while reading it.
    fn from_value(
        root: OwnedValue,
        files: Vec<Arc<str>>,
        foreign: Foreign,
        mut report: Report,
        sets_anchor: impl Fn(Position) -> bool,
    ) -> Result<Self, Report> {
        let mut reader = Reader { files: &files, report: &mut report };
        let mut root = reader.map("the config", root);
        if reader.report.has_errors() {
            return Err(report);
        }
        check_keys_but("the config", &root, &SECTIONS, &files, reader.report, sets_anchor);
        // The finding about a misspelt section says what is missing.
        let has_slips = reader.report.has_errors();
        let mut section =
            |reader: &mut Reader<'_>, name: &str, required: bool| match root.remove(name) {
                Some(value) if !value.is_null() || required => reader.map(name, value),
                Some(_) => Map::new(),
                None => {
                    if required && !has_slips {
                        let message = format!("the section \"{name}\" is missing");
                        reader.error(Position::NONE, message, &format!("add `{name}: {{}}`"));
                    }
                    Map::new()
                }
            };
        let manager = section(&mut reader, "manager", false);
        let validators = section(&mut reader, "validators", false);
        let manager = reader.manager(manager);
        let (providers, processors, secret_handlers, zones) = (
            section(&mut reader, "providers", true),
            section(&mut reader, "processors", false),
            section(&mut reader, "secret_handlers", false),
            section(&mut reader, "zones", true),
        );
        if report.has_errors() {
            return Err(report);
        }
        let warnings = report;
        Ok(Self {
            warnings,
            files,
            foreign,
            manager,
            providers,
            processors,
            secret_handlers,
            validators,
            zones,
        })
    }

    /// The place of a position in this config.
    pub(crate) fn origin(&self, position: Position) -> Origin {
        Origin::new(&self.files, position)
    }
}

struct Reader<'r> {
    files: &'r [Arc<str>],
    report: &'r mut Report,
}

impl Reader<'_> {
    fn error(&mut self, position: Position, message: String, help: &str) {
        let origin = if position.is_known() {
            Origin::new(self.files, position)
        } else {
            self.files.first().map_or_else(Origin::default, |file| Origin::file(Arc::clone(file)))
        };
        self.report.push(Diagnostic::error("config", message).at(origin).help(help));
    }

    fn map(&mut self, what: &str, value: OwnedValue) -> Map<'static> {
        let (position, found) = (value.position, value.kind_name());
        if let octodns_core::value::Kind::Map(map) = value.kind {
            return map;
        }
        let help = "write `name: value` lines, indented below it";
        self.error(position, format!("{what} must be a mapping, not {found}"), help);
        Map::new()
    }

    fn manager(&mut self, mut map: Map<'static>) -> ManagerSection {
        check_keys("manager", &map, &MANAGER_KEYS, self.files, self.report);
        let lists = ["processors", "post_processors"].map(|key| map.get(key)?.as_list());
        let names = lists.into_iter().flatten().flatten();
        let processors_at =
            names.filter_map(|name| Some((name.as_str()?.to_owned(), name.position)));
        let processors_at = processors_at.collect();
        let foreign = MANAGER_KEYS.iter().filter(|key| key.starts_with("python"));
        let foreign = foreign.filter_map(|key| Some((*key, map.remove(key)?))).collect();
        ManagerSection {
            foreign,
            processors_at,
            validators: map.remove("validators"),
            max_workers: self.max_workers(map.get("max_workers")),
            enable_checksum: self.truth("enable_checksum", &map),
            processors: self.names("manager.processors", map.get("processors")),
            auto_arpa: self.auto_arpa(&map),
            include_meta: self.truth("include_meta", &map),
            verify: self.verify(&map),
            includes: self.includes(map.get("includes")),
            journal: self.journal(map.remove("journal")),
            post_processors: self.names("manager.post_processors", map.get("post_processors")),
            plan_outputs: map
                .remove("plan_outputs")
                .filter(Value::is_truthy)
                .map(|value| self.map("manager.plan_outputs", value)),
        }
    }

    fn truth(&mut self, key: &'static str, map: &Map<'_>) -> bool {
        truth("manager", map, key, self.files, self.report)
    }

    /// The options of `auto_arpa`; `true` is all defaults.
    fn auto_arpa(&mut self, map: &Map<'static>) -> Option<OwnedValue> {
        let value = map.get("auto_arpa")?;
        if value.as_map().is_some() {
            return value.is_truthy().then(|| value.clone());
        }
        let defaults = Value { position: value.position, ..Value::from(Map::new()) };
        self.truth("auto_arpa", map).then_some(defaults)
    }

    fn includes(&mut self, value: Option<&Value<'_>>) -> Option<Includes> {
        let value = value.filter(|value| !value.is_null())?;
        match value.as_str() {
            Some("folder") => Some(Includes::Folder),
            Some("anywhere") => Some(Includes::Anywhere),
            _ => {
                let message = "manager.includes must be \"folder\" or \"anywhere\"".to_owned();
                self.error(value.position, message, "write `includes: folder`, the default");
                None
            }
        }
    }

    fn max_workers(&mut self, value: Option<&Value<'_>>) -> Option<usize> {
        let value = value.filter(|value| value.is_truthy())?;
        let number = value.as_int().or_else(|| value.as_str()?.trim().parse().ok());
        let workers = number.and_then(|number| usize::try_from(number).ok());
        if workers.is_none() {
            let message = "manager.max_workers must be a whole number of at least 1";
            self.error(value.position, message.to_owned(), "write a number, such as 4");
        }
        workers
    }

    fn names(&mut self, what: &str, value: Option<&Value<'_>>) -> Vec<String> {
        let Some(value) = value.filter(|value| !value.is_null()) else { return Vec::new() };
        let names = value.as_list().map(|list| {
            list.iter().map(|name| name.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        });
        names.flatten().unwrap_or_else(|| {
            let message = format!("{what} must be a list of names");
            self.error(value.position, message, "write the names in brackets: [one, two]");
            Vec::new()
        })
    }
}
