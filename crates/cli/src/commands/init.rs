//! `octodns init`.

use std::fmt::Write as _;
use std::future::poll_fn;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::pin::pin;
use std::task::Poll;

use octodns_core::{Diagnostic, Report};
use octodns_manager::ManagerOptions;
use octodns_manager::init::{
    InitOptions, Initialized, NewProvider, Service, init, services_in_environment,
};

use super::{block_on, errors, registry};
use crate::arguments::display::quoted;
use crate::arguments::{InitArguments, OutputArguments};
use crate::inert::inert;
use crate::logging::Level;
use crate::program::{Ended, Output, Program, only, write_result};
use crate::signals::ended;

impl Program for InitArguments {
    const LEVEL: Level = Level::WARNING;

    fn output(&self) -> OutputArguments {
        self.output.clone()
    }

    fn run(&self, output: &mut Output) -> Result<Ended, Report> {
        let manager = ManagerOptions::new(registry(output));
        let providers = if self.providers.is_empty() {
            chosen(&services_in_environment(&manager.registry), self.yes)?
        } else {
            self.providers.clone()
        };
        let mut options = InitOptions::new(providers);
        options.config_file.clone_from(&self.config_file);
        options.directory.clone_from(&self.directory);
        options.zones.clone_from(&self.zones);
        options.lenient = self.lenient;
        let made = block_on(async {
            // Dropping what is not done removes what it made.
            let (mut made, mut ended) = (pin!(init(&options, &manager)), pin!(ended()));
            poll_fn(|context| match made.as_mut().poll(context) {
                Poll::Ready(made) => Poll::Ready(made.map(Ok)),
                Poll::Pending => ended.as_mut().poll(context).map(|code| Ok(Err(code))),
            })
            .await
        });
        match made.map_err(errors)? {
            Err(code) => Ok(Ended::Stopped(code)),
            Ok(made) => {
                write_result(&told(&options, &made))?;
                Ok(if made.changes.is_empty() { Ended::Fine } else { Ended::Found })
            }
        }
    }
}

/// The providers to take of those whose credentials are there.
fn chosen(services: &[&'static Service], all: bool) -> Result<Vec<NewProvider>, Report> {
    if services.is_empty() {
        let found =
            Diagnostic::error("config", "the environment has the credentials of no provider");
        let help = "set the variables of one, such as CLOUDFLARE_TOKEN: docs/tools.md lists them";
        return Err(only(found.help(help)));
    }
    let numbers = if all { (0..services.len()).collect() } else { asked(services)? };
    Ok(numbers.into_iter().map(|number| NewProvider::new(services[number].class)).collect())
}

/// Asks which ones to take, until the answer can be understood.
fn asked(services: &[&'static Service]) -> Result<Vec<usize>, Report> {
    let mut text = "The environment has the credentials of:\n".to_owned();
    for (index, service) in services.iter().enumerate() {
        let variables: Vec<_> = service.needed().collect();
        let _ = writeln!(text, "  {}  {} ({})", index + 1, service.id, variables.join(", "));
    }
    let mut answers = io::stdin().lock();
    loop {
        text.push_str("Which ones to take? Numbers, such as 1 2, or nothing for all: ");
        let mut err = io::stderr().lock();
        let asked = err.write_all(text.as_bytes()).and_then(|()| err.flush());
        let mut answer = String::new();
        let length = asked.and_then(|()| answers.read_line(&mut answer));
        // The end of the input is no answer.
        if length.unwrap_or(0) == 0 {
            let found = Diagnostic::error("stopped", "nobody said which providers to take");
            return Err(only(found.help("name them with --provider, or take all with --yes")));
        }
        if let Some(numbers) = numbers(&answer, services.len()) {
            return Ok(numbers);
        }
        "That is no list of these numbers.\n".clone_into(&mut text);
    }
}

/// The indexes that an answer names, each once and in its order; all if it names none.
fn numbers(answer: &str, count: usize) -> Option<Vec<usize>> {
    let words = answer.split([' ', ',', '\t', '\r', '\n']).filter(|word| !word.is_empty());
    let mut indexes = Vec::new();
    for word in words {
        let index = word.parse::<usize>().ok()?.checked_sub(1).filter(|index| *index < count)?;
        if !indexes.contains(&index) {
            indexes.push(index);
        }
    }
    Some(if indexes.is_empty() { (0..count).collect() } else { indexes })
}

/// What was made, and what to do next.
fn told(options: &InitOptions, made: &Initialized) -> String {
    let mut text = format!("{}\n", shown(&options.config_file));
    for file in &made.files {
        text.push_str(&shown(file));
        text.push('\n');
    }
    text.push('\n');
    if made.changes.is_empty() {
        let zones = if made.zones.len() == 1 { "zone" } else { "zones" };
        let count = made.zones.len();
        let _ = writeln!(
            text,
            "{count} {zones}. The plan is empty: providers have what the files say."
        );
    } else {
        text.push_str("The plan is not empty. It would change:\n");
        for (zone, target, changes) in &made.changes {
            let (zone, target) = (zone.decoded(), inert(target));
            let plural = if *changes == 1 { "" } else { "s" };
            let _ = writeln!(text, "  {} ({target}): {changes} change{plural}", inert(&zone));
        }
        text.push_str("A provider cannot hold all that it says, or providers differ.\n");
    }
    let [config, directory] =
        [&options.config_file, &options.directory].map(|path| quoted(&shown(path)));
    let _ = write!(
        text,
        "\n\
         Next:\n  \
           git add {config} {directory}\n      \
               Keep both in a repository; credentials stay in the environment\n  \
           octodns sync --config-file {config}\n      \
               Show the plan, after changing a file\n  \
           octodns sync --config-file {config} --doit\n      \
               Apply it\n",
    );
    text
}

fn shown(path: &Path) -> String {
    inert(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_can_be_typed() {
        let mut options = InitOptions::new(Vec::new());
        (options.config_file, options.directory) = ("c d.yaml".into(), "it's".into());
        let told = told(&options, &Initialized::default());
        for line in ["c d.yaml\n", "  git add 'c d.yaml' 'it'\\''s'\n", " 'c d.yaml' --doit\n"] {
            assert!(told.contains(line), "{told}");
        }
    }

    #[test]
    fn an_answer_is_a_list_of_numbers_or_nothing() {
        for (answer, expected) in [
            ("\n", Some(vec![0, 1, 2])),
            ("2\n", Some(vec![1])),
            ("3, 1 3\r\n", Some(vec![2, 0])),
            ("0\n", None),
            ("4\n", None),
            ("1 x\n", None),
            ("-1\n", None),
        ] {
            assert_eq!(numbers(answer, 3), expected, "{answer:?}");
        }
    }
}
