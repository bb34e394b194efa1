//! Laws: what holds for whatever records, zones and rows there may be.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

mod missing;
mod records;
mod rows;
mod slots;
mod values;
mod zones;
