//! Plans as a difference, for people at a terminal: only what changes, names aligned, what is dangerous marked.
//!
//! No line starts with what comes from a file or a service, and no line is broken: a terminal breaks it, and a copy of
//! it is whole.

mod paint;

use std::fmt::Write as _;

use octodns_core::plan::{Allowed, ChangeCounts, Danger, Unsafe};

use self::paint::{Line, Paper, Style};
use super::Planned;
use super::view::{
    Action, ChangeView, Group, Mark, Node, Piece, Side, ValueView, View, Viewed, counted,
};

/// How plans are shown as a difference.
#[derive(Clone, Debug, Default)]
pub(super) struct DiffOptions {
    /// Whether there are colours.
    pub(super) is_coloured: bool,
    /// The command that makes the changes, if they are not made now.
    pub(super) command: Option<String>,
    /// What that command allows.
    pub(super) allowed: Allowed,
}

/// The widest column of names; longer ones reach over it.
const WIDEST_NAME: usize = 40;

/// Behind how many characters of a value its origin has a line of its own.
const WIDEST_VALUE: usize = 60;

/// From how many characters on a stretch that stays is cut in its middle, and how many are left at its ends.
const LONG_STRETCH: usize = 60;
const STRETCH_END: usize = 24;

/// The text of plans.
pub(super) fn text(plans: &[Planned<'_>], options: &DiffOptions) -> String {
    let view = View::of(plans);
    let mut paper = Paper::new(options.is_coloured);
    for group in &view.groups {
        heading(&mut paper, &view, group);
        let columns = Columns::of(group);
        for viewed in &group.changes {
            change(&mut paper, viewed, &columns);
        }
        paper.gap();
    }
    closing(&mut paper, &view, options);
    paper.into_text()
}

fn heading(paper: &mut Paper, view: &View<'_>, group: &Group<'_>) {
    let mut line = Line::default()
        .with(Style::Heading, &format!("Zone {}", group.zone))
        .with(Style::Plain, " at ")
        .with(Style::Heading, &view.targets_of(group).join(", "));
    if group.is_new {
        line = line.with(Style::Added, " + new zone");
    }
    paper.line(&line);
    for node in &group.settings {
        let setting = Line::default().with(Style::Changed, "  ~ setting ");
        paper.line(&setting.and(pieces(&node.text)));
    }
}

/// Where the columns of a group begin.
struct Columns {
    name: usize,
    record_type: usize,
    ttl: usize,
}

/// The columns before the name: blank, notice, sign, each with a blank behind it.
const BEFORE_NAME: usize = 5;

/// The columns between two others.
const GAP: usize = 2;

impl Columns {
    fn of(group: &Group<'_>) -> Self {
        let widest = |width: &dyn Fn(&ChangeView) -> usize| {
            group.changes.iter().map(|viewed| width(&viewed.shown)).max().unwrap_or_default()
        };
        let name = |shown: &ChangeView| Line::default().with(Style::Plain, &shown.name).width();
        Self {
            name: widest(&name).min(WIDEST_NAME),
            record_type: widest(&|shown| shown.record_type.as_str().len()),
            ttl: widest(&|shown| shown.ttl_text().len()),
        }
    }

    fn value(&self) -> usize {
        BEFORE_NAME + self.name + GAP + self.record_type + GAP + self.ttl + GAP
    }
}

fn change(paper: &mut Paper, Viewed { shown, .. }: &Viewed<'_>, columns: &Columns) {
    let style = match shown.action {
        Action::Create => Style::Added,
        Action::Update => Style::Changed,
        Action::Delete => Style::Deleted,
    };
    let notice = if shown.notice.is_some() { " ! " } else { "   " };
    let head = Line::default()
        .with(Style::Notice, notice)
        .with(style, &format!("{} {}", shown.action.sign(), shown.name))
        .padded(BEFORE_NAME + columns.name + GAP)
        .with(style, shown.record_type.as_str())
        .padded(BEFORE_NAME + columns.name + GAP + columns.record_type + GAP)
        .with(if shown.has_other_ttl() { Style::Changed } else { Style::Plain }, &shown.ttl_text())
        .padded(columns.value());
    let mut lines = values(shown).into_iter();
    let first = lines.next().unwrap_or_default();
    let origin = origin(shown);
    let is_behind = first.width() <= WIDEST_VALUE && !origin.is_empty();
    let indent = || Line::default().padded(columns.value());
    if is_behind {
        let between = if first.is_empty() { 0 } else { GAP };
        let first = head.and(first);
        let width = first.width() + between;
        paper.line(&first.padded(width).and(origin));
    } else {
        paper.line(&head.and(first));
        if !origin.is_empty() {
            paper.line(&indent().and(origin));
        }
    }
    for line in lines {
        paper.line(&indent().and(line));
    }
}

/// The lines of what changes in a record. Only the first may start with what a record says: it has a name before it.
fn values(shown: &ChangeView) -> Vec<Line> {
    let is_kept = |value: &&ValueView| matches!(value, ValueView::Kept(_));
    let kept = shown.values.iter().filter(is_kept).count();
    let is_only = shown.values.len() == 1;
    let signed = |sign: &str, style, text: Line| {
        if is_only { text } else { Line::default().with(style, sign).and(text) }
    };
    let mut lines = Vec::new();
    for value in &shown.values {
        let line = |style, text: &str| Line::default().with(style, text);
        lines.push(match value {
            ValueView::Kept(_) => continue,
            ValueView::Added(text) => signed("+ ", Style::Added, line(Style::Added, text)),
            ValueView::Removed(text) => signed("- ", Style::Removed, line(Style::Removed, text)),
            ValueView::Changed(text) => signed("~ ", Style::Changed, pieces(text)),
        });
    }
    if shown.is_ttl_only() {
        lines.push(Line::default().with(Style::Faint, "only the TTL"));
    } else if kept > 0 && !lines.is_empty() {
        let text = format!("  {} unchanged", counted(kept, "value"));
        lines.push(Line::default().with(Style::Faint, &text));
    }
    if !shown.parts.is_empty() && lines.is_empty() {
        let text = if kept > 0 { "the same values" } else { "" };
        lines.push(Line::default().with(Style::Faint, text));
    }
    nodes(&shown.parts, 0, &mut lines);
    lines
}

/// The lines of a tree.
fn nodes(parts: &[Node], depth: usize, lines: &mut Vec<Line>) {
    for node in parts {
        let (sign, style) = match node.mark {
            Mark::Added => ("+ ", Style::Added),
            Mark::Removed => ("- ", Style::Removed),
            Mark::Changed => ("~ ", Style::Changed),
            Mark::Same => ("  ", Style::Faint),
        };
        let line = Line::default().padded(2 * depth).with(style, sign);
        lines.push(match &*node.text {
            [only] if node.mark != Mark::Changed => line.with(style, &only.text),
            text => line.and(pieces(text)),
        });
        nodes(&node.parts, depth + 1, lines);
    }
}

/// A text in which something changes, as `git diff --word-diff` has it; another value as `old -> new`.
fn pieces(text: &[Piece]) -> Line {
    if let [old, new] = text
        && (old.side, new.side) == (Side::Before, Side::After)
    {
        return Line::default()
            .with(Style::Removed, &old.text)
            .with(Style::Plain, " -> ")
            .with(Style::Added, &new.text);
    }
    let last = text.len().saturating_sub(1);
    text.iter().enumerate().fold(Line::default(), |line, (at, piece)| match piece.side {
        Side::Both => line.with(Style::Plain, &shortened(&piece.text, at == 0, at == last)),
        Side::Before => line.with(Style::RemovedWord, &format!("[-{}-]", piece.text)),
        Side::After => line.with(Style::AddedWord, &format!("{{+{}+}}", piece.text)),
    })
}

/// A stretch that stays, without its middle if it is long; that of a whole text stays whole.
fn shortened(text: &str, is_first: bool, is_last: bool) -> String {
    let count = text.chars().count();
    if count <= LONG_STRETCH || (is_first && is_last) {
        return text.to_owned();
    }
    let place = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
    let (start, end) = (place(STRETCH_END), place(count - STRETCH_END));
    format!("{}[...]{}", &text[..start], &text[end..])
}

/// Where a change comes from, and why it is needed.
fn origin(shown: &ChangeView) -> Line {
    let mut line = Line::default();
    if let Some(origin) = &shown.origin {
        line = line.with(Style::Faint, &format!("# {origin}"));
    }
    if let Some(cause) = shown.cause {
        let style = match cause {
            octodns_core::change::ChangeCause::Drift => Style::Notice,
            _ => Style::Faint,
        };
        let before = if line.is_empty() { "# " } else { ", " };
        line = line.with(Style::Faint, before).with(style, cause.as_str());
    }
    line
}

/// How much there is to do, what speaks against it, and how to do it.
fn closing(paper: &mut Paper, view: &View<'_>, options: &DiffOptions) {
    if view.groups.is_empty() {
        paper.line(&Line::default().with(Style::Heading, "No changes are planned."));
        return;
    }
    let ChangeCounts { creates, updates, deletes, .. } = view.totals;
    let part = |count: usize, what: &str, style: Style| {
        Line::default()
            .with(if count > 0 { style } else { Style::Plain }, &format!("{count} to {what}"))
    };
    let between = || Line::default().with(Style::Plain, ", ");
    let drift = view.drift.map(|drift| format!(", {drift} of them drift")).unwrap_or_default();
    let scope = format!(
        "{drift}; {}, {}.",
        counted(view.zones.len(), "zone"),
        counted(view.targets.len(), "target"),
    );
    let total = Line::default()
        .with(Style::Heading, "Plan: ")
        .and(part(creates, "create", Style::Added))
        .and(between())
        .and(part(updates, "update", Style::Changed))
        .and(between())
        .and(part(deletes, "delete", Style::Deleted))
        .with(Style::Plain, &scope);
    paper.line(&total);
    let viewed = || view.groups.iter().flat_map(|group| &group.changes);
    if viewed().any(|viewed| viewed.shown.notice.is_some()) {
        let what = "  changes mail, a delegation, or the name of the zone itself.";
        paper.line(&Line::default().with(Style::Notice, " !").with(Style::Plain, what));
    }
    let dangers = objections(paper, view, &options.allowed);
    if let Some(command) = &options.command {
        let mut allow = String::new();
        for danger in dangers {
            // Writing to a text cannot fail.
            let _ = write!(allow, " --allow {danger}");
        }
        let line = Line::default().with(Style::Plain, "To make these changes: ");
        paper.line(&line.with(Style::Heading, &format!("{command}{allow}")));
    }
}

/// What speaks against the plans, and is not allowed; the kinds of it.
fn objections(paper: &mut Paper, view: &View<'_>, allowed: &Allowed) -> Vec<Danger> {
    let mut dangers = Vec::new();
    for group in &view.groups {
        let is_left = |reason: &&Unsafe| !allowed.permits(reason.danger());
        for reason in group.objections.iter().filter(is_left) {
            if dangers.is_empty() {
                paper.line(&Line::default().with(Style::Notice, "Not safe:"));
            }
            let targets = view.targets_of(group).join(", ");
            let line = format!("  zone {} at {targets}: {reason}", group.zone);
            paper.line(&Line::default().with(Style::Plain, &line));
            if !dangers.contains(&reason.danger()) {
                dangers.push(reason.danger());
            }
        }
    }
    dangers
}

#[cfg(test)]
mod tests;
