#![doc = include_str!("../README.md")]

mod options;
mod provider;
mod values;

pub use options::Options;
pub use provider::{EasyDns, register};
