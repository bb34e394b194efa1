//! What verifying found, as findings.

use octodns_core::{Diagnostic, Report};

use super::{DnsCheck, ReadBack, ServerCheck, Verification, VerifiedZone};

/// The most changes of a zone that have a finding each, or are named in one.
const LISTED: usize = 20;

const READ_AGAIN: &str = "look at the zone at the service, then run again: what is there stays";
const ASK_AGAIN: &str =
    "ask the server once more with octodns-report; if it goes on, look at how it gets the zone";
const NAME_SERVERS: &str = "name the servers to ask with `nameservers` below `manager.verify`";

impl Verification {
    /// An error for everything that is not as it was applied, and a warning for each zone that a second plan would
    /// change in other ways.
    pub fn report(&self) -> Report {
        let mut report = Report::new();
        for zone in &self.zones {
            let subject = format!("{} ({})", zone.zone, zone.target);
            if let Some(read) = &zone.read_back {
                read.report(&subject, &mut report);
            }
            if let Some(dns) = &zone.dns {
                dns.report(zone, &subject, &mut report);
            }
        }
        if self.is_cut_short {
            let message = "the run was stopped before everything was verified";
            let help = "ask name servers with octodns-report, or see whether a plan is empty";
            report.push(Diagnostic::error("stopped", message).help(help));
        }
        report
    }
}

impl ReadBack {
    fn report(&self, subject: &str, report: &mut Report) {
        if let Some(failed) = &self.failed {
            report.merge(failed.clone());
        }
        let missing = |message: String| {
            Diagnostic::error("not-there", message).about(subject).help(READ_AGAIN)
        };
        for change in self.left.iter().take(LISTED) {
            report.push(missing(format!("applied, but not there: {change}")));
        }
        if let Some(more) = self.left.len().checked_sub(LISTED + 1) {
            report.push(missing(format!("applied, but not there: {} more changes", more + 1)));
        }
        let others = self.others.as_deref().unwrap_or_default();
        if !others.is_empty() {
            let message = format!("a second plan has other changes: {}", named(others));
            let found = Diagnostic::warning("second-plan", message).about(subject);
            report
                .push(found.help("run again to see them; somebody else may be changing the zone"));
        }
    }
}

impl DnsCheck {
    fn report(&self, zone: &VerifiedZone, subject: &str, report: &mut Report) {
        if let Some(why) = &self.failed {
            let message = format!("no name server can be asked: {why}");
            report.push(Diagnostic::error("not-served", message).about(subject).help(NAME_SERVERS));
        }
        for server in &self.servers {
            let failing = server.failing().count();
            if failing > 0 {
                let (changes, of) = (server.told(), zone.changes);
                let message = format!(
                    "{} does not serve {failing} of {of} changes: {changes}",
                    server.server
                );
                report
                    .push(Diagnostic::error("not-served", message).about(subject).help(ASK_AGAIN));
            }
        }
    }
}

impl ServerCheck {
    /// What the server does not serve, and what it serves instead.
    fn told(&self) -> String {
        let failing = self.failing().map(|(change, serving)| format!("{change} ({serving})"));
        named(&failing.collect::<Vec<_>>())
    }
}

/// Texts in a line; of many, the rest is counted.
fn named(texts: &[String]) -> String {
    let listed = texts.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match texts.len().checked_sub(LISTED) {
        None | Some(0) => listed,
        Some(more) => format!("{listed}, and {more} more"),
    }
}
