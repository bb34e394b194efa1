#![doc = include_str!("../README.md")]

mod calls;
mod dynamic;
mod items;
mod options;
mod provider;
mod records;
mod routing;

pub use options::{ClientConfig, Options, Timeout};
pub use provider::{Ns1, register, register_with};
