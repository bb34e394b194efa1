//! The provider with recordings, a fake and moto; a single program, since linking the SDK takes a while.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod behaviour;
mod cassettes;
mod fake;
mod faults;
mod fixture;
mod http;
mod moto;
mod recording;
mod secrets;
mod set;
mod suite;
mod walk;
mod xml;
