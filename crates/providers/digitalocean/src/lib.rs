#![doc = include_str!("../README.md")]

mod client;
mod provider;
mod records;

pub use provider::{DigitalOcean, Options, register};
