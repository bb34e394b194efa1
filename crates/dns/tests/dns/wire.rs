//! Properties of the wire format: for every type, what is written is read back unchanged.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

use hickory_proto::rr::{RData, RecordType as Number};
use hickory_proto::serialize::binary::{BinDecoder, Restrict};
use octodns_core::record::{Rdata, Record, RecordData, RecordTypes, TYPES, Txt};
use octodns_core::{RecordName, RecordType};
use octodns_dns::wire;
use proptest::prelude::*;

/// Bytes between quotes, with no more escapes than presentation format requires.
const TEXT: &str = r#"([ !#-\[\]-~]|\\"|\\\\|\\00[0-9]|\\1[3-9][0-9]|\\2[0-4][0-9]){0,40}"#;

/// An absolute name in lowercase.
const NAME: &str = r"([a-z0-9_*-]([a-w0-9_]{0,10})\.){1,4}|\.";

fn name() -> impl Strategy<Value = String> {
    NAME
}

fn digits(bytes: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec("[0-9a-f]{2}", bytes).prop_map(|pairs| pairs.concat())
}

fn metres() -> impl Strategy<Value = String> {
    // One digit and zeros, which is all that the wire can hold. 2 m is never the default.
    (2..10_u64, 2..9_u32)
        .prop_map(|(digit, zeros)| format!("{}.00m", digit * 10_u64.pow(zeros - 2)))
}

fn place() -> impl Strategy<Value = String> {
    let angle = |most: u32| (0..most, 0..60_u32, 0..60_u32, 0..1000_u32);
    let altitude = -9_999_999..2_000_000_000_i64;
    (angle(90), "[NS]", angle(180), "[EW]", altitude, metres(), metres(), metres()).prop_map(
        |(latitude, north, longitude, east, altitude, size, horizontal, vertical)| {
            let angle = |(degrees, minutes, seconds, rest)| {
                format!("{degrees} {minutes} {seconds}.{rest:03}")
            };
            // The equator is always north, and the meridian always east.
            let zero = (0, 0, 0, 0);
            let north = if latitude == zero { "N" } else { &*north };
            let east = if longitude == zero { "E" } else { &*east };
            let sign = if altitude < 0 { "-" } else { "" };
            let (whole, rest) = (altitude.abs() / 100, altitude.abs() % 100);
            format!(
                "{} {north} {} {east} {sign}{whole}.{rest:02}m {size} {horizontal} {vertical}",
                angle(latitude),
                angle(longitude),
            )
        },
    )
}

