//! Laws: what holds for whatever records, zones and rows there may be.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

mod records;
mod rows;
mod values;
mod zones;
