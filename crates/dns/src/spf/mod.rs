//! SPF policies (RFC 7208): their terms, and the number of DNS lookups they require.

mod check;
mod processor;
mod term;

pub use check::{Checker, Counted, Known, MAX_LOOKUPS, SpfError};
pub use processor::{SpfDnsLookupOptions, SpfDnsLookupProcessor, resolver};
pub use term::{Mechanism, Term, words};
