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

mod error;
mod fix;
mod foreign;
mod include;
mod natural;
mod order;
mod provider;
mod read;
mod write;

pub use error::{ErrorKind, YamlError};
pub use fix::sort_keys;
pub use foreign::from_serde;
pub use include::{FileIncludes, Include, NoIncludes};
pub use natural::natural_cmp;
pub use order::Order;
pub use provider::{OrderMode, SplitYamlOptions, YamlOptions, YamlProvider, register};
pub use read::{Document, Entries, Limits, LoadOptions, load, load_bytes, load_entries, text_of};
pub use write::{DumpOptions, dump};
