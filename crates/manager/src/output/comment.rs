//! Plans as a comment on a merge request: a table of all, and for each zone a part that is folded. Whatever is
//! planned, it is short enough to be posted.

use std::fmt::Write as _;

use octodns_core::plan::ChangeCounts;
use octodns_core::value::visible;

use super::Planned;
use super::view::{Action, ChangeView, Group, Mark, Node, Piece, Side, ValueView, View, counted};
use crate::escape::{code, markdown};

/// The most characters of a comment. GitHub takes 65,536.
const MOST: usize = 65_000;

/// The most characters of the table.
const MOST_OF_TABLE: usize = 20_000;

/// The characters that are kept for the words about what is left out, and for the end of a part.
const RESERVE: usize = 600;

/// What a program that posts comments finds its earlier one by.
const MARKER: &str = "<!-- octodns-plan -->\n";

/// The text of plans.
pub(super) fn text(plans: &[Planned<'_>]) -> String {
    let view = View::of(plans);
    if view.groups.is_empty() {
        return format!("{MARKER}### octoDNS plan: nothing to do\n");
    }
    let mut comment = Comment::new(format!("{MARKER}### octoDNS plan: {}\n\n", totals(&view)));
    table(&mut comment, &view);
    let mut left_out = LeftOut::default();
    for group in &view.groups {
        if left_out.changes == 0 {
            let shown = part(&mut comment, &view, group);
            left_out.add(group.changes.len() - shown);
        } else {
            left_out.add(group.changes.len());
        }
    }
    if left_out.changes > 0 {
        let LeftOut { changes, parts } = left_out;
        let (verb, what) = (if changes == 1 { "is" } else { "are" }, counted(changes, "change"));
        comment.push(&format!(
            "\n**{what} of {} {verb} not shown here.** The plan as a page has all: `--plan-format html`, or the plan \
             output `octodns.provider.plan.PlanPage`; keep its file as an artifact of the run.\n",
            counted(parts, "zone"),
        ));
    }
    comment.text
}

/// A text that knows how long it is.
struct Comment {
    text: String,
    length: usize,
}

impl Comment {
    fn new(text: String) -> Self {
        let length = text.chars().count();
        Self { text, length }
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.length += text.chars().count();
    }

    /// Whether there is room for so many characters more.
    fn has_room(&self, length: usize) -> bool {
        self.length + length + RESERVE <= MOST
    }
}

/// What does not fit.
#[derive(Default)]
struct LeftOut {
    changes: usize,
    parts: usize,
}

impl LeftOut {
    fn add(&mut self, changes: usize) {
        self.changes += changes;
        self.parts += usize::from(changes > 0);
    }
}

fn totals(view: &View<'_>) -> String {
    let drift = view.drift.map(|drift| format!(", {drift} of them drift")).unwrap_or_default();
    format!(
        "{}{drift}; {}, {}",
        counts(&view.totals),
        counted(view.zones.len(), "zone"),
        counted(view.targets.len(), "target"),
    )
}

fn counts(counts: &ChangeCounts) -> String {
    let ChangeCounts { creates, updates, deletes, .. } = counts;
    let parts = [(creates, "create"), (updates, "update"), (deletes, "delete")];
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|(count, _)| **count > 0)
        .map(|(count, what)| format!("{count} to {what}"))
        .collect();
    if parts.is_empty() { "settings only".to_owned() } else { parts.join(", ") }
}

/// A row for each zone, as far as there is room.
fn table(comment: &mut Comment, view: &View<'_>) {
    comment
        .push("| Zone | Targets | Create | Update | Delete | Not safe |\n|--|--|--:|--:|--:|--|\n");
    let end = comment.length + MOST_OF_TABLE;
    for (index, group) in view.groups.iter().enumerate() {
        let ChangeCounts { creates, updates, deletes, .. } = group.counts;
        let targets: Vec<_> = view.targets_of(group).into_iter().map(cell).collect();
        let reasons: Vec<_> =
            group.objections.iter().map(|reason| markdown(&reason.to_string())).collect();
        let row = format!(
            "| {}{} | {} | {creates} | {updates} | {deletes} | {} |\n",
            cell(&group.zone.to_string()),
            if group.is_new { " (new)" } else { "" },
            targets.join(", "),
            reasons.join("; "),
        );
        if comment.length + row.chars().count() > end {
            let rest = view.groups.len() - index;
            comment.push(&format!("| and {} | | | | | |\n", counted(rest, "more row")));
            break;
        }
        comment.push(&row);
    }
}

