//! Tests the import checks with made-up crates.

use super::paths::{Read, read};
use super::*;
use crate::tidy::tests::tree;

fn read_in(module: &str, text: &str) -> Read {
    let modules = ["", "a", "a::b", "a::c", "d"].map(path);
    read(text, &path(module), &modules.into()).unwrap()
}

fn used(module: &str, text: &str) -> Vec<String> {
    read_in(module, text).uses.iter().map(|used| used.path.join("::")).collect()
}

#[test]
fn paths_are_resolved_from_the_root_everywhere() {
    for (module, text, expected) in [
        ("a", "use crate::d::D;", &["d::D"][..]),
        ("a::b", "use super::{X, c::{self, Y as Z}};", &["a::X", "a::c", "a::c::Y"]),
        ("a::b", "use super::super::d::*;", &["d"]),
        ("a", "use self::b::B; use c::C; use std::fmt;", &["a::b::B", "a::c::C"]),
        ("a", "fn f() { let x: b::X = crate::d::f::<u8>(c::Y); }", &["a::b::X", "d::f", "a::c::Y"]),
        ("a", "fn f() { assert_eq!(super::d::f(), json!({\"k\": b::K})); }", &["d::f", "a::b::K"]),
        ("a", "mod e { use super::b::B; }", &["a::b::B"]),
        ("a", "macro_rules! m { () => { $crate::d::f() } }", &["d::f"]),
        // Not paths from here.
        ("a", "pub(crate) fn f(b: B) { x.b::<u8>(); <T as U>::b::c(); }", &[]),
        (
            "a",
            "/// [`crate::d::D`]\nfn f() { \"crate::d\"; r#\"super::d\"#; 'c'; /* d::D */ }",
            &[],
        ),
        ("a", "use serde::b::B;", &[]),
    ] {
        assert_eq!(used(module, text), expected, "{text}");
    }
}

#[test]
fn code_for_tests_is_left_out() {
    let text = "#[cfg(test)]\nmod tests { use crate::d::D; }\n#[cfg(test)] use super::d::{D, E};\n\
                #[cfg(test)]\nmod b;\n#[derive(Debug)]\nstruct S(c::C);";
    let read = read_in("a", text);
    assert_eq!(read.tests, [path("a::tests"), path("a::b")]);
    let uses: Vec<_> = read.uses.iter().map(|used| used.path.join("::")).collect();
    assert_eq!(uses, ["a::c::C"]);
}

#[test]
fn cycles_are_found_at_the_top_in_folders_and_through_reexports() {
    for (files, circle) in [
        (
            &[
                ("a.rs", "use crate::b::B;"),
                ("b.rs", "use crate::c::C;"),
                ("c.rs", "\nuse crate::a::A;"),
            ][..],
            "a circle: crates/x/src/a.rs:1 uses b, crates/x/src/b.rs:1 uses c, crates/x/src/c.rs:2 uses a",
        ),
        (
            &[("a/mod.rs", ""), ("a/b.rs", "use super::c::C;"), ("a/c.rs", "use super::b::B;")],
            "a circle: crates/x/src/a/b.rs:1 uses c, crates/x/src/a/c.rs:1 uses b",
        ),
        (
            &[("lib.rs", "pub use b::B;"), ("a.rs", "use crate::B;"), ("b.rs", "use crate::a::A;")],
            "a circle: crates/x/src/a.rs:1 uses b, crates/x/src/b.rs:1 uses a",
        ),
        (
            &[("lib.rs", "const X: u8 = a::f();"), ("a.rs", "use crate::X;")],
            "a circle: crates/x/src/lib.rs:1 uses a, crates/x/src/a.rs:1 uses the root",
        ),
    ] {
        assert_eq!(no_circles(&crate_of(files)), [circle]);
    }
    let fine = [
        ("lib.rs", "pub use a::A; pub use b::B;"),
        ("a/mod.rs", "mod c; pub use c::C; use c::D; use crate::b::B;"),
        ("a/c.rs", "use super::E; #[cfg(test)] mod tests { use crate::b::B; }"),
        ("b.rs", "#[cfg(test)] mod tests { use crate::A; }"),
    ];
    assert_eq!(no_circles(&crate_of(&fine)), [] as [&str; 0]);
}

#[test]
fn a_dependency_on_a_higher_layer_is_refused() {
    let mut files: Vec<(&str, &str)> = vec![
        ("zone/mod.rs", "use crate::engine::plan;\nuse crate::value::Value;"),
        ("engine/mod.rs", "use crate::zone::Zone;"),
        ("cellar.rs", ""),
    ];
    let named = floors::CORE.iter().copied().flatten();
    let others: Vec<_> = named
        .map(|name| format!("{}.rs", name.replace("::", "/")))
        .filter(|file| !["zone.rs", "engine.rs"].contains(&file.as_str()))
        .collect();
    files.extend(others.iter().map(|file| (file.as_str(), "")));
    let files: Vec<_> = files.iter().map(|(file, text)| (format!("{CORE}{file}"), *text)).collect();
    let files: Vec<_> = files.iter().map(|(file, text)| (file.as_str(), *text)).collect();
    assert_eq!(
        no_arrow_up(&tree(&files)),
        [
            "crates/core/src/cellar: has no floor",
            "crates/core/src/zone/mod.rs:1: uses engine, which stands above it"
        ]
    );
}

fn crate_of(files: &[(&str, &str)]) -> Tree {
    let files: Vec<_> =
        files.iter().map(|(file, text)| (format!("crates/x/src/{file}"), *text)).collect();
    tree(&files.iter().map(|(file, text)| (file.as_str(), *text)).collect::<Vec<_>>())
}
