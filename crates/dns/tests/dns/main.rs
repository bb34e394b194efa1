//! Questions to servers, and record data on the wire.

mod client;
mod live;
mod many;
mod serving;
mod spf;
mod wire;
