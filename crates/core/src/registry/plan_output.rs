//! What shows the plans of a run.

use std::io::{self, Write};

use crate::plan::Plan;
use crate::target::Target;

/// A plan and the target it is for.
pub type Planned<'p> = (&'p Target, &'p Plan);

/// Shows the plans of a run.
pub trait PlanOutput: Send + Sync {
    /// Shows all plans, in the order they will be applied; none means that nothing is to be done.
    ///
    /// # Errors
    ///
    /// Fails when it cannot write.
    fn run(&self, plans: &[Planned<'_>], out: &mut dyn Write) -> io::Result<()>;

    /// The file it writes to instead of what it is given.
    fn file(&self) -> Option<&str> {
        None
    }
}
