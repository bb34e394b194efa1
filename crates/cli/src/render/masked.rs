//! Lines of a config without their values: any of them may be a credential, also where no option of that name
//! is known.

use std::ops::Range;

/// What stands in place of a value.
const MASK: &str = "***";

/// A line with its key only, and where in it the word is that is meant; nothing of a line without a key, or
/// when the word is in the middle of the value.
pub(super) fn masked(line: &str, word: &Range<usize>) -> Option<(String, Range<usize>)> {
    let indent = line.len() - line.trim_start_matches([' ', '-', '\t']).len();
    let (key, value) = line[indent..].split_once(':')?;
    let is_key = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '"' | '\'');
    let has_end = value.is_empty() || value.starts_with(' ');
    if key.is_empty() || !key.chars().all(is_key) || !has_end {
        return None;
    }
    // The class is what tells options apart.
    if value.trim().is_empty() || key == "class" {
        return Some((line.to_owned(), word.clone()));
    }
    let kept = indent + key.len();
    let start = line.len() - value.trim_start().len();
    let text = format!("{}{MASK}", &line[..start]);
    let word = match word.start {
        at if at < kept => at..word.end.min(kept),
        at if at == start => start..text.len(),
        _ => return None,
    };
    Some((text, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_shown_and_its_value_is_not() {
        for (line, word, expected) in [
            ("    tokne: hunter2", "tokne", Some(("    tokne: ***", "tokne"))),
            ("    token: [hunter2]", "[hunter2]", Some(("    token: ***", "***"))),
            ("  - token: hunter2", "token", Some(("  - token: ***", "token"))),
            ("    \"token\": hunter2", "\"token\"", Some(("    \"token\": ***", "\"token\""))),
            ("  a:  'hunter2'", "'hunter2'", Some(("  a:  ***", "***"))),
            ("  a: {class: x, token: hunter2}", "a", Some(("  a: ***", "a"))),
            ("  a: {class: x, token: hunter2}", "token", None),
            ("  a-1:", "a-1", Some(("  a-1:", "a-1"))),
            ("\ttoken: hunter2", "\t", Some(("\ttoken: ***", "\t"))),
            (
                "    class: octodns.Odd",
                "octodns.Odd",
                Some(("    class: octodns.Odd", "octodns.Odd")),
            ),
            ("    - hunter2", "hunter2", None),
            ("    hunter2", "hunter2", None),
            ("    # old: hunter2", "old", None),
            ("    hunter2:hunter2", "hunter2:hunter2", None),
            ("  {a: b}", "a", None),
            ("    hunter 2: x", "x", None),
        ] {
            let start = line.find(word).unwrap();
            let shown = masked(line, &(start..start + word.len()));
            let shown = shown.as_ref().map(|(text, word)| (&**text, &text[word.clone()]));
            assert_eq!(shown, expected, "{line}");
        }
    }
}
