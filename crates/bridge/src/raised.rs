//! Exceptions of Python, as the host describes them.

use std::borrow::Cow;

use octodns_core::Redactor;
use octodns_core::value::visible;
use serde::Deserialize;

/// An exception.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Raised {
    /// Its class, such as `requests.exceptions.HTTPError`; `KeyError` if it is built in.
    pub class: String,
    /// The classes that one is a kind of, nearest first.
    pub bases: Vec<String>,
    /// What it says; may have several lines.
    pub message: String,
    /// Where it was raised: outermost line first, without those of the host.
    pub trace: Vec<TraceLine>,
    /// The HTTP status that it, or the response it has, tells.
    pub status: Option<u16>,
    /// What kind of fault it is, if the host knows.
    pub kind: Option<Kind>,
    /// The reasons of a `ValidationError`.
    pub reasons: Vec<String>,
    /// The name of the record it is about.
    pub fqdn: Option<String>,
    /// The type of the record it is about.
    #[serde(rename = "type")]
    pub record_type: Option<String>,
    /// Where that record is written.
    pub context: Option<String>,
    /// The module that is missing.
    pub missing: Option<String>,
    /// The classes of a module.
    pub classes: Vec<String>,
    /// The options that a class takes.
    pub takes: Vec<String>,
    /// The options that a class needs.
    pub needs: Vec<String>,
    /// The version of Python.
    pub python: Option<String>,
    /// The interpreter.
    pub executable: Option<String>,
    /// The version of octoDNS.
    pub octodns: Option<String>,
    /// The exception it came from.
    pub cause: Option<Box<Self>>,
    pub(crate) protocol: Option<u64>,
    pub(crate) pid: Option<u32>,
}

/// Faults that the host knows a word for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// Python has no octoDNS.
    NoOctodns,
    /// What names the class has no dot.
    NoPath,
    /// The module of the class is not there.
    NoModule,
    /// A module that the class needs is not there.
    NoDependency,
    /// The module of the class fails when it is imported.
    ImportFailed,
    /// The module has no such class.
    NoClass,
    /// The class does not take these options, or needs others.
    BadOptions,
    /// The class is none of octoDNS's kinds of validators.
    NoValidator,
    /// The provider has no folder.
    NoDirectory,
    /// The provider cannot be copied.
    NoCopy,
    /// The call was cancelled.
    Cancelled,
}

/// A line of a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TraceLine {
    /// The file.
    pub file: String,
    /// The line in it, from 1.
    pub line: u32,
    /// The function.
    #[serde(rename = "in")]
    pub function: String,
    /// What stands there.
    pub text: String,
}

impl TraceLine {
    /// The file as it is told: below where packages are, if it is there.
    pub fn short_file(&self) -> &str {
        short_file(&self.file)
    }
}

/// A file of Python, below where packages are, if it is there.
pub fn short_file(file: &str) -> &str {
    ["/site-packages/", "/dist-packages/", "\\site-packages\\"]
        .iter()
        .find_map(|folder| file.rsplit_once(folder))
        .map_or(file, |(_, below)| below)
}

impl Raised {
    /// The class without its module, such as `HTTPError`.
    pub fn short_class(&self) -> &str {
        last(&self.class)
    }

    /// Whether the host itself raised it: it says what is wrong with a value or record, and not where.
    pub fn is_of_host(&self) -> bool {
        self.class.starts_with("octodns_bridge.")
    }

    /// Whether it is of one of these classes, by their names without module.
    pub fn is_a(&self, classes: &[&str]) -> bool {
        std::iter::once(&self.class).chain(&self.bases).any(|class| classes.contains(&last(class)))
    }

    /// What it says on one line, with nothing in it that a terminal obeys.
    pub fn words(&self) -> String {
        let lines = self.message.lines().map(str::trim).filter(|line| !line.is_empty());
        let words: Vec<Cow<'_, str>> = lines.map(visible).collect();
        words.join("; ")
    }

    /// Class and words, such as `KeyError: 'data'`.
    pub fn shown(&self) -> String {
        match (visible(self.short_class()), self.words()) {
            (class, words) if words.is_empty() => class.into_owned(),
            (class, words) => format!("{class}: {words}"),
        }
    }

