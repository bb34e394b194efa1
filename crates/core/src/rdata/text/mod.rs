//! What a text means: the octets of it, and its spellings.
//!
//! A value of TXT or SPF is a string of octets. So are the quoted strings of other types: the value of CAA,
//! flags, service and regexp of NAPTR, the target of URI. They have these spellings:
//!
//! | spelling | where | escapes |
//! |---|---|---|
//! | text | YAML, JSON, environment variables: what people write | `\;` `\"` `\\` and `\DDD` up to `\255`; any other backslash is itself |
//! | canonical text | dumps, plans, JSON, filters, templates | the one text for these octets that is shown: [`canonical()`] |
//! | presentation | zone files, many services | `\X` and `\DDD` (RFC 1035, section 5.1): [`Presentation`] |
//! | octets | the wire, and services with fields of their own | none |
//!
//! This module is the one place for these escapes. Names have escapes as well, of another kind; what both share
//! is [`escape()`].

mod canonical;
mod lint;
mod presentation;
mod quoted;
mod read;
mod served;
mod spelled;
mod unsupported;
mod zone_line;

pub use crate::escape::{Codes, escape, unescape};
pub use canonical::canonical;
pub(crate) use canonical::{canonical_of, codes, is_plain};
pub(crate) use lint::{Doubt, doubts, doubts_of_quoted};
pub use presentation::{Cut, Presentation, TextError};
pub use quoted::QuotedString;
pub use read::{escape_semicolons, read, unescape_semicolons};
pub(crate) use served::is_served_otherwise;
pub(crate) use spelled::Spelled;
pub use unsupported::UnsupportedText;
pub(crate) use zone_line::{parse as parse_line, scan as scan_line};

/// The most octets that a character string holds (RFC 1035, section 3.3).
pub const MAX_OCTETS: usize = 255;
