//! DNS as code: names, records, zones, validation, plans, and the traits of sources and providers.
//!
//! This crate knows no YAML, HTTP, command line, clock or file system; it is what providers and
//! programs that embed octoDNS build on.

pub mod diagnostic;
pub mod name;
pub mod record;
pub mod value;

pub use diagnostic::{Diagnostic, Origin, Report, Severity, nearest};
pub use name::{RecordName, ZoneName};
pub use value::{OwnedValue, Value};
