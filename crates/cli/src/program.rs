//! The life of a program: arguments, logging, the command, what is said at the end, the exit code.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory, FromArgMatches};
use octodns_core::{Diagnostic, Origin, Report};
use octodns_manager::BuiltIn;
use octodns_manager::output::PlanLogCheck;
use octodns_yaml::{LoadOptions, load_bytes};

use crate::arguments::{self, Colour, LoggingArguments, OutputArguments, PythonArguments};
use crate::logging::{Level, Logging, LoggingError, from_dict_config};
use crate::render::{Base, Format, Renders, Sources};

/// How a command that could do its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// There is nothing to object to: exit code 0.
    Fine,
    /// What was looked for was found, differences or faults: exit code 1.
    Found,
    /// Changes are planned, or were made, and the exit code is to tell: 2.
    Changed,
    /// A signal stopped it, and what is to be said about it was shown: exit code 128 and the number of the signal.
    Stopped(u8),
}

/// The exit code of wrong usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageCode {
    /// That of the reference.
    Two,
    /// `EX_USAGE` of sysexits.h, where 2 says something else.
    Sysexits,
}

impl UsageCode {
    /// The one for these arguments, wrong as they may be.
    pub fn of(arguments: &[OsString]) -> Self {
        let detailed = arguments::is_detailed(arguments);
        if detailed { Self::Sysexits } else { Self::Two }
    }
}

/// Where a program shows what it found, and what else all of its commands are told.
pub struct Output {
    format: Format,
    /// Whether standard output is for something else.
    is_aside: bool,
    renders: Renders,
    plan_log: PlanLogCheck,
    python: PythonArguments,
    built_in: BuiltIn,
}

impl Output {
    fn new(program: &str, format: Format, built_in: BuiltIn) -> Self {
        let here = env::current_dir().unwrap_or_default();
        let checkout = env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
        let sources = Sources::below([here.clone()]);
        let base = Base::new(here, checkout);
        let (program, colour, config) = (program.to_owned(), colour(Colour::Auto), None);
        let renders = Renders { program, colour, base, sources, config };
        let plan_log: PlanLogCheck = Arc::new(|| Ok(()));
        let python = PythonArguments::default();
        Self { format, is_aside: false, renders, plan_log, python, built_in }
    }

    /// Says when findings have colours.
    pub fn colour(&mut self, when: Colour) {
        self.renders.colour = colour(when);
    }

    /// Shows findings in all formats on standard error.
    pub fn leave_standard_output(&mut self) {
        self.is_aside = true;
    }

    /// Lets lines of the files below these folders be shown, beside those below the working folder.
    pub fn may_show(&mut self, folders: impl IntoIterator<Item: AsRef<Path>>) {
        self.renders.sources.add(folders.into_iter().map(folder));
    }

    /// Takes note of the config file: findings may show lines of it and of the files beside it.
    pub fn config_file(&mut self, file: &str) {
        self.may_show(Path::new(file).parent());
        self.renders.sources.config(file);
        self.renders.config = Some(file.to_owned());
    }

    /// Takes note of that the config was read, so that findings may be about files beside these now.
    pub fn config_is_read(&mut self, files: impl IntoIterator<Item = Arc<str>>) {
        self.renders.sources.config_is_read(files);
    }

    /// Tells whether plans that were logged could be written.
    pub fn plan_log(&self) -> PlanLogCheck {
        Arc::clone(&self.plan_log)
    }

    /// Which Python runs classes that are not built in.
    pub fn python(&self) -> &PythonArguments {
        &self.python
    }

    /// What the program has built in.
    pub fn built_in(&self) -> BuiltIn {
        self.built_in
    }

    /// Shows findings: text on standard error, what machines read on standard output, unless that is for plans.
    ///
    /// # Errors
    ///
    /// When standard output cannot be written to.
    pub fn show(&mut self, report: &Report) -> Result<(), Report> {
        let text = self.renders.report(self.format, report);
        if self.format == Format::Text || self.is_aside {
            // Nothing more can be said when even that cannot be written.
            let _ = io::stderr().lock().write_all(text.as_bytes());
            return Ok(());
        }
        write_result(&text)
    }
}

/// A program: the arguments it takes, and what it does with them.
pub trait Program: CommandFactory + FromArgMatches {
    /// What is logged unless an argument says otherwise.
    const LEVEL: Level;

    /// How findings are shown, and what is logged.
    fn output(&self) -> OutputArguments;

    /// Does what the arguments ask for.
    ///
    /// # Errors
    ///
    /// With the findings that say why it could not be done.
    fn run(&self, output: &mut Output) -> Result<Ended, Report>;
}

