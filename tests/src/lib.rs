//! Conformance: compares this implementation with octoDNS itself.
//!
//! The corpus is a folder of cases whose expected values were produced by the reference program. Every part
//! of it has a module here that reduces the part's files to one [`Outcome`]; [`PARTS`] lists them. Cases that
//! differ on purpose are listed in [`exceptions`], and nowhere else.

#![expect(
    clippy::disallowed_methods,
    reason = "where the corpus and the programs are comes from the environment"
)]

mod cli;
mod command;
pub mod corpus;
mod dump;
mod emit;
pub mod exceptions;
mod json;
mod names;
mod outcome;
pub mod python;
mod rdata;
mod records;
mod schema;
#[cfg(test)]
mod tables;
mod tinydns;
mod txt;
mod yaml;
mod zones;

pub use command::{Options, main};
pub use outcome::Outcome;

/// A part of the corpus, and the function that compares it.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The name on the command line and in the output. Parts with the same name share one [`Outcome`].
    pub name: &'static str,
    /// Compares all cases of the corpus for this part.
    pub compare: fn(&Options, &mut Outcome) -> std::io::Result<()>,
}

/// Every part that is compared here, in the order of the run.
pub const PARTS: &[Part] = &[
    Part { name: "records", compare: records::compare },
    Part { name: "rdata", compare: rdata::compare },
    Part { name: "zones", compare: zones::compare },
    Part { name: "names", compare: names::compare },
    Part { name: "yaml", compare: yaml::compare },
    Part { name: "dump", compare: emit::compare },
    Part { name: "dump", compare: dump::compare },
    Part { name: "tinydns", compare: tinydns::compare },
    Part { name: "txt", compare: txt::compare },
    Part { name: "schema", compare: schema::compare },
    Part { name: "cli", compare: cli::compare },
    Part { name: "python", compare: python::compare },
];

/// Parts that are compared elsewhere, and where.
pub const ELSEWHERE: &[(&str, &str)] =
    &[("cassettes", "by the tests of each provider, which `cargo xtask conformance` runs")];
