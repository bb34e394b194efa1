#![doc = include_str!("../README.md")]

mod batches;
mod credentials;
mod dkim;
mod provider;
mod reading;

pub use credentials::Options;
pub use provider::{Ovh, register, register_with};
