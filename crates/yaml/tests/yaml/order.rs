//! Sorting a file changes the order of its keys and nothing else, whatever the file.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]
#![expect(clippy::disallowed_methods, reason = "the environment tells where the corpus is")]

use std::collections::HashMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use octodns_core::Value;
use octodns_core::value::Kind;
use octodns_yaml::{LoadOptions, Order, load, sort_keys};
use proptest::prelude::*;

/// The content of a text, regardless of the order of keys.
fn said(value: &Value<'_>) -> String {
    match &value.kind {
        Kind::Map(map) => {
            let entry = |(key, value): &(Value<'_>, _)| format!("{}: {}", said(key), said(value));
            let mut entries: Vec<_> = map.iter().map(entry).collect();
            entries.sort();
            format!("{{{}}}", entries.join(", "))
        }
        Kind::List(values) => {
            format!("[{}]", values.iter().map(said).collect::<Vec<_>>().join(", "))
        }
        kind => format!("{kind:?}"),
    }
}

fn is_in_order(text: &str, order: Order, options: &LoadOptions<'_>) -> bool {
    load(text, &options.clone().order(Some(order))).is_ok_and(|read| !read.report.has_errors())
}

/// All visible characters of a text, sorted: they may move, but none may disappear.
fn pieces(text: &str) -> Vec<char> {
    let mut pieces: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    pieces.sort_unstable();
    pieces
}

/// Comments that name the entry they belong to are above it.
fn assert_comments_are_above_their_entries(text: &str) {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    for pair in lines.windows(2) {
        if let Some((_, name)) = pair[0].split_once("# above ") {
            let key = pair[1].trim_start_matches("- ");
            assert!(key.starts_with(&format!("{name}:")), "{name}:\n{text}");
        }
    }
}

/// Sorts a text, and checks the result; returns whether it was possible.
fn check(text: &str, order: Order, options: &LoadOptions<'_>) -> bool {
    match sort_keys(text, order, options) {
        Ok(None) => {
            let read = load(text, &options.clone().order(Some(order)));
            // What is out of order in an included file belongs to that file.
            let mut found = read.iter().flat_map(|read| &read.report);
            let own = found.find(|found| found.origin.file.as_ref() == Some(&options.file));
            assert_eq!(own, None, "{text}");
        }
        Ok(Some(changed)) => {
            assert!(is_in_order(&changed, order, options), "{text}\n->\n{changed}");
            let (before, after) = (load(text, options).unwrap(), load(&changed, options).unwrap());
            assert_eq!(said(&before.root), said(&after.root), "{text}\n->\n{changed}");
            let mut expected = pieces(text);
            if pieces(&changed).len() > expected.len() && !text.ends_with(['\n', '\r']) {
                // A block scalar at the end of the file has no newline, and its header now says so.
                expected.push('-');
                expected.sort_unstable();
            }
            assert_eq!(expected, pieces(&changed), "{text}\n->\n{changed}");
            assert_comments_are_above_their_entries(&changed);
            assert_eq!(sort_keys(&changed, order, options), Ok(None), "{text}\n->\n{changed}");
        }
        Err(found) => {
            assert_eq!(found.code, "yaml-order");
            return false;
        }
    }
    true
}

/// Names that sort differently in natural order and by character.
const NAMES: [&str; 12] =
    ["a", "b", "a10", "a9", "''", "'*'", "_dmarc", "10", "9", "www", "ä", "x.y"];

/// A value as it is written after its key, at this indentation.
fn value(depth: usize) -> impl Strategy<Value = String> {
    let indent = " ".repeat(depth);
    let leaf = prop_oneof![
        Just(" 192.0.2.1".to_owned()),
        Just(String::new()),
        Just(" 'quoted: # text'  # why".to_owned()),
        Just(" \"two\n      lines\"".to_owned()),
        Just(" [1, {b: 2, a: 1}]".to_owned()),
        Just(" {c: 1, b: [x], a: {z: 1, y: 2}}".to_owned()),
        braces(depth),
        Just(format!(" |\n{indent}  block # text\n\n{indent}  more")),
        Just(format!(" >-\n{indent}  folded\n{indent}  text\n")),
        Just(format!("\n{indent}- one\n{indent}# between\n{indent}- two")),
    ];
    if depth > 6 {
        return leaf.boxed();
    }
    let nested = mapping(depth + 2).prop_map(|text| format!("\n{text}"));
    let item_indent = indent.clone();
    let items = prop::collection::vec(mapping(depth + 4), 1..3).prop_map(move |items| {
        let mut text = String::new();
        for item in items {
            let first = item.find(|c| c != ' ').unwrap_or(0);
            // Comments above the first key cannot share the line of the dash.
            let compact = !item.trim_start().starts_with('#') && !item.starts_with('\n');
            if compact {
                write!(text, "\n{item_indent}  - {}", &item[first..]).unwrap();
            } else {
                write!(text, "\n{item_indent}  -\n{item}").unwrap();
            }
        }
        text
    });
    prop_oneof![3 => leaf, 1 => nested, 1 => items].boxed()
}

/// A mapping in braces, with its entries on separate lines or not, and with comments.
fn braces(depth: usize) -> impl Strategy<Value = String> {
    let indent = " ".repeat(depth + 2);
    let above = prop_oneof![
        2 => Just(String::new()),
        2 => Just(format!("\n{indent}")),
        1 => Just(format!("\n{indent}# above NAME\n{indent}")),
        1 => Just(format!("\n\n{indent}# apart\n\n{indent}")),
    ];
    let behind = prop_oneof![2 => Just(""), 1 => Just(" "), 1 => Just(" # behind NAME\n")];
    let value = prop_oneof![Just("1"), Just("'# x'"), Just("{b: 1, # b\n       a: 2}")];
    let entry = (prop::sample::select(&["a", "b", "c", "d"][..]), above, value, behind);
    (prop::collection::vec(entry, 1..5), any::<bool>()).prop_map(move |(entries, comma)| {
        let (mut seen, mut text) = (Vec::new(), String::from(" {"));
        let count = entries.len();
        for (index, (name, above, value, behind)) in entries.into_iter().enumerate() {
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            // A comment after an entry ends its line.
            let at_line_start = text.ends_with('\n');
            let above = if text.ends_with('\n') && above.is_empty() { &*indent } else { &above };
            let above = if at_line_start { above.trim_start_matches('\n') } else { above };
            let comma = if comma || index + 1 < count { "," } else { "" };
            write!(text, "{}{name}: {value}{comma}", above.replace("NAME", name)).unwrap();
            text.push_str(&behind.replace("NAME", name));
        }
        if text.ends_with('\n') { text + &indent + "}" } else { text + "}" }
    })
}

/// A block mapping with this indentation, without the newline of its last line.
fn mapping(depth: usize) -> BoxedStrategy<String> {
    let indent = " ".repeat(depth);
    let above = prop_oneof![
        4 => Just(String::new()),
        1 => Just(format!("{indent}# above NAME\n")),
        1 => Just("\n".to_owned()),
        1 => Just(format!("\n{indent}# apart\n\n")),
        1 => Just(format!("{indent}# below\n\n{indent}# above NAME\n")),
        1 => Just(format!("{indent}  # deeper\n")),
    ];
    let entry = (prop::sample::select(&NAMES[..]), above, value(depth));
    let entries = prop::collection::vec(entry, 1..5);
    entries
        .prop_map(move |entries| {
            let mut seen = Vec::new();
            let mut lines = Vec::new();
            for (name, above, value) in entries {
                // Above the first entry it could become a line of a block scalar that is put before it.
                let above = if seen.is_empty() { above.replace("  # deeper", "") } else { above };
                if !seen.contains(&name) {
                    seen.push(name);
                    let above = above.replace("NAME", name);
                    lines.push(format!("{above}{indent}{name}:{value}"));
                }
            }
            lines.join("\n")
        })
        .boxed()
}

/// A file: byte order mark, start, line endings, with or without a final newline.
fn file() -> impl Strategy<Value = String> {
    let start = prop_oneof![
        Just(""),
        Just("---\n"),
        Just("# head\n\n"),
        Just("\u{feff}---\n"),
        Just("%YAML 1.1\n---\n# zone\n")
    ];
    let end = prop_oneof![Just("\n"), Just(""), Just("\n\n# end\n"), Just("\n...\n")];
    let ending = prop_oneof![2 => Just("\n"), 1 => Just("\r\n")];
    (start, mapping(0), end, ending)
        .prop_map(|(start, text, end, ending)| format!("{start}{text}{end}").replace('\n', ending))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn files_can_be_put_in_order(text in file(), simple in any::<bool>()) {
        let options = LoadOptions::new("zone.yaml");
        prop_assert!(load(&text, &options).is_ok(), "{text}");
        let order = if simple { Order::Simple } else { Order::Natural };
        // Numbers and text cannot be compared by character.
        let hopeless = simple && (text.contains("10:") || text.contains("9:"));
        prop_assert!(check(&text, order, &options) || hopeless, "{text}");
    }
}

/// The files that octoDNS' own loader was run on.
#[test]
fn files_of_the_corpus_can_be_put_in_order() {
    let corpus = std::env::var_os("OCTODNS_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"),
        Into::into,
    );
    let mut seen = [0, 0];
    for file in ["order", "block", "include"] {
        let path = corpus.join(format!("yaml/{file}.jsonl"));
        let Ok(cases) = fs::read_to_string(&path) else {
            eprintln!("{} is not there, its cases are not run", path.display());
            return;
        };
        for line in cases.lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            let files: HashMap<String, String> =
                serde_json::from_value(case["files"].clone()).unwrap();
            let options = LoadOptions::new("main.yaml").include(&files);
            for (order, name) in [(Order::Natural, "natural"), (Order::Simple, "simple")] {
                if case[name]["out_of_order"] == true {
                    let done = check(&files["main.yaml"], order, &options);
                    seen[usize::from(done)] += 1;
                    // Not sorted: what octoDNS itself cannot compare, merges, and included files.
                    let excused = files["main.yaml"].contains("<<")
                        || files.len() > 1
                        || case["natural"]["error"] == "TypeError";
                    assert!(done || excused, "{}: {}", case["id"], files["main.yaml"]);
                }
            }
        }
    }
    assert!(seen[1] > 20, "{seen:?}");
}
