//! The engine of DNS as code: from a config to plans, and from plans to zones that are applied.
//!
//! It knows no provider: the crate `octodns` is this one with the classes of the providers that its features name, and is
//! what other programs use. Here, a [`Registry`](octodns_core::Registry) says which classes there are.
//!
//! ```
//! use octodns_core::registry::Host;
//! use octodns_manager::{Manager, ManagerOptions, built_in};
//!
//! // What octoDNS has without any provider, and files of YAML.
//! let mut registry = built_in(None, Host::default());
//! octodns_yaml::register(&mut registry);
//!
//! let config = "
//! providers: {files: {class: yaml, directory: zones}}
//! zones: {example.com.: {sources: [files], targets: [files]}}
//! ";
//! let options = ManagerOptions::new(registry);
//! let manager = Manager::from_config_text("config.yaml".as_ref(), config, &options)?;
//! assert!(manager.warnings().is_empty());
//! # Ok::<(), octodns_manager::Failure>(())
//! ```
//!
//! Nothing here prints, ends the process or reads the environment: that is passed in, results are returned, and progress
//! goes to `tracing`. Events carry the name of the octoDNS logger they stand for in the field `logger`.

mod apply;
mod built_in;
pub mod check;
mod compare;
pub mod compat;
mod config;
mod costs;
mod digest;
mod dns_client;
mod dump;
mod earlier;
pub mod escape;
mod failure;
mod features;
pub mod init;
mod jobs;
pub mod journal;
mod known_sizes;
mod lock;
mod lock_run;
mod manager;
mod memory;
mod origins;
pub mod output;
mod plan;
mod plan_file;
mod plan_zones;
pub mod progress;
mod record_run;
mod recover;
mod reorder;
pub mod report;
mod run_id;
mod schema;
mod stop;
pub mod stored;
mod sub_zones;
mod summary;
mod sync;
#[cfg(test)]
mod testing;
mod turns;
mod validate;
pub mod verification;
mod verify;
mod waves;
mod zones;

pub use built_in::{BuiltIn, PythonClasses, built_in};
pub use compare::{CompareOptions, Comparison};
pub use dump::DumpOptions;
pub use earlier::{CauseCounts, DesiredZones};
pub use failure::Failure;
pub use features::feature_of;
pub use jobs::PlanOptions;
pub use journal::{JournalOptions, Journaling};
pub use manager::{Manager, ManagerBuilder, ManagerOptions, Version, ZoneOptions};
pub use memory::MemoryProvider;
pub use octodns_core as core;
pub use octodns_yaml as yaml;
pub use origins::Origins;
pub use plan::{ApprovedPlans, Plans};
pub use plan_file::{
    ConfigDigests, Conflicting, PlanConflict, PlanFile, PlanFileOptions, PlanFileResult,
    RebasedPlans, Selection, ZoneDigest, plan_schema,
};
pub use recover::{RecoverOptions, Recovered};
pub use reorder::{sorted_files, write_sorted};
pub use report::{LiveReport, ReportOptions};
pub use schema::{config_schema, schema_text, zone_schema};
pub use stop::Stop;
pub use summary::{Applied, ApplySummary, LeftChange, SyncResult};
pub use sync::{Earlier, SyncOptions};
pub use validate::ValidateOptions;
pub use verification::{Verification, VerifyOptions};
pub use verify::Unverified;
pub use waves::{AfterWave, AppliedWave, Wave, Waves};
