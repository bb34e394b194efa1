//! Included text that messages about a config do not show: secrets are often in files of their own.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use octodns_core::provider::Includes;
use octodns_core::value::{Kind, Value, python_str};
use octodns_core::{Diagnostic, Report};
use octodns_files::Scope;

/// Shorter texts are not searched for in messages: they would be found by chance.
const SHORTEST: usize = 4;

/// The files whose text is not shown: those outside the folder of the config, and those of one value only.
#[derive(Clone, Debug, Default)]
pub(crate) struct Foreign {
    scope: Option<Scope>,
    files: HashSet<Arc<str>>,
    texts: HashSet<String>,
}

impl Foreign {
    /// Of the config at a path, which consists of `files`, all of which are foreign until [`Foreign::of`].
    pub(crate) fn unread(path: &Path) -> Self {
        let folder = path.parent().unwrap_or(Path::new(""));
        Self { scope: Some(Scope::new(folder, Includes::Folder)), ..Self::default() }
    }

    /// The foreign files among those of a config that was read.
    pub(crate) fn of(self, root: &Value<'_>, files: &[Arc<str>]) -> Self {
        let Self { scope: Some(scope), .. } = self else { return self };
        if files.len() < 2 {
            return Self { scope: Some(scope), ..Self::default() };
        }
        let mut places = Places::new();
        note_places(root, &mut places);
        let is_foreign = |(index, file): (usize, &Arc<str>)| {
            let is_part = places.get(&index).is_some_and(|places| places.len() > 1);
            let shown = is_part && scope.shows(Path::new(&**file));
            index > 0 && !shown
        };
        let foreign: Vec<bool> = files.iter().enumerate().map(is_foreign).collect();
        let mut texts = HashSet::new();
        note_texts(root, &foreign, &mut texts);
        let files = files.iter().zip(foreign).filter(|(_, foreign)| *foreign);
        let files = files.map(|(file, _)| Arc::clone(file)).collect();
        Self { scope: Some(scope), files, texts }
    }

    /// A finding of reading the config, without the words of any file but `main` and those beside it.
    pub(crate) fn while_reading(&self, found: Diagnostic, main: &str) -> Diagnostic {
        let Some(scope) = &self.scope else { return found };
        let file = found.origin.file.as_deref();
        let is_foreign = file.is_some_and(|file| file != main);
        if is_foreign { scope.withhold(found, "") } else { found }
    }

    /// A finding as it may be shown.
    pub(crate) fn shown(&self, found: Diagnostic) -> Diagnostic {
        let Some(scope) = self.scope.as_ref().filter(|_| !self.files.is_empty()) else {
            return found;
        };
        let origins = std::iter::once(&found.origin).chain(found.related.iter().map(|(_, at)| at));
        let mut files = origins.filter_map(|origin| origin.file.as_ref());
        let words = [&found.subject, &found.message].into_iter().chain(&found.help);
        let mut words = words.chain(found.related.iter().map(|(what, _)| what));
        let is_foreign = files.any(|file| self.files.contains(file))
            || words.any(|words| self.texts.iter().any(|text| words.contains(&**text)));
        drop((files, words));
        if is_foreign { scope.withhold(found, "") } else { found }
    }

    /// The findings as they may be shown.
    pub(crate) fn shown_all(&self, report: Report) -> Report {
        report.into_iter().map(|found| self.shown(found)).collect()
    }
}

/// The places of the nodes in each file, by its index.
type Places = HashMap<usize, HashSet<(u32, u16)>>;

/// Notes where nodes are. A file with several is a part of the config; one with a single one may be a secret.
fn note_places(value: &Value<'_>, places: &mut Places) {
    let place = value.position;
    places.entry(place.file.into()).or_default().insert((place.line, place.column));
    match &value.kind {
        Kind::List(values) => values.iter().for_each(|value| note_places(value, places)),
        Kind::Map(map) => {
            for (key, value) in map {
                note_places(key, places);
                note_places(value, places);
            }
        }
        _ => {}
    }
}

/// Notes the texts that are in foreign files, as messages may spell them.
fn note_texts(value: &Value<'_>, foreign: &[bool], texts: &mut HashSet<String>) {
    match &value.kind {
        Kind::List(values) => values.iter().for_each(|value| note_texts(value, foreign, texts)),
        Kind::Map(map) => {
            for (key, value) in map {
                note_texts(key, foreign, texts);
                note_texts(value, foreign, texts);
            }
        }
        _ if foreign.get(usize::from(value.position.file)) == Some(&true) => {
            let text = python_str(value);
            let spellings = [text.escape_debug().to_string(), text.to_lowercase(), text.clone()];
            texts.extend(spellings.into_iter().filter(|text| text.len() >= SHORTEST));
        }
        _ => {}
    }
}
