//! DNS as code: names, records, zones, validation, plans, and the traits of sources and providers.
//!
//! This crate knows no YAML, HTTP, command line, clock or file system; it is what providers and
//! programs that embed octoDNS build on.

pub mod apply_log;
pub mod capabilities;
pub mod change;
pub mod diagnostic;
pub mod engine;
pub mod name;
mod per_run;
pub mod plan;
pub mod provider;
pub mod record;
pub mod registry;
pub mod schema;
pub mod secret;
pub mod validate;
pub mod value;
pub mod zone;

pub use apply_log::{ApplyLog, ApplySink, Attempt, Outcome, Stopped};
pub use async_trait::async_trait;
pub use capabilities::{Capabilities, MaxTxt, TypeSupport, Values};
pub use change::Change;
pub use diagnostic::{Diagnostic, Origin, Report, Severity, nearest};
pub use engine::{Context, Target, TargetOptions};
pub use name::{RecordName, ZoneName};
pub use per_run::PerRun;
pub use plan::{ApprovedPlan, Plan, State};
pub use provider::{
    HiddenSet, Processor, Provider, ProviderError, ServiceErrorKind, Source, ZoneRead, ZoneRequest,
};
pub use record::{Record, RecordData, RecordType};
pub use registry::Registry;
pub use secret::{Redactor, Secret};
pub use value::{OwnedValue, Value};
pub use zone::Zone;
