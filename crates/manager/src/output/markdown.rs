//! Plans as Markdown, for merge requests.

use std::io::{self, Write};

use octodns_core::{Change, Record};

use super::table::{lines, source, update, values};
use super::{PlanOutput, Planned};
use crate::compat::{pformat, plan_summary};
use crate::escape::markdown;

/// Writes plans as Markdown: a heading for each zone and target, a table of changes.
#[derive(Clone, Debug, Default)]
pub struct PlanMarkdown {
    file: Option<String>,
    /// Whether the column of sources has file and line, and why a change is needed. Default: false.
    pub show_origin: bool,
}

impl PlanMarkdown {
    /// Writes to `file`, or to the standard output.
    pub fn new(file: Option<String>) -> Self {
        Self { file, show_origin: false }
    }
}

impl PlanOutput for PlanMarkdown {
    fn run(&self, plans: &[Planned<'_>], out: &mut dyn Write) -> io::Result<()> {
        if plans.is_empty() {
            return out.write_all(b"## No changes were planned\n");
        }
        let mut zone = None;
        for (target, plan) in plans {
            let name = markdown(plan.desired.name().as_str());
            if zone.as_ref() != Some(&name) {
                zone = Some(name.clone());
                write!(out, "## {name}\n\n")?;
            }
            write!(out, "### {}\n\n", markdown(target.id()))?;
            out.write_all(b"| Operation | Name | Type | TTL | Value | Source |\n")?;
            out.write_all(b"|--|--|--|--|--|--|\n")?;
            if !plan.exists {
                writeln!(out, "| Create | Zone<{name}> | | | | |")?;
            }
            for (index, change) in plan.changes.iter().enumerate() {
                row(change, &source(plan, index, self.show_origin), out)?;
            }
            if let Some(meta) = plan.meta.as_ref().filter(|meta| meta.is_truthy()) {
                write!(out, "\nMeta: {}\n", lines(&pformat(meta), markdown))?;
            }
            write!(out, "\nSummary: {}\n\n", plan_summary(plan))?;
        }
        Ok(())
    }

    fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }
}

/// Values in one cell.
fn cell(values: &[String]) -> String {
    markdown(&values.join("; "))
}

fn row(change: &Change, source: &str, out: &mut dyn Write) -> io::Result<()> {
    let record = change.record();
    let (name, record_type) = (markdown(record.name().as_str()), record.record_type());
    write!(out, "| {} | {name} | {record_type} | ", change.verb())?;
    match change {
        Change::Create(new) => desired(new, &values(new), source, out),
        Change::Delete(existing) => {
            let source = if source.is_empty() { String::new() } else { markdown(source) + " " };
            writeln!(out, "{} | {} | {source}|", existing.ttl(), cell(&values(existing)))
        }
        Change::Update { existing, new } => {
            let (before, after) = update(existing, new);
            write!(out, "{} | {} | |\n| | | | ", existing.ttl(), cell(&before))?;
            desired(new, &after, source, out)
        }
    }
}

fn desired(new: &Record, values: &[String], source: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} | {} | {} |", new.ttl(), cell(values), markdown(source))
}
