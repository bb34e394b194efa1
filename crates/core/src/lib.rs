//! DNS as code: names, records, zones, validation, plans, and the traits of sources and providers.
//!
//! This crate knows no YAML, HTTP, command line, clock or file system; it is what providers and
//! programs that embed octoDNS build on.
//!
//! ```
//! use octodns_core::zone::{AddOptions, DiffScope, changes};
//! use octodns_core::{Capabilities, Record, RecordData, RecordName, Zone, ZoneName};
//!
//! let existing = Zone::new(ZoneName::new("example.com.")?);
//! let mut desired = existing.clone();
//! let www = RecordData::A(vec!["192.0.2.1".parse()?]);
//! desired.add(Record::new(RecordName::new("www")?, 300, www), AddOptions::default())?;
//!
//! let scope = DiffScope::new("dns", &Capabilities::EVERYTHING);
//! let changes = changes(&existing, &desired, &scope);
//! assert_eq!(changes[0].verb(), "Create");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What is read from and written to implements [`Source`] and [`Provider`]; what changes zones in between, [`Processor`].
//! [`Target`] plans and applies; the algorithms are in [`engine`]. [`Registry`] has classes by the names of a config.
//! [Architecture](https://github.com/octodns/octodns-rs/blob/main/docs/architecture.md) shows the whole.
//!
//! Structs and enums that may grow are `#[non_exhaustive]`: a struct is made by its `new`, a constant or `Default`, and
//! its public fields are assigned afterwards. The others are complete, such as what an RFC fixes, or facts that
//! providers state as constants ending in `..ANY`.

pub mod apply_log;
pub mod capabilities;
pub mod change;
pub mod diagnostic;
pub mod engine;
mod error;
mod escape;
pub mod name;
mod nearest;
mod options;
mod per_run;
pub mod plan;
pub mod processor;
pub mod provider;
mod rdata;
pub mod record;
pub mod registry;
pub mod schema;
pub mod secret;
mod shape;
mod target;
mod target_options;
pub mod validate;
pub mod value;
pub mod zone;

pub use apply_log::{ApplyLog, ApplySink, Attempt, Outcome, Stopped};
pub use async_trait::async_trait;
pub use capabilities::{
    Capabilities, DynamicSupport, Fallbacks, HealthChecks, MaxTxt, Places, TypeSupport, Values,
};
pub use change::Change;
pub use diagnostic::{Diagnostic, Origin, Report, Severity};
pub use engine::Context;
pub use error::{ProviderError, ServiceErrorKind};
pub use name::{RecordName, ZoneName};
pub use nearest::nearest;
pub use per_run::PerRun;
pub use plan::{ApprovedPlan, Plan, State};
pub use processor::Processor;
pub use provider::{HiddenSet, Provider, Source, UnevenTtl, ZoneFiles, ZoneRead, ZoneRequest};
pub use record::{Record, RecordData, RecordType};
pub use registry::Registry;
pub use secret::{Redactor, Secret};
pub use target::Target;
pub use target_options::TargetOptions;
pub use value::{OwnedValue, Value};
pub use zone::Zone;
