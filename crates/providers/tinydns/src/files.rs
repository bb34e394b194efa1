//! The files of a folder: read as a whole, indexed by name, and used for every zone.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use octodns_core::name::idna;
use octodns_core::provider::Includes;
use octodns_core::value::Position;
use octodns_core::{Diagnostic, Origin, ProviderError, ZoneName};
use octodns_files::Scope;

use crate::lines::{Line, split};
use crate::octets;

/// The first characters of lines that define no records: comments, disabled addresses, locations, and SOA.
const IGNORED: &[char] = &['#', '-', '%', 'Z'];

/// The first characters of lines that define records.
const KNOWN: &[char] = &['=', '^', '.', '&', 'C', '+', '@', '\'', '3', '6', 'S', ':'];

/// All lines of all files.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// The names of the files, for positions.
    pub(crate) names: Vec<Arc<str>>,
    /// Which of them are links to files whose text messages do not show.
    hidden: Vec<Arc<str>>,
    scope: Option<Scope>,
    texts: Vec<String>,
    /// The lines that define records, in the order of the files.
    places: Vec<Place>,
    /// The lines by their name, with reversed labels so that the lines of a zone are adjacent.
    index: Vec<(String, usize)>,
    /// The order in which kinds of lines first appear, which is the order of processing.
    ranks: HashMap<char, usize>,
}

/// The place of a line.
#[derive(Clone, Copy, Debug)]
struct Place {
    file: u16,
    line: u32,
    start: usize,
    end: usize,
}

impl Files {
    /// Reads every file of a folder, except hidden ones, whose name starts with a dot.
    pub(crate) fn read(folder: &Path, includes: Includes) -> Result<Self, ProviderError> {
        let mut files = Self::default();
        let scope = Scope::new(folder, includes);
        for path in paths(folder)? {
            let name: Arc<str> = path.to_string_lossy().into();
            let text = text_of(&path, &scope)?;
            if scope.hides_linked(&path) {
                files.hidden.push(Arc::clone(&name));
            }
            files.add(name, text)?;
        }
        files.index.sort_by(|(left, _), (right, _)| left.cmp(right));
        files.scope = Some(scope);
        Ok(files)
    }

    fn add(&mut self, name: Arc<str>, text: String) -> Result<(), ProviderError> {
        let Ok(file) = u16::try_from(self.names.len()) else {
            let folder = Path::new(&*name).parent().unwrap_or(Path::new(".")).display();
            return Err(ProviderError::failed(format!("too many files in \"{folder}\"")));
        };
        for (number, line) in split(&text) {
            let Some(mark) = line.chars().next() else { continue };
            if !KNOWN.contains(&mark) {
                let is_shown = !self.hidden.contains(&name);
                if is_shown && !IGNORED.contains(&mark) && !line.trim().is_empty() {
                    tracing::warn!(
                        target: "octodns", logger = "TinyDnsFileSource",
                        "{name}:{number}:1: lines that start with {mark:?} are left out",
                    );
                }
                continue;
            }
            let (seen, start) = (self.ranks.len(), line.as_ptr() as usize - text.as_ptr() as usize);
            self.ranks.entry(mark).or_insert(seen);
            let place = Place { file, line: number, start, end: start + line.len() };
            if let Some(line) = Line::new(line, place.position()) {
                self.index.push((backwards(&absolute(line.name().text)), self.places.len()));
                self.places.push(place);
            }
        }
        self.names.push(name);
        self.texts.push(text);
        Ok(())
    }

    /// A finding as it may be shown.
    pub(crate) fn shown(&self, found: Diagnostic, zone: &ZoneName) -> Diagnostic {
        let is_hidden =
            |origin: &Origin| origin.file.as_ref().is_some_and(|file| self.hidden.contains(file));
        let hides = is_hidden(&found.origin) || found.related.iter().any(|(_, at)| is_hidden(at));
        match self.scope.as_ref().filter(|_| hides) {
            Some(scope) => scope.withhold(found, zone.as_str()),
            None => found,
        }
    }

