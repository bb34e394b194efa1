//! Imaginary services, one or more of each shape: the kit's providers for them must pass the tests of every
//! provider, and tests of what only the kit can get wrong.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod batch;
mod changes;
mod choice;
mod companions;
mod dynamic;
mod gathered;
mod kinds;
mod laws;
mod lost;
mod memory;
mod owner;
mod pages;
mod publish;
mod root_ns;
mod rows;
mod sections;
mod service;
mod set_batch;
mod sets;
mod settings;
mod signing;
#[path = "../../../core/tests/laws/slots.rs"]
mod slots;
mod spelling;
mod state;
mod things;
mod unreadable;
mod whole;
mod wide;
mod zones;
