//! The provider with its fake, with recordings of the real API, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod applying;
mod fake;
mod faults;
mod proofs;
mod secrets;
mod support;
