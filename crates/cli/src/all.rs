//! `octodns`: one program that is all of them, by its first argument or by the name it is called by.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use clap::builder::PossibleValue;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};
use octodns_manager::BuiltIn;

use crate::arguments::{
    CheckArguments, CompareArguments, CompletionsArguments, DumpArguments, FmtArguments,
    InitArguments, ManArguments, ReportArguments, SchemaArguments, SyncArguments,
    ValidateArguments, VersionsArguments, convenient, joined,
};
use crate::program::{Program, UsageCode, finish, run, tell};

const NAMES: &str = "\
Called as octodns-sync, octodns-dump and so on, through a link, it is that program.";

/// What the names of programs start with.
const PREFIX: &str = "octodns-";

/// The programs, in the order of help.
pub const PROGRAMS: [Part; 7] = [
    Part::new::<SyncArguments>("octodns-sync"),
    Part::new::<DumpArguments>("octodns-dump"),
    Part::new::<ValidateArguments>("octodns-validate"),
    Part::new::<CompareArguments>("octodns-compare"),
    Part::new::<ReportArguments>("octodns-report"),
    Part::new::<VersionsArguments>("octodns-versions"),
    Part::new::<SchemaArguments>("octodns-schema"),
];

/// What `octodns` can do besides, in the order of help: these are no programs of their own.
pub const TOOLS: [Part; 5] = [
    Part {
        by_subcommand: |matches, usage, built_in| {
            let arguments = InitArguments::from_arg_matches(matches);
            finish(arguments.and_then(InitArguments::that_can_be_done), usage, built_in)
        },
        ..Part::new::<InitArguments>("octodns-init")
    },
    Part::new::<CheckArguments>("octodns-check"),
    Part::new::<FmtArguments>("octodns-fmt"),
    Part {
        definition: || {
            let names = PROGRAMS.iter().map(Part::program);
            let names = std::iter::once("octodns").chain(names).map(PossibleValue::new);
            let names: Vec<_> = names.collect();
            CompletionsArguments::command()
                .mut_arg("program", |program| program.value_parser(names))
        },
        ..Part::new::<CompletionsArguments>("octodns-completions")
    },
    Part {
        definition: || {
            let page = |part: &Part| PossibleValue::new(part.name).alias(part.program);
            let pages = PROGRAMS.iter().chain(&TOOLS).map(page);
            let pages: Vec<_> = pages.chain([PossibleValue::new("octodns")]).collect();
            ManArguments::command().mut_arg("page", |page| page.value_parser(pages))
        },
        ..Part::new::<ManArguments>("octodns-man")
    },
];

/// A program, as a part of one that is all of them.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    program: &'static str,
    name: &'static str,
    definition: fn() -> Command,
    by_name: fn(Vec<OsString>, BuiltIn) -> ExitCode,
    by_subcommand: fn(&ArgMatches, UsageCode, BuiltIn) -> ExitCode,
}

impl Part {
    const fn new<P: Program>(program: &'static str) -> Self {
        Self {
            program,
            name: program.split_at(PREFIX.len()).1,
            definition: P::command,
            by_name: run::<P, _>,
            by_subcommand: |matches, usage, built_in| {
                finish(P::from_arg_matches(matches), usage, built_in)
            },
        }
    }

    /// Its name as a subcommand, such as `sync`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Its name as a program of its own, such as `octodns-sync`.
    pub const fn program(&self) -> &'static str {
        self.program
    }

    /// Its command line as a program of its own.
    pub fn definition(&self) -> Command {
        convenient((self.definition)())
    }

    /// Its command line as a subcommand: the same, with examples of it.
    pub(crate) fn subcommand(&self) -> Command {
        let definition = self.definition().name(self.name);
        let Some(examples) = definition.get_after_help() else { return definition };
        let examples =
            examples.to_string().replace(self.program, &format!("octodns {}", self.name));
        definition.after_help(examples)
    }
}

/// Runs `octodns`: the program that its name says, or else its first argument.
pub fn all(built_in: BuiltIn) -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().collect();
    if let Some(part) = arguments.first().and_then(|path| named(path)) {
        return (part.by_name)(arguments, built_in);
    }
    let usage = UsageCode::of(&arguments);
    match definition().try_get_matches_from(joined(arguments)) {
        Ok(matches) => by_subcommand(&matches, usage, built_in),
        Err(error) => tell(&error, usage),
    }
}

/// The command line of `octodns`.
pub fn definition() -> Command {
    let command = Command::new("octodns")
        .display_name("octoDNS")
        .version(env!("CARGO_PKG_VERSION"))
        .about("DNS as code: brings DNS providers in line with zone files, and what goes with it")
        .after_help(NAMES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(PROGRAMS.iter().chain(&TOOLS).map(Part::subcommand));
    convenient(command)
}

fn by_subcommand(matches: &ArgMatches, usage: UsageCode, built_in: BuiltIn) -> ExitCode {
    let part = matches.subcommand().and_then(|(name, matches)| {
        let mut parts = PROGRAMS.iter().chain(&TOOLS);
        parts.find(|part| part.name == name).map(|part| (part, matches))
    });
    // The definition lets nothing else through.
    part.map_or(ExitCode::from(2), |(part, matches)| (part.by_subcommand)(matches, usage, built_in))
}

/// The program that a path names. On some systems the name of a program ends in `.exe`.
fn named(path: &OsStr) -> Option<&'static Part> {
    let file = Path::new(path).file_name()?.to_str()?;
    let name = match file.rsplit_once('.') {
        Some((name, extension)) if extension.eq_ignore_ascii_case("exe") => name,
        _ => file,
    };
    PROGRAMS.iter().find(|part| part.program == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_known_by_the_name_it_is_called_by() {
        for (path, name) in [
            ("octodns-sync", Some("sync")),
            ("/usr/local/bin/octodns-dump", Some("dump")),
            ("./octodns-schema.exe", Some("schema")),
            ("octodns-report.EXE", Some("report")),
            ("octodns", None),
            ("octodns-all", None),
            ("octodns-sync.old", None),
            ("sync", None),
            // Tools are no programs.
            ("octodns-fmt", None),
            ("octodns-man", None),
            ("octodns-sync/octodns", None),
            ("", None),
        ] {
            assert_eq!(named(OsStr::new(path)).map(Part::name), name, "{path}");
        }
    }

    #[test]
    fn definitions_are_sound_and_called_as_their_programs() {
        definition().debug_assert();
        for part in PROGRAMS.iter().chain(&TOOLS) {
            assert_eq!(part.definition().get_name(), part.program());
        }
    }

    #[test]
    fn help_of_a_subcommand_speaks_of_the_subcommand() {
        for part in PROGRAMS.iter().chain(&TOOLS) {
            let help = |words: &[&str]| {
                let words = words.iter().map(OsString::from);
                definition().try_get_matches_from(words).unwrap_err().to_string()
            };
            let text = help(&["octodns", part.name, "--help"]);
            assert!(text.contains(&format!("Usage: octodns {} ", part.name)), "{text}");
            assert!(!text.contains(part.program), "{text}");
            assert_eq!(help(&["octodns", "help", part.name]), text);
        }
    }
}
