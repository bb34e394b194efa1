//! The provider against a real server, against what octoDNS' own did, and beside it.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod cassettes;
mod fake;
mod faults;
mod live;
