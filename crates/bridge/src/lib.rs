//! octoDNS' classes that are written in Python: sources, providers, processors, validators, secret handlers and plan
//! outputs, run in a process of the user's own Python.
//!
//! The process is the host (`host.py`). [`client::Host`] starts it and calls it; everything else is built on that.

#![forbid(unsafe_code)]

mod actor;
mod apply;
mod changes;
mod classes;
pub mod client;
mod doing;
pub mod error;
mod foreign_types;
mod hidden;
mod instance;
mod output;
mod process;
mod processor;
mod provider;
pub mod python;
pub mod raised;
mod rebuild;
mod records;
pub mod requests;
mod secret;
mod session;
mod settings;
mod source;
mod target;
mod validator;
mod wait;
pub mod wire;

pub use classes::{PythonClasses, PythonOptions};
