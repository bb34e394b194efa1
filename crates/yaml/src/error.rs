//! Why a text is not YAML that octoDNS can read, and where.

use std::sync::Arc;

use octodns_core::{Diagnostic, Origin};

/// Why a document could not be read.
///
/// Displays as `file:line:column: what is wrong`.
#[derive(Debug, thiserror::Error)]
#[error("{origin}: {kind}")]
#[non_exhaustive]
pub struct YamlError {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Where it is.
    pub origin: Origin,
}

/// What is wrong with a document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are not UTF-8.
    #[error("the file is not UTF-8 text{}", if *.utf16 { " but UTF-16" } else { "" })]
    Encoding {
        /// Whether the bytes look like UTF-16.
        utf16: bool,
    },
    /// A character that YAML does not allow, not even in quotes.
    #[error("the character U+{:04X} is not allowed in YAML", u32::from(*.0))]
    Character(char),
    /// The text does not follow YAML's grammar.
    #[error("{0}")]
    Syntax(String),
    /// A tab where only spaces are allowed.
    #[error("a tab stands where YAML allows only spaces")]
    Tab,
    /// More than one document in a file.
    #[error("a second document starts here, only one is read")]
    SecondDocument,
    /// An alias (`*name`) before its anchor, or without one.
    #[error("unknown alias \"*{0}\"")]
    UnknownAlias(String),
    /// An anchor (`&name`) that is already defined.
    #[error("the anchor \"&{0}\" is set twice")]
    DuplicateAnchor(String),
    /// A node that contains itself.
    #[error("the value contains itself through an alias")]
    Recursive,
    /// An unknown tag.
    #[error("unknown tag \"{0}\"")]
    UnknownTag(String),
    /// A value that does not fit its tag.
    #[error("\"{text}\" is not {wanted}")]
    Scalar {
        /// The text of the value.
        text: String,
        /// What the tag or the form of the text requires.
        wanted: &'static str,
    },
    /// A node of another kind than its tag or position requires.
    #[error("expected {wanted}, found {found}")]
    Shape {
        /// The required kind.
        wanted: &'static str,
        /// The actual kind.
        found: &'static str,
    },
    /// `<<` in a place where it has no meaning, or `=` as a value.
    #[error("\"{0}\" has no meaning here")]
    Meaningless(&'static str),
    /// A list or a mapping as a key.
    #[error("{0} cannot be a key")]
    Unhashable(&'static str),
    /// A limit on hostile input was exceeded.
    #[error("the document {what} (limit {limit})")]
    Limit {
        /// What is too large.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A file that includes itself, directly or through others.
    #[error("\"{0}\" includes itself")]
    IncludeCycle(String),
    /// An included file that cannot be read.
    #[error("cannot include \"{path}\"")]
    Include {
        /// The path as it was resolved.
        path: String,
        /// The error of the file system.
        source: std::io::Error,
    },
    /// A merge of an empty file.
    #[error("\"{0}\" is empty, there is nothing to merge")]
    EmptyInclude(String),
}

/// The message about a document that is nested too deeply for the parser.
pub(crate) const TOO_DEEP: &str = "the document is nested too deeply";

impl ErrorKind {
    /// The error, with its position.
    pub(crate) fn at(self, origin: Origin) -> YamlError {
        YamlError { kind: self, origin }
    }

    /// What the user can do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Encoding { .. } => "save the file as UTF-8",
            Self::Character('\u{85}') => "write it as \"\\N\" in double quotes",
            Self::Character('\u{2028}') => "write it as \"\\L\" in double quotes",
            Self::Character('\u{2029}') => "write it as \"\\P\" in double quotes",
            Self::Character(_) => "write it as \"\\xNN\" or \"\\uNNNN\" in double quotes",
            Self::Tab => {
                "write spaces in its place; a tab in a value needs double quotes around it"
            }
            Self::SecondDocument => "put it into a file of its own",
            Self::UnknownAlias(_) => {
                "set the anchor before its use; a value that starts with \"*\" needs quotes"
            }
            Self::DuplicateAnchor(_) => "give one of the two another name",
            Self::UnknownTag(_) => "a value that starts with \"!\" needs quotes",
            Self::Scalar { .. } | Self::Meaningless(_) => "text needs quotes here",
            Self::Unhashable(_) => "a key that starts with \"[\" or \"{\" needs quotes",
            Self::Recursive => "an alias cannot stand within what its anchor is set on",
            Self::IncludeCycle(_) => "remove the include from one of the files",
            Self::EmptyInclude(_) => "remove the merge, or write entries into that file",
            Self::Include { .. } => "paths are relative to the file that includes",
            Self::Syntax(message) if message == TOO_DEEP => "use fewer levels",
            Self::Syntax(_) => {
                "compare the indentation with the lines before, and close quotes and brackets; \
                 text with special characters needs quotes"
            }
            Self::Shape { .. } => {
                "write what is expected, or remove the tag or \"<<\" that asks for it"
            }
            Self::Limit { .. } => "split it, and use fewer aliases and includes",
        }
    }
}

impl YamlError {
    /// The error as a finding, with its cause and help.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let message = match &self.kind {
            ErrorKind::Include { source, .. } => format!("{}: {source}", self.kind),
            kind => kind.to_string(),
        };
        Diagnostic::error("yaml", message).at(self.origin.clone()).help(self.kind.help())
    }

    /// The error of a whole file.
    pub(crate) fn whole(kind: ErrorKind, file: &Arc<str>) -> Self {
        Self { kind, origin: Origin::file(Arc::clone(file)) }
    }
}
