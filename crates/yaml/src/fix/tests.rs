use std::collections::HashMap;

use super::*;

fn fixed(text: &str) -> Result<Option<String>, Box<Diagnostic>> {
    sort_keys(text, Order::Natural, &LoadOptions::new("a.yaml"))
}

fn check(text: &str, expected: &str) {
    let changed = fixed(text).unwrap_or_else(|found| panic!("{found}: {text}"));
    let changed = changed.unwrap_or_else(|| text.to_owned());
    assert_eq!(changed, expected, "of:\n{text}");
    assert_eq!(fixed(&changed), Ok(None), "once is enough:\n{changed}");
}

fn refusal(text: &str) -> String {
    fixed(text).unwrap_err().to_string()
}

#[test]
fn entries_move_and_nothing_else_does() {
    check("b: 1\na: 2\n", "a: 2\nb: 1\n");
    check("---\nb:  1 # one\na: 'x'\n...\n", "---\na: 'x'\nb:  1 # one\n...\n");
    check("a: 1\nb: 2\n", "a: 1\nb: 2\n");
    check("a10: 1\na9: 2\n", "a9: 2\na10: 1\n");
    check("# b: 1\na: x\n", "# b: 1\na: x\n");
    check("", "");
}

#[test]
fn nested_entries_move_within_what_moves() {
    check(
        "www:\n  type: A\n  ttl: 60\napi:\n  - value: x\n    type: A\n  - type: B\n    ttl: 1\n",
        "api:\n  - type: A\n    value: x\n  - ttl: 1\n    type: B\nwww:\n  ttl: 60\n  type: A\n",
    );
}

#[test]
fn comments_move_with_their_entries() {
    check(
        "# zone\n\n# the web\nwww: 1 # w\n# mail\nmail: 2\n\n# section\n\n  \nftp: 3\n  # more of ftp\n# end\n",
        "# zone\n\nftp: 3\n  # more of ftp\n# mail\nmail: 2\n\n# section\n\n  \n# the web\nwww: 1 # w\n# end\n",
    );
    check("b: 1\n# b\n\na: 2\n", "a: 2\n\nb: 1\n# b\n");
    check(
        "www:\n  # type\n  type: A\n  # ttl\n  ttl: 60\n  # end\nzzz: 1\n",
        "www:\n  # ttl\n  ttl: 60\n  # type\n  type: A\n  # end\nzzz: 1\n",
    );
}

#[test]
fn blank_lines_stay_where_they_are() {
    check("c: 1\n\nb: 2\na: 3\n\n\nd: 4\n", "a: 3\n\nb: 2\nc: 1\n\n\nd: 4\n");
}

#[test]
fn the_first_entry_of_an_item_shares_its_line() {
    check("- b: 1\n  a: 2\n", "- a: 2\n  b: 1\n");
    check(
        "x:\n  -   c: 1 # c\n      # a\n      a: 2\n\n      b: 3\n",
        "x:\n  -   # a\n      a: 2\n      b: 3\n\n      c: 1 # c\n",
    );
    check(
        "- - b: 1\n    a:\n    - d: 1\n      c: 2\n",
        "- - a:\n    - c: 2\n      d: 1\n    b: 1\n",
    );
}

#[test]
fn braces_keep_their_layout() {
    check("x: {b: 1,  a: [2, {d: 1, c: 2}] }\n", "x: {a: [2, {c: 2, d: 1}],  b: 1 }\n");
    check("{b: 1,\n  a: 2,\n}\n", "{a: 2,\n  b: 1,\n}\n");
    check("x: {b: , a}\n", "x: {a , b:}\n");
    check("x: {\"b\":1,\"a\":2}\n", "x: {\"a\":2,\"b\":1}\n");
}

