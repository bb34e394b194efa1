//! The name of a provider, and its spellings.

use std::fmt;

/// Packages that are not providers, and words with another meaning as a feature.
const TAKEN: &[&str] = &[
    "all",
    "cli",
    "compare",
    "core",
    "default",
    "dns",
    "dump",
    "files",
    "http",
    "kit",
    "processors",
    "report",
    "schema",
    "sync",
    "testkit",
    "tests",
    "validate",
    "versions",
    "yaml",
];

/// A name such as `digitalocean` or `acme-dns`.
#[derive(Debug)]
pub(super) struct Name(String);

impl Name {
    /// The error says why a name is not valid.
    pub(super) fn new(name: &str) -> Result<Self, String> {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'))
        };
        if !name.split('-').all(is_word)
            || !name.starts_with(|first: char| first.is_ascii_lowercase())
        {
            return Err(format!(
                "`{name}`: a name is lower-case letters and digits, words joined by `-`, such as `digitalocean`"
            ));
        }
        if TAKEN.contains(&name) {
            return Err(format!("`{name}` is the name of something else"));
        }
        Ok(Self(name.to_owned()))
    }

    /// As a folder, a feature, and the class' short name.
    pub(super) fn plain(&self) -> &str {
        &self.0
    }

    /// As a Rust module: `octodns_acme_dns`.
    pub(super) fn module(&self) -> String {
        format!("octodns_{}", self.0.replace('-', "_"))
    }

    /// As a Rust type: `AcmeDns`.
    pub(super) fn type_name(&self) -> String {
        self.title().replace(' ', "")
    }

    /// In a sentence: `Acme Dns`.
    pub(super) fn title(&self) -> String {
        let words = self.0.split('-').map(|word| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// Fills the placeholders in a text.
    pub(super) fn fill(&self, text: &str) -> String {
        text.replace("{{name}}", &self.0)
            .replace("{{module}}", &self.module())
            .replace("{{Type}}", &self.type_name())
            .replace("{{Title}}", &self.title())
            .replace("{{VARIABLE}}", &self.0.replace('-', "_").to_ascii_uppercase())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_its_spellings() {
        let name = Name::new("acme-dns2").unwrap();
        let filled = name.fill("{{name}} {{module}} {{Type}} {{Title}} {{VARIABLE}}");
        assert_eq!(filled, "acme-dns2 octodns_acme_dns2 AcmeDns2 Acme Dns2 ACME_DNS2");
    }

    #[test]
    fn invalid_crate_names_are_refused() {
        for name in
            ["", "Acme", "acme_dns", "1acme", "-acme", "acme-", "acme--dns", "../acme", "http"]
        {
            assert!(Name::new(name).is_err(), "{name}");
        }
    }
}
