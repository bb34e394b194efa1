//! `LOC`: a place on earth.

use std::cmp::Ordering;
use std::fmt;
use std::ops::RangeInclusive;

use smol_str::SmolStr;

use crate::rdata::number::{self, NumberFault};
use crate::rdata::{fields, int_or_text, unquote, words};
use crate::record::fields::{Fields, check_each};
use crate::record::general::shown;
use crate::record::{Rdata, RdataError, RecordType, ValueError};
use crate::shape::{Field, Required, Shape};
use crate::validate::Findings;
use crate::validate::ValueCheck;
use crate::value::{OwnedValue, Python, Value};

/// One place: latitude, longitude, altitude, and how exact they are.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub struct Loc {
    /// North or south of the equator.
    pub latitude: Angle,
    /// East or west of Greenwich.
    pub longitude: Angle,
    /// Metres above the ellipsoid of WGS 84, -100000 to 42849672.95.
    pub altitude: f64,
    /// Diameter of what is at the place, in metres.
    pub size: f64,
    /// Horizontal precision, in metres.
    pub horizontal_precision: f64,
    /// Vertical precision, in metres.
    pub vertical_precision: f64,
}

/// Degrees, minutes, seconds, and the letter of a direction.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub struct Angle {
    /// Degrees, 0 to 90 or 180.
    pub degrees: i64,
    /// Minutes, 0 to 59.
    pub minutes: i64,
    /// Seconds, 0 to 59.999.
    pub seconds: f64,
    /// `N`, `S`, `E` or `W`.
    pub direction: SmolStr,
}

/// The fields of a value, for editors.
pub(in crate::record) const SHAPE: Shape = Shape::Fields(
    &[
        Field::new("lat_degrees", "Degrees north or south of the equator.", Shape::Int(0, 90)),
        Field::new("lat_minutes", "Minutes.", Shape::Int(0, 59)),
        Field::new("lat_seconds", "Seconds.", Shape::Float(0.0, 59.999)),
        Field::new("lat_direction", "N or S.", Shape::Choice(&["N", "S"])),
        Field::new("long_degrees", "Degrees east or west of Greenwich.", Shape::Int(0, 180)),
        Field::new("long_minutes", "Minutes.", Shape::Int(0, 59)),
        Field::new("long_seconds", "Seconds.", Shape::Float(0.0, 59.999)),
        Field::new("long_direction", "E or W.", Shape::Choice(&["E", "W"])),
        Field::new(
            "altitude",
            "Metres above the ellipsoid of WGS 84.",
            Shape::Float(-100_000.0, 42_849_672.95),
        ),
        Field::new(
            "size",
            "Diameter of what is there, in metres.",
            Shape::Float(0.0, 90_000_000.0),
        ),
        Field::new(
            "precision_horz",
            "Horizontal precision, in metres.",
            Shape::Float(0.0, 90_000_000.0),
        ),
        Field::new(
            "precision_vert",
            "Vertical precision, in metres.",
            Shape::Float(0.0, 90_000_000.0),
        ),
    ],
    Required::All(&[
        "lat_degrees",
        "lat_minutes",
        "lat_seconds",
        "lat_direction",
        "long_degrees",
        "long_minutes",
        "long_seconds",
        "long_direction",
        "altitude",
        "size",
        "precision_horz",
        "precision_vert",
    ]),
);

pub(in crate::record) const CHECKS: &[ValueCheck] = &[ValueCheck {
    id: "loc-value-rfc",
    class: "octodns.record.loc.LocValueValidator",
    sets: &["legacy", "strict"],
    check,
    accepts: None,
}];

const INTS: [(&str, RangeInclusive<i64>); 4] = [
    ("lat_degrees", 0..=90),
    ("lat_minutes", 0..=59),
    ("long_degrees", 0..=180),
    ("long_minutes", 0..=59),
];

const FLOATS: [(&str, RangeInclusive<f64>); 6] = [
    ("lat_seconds", 0.0..=59.999),
    ("long_seconds", 0.0..=59.999),
    ("altitude", -100_000.0..=42_849_672.95),
    ("size", 0.0..=90_000_000.0),
    ("precision_horz", 0.0..=90_000_000.0),
    ("precision_vert", 0.0..=90_000_000.0),
];

const DIRECTIONS: [(&str, [&str; 2]); 2] =
    [("lat_direction", ["N", "S"]), ("long_direction", ["E", "W"])];

fn check(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |loc, findings| {
        for (key, range) in INTS {
            loc.check_int(key, range, findings);
        }
        for (key, range) in FLOATS {
            check_float(loc, key, &range, findings);
        }
        for (key, [one, other]) in DIRECTIONS {
            match loc.get(key) {
                None => loc.say_missing(key, findings),
                Some(value) if value.as_str().is_some_and(|text| text == one || text == other) => {}
                Some(value) => {
                    let message = format!("{key} {} is not \"{one}\" or \"{other}\"", shown(value));
                    let help = format!("write \"{one}\" or \"{other}\"");
                    findings.error(value.position, message).help(help);
                }
            }
        }
    });
}

