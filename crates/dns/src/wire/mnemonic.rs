//! Names of types (IANA's registry of DNS parameters), including those that octoDNS does not support.

use std::borrow::Cow;

use super::table::TABLE;

/// The types that are allowed in a zone and that octoDNS does not support.
const OTHERS: &[(&str, u16)] = &[
    ("MD", 3),
    ("MF", 4),
    ("SOA", 6),
    ("MB", 7),
    ("MG", 8),
    ("MR", 9),
    ("NULL", 10),
    ("WKS", 11),
    ("HINFO", 13),
    ("MINFO", 14),
    ("RP", 17),
    ("AFSDB", 18),
    ("X25", 19),
    ("ISDN", 20),
    ("RT", 21),
    ("NSAP", 22),
    ("NSAP-PTR", 23),
    ("SIG", 24),
    ("KEY", 25),
    ("PX", 26),
    ("GPOS", 27),
    ("NXT", 30),
    ("EID", 31),
    ("NIMLOC", 32),
    ("ATMA", 34),
    ("KX", 36),
    ("CERT", 37),
    ("A6", 38),
    ("SINK", 40),
    ("APL", 42),
    ("IPSECKEY", 45),
    ("RRSIG", 46),
    ("NSEC", 47),
    ("DNSKEY", 48),
    ("DHCID", 49),
    ("NSEC3", 50),
    ("NSEC3PARAM", 51),
    ("SMIMEA", 53),
    ("HIP", 55),
    ("NINFO", 56),
    ("RKEY", 57),
    ("TALINK", 58),
    ("CDS", 59),
    ("CDNSKEY", 60),
    ("CSYNC", 62),
    ("ZONEMD", 63),
    ("DSYNC", 66),
    ("HHIT", 67),
    ("BRID", 68),
    ("UINFO", 100),
    ("UID", 101),
    ("GID", 102),
    ("UNSPEC", 103),
    ("NID", 104),
    ("L32", 105),
    ("L64", 106),
    ("LP", 107),
    ("EUI48", 108),
    ("EUI64", 109),
    ("AVC", 258),
    ("DOA", 259),
    ("AMTRELAY", 260),
    ("RESINFO", 261),
    ("WALLET", 262),
    ("CLA", 263),
    ("IPN", 264),
    ("TA", 32_768),
    ("DLV", 32_769),
];

/// The number of a type, from its case-insensitive name, or from `TYPE65400` (RFC 3597, section 5).
pub fn type_from_text(text: &str) -> Option<u16> {
    let is = |name: &str| name.eq_ignore_ascii_case(text);
    let known = TABLE.iter().find(|row| row.record_type.is_some_and(|of| is(of.as_str())));
    let other = || OTHERS.iter().find(|(name, _)| is(name)).map(|(_, number)| *number);
    known.map(|row| row.number).or_else(other).or_else(|| {
        let (head, digits) = text.split_at_checked(4)?;
        let plain = head.eq_ignore_ascii_case("TYPE") && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse().ok())?
    })
}

/// The name of a type: `TYPE65400` if it has none.
pub fn type_text(number: u16) -> Cow<'static, str> {
    let of_octodns = super::type_of(number).map(octodns_core::RecordType::as_str);
    let other = || OTHERS.iter().find(|(_, known)| *known == number).map(|(name, _)| *name);
    match of_octodns.or_else(other) {
        Some(name) => Cow::Borrowed(name),
        None => Cow::Owned(format!("TYPE{number}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_match() {
        for number in 1..=300 {
            assert_eq!(type_from_text(&type_text(number)), Some(number), "{number}");
        }
        for (text, number) in [
            ("a", Some(1)),
            ("Https", Some(65)),
            ("soa", Some(6)),
            ("type65535", Some(65_535)),
            ("TYPE65536", None),
            ("TYPE", None),
            ("TYPE+1", None),
            ("ALIAS", None),
            ("é€x", None),
        ] {
            assert_eq!(type_from_text(text), number, "{text}");
        }
    }
}
