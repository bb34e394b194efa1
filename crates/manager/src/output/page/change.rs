//! A change, as a row of the page.

use std::fmt::Write as _;

use octodns_core::ZoneName;
use octodns_core::change::ChangeCause;

use super::drawing;
use crate::escape::{attribute, html};
use crate::output::view::{
    Action, ChangeView, Mark, Node, Piece, Side, ValueView, Viewed, counted,
};

/// A row: what happens to which record, and below it what differs.
pub(super) fn row(page: &mut String, viewed: &Viewed<'_>, zone: &ZoneName, is_open: bool) {
    let Viewed { change, shown } = viewed;
    let record = change.record();
    let action = shown.action.name();
    let _ = write!(
        page,
        "<li class=\"{action}{}\" data-name=\"{}\" data-type=\"{}\"",
        if shown.notice.is_some() { " notice" } else { "" },
        attribute(&record.fqdn(zone)),
        attribute(shown.record_type.as_str()),
    );
    if shown.is_unsafe {
        page.push_str(" data-unsafe");
    }
    if shown.cause == Some(ChangeCause::Drift) {
        page.push_str(" data-drift");
    }
    let ttl = ttl(shown);
    let _ = write!(
        page,
        "><div class=\"head\"><span class=\"sign\" aria-hidden=\"true\">{}</span><span class=\"sr\">{action} </span>\
         <b class=\"name\">{}</b> <span class=\"type\">{}</span> <span class=\"ttl\"><span class=\"sr\">TTL \
         </span>{ttl}</span>",
        shown.action.sign(),
        html(&shown.name),
        html(shown.record_type.as_str()),
    );
    about(page, shown);
    page.push_str(
        "<span class=\"copy\"><button type=\"button\" class=\"copy-name\" aria-label=\"Copy the name\"></button>\
         <button type=\"button\" class=\"copy-dig\" aria-label=\"Copy a dig command\"></button></span></div>",
    );
    values(page, shown);
    if !shown.parts.is_empty() {
        tree(page, &shown.parts);
    }
    if let Some(dynamic) = record.dynamic() {
        drawing::routing(page, dynamic, &shown.name, is_open);
    }
    page.push_str("</li>\n");
}

fn ttl(shown: &ChangeView) -> String {
    match shown.ttl {
        (Some(before), Some(after)) if before != after => {
            format!("<del>{before}</del> <ins>{after}</ins>")
        }
        _ => shown.ttl_text(),
    }
}

/// Why it deserves a look, why it is needed, where it comes from.
fn about(page: &mut String, shown: &ChangeView) {
    if let Some(notice) = shown.notice {
        let _ = write!(page, " <span class=\"tag notice\">{notice}</span>");
    }
    if shown.is_ttl_only() {
        page.push_str(" <span class=\"tag\">only the TTL</span>");
    }
    if let Some(cause) = shown.cause {
        let class = if cause == ChangeCause::Drift { "tag delete" } else { "tag" };
        let _ = write!(page, " <span class=\"{class}\">{}</span>", html(cause.as_str()));
    }
    if let Some(origin) = &shown.origin {
        let _ = write!(page, " <span class=\"origin\">{}</span>", html(origin));
    }
}

fn values(page: &mut String, shown: &ChangeView) {
    let kept: Vec<_> = shown.values.iter().filter_map(kept).collect();
    if shown.values.len() > kept.len() {
        page.push_str("<ul class=\"values\">");
        for value in &shown.values {
            match value {
                ValueView::Kept(_) => {}
                ValueView::Added(text) => line(page, Mark::Added, &inside("ins", text)),
                ValueView::Removed(text) => line(page, Mark::Removed, &inside("del", text)),
                ValueView::Changed(text) => line(page, Mark::Changed, &pieces(text)),
            }
        }
        page.push_str("</ul>");
    }
    if !kept.is_empty() && shown.action == Action::Update {
        let count = counted(kept.len(), "value");
        let _ = write!(page, "<details class=\"kept\"><summary>{count} unchanged</summary><ul>");
        for text in kept {
            let _ = write!(page, "<li>{}</li>", html(text));
        }
        page.push_str("</ul></details>");
    }
}

fn kept(value: &ValueView) -> Option<&str> {
    match value {
        ValueView::Kept(text) => Some(text),
        _ => None,
    }
}

/// A tree of what else differs.
pub(super) fn tree(page: &mut String, nodes: &[Node]) {
    page.push_str("<ul class=\"values\">");
    for node in nodes {
        let text = match (node.mark, &*node.text) {
            (Mark::Added, [only]) => inside("ins", &only.text),
            (Mark::Removed, [only]) => inside("del", &only.text),
            (_, text) => pieces(text),
        };
        open_line(page, node.mark, &text);
        if !node.parts.is_empty() {
            tree(page, &node.parts);
        }
        page.push_str("</li>");
    }
    page.push_str("</ul>");
}

fn line(page: &mut String, mark: Mark, text: &str) {
    open_line(page, mark, text);
    page.push_str("</li>");
}

fn open_line(page: &mut String, mark: Mark, text: &str) {
    let class = match mark {
        Mark::Added => "added",
        Mark::Removed => "removed",
        Mark::Changed => "changed",
        Mark::Same => "same",
    };
    let _ = write!(page, "<li class=\"{class}\">{text}");
}

/// A text in an element.
fn inside(element: &str, text: &str) -> String {
    format!("<{element}>{}</{element}>", html(text))
}

/// A text in which something changes.
fn pieces(text: &[Piece]) -> String {
    let shown = |piece: &Piece| match piece.side {
        Side::Both => html(&piece.text),
        Side::Before => inside("del", &piece.text),
        Side::After => inside("ins", &piece.text),
    };
    let between = if text.iter().any(|piece| piece.side == Side::Both) { "" } else { " " };
    text.iter().map(shown).collect::<Vec<_>>().join(between)
}
