//! Findings whose words come from anywhere: no format lets them be more than words.

use octodns_cli::render::{Base, Format, Renders, Sources};
use octodns_core::{Diagnostic, Origin, Report};
use proptest::prelude::*;
use serde_json::Value;

/// Words that a terminal, a workflow or a format might take for something else.
fn words() -> impl Strategy<Value = String> {
    let parts = [
        "::",
        ":",
        "error",
        "warning",
        "add-mask",
        "stop-commands",
        "file=a",
        "##[",
        "##vso[",
        "#",
        "]",
        "\n",
        "\r",
        "\u{1b}[2K",
        "\u{202e}",
        "\u{2028}",
        "\0",
        "%0A",
        "%",
        ",",
        " ",
        "\"",
        "\\",
        "\\n",
        "é",
        "db8::1",
        "x",
    ];
    let part = proptest::sample::select(parts.to_vec());
    proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

fn origin() -> impl Strategy<Value = Origin> {
    (proptest::option::of(words()), 0..3_u32, 0..3_u32).prop_map(|(file, line, column)| {
        let mut origin = Origin::default();
        (origin.file, origin.line, origin.column) = (file.map(Into::into), line, column);
        origin
    })
}

fn finding() -> impl Strategy<Value = Diagnostic> {
    let texts = (words(), words(), words(), proptest::option::of(words()));
    let related = proptest::collection::vec((words(), origin()), 0..2);
    (texts, origin(), related, any::<bool>()).prop_map(
        |((code, subject, message, help), origin, related, fits)| {
            if fits {
                let found = Diagnostic::error(code, message).about(subject).at(origin);
                return help.into_iter().fold(found, Diagnostic::help);
            }
            // As whoever sets the fields has it.
            let mut found = Diagnostic::warning(code, "");
            (found.subject, found.message, found.help) = (subject, message, help);
            (found.origin, found.related) = (origin, related);
            found
        },
    )
}

fn rendered(format: Format, report: &Report) -> String {
    let mut renders = Renders {
        program: "octodns-validate".to_owned(),
        colour: false,
        base: Base::new("/here".into(), None),
        sources: Sources::default(),
        config: Some("config.yaml".to_owned()),
    };
    renders.report(format, report)
}

/// Whether a workflow may take a part of the line for a command.
fn obeys(line: &str) -> bool {
    let names = ["error", "warning", "add-mask", "stop-commands"];
    let is_command = |after: &str| {
        let ends =
            |rest: &str| rest.starts_with("::") || (rest.starts_with(' ') && rest.contains("::"));
        names.iter().any(|name| after.strip_prefix(name).is_some_and(ends))
    };
    let mut starts = line.match_indices(':').map(|(at, _)| &line[at..]);
    line.contains("##[")
        || line.contains("##vso[")
        || starts.any(|rest| rest.strip_prefix("::").is_some_and(is_command))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn words_are_words(found in proptest::collection::vec(finding(), 0..4)) {
        let report: Report = found.into_iter().collect();
        for format in [Format::Text, Format::Json, Format::Sarif, Format::Github] {
            let text = rendered(format, &report);
            prop_assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
            let lines: Vec<&str> = text.lines().collect();
            if format == Format::Github {
                prop_assert_eq!(lines.len(), report.len());
            }
            for line in lines {
                // The command of a finding is the only one.
                let own = ["::error ", "::warning "].iter().find_map(|start| line.strip_prefix(start));
                let rest = if format == Format::Github { own.unwrap_or("::error::") } else { line };
                prop_assert!(!obeys(rest), "{line:?}");
            }
            if matches!(format, Format::Json | Format::Sarif) {
                prop_assert!(serde_json::from_str::<Value>(&text).is_ok());
            }
        }
    }
}
