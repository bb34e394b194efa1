#![doc = include_str!("../README.md")]

mod escape;
mod files;
mod groups;
mod lines;
mod octets;
mod pointers;
mod records;
mod sets;
mod source;

pub use source::{Options, TinyDnsFileSource, register};
