//! Zone files: what octoDNS reads and writes, what servers' own tools make of them, and the two clients.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

mod cassettes;
mod clients;
mod folder;
mod odd;
