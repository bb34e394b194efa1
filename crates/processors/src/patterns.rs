//! Lists of strings, and of regular expressions between slashes.

use std::collections::HashSet;

use fancy_regex::Regex;

/// Strings, which must match exactly, and expressions, which may match anywhere.
#[derive(Debug)]
pub(crate) struct Patterns {
    exact: HashSet<String>,
    expressions: Vec<Regex>,
}

impl Patterns {
    /// The format of an entry.
    pub(crate) const FORM: &'static str =
        "write a text, or a regular expression between slashes, with \\ before special characters";

    /// Reads a list; an entry that starts with a slash is an expression, and its last character is dropped.
    pub(crate) fn new(list: &[String]) -> Result<Self, String> {
        let (mut exact, mut expressions) = (HashSet::new(), Vec::new());
        for entry in list {
            let Some(rest) = entry.strip_prefix('/') else {
                exact.insert(entry.clone());
                continue;
            };
            let mut pattern = rest.chars();
            pattern.next_back();
            // Python's end-of-text anchor, which has another spelling here.
            let pattern = pattern.as_str().replace("\\Z", "\\z");
            let expression = Regex::new(&pattern)
                .map_err(|error| format!("\"{entry}\" is not a regular expression: {error}"))?;
            expressions.push(expression);
        }
        Ok(Self { exact, expressions })
    }

    /// Whether an entry of the list matches a text; an error where an expression takes too many steps to tell.
    pub(crate) fn matches(&self, text: &str) -> Result<bool, String> {
        if self.exact.contains(text) {
            return Ok(true);
        }
        for expression in &self.expressions {
            let matches = expression.is_match(text).map_err(|error| {
                format!("the expression \"{}\" was given up: {error}", expression.as_str())
            })?;
            if matches {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(list: &[&str]) -> Result<Patterns, String> {
        Patterns::new(&list.iter().map(|entry| (*entry).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn text_matches_as_a_whole_and_expressions_anywhere() {
        let found = patterns(&["www", "/^a\\d+$/", "/(?<!x)mid/"]).unwrap();
        for (text, matches) in
            [("www", true), ("www2", false), ("a12", true), ("ba12", false), ("amidst", true)]
        {
            assert_eq!(found.matches(text), Ok(matches), "{text}");
        }
        assert_eq!(found.matches("xmid"), Ok(false));
    }

    /// Not to know is not the same as no.
    #[test]
    fn an_expression_that_is_given_up_is_an_error() {
        let found = patterns(&["www", "/^((a+)\\2)+c|b$/"]).unwrap();
        assert_eq!(found.matches("www"), Ok(true));
        let error = found.matches(&format!("{}b", "a".repeat(50))).unwrap_err();
        assert!(error.contains("((a+)"), "{error}");
    }

    #[test]
    fn a_bad_expression_is_named() {
        assert!(patterns(&["/(/"]).unwrap_err().starts_with("\"/(/\" is not"));
    }
}