fn check_float(
    loc: Fields<'_, '_>,
    key: &str,
    range: &RangeInclusive<f64>,
    findings: &mut Findings,
) {
    let Some(value) = loc.get(key) else { return loc.say_missing(key, findings) };
    let help = format!("write a number from {} to {}", range.start(), range.end());
    match number::float(value) {
        Ok(number) if range.contains(&number) => {}
        Ok(_) => {
            let (least, most) = (range.start(), range.end());
            let message = format!("{key} {} is not between {least} and {most}", shown(value));
            findings.error(value.position, message).help(help);
        }
        Err(NumberFault::Kind) => {
            findings.wrong_kind(key, value, "a number").help(help);
        }
        Err(_) => {
            let message = format!("{key} must be a number, not {}", shown(value));
            findings.error(value.position, message).help(help);
        }
    }
}

/// RFC 1876, section 3; all fields are written.
impl Rdata for Loc {
    fn read(value: &Value<'_>) -> Result<Self, ValueError> {
        let loc = Fields::of(value)?;
        Ok(Self {
            latitude: Angle {
                degrees: loc.int("lat_degrees")?,
                minutes: loc.int("lat_minutes")?,
                seconds: loc.float("lat_seconds")?,
                direction: loc.upper_text("lat_direction")?,
            },
            longitude: Angle {
                degrees: loc.int("long_degrees")?,
                minutes: loc.int("long_minutes")?,
                seconds: loc.float("long_seconds")?,
                direction: loc.upper_text("long_direction")?,
            },
            altitude: loc.float("altitude")?,
            size: loc.float("size")?,
            horizontal_precision: loc.float("precision_horz")?,
            vertical_precision: loc.float("precision_vert")?,
        })
    }

    fn parse(rdata: &str) -> Result<OwnedValue, RdataError> {
        let bare = rdata.replace('m', "");
        let [
            lat_degrees,
            lat_minutes,
            lat_seconds,
            lat_direction,
            long_degrees,
            long_minutes,
            long_seconds,
            long_direction,
            altitude,
            size,
            precision_horz,
            precision_vert,
        ] = words(&bare, "latitude longitude altitude size precision_horz precision_vert")?;
        let text = |word: &str| Value::from(unquote(word).to_owned());
        Ok(fields([
            ("lat_degrees", int_or_text(lat_degrees)),
            ("lat_minutes", int_or_text(lat_minutes)),
            ("lat_seconds", float_or_text(lat_seconds, lat_seconds)),
            ("lat_direction", text(lat_direction)),
            ("long_degrees", int_or_text(long_degrees)),
            ("long_minutes", int_or_text(long_minutes)),
            ("long_seconds", float_or_text(long_seconds, long_seconds)),
            ("long_direction", text(long_direction)),
            ("altitude", float_or_text(unquote(altitude), altitude)),
            ("size", float_or_text(unquote(size), size)),
            ("precision_horz", float_or_text(unquote(precision_horz), precision_horz)),
            ("precision_vert", float_or_text(unquote(precision_vert), precision_vert)),
        ]))
    }

    fn to_value(&self) -> OwnedValue {
        let (latitude, longitude) = (&self.latitude, &self.longitude);
        fields([
            ("lat_degrees", latitude.degrees.into()),
            ("lat_minutes", latitude.minutes.into()),
            ("lat_seconds", latitude.seconds.into()),
            ("lat_direction", latitude.direction.to_string().into()),
            ("long_degrees", longitude.degrees.into()),
            ("long_minutes", longitude.minutes.into()),
            ("long_seconds", longitude.seconds.into()),
            ("long_direction", longitude.direction.to_string().into()),
            ("altitude", self.altitude.into()),
            ("size", self.size.into()),
            ("precision_horz", self.horizontal_precision.into()),
            ("precision_vert", self.vertical_precision.into()),
        ])
    }

    fn text(&self) -> String {
        let angle = |angle: &Angle| {
            let Angle { degrees, minutes, seconds, direction } = angle;
            format!("{degrees} {minutes} {} {direction}", fixed(*seconds, 3))
        };
        let metres = |number: f64| format!("{}m", fixed(number, 2));
        format!(
            "'{} {} {} {} {} {}'",
            angle(&self.latitude),
            angle(&self.longitude),
            metres(self.altitude),
            metres(self.size),
            metres(self.horizontal_precision),
            metres(self.vertical_precision)
        )
    }

    fn order(&self, other: &Self) -> Ordering {
        self.partial_cmp(other).unwrap_or(Ordering::Equal)
    }
}

impl fmt::Display for Loc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {}m {}m {}m {}m",
            self.latitude,
            self.longitude,
            spelled(self.altitude),
            spelled(self.size),
            spelled(self.horizontal_precision),
            spelled(self.vertical_precision)
        )
    }
}

impl fmt::Display for Angle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { degrees, minutes, seconds, direction } = self;
        write!(f, "{degrees} {minutes} {} {direction}", spelled(*seconds))
    }
}

/// A fraction in its shortest spelling.
fn spelled(number: f64) -> String {
    Python(&number.into()).to_string()
}

/// A fraction with a fixed number of digits.
fn fixed(number: f64, digits: usize) -> String {
    if number.is_finite() { format!("{number:.digits$}") } else { spelled(number) }
}

fn float_or_text(word: &str, written: &str) -> OwnedValue {
    match number::float_of_text(word) {
        Ok(number) => number.into(),
        Err(_) => written.to_owned().into(),
    }
}
