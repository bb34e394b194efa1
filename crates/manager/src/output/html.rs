//! Plans as HTML.

use std::io::{self, Write};

use octodns_core::{Change, Record};

use super::table::{lines, source, update, values};
use super::{PlanOutput, Planned};
use crate::compat::{pformat, plan_summary};
use crate::escape::html;

/// Writes plans as HTML: a heading for each zone and target, a table of changes.
///
/// Differs from octoDNS: what comes from records is escaped, so that a TXT value cannot be markup.
#[derive(Clone, Debug, Default)]
pub struct PlanHtml {
    file: Option<String>,
    /// Whether the column of sources has file and line, and why a change is needed. Default: false.
    pub show_origin: bool,
}

impl PlanHtml {
    /// Writes to `file`, or to the standard output.
    pub fn new(file: Option<String>) -> Self {
        Self { file, show_origin: false }
    }
}

const HEAD: &str = "
<table>
  <tr>
    <th>Operation</th>
    <th>Name</th>
    <th>Type</th>
    <th>TTL</th>
    <th>Value</th>
    <th>Source</th>
  </tr>
";

impl PlanOutput for PlanHtml {
    fn run(&self, plans: &[Planned<'_>], out: &mut dyn Write) -> io::Result<()> {
        if plans.is_empty() {
            return out.write_all(b"<b>No changes were planned</b>");
        }
        let mut zone = None;
        for (target, plan) in plans {
            let name = plan.desired.name();
            let shown = html(&name.to_string());
            if zone != Some(name) {
                zone = Some(name);
                writeln!(out, "<h2>{shown}</h2>")?;
            }
            write!(out, "<h3>{}</h3>{HEAD}", html(target.id()))?;
            if !plan.exists {
                write!(out, "  <tr>\n    <td>Create</td>\n    ")?;
                write!(out, "<td colspan=5>Zone&lt;{shown}&gt;</td>\n  </tr>\n")?;
            }
            for (index, change) in plan.changes.iter().enumerate() {
                row(change, &source(plan, index, self.show_origin), out)?;
            }
            if let Some(meta) = plan.meta.as_ref().filter(|meta| meta.is_truthy()) {
                write!(out, "  <tr>\n    <td colspan=6>Meta: {}", lines(&pformat(meta), html))?;
                out.write_all(b"</td>\n  </tr>\n</table>\n")?;
            }
            write!(out, "  <tr>\n    <td colspan=6>Summary: {}", plan_summary(plan))?;
            out.write_all(b"</td>\n  </tr>\n</table>\n")?;
        }
        Ok(())
    }

    fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }
}

fn row(change: &Change, source: &str, out: &mut dyn Write) -> io::Result<()> {
    let record = change.record();
    write!(out, "  <tr>\n    <td>{}</td>\n    <td>", change.verb())?;
    write!(out, "{}</td>\n    ", html(record.name().as_str()))?;
    writeln!(out, "<td>{}</td>", record.record_type())?;
    match change {
        Change::Create(new) => cells(new, &values(new), source, out),
        Change::Delete(existing) => cells(existing, &values(existing), source, out),
        Change::Update { existing, new } => {
            let (before, after) = update(existing, new);
            cells(existing, &before, "", out)?;
            out.write_all(b"  <tr>\n    <td colspan=3></td>\n")?;
            cells(new, &after, source, out)
        }
    }
}

fn cells(record: &Record, values: &[String], source: &str, out: &mut dyn Write) -> io::Result<()> {
    let values: Vec<_> = values.iter().map(|value| html(value)).collect();
    let values = values.join("<br/>");
    writeln!(out, "    <td>{}</td>\n    <td>{values}</td>", record.ttl())?;
    write!(out, "    <td>{}</td>\n  </tr>\n", html(source))
}
