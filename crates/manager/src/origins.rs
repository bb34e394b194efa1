//! Where the changes of plans come from, as text.

use std::fmt;

use octodns_core::change::ChangeCause;
use octodns_core::value::visible;
use octodns_core::{Diagnostic, Report};

use crate::earlier::CauseCounts;
use crate::plan::Plans;
use crate::summary::short;

/// The most changes that are named where others are counted.
const NAMED: usize = 10;

/// The changes of all plans, each with where it comes from, and why it is needed if that was found out. Displays as a
/// list below each zone and target.
#[derive(Clone, Copy, Debug)]
pub struct Origins<'p> {
    plans: &'p Plans,
}

impl Plans {
    /// Where each change comes from, for people.
    pub fn origins(&self) -> Origins<'_> {
        Origins { plans: self }
    }

    /// What speaks against plans that are to have no drift: each with changes that are drift, or of which that is not
    /// known.
    pub fn drift(&self) -> Report {
        let mut report = Report::new();
        for (target, plan) in self.iter() {
            let zone = plan.desired.name();
            for (cause, what) in
                [(ChangeCause::Drift, "drift"), (ChangeCause::Unknown, "of unknown cause")]
            {
                let is_it = |index: &usize| plan.cause(*index) == Some(cause);
                let found = plan.changes.iter().enumerate().filter(|(index, _)| is_it(index));
                let mut named: Vec<_> = found.map(|(_, change)| short(change, zone)).collect();
                if named.is_empty() {
                    continue;
                }
                let (count, of) = (named.len(), plan.changes.len());
                named.truncate(NAMED);
                let more = count.saturating_sub(NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let verb = if count == 1 { "is" } else { "are" };
                let message =
                    format!("{count} of {of} changes {verb} {what}: {}{more}", named.join(", "));
                let help = match cause {
                    ChangeCause::Drift => {
                        "the sources want what they wanted before: take over what was done to the target, or run \
                         without --fail-on drift to undo it"
                    }
                    _ => {
                        "the sources of the zone could not be read as they were: name another revision"
                    }
                };
                let about = format!("{zone} ({})", target.id());
                report.push(Diagnostic::error("drift", message).about(about).help(help));
            }
        }
        report
    }
}

impl fmt::Display for CauseCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { intended, drift, unknown } = self;
        write!(f, "{intended} intended, {drift} drift")?;
        if *unknown > 0 { write!(f, ", {unknown} unknown") } else { Ok(()) }
    }
}

impl fmt::Display for Origins<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (target, plan)) in self.plans.iter().enumerate() {
            let zone = plan.desired.name();
            write!(f, "{}{zone} on {}:", if at > 0 { "\n" } else { "" }, visible(target.id()))?;
            for (index, change) in plan.changes.iter().enumerate() {
                write!(f, "\n  {}: ", visible(&short(change, zone)))?;
                match change.origin() {
                    Some(origin) => write!(f, "{origin}")?,
                    None => f.write_str("no source has it")?,
                }
                if let Some(cause) = plan.cause(index) {
                    write!(f, " ({cause})")?;
                }
            }
        }
        Ok(())
    }
}
