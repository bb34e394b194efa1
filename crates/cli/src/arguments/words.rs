//! Arguments as words, before they are read.

use std::ffi::{OsStr, OsString};

/// The flag that lets the exit code tell of changes.
const DETAILED: &str = "--detailed-exitcode";

/// The flag whose value may be left out, and its values.
const VERIFY: &str = "--verify";
const VERIFY_VALUES: [&str; 3] = ["read", "dns", "none"];

/// Whether the exit code is to tell of changes, so that wrong usage needs another: asked of arguments that may be
/// wrong.
pub(crate) fn is_detailed(arguments: &[OsString]) -> bool {
    flags(arguments).any(|word| is_cut(word, DETAILED, "--det"))
}

/// The arguments, with `--verify` and a value behind it in one word. The value may be left out, and a zone may
/// come next, so that only its values are taken for one.
pub fn joined(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut words: Vec<OsString> = Vec::new();
    let mut only_zones = false;
    for word in arguments {
        let value = word.to_str().filter(|word| VERIFY_VALUES.contains(word));
        let flag = words.last_mut().filter(|last| !only_zones && is_cut(last, VERIFY, "--veri"));
        if let (Some(value), Some(flag)) = (value, flag) {
            flag.push("=");
            flag.push(value);
            continue;
        }
        only_zones |= word == "--";
        words.push(word);
    }
    words
}

fn flags(arguments: &[OsString]) -> impl Iterator<Item = &OsStr> {
    arguments.iter().map(OsString::as_os_str).take_while(|word| *word != "--")
}

/// Whether a word is a flag, or a beginning of it that no other flag has.
fn is_cut(word: &OsStr, flag: &str, shortest: &str) -> bool {
    word.to_str().is_some_and(|word| word.starts_with(shortest) && flag.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn the_detailed_exit_code_is_seen_in_wrong_arguments_too() {
        for (line, detailed) in [
            ("sync --detailed-exitcode --nope", true),
            ("sync --det", true),
            ("sync --de", false),
            ("sync --detailed-exitcodes", false),
            ("sync -- --detailed-exitcode", false),
            ("octodns sync --detailed", true),
        ] {
            assert_eq!(is_detailed(&words(line)), detailed, "{line}");
        }
    }

    #[test]
    fn a_value_of_verify_may_follow_as_a_word_of_its_own() {
        for (line, read) in [
            ("sync --verify dns a.", "sync --verify=dns a."),
            ("sync --verify a.", "sync --verify a."),
            ("sync --verify", "sync --verify"),
            ("sync --verif none", "sync --verif=none"),
            ("sync --verify=dns dns", "sync --verify=dns dns"),
            ("sync --ver dns", "sync --ver dns"),
            ("sync -- --verify dns", "sync -- --verify dns"),
        ] {
            assert_eq!(joined(words(line)), words(read), "{line}");
        }
    }
}
