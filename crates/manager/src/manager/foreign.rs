//! Entries of a config that name a class: looked up among those that are compiled in, and among foreign ones.

use std::sync::Arc;

use octodns_core::registry::{BuildError, Class, Classes, Foreign, ForeignEntry, MadeOrNot};
use octodns_core::value::{Kind, Map, OwnedValue, Position, python_str};

use super::Version;
use super::build::Build;
use super::faults::about_class;
use crate::config::{Filled, Secrets};

/// What asks a foreign class for something of a kind.
pub(super) type MakeForeign<T> = fn(&dyn Foreign, &ForeignEntry<'_>) -> MadeOrNot<T>;

/// The class that an entry of the config names, and its options with the secrets filled in.
pub(super) struct Chosen<T> {
    class: Named<T>,
    pub(super) options: Map<'static>,
    pub(super) filled: Filled,
    /// Where the class is named.
    position: Position,
    /// What may be meant if there is no such class.
    meant: Option<String>,
}

/// A class, where it was found.
pub(super) enum Named<T> {
    /// In this build, under this name.
    Native(String, Class<T>),
    /// Elsewhere, by its path.
    Foreign(Arc<dyn Foreign>, String),
}

impl<T> Chosen<T> {
    /// The path of the class.
    pub(super) fn path(&self) -> &str {
        match &self.class {
            Named::Native(_, class) => class.path,
            Named::Foreign(_, path) => path,
        }
    }

    /// Whether it is not a class of this build.
    pub(super) fn is_foreign(&self) -> bool {
        matches!(self.class, Named::Foreign(..))
    }
}

impl Build<'_> {
    /// What the classes of a section make, each with its id.
    pub(super) fn made<T: Clone>(
        &mut self,
        kind: &'static str,
        section: Map<'static>,
        classes: &Classes<T>,
        secrets: &Secrets,
        foreign: MakeForeign<T>,
    ) -> Vec<(String, T)> {
        let make = |(key, value): (OwnedValue, OwnedValue)| {
            let id = python_str(&key);
            let chosen = self.class(kind, &id, key.position, value, classes, secrets)?;
            let made = self.make(kind, &id, key.position, chosen, foreign)?;
            Some((id, made))
        };
        section.into_iter().filter_map(make).collect()
    }

    /// The class an entry names, and its options with the secrets filled in.
    pub(super) fn class<T: Clone>(
        &mut self,
        kind: &'static str,
        id: &str,
        at: Position,
        value: OwnedValue,
        classes: &Classes<T>,
        secrets: &Secrets,
    ) -> Option<Chosen<T>> {
        let place = value.get("class").map_or(at, |class| class.position);
        match choose(value, at, classes, self.foreign.as_ref()) {
            Ok((class, mut options)) => {
                if let Named::Native(name, class) = &class {
                    self.warn_of_deprecated(kind, id, place, class.path);
                    if let Some(path) = classes.instead_of(name) {
                        self.warn_of_old_path(kind, id, place, (name, path));
                    }
                }
                let filled = secrets.fill(&mut options);
                if let Named::Native(_, class) = &class
                    && let Some(help) = classes.after_closing(class.path, &options)
                {
                    self.warn_of_closed(kind, id, place, (class.path, help));
                }
                self.missing(kind, id, &filled);
                let meant = match &class {
                    Named::Foreign(_, path) => classes.nearest(path).map(str::to_owned),
                    Named::Native(..) => None,
                };
                Some(Chosen { class, options, filled, position: place, meant })
            }
            Err(error) => {
                self.fault(kind, id, at, error);
                None
            }
        }
    }

    /// What the class makes of its options; a finding if it makes nothing.
    pub(super) fn make<T: Clone>(
        &mut self,
        kind: &'static str,
        id: &str,
        at: Position,
        chosen: Chosen<T>,
        foreign: MakeForeign<T>,
    ) -> Option<T> {
        let Chosen { class, options, filled, position, meant } = chosen;
        let made = match class {
            Named::Native(name, class) => {
                let module = name.rsplit_once('.').map_or(class.module(), |(module, _)| module);
                self.push_version(kind, id, module, class.version);
                (class.build)(id, &OwnedValue::from(options))
            }
            // What is missing was told already, and classes may not be made without it.
            Named::Foreign(..) if !filled.missing.is_empty() => return None,
            Named::Foreign(maker, path) => {
                let secrets = filled.secrets();
                let mut entry = ForeignEntry::new(id, &path, &options);
                (entry.secrets, entry.position) = (&secrets, position);
                let made = foreign(&*maker, &entry).map_err(|error| or_meant(error, meant));
                made.map(|made| {
                    self.push_version(kind, id, &made.module, &made.version);
                    made.made
                })
            }
        };
        made.map_err(|error| self.fault(kind, id, at, filled.withhold(error))).ok()
    }

    fn push_version(&mut self, kind: &'static str, name: &str, module: &str, version: &str) {
        let (name, module) = (name.to_owned(), module.to_owned());
        self.versions.push(Version { kind, name, module, version: version.to_owned() });
    }
}

/// The error about a class that there is not, with the class of this build that may be meant.
fn or_meant(error: BuildError, meant: Option<String>) -> BuildError {
    let Some(meant) = meant else { return error };
    let otherwise =
        error.help.as_deref().map(|help| format!(" Otherwise {help}")).unwrap_or_default();
    error.help(format!("did you mean \"{meant}\"?{otherwise}"))
}

/// The class that an entry names, and the options beside it.
fn choose<T: Clone>(
    value: OwnedValue,
    at: Position,
    classes: &Classes<T>,
    foreign: Option<&Arc<dyn Foreign>>,
) -> Result<(Named<T>, Map<'static>), BuildError> {
    let fault =
        |message: String, help: String, position| BuildError::new(message, position).help(help);
    let Kind::Map(mut options) = value.kind else {
        let help = "write `class`, and its options, indented below it";
        return Err(fault("must be a mapping with a \"class\"".to_owned(), help.to_owned(), at));
    };
    let Some(class) = options.remove("class") else {
        let help = "add `class`, such as `class: octodns.provider.yaml.YamlProvider`";
        return Err(fault("missing key \"class\"".to_owned(), help.to_owned(), at));
    };
    let name = python_str(&class);
    if let Some(found) = classes.get(&name) {
        return Ok((Named::Native(name, found.clone()), options));
    }
    if let Some(foreign) = foreign {
        let forced = name.strip_prefix(foreign.prefix()).map(str::to_owned);
        let is_path = |name: &&String| name.contains('.') && !name.contains([':', '/', ' ']);
        if let Some(path) = forced.as_ref().or_else(|| Some(&name).filter(is_path)) {
            return Ok((Named::Foreign(Arc::clone(foreign), path.clone()), options));
        }
    }
    let message = format!("unknown class \"{name}\", it is not part of this build");
    Err(fault(message, about_class(&name, classes), class.position))
}
