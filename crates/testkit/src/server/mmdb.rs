//! A MaxMind database (format 2.0) that assigns this machine's addresses to places.

use std::net::Ipv4Addr;

/// Network, prefix length, continent, country, subdivision (or none).
type Place = ([u8; 4], u8, &'static str, &'static str, &'static str);

const PLACES: &[Place] = &[
    ([127, 0, 0, 0], 10, "EU", "SE", ""),
    ([127, 64, 0, 0], 10, "NA", "US", "CA"),
    ([127, 128, 0, 0], 10, "AS", "JP", ""),
    ([127, 192, 0, 0], 10, "SA", "BR", ""),
    ([192, 0, 2, 0], 24, "EU", "GB", ""),
    ([198, 51, 100, 0], 24, "NA", "US", "VA"),
    ([203, 0, 113, 0], 24, "OC", "AU", ""),
];

/// The zero bytes between the tree and the data.
const SEPARATOR: usize = 16;

/// The bytes of the database.
pub(super) fn geography() -> Vec<u8> {
    let mut tree = vec![[Branch::Nothing; 2]];
    let mut data = Vec::new();
    for (network, length, continent, country, subdivision) in PLACES {
        let offset = data.len();
        data.extend(place(continent, country, subdivision));
        insert(&mut tree, u32::from(Ipv4Addr::from(*network)), *length, offset);
    }
    let mut bytes = Vec::new();
    for node in &tree {
        for branch in node {
            // Records of 24 bits: a node number, or after those "nothing", or after that an offset into the
            // data.
            let record = match branch {
                Branch::Nothing => tree.len(),
                Branch::Node(node) => *node,
                Branch::Data(offset) => tree.len() + SEPARATOR + offset,
            };
            bytes.extend(&u32::try_from(record).unwrap_or(u32::MAX).to_be_bytes()[1..]);
        }
    }
    bytes.extend([0; SEPARATOR]);
    bytes.extend(data);
    bytes.extend(b"\xab\xcd\xefMaxMind.com");
    bytes.extend(metadata(tree.len()));
    bytes
}

#[derive(Clone, Copy)]
enum Branch {
    Nothing,
    Node(usize),
    Data(usize),
}

fn insert(tree: &mut Vec<[Branch; 2]>, network: u32, length: u8, offset: usize) {
    let mut node = 0;
    for depth in 0..length {
        let bit = usize::from(network & (1 << (31 - depth)) != 0);
        if depth + 1 == length {
            tree[node][bit] = Branch::Data(offset);
        } else if let Branch::Node(next) = tree[node][bit] {
            node = next;
        } else {
            tree.push([Branch::Nothing; 2]);
            tree[node][bit] = Branch::Node(tree.len() - 1);
            node = tree.len() - 1;
        }
    }
}

fn place(continent: &str, country: &str, subdivision: &str) -> Vec<u8> {
    let mut entries = vec![
        (text("continent"), map(vec![(text("code"), text(continent))])),
        (text("country"), map(vec![(text("iso_code"), text(country))])),
    ];
    if !subdivision.is_empty() {
        let of = map(vec![(text("iso_code"), text(subdivision))]);
        entries.push((text("subdivisions"), array(&[of])));
    }
    map(entries)
}

fn metadata(nodes: usize) -> Vec<u8> {
    map(vec![
        (text("binary_format_major_version"), number(5, 2)),
        (text("binary_format_minor_version"), number(5, 0)),
        // Type 9, one byte: the exact time does not matter.
        (text("build_epoch"), vec![1, 9 - 7, 1]),
        (text("database_type"), text("GeoLite2-City")),
        (text("description"), map(vec![(text("en"), text("loopback"))])),
        (text("ip_version"), number(5, 4)),
        (text("languages"), array(&[text("en")])),
        (text("node_count"), number(6, nodes)),
        (text("record_size"), number(5, 24)),
    ])
}

/// A control byte: the type in three bits and the size in five; longer text has another byte for its length.
fn text(text: &str) -> Vec<u8> {
    let size = text.len();
    let mut bytes = match u8::try_from(size) {
        Ok(size @ 0..29) => vec![0b0100_0000 | size],
        size => vec![0b0101_1101, size.unwrap_or(u8::MAX).saturating_sub(29)],
    };
    bytes.extend(text.as_bytes());
    bytes
}

fn map(entries: Vec<(Vec<u8>, Vec<u8>)>) -> Vec<u8> {
    let mut bytes = vec![0b1110_0000 | u8::try_from(entries.len()).unwrap_or(u8::MAX)];
    for (key, value) in entries {
        bytes.extend(key);
        bytes.extend(value);
    }
    bytes
}

/// Type 11; types above 7 are written as 0, with the type minus seven in the next byte.
fn array(items: &[Vec<u8>]) -> Vec<u8> {
    let size = u8::try_from(items.len()).unwrap_or(u8::MAX);
    [vec![size, 11 - 7], items.concat()].concat()
}

/// A number of two bytes (type 5) or four (type 6).
fn number(kind: u8, number: usize) -> Vec<u8> {
    let bytes = u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes();
    let size = if kind == 5 { 2 } else { 4 };
    [vec![kind << 5 | size], bytes[4 - usize::from(size)..].to_vec()].concat()
}
