//! Parses the lines of a zone file into resource records (RFC 1035, section 5; RFC 2308, section 4).

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::records::ResourceRecord;
use octodns_core::ZoneName;
use octodns_core::record::TYPES;
use octodns_core::value::Position;
use octodns_dns::wire::{self, Word, name_bytes};

use super::generate;
use super::lexer::{Lexer, SyntaxError};

/// How deep includes may be nested.
const DEEPEST: usize = 16;
/// The maximum number of files of a zone.
const MAX_FILES: usize = 10_000;
/// How many bytes may be read from files that were included before.
const MAX_REPEATED: usize = 64 << 20;
/// With more errors than this, the file is not a zone file.
const MAX_FAULTS: usize = 50;
/// The maximum TTL (RFC 2181, section 8).
const MAX_TTL: u32 = 0x7fff_ffff;
const SOA: u16 = 6;

const ASCII: &str = "write other bytes as a backslash and three decimal digits, such as \\195";
const NAME: &str = "write labels of 1 to 63 characters, 255 in all, with dots between them";
const TEMPLATE: &str = "write name, type and data, with $ for the number";
const DIGEST: &str = "write the whole digest, or the digest type that has this length";

/// Opens the file of an `$INCLUDE` in another file: returns its path and content.
pub(super) type Include<'i> = dyn Fn(&str, &str) -> Result<(String, Vec<u8>), String> + 'i;

/// The content of a zone file and those it includes.
#[derive(Debug, Default)]
pub(super) struct MasterFile {
    pub(super) records: Vec<ResourceRecord>,
    /// The files of the positions.
    pub(super) files: Vec<Arc<str>>,
    /// The errors in them.
    pub(super) faults: Vec<SyntaxError>,
}

/// Reads a zone file; relative names are below `zone`, until an `$ORIGIN`.
pub(super) fn read(text: &[u8], file: &str, zone: &ZoneName, include: &Include<'_>) -> MasterFile {
    let origin = name_bytes(Word::bare(zone.as_str().as_bytes()), &[0]).unwrap_or_else(|_| vec![0]);
    let mut reader = Reader {
        include,
        read: MasterFile { files: vec![file.into()], ..MasterFile::default() },
        origin,
        owner: None,
        default_ttl: None,
        last_ttl: None,
        generated: 0,
        seen: HashSet::new(),
        repeated: 0,
    };
    reader.file(text, 0, 0);
    reader.read
}

struct Reader<'r> {
    include: &'r Include<'r>,
    read: MasterFile,
    /// The origin of relative names, in wire format.
    origin: Vec<u8>,
    /// The name of the previous record, in wire format.
    owner: Option<Arc<[u8]>>,
    default_ttl: Option<u32>,
    last_ttl: Option<u32>,
    /// How many records `$GENERATE` has generated.
    generated: usize,
    /// Hashes of the included texts.
    seen: HashSet<u64>,
    /// How many bytes were read again by `$INCLUDE`.
    repeated: usize,
}

/// A line; its first word is `words[0]`.
struct Line<'l> {
    words: &'l [Word<'l>],
    starts_blank: bool,
    /// The position of a word; past the end, that of the last one.
    place: &'l dyn Fn(usize) -> Position,
}

impl Line<'_> {
    fn fault(
        &self,
        word: usize,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> SyntaxError {
        SyntaxError { message: message.into(), help: help.into(), position: (self.place)(word) }
    }

    fn text(&self, word: usize, what: &str) -> Result<&str, SyntaxError> {
        let Some(found) = self.words.get(word) else {
            let message = format!("the line ends where {what} should be");
            return Err(self.fault(word, message, format!("add {what}")));
        };
        std::str::from_utf8(found.text)
            .map_err(|_| self.fault(word, format!("{what} must be ASCII"), ASCII))
    }

    fn name(&self, word: usize, origin: &[u8]) -> Result<Vec<u8>, SyntaxError> {
        let Some(found) = self.words.get(word) else {
            let message = "the line ends where a name should be";
            return Err(self.fault(word, message, "add the name; @ is that of the zone"));
        };
        name_bytes(*found, origin).map_err(|error| self.fault(word, error.to_string(), NAME))
    }
}

