//! Tests the client against servers on this machine.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod client;
mod network;
mod outcome;
mod server;
mod throttle;
mod tokens;
