//! Reads a document from a text.

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
use std::sync::{Arc, Mutex};

use octodns_core::{Report, Severity, Value};

use crate::{ErrorKind, Include, NoIncludes, Order, YamlError};
use session::Session;

pub(crate) use layout::{Content, Item, Name, Pair, layout};
pub(crate) use spelling::is_odd;

/// A document that was read, with everything it includes.
#[derive(Debug)]
#[non_exhaustive]
pub struct Document<'a> {
    /// The value; null if the text is empty.
    pub root: Value<'a>,
    /// The names of the files, by [`Position::file`](octodns_core::value::Position::file).
    pub files: Vec<Arc<str>>,
    /// Keys out of order (errors, if an order is required), duplicate keys and odd spellings (if they are to
    /// be reported). A document whose report has errors must not be used.
    pub report: Report,
}

/// How to read a document.
#[derive(Clone)]
#[non_exhaustive]
pub struct LoadOptions<'o> {
    /// The name of the file, for messages and as the base of includes.
    pub file: Arc<str>,
    /// The required order of keys in every mapping; `None`: any.
    pub order: Option<Order>,
    /// The severity of findings about duplicate keys, if reported. The last one wins either way.
    pub duplicates: Option<Severity>,
    /// The severity of findings about keys that are read as another text than the one written (`no`, `1.10`),
    /// if reported; numbers in surprising spellings (`010`, `1:30`) are then warnings.
    pub spelling: Option<Severity>,
    /// Where `!include` finds files.
    pub include: &'o dyn Include,
    /// Limits on hostile input.
    pub limits: Limits,
    /// Held while a document is read that adds a lot by aliases, merges and includes, so that such documents are in
    /// memory one at a time.
    pub one_at_a_time: Option<&'o Mutex<()>>,
    /// Whether to skip the fast reader; the result is the same.
    pub thorough: bool,
}

/// Limits on hostile input; exceeding one is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How deep values may be nested, including aliases and includes.
    pub depth: usize,
    /// How many nodes aliases, merges and repeated includes may add to the written ones.
    pub alias_nodes: usize,
    /// How many bytes of text they may add.
    pub alias_bytes: usize,
    /// How many bytes all files may have together.
    pub bytes: usize,
    /// How deep includes may be nested.
    pub include_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 128,
            alias_nodes: 2_000_000,
            alias_bytes: 64 << 20,
            bytes: 1 << 30,
            include_depth: 32,
        }
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
            one_at_a_time: None,
            thorough: false,
        }
    }

    /// The same, with a required order of keys.
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

    /// The same, with findings about duplicate keys and keys in odd spellings.
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

/// Reads a document. Strings are borrowed from `text` if they are written there verbatim.
///
/// # Errors
///
/// If the text is not YAML that the reference reads, if a file cannot be included, or if a limit is exceeded.
/// Keys out of order are findings in [`Document::report`].
pub fn load<'a>(text: &'a str, options: &LoadOptions<'_>) -> Result<Document<'a>, YamlError> {
    let mut session = Session::new(options);
    let root = session.read(text, 0)?;
    Ok(Document { root, files: session.files, report: session.report })
}

/// Receives the entries of a document that is one mapping, one after the other.
pub trait Entries<'a> {
    /// Takes an entry; positions point into `files`.
    fn entry(&mut self, files: &[Arc<str>], key: &Value<'a>, value: Value<'a>);

    /// Forgets all entries received so far: the text is read again from the start.
    fn forget(&mut self);
}

/// Reads a document that is one mapping without keeping all of it in memory: even a large zone file needs
/// little more than what is made of its entries.
///
/// The root of the document is null if all entries went to `entries`, or else the value that is there instead
/// of a mapping.
///
/// # Errors
///
/// Those of [`load`]. The entries received before an error must be ignored.
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
/// Those of [`load`], and if the bytes are not UTF-8.
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

/// What a plain scalar is.
pub(crate) fn plain(text: &str) -> Option<octodns_core::value::Kind<'_>> {
    scalar::construct(&scalar::resolve(text), text.into()).ok()
}

/// The bytes of a file as text.
///
/// # Errors
///
/// If they are not UTF-8; the error says where.
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
