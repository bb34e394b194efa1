#![doc = include_str!("../README.md")]

mod dynamic;
mod options;
mod provider;
mod records;

pub use options::Options;
pub use provider::{Constellix, register, register_with};
