//! How plans are shown: one file an output, all of them in the list of classes below.

mod html;
mod json;
mod logger;
mod markdown;
mod table;

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use octodns_core::registry::{BuildError, Class, Classes, Options, Sourced};
use octodns_core::{Diagnostic, Origin, OwnedValue, Plan, Target};
use schemars::JsonSchema;
use serde::Deserialize;

pub use html::PlanHtml;
pub use json::PlanJson;
pub use logger::{Level, PlanLogger, text as plan_text};
pub use markdown::PlanMarkdown;

use crate::failure::Failure;

/// A plan and the target it is for.
pub type Planned<'p> = (&'p Target, &'p Plan);

/// Where outputs write that are not given a file, such as the standard output of a program.
pub type Writer = Arc<Mutex<dyn Write + Send>>;

/// Shows the plans of a run.
pub trait PlanOutput: Send + Sync {
    /// Shows all plans, in the order they will be applied; none means that nothing is to be done.
    ///
    /// # Errors
    ///
    /// Fails when it cannot write.
    fn run(&self, plans: &[Planned<'_>], out: &mut dyn Write) -> io::Result<()>;

    /// The file it writes to instead of what it is given.
    fn file(&self) -> Option<&str> {
        None
    }
}

/// The outputs of a config; by default the plan goes to the log.
pub(crate) struct Outputs {
    outputs: Vec<Arc<dyn PlanOutput>>,
}

impl Default for Outputs {
    fn default() -> Self {
        Self { outputs: vec![Arc::new(PlanLogger::default())] }
    }
}

impl Outputs {
    pub(crate) fn new(outputs: Vec<Arc<dyn PlanOutput>>) -> Self {
        Self { outputs }
    }

    /// Shows plans by every output; those without a file write to `writer`.
    pub(crate) fn run(&self, plans: &[Planned<'_>], writer: &Writer) -> Result<(), Failure> {
        for output in &self.outputs {
            let mut text = Vec::new();
            let written = output.run(plans, &mut text).and_then(|()| match output.file() {
                Some(file) => File::create(file)?.write_all(&text),
                None => write(writer, &text),
            });
            written.map_err(|error| {
                let message = format!("cannot write the plan: {error}");
                let origin = output.file().map_or_else(Origin::default, Origin::file);
                let found = Diagnostic::error("plan-output", message).at(origin);
                Failure::from(found.help("name a writable file, or free space on its device"))
            })?;
        }
        Ok(())
    }
}

fn write(writer: &Writer, text: &[u8]) -> io::Result<()> {
    // A writer whose holder has panicked is still a writer.
    let mut writer = writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    writer.write_all(text)?;
    writer.flush()
}

/// The options of outputs that take no other.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct FileOptions {
    /// The file to write to. Default: the standard output.
    output_filename: Option<String>,
}

type Built = Result<Arc<dyn PlanOutput>, BuildError>;

/// Every output that a config can name.
pub(crate) fn classes() -> Classes<Arc<dyn PlanOutput>> {
    let mut classes = Classes::default();
    add(&mut classes, "octodns.provider.plan.PlanLogger", "logger", |given: Sourced<_>| {
        Ok(Arc::new(PlanLogger::from_options(&given)?))
    });
    add(&mut classes, "octodns.provider.plan.PlanJson", "json", |output: PlanJson| {
        Ok(Arc::new(output))
    });
    add(&mut classes, "octodns.provider.plan.PlanMarkdown", "markdown", |options: FileOptions| {
        Ok(Arc::new(PlanMarkdown::new(options.output_filename)))
    });
    add(&mut classes, "octodns.provider.plan.PlanHtml", "html", |options: FileOptions| {
        Ok(Arc::new(PlanHtml::new(options.output_filename)))
    });
    classes
}

fn add<O: Options>(
    classes: &mut Classes<Arc<dyn PlanOutput>>,
    path: &'static str,
    short: &'static str,
    build: impl Fn(O) -> Built + Send + Sync + 'static,
) {
    let build = Arc::new(move |_: &str, options: &OwnedValue| build(O::read(options, &[])?));
    let version = env!("CARGO_PKG_VERSION");
    classes.add(Class::new(path, version, O::schema, build), &[short]);
}
