#![doc = include_str!("../README.md")]

mod provider;

pub use provider::{Dnsimple, Options, register};
