//! Plans and changes as data that is kept: in plan files, in journals.
//!
//! What is kept is read back as exactly the same changes, or not at all.

mod change;
mod plan;
mod value;

use octodns_core::{Diagnostic, Report};

pub use change::{StoredChange, StoredOrigin, StoredRecord};
pub use plan::{StoredPlan, StoredThresholds};
pub use value::StoredValue;

/// A report of one finding.
fn only(found: Diagnostic) -> Report {
    [found].into_iter().collect()
}
