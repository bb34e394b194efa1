//! Classes of published packages, run by Python: our programs do with them what octoDNS does.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]
#![expect(clippy::disallowed_methods, reason = "cargo tells by the environment where it is")]

mod corpus;
#[cfg(unix)]
mod killed;
#[cfg(unix)]
mod native;
mod others;
mod sources;
mod support;
mod targets;
mod walks;

#[path = "../programs/fakes.rs"]
mod fakes;
#[expect(dead_code, reason = "tests of programs need more of it")]
#[path = "../programs/support.rs"]
mod programs;
