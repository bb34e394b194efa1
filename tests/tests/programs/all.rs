//! `octodns`: each subcommand, and each link to it, behaves like the program with that name, flag by flag.
//!
//! The flags come from the definitions of the command lines, so that new ones are tested automatically.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::thread;

use octodns_cli::{PROGRAMS, Part};

use crate::support::{Ran, Workspace, programs};

/// Values for arguments without a list of values or a default.
const SAMPLES: &[(&str, &str)] = &[
    ("a", "zones"),
    ("b", "target"),
    ("checksum", "0123"),
    ("config_file", "config.yaml"),
    ("ignore_prefix", "www"),
    ("logging_config", "logging.yaml"),
    ("output", "schema.json"),
    ("output_dir", "dumped"),
    ("output_provider", "target"),
    // Fails to answer at once.
    ("servers", "127.0.0.1:0"),
    ("sources", "zones"),
    ("targets", "target"),
    ("zone", "unit.tests."),
    ("zones", "unit.tests."),
];

/// Arguments that mean nothing without another.
const COMPANIONS: &[(&str, &str)] =
    &[("fail_on", "--since=HEAD"), ("skip_conflicts", "--plan=no-such.json")];

const LOGGING: &str = "\
version: 1
handlers:
  file: {class: logging.FileHandler, filename: run.log}
root: {level: DEBUG, handlers: [file]}
";

/// An argument of a program.
struct Argument {
    id: String,
    /// Its flags, without the two hyphens; empty for a positional argument.
    flags: Vec<String>,
    /// Its possible values; empty for a switch.
    values: Vec<String>,
    is_required: bool,
}

/// A command line, and whether it must be accepted.
type Case = (Vec<String>, bool);

/// The arguments that a program defines, in order.
fn arguments(part: &Part) -> Vec<Argument> {
    let mut definition = part.definition();
    // Adds `--help` and `--version`.
    definition.build();
    let argument = |argument: &clap::Arg| {
        let aliases = argument.get_all_aliases().unwrap_or_default();
        let takes_values = argument.get_action().takes_values();
        Argument {
            id: argument.get_id().to_string(),
            flags: argument.get_long().into_iter().chain(aliases).map(str::to_owned).collect(),
            values: if takes_values { values(argument) } else { Vec::new() },
            // Without it there is one thing that `octodns-sync` does: listing runs.
            is_required: argument.is_required_set() || argument.get_id() == "config_file",
        }
    };
    definition.get_arguments().map(argument).collect()
}

/// All values of an argument that has a list of them, or else a sample.
fn values(argument: &clap::Arg) -> Vec<String> {
    let possible = argument.get_possible_values();
    if !possible.is_empty() {
        return possible.iter().map(|value| value.get_name().to_owned()).collect();
    }
    let sample = SAMPLES.iter().find(|(id, _)| argument.get_id() == id);
    let default = argument.get_default_values().first().and_then(|value| value.to_str());
    vec![sample.map(|(_, value)| *value).or(default).unwrap_or("1").to_owned()]
}

impl Argument {
    /// The argument with a value, if it takes one.
    fn words(flag: Option<&String>, value: Option<&String>) -> Vec<String> {
        match (flag, value) {
            (Some(flag), Some(value)) => vec![format!("--{flag}={value}")],
            (Some(flag), None) => vec![format!("--{flag}")],
            (None, value) => value.into_iter().cloned().collect(),
        }
    }

    /// The argument in its simplest form.
    fn plain(&self) -> Vec<String> {
        Self::words(self.flags.first(), self.values.first())
    }
}

/// The required arguments of a program, except one.
fn without(arguments: &[Argument], left_out: &str) -> Vec<String> {
    let needed =
        arguments.iter().filter(|argument| argument.is_required && argument.id != left_out);
    needed.flat_map(Argument::plain).collect()
}

/// Command lines with and without every argument, in every form.
fn cases(arguments: &[Argument]) -> Vec<Case> {
    let least = without(arguments, "");
    let with = |more: &[&str]| {
        let more = more.iter().map(|word| (*word).to_owned());
        least.iter().cloned().chain(more).collect::<Vec<_>>()
    };
    let mut cases = vec![
        (least.clone(), true),
        (vec![], false),
        (vec!["-h".to_owned()], true),
        (vec!["-V".to_owned()], true),
        (with(&["--no-such-flag"]), false),
        (with(&["-x"]), false),
        (with(&["--config-file=no-such.yaml"]), false),
    ];
    for argument in arguments {
        let mut others = without(arguments, &argument.id);
        let companion = COMPANIONS.iter().find(|(id, _)| *id == argument.id);
        others.extend(companion.map(|(_, words)| (*words).to_owned()));
        cases.extend(of(argument, &others));
    }
    cases
}

/// Command lines with one argument, along with the required ones.
fn of(argument: &Argument, others: &[String]) -> Vec<Case> {
    let line = |words: Vec<String>| others.iter().cloned().chain(words).collect::<Vec<_>>();
    let mut cases = vec![(line(argument.plain()), true)];
    if argument.is_required {
        cases.push((others.to_vec(), false));
    }
    let Some(name) = argument.flags.first() else {
        cases.push((line([argument.plain(), vec!["another".to_owned()]].concat()), false));
        return cases;
    };
    // Abbreviated, which is an error if another flag has the same beginning.
    let cut = name[..name.len() - 1].to_owned();
    cases.push((line(Argument::words(Some(&cut), argument.values.first())), false));
    for alias in &argument.flags[1..] {
        cases.push((line(Argument::words(Some(alias), argument.values.first())), true));
    }
    for value in argument.values.iter().skip(1) {
        cases.push((line(Argument::words(Some(name), Some(value))), true));
    }
    if let Some(value) = argument.values.first() {
        cases.push((line(vec![format!("--{name}"), value.clone()]), true));
        cases.push((line(vec![format!("--{name}")]), false));
        cases.push((line(vec![format!("--{name}=?")]), false));
    } else {
        cases.push((line(vec![format!("--{name}=x")]), false));
    }
    cases
}

