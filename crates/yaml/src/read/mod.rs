//! Reading: text to a document.

mod characters;
mod compose;
mod construct;
mod events;
mod failure;
mod fast;
mod layout;
mod mapping;
mod scalar;
mod session;
mod spelling;
mod tag;
mod timestamp;

use std::fmt;
use std::sync::Arc;

use octodns_core::{Report, Severity, Value};

use crate::{ErrorKind, Include, NoIncludes, Order, YamlError};
use session::Session;

pub(crate) use layout::{Content, Item, Name, Pair, layout};

/// A document that was read, with all that it includes.
#[derive(Debug)]
pub struct Document<'a> {
    /// The value; nothing when the text is empty.
    pub root: Value<'a>,
    /// The names of the files, by [`Position::file`](octodns_core::value::Position::file).
    pub files: Vec<Arc<str>>,
    /// Keys out of order (errors, when an order is asked for), duplicate keys and odd spellings (when they
    /// are asked for). A document whose report has errors must not be used as it is.
    pub report: Report,
}

/// How to read a document.
#[derive(Clone)]
pub struct LoadOptions<'o> {
    /// The name of the file, for messages, and what includes are relative to.
    pub file: Arc<str>,
    /// The order that the keys of every mapping must have; `None`: any.
    pub order: Option<Order>,
    /// How keys that are there twice are reported, if they are. The last one counts either way.
    pub duplicates: Option<Severity>,
    /// How keys are reported that become another text than the one that is written (`no`, `1.10`), if they are;
    /// numbers in a spelling that surprises (`010`, `1:30`) are warnings then.
    pub spelling: Option<Severity>,
    /// Where `!include` finds files.
    pub include: &'o dyn Include,
    /// Bounds on hostile input.
    pub limits: Limits,
    /// Whether the fast reader is left out; the result is the same.
    pub thorough: bool,
}

/// Bounds on hostile input; meeting one is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How deep values may be nested, through aliases and includes too.
    pub depth: usize,
    /// How many nodes aliases, merges and includes may add to those that are written.
    pub alias_nodes: usize,
    /// How many bytes all files together may have.
    pub bytes: usize,
    /// How many files may include each other in a row.
    pub include_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 128, alias_nodes: 2_000_000, bytes: 1 << 30, include_depth: 32 }
    }
}

impl<'o> LoadOptions<'o> {
    /// Any order, no includes, default limits.
    pub fn new(file: impl Into<Arc<str>>) -> Self {
        Self {
            file: file.into(),
            order: None,
            duplicates: None,
            spelling: None,
            include: &NoIncludes,
            limits: Limits::default(),
            thorough: false,
        }
    }

    /// The same, with an order that keys must have.
    #[must_use]
    pub fn order(mut self, order: Option<Order>) -> Self {
        self.order = order;
        self
    }

    /// The same, with files to include.
    #[must_use]
    pub fn include(mut self, include: &'o dyn Include) -> Self {
        self.include = include;
        self
    }

    /// The same, with duplicate keys reported.
    #[must_use]
    pub fn warn_duplicates(mut self) -> Self {
        self.duplicates = Some(Severity::Warning);
        self
    }

    /// The same, with reports of keys that are there twice, or that are not what they look like.
    #[must_use]
    pub fn strict_keys(mut self, severity: Severity) -> Self {
        self.duplicates = Some(severity);
        self.spelling = Some(severity);
        self
    }
}

impl fmt::Debug for LoadOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadOptions")
            .field("file", &self.file)
            .field("order", &self.order)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Reads a document. Text is borrowed from `text` where it stands there as it is meant.
///
/// # Errors
///
/// When the text is not YAML that the reference reads, when a file cannot be included, or when a limit
/// is met. Keys out of order are findings in [`Document::report`].
pub fn load<'a>(text: &'a str, options: &LoadOptions<'_>) -> Result<Document<'a>, YamlError> {
    let mut session = Session::new(options);
    let root = session.read(text, 0)?;
    Ok(Document { root, files: session.files, report: session.report })
}

/// Takes the entries of a document that is one mapping, one after the other.
pub trait Entries<'a> {
    /// Takes an entry; positions point into `files`.
    fn entry(&mut self, files: &[Arc<str>], key: &Value<'a>, value: Value<'a>);

    /// Forgets all entries taken so far: the text is read again from its start.
    fn forget(&mut self);
}

/// Reads a document that is one mapping without holding all of it: a zone file of any size costs little
/// more than what becomes of its entries.
///
/// The root of the document is nothing if all went to `entries`, else what stands there in place of a
/// mapping.
///
/// # Errors
///
/// As [`load`]. The entries taken until then mean nothing.
pub fn load_entries<'a>(
    text: &'a str,
    options: &LoadOptions<'_>,
    entries: &mut dyn Entries<'a>,
) -> Result<Document<'a>, YamlError> {
    let mut session = Session::new(options);
    let root = session.read_entries(text, entries)?;
    Ok(Document { root, files: session.files, report: session.report })
}

/// Reads a document of bytes.
///
/// # Errors
///
/// As [`load`], and when the bytes are not UTF-8.
pub fn load_bytes<'a>(
    bytes: &'a [u8],
    options: &LoadOptions<'_>,
) -> Result<Document<'a>, YamlError> {
    load(text_of(bytes, &options.file)?, options)
}

/// Whether a plain scalar is read as text.
pub(crate) fn resolves_to_text(text: &str) -> bool {
    scalar::resolve(text) == tag::Tag::Str
}

/// The text of a file's bytes.
///
/// # Errors
///
/// When they are not UTF-8; the error says where.
pub fn text_of<'a>(bytes: &'a [u8], file: &Arc<str>) -> Result<&'a str, YamlError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        let mut failure = YamlError::whole(ErrorKind::Encoding { utf16 }, file);
        let before = &bytes[..error.valid_up_to()];
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        failure.origin.line = u32::try_from(line).unwrap_or(u32::MAX);
        failure.origin.column = 1;
        failure
    })
}