#[test]
fn comments_in_braces_move_with_their_entries() {
    check(
        "x: {\n  # of b\n  b: 1, # b\n\n  # apart\n\n  # of a\n  # too\n  a: [2],\n  c: 3 # c\n}\n",
        "x: {\n  # of a\n  # too\n  a: [2],\n\n  # apart\n\n  # of b\n  b: 1, # b\n  c: 3 # c\n}\n",
    );
    check("x: {\n  b: 1, # b\n  a: 2 # a\n}\n", "x: {\n  a: 2, # a\n  b: 1 # b\n}\n");
    check("x: {\n  b: 1,  # b\n  a: 2,\n}\n", "x: {\n  a: 2,\n  b: 1,  # b\n}\n");
    // What was on the same line as a brace may need a new line.
    check("x: {b: 1, # one\n  a: 2}\n", "x: {a: 2,\n  b: 1 # one\n  }\n");
    check("x: {b: 1,\n  # of a\n  a: 2}\n", "x: {\n  # of a\n  a: 2,\n  b: 1}\n");
    check(
        "x: {c: 1, b: 2, # b\n  a: {e: 1, # e\n    d: 2}}\n",
        "x: {a: {d: 2,\n    e: 1 # e\n    }, b: 2, # b\n  c: 1}\n",
    );
    check("x: {b: 1, # b\r\n  a: 2\r\n}\r\n", "x: {a: 2,\r\n  b: 1 # b\r\n}\r\n");
    let told = refusal("x: {b: 1 # one\n  , a: 2}\n");
    assert!(told.contains("it is not clear which") && told.contains("a line of its own"));
}

#[test]
fn advice_about_merges_keeps_their_meaning() {
    let text = |merges: &str| {
        format!("a: &a {{x: 1, y: 1}}\nb: &b {{x: 2}}\nc:\n  c: 1\n{merges}  a: 1\n")
    };
    let twice = text("  <<: *a\n  <<: *b\n");
    let told = refusal(&twice);
    assert!(told.contains("used twice") && told.contains("the last one first"), "{told}");
    let once = text("  <<: [*b, *a]\n");
    let options = LoadOptions::new("a.yaml");
    let (twice, once) = (load(&twice, &options).unwrap(), load(&once, &options).unwrap());
    assert!(same(&twice.root, &once.root));
}

#[test]
fn lines_end_as_they_did() {
    check("b: 1\r\na:\r\n  - x\r\n", "a:\r\n  - x\r\nb: 1\r\n");
    check("b: 1\ra: 2\r", "a: 2\rb: 1\r");
    check("\u{feff}b: 1\na: 2\n", "\u{feff}a: 2\nb: 1\n");
    check("b: 1\na: 2", "a: 2\nb: 1");
    check("b: 1\r\na: 2", "a: 2\r\nb: 1");
    check("x:\n  b: 1\n  a: 2 # a", "x:\n  a: 2 # a\n  b: 1");
    check("b:\n  d: 1\n  c: 2\na:\n  f: 1\n  e: 2", "a:\n  e: 2\n  f: 1\nb:\n  c: 2\n  d: 1");
}

#[test]
fn block_text_stays_what_it_is() {
    check(
        "b: |\n  # no comment\n\n  x\n\n# a\na: >-\n  y\n  z\n",
        "# a\na: >-\n  y\n  z\n\nb: |\n  # no comment\n\n  x\n",
    );
    check("b: |+\n  x\n\na: 1\n", "a: 1\nb: |+\n  x\n\n");
    check("- b: |\n    x\n\n  a: 1\n", "- a: 1\n\n  b: |\n    x\n");
    check("- b: |+\n    x\n\n  a: 1\n", "- a: 1\n  b: |+\n    x\n\n");
    check("b: |\na: |2\n   x\n", "a: |2\n   x\nb: |\n");
    // Otherwise a newline would be missing at the end, or there would be one too many.
    check("b: |\n  x\na: 1", "a: 1\nb: |\n  x\n");
    check("b: 1\na: |-\n  x", "a: |-\n  x\nb: 1");
    check("b: 1\na: |\n  x", "a: |-\n  x\nb: 1");
    check("b: 1\na: >+2 # why\n   x", "a: >-2 # why\n   x\nb: 1");
    check("b:\n  d: 1\n  c: |\n    x", "b:\n  c: |-\n    x\n  d: 1");
}

#[test]
fn multi_line_text_moves_as_a_whole() {
    check(
        "b: one\n  two\n\n  three\n'a': \"x\n  # y\n  z\"\n",
        "'a': \"x\n  # y\n  z\"\nb: one\n  two\n\n  three\n",
    );
    check("b:\n- x\n# y\n- y\na:\n", "a:\nb:\n- x\n# y\n- y\n");
    check("b: [1,\n  # two\n  2]\na: 1\n", "a: 1\nb: [1,\n  # two\n  2]\n");
}

