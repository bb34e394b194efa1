#![doc = include_str!("../README.md")]

mod errors;
mod options;
mod provider;
mod tasks;
mod zones;

pub use options::Options;
pub use provider::{Ultra, register};