/// Runs a program on its arguments, the first of which is its name.
pub fn run<P: Program, A: IntoIterator<Item = OsString>>(
    arguments: A,
    built_in: BuiltIn,
) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let usage = UsageCode::of(&arguments);
    finish::<P>(arguments::parse(arguments), usage, built_in)
}

/// Does what arguments ask for and shows why it failed, or what is wrong with the arguments.
pub fn finish<P: Program>(
    arguments: Result<P, clap::Error>,
    usage: UsageCode,
    built_in: BuiltIn,
) -> ExitCode {
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(error) => return tell(&error, usage),
    };
    let OutputArguments { format, logging, python } = arguments.output();
    let mut output = Output::new(P::command().get_name(), format, built_in);
    output.python = python;
    let result = set_up(&logging, P::LEVEL).and_then(|plan_log| {
        output.plan_log = plan_log;
        arguments.run(&mut output)
    });
    match result {
        Ok(Ended::Fine) => ExitCode::SUCCESS,
        Ok(Ended::Found) => ExitCode::FAILURE,
        Ok(Ended::Changed) => ExitCode::from(2),
        Ok(Ended::Stopped(code)) => ExitCode::from(code),
        Err(report) => {
            if let Err(unwritten) = output.show(&report) {
                let text =
                    format!("{}\n", unwritten.iter().map(ToString::to_string).collect::<String>());
                let _ = io::stderr().lock().write_all(text.as_bytes());
            }
            ExitCode::FAILURE
        }
    }
}

/// Shows help, or what is wrong with the arguments, and says how the program ends.
pub fn tell(error: &clap::Error, usage: UsageCode) -> ExitCode {
    // Help that nobody reads to the end is not an error.
    let _ = error.print();
    match (error.exit_code(), usage) {
        (0, _) => ExitCode::SUCCESS,
        (_, UsageCode::Two) => ExitCode::from(2),
        (_, UsageCode::Sysexits) => ExitCode::from(64),
    }
}

/// Writes a command's result. That its reader went away is not an error.
///
/// # Errors
///
/// When standard output cannot be written to, as on a full disk.
pub fn write_result(text: &str) -> Result<(), Report> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let message = format!("cannot write to standard output: {error}");
            let found = Diagnostic::error("output", message);
            Err(only(found.help("send the output to a place with free space")))
        }
        _ => Ok(()),
    }
}

/// Starts logging, and returns what tells whether plans that are logged could be written.
fn set_up(arguments: &LoggingArguments, level: Level) -> Result<PlanLogCheck, Report> {
    let logging = match &arguments.logging_config {
        Some(file) => from_file(file)?,
        None => Logging::from_arguments(arguments, level).map_err(|error| failed(&error, None))?,
    };
    let plan_log = logging.plan_log();
    logging.install();
    Ok(plan_log)
}

fn from_file(file: &Path) -> Result<Logging, Report> {
    let name = file.display().to_string();
    let bytes = fs::read(file).map_err(|error| {
        let message = format!("cannot read the logging configuration: {error}");
        let found = Diagnostic::error("logging", message).at(Origin::file(name.as_str()));
        only(found.help("name a readable file with --logging-config"))
    })?;
    let document = load_bytes(&bytes, &LoadOptions::new(name.as_str()))
        .map_err(|error| only(error.to_diagnostic()))?;
    from_dict_config(&document.root).map_err(|error| failed(&error, Some(&name)))
}

/// The finding that an error about logging is.
fn failed(error: &LoggingError, file: Option<&str>) -> Report {
    let mut message = error.to_string();
    if let Some(source) = std::error::Error::source(error) {
        message = format!("{message}: {source}");
    }
    let mut diagnostic =
        Diagnostic::error("logging", message).help("see --help for how to set up logging");
    if let Some(file) = file {
        diagnostic.origin = Origin::at(file, error.line(), 1);
    }
    only(diagnostic)
}

/// A folder as it is opened: no path at all is the one this process works in.
fn folder(path: impl AsRef<Path>) -> PathBuf {
    let path = path.as_ref();
    if path.as_os_str().is_empty() { PathBuf::from(".") } else { path.to_owned() }
}

/// A report of one finding.
pub fn only(diagnostic: Diagnostic) -> Report {
    let mut report = Report::new();
    report.push(diagnostic);
    report
}

/// Whether findings, which are on standard error, have colours.
pub fn colour(when: Colour) -> bool {
    when.is_on(io::stderr().is_terminal(), |name| env::var_os(name))
}
