#![doc = include_str!("../README.md")]

mod hosts;
mod names;
mod provider;

pub use provider::{EtcHostsProvider, Options, register};
