//! Record data in presentation format (RFC 1035, section 5.1), exactly as `dnspython` writes it.

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use octodns_core::record::SvcParam;
use octodns_core::record::text::Presentation;

use super::bytes::Reader;
use super::loc::Place;
use super::svcb;
use super::table::Field;
use super::{WireError, hex};

/// How many hexadecimal digits there are in a group.
const DIGITS: usize = 128;

/// Record data of a type with known fields.
pub(super) fn fields(fields: &[Field], rdata: &[u8]) -> Result<String, WireError> {
    let mut from = Reader::new(rdata);
    // Texts and addresses are longer than they are as bytes.
    let mut line = String::with_capacity(2 * rdata.len() + 8);
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            line.push(' ');
        }
        match field {
            Field::U8 | Field::Named(_) => push(&mut line, from.u8("a number")?),
            Field::U16 => push(&mut line, from.u16("a number")?),
            Field::U32 => push(&mut line, from.u32("a number")?),
            Field::Ipv4 => push(&mut line, Ipv4Addr::from(from.array::<4>("an address")?)),
            Field::Ipv6 => push(&mut line, Ipv6Addr::from(from.array::<16>("an address")?)),
            Field::Name => line.push_str(&from.name()?),
            Field::Word => line.push_str(&Presentation::DECIMAL.word(from.string("a word")?)),
            Field::Text => line.push_str(&Presentation::DECIMAL.string(from.string("a text")?)),
            Field::Texts => {
                line.push_str(&Presentation::DECIMAL.string(from.string("a text")?));
                while !from.is_empty() {
                    line.push(' ');
                    line.push_str(&Presentation::DECIMAL.string(from.string("a text")?));
                }
            }
            Field::RestText => line.push_str(&Presentation::DECIMAL.string(from.rest())),
            Field::RestHex => line.push_str(&groups(from.rest())),
            Field::RestBase64 => BASE64.encode_string(from.rest(), &mut line),
            Field::Loc => line.push_str(&place(Place::decode(&mut from)?)),
            Field::Params => {
                let params: Vec<_> = svcb::params(&mut from)?
                    .into_iter()
                    .map(|param| {
                        let value = svcb::decode_param(param)?;
                        Ok(value.presentation(&SvcParam::key_of(param.key)))
                    })
                    .collect::<Result<_, WireError>>()?;
                if params.is_empty() {
                    line.pop();
                }
                line.push_str(&params.join(" "));
            }
        }
    }
    from.end()?;
    Ok(line)
}

fn push(line: &mut String, what: impl std::fmt::Display) {
    use std::fmt::Write as _;
    // Writing to a text cannot fail.
    let _ = write!(line, "{what}");
}

/// Record data of an unknown type (RFC 3597, section 5).
pub(super) fn unknown(rdata: &[u8]) -> String {
    match rdata {
        [] => "\\# 0".to_owned(),
        rdata => format!("\\# {} {}", rdata.len(), groups(rdata)),
    }
}

fn groups(bytes: &[u8]) -> String {
    let groups: Vec<_> = bytes.chunks(DIGITS / 2).map(hex::encode).collect();
    groups.join(" ")
}

/// RFC 1876, section 3; sizes with their default values are left out.
fn place(place: Place) -> String {
    const UNSAID: [u64; 3] = [100, 1_000_000, 1_000];
    let angle = |thousandths: i64, [positive, negative]: [&str; 2]| {
        let size = thousandths.abs();
        let (degrees, minutes) = (size / 3_600_000, size / 60_000 % 60);
        let (seconds, rest) = (size / 1000 % 60, size % 1000);
        let direction = if thousandths < 0 { negative } else { positive };
        format!("{degrees} {minutes} {seconds}.{rest:03} {direction}")
    };
    let sign = if place.altitude < 0 { "-" } else { "" };
    let altitude = place.altitude.unsigned_abs();
    let metres = |centimetres: u64| format!("{}.{:02}m", centimetres / 100, centimetres % 100);
    let mut words = vec![
        angle(place.latitude, ["N", "S"]),
        angle(place.longitude, ["E", "W"]),
        format!("{sign}{}", metres(altitude)),
    ];
    if place.sizes != UNSAID {
        words.extend(place.sizes.map(metres));
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use crate::wire::present;

    /// Written by `dnspython` 2.9 and by `named-compilezone`, which differ in quotes only.
    #[test]
    fn record_data_is_written_as_others_write_it() {
        let loc = |sizes: &[u8; 3]| {
            let numbers =
                [0x8000_0000_u32 - 113_400_000, 0x8000_0000 + 3_661_001, 10_000_000 - 250];
            [&[0][..], sizes, &numbers.map(u32::to_be_bytes).concat()].concat()
        };
        for (number, rdata, text) in [
            (1, b"\xc0\0\x02\x01".to_vec(), "192.0.2.1"),
            (28, [&[0; 10][..], &[255, 255, 192, 0, 2, 1]].concat(), "::ffff:192.0.2.1"),
            (5, b"\x01A\x02b.\0".to_vec(), "A.b\\.."),
            (16, b"\x03a\"b\x00\x02\xff;".to_vec(), "\"a\\\"b\" \"\" \"\\255;\""),
            (29, loc(&[0x12, 0x16, 0x13]), "31 30 0.000 S 1 1 1.001 E -2.50m"),
            (
                29,
                loc(&[0, 0x12, 0x99]),
                "31 30 0.000 S 1 1 1.001 E -2.50m 0.00m 1.00m 90000000.00m",
            ),
            (52, [&[3, 1, 2][..], &[0xab; 65]].concat(), &*format!("3 1 2 {} ab", "ab".repeat(64))),
            (257, b"\0\x05issue;".to_vec(), "0 issue \";\""),
            (
                65,
                b"\0\x01\0\0\x01\0\x08\x02h2\x04a,\\\"\0\x02\0\0\0\x03\0\x02\x01\xbb".to_vec(),
                "1 . alpn=\"h2,a\\\\,\\\\\\\\\\\"\" no-default-alpn port=\"443\"",
            ),
            (99, b"\x06v=spf1".to_vec(), "\"v=spf1\""),
            (256, b"\0\x0a\0\x01http://a/".to_vec(), "10 1 \"http://a/\""),
            (
                6,
                b"\0\0\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04\0\0\0\x05".to_vec(),
                ". . 1 2 3 4 5",
            ),
            (65_400, b"\x01\xff".to_vec(), "\\# 2 01ff"),
            (65_400, Vec::new(), "\\# 0"),
        ] {
            assert_eq!(present(number, &rdata).as_deref(), Ok(text), "type {number}");
        }
    }

    #[test]
    fn faulty_record_data_is_an_error() {
        for (number, rdata) in [
            (1, &b"\x01\x02\x03"[..]),
            (1, b"\x01\x02\x03\x04\x05"),
            (5, b"\x01a"),
            (5, b"\xc0\x0c"),
            (5, b""),
            (15, b"\0"),
            (16, b""),
            (16, b"\x05abc"),
            (29, b"\x01\x12\x16\x13\x80\0\0\0\x80\0\0\0\0\x98\x96\x80"),
            (29, b"\0\xa0\x16\x13\x80\0\0\0\x80\0\0\0\0\x98\x96\x80"),
            (29, b"\0\x12\x16\x13\xff\0\0\0\x80\0\0\0\0\x98\x96\x80"),
            (64, b"\0\x01\0\0\x01\0\x03\x09h2"),
        ] {
            assert!(present(number, rdata).is_err(), "type {number}: {rdata:?}");
        }
    }
}
