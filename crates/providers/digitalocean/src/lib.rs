#![doc = include_str!("../README.md")]

mod provider;

pub use provider::{DigitalOcean, Options, register};
