//! The provider with a real server, with recordings of octoDNS' own provider, and compared with it.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod cassettes;
mod fake;
mod faults;
mod live;