    /// The lines for names in a zone, in the order of the files.
    pub(crate) fn of_zone(&self, zone: &ZoneName) -> Vec<Line<'_>> {
        let zone = backwards(zone.as_str());
        let start = self.index.partition_point(|(name, _)| name.as_str() < zone.as_str());
        let within = self.index[start..].iter().take_while(|(name, _)| name.starts_with(&zone));
        let mut numbers: Vec<usize> = within.map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        numbers.into_iter().filter_map(|number| self.line(self.places.get(number)?)).collect()
    }

    /// All lines of these kinds, in the order of the files.
    pub(crate) fn of_kinds(&self, marks: &[char]) -> impl Iterator<Item = Line<'_>> {
        self.places
            .iter()
            .filter_map(|place| self.line(place))
            .filter(|line| marks.contains(&line.mark))
    }

    /// The lines without a name, except those that only matter for reverse zones.
    pub(crate) fn nameless(&self) -> impl Iterator<Item = Line<'_>> {
        let first = self.index.iter().take_while(|(name, _)| name.is_empty());
        let lines = first.filter_map(|(_, number)| self.line(self.places.get(*number)?));
        lines.filter(|line| line.mark != '^')
    }

    /// The order in which two kinds of lines are processed.
    pub(crate) fn order(&self, left: char, right: char) -> Ordering {
        self.ranks.get(&left).cmp(&self.ranks.get(&right))
    }

    fn line(&self, place: &Place) -> Option<Line<'_>> {
        let text = self.texts.get(usize::from(place.file))?.get(place.start..place.end)?;
        Line::new(text, place.position())
    }
}

impl Place {
    fn position(self) -> Position {
        Position { file: self.file, line: self.line, column: 1 }
    }
}

/// A name with its final dot, in IDNA form and lowercase; unchanged if IDNA refuses it, which the validation
/// of the record then reports.
pub(crate) fn absolute(name: &str) -> String {
    let name = octets::name(name);
    let name = name.strip_suffix('.').unwrap_or(&name);
    let mut name = idna::encode(name).map_or_else(|_| name.to_lowercase(), Into::into);
    if !name.is_empty() {
        name.push('.');
    }
    name
}

/// An absolute name with its labels reversed: `com.example.www.`.
pub(crate) fn backwards(name: &str) -> String {
    if name == "." {
        return String::new();
    }
    let mut labels: Vec<&str> = name.split_terminator('.').rev().collect();
    // A dot after the last label, so that only a name below another one starts with it.
    labels.push("");
    if labels.len() == 1 { String::new() } else { labels.join(".") }
}

fn paths(folder: &Path) -> Result<Vec<PathBuf>, ProviderError> {
    let entries = fs::read_dir(folder).map_err(failed("list", folder))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed("list", folder))?.path();
        let name = path.file_name().unwrap_or_default();
        if !name.as_encoded_bytes().starts_with(b".") {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    Ok(paths)
}

fn text_of(path: &Path, scope: &Scope) -> Result<String, ProviderError> {
    let mut bytes = scope.read(path).map_err(failed("read", path))?;
    // Some editors start a file with a byte order mark, which is not part of the first line.
    if bytes.starts_with("\u{feff}".as_bytes()) {
        bytes.drain(.."\u{feff}".len());
    }
    Ok(octets::text_of(bytes))
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ProviderError {
    let path = path.to_string_lossy().into_owned();
    move |source| ProviderError::Io { doing, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_with_their_zone() {
        for (name, expected) in [
            ("WWW.Example.com", "com.example.www."),
            ("example.com.", "com.example."),
            ("bücher.example", "example.xn--bcher-kva."),
            ("\\052.Example.com", "com.example.*."),
            ("", ""),
            (".", ""),
        ] {
            assert_eq!(backwards(&absolute(name)), expected, "{name}");
        }
    }
}
