//! The texts of octoDNS, to the byte: how its plans show records, changes and settings, and which of its loggers says
//! what.

mod loggers;
mod pformat;
mod plan_text;

pub(crate) use loggers::{MANAGER, log_warnings};
pub use pformat::pformat;
pub use plan_text::{change_text, plan_summary, record_text};
