//! Hostile or damaged input: each is an error, within limits of time and memory.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

use std::collections::HashMap;
use std::fmt::Write as _;

use octodns_yaml::{ErrorKind, LoadOptions, YamlError, load, load_bytes};

fn error(text: &str) -> ErrorKind {
    load(text, &LoadOptions::new("zone.yaml")).unwrap_err().kind
}

#[test]
fn deep_nesting_is_refused() {
    let depth = 10_000;
    for text in [
        "[".repeat(depth),
        "{a: ".repeat(depth),
        "- ".repeat(depth),
        (0..depth).map(|level| " ".repeat(level) + "a:\n").collect(),
        "? ".repeat(depth),
    ] {
        assert!(load(&text, &LoadOptions::new("zone.yaml")).is_err());
    }
}

#[test]
fn aliases_cannot_blow_up() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    let mut merges = String::from("a0: &a0 {x: 1}\n");
    for level in 1..40 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "a{level}: &a{level} [{aliases}]").unwrap();
        writeln!(merges, "a{level}: &a{level} {{<<: [{aliases}]}}").unwrap();
    }
    assert!(matches!(error(&text), ErrorKind::Limit { .. }));
    assert!(matches!(error(&merges), ErrorKind::Limit { .. }));
}

#[test]
fn nothing_contains_itself() {
    assert!(matches!(error("a: &x [*x]\n"), ErrorKind::Recursive));
    assert!(matches!(error("a: &x {b: *x}\n"), ErrorKind::Recursive));
    assert!(matches!(error("a: &x {<<: *x}\n"), ErrorKind::Limit { .. } | ErrorKind::Recursive));
    let _ = error("a: &x {=: *x}\n");
    let files = HashMap::from([
        ("a.yaml".to_owned(), "x: !include b.yaml\n".to_owned()),
        ("b.yaml".to_owned(), "<<: !include a.yaml\n".to_owned()),
    ]);
    let options = LoadOptions::new("a.yaml").include(&files);
    let error = load(&files["a.yaml"], &options).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::IncludeCycle(_)), "{error}");
}

#[test]
fn includes_cannot_multiply() {
    let mut files = HashMap::new();
    for level in 0..20 {
        let include = format!("!include {}.yaml", level + 1);
        files.insert(format!("{level}.yaml"), format!("[{}]\n", vec![include; 20].join(", ")));
    }
    files.insert("20.yaml".to_owned(), "x\n".to_owned());
    let options = LoadOptions::new("0.yaml").include(&files);
    let error = load(&files["0.yaml"], &options).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Limit { .. }), "{error}");
}

/// A document of few bytes that would be many: aliases of a long text, and one file included often.
#[test]
fn text_cannot_multiply() {
    fn limited(file: &str) -> LoadOptions<'_> {
        let mut options = LoadOptions::new(file);
        (options.limits.alias_nodes, options.limits.alias_bytes) = (20_000, 64 << 10);
        options
    }
    let aliases = |text: usize, count: usize| {
        format!("a: &x {}\nb: [{}]\n", "y".repeat(text), vec!["*x"; count].join(", "))
    };
    for (text, count, fine) in [(1 << 10, 50, true), (1 << 10, 100, false), (10, 1000, true)] {
        let text = aliases(text, count);
        let loaded = load(&text, &limited("a.yaml"));
        let is_limit = |error: YamlError| matches!(error.kind, ErrorKind::Limit { .. });
        assert_eq!(loaded.err().map(is_limit), (!fine).then_some(true), "{count}");
    }
    for (text, count, fine) in [
        (format!("- {}\n", "y".repeat(1 << 10)), 50, true),
        (format!("- {}\n", "y".repeat(1 << 10)), 100, false),
        ("- y\n".repeat(1000), 15, true),
        ("- y\n".repeat(1000), 30, false),
        // Not for the fast reader.
        ("- [y]\n".repeat(500), 30, false),
        ("- [y]\n".repeat(500), 10, true),
    ] {
        // The names of files do not matter.
        let name = |index: usize| format!("{index}.yaml");
        let files: HashMap<String, String> =
            (0..count).map(|index| (name(index), text.clone())).collect();
        let main: String = (0..count)
            .map(|index| format!("a{index}: !include {}\n", name(index)))
            .collect::<Vec<_>>()
            .concat();
        let loaded = load(&main, &limited("main.yaml").include(&files));
        let is_limit = |error: YamlError| matches!(error.kind, ErrorKind::Limit { .. });
        assert_eq!(loaded.err().map(is_limit), (!fine).then_some(true), "{count}");
    }
}

/// What adds a lot waits for others that do; a document that adds little does not.
#[test]
fn heavy_documents_are_read_one_at_a_time() {
    let turn = std::sync::Mutex::new(());
    let held = turn.lock().unwrap();
    std::thread::scope(|scope| {
        let read = |count: usize| {
            let (text, turn) = (format!("a: &x y\nb: [{}]\n", vec!["*x"; count].join(", ")), &turn);
            scope.spawn(move || {
                let mut options = LoadOptions::new("a.yaml");
                options.one_at_a_time = Some(turn);
                load(&text, &options).is_ok()
            })
        };
        let (light, heavy) = (read(1000), read(500_000));
        assert!(light.join().unwrap());
        assert!(!heavy.is_finished());
        drop(held);
        assert!(heavy.join().unwrap());
    });
    assert!(turn.try_lock().is_ok());
}

#[test]
fn a_zone_cut_off_anywhere_is_an_error_or_ends_at_a_value() {
    let text = include_str!("seeds/zone.yaml");
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        let _ = load(&text[..end], &LoadOptions::new("zone.yaml"));
    }
}

#[test]
fn bytes_that_are_not_text_are_refused_with_their_line() {
    let options = LoadOptions::new("zone.yaml");
    let error = load_bytes(b"a: 1\nb: \xff\n", &options).unwrap_err();
    assert_eq!(error.origin.line, 2);
    assert!(matches!(error.kind, ErrorKind::Encoding { utf16: false }));
    let error = load_bytes(b"\xff\xfea\0", &options).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Encoding { utf16: true }));
    assert!(matches!(load("a: \0", &options).unwrap_err().kind, ErrorKind::Character('\0')));
}

#[test]
fn a_byte_order_mark_and_other_line_ends_are_fine() {
    let document = load("\u{feff}a: 1\r\nb: 2\r\n", &LoadOptions::new("zone.yaml")).unwrap();
    assert_eq!(document.root.get("b").and_then(octodns_core::Value::as_int), Some(2));
}

#[test]
fn huge_scalars_are_read_in_linear_time() {
    let long = "x ".repeat(2_000_000);
    for text in [format!("a: {long}\n"), format!("a: '{long}'\n"), format!("a: |\n  {long}\n")] {
        assert!(load(&text, &LoadOptions::new("zone.yaml")).is_ok());
    }
    assert!(load(&format!("a: {}\n", "9".repeat(1_000_000)), &LoadOptions::new("x")).is_err());
}
