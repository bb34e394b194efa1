#![doc = include_str!("../README.md")]

pub mod behaviour;
pub mod cassette;
pub mod dns;
pub mod fake;
pub mod json;
pub mod logs;
pub mod run;
pub mod secrets;
pub mod server;
pub mod store;
pub mod suite;
pub mod two_clients;
