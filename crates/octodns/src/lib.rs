//! The octoDNS engine as a library.
//!
//! A [`Manager`] is made from a config file; it syncs, dumps, validates and compares zones, and asks DNS servers for them. The command
//! line tools are thin callers of it. Nothing here prints, ends the process or reads the environment:
//! results are returned, progress goes to `tracing`, and the environment is handed in.
//!
//! Events carry the name of the octoDNS logger they stand for in the field `logger`.

mod apply;
mod compare;
pub mod compat;
mod config;
mod dump;
pub mod escape;
mod failure;
mod jobs;
mod manager;
mod memory;
pub mod output;
mod plan;
mod plan_zones;
mod registry;
mod reorder;
pub mod report;
mod schema;
mod sub_zones;
mod summary;
mod sync;
mod validate;
mod zones;

pub use compare::{CompareOptions, Comparison};
pub use dump::DumpOptions;
pub use failure::Failure;
pub use jobs::PlanOptions;
pub use manager::{Manager, ManagerBuilder, ManagerOptions, Version, ZoneOptions};
pub use memory::MemoryProvider;
pub use octodns_core as core;
pub use octodns_yaml as yaml;
pub use plan::{ApprovedPlans, Plans};
pub use registry::{FEATURES, Register, registry};
pub use report::{LiveReport, ReportOptions};
pub use schema::{config_schema, schema_text, zone_schema};
pub use summary::{Applied, ApplySummary, LeftChange, SyncResult};
pub use sync::SyncOptions;
pub use validate::ValidateOptions;
