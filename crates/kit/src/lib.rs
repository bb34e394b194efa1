#![doc = include_str!("../README.md")]

mod account;
mod api;
pub mod changes;
pub mod dialect;
mod directory;
mod fields;
mod lookup;
mod parts;
mod provided;
pub mod rows;
mod service;
mod set;
pub mod sets;
mod shape;
pub mod whole;

pub use account::Account;
pub use api::{Api, Only, Zone, ZonesBy};
pub use directory::ListedZone;
pub use fields::{Fields, ReadRow};
pub use lookup::{Call, Observed, settle};
pub use octodns_http as http;
pub use provided::{OptionsOf, Provided, provider, register, register_with};
pub use serde_json::{Value as Json, json};
pub use service::{Connector, Service};
pub use set::SetFields;
pub use shape::Shape;