/// How a run ended: exit code, both outputs, and all files.
#[derive(Debug, PartialEq)]
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    files: Vec<(String, String)>,
}

/// Runs a program, given by its path and the words before its arguments.
fn run(program: &Path, words: &[&str], arguments: &[String]) -> Ended {
    let workspace = Workspace::new();
    workspace.write("logging.yaml", LOGGING);
    let mut command = workspace.command_at(program);
    let ran = Ran::of(&format!("{words:?} {arguments:?}"), command.args(words).args(arguments));
    let content = |file: String| {
        let bytes = fs::read(workspace.path(&file)).unwrap_or_default();
        let text = sorted(&timeless(&String::from_utf8_lossy(&bytes)));
        (file, text)
    };
    Ended {
        code: ran.code,
        stdout: timeless(&ran.stdout),
        stderr: sorted(&timeless(&ran.stderr)),
        files: workspace.list().into_iter().map(content).collect(),
    }
}

/// A text without the parts that differ between runs: the time and the process id of log lines, and the id of
/// a logged query.
fn timeless(text: &str) -> String {
    let without_time = |line: &str| match line.split_once("  [") {
        Some((time, rest)) if time.len() == 19 && time.as_bytes()[10] == b'T' => {
            rest.split_once("] ").map_or_else(|| rest.to_owned(), |(_, said)| said.to_owned())
        }
        _ => line.to_owned(),
    };
    let without_number = |line: String| match line.split_once("; header ") {
        Some((before, after)) => {
            format!("{before}{}", after.trim_start_matches(|digit: char| digit.is_ascii_digit()))
        }
        None => line,
    };
    text.split('\n').map(without_time).map(without_number).collect::<Vec<_>>().join("\n")
}

/// The lines of a log, sorted, since concurrent work is logged in any order.
fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// Compares a subcommand with its program on every command line.
fn hold(part: &Part) {
    let (program, name) = (programs().join(part.program()), format!("octodns {}", part.name()));
    let all = programs().join("octodns");
    for (arguments, is_accepted) in cases(&arguments(part)) {
        let alone = run(&program, &[], &arguments);
        let mut within = run(&all, &[part.name()], &arguments);
        for text in [&mut within.stdout, &mut within.stderr] {
            *text = text.replace(&name, part.program());
        }
        let line = format!("{} {}", part.program(), arguments.join(" "));
        assert_eq!(alone, within, "{line}");
        // With this flag 2 says that there are changes.
        let wrong = if line.contains("--detailed-exitcode") { 64 } else { 2 };
        assert!(!is_accepted || alone.code != Some(wrong), "{line}: {alone:#?}");
    }
}

#[test]
fn a_subcommand_behaves_like_its_program() {
    thread::scope(|scope| {
        for part in &PROGRAMS {
            scope.spawn(|| hold(part));
        }
    });
}

#[test]
fn a_sync_by_subcommand_is_a_sync() {
    let workspace = Workspace::new();
    workspace.run("octodns sync --config-file=config.yaml --doit").expect(0, &[]);
    assert!(workspace.path("target/unit.tests.yaml").is_file());
}

#[test]
fn without_a_program_it_lists_them() {
    let workspace = Workspace::new();
    let help = workspace.run("octodns --help");
    help.expect(0, &[]);
    for part in &PROGRAMS {
        assert!(help.stdout.contains(&format!("\n  {} ", part.name())), "{help:#?}");
    }
    workspace.run("octodns").expect(2, &["Usage: octodns <COMMAND>", "\n  sync "]);
    workspace.run("octodns snyc").expect(2, &["'snyc'", "'sync'", "Usage: octodns <COMMAND>"]);
    workspace.run("octodns --doit").expect(2, &["'--doit'"]);
    let version = workspace.run("octodns --version").stdout;
    assert_eq!(version, workspace.run("octodns-sync --version").stdout);
}

/// A distribution ships one program, and a link for each name.
#[cfg(unix)]
#[test]
fn a_link_behaves_like_its_program() {
    use std::os::unix::process::CommandExt;

    let workspace = Workspace::new();
    let all = programs().join("octodns");
    for part in &PROGRAMS {
        let name = part.program();
        let link = workspace.path(name);
        std::os::unix::fs::symlink(&all, &link).unwrap();
        let arguments = arguments(part);
        for arguments in [vec!["--help".to_owned()], vec![], without(&arguments, "")] {
            let alone = run(&programs().join(name), &[], &arguments);
            assert_eq!(run(&link, &[], &arguments), alone, "{name} {arguments:?}");
        }
        for called in [format!("/opt/dns/{name}"), format!("./{name}.exe"), format!("{name}.EXE")] {
            let mut command = workspace.command_at(&all);
            let called = Ran::of(&called, command.arg0(OsString::from(&called)).arg("--help"));
            assert!(called.stdout.contains(&format!("Usage: {name}")), "{called:#?}");
        }
    }
}
