//! The provider against its fake, against what the real API said, and beside octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod applying;
mod fake;
mod faults;
mod proofs;
mod secrets;
mod support;
