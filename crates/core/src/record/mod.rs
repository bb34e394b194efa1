//! Records: what a name holds.

pub mod dynamic;
mod fault;
pub mod geo;
pub mod options;

pub use dynamic::Dynamic;
pub use fault::Fault;
pub use geo::Geo;
pub use options::Options;
