//! The suite proves itself: a provider that does all it must passes, and each that is broken in one way is
//! found out, in words that say how.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod broken;
mod service;
mod shelf;
