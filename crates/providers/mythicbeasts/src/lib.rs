#![doc = include_str!("../README.md")]

mod options;
mod provider;

pub use options::Options;
pub use provider::{MythicBeasts, register};
