#![doc = include_str!("../README.md")]

mod actions;
mod class;
mod cloud;
mod dnsapi;
mod register;
mod zones;

pub use class::{Backend, Options};
pub use cloud::Cloud;
pub use dnsapi::DnsApi;
pub use register::register;
