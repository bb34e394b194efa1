//! How plans are shown: one file or folder an output, all of those that a config can name in the list of classes below,
//! all that a program can choose in `format`.

mod comment;
mod diff;
mod format;
mod html;
mod json;
mod logger;
mod markdown;
mod page;
mod table;
#[cfg(test)]
mod testing;
mod view;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use octodns_core::registry::{BuildError, Class, Options, Sourced};
use octodns_core::{Diagnostic, Origin, OwnedValue, Registry, Report};
use schemars::JsonSchema;
use serde::Deserialize;

pub use format::{PlanDisplay, PlanFormat};
pub use html::PlanHtml;
pub use json::PlanJson;
pub use logger::{Level, PlanLogger, text as plan_text};
pub use markdown::PlanMarkdown;
pub use octodns_core::registry::{PlanOutput, Planned};
pub use page::PlanPage;

use crate::failure::Failure;

/// Where outputs write that are not given a file, such as the standard output of a program.
pub type Writer = Arc<Mutex<dyn Write + Send>>;

/// Asked after plans were logged: whether all of that was written. An error is told once.
pub type PlanLogCheck = Arc<dyn Fn() -> io::Result<()> + Send + Sync>;

/// Where plans are shown.
#[derive(Clone)]
pub(crate) struct Destination {
    /// For outputs without a file.
    pub(crate) writer: Writer,
    /// Of outputs that log.
    pub(crate) log: PlanLogCheck,
}

/// What it means that the reader of a plan went away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReaderGone {
    /// The plan is not seen, so it must not be applied.
    Fails,
    /// Nothing is applied, and who left has seen enough.
    IsFine,
}

/// The outputs of a config, and how a program shows plans besides.
pub(crate) struct Outputs {
    outputs: Vec<Arc<dyn PlanOutput>>,
    display: Option<PlanDisplay>,
}

/// Names of the standard output among files.
const STANDARD_OUTPUT: [&str; 3] = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

impl Outputs {
    /// The outputs that a config names, if it does, and how a program shows plans, if it says so. By default plans go
    /// to the log.
    pub(crate) fn new(
        named: Option<Vec<Arc<dyn PlanOutput>>>,
        display: Option<&PlanDisplay>,
    ) -> Self {
        let has_file = |output: &Arc<dyn PlanOutput>| {
            output.file().is_some_and(|file| !STANDARD_OUTPUT.contains(&file))
        };
        match (named, display) {
            (Some(mut outputs), Some(display)) if display.overrides => {
                outputs.retain(has_file);
                Self { outputs, display: Some(display.clone()) }
            }
            (Some(outputs), _) => Self { outputs, display: None },
            (None, Some(display)) => Self { outputs: Vec::new(), display: Some(display.clone()) },
            (None, None) => Self { outputs: vec![Arc::new(PlanLogger::default())], display: None },
        }
    }

    /// Shows plans by every output; fails with all that could not be written. `file` makes the text of a plan file.
    pub(crate) fn run(
        &self,
        plans: &[Planned<'_>],
        file: impl FnOnce() -> String,
        to: &Destination,
        reader_gone: ReaderGone,
    ) -> Result<(), Failure> {
        let mut report = Report::new();
        let mut note = |written: io::Result<()>, origin: Origin, help: &str| {
            let is_fine = |error: &io::Error| {
                error.kind() == io::ErrorKind::BrokenPipe && reader_gone == ReaderGone::IsFine
            };
            if let Some(error) = written.err().filter(|error| !is_fine(error)) {
                let message = format!("cannot write the plan: {error}");
                report.push(Diagnostic::error("plan-output", message).at(origin).help(help));
            }
        };
        if let Some(display) = &self.display {
            let written = write(&to.writer, display.text(plans, file).as_bytes());
            note(written, Origin::default(), ELSEWHERE);
        }
        for output in &self.outputs {
            let mut text = Vec::new();
            let shown = output.run(plans, &mut text);
            if let Some(file) = output.file() {
                let written = shown.and_then(|()| write_file(Path::new(file), &text));
                note(written, Origin::file(file), "name a writable file, or free space");
            } else {
                let written = shown.and_then(|()| write(&to.writer, &text));
                note(written, Origin::default(), ELSEWHERE);
            }
        }
        let help = "send the log to a place that takes it, or name a plan output with a file";
        note((to.log)(), Origin::default(), help);
        if report.has_errors() { Err(report.into()) } else { Ok(()) }
    }
}

/// What to do about an output that cannot be written.
const ELSEWHERE: &str = "send the output to a place that takes it";

fn write(writer: &Writer, text: &[u8]) -> io::Result<()> {
    // A writer whose holder has panicked is still a writer.
    let mut writer = writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    writer.write_all(text)?;
    writer.flush()
}

/// Writes a file whole or not at all. Devices and pipes, such as `/dev/stdout`, are written to directly.
///
/// # Errors
///
/// The error of the system.
pub fn write_file(path: &Path, text: &[u8]) -> io::Result<()> {
    let is_file = fs::metadata(path).map_or(true, |there| there.is_file());
    if is_file && !path.starts_with("/dev") {
        octodns_files::replace(path, text)
    } else {
        File::create(path)?.write_all(text)
    }
}

/// The options of outputs that take no other.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct FileOptions {
    /// The file to write to. Default: the standard output.
    output_filename: Option<String>,
    /// Whether the column of sources has file and line, and why a change is needed. Default: false.
    show_origin: bool,
}

type Built = Result<Arc<dyn PlanOutput>, BuildError>;

/// Makes the outputs known that are built in.
pub(crate) fn register(registry: &mut Registry) {
    add(registry, "octodns.provider.plan.PlanLogger", "logger", |given: Sourced<_>| {
        Ok(Arc::new(PlanLogger::from_options(&given)?))
    });
    add(registry, "octodns.provider.plan.PlanJson", "json", |output: PlanJson| {
        Ok(Arc::new(output))
    });
    add(registry, "octodns.provider.plan.PlanMarkdown", "markdown", |options: FileOptions| {
        let mut output = PlanMarkdown::new(options.output_filename);
        output.show_origin = options.show_origin;
        Ok(Arc::new(output))
    });
    add(registry, "octodns.provider.plan.PlanHtml", "html", |options: FileOptions| {
        let mut output = PlanHtml::new(options.output_filename);
        output.show_origin = options.show_origin;
        Ok(Arc::new(output))
    });
    // Not in octoDNS.
    add(registry, "octodns.provider.plan.PlanPage", "page", |output: PlanPage| {
        Ok(Arc::new(output))
    });
}

fn add<O: Options>(
    registry: &mut Registry,
    path: &'static str,
    short: &'static str,
    build: impl Fn(O) -> Built + Send + Sync + 'static,
) {
    let build = Arc::new(move |_: &str, options: &OwnedValue| build(O::read(options, &[])?));
    let version = env!("CARGO_PKG_VERSION");
    registry.plan_outputs.add(Class::new(path, version, O::schema, build), &[short]);
}
