//! Command lines: the reference's flags and their conveniences, one file a program.

mod check;
mod compare;
mod completions;
pub(crate) mod display;
mod dump;
mod fmt;
mod init;
mod logging;
mod man;
mod output;
mod progress;
mod python;
mod report;
mod schema;
mod shown;
mod sync;
mod validate;
mod versions;
mod words;

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, Command, CommandFactory, FromArgMatches};

pub use check::{CheckArguments, CheckFormat};
pub use compare::CompareArguments;
pub use completions::CompletionsArguments;
pub use dump::DumpArguments;
pub use fmt::FmtArguments;
pub use init::InitArguments;
pub use logging::LoggingArguments;
pub use man::ManArguments;
pub use output::OutputArguments;
pub use progress::ShownProgress;
pub use python::PythonArguments;
pub use report::{ReportArguments, ReportFormat, ShownAs};
pub use schema::{Kind, SchemaArguments};
pub use shown::{Colour, ShownPlan};
pub use sync::{FailOn, SyncArguments, VerifyBy};
pub use validate::ValidateArguments;
pub use versions::VersionsArguments;
pub(crate) use words::is_detailed;
pub use words::joined;

/// Reads a program's arguments, the first of which is its name.
///
/// As in the reference a long flag may be cut short where that is unambiguous (`--config`), a value may
/// follow after `=`, and of a flag that takes one value the last one given counts.
///
/// # Errors
///
/// On wrong usage, and for `--help` and `--version`: printing the error shows what was asked for, and
/// its exit code is 2 or 0.
pub fn parse<A: CommandFactory + FromArgMatches>(
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<A, clap::Error> {
    let mut command = convenient(A::command());
    let matches = command.try_get_matches_from_mut(joined(arguments)).map_err(advise)?;
    A::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// Advice about flags of other tools that are not needed here.
fn advise(mut error: clap::Error) -> clap::Error {
    let unknown = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(flag)) if error.kind() == ErrorKind::UnknownArgument => flag,
        _ => return error,
    };
    if matches!(unknown.as_str(), "--dry-run" | "--dryrun" | "--noop" | "--no-op" | "-n") {
        let advice = "leave it out: nothing is changed without --doit".into();
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![advice]));
    }
    error
}

