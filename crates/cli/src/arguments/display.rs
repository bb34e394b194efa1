//! How plans are shown, as flags say.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::Path;
use std::{env, io};

use octodns_manager::output::{PlanDisplay, PlanFormat};

use super::SyncArguments;

impl SyncArguments {
    /// How plans are shown, if not as the config says: as a flag says, and as a difference to people at a terminal who
    /// have not set up logs of their own, as the plan is in those.
    pub(crate) fn plan_display(&self) -> Option<PlanDisplay> {
        let is_terminal = io::stdout().is_terminal();
        let logging = &self.output.logging;
        let has_other_logs = logging.logging_config.is_some() || logging.log_syslog;
        let format = match self.plan_format {
            Some(format) => format.into(),
            None if is_terminal && !has_other_logs => PlanFormat::Diff,
            None => return None,
        };
        let mut display = PlanDisplay::new(format);
        display.overrides = self.plan_format.is_some();
        display.is_coloured = self.color.is_on(is_terminal, |name| env::var_os(name));
        if !self.doit && self.checksum.is_none() {
            display.command = Some(self.command(env::args_os()));
        }
        if self.force {
            display.allowed = octodns_core::plan::Allowed::everything();
        } else {
            display.allowed = self.allow.iter().copied().collect();
        }
        Some(display)
    }

    /// The command that makes what is shown: this one with `--doit`, or the one that applies the plan file.
    fn command(&self, arguments: impl IntoIterator<Item = OsString>) -> String {
        let mut words = arguments.into_iter().map(|word| word.to_string_lossy().into_owned());
        let program = words.next().unwrap_or_default();
        let program =
            Path::new(&program).file_name().map(|name| name.to_string_lossy().into_owned());
        let mut command = vec![program.unwrap_or_else(|| "octodns-sync".to_owned())];
        let given: Vec<String> = words.collect();
        if let Some(file) = &self.plan_out {
            // As `octodns`, it is a subcommand.
            command.extend(given.first().filter(|word| *word == "sync").cloned());
            for (flag, value) in [
                ("--config-file", self.config_file.clone().unwrap_or_default()),
                ("--plan", file.to_string_lossy().into_owned()),
            ] {
                command.extend([flag.to_owned(), value]);
            }
            command.push("--doit".to_owned());
        } else {
            // Behind `--` there are only zones.
            let end = given.iter().position(|word| word == "--").unwrap_or(given.len());
            command.extend_from_slice(&given[..end]);
            command.push("--doit".to_owned());
            command.extend_from_slice(&given[end..]);
        }
        command.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
    }
}

/// A word as a shell takes it.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::{Colour, parse};

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn colours_are_for_terminals_unless_somebody_says_otherwise() {
        let none = |_: &str| None;
        let set =
            |of: &'static str, to: &'static str| move |name: &str| (name == of).then(|| to.into());
        assert!(Colour::Auto.is_on(true, none));
        assert!(!Colour::Auto.is_on(false, none));
        assert!(!Colour::Auto.is_on(true, set("NO_COLOR", "1")));
        assert!(Colour::Auto.is_on(true, set("NO_COLOR", "")));
        assert!(!Colour::Auto.is_on(true, set("TERM", "dumb")));
        assert!(Colour::Always.is_on(false, set("NO_COLOR", "1")));
        assert!(!Colour::Never.is_on(true, none));
    }

    #[test]
    fn the_command_is_the_one_that_makes_the_changes() {
        for (line, command) in [
            (
                "/usr/bin/octodns-sync --config-file a.yaml example.com.",
                "octodns-sync --config-file a.yaml example.com. --doit",
            ),
            ("octodns-sync --config-file=a;b", "octodns-sync '--config-file=a;b' --doit"),
            (
                "octodns-sync --config-file a -- example.com.",
                "octodns-sync --config-file a --doit -- example.com.",
            ),
            (
                "octodns-sync --config-file a --plan-out it's --source x",
                r"octodns-sync --config-file a --plan 'it'\''s' --doit",
            ),
        ] {
            let arguments: SyncArguments = parse(words(line)).unwrap();
            assert_eq!(arguments.command(words(line)), command);
        }
        let arguments: SyncArguments = parse(words("sync --config-file a --plan-out p")).unwrap();
        let command = arguments.command(words("octodns sync --config-file a --plan-out p"));
        assert_eq!(command, "octodns sync --config-file a --plan p --doit");
    }
}
