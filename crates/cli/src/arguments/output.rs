//! The flags of every program that say how findings are shown.

use clap::Args;

use super::LoggingArguments;
use crate::render::Format;

/// How findings are shown, and what is logged.
#[derive(Args, Clone, Debug, Default)]
pub struct OutputArguments {
    /// How findings are shown when something is wrong
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,

    /// What is logged, and where to.
    #[command(flatten)]
    pub logging: LoggingArguments,
}
