//! `LOC` on the wire (RFC 1876, section 2).

use octodns_core::record::{Angle, Loc};

use super::WireError;
use super::bytes::{Reader, Writer};
use super::values::Wire;

/// The equator, and the prime meridian, in thousandths of a second.
const MIDDLE: i64 = 1 << 31;

/// How far below the ellipsoid the altitude 0 of the wire format is, in centimetres.
const DEPTH: i64 = 10_000_000;

/// A location in wire format: thousandths of seconds, and centimetres.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) latitude: i64,
    pub(super) longitude: i64,
    pub(super) altitude: i64,
    /// Size, horizontal and vertical precision.
    pub(super) sizes: [u64; 3],
}

impl Place {
    pub(super) fn decode(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let version = from.u8("a version")?;
        if version != 0 {
            return Err(WireError::field("version", version.to_string(), "is not 0"));
        }
        let [size, horizontal, vertical] = from.array("sizes")?;
        let mut angle = |field, most: i64| {
            let angle = i64::from(from.u32(field)?) - MIDDLE;
            if angle.abs() > most * 3_600_000 {
                return Err(WireError::field(field, angle.to_string(), "is beyond the globe"));
            }
            Ok(angle)
        };
        let latitude = angle("latitude", 90)?;
        let longitude = angle("longitude", 180)?;
        let altitude = i64::from(from.u32("an altitude")?) - DEPTH;
        let sizes = [size_of(size)?, size_of(horizontal)?, size_of(vertical)?];
        Ok(Self { latitude, longitude, altitude, sizes })
    }
}

/// A length: four bits for its first digit, and four for the number of zeros after it.
fn size_of(byte: u8) -> Result<u64, WireError> {
    let (digit, zeros) = (byte >> 4, byte & 15);
    if digit > 9 || zeros > 9 {
        return Err(WireError::field("size", byte.to_string(), "is no digit and no power of ten"));
    }
    Ok(u64::from(digit) * 10_u64.pow(zeros.into()))
}

/// Only the first digit of a length fits into the wire format; the rest become zeros.
fn byte_of(metres: f64, field: &'static str) -> Result<u8, WireError> {
    let failed = || WireError::field(field, metres.to_string(), "is not between 0 and 90000000");
    let mut digit =
        u64::try_from(whole(metres * 100.0).ok_or_else(failed)?).map_err(|_| failed())?;
    let mut zeros = 0_u8;
    while digit > 9 {
        digit /= 10;
        zeros += 1;
    }
    let digit = u8::try_from(digit).ok().filter(|_| zeros <= 9).ok_or_else(failed)?;
    Ok((digit << 4) | zeros)
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn whole(number: f64) -> Option<i64> {
    (number.abs() < 1e15).then(|| number.round() as i64)
}

#[expect(clippy::cast_precision_loss, reason = "32 bits fit")]
fn fraction(number: i64, parts: i64) -> f64 {
    number as f64 / parts as f64
}

fn angle_of(angle: &Angle, most: i64, field: &'static str) -> Result<u32, WireError> {
    let failed = |fault| {
        let Angle { degrees, minutes, seconds, direction } = angle;
        WireError::field(field, format!("{degrees} {minutes} {seconds} {direction}"), fault)
    };
    let beyond = "is beyond the globe";
    let in_range = (0..=180).contains(&angle.degrees) && (0..60).contains(&angle.minutes);
    let thousandths = whole(angle.seconds * 1000.0).filter(|part| (0..=60_000).contains(part));
    let Some(thousandths) = thousandths.filter(|_| in_range) else { return Err(failed(beyond)) };
    let size = angle.degrees * 3_600_000 + angle.minutes * 60_000 + thousandths;
    if size > most * 3_600_000 {
        return Err(failed(beyond));
    }
    let signed = match &*angle.direction {
        "N" | "E" => size,
        "S" | "W" => -size,
        _ => return Err(failed("has no direction")),
    };
    u32::try_from(MIDDLE + signed).map_err(|_| failed(beyond))
}

/// Reads a location in presentation format (RFC 1876, section 3): minutes, seconds and sizes may be omitted.
pub(super) fn scan(words: &[&str], out: &mut Writer) -> Result<(), WireError> {
    let mut words = words.iter().copied();
    let latitude = scan_angle(&mut words, ["N", "S"])?;
    let longitude = scan_angle(&mut words, ["E", "W"])?;
    let mut metres = |unsaid: Option<f64>| match (words.next(), unsaid) {
        (Some(word), _) => {
            let number = word.strip_suffix('m').unwrap_or(word);
            number.parse().map_err(|_| WireError::field("metres", word, "is not a number"))
        }
        (None, Some(unsaid)) => Ok(unsaid),
        (None, None) => Err(WireError::Short("a place")),
    };
    let place = Loc {
        latitude,
        longitude,
        altitude: metres(None)?,
        size: metres(Some(1.0))?,
        horizontal_precision: metres(Some(10_000.0))?,
        vertical_precision: metres(Some(10.0))?,
    };
    match words.next() {
        None => place.encode(out),
        Some(word) => Err(WireError::field("word", word, "is one too many")),
    }
}

fn scan_angle<'w>(
    words: &mut impl Iterator<Item = &'w str>,
    directions: [&str; 2],
) -> Result<Angle, WireError> {
    let (mut degrees, mut minutes, mut seconds) = (None, None, None);
    loop {
        let word = words.next().ok_or(WireError::Short("a place"))?;
        let direction = word.to_ascii_uppercase();
        if directions.contains(&&*direction) {
            let Some(degrees) = degrees else { return Err(WireError::Short("a place")) };
            let (minutes, seconds) = (minutes.unwrap_or(0), seconds.unwrap_or(0.0));
            return Ok(Angle { degrees, minutes, seconds, direction: direction.into() });
        }
        let failed = || WireError::field("angle", word, "is not degrees, minutes or seconds");
        match (degrees, minutes, seconds) {
            (None, ..) => degrees = Some(word.parse().map_err(|_| failed())?),
            (_, None, _) => minutes = Some(word.parse().map_err(|_| failed())?),
            (.., None) => seconds = Some(word.parse().map_err(|_| failed())?),
            _ => return Err(failed()),
        }
    }
}

