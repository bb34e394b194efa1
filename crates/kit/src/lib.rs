#![doc = include_str!("../README.md")]

mod api;
pub mod changes;
pub mod dialect;
mod directory;
mod fields;
mod look;
mod parts;
pub mod rows;
mod service;
mod set;
pub mod sets;
pub mod whole;

pub use api::{Account, Api, Only, Provided, Shape, Zone, ZonesBy, register};
pub use directory::ListedZone;
pub use fields::{Fields, ReadRow};
pub use look::{Call, Seen, settle};
pub use octodns_http as http;
pub use serde_json::{Value as Json, json};
pub use service::{Connector, Service};
pub use set::SetFields;
