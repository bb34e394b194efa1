//! The files that findings are about: their lines, and which of them may be shown.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use octodns_core::Origin;

use super::masked::masked;
use crate::inert::has_command;

/// Longer lines are not shown: the place says enough.
const LONGEST_LINE: usize = 400;

/// The files that findings are about, each read once.
///
/// Lines are shown of files below the folders this is made with, and of no others: a zone file may include
/// other files, and where that is one with a secret in it, what is wrong with it must not end up in a log.
/// Once a config is read, that is the config and the folders of its sources. Of a config, where credentials
/// are, keys are shown without their values.
#[derive(Debug, Default)]
pub struct Sources {
    folders: Vec<PathBuf>,
    /// Those of the config, when it is read.
    of_config: Vec<PathBuf>,
    /// The config, and what it includes.
    config: Vec<Arc<str>>,
    /// Whether all there is to be found is in the config, or in a file that it includes.
    only_config: bool,
    files: HashMap<Arc<str>, Option<Text>>,
}

impl Sources {
    /// The files below these folders; hidden ones (`.env`) excluded.
    pub fn below(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut sources = Self::default();
        sources.add(folders);
        sources
    }

    /// Adds folders whose files may be shown.
    pub fn add(&mut self, folders: impl IntoIterator<Item = PathBuf>) {
        self.folders.extend(folders.into_iter().filter_map(|folder| fs::canonicalize(folder).ok()));
    }

    /// Takes note of the config: until it is read, findings are about it and what it includes.
    pub fn config(&mut self, file: &str) {
        self.config.push(file.into());
        self.only_config = true;
    }

    /// Takes note of that the config was read, and of what files it consists.
    pub fn config_is_read(&mut self, files: impl IntoIterator<Item = Arc<str>>) {
        self.config.extend(files);
        self.only_config = false;
        self.of_config = std::mem::take(&mut self.folders);
    }

    /// The line at a place, as it may be shown, if it can be had, and the bytes of the word that is meant.
    pub(super) fn shown(&mut self, origin: &Origin) -> Option<(Cow<'_, str>, Range<usize>)> {
        let is_config = || origin.file.as_ref().is_some_and(|file| self.config.contains(file));
        let is_shown = |(line, _): &(&str, Range<usize>)| !has_command(line);
        if !self.only_config && !is_config() {
            return self.line(origin).filter(is_shown).map(|(line, word)| (line.into(), word));
        }
        let (line, word) = self.line(origin).filter(is_shown)?;
        let (line, word) = (line.to_owned(), word);
        let section = self.section(origin).unwrap_or_default();
        // Neither has options of providers in it.
        if matches!(section, "manager" | "zones") {
            return Some((line.into(), word));
        }
        masked(&line, &word).map(|(line, word)| (line.into(), word))
    }

    /// The key without indentation that a place is below.
    fn section(&self, origin: &Origin) -> Option<&str> {
        let text = self.files.get(origin.file.as_ref()?)?.as_ref()?;
        let lines = (1..=index(origin.line)).rev().filter_map(|number| text.line(number));
        let key = |line: &str| line.starts_with(|first: char| first.is_ascii_alphabetic());
        lines.into_iter().find(|line| key(line))?.split(':').next()
    }

    /// The line at a place, if it can be had, and the bytes of the word that is meant.
    fn line(&mut self, origin: &Origin) -> Option<(&str, Range<usize>)> {
        let file = origin.file.as_ref()?;
        if !self.files.contains_key(file) {
            let text = self.may_show(file).then(|| Text::read(file)).flatten();
            self.files.insert(Arc::clone(file), text);
        }
        let line = self.files.get(file)?.as_ref()?.line(index(origin.line))?;
        Some((line, word_at(line, index(origin.column))))
    }

    /// The column after the word at a place, in characters counted from 1.
    pub(super) fn end_column(&mut self, origin: &Origin) -> Option<u32> {
        let (line, word) = self.line(origin)?;
        let length = u32::try_from(line[word].chars().count()).ok()?;
        (length > 0).then(|| origin.column.saturating_add(length))
    }

    fn may_show(&self, file: &str) -> bool {
        // What a link points to is what counts.
        let Ok(path) = fs::canonicalize(file) else { return false };
        let hidden = |part: Component<'_>| part.as_os_str().as_encoded_bytes().starts_with(b".");
        let below = |folder: &PathBuf| {
            path.strip_prefix(folder).is_ok_and(|rest: &Path| !rest.components().any(hidden))
        };
        let is_config = self.config.iter().any(|config| **config == *file);
        let more = if is_config { &self.of_config[..] } else { &[] };
        self.folders.iter().chain(more).any(below)
    }
}

/// A file, and where its lines start.
#[derive(Debug)]
struct Text {
    text: String,
    starts: Vec<usize>,
}

