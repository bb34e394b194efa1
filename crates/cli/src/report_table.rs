//! The report of `octodns-report` for people: records that differ from the source.

use comfy_table::{Table, presets};
use octodns_manager::LiveReport;
use octodns_manager::report::{Verdict, Verified};

/// A row for each record that a server answers differently or not at all, and a closing count.
pub(crate) fn table(report: &LiveReport) -> String {
    let is_fine =
        |verified: &&Verified| verified.seen.iter().all(|seen| seen.verdict == Verdict::Same);
    let (fine, other): (Vec<_>, Vec<_>) = report.records.iter().partition(is_fine);
    let mut text = String::new();
    if !other.is_empty() {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        let columns = ["Name", "Type", "TTL", "Values"].map(str::to_owned);
        table.set_header(columns.into_iter().chain(report.server_names()));
        for verified in &other {
            table.add_row(row(report, verified));
        }
        text = format!("{table}\n");
    }
    let (all, servers) = (report.records.len(), report.servers.len());
    let (records, of) = (plural(all, "record"), plural(servers, "server"));
    let differing = other.iter().filter(|verified| verified.differs()).count();
    let open = other.len() - differing;
    let mut closing = vec![format!("{} correct", fine.len())];
    closing.extend((differing > 0).then(|| format!("{differing} different")));
    closing.extend((open > 0).then(|| format!("{open} unknown")));
    text.extend([&*records, " at ", &*of, ": ", &*closing.join(", "), "\n"]);
    for server in &report.unknown {
        text.extend(["not queried, because it has no address: ", server, "\n"]);
    }
    text
}

fn row(report: &LiveReport, verified: &Verified) -> Vec<String> {
    let record = &verified.record;
    let mut row = vec![
        record.decoded_fqdn(&report.zone),
        record.record_type().to_string(),
        record.ttl().to_string(),
        record.rdata_strings().join("\n"),
    ];
    row.extend(verified.seen.iter().map(|seen| match &seen.verdict {
        Verdict::Same => "ok".to_owned(),
        Verdict::Differs(differences) => {
            differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        }
        Verdict::Open(why) => format!("({why})"),
    }));
    row
}

fn plural(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
