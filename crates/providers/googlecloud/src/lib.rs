#![doc = include_str!("../README.md")]

mod account;
mod clients;
mod credentials;
mod errors;
mod federation;
mod login;
mod metadata;
mod options;
mod provider;

pub use options::Options;
pub use provider::{GoogleCloud, register, register_with};
