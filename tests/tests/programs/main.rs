//! Tests of the programs, run as from a shell.

#![expect(clippy::unwrap_used, reason = "a test may")]
#![expect(clippy::disallowed_methods, reason = "cargo tells by the environment where it is")]

mod all;
mod bad_input;
mod fakes;
mod findings;
mod fix;
#[cfg(unix)]
mod journal;
mod operating;
mod operating_journal;
mod page;
mod plan_file;
mod plan_format;
mod report;
mod schema;
mod secrets;
mod support;
mod sync;
mod verify;
mod waves;