impl Reader<'_> {
    fn file(&mut self, text: &[u8], file: u16, depth: usize) {
        let mut lexer = Lexer::new(text, file);
        let mut tokens = Vec::new();
        let mut words = Vec::new();
        while self.read.faults.len() < MAX_FAULTS {
            let starts_blank = match lexer.line(&mut tokens) {
                Ok(Some(starts_blank)) => starts_blank,
                Ok(None) => return,
                Err(fault) => return self.read.faults.push(fault),
            };
            words.clear();
            words.extend(
                tokens
                    .iter()
                    .map(|token| Word::new(lexer.text(token), token.quoted, token.attached)),
            );
            let place = |word: usize| {
                let token = tokens.get(word).or(tokens.last());
                token.map_or(Position::NONE, |token| lexer.position(token))
            };
            let line = Line { words: &words, starts_blank, place: &place };
            if let Err(fault) = self.line(&line, file, depth) {
                self.read.faults.push(fault);
            }
        }
    }

    fn line(&mut self, line: &Line<'_>, file: u16, depth: usize) -> Result<(), SyntaxError> {
        let directive =
            line.words.first().filter(|word| !word.quoted && word.text.starts_with(b"$"));
        let Some(directive) = directive else { return self.record(line) };
        match &*directive.text.to_ascii_uppercase() {
            b"$ORIGIN" => {
                self.origin = line.name(1, &self.origin)?;
                end(line, 2)
            }
            b"$TTL" => {
                self.default_ttl = Some(ttl(line, 1)?);
                end(line, 2)
            }
            b"$INCLUDE" => self.include(line, file, depth),
            b"$GENERATE" => self.generate(line),
            _ => {
                let name = String::from_utf8_lossy(directive.text).into_owned();
                let help = "the directives are $ORIGIN, $TTL, $INCLUDE and $GENERATE";
                Err(line.fault(0, format!("there is no directive {name}"), help))
            }
        }
    }

    /// After the included file, owner and origin are restored (RFC 1035, section 5.1).
    fn include(&mut self, line: &Line<'_>, file: u16, depth: usize) -> Result<(), SyntaxError> {
        let path = line.text(1, "the path of a file")?;
        let origin = match line.words.len() {
            0..=2 => self.origin.clone(),
            _ => line.name(2, &self.origin)?,
        };
        end(line, 3)?;
        if depth >= DEEPEST || self.read.files.len() >= MAX_FILES {
            let message = format!(
                "more than {DEEPEST} files include each other in a row, or too many in all"
            );
            return Err(line.fault(
                1,
                message,
                "include fewer files, and none that includes itself",
            ));
        }
        let from = self.read.files.get(usize::from(file)).cloned().unwrap_or_default();
        let help = "write the path from the working folder, or from that of this file";
        let (path, text) =
            (self.include)(path, &from).map_err(|error| line.fault(1, error, help))?;
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        // Whatever the names of its file.
        if !self.seen.insert(hasher.finish()) {
            self.repeated = self.repeated.saturating_add(text.len());
        }
        if self.repeated > MAX_REPEATED {
            let message = format!("more than {MAX_REPEATED} bytes are included more than once");
            return Err(line.fault(1, message, "include each file once"));
        }
        let index = u16::try_from(self.read.files.len()).unwrap_or(u16::MAX);
        self.read.files.push(path.into());
        let outer = (std::mem::replace(&mut self.origin, origin), self.owner.clone());
        self.file(&text, index, depth + 1);
        (self.origin, self.owner) = outer;
        Ok(())
    }

    fn generate(&mut self, line: &Line<'_>) -> Result<(), SyntaxError> {
        let range = generate::range(line.text(1, "a range such as 1-10")?)
            .map_err(|message| line.fault(1, message, "write START-STOP or START-STOP/STEP"))?;
        let first = (line.place)(0);
        let templates = line.words.get(2..).unwrap_or_default();
        for number in range {
            self.generated += 1;
            if self.generated > generate::MOST {
                let message = format!("more than {} records are generated", generate::MOST);
                return Err(line.fault(1, message, "write a smaller range"));
            }
            let text =
                generate::line(templates, number).map_err(|why| line.fault(2, why, TEMPLATE))?;
            let (mut lexer, mut tokens) = (Lexer::new(&text, 0), Vec::new());
            let failed = |fault: SyntaxError| SyntaxError { position: first, ..fault };
            lexer.line(&mut tokens).map_err(failed)?;
            let words: Vec<_> = tokens
                .iter()
                .map(|token| Word::new(lexer.text(token), token.quoted, token.attached))
                .collect();
            let made = Line { words: &words, starts_blank: false, place: &|_| first };
            self.record(&made)?;
        }
        Ok(())
    }

    fn record(&mut self, line: &Line<'_>) -> Result<(), SyntaxError> {
        let mut next = 0;
        if !line.starts_blank {
            let owner = line.name(0, &self.origin)?;
            if self.owner.as_deref() != Some(&*owner) {
                self.owner = Some(owner.into());
            }
            next = 1;
        }
        let Some(owner) = self.owner.clone() else {
            let message = "the first record has no name";
            return Err(line.fault(0, message, "write @ for the zone itself"));
        };
        let (mut explicit, mut class) = (None, None);
        while let Some(word) = line.words.get(next) {
            if class.is_none() && is_class(word.text) {
                class = Some(next);
            } else if explicit.is_none() && is_ttl(word.text) {
                explicit = Some(ttl(line, next)?);
            } else {
                break;
            }
            next += 1;
        }
        if let Some(class) = class
            && !is_internet(line.words.get(class).map_or(b"", |word| word.text))
        {
            let message = "only records of class IN are supported";
            return Err(line.fault(class, message, "write IN, or remove the record"));
        }
        let number = type_at(line, next)?;
        let words = line.words.get(next + 1..).unwrap_or_default();
        // Types that octoDNS does not support are only counted and reported, whatever their data.
        let is_read = number == SOA || wire::type_of(number).is_some();
        let rdata = if is_read {
            wire::scan(number, words, &self.origin)
                .map_err(|error| {
                    let of = wire::type_text(number);
                    let help = format!("see the RFC of {of} for the order and form of its fields");
                    line.fault(next + 1 + error.word, error.to_string(), help)
                })
                .and_then(|rdata| match short_digest(number, &rdata) {
                    None => Ok(rdata),
                    Some(message) => Err(line.fault(line.words.len() - 1, message, DIGEST)),
                })?
        } else {
            Vec::new()
        };
        let ttl = self.ttl(explicit, number, &rdata).ok_or_else(|| {
            let message = "the record has no TTL, and none comes before it";
            line.fault(next, message, "start the file with $TTL and a number of seconds")
        })?;
        let position = (line.place)(0);
        self.read.records.push(ResourceRecord { owner, number, ttl, rdata, position });
        Ok(())
    }

    /// The TTL of a record: its own, or else that of `$TTL`, or else that of the previous record. A SOA
    /// without any sets its last field as the TTL of all (RFC 1035, section 3.3.13).
    fn ttl(&mut self, explicit: Option<u32>, number: u16, rdata: &[u8]) -> Option<u32> {
        let ttl = match explicit.or(self.default_ttl).or(self.last_ttl) {
            Some(ttl) => ttl,
            None if number == SOA => {
                let minimum = u32::from_be_bytes(*rdata.last_chunk()?);
                self.default_ttl = Some(minimum);
                minimum
            }
            None => return None,
        };
        self.last_ttl = Some(ttl);
        Some(ttl)
    }
}

