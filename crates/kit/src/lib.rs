#![doc = include_str!("../README.md")]

mod account;
mod api;
mod batch;
pub mod changes;
mod companions;
pub mod dialect;
mod directory;
mod dynamic_sets;
mod estimate;
mod fields;
mod kinds;
mod listing;
mod lookup;
mod owner;
mod pages;
mod parts;
mod provided;
pub mod record_type;
mod refusals;
mod remembered;
mod root_ns;
mod row_api;
mod row_calls;
pub mod rows;
mod service;
mod set;
mod set_api;
mod set_batch;
mod set_calls;
mod set_root_ns;
pub mod sets;
mod shape;
pub mod things;
pub mod whole;
pub mod wide;

pub use account::Account;
pub use api::{Api, Only, Owner, Zone, ZonesBy};
pub use companions::{CompanionApi, Companions};
pub use directory::ListedZone;
pub use fields::{Fields, ReadRow, id_value, only_fields, text_of};
pub use listing::{Reading, consistent, repeated};
pub use lookup::{Call, Observed, create_once, settle};
pub use octodns_http as http;
pub use pages::{Pages, created_id};
pub use provided::{
    Choice, OptionsOf, Provided, base_url, provider, register, register_choice, register_with,
};
pub use refusals::{advised, error_of, login_error_of};
pub use remembered::Remembered;
pub use root_ns::RootNs;
pub use row_api::{BatchKinds, Batched, RowChange, RowChanges};
pub use serde_json::{Value as Json, json};
pub use service::{Connector, Service, pause_of, seconds};
pub use set::SetFields;
pub use shape::Shape;
