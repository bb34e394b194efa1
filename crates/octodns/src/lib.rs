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
//! use octodns::{Manager, MemoryProvider, PlanOptions, ZoneOptions};
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
//!     .build(&octodns::options())?;
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
//! Classes of a program's own are added to the [`registry()`] before a config is read. All that is not about these features
//! is of the crate [`octodns_manager`].
//!
//! Nothing here prints, ends the process or reads the environment: that is passed in, results are returned, and progress
//! goes to `tracing`. Events carry the name of the octoDNS logger they stand for in the field `logger`.
//!
//! Structs and enums that may grow are `#[non_exhaustive]`: made by `new` or `Default`, with public fields to assign.

mod built_in;
mod python;
mod registry;

pub use built_in::{BUILT_IN, options};
#[doc(inline)]
pub use octodns_manager::*;
pub use python::python;
pub use registry::{FEATURES, Register, registry};