fn service_binding() -> impl Strategy<Value = String> {
    let params = (
        prop::option::of("[a-z][a-z0-9/.]{0,9}(,[a-z0-9]{1,9}){0,3}"),
        any::<bool>(),
        prop::option::of(any::<u16>()),
        prop::option::of(any::<std::net::Ipv4Addr>()),
        // Padding is not accepted in octoDNS' presentation format.
        prop::option::of("([A-Za-z0-9+/]{4}){1,9}"),
        prop::option::of(any::<std::net::Ipv6Addr>()),
        prop::option::of((7..65_536_u32, r#"([!#-<>-\[\]-~]|\\"|\\\\|\\00[0-9]){1,20}"#)),
    );
    (any::<u16>(), name(), params).prop_map(|(priority, target, params)| {
        let (alpn, flag, port, ipv4, ech, ipv6, other) = params;
        let mut text = format!("{priority} {target}");
        if let Some(alpn) = alpn {
            text.extend([" alpn=\"", &*alpn, "\""]);
        }
        if flag {
            text.push_str(" no-default-alpn");
        }
        let mut push = |key: &str, value: Option<String>| {
            text.extend(value.map(|value| format!(" {key}=\"{value}\"")));
        };
        push("port", port.map(|port| port.to_string()));
        push("ipv4hint", ipv4.map(|address| address.to_string()));
        push("ech", ech);
        push("ipv6hint", ipv6.map(|address| address.to_string()));
        if let Some((number, value)) = other {
            push(&format!("key{number}"), Some(value));
        }
        text
    })
}

/// The usual presentation format.
fn rdata(of: RecordType) -> BoxedStrategy<String> {
    let number = any::<u16>;
    let byte = any::<u8>;
    match of {
        RecordType::A => any::<std::net::Ipv4Addr>().prop_map(|ip| ip.to_string()).boxed(),
        RecordType::AAAA => any::<std::net::Ipv6Addr>().prop_map(|ip| ip.to_string()).boxed(),
        RecordType::CAA => (byte(), "[a-z0-9]{1,15}", TEXT)
            .prop_map(|(flags, tag, value)| format!("{flags} {tag} \"{value}\""))
            .boxed(),
        RecordType::DS => (number(), byte(), byte(), digits(1..65))
            .prop_map(|(tag, algorithm, kind, digest)| format!("{tag} {algorithm} {kind} {digest}"))
            .boxed(),
        RecordType::HTTPS | RecordType::SVCB => service_binding().boxed(),
        RecordType::LOC => place().boxed(),
        RecordType::MX => {
            (number(), name()).prop_map(|(rank, host)| format!("{rank} {host}")).boxed()
        }
        RecordType::NAPTR => (number(), number(), "[SAUP]?", TEXT, TEXT, name())
            .prop_map(|(order, rank, flags, service, regexp, next)| {
                format!("{order} {rank} \"{flags}\" \"{service}\" \"{regexp}\" {next}")
            })
            .boxed(),
        RecordType::OPENPGPKEY => "([A-Za-z0-9+/]{4}){1,30}".boxed(),
        RecordType::SPF | RecordType::TXT => prop::collection::vec(any::<u8>(), 0..600)
            .prop_map(|octets| Txt::from_octets(&octets).rdata())
            .boxed(),
        RecordType::SRV => (number(), number(), number(), name())
            .prop_map(|(rank, weight, port, host)| format!("{rank} {weight} {port} {host}"))
            .boxed(),
        RecordType::SSHFP => (byte(), byte(), digits(1..65))
            .prop_map(|(algorithm, kind, digest)| format!("{algorithm} {kind} {digest}"))
            .boxed(),
        RecordType::TLSA => (byte(), byte(), byte(), digits(1..65))
            .prop_map(|(usage, selector, kind, data)| format!("{usage} {selector} {kind} {data}"))
            .boxed(),
        RecordType::URI => (number(), number(), "[a-z]{2,5}://[a-w0-9./?_-]{1,40}")
            .prop_map(|(rank, weight, uri)| format!("{rank} {weight} \"{uri}\""))
            .boxed(),
        // CNAME, DNAME, NS, PTR.
        _ => name().boxed(),
    }
}

/// The types that exist on the wire.
fn on_the_wire() -> impl Iterator<Item = (RecordType, u16)> {
    TYPES.iter().filter_map(|row| {
        let of = row.record_type;
        wire::type_number(of).map(|number| (of, number))
    })
}

fn any_type() -> impl Strategy<Value = (RecordType, u16)> {
    prop::sample::select(on_the_wire().collect::<Vec<_>>())
}

/// A value of octoDNS, parsed from presentation format by octoDNS' own rules.
fn read(of: RecordType, text: &str) -> RecordData {
    let types = RecordTypes::default();
    let entry = types.get(of.as_str()).unwrap();
    let value = entry.parse(text).unwrap_or_else(|error| panic!("{of} {text}: {error}"));
    entry.read(&[value]).unwrap_or_else(|error| panic!("{of} {text}: {error}"))
}

proptest! {
    /// From presentation format to a value and to bytes, and back both ways.
    #[test]
    fn what_is_written_is_what_is_read(
        (of, number, text) in any_type()
            .prop_flat_map(|(of, number)| rdata(of).prop_map(move |text| (of, number, text)))
    ) {
        let data = read(of, &text);
        let rdatas = wire::to_bytes(&data).unwrap();
        prop_assert_eq!(rdatas.len(), 1);
        prop_assert_eq!(wire::present(number, &rdatas[0]).unwrap(), text);
        prop_assert_eq!(&wire::from_bytes(of, &rdatas).unwrap(), &data);

        // hickory reads the bytes as the same record data.
        let mut decoder = BinDecoder::new(&rdatas[0]);
        let length = Restrict::new(u16::try_from(rdatas[0].len()).unwrap());
        let theirs = RData::read(&mut decoder, Number::from(number), length).unwrap();
        prop_assert_eq!(wire::bytes_of(&theirs).unwrap(), &*rdatas[0]);
        prop_assert_eq!(&wire::from_rdatas(of, [&theirs]).unwrap(), &data);
        prop_assert_eq!(wire::from_rdatas(of, &wire::to_rdatas(&data).unwrap()).unwrap(), data);
    }

    /// Arbitrary bytes are at worst an error, and whatever is read can be written.
    #[test]
    fn any_bytes_are_record_data_or_an_error(
        (of, number) in any_type(),
        bytes in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let _ = wire::present(number, &bytes);
        if let Ok(data) = wire::from_bytes(of, &[&*bytes]) {
            let written = wire::to_bytes(&data).unwrap();
            prop_assert_eq!(wire::from_bytes(of, &written).unwrap(), data);
            prop_assert!(wire::present(number, &bytes).is_ok());
        }
    }

    /// The same with bytes that are nearly valid.
    #[test]
    fn damaged_record_data_is_record_data_or_an_error(
        (of, number, text) in any_type()
            .prop_flat_map(|(of, number)| rdata(of).prop_map(move |text| (of, number, text))),
        (place, byte, cut) in (any::<prop::sample::Index>(), any::<u8>(), any::<bool>()),
    ) {
        let mut bytes = wire::to_bytes(&read(of, &text)).unwrap().remove(0);
        if !bytes.is_empty() {
            let index = place.index(bytes.len());
            bytes[index] = byte;
            if cut {
                bytes.truncate(index);
            }
        }
        let _ = wire::present(number, &bytes);
        if let Ok(data) = wire::from_bytes(of, &[&*bytes]) {
            let written = wire::to_bytes(&data).unwrap();
            prop_assert_eq!(wire::from_bytes(of, &written).unwrap(), data);
        }
    }
}

#[test]
fn an_rrset_has_its_values_in_order_and_once() {
    let addresses = [[192, 0, 2, 2], [192, 0, 2, 10], [192, 0, 2, 2]];
    let data = wire::from_bytes(RecordType::A, &addresses).unwrap();
    assert_eq!(data, RecordData::A(vec![[192, 0, 2, 10].into(), [192, 0, 2, 2].into()]));
    let names = [&b"\x01a\0"[..], b"\x01b\0"];
    assert!(wire::from_bytes(RecordType::NS, &names).is_ok());
    let error = wire::from_bytes(RecordType::CNAME, &names).unwrap_err();
    assert_eq!(error.to_string(), "2 values for CNAME, which has one");
}

/// Text, names and keys of every type, of octets that are not UTF-8 and of what ends a word in a zone file: whatever a
/// server has is data, with one text in ASCII, so that it can be shown and removed.
#[test]
fn any_octets_are_data() {
    const ODD: &[u8] = b"\xe9\xff \";(\\,.\n";
    let string = [&[u8::try_from(ODD.len()).unwrap()], ODD].concat();
    let name = [&*string, b"\0"].concat();
    for (of, number) in on_the_wire() {
        let rdatas: Vec<Vec<u8>> = match of {
            RecordType::CNAME | RecordType::DNAME | RecordType::NS | RecordType::PTR => {
                vec![name.clone()]
            }
            RecordType::MX => vec![[b"\0\x0a", &*name].concat()],
            RecordType::SRV => vec![[b"\0\x01\0\x02\0\x03", &*name].concat()],
            RecordType::TXT | RecordType::SPF => vec![string.clone()],
            RecordType::CAA => vec![
                [b"\0\x05issue", ODD].concat(),
                [b"\0", &*string, ODD].concat(),
                [b"\0\0", ODD].concat(),
            ],
            RecordType::NAPTR => {
                vec![[b"\0\x01\0\x02", &*string, &*string, &*string, &*name].concat()]
            }
            RecordType::URI => vec![[b"\0\x01\0\x02", ODD].concat()],
            RecordType::HTTPS | RecordType::SVCB => {
                let length = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap().to_be_bytes();
                let (ids, other) = ([&*string, b"\x02h2"].concat(), ODD);
                let alpn = [&b"\0\x01"[..], &length(&ids), &ids].concat();
                let key = [&b"\xff\x00"[..], &length(other), other].concat();
                vec![[b"\0\x01", &*name, &alpn, &key].concat()]
            }
            // Addresses, numbers, and bytes in hexadecimal or base64.
            RecordType::A
            | RecordType::AAAA
            | RecordType::DS
            | RecordType::LOC
            | RecordType::OPENPGPKEY
            | RecordType::SSHFP
            | RecordType::TLSA => continue,
            of => panic!("{of}: say which octets it has"),
        };
        let entry = RecordTypes::default().get(of.as_str()).unwrap().clone();
        for rdata in rdatas {
            let data =
                wire::from_bytes(of, &[&*rdata]).unwrap_or_else(|error| panic!("{of}: {error}"));
            // The name of a host is in lower case, and there is no letter here.
            assert_eq!(wire::to_bytes(&data).unwrap(), [&*rdata], "{of}");
            let presented = wire::present(number, &rdata).unwrap();
            let record = Record::new(RecordName::APEX, 60, data.clone());
            let spelled = record.rdata_strings();
            for text in spelled.iter().chain([&presented]) {
                assert!(text.bytes().all(|octet| matches!(octet, b' '..=b'~')), "{of}: {text:?}");
            }
            // As data, and in the text of a service.
            let value = record.to_value().get("value").cloned().unwrap();
            assert_eq!(entry.read(&[value]).unwrap(), data, "{of}");
            if !rdata.starts_with(b"\0\0\xe9") {
                let parsed = entry.parse(&spelled[0]).unwrap();
                assert_eq!(entry.read(&[parsed]).unwrap(), data, "{of}: {spelled:?}");
            }
        }
    }
}

/// They are read, so that they can be removed; no server takes them.
#[test]
fn a_caa_tag_is_letters_and_digits() {
    for (rdata, text) in [
        (&b"\x00\x00ca.example"[..], r#"0 "" "ca.example""#),
        (b"\x00\x03a bca.example", r#"0 a\032b "ca.example""#),
        (b"\x00\x01;x", r#"0 \059 "x""#),
    ] {
        let data = wire::from_bytes(RecordType::CAA, &[rdata]).unwrap();
        let error = wire::check_servable(&data).unwrap_err().to_string();
        assert!(error.ends_with("is not letters and digits"), "{error}");
        assert_eq!(wire::present(257, rdata).unwrap(), text);
    }
}

/// In a zone file, an empty one would not be a word.
#[test]
fn digests_and_keys_are_not_empty() {
    for (of, rdata) in [
        (RecordType::DS, &b"\x00\x01\x08\x02"[..]),
        (RecordType::OPENPGPKEY, b""),
        (RecordType::SSHFP, b"\x04\x02"),
        (RecordType::TLSA, b"\x03\x01\x01"),
    ] {
        let error = wire::from_bytes(of, &[rdata]).unwrap_err().to_string();
        assert!(error.starts_with("record data ends within"), "{of}: {error}");
    }
}

#[test]
fn values_that_the_wire_cannot_hold_are_errors() {
    let types = RecordTypes::default();
    for (of, text, message) in [
        (RecordType::MX, "65536 a.", "preference 65536 is not between 0 and 65535"),
        (RecordType::MX, "1 a", "\"a\" is not a domain name: it does not end with a dot"),
        (RecordType::DS, "1 1 1 xy", "digest \"xy\" is not hexadecimal"),
        (RecordType::DS, "1 1 1 ", "digest \"\" is empty"),
        (RecordType::OPENPGPKEY, "***", "key \"***\" is not base64"),
        (RecordType::ALIAS, "a.", "ALIAS records do not exist on the wire"),
        (RecordType::CNAME, "a..b.", "\"a..b.\" is not a domain name: a label is empty"),
    ] {
        let entry = types.get(of.as_str()).unwrap();
        let data = entry.read(&[entry.parse(text).unwrap()]).unwrap();
        assert_eq!(wire::to_bytes(&data).unwrap_err().to_string(), message);
    }
}
