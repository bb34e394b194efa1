//! The result of `octodns check`, for people and for programs.

use std::time::Duration;

use comfy_table::{Table, presets};
use octodns_core::provider::Lasting;
use octodns_core::{Report, Severity};
use octodns_manager::check::{Checked, CheckedProvider, CheckedResolver, Limits, Seen};
use serde_json::{Value as Json, json};

use crate::inert::{inert, inert_json};

/// Goes up when something that is there changes its meaning or goes away.
const VERSION: u32 = 1;

/// How many names a cell of the table has at most.
const NAMES: usize = 3;

/// A row for each provider, a line about DNS, and a closing count.
pub(crate) fn table(checked: &Checked) -> String {
    let mut text = String::new();
    if !checked.providers.is_empty() {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header(["Provider", "Class", "Zones", "Not there", "Limits", "Clock", "Result"]);
        for provider in &checked.providers {
            table.add_row(row(provider));
        }
        text = format!("{table}\n");
    }
    if let Some(CheckedResolver { servers, took, report, .. }) = &checked.resolver {
        let result = result(report, *took);
        text.extend(["DNS servers, ", &*inert(servers), ": ", &*result, "\n"]);
    }
    let all = checked.providers.len();
    let fine = checked.providers.iter().filter(|provider| provider.is_fine()).count();
    let plural = if all == 1 { "" } else { "s" };
    let failed = if fine < all { format!(", {} not", all - fine) } else { String::new() };
    text + &format!("{all} provider{plural}: {fine} fine{failed}\n")
}

fn row(provider: &CheckedProvider) -> Vec<String> {
    let seen = match &provider.seen {
        Seen::Zones(count) => count.to_string(),
        Seen::Read(zone) => format!("{} was read", inert(&zone.decoded())),
        Seen::Unknown => "cannot be listed".to_owned(),
        _ => String::new(),
    };
    let names = provider.lacks.iter().take(NAMES);
    let mut lacks: Vec<_> = names.map(|zone| inert(&zone.decoded()).into_owned()).collect();
    if let more @ 1.. = provider.lacks.len().saturating_sub(NAMES) {
        lacks.push(format!("and {more} more"));
    }
    let limits = provider.limits.map(limits_text).unwrap_or_default();
    vec![
        inert(&provider.id).into_owned(),
        inert(&provider.class).into_owned(),
        seen,
        lacks.join("\n"),
        limits,
        provider.clock_difference.map(clock_text).unwrap_or_default(),
        result(&provider.report, provider.took),
    ]
}

fn limits_text(limits: Limits) -> String {
    let mut lines = vec![format!("{} zones at a time", limits.zones_at_once)];
    lines.extend(limits.available.map(|available| format!("{available} changes at once")));
    if !limits.thousand.is_zero() {
        lines.push(format!("1,000 changes: {}", Lasting(limits.thousand)));
    }
    lines.join("\n")
}

/// How far the clock of a service is from ours.
fn clock_text(seconds: i64) -> String {
    let by = Lasting(Duration::from_secs(seconds.unsigned_abs()));
    match seconds {
        0 => "the same".to_owned(),
        1.. => format!("{by} ahead"),
        _ => format!("{by} behind"),
    }
}

fn result(report: &Report, took: Duration) -> String {
    match report.of(Severity::Error).count() {
        0 => format!("ok, {} ms", took.as_millis()),
        1 => "1 error".to_owned(),
        errors => format!("{errors} errors"),
    }
}

/// The same as one JSON document, with what is wrong.
pub(crate) fn json(checked: &Checked) -> String {
    let providers: Vec<_> = checked.providers.iter().map(provider_json).collect();
    let resolver = checked.resolver.as_ref().map(|resolver| {
        json!({
            "servers": resolver.servers,
            "seconds": resolver.took.as_secs_f64(),
            "findings": findings(&resolver.report),
        })
    });
    let document = json!({
        "version": VERSION,
        "fine": checked.is_fine(),
        "providers": providers,
        "resolver": resolver,
        "findings": findings(&checked.report),
    });
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    format!("{}\n", inert_json(&text))
}

fn provider_json(provider: &CheckedProvider) -> Json {
    let (zones, read) = match &provider.seen {
        Seen::Zones(count) => (Some(*count), None),
        Seen::Read(zone) => (None, Some(zone.as_str())),
        _ => (None, None),
    };
    let lacks: Vec<_> = provider.lacks.iter().map(octodns_core::ZoneName::as_str).collect();
    let limits = provider.limits.map(|limits| {
        json!({
            "zones_at_once": limits.zones_at_once,
            "available": limits.available,
            "seconds_for_1000_changes": limits.thousand.as_secs_f64(),
        })
    });
    json!({
        "id": provider.id,
        "class": provider.class,
        "fine": provider.is_fine(),
        "zones": zones,
        "zone_read": read,
        "zones_not_there": lacks,
        "limits": limits,
        "clock_seconds_ahead": provider.clock_difference,
        "seconds": provider.took.as_secs_f64(),
        "findings": findings(&provider.report),
    })
}

fn findings(report: &Report) -> Vec<Json> {
    let finding = |found: &octodns_core::Diagnostic| {
        json!({
            "severity": found.severity.to_string(),
            "code": found.code,
            "subject": found.subject,
            "message": found.message,
            "help": found.help,
        })
    };
    report.iter().map(finding).collect()
}
