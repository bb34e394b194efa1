//! Questions to DNS servers, and their answers as records.

pub mod wire;
