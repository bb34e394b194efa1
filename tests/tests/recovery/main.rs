//! Runs that are killed at every point, finished, and taken back: with a provider of every shape.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]
#![expect(
    clippy::disallowed_methods,
    reason = "a child process is told by its environment what to do"
)]

mod child;
mod services;
mod setup;
mod undo;
mod walk;
