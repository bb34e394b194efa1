//! What the programs share: flags, logging, rendering of findings, exit codes.
//!
//! Each command is one function that takes the arguments and returns the exit code; the work is done by
//! calls that any other program can make as well.

#![expect(
    clippy::disallowed_methods,
    reason = "this crate is where the environment and the clock are read, for all programs"
)]

mod all;
pub mod arguments;
mod check_shown;
mod commands;
mod inert;
pub mod logging;
mod patch;
pub mod program;
mod progress;
pub mod render;
mod report_table;
mod signals;
mod since;

pub use all::{PROGRAMS, Part, TOOLS, all, definition};
pub use commands::{compare, dump, report, schema, sync, validate, versions};