/// A definition with the conveniences that [`parse`] is about.
pub fn convenient(command: Command) -> Command {
    // `mut_args` does not know the ids of `--help` and `--version`, which are added on building.
    command.infer_long_args(true).mut_args(|argument| match argument.get_action() {
        ArgAction::Set | ArgAction::SetTrue => {
            let id = argument.get_id().clone();
            if argument.is_positional() { argument } else { argument.overrides_with(id) }
        }
        _ => argument,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<A: CommandFactory + FromArgMatches>(line: &str) -> Result<A, clap::Error> {
        parse(std::iter::once("program").chain(line.split_whitespace()).map(OsString::from))
    }

    #[test]
    fn definitions_are_sound() {
        SyncArguments::command().debug_assert();
        DumpArguments::command().debug_assert();
        ValidateArguments::command().debug_assert();
        CompareArguments::command().debug_assert();
        VersionsArguments::command().debug_assert();
        SchemaArguments::command().debug_assert();
        ReportArguments::command().debug_assert();
    }

    #[test]
    fn long_flags_may_be_cut_short() {
        let arguments: SyncArguments = read("--config x.yaml --do a. b.").unwrap();
        assert_eq!(arguments.config_file.as_deref(), Some("x.yaml"));
        assert!(arguments.doit);
        assert_eq!(arguments.zones, ["a.", "b."]);
    }

    #[test]
    fn a_cut_that_the_reference_knows_means_what_it_means_there() {
        for cut in ["--f", "--fo", "--for", "--forc", "--force"] {
            let arguments: SyncArguments = read(&format!("--config x.yaml {cut}")).unwrap();
            assert!(arguments.force, "{cut}");
        }
        let arguments: SyncArguments = read("--config x.yaml --de").unwrap();
        assert!(arguments.output.logging.debug);
        for cut in ["--v", "--ve", "--ver", "--vers", "--version"] {
            assert_eq!(read::<SyncArguments>(cut).unwrap_err().exit_code(), 0, "{cut}");
        }
        for cut in ["--s", "--so", "--sour"] {
            let arguments: SyncArguments = read(&format!("--config x.yaml {cut} a")).unwrap();
            assert_eq!(arguments.sources, ["a"], "{cut}");
        }
        for cut in ["--co", "--con", "--config"] {
            let arguments: SyncArguments = read(&format!("{cut} x.yaml")).unwrap();
            assert_eq!(arguments.config_file.as_deref(), Some("x.yaml"), "{cut}");
        }
        let arguments: SyncArguments = read("--config x.yaml --form json").unwrap();
        assert_eq!(arguments.output.format, crate::render::Format::Json);
    }

    #[test]
    fn a_dry_run_is_the_default() {
        for flag in ["--dry-run", "--noop"] {
            let error = read::<SyncArguments>(&format!("--config-file x {flag}")).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            assert!(error.to_string().contains("without --doit"), "{error}");
        }
    }

    #[test]
    fn what_is_written_to_standard_output_is_one_thing() {
        let error = read::<SyncArguments>("--config x --plan-format json --log-stream-stdout");
        assert_eq!(error.unwrap_err().exit_code(), 2);
        let arguments: SyncArguments = read("--config x --plan-format html --plan p.json").unwrap();
        assert_eq!(arguments.plan_format, Some(ShownPlan::Html));
        assert!(arguments.plan.is_some());
    }

    #[test]
    fn a_cut_that_two_flags_share_is_wrong_usage() {
        let error = read::<SyncArguments>("--config-file x --log").unwrap_err();
        assert_eq!(error.exit_code(), 2);
    }

    #[test]
    fn the_last_of_a_repeated_flag_counts_and_lists_grow() {
        let line = "--config-file a --config-file=b --doit --doit --source s --source=t --target u";
        let arguments: SyncArguments = read(line).unwrap();
        assert_eq!(arguments.config_file.as_deref(), Some("b"));
        assert_eq!(arguments.sources, ["s", "t"]);
        assert_eq!(arguments.targets, ["u"]);
    }

    #[test]
    fn compare_takes_several_sources_a_side() {
        let line = "--config-file=c --a one two --b three --zone unit.tests.";
        let arguments: CompareArguments = read(line).unwrap();
        assert_eq!(arguments.a, ["one", "two"]);
        assert_eq!(arguments.b, ["three"]);
        assert_eq!(
            read::<CompareArguments>("--config-file=c --a --b x --zone z").unwrap_err().exit_code(),
            2
        );
    }

    #[test]
    fn dump_takes_a_zone_and_at_least_one_source() {
        let arguments: DumpArguments =
            read("--config-file c --output-dir out --split * config other").unwrap();
        assert_eq!((arguments.zone.as_str(), arguments.split), ("*", true));
        assert_eq!(arguments.sources, ["config", "other"]);
        for line in ["--config-file c --output-dir out *", "--config-file c * config"] {
            assert_eq!(read::<DumpArguments>(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }

    #[test]
    fn report_has_one_format_for_the_report_and_for_findings() {
        use crate::render::Format;
        for (flags, report, findings) in [
            ("", ReportFormat::Csv, Format::Text),
            ("--format table", ReportFormat::Table, Format::Text),
            ("--form=csv", ReportFormat::Csv, Format::Text),
            ("--format json", ReportFormat::Json, Format::Json),
            ("--format sarif", ReportFormat::Csv, Format::Sarif),
            ("--output-format json", ReportFormat::Json, Format::Text),
            ("--output-format table --format json", ReportFormat::Table, Format::Json),
            ("--format table --output json", ReportFormat::Json, Format::Text),
        ] {
            let line = format!("--config-file c --zone z. --source s {flags} 192.0.2.53");
            let arguments: ReportArguments = read(&line).unwrap();
            assert_eq!(arguments.report_format(), report, "{flags}");
            assert_eq!(arguments.finding_format(), findings, "{flags}");
        }
    }

    #[test]
    fn help_and_version_are_not_errors() {
        for line in ["--help", "--version"] {
            assert_eq!(read::<VersionsArguments>(line).unwrap_err().exit_code(), 0);
        }
        let version = read::<SyncArguments>("--version").unwrap_err().to_string();
        assert_eq!(version, format!("octoDNS {}\n", env!("CARGO_PKG_VERSION")));
    }
}