    /// The innermost place in the package that `class` is from; else the innermost of all.
    ///
    /// What is wrong is more often there than in the library that it calls.
    pub fn place(&self, class: &str) -> Option<&TraceLine> {
        let package = class.split('.').next().unwrap_or_default();
        let is_own = |line: &&TraceLine| {
            let mut parts = line.short_file().split(['/', '\\', '.']);
            !package.is_empty() && parts.any(|part| part == package)
        };
        self.trace.iter().rev().find(is_own).or(self.trace.last())
    }

    /// `at octodns_netbox/__init__.py:182 in populate`.
    pub fn at(&self, class: &str) -> Option<String> {
        let TraceLine { line, function, .. } = self.place(class)?;
        let file = visible(self.place(class)?.short_file()).into_owned();
        Some(format!("at {file}:{line} in {}", visible(function)))
    }

    /// It and what it came from, innermost last.
    pub fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |raised| raised.cause.as_deref())
    }

    /// The whole trace, causes first, as Python prints it; nothing in it that a terminal obeys.
    pub fn traceback(&self) -> Vec<String> {
        let mut all: Vec<&Self> = self.chain().collect();
        all.reverse();
        let mut lines = Vec::new();
        for raised in all {
            lines.push("Traceback (most recent call last):".to_owned());
            for TraceLine { file, line, function, text } in &raised.trace {
                let (file, function) = (visible(file), visible(function));
                lines.push(format!("  File \"{file}\", line {line}, in {function}"));
                lines.push(format!("    {}", visible(text)));
            }
            lines.push(raised.shown());
        }
        lines
    }

    /// Takes secrets out of every text.
    pub(crate) fn redact(&mut self, redactor: &Redactor) {
        let Self { message, trace, reasons, fqdn, context, classes, takes, needs, cause, .. } =
            self;
        let lists = [reasons, classes, takes, needs].into_iter().flatten();
        let lines = trace.iter_mut().map(|line| &mut line.text);
        for text in lists.chain(lines).chain(fqdn).chain(context).chain([message]) {
            *text = redactor.redact(text);
        }
        if let Some(cause) = cause {
            cause.redact(redactor);
        }
    }
}

fn last(class: &str) -> &str {
    class.rsplit('.').next().unwrap_or(class)
}

#[cfg(test)]
mod tests {
    use octodns_core::Secret;

    use super::*;

    fn line(file: &str, function: &str) -> TraceLine {
        let text = "raise it('hunter22')".to_owned();
        TraceLine { file: file.to_owned(), line: 7, function: function.to_owned(), text }
    }

    #[test]
    fn the_place_in_the_package_is_the_one_to_look_at() {
        let trace = vec![
            line("/srv/venv/lib/python3.11/site-packages/octodns_netbox/__init__.py", "populate"),
            line("/srv/venv/lib/python3.11/site-packages/requests/models.py", "json"),
        ];
        let raised = Raised { trace, ..Raised::default() };
        let at = raised.at("octodns_netbox.NetboxSource").unwrap();
        assert_eq!(at, "at octodns_netbox/__init__.py:7 in populate");
        assert_eq!(raised.at("other.Class").unwrap(), "at requests/models.py:7 in json");
        assert_eq!(Raised::default().at("other.Class"), None);
    }

    #[test]
    fn secrets_are_in_none_of_its_texts() {
        let raised = Raised {
            message: "no hunter22".to_owned(),
            reasons: vec!["hunter22".to_owned()],
            trace: vec![line("a.py", "f")],
            ..Raised::default()
        };
        let mut raised = Raised { cause: Some(Box::new(raised.clone())), ..raised };
        raised.redact(&Redactor::new(&[Secret::new("hunter22")]));
        assert!(!format!("{raised:?}").contains("hunter22"));
    }

    #[test]
    fn it_is_shown_on_one_line() {
        let raised = Raised {
            class: "octodns.record.exception.ValidationError".to_owned(),
            bases: vec!["octodns.record.exception.RecordException".to_owned()],
            message: "Invalid record\n  - one\n  - two \u{1b}[2K".to_owned(),
            ..Raised::default()
        };
        assert_eq!(raised.shown(), "ValidationError: Invalid record; - one; - two \\x1b[2K");
        assert!(raised.is_a(&["RecordException"]) && !raised.is_a(&["Exception"]));
    }
}