fn to_angle(thousandths: i64, [positive, negative]: [&'static str; 2]) -> Angle {
    let size = thousandths.abs();
    Angle {
        degrees: size / 3_600_000,
        minutes: size / 60_000 % 60,
        seconds: fraction(size % 60_000, 1000),
        direction: if thousandths < 0 { negative } else { positive }.into(),
    }
}

impl Wire for Loc {
    fn encode(&self, out: &mut Writer) -> Result<(), WireError> {
        out.bytes(&[
            0,
            byte_of(self.size, "size")?,
            byte_of(self.horizontal_precision, "precision_horz")?,
            byte_of(self.vertical_precision, "precision_vert")?,
        ]);
        out.u32(angle_of(&self.latitude, 90, "latitude")?);
        out.u32(angle_of(&self.longitude, 180, "longitude")?);
        let altitude = whole(self.altitude * 100.0)
            .and_then(|centimetres| u32::try_from(centimetres + DEPTH).ok());
        out.u32(altitude.ok_or_else(|| {
            let shown = self.altitude.to_string();
            WireError::field("altitude", shown, "is not between -100000 and 42849672.95")
        })?);
        Ok(())
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let Place { latitude, longitude, altitude, sizes } = Place::decode(from)?;
        let [size, horizontal, vertical] =
            sizes.map(|size| i64::try_from(size).map_or(f64::NAN, |size| fraction(size, 100)));
        Ok(Self {
            latitude: to_angle(latitude, ["N", "S"]),
            longitude: to_angle(longitude, ["E", "W"]),
            altitude: fraction(altitude, 100),
            size,
            horizontal_precision: horizontal,
            vertical_precision: vertical,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The wire format has only one digit of a size: 12.5 m become 10 m.
    #[test]
    fn sizes_keep_their_first_digit() {
        for (metres, byte) in [
            (0.0, Some(0x00)),
            (0.01, Some(0x10)),
            (1.0, Some(0x12)),
            (12.5, Some(0x13)),
            (10_000.0, Some(0x16)),
            (90_000_000.0, Some(0x99)),
            (100_000_000.0, None),
            (-1.0, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
        ] {
            assert_eq!(byte_of(metres, "size").ok(), byte, "{metres}");
        }
    }

    #[test]
    fn places_off_the_globe_are_refused() {
        let angle = |degrees, minutes, seconds, direction: &str| Angle {
            degrees,
            minutes,
            seconds,
            direction: direction.into(),
        };
        for (given, most, valid) in [
            (angle(90, 0, 0.0, "S"), 90, true),
            (angle(90, 0, 0.001, "N"), 90, false),
            (angle(180, 0, 0.0, "W"), 180, true),
            (angle(-1, 0, 0.0, "N"), 90, false),
            (angle(i64::MAX, 0, 0.0, "N"), 90, false),
            (angle(0, 60, 0.0, "N"), 90, false),
            (angle(0, 0, f64::NAN, "N"), 90, false),
            (angle(0, 0, 0.0, "X"), 90, false),
        ] {
            assert_eq!(angle_of(&given, most, "latitude").is_ok(), valid, "{given:?}");
        }
    }
}
