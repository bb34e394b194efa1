//! Plans as a page: one file that a browser shows without asking anybody for anything.
//!
//! All of it is in the page, and is read without scripts; the script filters, folds and copies. Values are text, escaped,
//! and in no attribute but the name of a record; styles and script are known to the policy of the page by their digests.

mod change;
mod drawing;

use std::fmt::Write as _;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use octodns_core::plan::ChangeCounts;
use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::view::{Action, Group, View, counted};
use super::{PlanOutput, Planned};
use crate::escape::html;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// How many drawings are unfolded from the start: many would take long to lay out.
const OPEN_DRAWINGS: usize = 50;

/// How many rows a browser lays out together, once they come near what is seen. If each row was by itself, Chromium 156
/// would show no frame any more after many were filtered out.
const ROWS_TOGETHER: usize = 50;

/// Writes plans as one page for a browser, which can be searched, filtered and printed.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct PlanPage {
    /// The file to write to. Default: the standard output.
    pub output_filename: Option<String>,
}

impl PlanPage {
    /// Writes to `file`, or to the standard output.
    pub fn new(file: Option<String>) -> Self {
        Self { output_filename: file }
    }
}

impl PlanOutput for PlanPage {
    fn run(&self, plans: &[Planned<'_>], out: &mut dyn Write) -> io::Result<()> {
        out.write_all(text(plans).as_bytes())
    }

    fn file(&self) -> Option<&str> {
        self.output_filename.as_deref()
    }
}

/// The text of the page.
pub(super) fn text(plans: &[Planned<'_>]) -> String {
    let view = View::of(plans);
    let mut page = String::new();
    head(&mut page, &view);
    summary(&mut page, &view);
    if view.groups.is_empty() {
        page.push_str("<main id=\"plan\"><p>No changes are planned.</p></main>\n");
    } else {
        filters(&mut page, &view);
        page.push_str("<main id=\"plan\">\n");
        let mut drawings = 0;
        for group in &view.groups {
            section(&mut page, &view, group, &mut drawings);
        }
        page.push_str("<p id=\"none\" hidden>No change is like that.</p>\n</main>\n");
    }
    let _ = write!(page, "<script>{SCRIPT}</script>\n</body>\n</html>\n");
    page
}

/// How the policy of a page knows a script or style.
fn digest(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

fn head(page: &mut String, view: &View<'_>) {
    let zones: Vec<_> = view.zones.iter().take(2).map(ToString::to_string).collect();
    let more = if view.zones.len() > zones.len() { " ..." } else { "" };
    let title = format!("Plan for {}{more}", zones.join(", "));
    let title = if view.groups.is_empty() { "Plan without changes".to_owned() } else { title };
    let (style, script) = (digest(STYLE), digest(SCRIPT));
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {style}; script-src \
         {script}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#plan\">To the changes</a>\n",
        html(&title),
    );
}

fn summary(page: &mut String, view: &View<'_>) {
    let ChangeCounts { creates, updates, deletes, .. } = view.totals;
    page.push_str("<header>\n<h1>Plan</h1>\n<ul class=\"totals\">\n");
    for (count, action, class) in [
        (creates, "create", "create"),
        (updates, "update", "update"),
        (deletes, "delete", "delete"),
    ] {
        let _ = writeln!(page, "<li class=\"{class}\"><b>{count}</b> to {action}</li>");
    }
    if let Some(drift) = view.drift {
        let _ = writeln!(page, "<li><b>{drift}</b> drift</li>");
    }
    let zones = [(view.zones.len(), "zone"), (view.targets.len(), "target")];
    for (count, what) in zones {
        let plural = if count == 1 { "" } else { "s" };
        let _ = writeln!(page, "<li><b>{count}</b> {what}{plural}</li>");
    }
    page.push_str("</ul>\n");
    let reasons = view.groups.iter().flat_map(|group| {
        let targets = view.targets_of(group).join(", ");
        group.objections.iter().map(move |reason| (group.zone, targets.clone(), reason))
    });
    let mut reasons = reasons.peekable();
    if reasons.peek().is_some() {
        page.push_str("<section class=\"alert\" aria-labelledby=\"unsafe\">\n");
        page.push_str("<h2 id=\"unsafe\">Not safe</h2>\n<ul>\n");
        for (zone, targets, reason) in reasons {
            let (zone, targets) = (html(&zone.to_string()), html(&targets));
            let (what, danger) = (html(&reason.to_string()), reason.danger());
            let _ = writeln!(
                page,
                "<li><b>{zone}</b> at {targets}: {what} (<code>--allow {danger}</code>)</li>",
            );
        }
        page.push_str("</ul>\n</section>\n");
    }
    page.push_str("</header>\n");
}

/// The form that filters. It is of no use without the script, which shows it.
fn filters(page: &mut String, view: &View<'_>) {
    page.push_str(
        "<search>\n<form id=\"filters\" hidden>\n<label class=\"wide\">Search \
         <input type=\"search\" id=\"text\" placeholder=\"name, value, file\" autocomplete=\"off\" \
         spellcheck=\"false\" aria-keyshortcuts=\"/\"></label>\n",
    );
    let zones = view.zones.iter().map(ToString::to_string);
    choice(page, "zone", "Zone", "all zones", zones.enumerate());
    let targets = view.targets.iter().map(ToString::to_string);
    choice(page, "target", "Target", "all targets", targets.enumerate());
    let changes = || view.groups.iter().flat_map(|group| &group.changes);
    let mut types: Vec<_> = changes().map(|viewed| viewed.shown.record_type.as_str()).collect();
    types.sort_unstable();
    types.dedup();
    let types = types.into_iter().map(|name| (name.to_owned(), name.to_owned()));
    choice(page, "type", "Type", "all types", types);
    page.push_str("<fieldset>\n<legend>Show</legend>\n");
    for action in Action::ALL {
        let name = action.name();
        let _ = writeln!(
            page,
            "<label><input type=\"checkbox\" name=\"action\" value=\"{name}\" checked> {name}</label>",
        );
    }
    page.push_str("</fieldset>\n<fieldset>\n<legend>Only</legend>\n");
    page.push_str("<label><input type=\"checkbox\" id=\"only-unsafe\"> not safe</label>\n");
    page.push_str("<label><input type=\"checkbox\" id=\"only-notice\"> marked</label>\n");
    if view.drift.is_some() {
        page.push_str("<label><input type=\"checkbox\" id=\"only-drift\"> drift</label>\n");
    }
    let _ = write!(
        page,
        "</fieldset>\n<div class=\"buttons\">\n<button type=\"button\" id=\"fold\">Fold all</button>\n\
         <button type=\"button\" id=\"unfold\">Unfold all</button>\n<button type=\"reset\">Reset</button>\n</div>\n\
         <output id=\"count\" for=\"text zone target type\">{}</output>\n</form>\n</search>\n\
         <p id=\"said\" role=\"status\"></p>\n",
        counted(changes().count(), "change"),
    );
}

/// A list to choose one of, by its value; nothing if there is no choice.
fn choice<V: std::fmt::Display>(
    page: &mut String,
    id: &str,
    label: &str,
    all: &str,
    options: impl Iterator<Item = (V, String)>,
) {
    let _ = write!(page, "<label>{label} <select id=\"{id}\"><option value=\"\">{all}</option>");
    for (value, name) in options {
        let (value, name) = (html(&value.to_string()), html(&name));
        let _ = write!(page, "<option value=\"{value}\">{name}</option>");
    }
    page.push_str("</select></label>\n");
}

/// A zone with its changes.
fn section(page: &mut String, view: &View<'_>, group: &Group<'_>, drawings: &mut usize) {
    let targets: Vec<_> = group.targets.iter().map(ToString::to_string).collect();
    let ids: Vec<_> = view.targets_of(group).into_iter().map(html).collect();
    let _ = write!(
        page,
        "<details class=\"zone\" open data-zone=\"{}\" data-targets=\"{}\">\n<summary><h2>{}</h2> <span>at {}</span>",
        group.zone_at,
        targets.join(" "),
        html(&group.zone.to_string()),
        ids.join(", "),
    );
    if group.is_new {
        page.push_str(" <span class=\"tag create\">new zone</span>");
    }
    if !group.objections.is_empty() {
        page.push_str(" <span class=\"tag delete\">not safe</span>");
    }
    let ChangeCounts { creates, updates, deletes, .. } = group.counts;
    let _ = writeln!(
        page,
        " <span class=\"counts\"><span class=\"create\">+{creates}</span> <span class=\"update\">~{updates}</span> \
         <span class=\"delete\">-{deletes}</span></span></summary>",
    );
    if !group.settings.is_empty() {
        page.push_str("<h3>Settings of the zone</h3>\n");
        change::tree(page, &group.settings);
    }
    for changes in group.changes.chunks(ROWS_TOGETHER) {
        // About how high it is, until a browser lays it out.
        let size = [1, 2, 5, 10, 20].into_iter().find(|size| changes.len() <= *size);
        let _ = writeln!(page, "<ul class=\"changes rows-{}\">", size.unwrap_or(ROWS_TOGETHER));
        for viewed in changes {
            let is_drawn = viewed.change.record().dynamic().is_some();
            *drawings += usize::from(is_drawn);
            change::row(page, viewed, group.zone, *drawings <= OPEN_DRAWINGS);
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</details>\n");
}

#[cfg(test)]
mod tests;
