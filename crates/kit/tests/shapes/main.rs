//! Services that do not exist, one or more of each shape: what the kit makes of them is held to what every
//! provider must do, and to what only the kit can do wrong.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod changes;
mod lost;
mod memory;
mod publish;
mod rows;
mod service;
mod sets;
mod signing;
mod spelling;
mod state;
mod whole;
mod zones;
