//! `octodns completions`.

use std::fmt::Write as _;

use clap::Command;
use clap_complete::Shell;
use octodns_core::Report;

use crate::all::{PROGRAMS, Part, definition};
use crate::arguments::{CompletionsArguments, OutputArguments};
use crate::logging::Level;
use crate::program::{Ended, Output, Program, write_result};

impl Program for CompletionsArguments {
    const LEVEL: Level = Level::WARNING;

    fn output(&self) -> OutputArguments {
        OutputArguments::default()
    }

    fn run(&self, _: &mut Output) -> Result<Ended, Report> {
        write_result(&scripts(self)).map(|()| Ended::Fine)
    }
}

/// The script of one program, or those of all in one text, which every shell reads as one script.
fn scripts(arguments: &CompletionsArguments) -> String {
    let all = std::iter::once(definition());
    let all = all.chain(PROGRAMS.iter().map(Part::definition));
    let only = |command: &Command| {
        arguments.program.as_ref().is_none_or(|program| program == command.get_name())
    };
    let mut scripts = Vec::new();
    for mut command in all.filter(only) {
        let name = command.get_name().to_owned();
        clap_complete::generate(arguments.shell, &mut command, name, &mut scripts);
        if arguments.shell == Shell::Fish {
            scripts.extend(values_for_fish(&command).into_bytes());
        }
    }
    String::from_utf8_lossy(&scripts).into_owned()
}

/// The values of arguments without a flag, which the generated script for fish has not: it would offer files.
fn values_for_fish(program: &Command) -> String {
    let mut script = String::new();
    let mut add = |condition: &str, values: &[String]| {
        if !values.is_empty() {
            let (name, values) = (program.get_name(), values.join(" "));
            // Writing to text cannot fail.
            let _ = writeln!(script, "complete -c {name}{condition} -f -a \"{values}\"");
        }
    };
    add("", &values(program));
    for part in program.get_subcommands() {
        let name = part.get_name();
        let values = if name == "help" {
            let others = program.get_subcommands().map(Command::get_name);
            others.filter(|other| *other != "help").map(str::to_owned).collect()
        } else {
            values(part)
        };
        add(&format!(" -n \"__fish_seen_subcommand_from {name}\""), &values);
    }
    script
}

/// The words that arguments without a flag may be.
fn values(command: &Command) -> Vec<String> {
    let possible = command.get_positionals().flat_map(clap::Arg::get_possible_values);
    let shown = possible.filter(|value| !value.is_hide_set());
    shown.map(|value| value.get_name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    fn script(shell: Shell, program: Option<&str>) -> String {
        scripts(&CompletionsArguments { program: program.map(str::to_owned), shell })
    }

    #[test]
    fn every_shell_has_every_program_or_the_one_that_was_asked_for() {
        for shell in Shell::value_variants() {
            let all = script(*shell, None);
            for part in &PROGRAMS {
                let one = script(*shell, Some(part.program()));
                assert!(one.contains(part.program()), "{shell}: {one}");
                assert!(all.contains(&one), "{shell}: {}", part.program());
            }
            let octodns = script(*shell, Some("octodns"));
            assert!(all.starts_with(&octodns) && octodns.len() < all.len(), "{shell}");
            for word in ["sync", "completions", "doit", "config-file"] {
                assert!(octodns.contains(word), "{shell}: {word}");
            }
        }
    }

    #[test]
    fn values_are_completed() {
        let bash = script(Shell::Bash, Some("octodns"));
        assert!(bash.contains("bash elvish fish powershell zsh"), "{bash}");
        assert!(bash.contains("text json sarif github"), "{bash}");
        let fish = script(Shell::Fish, Some("octodns"));
        for line in [
            "__fish_seen_subcommand_from completions\" -f -a \"bash elvish fish powershell zsh\"",
            "__fish_seen_subcommand_from man\" -f -a \"sync dump",
            "__fish_seen_subcommand_from help\" -f -a \"sync dump",
        ] {
            assert!(fish.contains(line), "{fish}");
        }
    }
}
