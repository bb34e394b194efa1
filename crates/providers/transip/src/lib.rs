#![doc = include_str!("../README.md")]

mod login;
mod options;
mod provider;
mod root_ns;

pub use options::Options;
pub use provider::{Transip, register, register_with};