#[test]
fn keys_of_every_kind_are_put_in_order() {
    check("'b': 1\n\"a\": 2\n", "\"a\": 2\n'b': 1\n");
    check("10: 1\n9: 2\n", "9: 2\n10: 1\n");
    check("? b\n: 1\n? a\n: - 2\n", "? a\n: - 2\n? b\n: 1\n");
    check("é: 1\nz: 2\na: 3\n", "a: 3\nz: 2\né: 1\n".replace("z: 2\né: 1", "é: 1\nz: 2").as_str());
    check("!!str b: 1\n&x a: 2\nc: *x\n", "&x a: 2\n!!str b: 1\nc: *x\n");
    check("x: !!set\n  b:\n  a:\n", "x: !!set\n  a:\n  b:\n");
    assert!(refusal("a: 1\n.nan: 2\n2020-01-01: 3\n").contains("have no order"));
}

#[test]
fn the_last_duplicate_key_still_counts() {
    check("b: 1\nb: 2\na: 3\nb: 4\n", "a: 3\nb: 1\nb: 2\nb: 4\n");
}

#[test]
fn an_alias_stays_after_its_anchor() {
    check("c: &x 1\nb: 2\nd: *x\n", "b: 2\nc: &x 1\nd: *x\n");
    let told = refusal("b: &x 1\na: [*x]\n");
    assert!(told.contains("a.yaml:2:5") && told.contains("\"*x\" would come before"), "{told}");
    assert!(told.contains("the anchor is set here a.yaml:1:4"), "{told}");
    assert!(refusal("x:\n  b: {c: &x 1}\n  a: {*x : 1}\n").contains("would come before"));
}

#[test]
fn merged_keys_are_placed_by_their_first_key() {
    let base = "a: &a\n  ttl: 1\n  type: A\n";
    check(
        &format!("{base}b:\n  <<: *a\n  octodns: {{}}\n"),
        &format!("{base}b:\n  octodns: {{}}\n  <<: *a\n"),
    );
    // Its own `ttl` overrides the merged one, and stays after it.
    check(
        &format!("{base}b:\n  values: []\n  <<: *a\n  ttl: 2\n"),
        &format!("{base}b:\n  <<: *a\n  ttl: 2\n  values: []\n"),
    );
    check("x:\n  <<: {b: 1, a: 2}\n", "x:\n  <<: {a: 2, b: 1}\n");
    assert!(
        refusal(&format!("{base}b:\n  <<: *a\n  tuck: 1\n")).contains("other keys belong between")
    );
    assert!(refusal(&format!("{base}b:\n  <<: *a\n  <<: *a\n  a: 1\n")).contains("used twice"));
    // The merge comes last and wins; it cannot move before the `type` that it overrides.
    assert!(refusal(&format!("{base}b:\n  type: X\n  <<: *a\n")).contains("cannot be sorted"));
}

#[test]
fn included_files_are_sorted_separately() {
    let files: HashMap<String, String> =
        [("b.yaml".to_owned(), "d: 1\nc: 2\n".to_owned())].into_iter().collect();
    let options = LoadOptions::new("a.yaml").include(&files);
    let text = "y: 1\nx: !include b.yaml\n";
    let fixed = sort_keys(text, Order::Natural, &options);
    assert_eq!(fixed, Ok(Some("x: !include b.yaml\ny: 1\n".to_owned())));
    let text = "x: !include b.yaml\n";
    assert_eq!(sort_keys(text, Order::Natural, &options), Ok(None));
}

#[test]
fn the_order_can_be_by_character() {
    let options = LoadOptions::new("a.yaml");
    let fixed = sort_keys("a9: 1\na10: 2\n", Order::Simple, &options);
    assert_eq!(fixed, Ok(Some("a10: 2\na9: 1\n".to_owned())));
}

#[test]
fn invalid_yaml_is_left_alone() {
    for text in ["b: [\na: 1\n", "b: 1\na: *x\n", "b: \u{1}\na: 1\n"] {
        assert_eq!(fixed(text), Ok(None));
    }
}

/// The line after a block text that keeps its line ends is not its own.
#[test]
fn an_odd_block_text_is_sorted_or_refused() {
    let _ = fixed("a:\n  - '*': >+\n\n    '': 2\n");
}
