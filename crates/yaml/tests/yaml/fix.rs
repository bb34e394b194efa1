//! Sorting keys, held against any text: it never panics, and changes nothing but the order.

use octodns_core::Value;
use octodns_core::value::{Kind, Map, Special, python_str};
use octodns_yaml::{LoadOptions, Order, load, sort_keys};
use proptest::prelude::*;

/// Parts of lines that have a say in where entries start and end.
fn part() -> impl Strategy<Value = String> {
    let parts = [
        "a:",
        "b:",
        "'*':",
        "'':",
        "\"q\":",
        "10:",
        "a9:",
        "? c",
        ": d",
        "- ",
        "- - ",
        "|",
        ">+",
        "|2-",
        ">-",
        "{b: 1, a: 2}",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "&x ",
        "*x",
        "<<: ",
        "!!set ",
        "!!str ",
        "# note",
        " # note",
        "''",
        "'x'",
        "1",
        "x y",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\n  ",
        "\n    ",
        "\n   - ",
        " ",
        "  ",
        "\t",
        "---\n",
        "...\n",
        "é",
        "~",
    ];
    proptest::sample::select(parts.map(str::to_owned).to_vec())
}

/// Texts of which many are YAML: lines of keys and values, some of them odd.
fn text() -> impl Strategy<Value = String> {
    let key =
        proptest::sample::select(vec!["a", "b", "c", "'*'", "''", "a10", "a9", "? d\n", "<<"]);
    let value = proptest::sample::select(vec![
        " 1",
        " &x 2",
        " *x",
        "",
        " >+\n",
        " |\n      x",
        " >-2\n       y",
        " {b: 1, # c\n      a: 2}",
        " [1,\n     2]",
        " {b: , a}",
        " 'x\n\n      y'",
        " # note",
        " x\n      z",
        " |+\n      x\n\n",
        " !!set {b, a}",
    ]);
    let indent = proptest::sample::select(vec!["", "  ", "    ", "- ", "  - ", "# ", "\n", "  # "]);
    let line =
        (indent, key, value).prop_map(|(indent, key, value)| format!("{indent}{key}:{value}"));
    let ending = proptest::sample::select(vec!["\n", "\r\n"]);
    let lines = (proptest::collection::vec(line, 0..8), ending, any::<bool>());
    let lines = lines.prop_map(|(lines, ending, ends)| {
        let text = lines.join("\n") + if ends { "\n" } else { "" };
        text.replace('\n', ending)
    });
    let any = proptest::collection::vec(part(), 0..24).prop_map(|parts| parts.concat());
    prop_oneof![2 => lines, 1 => any]
}

/// A value whose mappings are in order, as text.
fn sorted(value: &Value<'_>) -> String {
    match &value.kind {
        Kind::Map(map) => sorted_map(map),
        Kind::List(values) => format!("{:?}", values.iter().map(sorted).collect::<Vec<_>>()),
        Kind::Special(special) => match &**special {
            Special::Set(keys) => sorted_all(keys.iter().map(sorted).collect()),
            _ => python_str(value),
        },
        _ => format!("{} {}", value.kind_name(), python_str(value)),
    }
}

fn sorted_map(map: &Map<'_>) -> String {
    sorted_all(
        map.iter().map(|(key, value)| format!("{}: {}", sorted(key), sorted(value))).collect(),
    )
}

fn sorted_all(mut entries: Vec<String>) -> String {
    entries.sort();
    format!("{entries:?}")
}

/// What is not a blank, in any order.
fn characters(text: &str) -> Vec<char> {
    let mut found: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    found.sort_unstable();
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn only_the_order_changes(text in text()) {
        let options = LoadOptions::new("a.yaml");
        if let Ok(Some(changed)) = sort_keys(&text, Order::Natural, &options) {
            let (before, after) = (load(&text, &options).unwrap(), load(&changed, &options).unwrap());
            prop_assert_eq!(sorted(&before.root), sorted(&after.root));
            // A block text that was last without a line end says so in its header elsewhere.
            if text.ends_with(['\n', '\r']) {
                prop_assert_eq!(characters(&text), characters(&changed));
            }
            prop_assert_eq!(sort_keys(&changed, Order::Natural, &options), Ok(None));
        }
    }
}
