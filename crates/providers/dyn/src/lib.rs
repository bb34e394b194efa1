#![doc = include_str!("../README.md")]

mod answer;
mod api;
mod directors;
mod dynamic;
mod options;
mod provider;
mod session;
mod sets;
mod unpublished;

pub use options::Options;
pub use provider::{Dyn, register};
