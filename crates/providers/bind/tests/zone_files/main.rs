//! Zone files: as octoDNS reads and writes them, as the servers' tools read them, and with both clients.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

mod cassettes;
mod clients;
mod folder;
mod odd;
