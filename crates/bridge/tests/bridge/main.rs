//! Classes in Python, run by the host. Without a Python that has octoDNS these tests are skipped, and say so.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod calls;
mod cancelling;
mod cost;
mod ending;
mod errors;
mod frames;
mod hostile;
mod oldest;
mod planning;
mod replayed;
mod secrets;
mod start;
mod support;
