//! What hostile input must not do: targets for libFuzzer, which the workspace `fuzz` drives.
//!
//! A target takes any bytes, and fails by a panic: of the code it tries, or of a check of its own. The checks say
//! more than that nothing panics: what is written reads as what it was, and no secret is told.

#![expect(clippy::expect_used, reason = "a target fails by a panic")]

mod api;
mod axfr;
mod checks;
mod config;
mod engine;
pub mod files;
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
    rdata::TARGET,
    tinydns::TARGET,
    yaml::TARGET,
    zone_file::TARGET,
];

/// The target of a name.
pub fn named(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
