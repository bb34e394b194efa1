//! Text, for people: what is wrong, the line it is in, what to write instead.

use annotate_snippets::{AnnotationKind, Group, Level, Origin as Place, Renderer, Snippet};
use octodns_core::{Diagnostic, Origin, Report, Severity};

use super::Sources;
use crate::inert::inert;

/// All findings, and how many there are.
pub(super) fn report(report: &Report, colour: bool, sources: &mut Sources) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for found in report {
        text.push_str(&diagnostic(found, &renderer, sources));
        text.push_str("\n\n");
    }
    text + &closing_count(report)
}

/// One finding, without a line end.
fn diagnostic(found: &Diagnostic, renderer: &Renderer, sources: &mut Sources) -> String {
    let level = match found.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let subject = &found.subject;
    let between = if subject.is_empty() { "" } else { ": " };
    let title = inert(&format!("{subject}{between}{}", found.message)).into_owned();
    let mut group =
        level.primary_title(title).id(inert(&found.code).into_owned()).elements(None::<Place<'_>>);
    group = place(group, &found.origin, AnnotationKind::Primary, "", sources);
    for (what, origin) in &found.related {
        group = place(group, origin, AnnotationKind::Context, what, sources);
    }
    if let Some(help) = &found.help {
        group = group.element(Level::HELP.message(inert(help).into_owned()));
    }
    renderer.render(&[group])
}

/// Adds the line at `origin`, or only the place when the line cannot be had.
fn place<'g>(
    group: Group<'g>,
    origin: &Origin,
    kind: AnnotationKind,
    label: &str,
    sources: &mut Sources,
) -> Group<'g> {
    let Some(file) = &origin.file else { return group };
    let file = inert(file).into_owned();
    if origin.line == 0 {
        return group.element(Place::path(file));
    }
    let index = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let (number, column) = (index(origin.line), index(origin.column));
    match sources.shown(origin) {
        Some((line, word)) => {
            let label = (!label.is_empty()).then(|| inert(label).into_owned());
            let annotation = kind.span(word).label(label);
            let snippet = Snippet::source(line.into_owned()).line_start(number);
            group.element(snippet.path(file).annotation(annotation))
        }
        None => group.element(Place::path(file).line(number).char_column(column)),
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn check(found: &Diagnostic, folder: Option<&Path>, expected: &str) {
        let mut sources = Sources::below(folder.map(Path::to_owned));
        let text = diagnostic(found, &Renderer::plain(), &mut sources);
        assert_eq!(text, expected.trim_matches('\n'));
    }

    #[test]
    fn a_finding_shows_its_line_and_what_to_write() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("unit.tests.yaml").to_string_lossy().into_owned();
        fs::write(&file, "www:\n  ttl: 'one hour'\n").unwrap();
        let origin = Origin::at(file.as_str(), 2, 8);
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
        check(&diagnostic, Some(folder.path()), &expected);
    }

    #[test]
    fn a_place_that_cannot_be_read_is_still_named() {
        let origin = Origin::at("gone.yaml", 3, 1);
        let diagnostic = Diagnostic::warning("cname", "there is more at this name").at(origin);
        check(&diagnostic, None, "warning[cname]: there is more at this name\n--> gone.yaml:3:1");
        check(&Diagnostic::error("config", "no zones"), None, "error[config]: no zones");
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
}
