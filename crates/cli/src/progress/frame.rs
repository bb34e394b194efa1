//! The lines of a run on a terminal.

use std::borrow::Cow;
use std::time::SystemTime;

use console::{measure_text_width as width, truncate_str};
use octodns_core::ZoneName;
use octodns_manager::progress::{Phase, Tally};

use crate::inert::inert;

/// How many columns the bar has between its ends.
const BAR: usize = 20;

/// More zones than that are not named.
const NAMED: usize = 8;

/// How far a run has come, and what it waits for or works on; no line is as wide as the terminal.
pub(super) fn frame(
    tally: &Tally,
    waiting: Option<&str>,
    now: Option<SystemTime>,
    columns: usize,
) -> Vec<String> {
    let Some(phase) = tally.phase() else { return Vec::new() };
    // What ends in the last column is followed by an empty line on some terminals.
    let most = columns.saturating_sub(1);
    let name = match phase {
        Phase::Planning => "planning",
        Phase::Applying => "applying",
        Phase::Verifying => "verifying",
        Phase::Dumping => "dumping",
        Phase::Asking => "asking",
        _ => phase.verb(),
    };
    let (bar, text) = (bar(tally), tally.text(now));
    let whole = format!("{name}  {bar}{text}");
    // The bar is what can be done without.
    let line = if width(&whole) <= most { whole } else { cut(&format!("{name}  {text}"), most) };
    let mut lines = vec![line];
    let indented = most.saturating_sub(2);
    let below = match waiting {
        Some(waiting) => cut(&inert(waiting), indented),
        None => names(tally.zones(), indented),
    };
    if !below.is_empty() {
        lines.push(format!("  {below}"));
    }
    lines
}

fn bar(tally: &Tally) -> String {
    if tally.of() == 0 {
        return String::new();
    }
    let full = BAR * tally.done().min(tally.of()) / tally.of();
    let head = if full < BAR { ">" } else { "" };
    let body = "=".repeat(full);
    format!("[{:<BAR$}]  ", format!("{body}{head}"))
}

/// As many names as there is room for, and how many others there are.
fn names(zones: &[ZoneName], columns: usize) -> String {
    let names: Vec<_> =
        zones.iter().take(NAMED).map(|zone| inert(&zone.decoded()).into_owned()).collect();
    for count in (1..=names.len()).rev() {
        let others = match zones.len() - count {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        let text = format!("{}{others}", names[..count].join(", "));
        if width(&text) <= columns {
            return text;
        }
    }
    names.first().map(|name| cut(name, columns)).unwrap_or_default()
}

/// As much of a text as there is room for.
fn cut(text: &str, columns: usize) -> String {
    let tail = if columns < 10 { "" } else { "..." };
    let cut: Cow<'_, str> = truncate_str(text, columns, tail);
    cut.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use octodns_manager::progress::Event;

    use super::*;

    fn at(second: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(second)
    }

    /// A run of which so many steps are done after ten seconds, and which works on these zones.
    fn tally(phase: Phase, done: usize, steps: usize, zones: &[&str]) -> Tally {
        let mut tally = Tally::default();
        let names: Vec<_> = zones.iter().map(|name| ZoneName::new(name).unwrap()).collect();
        tally.note(&Event::Begun { phase, steps }, Some(at(0)));
        let zone = &ZoneName::new("done.com.").unwrap();
        for _ in 0..done {
            tally.note(&Event::ZoneEnded { zone }, Some(at(10)));
            tally.note(&Event::ChangeEnded { zone, target: "target" }, Some(at(10)));
        }
        for zone in &names {
            tally.note(&Event::ZoneBegun { zone }, Some(at(10)));
        }
        tally
    }

    #[test]
    fn frames_have_what_there_is_to_say() {
        let waiting = Some("waiting 23 s until powerdns takes more requests");
        let of_ten: Vec<_> = (0..10).map(|number| format!("zone-{number}.example.com.")).collect();
        let of_ten: Vec<_> = of_ten.iter().map(String::as_str).collect();
        for (tally, waiting, expected) in [
            (
                tally(Phase::Planning, 0, 3, &["a.com.", "b.com."]),
                None,
                "planning  [>                   ]  0 of 3 zones, 10 s so far\n  a.com., b.com.",
            ),
            (
                tally(Phase::Planning, 12, 40, &of_ten),
                None,
                "planning  [======>             ]  12 of 40 zones, about 24 s to go\n  \
                 zone-0.example.com., zone-1.example.com., zone-2.example.com. and 7 more",
            ),
            (
                tally(Phase::Applying, 3, 6, &["a.com."]),
                waiting,
                "applying  [==========>         ]  3 of 6 changes, about 10 s to go\n  \
                 waiting 23 s until powerdns takes more requests",
            ),
            (
                tally(Phase::Applying, 6, 6, &[]),
                None,
                "applying  [====================]  6 of 6 changes",
            ),
            (tally(Phase::Verifying, 0, 0, &[]), None, "verifying  10 s so far"),
        ] {
            assert_eq!(frame(&tally, waiting, Some(at(10)), 80).join("\n"), expected);
        }
        assert_eq!(frame(&Tally::default(), waiting, Some(at(10)), 80), [""; 0]);
    }

    #[test]
    fn no_line_is_as_wide_as_the_terminal() {
        let zones = ["Bücher.example.", "例え.テスト.", "xn--fsq.com."];
        let tally = tally(Phase::Applying, 7, 1000, &zones);
        let at_width = |columns| frame(&tally, None, Some(at(10)), columns).join("\n");
        assert_eq!(
            at_width(72),
            "applying  [>                   ]  7 of 1000 changes, about 24 min to go\n  \
             bücher.example., 例え.テスト., 例.com.",
        );
        assert_eq!(
            at_width(71),
            "applying  7 of 1000 changes, about 24 min to go\n  \
             bücher.example., 例え.テスト., 例.com.",
        );
        assert_eq!(
            at_width(46),
            "applying  7 of 1000 changes, about 24 min ...\n  bücher.example., 例え.テスト., 例.com.",
        );
        assert_eq!(at_width(30), "applying  7 of 1000 change...\n  bücher.example. and 2 more");
        assert_eq!(at_width(14), "applying  ...\n  bücher.e...");
        let waiting = Some("waiting until a\u{1b}[2Jb takes more requests");
        for columns in 0..100 {
            for waiting in [None, waiting] {
                for line in frame(&tally, waiting, Some(at(10)), columns) {
                    assert!(width(&line) < columns.max(3), "{columns}: {line}");
                    assert!(!line.contains(char::is_control), "{columns}: {line}");
                }
            }
        }
    }
}
