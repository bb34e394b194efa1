//! DNS as code: names, records, zones, validation, plans, and the traits of sources and providers.
//!
//! This crate knows no YAML, HTTP, command line, clock or file system; it is what providers and
//! programs that embed octoDNS build on.
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
pub mod validate;
pub mod value;
pub mod zone;

pub use apply_log::{ApplyLog, ApplySink, Attempt, Outcome, Stopped};
pub use async_trait::async_trait;
pub use capabilities::{Capabilities, MaxTxt, TypeSupport, Values};
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
pub use target::{Target, TargetOptions};
pub use value::{OwnedValue, Value};
pub use zone::Zone;
