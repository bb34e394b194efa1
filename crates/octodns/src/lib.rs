//! DNS as code, as a library: from a config to plans, and from plans to zones that are applied.
//!
//! A [`Manager`] is made of a config file, of the text of one, or of parts that a program makes in code. It plans,
//! applies, dumps, validates and compares zones, and reports what DNS servers answer for them. The programs
//! `octodns-sync`, `octodns-dump` ... are thin callers of it.
//!
//! ```
//! use std::sync::Arc;
//!
//! use octodns::core::{Record, RecordData, RecordName, Zone, ZoneName};
//! use octodns::{Manager, ManagerOptions, MemoryProvider, PlanOptions, ZoneOptions};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut zone = Zone::new(ZoneName::new("example.com.")?);
//! let www = RecordData::A(vec!["192.0.2.1".parse()?]);
//! zone.set(Record::new(RecordName::new("www")?, 300, www));
//! let source = MemoryProvider::new("in-code");
//! source.put(zone);
//!
//! let manager = Manager::builder()
//!     .source(Arc::new(source))
//!     .provider(Arc::new(MemoryProvider::new("target")))
//!     .zone("example.com.", ZoneOptions::new(["in-code"], ["target"]))
//!     .build(&ManagerOptions::default())?;
//! let manager = Arc::new(manager);
//!
//! let plans = manager.plan(&PlanOptions::default()).await?;
//! assert_eq!(plans.changes(), 1);
//! // Fails if the plans delete too much, for example: `approve_by_force` is for people who looked at them.
//! let summary = manager.apply(plans.approve()?).await?;
//! assert_eq!(summary.total(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! Each provider is a cargo feature, and so is `dns`: what queries DNS servers, which are reports, verifying by name
//! servers and the processor of SPF policies. `dns` and `yaml` are the default, and `all` are those of the programs.
//! Classes of a program's own are added to the [`registry()`] before a config is read.
//!
//! Nothing here prints, ends the process or reads the environment: that is passed in, results are returned, and progress
//! goes to `tracing`. Events carry the name of the octoDNS logger they stand for in the field `logger`.
//!
//! Structs and enums that may grow are `#[non_exhaustive]`: made by `new` or `Default`, with public fields to assign.

mod apply;
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
mod python;
mod record_run;
mod recover;
mod registry;
mod reorder;
pub mod report;
mod run_id;
mod schema;
mod stop;
pub mod stored;
mod sub_zones;
mod summary;
mod sync;
mod turns;
mod validate;
pub mod verification;
mod verify;
mod waves;
mod zones;

pub use compare::{CompareOptions, Comparison};
pub use dump::DumpOptions;
pub use earlier::{CauseCounts, DesiredZones};
pub use failure::Failure;
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
pub use python::python;
pub use recover::{RecoverOptions, Recovered};
pub use registry::{FEATURES, Register, registry};
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
