//! Tests of the suite itself: a correct provider passes, and each provider that is broken in one way is
//! detected, with a message that says how.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod broken;
mod secrets;
mod service;
mod shelf;