/// A name in a cell, as code: nothing in it is Markdown, and nobody is mentioned by it.
fn cell(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible(text).chars() {
        if c.is_alphanumeric() || matches!(c, '.' | '-' | ' ') {
            escaped.push(c);
        } else {
            // Writing to a text cannot fail.
            let _ = write!(escaped, "&#{};", u32::from(c));
        }
    }
    format!("<code>{escaped}</code>")
}

/// A zone that is folded; how many of its changes there was room for.
fn part(comment: &mut Comment, view: &View<'_>, group: &Group<'_>) -> usize {
    let targets: Vec<_> = view.targets_of(group).into_iter().map(code).collect();
    let zone = code(&group.zone.to_string());
    let (at, counts) = (targets.join(", "), counts(&group.counts));
    let head = format!("\n<details>\n<summary>{zone} at {at}: {counts}</summary>\n\n");
    let mut block = String::new();
    for node in &group.settings {
        let _ = writeln!(block, "! setting {}", side(&node.text, Side::After));
    }
    let (mut shown, mut length) = (0, head.chars().count() + block.chars().count());
    let mut fence = longest_fence(&block);
    for viewed in &group.changes {
        let text = change(&viewed.shown);
        length += text.chars().count();
        fence = fence.max(longest_fence(&text));
        if !comment.has_room(length + 2 * (fence + 1)) {
            break;
        }
        block.push_str(&text);
        shown += 1;
    }
    if block.is_empty() {
        return 0;
    }
    let fence = "`".repeat(fence.max(2) + 1);
    comment.push(&format!("{head}{fence}diff\n{block}{fence}\n\n</details>\n"));
    shown
}

/// The longest run of backticks.
fn longest_fence(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// A change as lines of a difference.
fn change(shown: &ChangeView) -> String {
    let mut text = String::new();
    let ChangeView { name, record_type, .. } = shown;
    let head = format!("{name}  {record_type}  {}", shown.ttl_text());
    let mut about: Vec<String> = shown.notice.map(str::to_owned).into_iter().collect();
    about.extend(shown.origin.clone());
    about.extend(shown.cause.map(|cause| cause.to_string()));
    let about = if about.is_empty() { String::new() } else { format!("  # {}", about.join(", ")) };
    let line = |sign: char, depth: usize, text: &str, to: &mut String| {
        // Writing to a text cannot fail.
        let _ = writeln!(to, "{sign} {:1$}{2}", "", 4 * depth, visible(text));
    };
    let sign = if shown.action == Action::Update { '!' } else { shown.action.sign() };
    if let [ValueView::Added(value) | ValueView::Removed(value)] = &*shown.values
        && shown.action != Action::Update
    {
        line(sign, 0, &format!("{head}  {value}{about}"), &mut text);
    } else {
        line(sign, 0, &format!("{head}{about}"), &mut text);
        for value in &shown.values {
            match value {
                ValueView::Kept(_) => {}
                ValueView::Added(value) => line('+', 1, value, &mut text),
                ValueView::Removed(value) => line('-', 1, value, &mut text),
                ValueView::Changed(pieces) => {
                    line('-', 1, &side(pieces, Side::Before), &mut text);
                    line('+', 1, &side(pieces, Side::After), &mut text);
                }
            }
        }
    }
    nodes(&shown.parts, 1, &line, &mut text);
    text
}

fn nodes(
    parts: &[Node],
    depth: usize,
    line: &impl Fn(char, usize, &str, &mut String),
    text: &mut String,
) {
    for node in parts {
        let (before, after) = (side(&node.text, Side::Before), side(&node.text, Side::After));
        match node.mark {
            Mark::Added => line('+', depth, &after, text),
            Mark::Removed => line('-', depth, &before, text),
            Mark::Changed if before != after => {
                line('-', depth, &before, text);
                line('+', depth, &after, text);
            }
            Mark::Changed => line('!', depth, &after, text),
            Mark::Same => line(' ', depth, &after, text),
        }
        nodes(&node.parts, depth + 1, line, text);
    }
}

/// The text of a side.
fn side(pieces: &[Piece], side: Side) -> String {
    let of_side = pieces.iter().filter(|piece| piece.side == Side::Both || piece.side == side);
    of_side.map(|piece| piece.text.as_str()).collect()
}

#[cfg(test)]
mod tests;
