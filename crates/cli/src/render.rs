//! Findings as people read them: what is wrong, the line it is in, what to write instead.

use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Origin as Place, Renderer, Snippet};
use octodns_core::{Diagnostic, Origin, Report, Severity};

/// Longer lines are not shown: the place says enough.
const LONGEST_LINE: usize = 400;

/// Shows findings, with the lines of the files they are about.
pub struct Renders {
    renderer: Renderer,
    files: HashMap<Arc<str>, Option<Text>>,
}

impl Renders {
    /// With colours or without.
    pub fn new(colour: bool) -> Self {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        Self { renderer, files: HashMap::new() }
    }

    /// All findings, and how many there are.
    pub fn report(&mut self, report: &Report) -> String {
        let mut text = String::new();
        for diagnostic in report {
            text.push_str(&self.diagnostic(diagnostic));
            text.push_str("\n\n");
        }
        text + &closing_count(report)
    }

    /// One finding, without a line end.
    pub fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let subject = &diagnostic.subject;
        let between = if subject.is_empty() { "" } else { ": " };
        let title = format!("{subject}{between}{}", diagnostic.message);
        let mut group =
            level.primary_title(title).id(diagnostic.code.as_ref()).elements(None::<Place<'_>>);
        group = self.place(group, &diagnostic.origin, AnnotationKind::Primary, "");
        for (what, origin) in &diagnostic.related {
            group = self.place(group, origin, AnnotationKind::Context, what);
        }
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        self.renderer.render(&[group])
    }

    /// Adds the line at `origin`, or only the place when the line cannot be had.
    fn place<'g>(
        &mut self,
        group: Group<'g>,
        origin: &Origin,
        kind: AnnotationKind,
        label: &str,
    ) -> Group<'g> {
        let Some(file) = &origin.file else { return group };
        if origin.line == 0 {
            return group.element(Place::path(file.to_string()));
        }
        let (line, column) = (index(origin.line), index(origin.column));
        let text = self.files.entry(Arc::clone(file)).or_insert_with(|| Text::read(file));
        match text.as_ref().and_then(|text| text.line(line)) {
            Some(source) => {
                let label = (!label.is_empty()).then(|| label.to_owned());
                let annotation = kind.span(word_at(source, column)).label(label);
                let snippet = Snippet::source(source.to_owned()).line_start(line);
                group.element(snippet.path(file.to_string()).annotation(annotation))
            }
            None => group.element(Place::path(file.to_string()).line(line).char_column(column)),
        }
    }
}

/// `3 errors and 1 warning`.
fn closing_count(report: &Report) -> String {
    let count = |severity, word: &str| match report.of(severity).count() {
        0 => None,
        1 => Some(format!("1 {word}")),
        many => Some(format!("{many} {word}s")),
    };
    let counts = [count(Severity::Error, "error"), count(Severity::Warning, "warning")];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    if counts.is_empty() { String::new() } else { format!("{}\n", counts.join(" and ")) }
}

/// A file, and where its lines start.
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
        let ends =
            text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(end, _)| end + 1);
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

/// The bytes of the word that starts at a column, counted in characters from 1.
fn word_at(line: &str, column: usize) -> Range<usize> {
    let offset = |(offset, _): (usize, char)| offset;
    let start = line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), offset);
    let rest = &line[start..];
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    let length = match quote {
        Some(quote) => rest[1..].find(quote).map_or(rest.len(), |end| end + 2),
        None => rest.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(rest.len()),
    };
    start..start + length
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(diagnostic: &Diagnostic, expected: &str) {
        assert_eq!(Renders::new(false).diagnostic(diagnostic), expected.trim_matches('\n'));
    }

    #[test]
    fn a_finding_shows_its_line_and_what_to_write() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("unit.tests.yaml").to_string_lossy().into_owned();
        fs::write(&file, "www:\n  ttl: 'one hour'\n").unwrap();
        let origin = Origin { file: Some(file.as_str().into()), line: 2, column: 8 };
        let diagnostic = Diagnostic::error("ttl", "not a number of seconds")
            .about("www.unit.tests. A")
            .at(origin)
            .help("write `ttl: 3600`");
        let expected = format!(
            "
error[ttl]: www.unit.tests. A: not a number of seconds
 --> {file}:2:8
  |
2 |   ttl: 'one hour'
  |        ^^^^^^^^^^
  |
  = help: write `ttl: 3600`
"
        );
        check(&diagnostic, &expected);
    }

    #[test]
    fn a_place_that_cannot_be_read_is_still_named() {
        let origin = Origin { file: Some("gone.yaml".into()), line: 3, column: 1 };
        let diagnostic = Diagnostic::warning("cname", "there is more at this name").at(origin);
        check(&diagnostic, "warning[cname]: there is more at this name\n--> gone.yaml:3:1");
        check(&Diagnostic::error("config", "no zones"), "error[config]: no zones");
    }

    #[test]
    fn findings_are_counted() {
        let mut report = Report::new();
        assert_eq!(closing_count(&report), "");
        report.push(Diagnostic::error("a", "b"));
        report.push(Diagnostic::error("a", "b"));
        report.push(Diagnostic::warning("a", "b"));
        assert_eq!(closing_count(&report), "2 errors and 1 warning\n");
    }

    #[test]
    fn words_are_found_by_characters() {
        assert_eq!(word_at("ä: [b, c]", 4), 4..6);
        assert_eq!(word_at("ä: 'b c'", 4), 4..9);
        assert_eq!(word_at("short", 99), 5..5);
    }
}
