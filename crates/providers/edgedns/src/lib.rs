#![doc = include_str!("../README.md")]

mod change_list;
mod edgegrid;
mod list;
mod options;
mod provider;
mod zone_file;

pub use options::Options;
pub use provider::{Akamai, register, register_with};
