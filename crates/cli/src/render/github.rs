//! Annotations of GitHub Actions: workflow commands, one line a finding.

use std::fmt::Write as _;

use octodns_core::{Diagnostic, Report, Severity};

use super::Renders;
use crate::inert::{has_command, inert};

/// All findings.
pub(super) fn report(report: &Report, renders: &mut Renders) -> String {
    report.iter().map(|found| command(found, renders)).collect()
}

/// `::error file=a.yaml,line=1,col=2,title=ttl-rfc::what is wrong`.
fn command(found: &Diagnostic, renders: &mut Renders) -> String {
    let name = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let origin = &found.origin;
    let mut line = format!("::{name} ");
    // Writing to a `String` cannot fail.
    if let Some(file) = &origin.file {
        let _ = write!(line, "file={},", property(&renders.base.text(file)));
        if origin.line > 0 {
            let _ = write!(line, "line={},col={},", origin.line, origin.column.max(1));
            if let Some(end) = renders.sources.end_column(origin) {
                let _ = write!(line, "endColumn={end},");
            }
        }
    }
    let _ = write!(line, "title={}", property(&found.code));
    line + &inert_after_colons(&text(found, renders)) + "\n"
}

/// A message after the two colons before it, which make no command with its first word.
fn inert_after_colons(text: &str) -> String {
    let line = format!("::{text}");
    match text.chars().next().filter(|_| has_command(&line)) {
        Some(first) => format!("::\\x{:02x}{}", u32::from(first), &text[first.len_utf8()..]),
        None => line,
    }
}

/// What is wrong, what to write instead, other places: each on a line.
fn text(found: &Diagnostic, renders: &Renders) -> String {
    let mut lines = vec![match &*found.subject {
        "" => found.message.clone(),
        subject => format!("{subject}: {}", found.message),
    }];
    lines.extend(found.help.iter().map(|help| format!("help: {help}")));
    for (what, origin) in &found.related {
        let file = origin.file.as_ref().map(|file| renders.base.text(file).into());
        let mut origin = origin.clone();
        origin.file = file;
        lines.push(format!("{what}: {origin}"));
    }
    lines.iter().map(|line| message(line)).collect::<Vec<_>>().join("%0A")
}

/// Text after the last colons, on one line: the sign of an escape is one itself.
fn message(text: &str) -> String {
    inert(text).replace('%', "%25")
}

/// The value of a property, which ends at a comma or a colon as well.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use octodns_core::Origin;

    use super::super::{Base, Sources};
    use super::*;

    #[test]
    fn what_would_end_a_line_or_a_property_is_escaped() {
        let mut renders = Renders {
            program: "octodns-validate".to_owned(),
            colour: false,
            base: Base::new("/repo".into(), None),
            sources: Sources::default(),
            config: None,
        };
        let origin = Origin::at("./a,b:c%.yaml", 3, 7);
        let found = Diagnostic::error("name-rfc", "100% wrong,\r\n::error::x")
            .about("www.unit.tests. A")
            .help("write this")
            .related("first", Origin::at("./d.yaml", 1, 2))
            .at(origin);
        assert_eq!(
            command(&found, &mut renders),
            "::error file=a%2Cb%3Ac%25.yaml,line=3,col=7,title=name-rfc::www.unit.tests. A: 100%25 \
             wrong,\\r\\n:\\x3aerror::x%0Ahelp: write this%0Afirst: d.yaml:1:2\n"
        );
        let found = Diagnostic::warning("config", "no zones");
        assert_eq!(command(&found, &mut renders), "::warning title=config::no zones\n");
    }
}
