//! The provider against recordings, and against a fake of the service.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod behaviour;
mod cassettes;
mod fake;
mod faults;
mod limits;
mod support;
