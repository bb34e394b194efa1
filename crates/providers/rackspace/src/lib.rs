#![doc = include_str!("../README.md")]

mod jobs;
mod login;
mod options;
mod provider;

pub use options::Options;
pub use provider::{Rackspace, register};
