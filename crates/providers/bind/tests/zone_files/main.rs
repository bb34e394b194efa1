//! Zone files: what octoDNS reads and writes, what servers' own tools make of them, and the two clients.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]
#![expect(
    clippy::disallowed_methods,
    reason = "a test finds the recorded answers by the environment"
)]
#![expect(clippy::print_stderr, reason = "a test says what it skips")]

mod cassettes;
mod clients;
mod folder;
mod odd;