impl Text {
    /// Reads a file whose length is known. Others may be endless, may have been read to their end, or may
    /// be made up by the system and hold secrets, as `/proc/self/environ` does.
    fn read(file: &str) -> Option<Self> {
        fs::metadata(file).ok().filter(|found| found.is_file() && found.len() > 0)?;
        let text = fs::read_to_string(file).ok()?;
        // A mark of the byte order has no column.
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let bytes = text.as_bytes();
        let ends = (1..=bytes.len()).filter(|end| match bytes[end - 1] {
            b'\n' => true,
            b'\r' => bytes.get(*end) != Some(&b'\n'),
            _ => false,
        });
        let starts = std::iter::once(0).chain(ends).collect();
        Some(Self { text, starts })
    }

    /// A line by its number, counted from 1; none that is too long to look at.
    fn line(&self, number: usize) -> Option<&str> {
        let start = *self.starts.get(number.checked_sub(1)?)?;
        let end = self.starts.get(number).copied().unwrap_or(self.text.len());
        let line = self.text.get(start..end)?.trim_end();
        (!line.is_empty() && line.len() <= LONGEST_LINE).then_some(line)
    }
}

/// The bytes of the word that starts at a column, counted in characters from 1: a text in quotes, else
/// everything up to a blank or a comma, without the colon after a key and the brackets around a list.
fn word_at(line: &str, column: usize) -> Range<usize> {
    let offset = |(offset, _): (usize, char)| offset;
    let start = line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), offset);
    let rest = &line[start..];
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    let length = match quote {
        Some(quote) => rest[1..].find(quote).map_or(rest.len(), |end| end + 2),
        None => bare(rest).len(),
    };
    start..start + length
}

/// The word that a text starts with.
fn bare(text: &str) -> &str {
    let end = text.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(text.len());
    let mut word = &text[..end];
    for (open, close) in [('[', ']'), ('{', '}')] {
        if !word.contains(open) {
            word = word.trim_end_matches(close);
        }
    }
    word.strip_suffix(':').filter(|key| !key.is_empty()).unwrap_or(word)
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_characters() {
        assert_eq!(word_at("ä: [b, c]", 4), 4..6);
        assert_eq!(word_at("ä: 'b c'", 4), 4..9);
        assert_eq!(word_at("short", 99), 5..5);
        for (line, column, word) in
            [("www:", 1, "www"), ("a: [b, c]", 8, "c"), ("a: [b]", 4, "[b]"), ("- {a: b}", 7, "b")]
        {
            assert_eq!(&line[word_at(line, column)], word, "{line}");
        }
    }

    #[test]
    fn lines_end_as_they_do_in_yaml() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.yaml");
        fs::write(&file, "\u{feff}one\r\ntwo\rthree\nfour").unwrap();
        let file: Arc<str> = file.to_string_lossy().into();
        let mut sources = Sources::below([folder.path().to_owned()]);
        for (line, text) in [(1, "one"), (2, "two"), (3, "three"), (4, "four")] {
            let origin = Origin::at(Arc::clone(&file), line, 1);
            assert_eq!(sources.line(&origin), Some((text, 0..text.len())));
            assert_eq!(sources.end_column(&origin), u32::try_from(text.len() + 1).ok());
        }
    }

    /// What is included from elsewhere may be a secret.
    #[test]
    fn lines_of_files_elsewhere_are_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let zones = folder.path().join("zones");
        fs::create_dir(&zones).unwrap();
        for (file, shown) in [
            ("zones/a.yaml", true),
            ("zones/.env", false),
            ("secret", false),
            ("zones/../secret", false),
        ] {
            let path = folder.path().join(file);
            fs::write(&path, "text\n").unwrap();
            let file: Arc<str> = path.to_string_lossy().into();
            let origin = Origin::at(file, 1, 1);
            let line = Sources::below([zones.clone()]).line(&origin).is_some();
            assert_eq!(line, shown, "{}", path.display());
        }
    }

    /// The folder of a config often has more than zones in it.
    #[test]
    fn files_beside_a_config_are_not_shown_when_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let zones = folder.path().join("zones");
        fs::create_dir(&zones).unwrap();
        let place = |file: &str| {
            let path = folder.path().join(file);
            fs::write(&path, "manager:\n").unwrap();
            Origin::at(path.to_string_lossy().into_owned(), 1, 1)
        };
        let (config, secret, zone) =
            (place("config.yaml"), place("secret.txt"), place("zones/a.yaml"));
        let mut sources = Sources::below([folder.path().to_owned()]);
        sources.config_is_read([config.file.clone().unwrap()]);
        sources.add([zones]);
        for (origin, shown) in [(config, true), (secret, false), (zone, true)] {
            assert_eq!(sources.shown(&origin).is_some(), shown, "{origin}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_what_it_points_to() {
        let folder = tempfile::tempdir().unwrap();
        let zones = folder.path().join("zones");
        fs::create_dir(&zones).unwrap();
        fs::write(folder.path().join("secret"), "text\n").unwrap();
        std::os::unix::fs::symlink("../secret", zones.join("a.yaml")).unwrap();
        let file: Arc<str> = zones.join("a.yaml").to_string_lossy().into();
        let origin = Origin::at(file, 1, 1);
        assert_eq!(Sources::below([zones]).line(&origin), None);
    }
}
