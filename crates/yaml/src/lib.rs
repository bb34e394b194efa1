//! YAML as octoDNS reads and writes it.
//!
//! Reading follows the reference's loader (YAML 1.1 scalars, merge keys, `!include`, last duplicate wins) and
//! gives every node its position; writing produces the same bytes as the reference. The crate does not read
//! the environment and does not print.
//!
//! ```
//! use octodns_yaml::{LoadOptions, load};
//!
//! let document = load("www:\n  ttl: 0x3c\n", &LoadOptions::new("example.com.yaml"))?;
//! let ttl = document.root.get("www").and_then(|www| www.get("ttl")).unwrap();
//! assert_eq!(ttl.as_int(), Some(60));
//! assert_eq!((ttl.position.line, ttl.position.column), (2, 8));
//! # Ok::<(), octodns_yaml::YamlError>(())
//! ```
//!
//! [`YamlProvider`] reads and writes zones as files of a folder; its options are on
//! [its page](https://github.com/octodns/octodns-rs/blob/main/docs/providers/yaml.md):
//!
//! ```yaml
//! providers:
//!   config:
//!     class: octodns.provider.yaml.YamlProvider
//!     directory: ./config
//! ```
//!
//! In code:
//!
//! ```
//! use octodns_core::Source;
//! use octodns_yaml::{YamlOptions, YamlProvider};
//!
//! let mut options = YamlOptions::new("./config");
//! options.enforce_order = false;
//! let config = YamlProvider::new("config", options);
//! assert_eq!(config.class_name(), "YamlProvider");
//! ```
//!
//! With the feature `serde_yaml`, `from_serde` converts trees of that crate.

mod error;
mod fix;
#[cfg(feature = "serde_yaml")]
mod foreign;
mod include;
mod natural;
mod order;
mod provider;
mod read;
mod write;

pub use error::{ErrorKind, YamlError};
pub use fix::sort_keys;
#[cfg(feature = "serde_yaml")]
pub use foreign::from_serde;
pub use include::{FileIncludes, Include, NoIncludes};
pub use natural::natural_cmp;
pub use order::Order;
pub use provider::{OrderMode, SplitYamlOptions, YamlOptions, YamlProvider, register};
pub use read::{Document, Entries, Limits, LoadOptions, load, load_bytes, load_entries, text_of};
pub use write::{DumpOptions, dump};
