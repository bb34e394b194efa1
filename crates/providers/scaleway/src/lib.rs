#![doc = include_str!("../README.md")]

mod answers;
mod dynamic;
mod provider;
mod rows;

pub use provider::{Options, Scaleway, register};
