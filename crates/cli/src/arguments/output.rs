//! The flags of every program.

use clap::Args;

use super::{LoggingArguments, PythonArguments};
use crate::render::Format;

/// How findings are shown, what is logged, and which Python runs classes.
#[derive(Args, Clone, Debug, Default)]
pub struct OutputArguments {
    /// How findings are shown when something is wrong
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,

    /// What is logged, and where to.
    #[command(flatten)]
    pub logging: LoggingArguments,

    /// Which Python runs classes.
    #[command(flatten)]
    pub python: PythonArguments,
}
