//! Transfers and updates against real servers, recordings, and the reference.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

mod at_fault;
mod cassettes;
mod liars;
mod live;
mod reference;
mod suite;
mod support;
