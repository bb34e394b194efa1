//! What verifying found, as tables and lists for people.

use std::fmt::{self, Write};

use octodns_core::value::visible;

use super::{DnsCheck, ReadBack, ServerCheck, Serving, Verification, VerifiedZone};

/// The most changes that are listed of a zone, and of a server.
const LISTED: usize = 20;

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(read_table(&self.zones));
        parts.extend(dns_table(&self.zones));
        for zone in &self.zones {
            if let Some(read) = &zone.read_back {
                parts.extend(read.listed(zone));
            }
            for server in zone.dns.iter().flat_map(|dns| &dns.servers) {
                parts.extend(server.listed(zone));
            }
        }
        f.write_str(&parts.join("\n\n"))
    }
}

/// A row for each zone that was read back.
fn read_table(zones: &[VerifiedZone]) -> Option<String> {
    let head = ["zone", "target", "read back", "not there", "second plan"];
    let rows = zones.iter().filter_map(|zone| {
        let read = zone.read_back.as_ref()?;
        let (there, left, second) = read.cells(zone.changes);
        Some(vec![zone.zone.to_string(), zone.target.clone(), there, left, second])
    });
    table(&head, rows.collect())
}

impl ReadBack {
    fn cells(&self, changes: usize) -> (String, String, String) {
        if self.failed.is_some() {
            return ("failed".to_owned(), "?".to_owned(), "?".to_owned());
        }
        let left = self.left.len();
        let second = match self.others.as_deref() {
            None => "-".to_owned(),
            Some([]) if left == 0 => "empty".to_owned(),
            Some(others) => format!("{} changes", others.len() + left),
        };
        (changes.saturating_sub(left).to_string(), left.to_string(), second)
    }

    fn listed(&self, zone: &VerifiedZone) -> Option<String> {
        let head = format!("Applied, but not there: {} on {}:", zone.zone, zone.target);
        let lines: Vec<_> = self.left.iter().map(|change| visible(change).into_owned()).collect();
        list(&head, &lines)
    }
}

/// A row for each server of a zone.
fn dns_table(zones: &[VerifiedZone]) -> Option<String> {
    let head =
        ["zone", "target", "server", "served", "old", "missing", "other", "no answer", "left out"];
    let mut rows = Vec::new();
    for zone in zones {
        let start = || vec![zone.zone.to_string(), zone.target.clone()];
        let Some(DnsCheck { servers, failed }) = &zone.dns else { continue };
        for server in servers {
            let counts = server.counts().map(|count| count.to_string());
            let name = visible(&server.server).into_owned();
            rows.push([start(), vec![name], counts.to_vec()].concat());
        }
        if let Some(why) = failed {
            rows.push([start(), vec![format!("none: {}", visible(why))]].concat());
        }
    }
    table(&head, rows)
}

impl ServerCheck {
    /// How many changes are served, old, missing, other, without an answer, left out.
    fn counts(&self) -> [usize; 6] {
        let mut counts = [0; 6];
        for (_, serving) in &self.changes {
            counts[match serving {
                Serving::New => 0,
                Serving::Old => 1,
                Serving::Missing => 2,
                Serving::Other(_) => 3,
                Serving::Silent(_) => 4,
                Serving::Open(_) => 5,
            }] += 1;
        }
        counts
    }

    /// What the server does not serve, and what cannot be known.
    fn listed(&self, zone: &VerifiedZone) -> Option<String> {
        let told = self.changes.iter().filter_map(|(change, serving)| {
            let why = match serving {
                Serving::New => return None,
                Serving::Old | Serving::Missing => serving.to_string(),
                Serving::Other(differences) => {
                    let differences = differences.iter().map(ToString::to_string);
                    let differences = differences.collect::<Vec<_>>().join(" ").replace('\n', " ");
                    format!("other: {differences}")
                }
                Serving::Silent(why) => format!("no answer: {why}"),
                Serving::Open(why) => format!("left out: {why}"),
            };
            Some(visible(&format!("{change}: {why}")).into_owned())
        });
        list(&format!("{} at {}:", zone.zone, visible(&self.server)), &told.collect::<Vec<_>>())
    }
}

/// Lines below a heading; of many, the rest is counted.
fn list(head: &str, lines: &[String]) -> Option<String> {
    if lines.is_empty() {
        return None;
    }
    let mut text = head.to_owned();
    for line in lines.iter().take(LISTED) {
        text.extend(["\n  ", line]);
    }
    if lines.len() > LISTED {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "\n  and {} more", lines.len() - LISTED);
    }
    Some(text)
}

/// Rows below their heads, in columns; numbers stand to the right.
fn table(head: &[&str], rows: Vec<Vec<String>>) -> Option<String> {
    if rows.is_empty() {
        return None;
    }
    let head = head.iter().map(|word| (*word).to_owned()).collect();
    let rows = [vec![head], rows].concat();
    let columns = rows[0].len();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let numbers: Vec<_> = (0..columns).map(|column| is_of_numbers(&rows[1..], column)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let width = widths[column];
            if numbers[column] { format!("{cell:>width$}") } else { format!("{cell:width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    Some(rows.iter().map(line).collect::<Vec<_>>().join("\n"))
}

fn is_of_numbers(rows: &[Vec<String>], column: usize) -> bool {
    let mut cells = rows.iter().filter_map(|row| row.get(column));
    cells.all(|cell| cell.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use octodns_core::ZoneName;

    use super::super::Difference;
    use super::*;

    #[test]
    fn tables_count_and_lists_name_what_is_not_served() {
        let state = |change: &str, serving| (change.to_owned(), serving);
        let values = Difference::Values { missing: vec!["192.0.2.1".into()], extra: vec![] };
        let changes = vec![
            state("create www.example.com. A", Serving::New),
            state("update mx.example.com. MX", Serving::Old),
            state("create a.example.com. A", Serving::Other(vec![values])),
            state("create b.example.com. A", Serving::Silent("\u{1b}[2J".to_owned())),
            state("create c.example.com. A", Serving::Open("proxied".to_owned())),
        ];
        let zone = |target: &str, read_back, dns| VerifiedZone {
            zone: ZoneName::new("example.com.").unwrap(),
            target: target.to_owned(),
            changes: 5,
            read_back: Some(read_back),
            dns: Some(dns),
        };
        let left = vec!["create www.example.com. A".to_owned()];
        let read = ReadBack { left, others: Some(Vec::new()), failed: None };
        let server = ServerCheck { server: "ns1.example.net".to_owned(), changes };
        let check = DnsCheck { servers: vec![server], failed: None };
        let none = DnsCheck { servers: Vec::new(), failed: Some("there are none".to_owned()) };
        let fine = ReadBack { others: Some(Vec::new()), ..ReadBack::default() };
        let zones = vec![zone("one", read, check), zone("another", fine, none)];
        let shown = Verification { zones, is_cut_short: false }.to_string();
        let expected = "\
zone          target   read back  not there  second plan
example.com.  one              4          1  1 changes
example.com.  another          5          0  empty

zone          target   server                served  old  missing  other  no answer  left out
example.com.  one      ns1.example.net            1    1        0      1          1         1
example.com.  another  none: there are none

Applied, but not there: example.com. on one:
  create www.example.com. A

example.com. at ns1.example.net:
  update mx.example.com. MX: old
  create a.example.com. A: other: -192.0.2.1
  create b.example.com. A: no answer: \\x1b[2J
  create c.example.com. A: left out: proxied";
        assert_eq!(shown, expected);
    }
}