/// Numbers beyond 32 bits are TTLs as well, too large ones.
fn is_ttl(text: &[u8]) -> bool {
    wire::ttl(text).is_some() || (!text.is_empty() && text.iter().all(u8::is_ascii_digit))
}

fn ttl(line: &Line<'_>, word: usize) -> Result<u32, SyntaxError> {
    let text = line.text(word, "a TTL")?;
    if !is_ttl(text.as_bytes()) {
        let help = "write seconds, or numbers with units, such as 1h30m";
        return Err(line.fault(word, format!("\"{text}\" is not a TTL"), help));
    }
    let seconds = wire::ttl(text.as_bytes()).unwrap_or(u32::MAX);
    if seconds > MAX_TTL {
        let message = format!("a TTL is at most {MAX_TTL} (RFC 2181, section 8)");
        return Err(line.fault(word, message, "write a smaller number of seconds"));
    }
    Ok(seconds)
}

fn type_at(line: &Line<'_>, word: usize) -> Result<u16, SyntaxError> {
    let text = line.text(word, "a record type")?;
    wire::type_from_text(text).ok_or_else(|| {
        let upper = text.to_ascii_uppercase();
        let names = TYPES.iter().map(|row| row.record_type.as_str());
        let help = match octodns_core::nearest(&upper, names) {
            Some(name) => format!("did you mean {name}?"),
            None => "write a type, such as A, or TYPE and its number (RFC 3597)".to_owned(),
        };
        line.fault(word, format!("unknown record type \"{text}\""), help)
    })
}

/// The error for a digest whose length does not fit its algorithm: other servers, and octoDNS, refuse the
/// whole zone.
pub(super) fn short_digest(number: u16, rdata: &[u8]) -> Option<String> {
    let (kind, at, lengths): (u8, usize, &[(u8, usize)]) = match number {
        // DS: RFC 4034, 4509, 5933, 6605.
        43 => (*rdata.get(3)?, 4, &[(1, 20), (2, 32), (3, 32), (4, 48)]),
        // SSHFP: RFC 4255, 6594.
        44 => (*rdata.get(1)?, 2, &[(1, 20), (2, 32)]),
        // TLSA: RFC 6698.
        52 => (*rdata.get(2)?, 3, &[(1, 32), (2, 64)]),
        _ => return None,
    };
    let (_, length) = lengths.iter().find(|(known, _)| *known == kind)?;
    let found = rdata.len().saturating_sub(at);
    (found != *length)
        .then(|| format!("a digest of type {kind} has {length} bytes, this one {found}"))
}

fn end(line: &Line<'_>, word: usize) -> Result<(), SyntaxError> {
    match line.words.get(word) {
        None => Ok(()),
        Some(_) => Err(line.fault(word, "the directive ends before this word", "remove it")),
    }
}

/// RFC 1035, section 3.2.4; RFC 3597, section 5.
fn is_class(text: &[u8]) -> bool {
    let is = |name: &str| text.eq_ignore_ascii_case(name.as_bytes());
    let digits = text.split_at_checked(5).filter(|(head, _)| head.eq_ignore_ascii_case(b"CLASS"));
    let numbered = digits
        .is_some_and(|(_, digits)| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit));
    numbered || ["IN", "CS", "CH", "HS"].into_iter().any(is)
}

fn is_internet(text: &[u8]) -> bool {
    text.eq_ignore_ascii_case(b"IN") || text.eq_ignore_ascii_case(b"CLASS1")
}
