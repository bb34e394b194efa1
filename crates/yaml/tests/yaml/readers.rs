//! The fast and the full reader read the same, to the column, and neither ever panics.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

use std::sync::Arc;

use octodns_core::Value;
use octodns_core::value::Map;
use octodns_yaml::{Entries, LoadOptions, Order, load, load_bytes, load_entries};
use proptest::prelude::*;

const SEEDS: [&str; 3] = [
    include_str!("seeds/zone.yaml"),
    "a:\n  b: 1\n  c:\n  - d\n  - e: 'f'\n    g: \"h\"\n'i': j\n",
    "- - a\n  - b: c\n    d:\n- e: f\n  ? g\n  : h\n- |\n  block\n- >-\n  folded\n\n  text\n- !!str 1\n- *x\n",
];

/// The result of a reader, in full detail; `None` if it failed.
fn read(text: &str, order: Option<Order>, thorough: bool) -> Option<String> {
    let mut options = LoadOptions::new("zone.yaml").order(order).warn_duplicates();
    options.thorough = thorough;
    let document = load(text, &options).ok()?;
    Some(format!("{:?} {:?}", document.root, document.report))
}

/// The entries that are passed on one by one, put together again.
#[derive(Default)]
struct Collected<'a>(Vec<(Value<'a>, Value<'a>)>);

impl<'a> Entries<'a> for Collected<'a> {
    fn entry(&mut self, _files: &[Arc<str>], key: &Value<'a>, value: Value<'a>) {
        self.0.push((key.clone(), value));
    }

    fn forget(&mut self) {
        self.0.clear();
    }
}

/// The result of a reader without the position of the root, which entries do not have.
fn read_entries(text: &str, order: Option<Order>, by_entry: bool) -> Option<String> {
    let options = LoadOptions::new("zone.yaml").order(order).warn_duplicates();
    let mut document = if by_entry {
        let mut entries = Collected::default();
        let mut document = load_entries(text, &options, &mut entries).ok()?;
        if !entries.0.is_empty() {
            document.root = Map::from_entries(entries.0).into();
        }
        document
    } else {
        load(text, &options).ok()?
    };
    if document.root.as_map().is_some_and(Map::is_empty) {
        document.root = Value::NULL;
    }
    Some(format!("{:?} {:?}", document.root.kind, document.report))
}

fn assert_same(text: &str) {
    for order in [None, Some(Order::Natural), Some(Order::Simple)] {
        let (fast, full) = (read(text, order, false), read(text, order, true));
        assert_eq!(fast, full, "{text:?}");
        let (entries, whole) = (read_entries(text, order, true), read_entries(text, order, false));
        assert_eq!(entries, whole, "{text:?}");
    }
}

/// A random number generator with the same output on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % end.max(1)
    }
}

/// Strings that have a meaning in YAML.
const PIECES: [&str; 40] = [
    " ",
    "  ",
    "\n",
    "\n\n",
    "- ",
    "-",
    ": ",
    ":",
    "#",
    " # c\n",
    "'",
    "\"",
    "''",
    "\\",
    "\\\\",
    "?",
    "? ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&x ",
    "*x",
    "!include x",
    "|",
    ">",
    "%",
    "---\n",
    "...\n",
    "a",
    "é",
    "1",
    "0x",
    "<<",
    "=",
    "~",
    "\t",
    "\r\n",
    "\u{2028}",
];

fn mutate(text: &str, random: &mut Random) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(3) {
        let at = random.below(characters.len() + 1);
        let end = (at + random.below(4)).min(characters.len());
        match random.below(4) {
            0 => {
                characters.drain(at..end);
            }
            1 => {
                let copy: Vec<char> = characters[at..end].to_vec();
                let to = random.below(characters.len() + 1);
                characters.splice(to..to, copy);
            }
            2 => characters.truncate(at.max(1)),
            _ => {
                let piece = PIECES[random.below(PIECES.len())];
                characters.splice(at..at, piece.chars());
            }
        }
    }
    characters.into_iter().collect()
}

fn run_mutations(rounds: usize) {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for round in 0..rounds {
        assert_same(&mutate(SEEDS[round % SEEDS.len()], &mut random));
    }
}

#[test]
fn mutated_zones_read_the_same_either_way() {
    // For a longer run: `OCTODNS_MUTATIONS=1000000 cargo test -p octodns-yaml`.
    let rounds = option_env!("OCTODNS_MUTATIONS").and_then(|rounds| rounds.parse().ok());
    run_mutations(rounds.unwrap_or(6_000));
}

#[test]
fn arbitrary_bytes_do_not_panic() {
    let mut random = Random(7);
    for round in 0..3_000 {
        let mut bytes = SEEDS[round % SEEDS.len()].as_bytes().to_vec();
        for _ in 0..=random.below(5) {
            let at = random.below(bytes.len());
            bytes[at] = random.below(256).to_le_bytes()[0];
        }
        let _ = load_bytes(&bytes, &LoadOptions::new("zone.yaml"));
    }
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9._=-]{1,8}",
        "'[a-z0-9 :#]{0,8}'",
        "\"[a-z0-9 :#]{0,8}\"",
        "[a-z]{1,4} [a-z:]{1,4}",
        Just("yes".to_owned()),
        Just("\"a\\\\b\\\"\"".to_owned()),
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof!["[a-cé]{1,2}[0-9]{0,2}", "'[a-c*]{0,2}'", "[0-9]{1,2}"]
}

/// A block of lines, without indentation.
fn block() -> impl Strategy<Value = Vec<String>> {
    let leaf = prop::collection::vec((key(), scalar()), 1..4)
        .prop_map(|entries| entries.iter().map(|(key, value)| format!("{key}: {value}")).collect());
    leaf.prop_recursive(4, 40, 4, |inner: BoxedStrategy<Vec<String>>| {
        let nested = prop::collection::vec((key(), inner.clone(), 0_usize..3), 1..4);
        let mapping = nested.prop_map(|entries| {
            let mut lines = Vec::new();
            for (key, inner, indent) in entries {
                lines.push(format!("{key}:"));
                let deeper = if inner[0].starts_with('-') { indent } else { indent + 1 };
                lines.extend(inner.iter().map(|line| format!("{}{line}", " ".repeat(deeper))));
            }
            lines
        });
        let sequence = prop::collection::vec(inner, 1..4).prop_map(|elements| {
            let mut lines = Vec::new();
            for inner in elements {
                for (index, line) in inner.iter().enumerate() {
                    lines.push(format!("{}{line}", if index == 0 { "- " } else { "  " }));
                }
            }
            lines
        });
        prop_oneof![mapping, sequence]
    })
}

proptest! {
    #[test]
    fn generated_zones_read_the_same_either_way(lines in block()) {
        assert_same(&(lines.join("\n") + "\n"));
    }
}
