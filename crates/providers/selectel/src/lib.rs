#![doc = include_str!("../README.md")]

mod legacy;
mod login;
mod options;
mod provider;

pub use legacy::SelectelLegacy;
pub use options::{LegacyOptions, Options};
pub use provider::{Selectel, register};
