#![doc = include_str!("../README.md")]

mod brand;
mod changes;
mod dynamic;
mod gcore;
mod login;
mod options;
mod provider;
mod sets;

pub use brand::{Brand, Facts};
pub use gcore::{GCore, register};
pub use options::Options;
pub use provider::Dns;
