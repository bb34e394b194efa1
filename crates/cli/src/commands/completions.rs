//! `octodns completions`.

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
    let only = |command: &clap::Command| {
        arguments.program.as_ref().is_none_or(|program| program == command.get_name())
    };
    let mut scripts = Vec::new();
    for mut command in all.filter(only) {
        let name = command.get_name().to_owned();
        clap_complete::generate(arguments.shell, &mut command, name, &mut scripts);
    }
    String::from_utf8_lossy(&scripts).into_owned()
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;
    use clap_complete::Shell;

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
        let script = script(Shell::Bash, Some("octodns"));
        assert!(script.contains("bash elvish fish powershell zsh"), "{script}");
        assert!(script.contains("text json sarif github"), "{script}");
    }
}
