//! Tests with hostile input: targets for libFuzzer, which the workspace `fuzz` runs.
//!
//! A target accepts any bytes, and fails with a panic: of the tested code, or of its own check. The checks
//! test more than the absence of panics: what is written is read back unchanged, and secrets are not shown.

#![expect(clippy::expect_used, reason = "a target fails by a panic")]

mod api;
mod axfr;
mod checks;
mod config;
mod engine;
pub mod files;
mod plan;
mod rdata;
mod target;
mod tinydns;
mod yaml;
mod zone_file;

pub use target::Target;

/// All targets, by name.
pub const TARGETS: &[Target] = &[
    api::TARGET,
    axfr::TARGET,
    config::TARGET,
    plan::TARGET,
    rdata::TARGET,
    tinydns::TARGET,
    yaml::TARGET,
    zone_file::TARGET,
];

/// The target with this name.
pub fn named(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
