//! Files that zone data includes or links to and whose text messages do not show.

use std::path::Path;
use std::sync::Arc;

use octodns_core::value::{Kind, Special};
use octodns_core::{Diagnostic, Origin, Value, ZoneName};

use crate::FileIncludes;

/// Tells which findings are about text that messages do not show.
pub(super) struct Foreign<'f> {
    /// The file that includes the others.
    main: &'f Arc<str>,
    /// Whether that is a link to a file whose text messages do not show.
    linked: bool,
    includes: &'f FileIncludes,
    zone: &'f ZoneName,
}

impl<'f> Foreign<'f> {
    pub(super) fn new(
        main: &'f Arc<str>,
        linked: bool,
        includes: &'f FileIncludes,
        zone: &'f ZoneName,
    ) -> Self {
        Self { main, linked, includes, zone }
    }

    /// A finding as it may be shown.
    pub(super) fn shown(&self, found: Diagnostic) -> Diagnostic {
        let is_foreign = |origin: &Origin| origin.file.as_ref().is_some_and(|file| self.is(file));
        let related = found.related.iter().any(|(_, origin)| is_foreign(origin));
        if related || is_foreign(&found.origin) { self.withhold(found) } else { found }
    }

    /// A finding that may quote a foreign file, without its words.
    pub(super) fn withhold(&self, found: Diagnostic) -> Diagnostic {
        match self.includes.scope() {
            Some(scope) => scope.withhold(found, &self.zone.to_string()),
            None => found,
        }
    }

    /// Whether an entry has text of a foreign file.
    pub(super) fn is_in(&self, files: &[Arc<str>], name: &Value<'_>, data: &Value<'_>) -> bool {
        if self.linked || files.len() < 2 {
            return self.linked;
        }
        let foreign: Vec<bool> = files.iter().map(|file| self.is(file)).collect();
        foreign.contains(&true) && [name, data].into_iter().any(|value| has(value, &foreign))
    }

    fn is(&self, file: &Arc<str>) -> bool {
        let shows = |file| self.includes.scope().is_none_or(|scope| scope.shows(Path::new(file)));
        if file == self.main { self.linked } else { !shows(&**file) }
    }
}

/// Whether a value, or one within it, is from a foreign file.
fn has(value: &Value<'_>, foreign: &[bool]) -> bool {
    let file = usize::from(value.position.file);
    let is_foreign = value.position.is_known() && foreign.get(file) == Some(&true);
    is_foreign
        || match &value.kind {
            Kind::List(values) => values.iter().any(|value| has(value, foreign)),
            Kind::Map(map) => {
                map.iter().any(|(key, value)| has(key, foreign) || has(value, foreign))
            }
            Kind::Special(special) => match &**special {
                Special::Set(values) | Special::Tuple(values) => {
                    values.iter().any(|value| has(value, foreign))
                }
                _ => false,
            },
            _ => false,
        }
}
