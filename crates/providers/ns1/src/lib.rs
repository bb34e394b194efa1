#![doc = include_str!("../README.md")]

mod dynamic;
mod options;
mod provider;
mod records;

pub use options::{ClientConfig, Options, Timeout};
pub use provider::{Ns1, register, register_with};
