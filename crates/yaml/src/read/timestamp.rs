//! Dates and times as YAML 1.1 writes them.

use octodns_core::value::Special;

/// Whether a plain scalar has the form of a date or time.
pub(super) fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Both forms start with `YYYY-`, which is rare enough to stop here otherwise.
    bytes.len() >= 8
        && bytes[4] == b'-'
        && fields(text).is_some_and(|fields| !fields.is_loose(text))
}

/// The value, or `None` if the date or time does not exist.
pub(super) fn parse<'a>(text: &str) -> Option<Special<'a>> {
    fields(text)?.value()
}

/// The parts of a timestamp.
struct Fields<'t> {
    year: u32,
    month: u32,
    day: u32,
    time: Option<Time<'t>>,
}

struct Time<'t> {
    hour: u32,
    minute: u32,
    second: u32,
    fraction: &'t str,
    zone: Option<Zone>,
}

struct Zone {
    negative: bool,
    minutes: u32,
}

/// A cursor over the text.
struct Cursor<'t>(&'t str);

impl<'t> Cursor<'t> {
    /// A number of `least` to `most` digits.
    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let digits = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if digits < least {
            return None;
        }
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        number.parse().ok()
    }

    fn eat(&mut self, c: char) -> Option<()> {
        self.0 = self.0.strip_prefix(c)?;
        Some(())
    }

    fn blanks(&mut self) -> bool {
        let rest = self.0.trim_start_matches([' ', '\t']);
        let found = rest.len() < self.0.len();
        self.0 = rest;
        found
    }

    fn fraction(&mut self) -> &'t str {
        let rest = self.0.trim_start_matches(|c: char| c.is_ascii_digit());
        let fraction = &self.0[..self.0.len() - rest.len()];
        self.0 = rest;
        fraction
    }
}

fn fields(text: &str) -> Option<Fields<'_>> {
    let mut cursor = Cursor(text);
    let year = cursor.number(4, 4)?;
    cursor.eat('-')?;
    let month = cursor.number(1, 2)?;
    cursor.eat('-')?;
    let day = cursor.number(1, 2)?;
    let time = if cursor.0.is_empty() { None } else { Some(time(&mut cursor)?) };
    cursor.0.is_empty().then_some(Fields { year, month, day, time })
}

fn time<'t>(cursor: &mut Cursor<'t>) -> Option<Time<'t>> {
    if cursor.eat('T').or_else(|| cursor.eat('t')).is_none() && !cursor.blanks() {
        return None;
    }
    let hour = cursor.number(1, 2)?;
    cursor.eat(':')?;
    let minute = cursor.number(2, 2)?;
    cursor.eat(':')?;
    let second = cursor.number(2, 2)?;
    let fraction = if cursor.eat('.').is_some() { cursor.fraction() } else { "" };
    let blanks = cursor.blanks();
    let zone = if cursor.0.is_empty() { None } else { Some(zone(cursor)?) };
    if blanks && zone.is_none() {
        return None;
    }
    Some(Time { hour, minute, second, fraction, zone })
}

fn zone(cursor: &mut Cursor<'_>) -> Option<Zone> {
    if cursor.eat('Z').is_some() {
        return Some(Zone { negative: false, minutes: 0 });
    }
    let negative = cursor.eat('-').is_some();
    if !negative {
        cursor.eat('+')?;
    }
    let hours = cursor.number(1, 2)?;
    let minutes = if cursor.eat(':').is_some() { cursor.number(2, 2)? } else { 0 };
    Some(Zone { negative, minutes: hours * 60 + minutes })
}

impl Fields<'_> {
    /// A date without a time needs two digits for month and day.
    fn is_loose(&self, text: &str) -> bool {
        self.time.is_none() && text.len() != "YYYY-MM-DD".len()
    }

    fn value<'a>(&self) -> Option<Special<'a>> {
        if self.year == 0
            || !(1..=12).contains(&self.month)
            || !(1..=self.days()).contains(&self.day)
        {
            return None;
        }
        let date = format!("{:04}-{:02}-{:02}", self.year, self.month, self.day);
        let Some(time) = &self.time else { return Some(Special::Date(date)) };
        Some(Special::DateTime(format!("{date}T{}", time.text()?)))
    }

    fn days(&self) -> u32 {
        let divides = |number| self.year.is_multiple_of(number);
        let leap = divides(4) && (!divides(100) || divides(400));
        match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}

impl Time<'_> {
    /// In ISO 8601; microseconds only if they are not zero.
    fn text(&self) -> Option<String> {
        use std::fmt::Write as _;
        if self.hour > 23 || self.minute > 59 || self.second > 59 {
            return None;
        }
        let mut text = format!("{:02}:{:02}:{:02}", self.hour, self.minute, self.second);
        let micros: String = self.fraction.chars().chain("000000".chars()).take(6).collect();
        if micros != "000000" {
            text.push('.');
            text.push_str(&micros);
        }
        if let Some(zone) = &self.zone {
            if zone.minutes >= 24 * 60 {
                return None;
            }
            let sign = if zone.negative && zone.minutes > 0 { '-' } else { '+' };
            // Writing to a `String` cannot fail.
            let _ = write!(text, "{sign}{:02}:{:02}", zone.minutes / 60, zone.minutes % 60);
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_become_iso() {
        for (text, iso) in [
            ("2001-12-14t21:59:43.10-05:00", "2001-12-14T21:59:43.100000-05:00"),
            ("2001-12-15 2:59:43.10", "2001-12-15T02:59:43.100000"),
            ("2001-12-15 02:59:43 Z", "2001-12-15T02:59:43+00:00"),
        ] {
            assert!(is_timestamp(text));
            assert_eq!(parse(text), Some(Special::DateTime(iso.into())));
        }
        assert_eq!(parse("2001-02-28"), Some(Special::Date("2001-02-28".into())));
        assert_eq!(parse("2001-02-29"), None);
        assert!(!is_timestamp("2001-1-1"));
        assert!(!is_timestamp("2001-01-01T"));
    }
}
