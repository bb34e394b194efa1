//! Messages on the wire (RFC 1035, section 4), as far as this crate needs them.
//!
//! `hickory` reads names and numbers. Records are kept as bytes: it would refuse the whole message because of
//! one record with unusual data, and does not preserve the exact bytes of others.

use hickory_proto::rr::rdata::TSIG;
use hickory_proto::rr::{Name, RData, Record};
use hickory_proto::serialize::binary::{BinDecodable, BinDecoder, DecodeError};

use octodns_dns::wire;

use super::error::{Error, MessageFault};
use super::rcode::Rcode;

/// The types and classes that this crate needs to know.
pub(crate) mod number {
    pub(crate) const SOA: u16 = 6;
    pub(crate) const TSIG: u16 = 250;
    pub(crate) const AXFR: u16 = 252;
    pub(crate) const IN: u16 = 1;
}

/// The length of a header.
pub(crate) const HEADER: usize = 12;

/// A message that was received.
pub(crate) struct Message<'m> {
    pub(crate) bytes: &'m [u8],
    pub(crate) id: u16,
    flags: u16,
    /// The number of questions, answers, authorities, additionals.
    counts: [u16; 4],
}

/// A record as it is in a message.
pub(crate) struct RawRecord<'m> {
    /// The name in wire format, without compression.
    pub(crate) owner: Vec<u8>,
    pub(crate) of: u16,
    pub(crate) class: u16,
    pub(crate) ttl: u32,
    message: &'m [u8],
    start: usize,
    length: u16,
}

/// The signature at the end of a message.
pub(crate) struct Signature {
    /// Where it begins.
    pub(crate) start: usize,
    /// The name of the key.
    pub(crate) key: Name,
    pub(crate) data: TSIG,
}

impl<'m> Message<'m> {
    /// Reads the header.
    pub(crate) fn new(bytes: &'m [u8]) -> Result<Self, MessageFault> {
        let Some((header, _)) = bytes.split_at_checked(HEADER) else {
            return Err(MessageFault::Malformed("it is shorter than a header".to_owned()));
        };
        let word = |index: usize| u16::from_be_bytes([header[index], header[index + 1]]);
        let counts = [word(4), word(6), word(8), word(10)];
        Ok(Self { bytes, id: word(0), flags: word(2), counts })
    }

    /// Whether it answers a request with this id and opcode about this name and type.
    ///
    /// The question may be missing.
    pub(crate) fn answers(&self, id: u16, opcode: u8, about: (&Name, u16)) -> Result<(), Error> {
        if self.id != id {
            return Err(MessageFault::Id { expected: id, found: self.id }.into());
        }
        if self.flags & 0x8000 == 0 {
            return Err(MessageFault::NoAnswer.into());
        }
        let found = u8::try_from(self.flags >> 11 & 0xf).unwrap_or_default();
        if found != opcode {
            return Err(MessageFault::Opcode(found).into());
        }
        if self.flags & 0x0200 != 0 {
            return Err(MessageFault::Truncated.into());
        }
        let mut decoder = self.after_header()?;
        for _ in 0..self.counts[0] {
            let (name, of, class) = question(&mut decoder).map_err(malformed)?;
            if (&name, of, class) != (about.0, about.1, number::IN) {
                return Err(MessageFault::Question(name.to_ascii()).into());
            }
        }
        Ok(())
    }

    /// The response code, with the error code of the signature.
    pub(crate) fn rcode(&self, signature: Option<&Signature>) -> Rcode {
        let tsig = signature.and_then(|signature| signature.data.error);
        Rcode { code: self.flags & 0xf, tsig: tsig.map_or(0, u16::from) }
    }

    /// Refuses a message with an error code; `is_signed` is about the request.
    pub(crate) fn check_rcode(
        &self,
        signature: Option<&Signature>,
        is_signed: bool,
    ) -> Result<(), Error> {
        let rcode = self.rcode(signature);
        let is_fine = rcode.code == Rcode::NOERROR && rcode.tsig == 0;
        if is_fine { Ok(()) } else { Err(Error::Refused { rcode, is_signed }) }
    }

    /// Calls `each` with every answer, in order, and returns the signature if there is one.
    pub(crate) fn walk(
        &self,
        mut each: impl FnMut(&RawRecord<'m>) -> Result<(), Error>,
    ) -> Result<Option<Signature>, Error> {
        let mut decoder = self.after_header()?;
        for _ in 0..self.counts[0] {
            question(&mut decoder).map_err(malformed)?;
        }
        let mut owner = Vec::new();
        for _ in 0..self.counts[1] {
            let (_, record) = self.record(&mut decoder, owner)?;
            each(&record)?;
            owner = record.owner;
        }
        let rest = u32::from(self.counts[2]) + u32::from(self.counts[3]);
        for left in (0..rest).rev() {
            let (start, record) = self.record(&mut decoder, Vec::new())?;
            if record.of != number::TSIG {
                continue;
            }
            if left > 0 {
                let why = "a signature is not the last record".to_owned();
                return Err(MessageFault::Malformed(why).into());
            }
            self.end(&decoder)?;
            return self.signature(start).map(Some);
        }
        self.end(&decoder)?;
        Ok(None)
    }

    fn signature(&self, start: usize) -> Result<Signature, Error> {
        let mut decoder = BinDecoder::new(self.bytes);
        decoder.read_slice(start).map_err(malformed)?;
        match Record::read(&mut decoder).map_err(malformed)? {
            Record { name: key, data: RData::TSIG(data), .. } => Ok(Signature { start, key, data }),
            _ => Err(MessageFault::Malformed("its signature is empty".to_owned()).into()),
        }
    }

    fn after_header(&self) -> Result<BinDecoder<'m>, Error> {
        let mut decoder = BinDecoder::new(self.bytes);
        decoder.read_slice(HEADER).map_err(malformed)?;
        Ok(decoder)
    }

    /// A record, and where it begins; `owner` is memory for its name.
    fn record(
        &self,
        decoder: &mut BinDecoder<'m>,
        owner: Vec<u8>,
    ) -> Result<(usize, RawRecord<'m>), Error> {
        let start = decoder.index();
        RawRecord::read(decoder, self.bytes, owner).map(|record| (start, record)).map_err(malformed)
    }

    fn end(&self, decoder: &BinDecoder<'_>) -> Result<(), Error> {
        if decoder.is_empty() {
            return Ok(());
        }
        let why = format!("{} bytes follow its last record", self.bytes.len() - decoder.index());
        Err(MessageFault::Malformed(why).into())
    }
}

impl<'m> RawRecord<'m> {
    fn read(
        decoder: &mut BinDecoder<'m>,
        message: &'m [u8],
        mut owner: Vec<u8>,
    ) -> Result<Self, DecodeError> {
        owner.clear();
        read_name(decoder, message, &mut owner)?;
        let of = word(decoder)?;
        let class = word(decoder)?;
        let ttl = decoder.read_u32()?.unverified();
        let length = word(decoder)?;
        let start = decoder.index();
        decoder.read_slice(usize::from(length))?;
        Ok(Self { owner, of, class, ttl, message, start, length })
    }

    /// The data, with its names written out.
    pub(crate) fn rdata(&self) -> Result<Vec<u8>, Error> {
        let Some((before, names, after)) = names_in(self.of) else {
            return Ok(self.message[self.start..self.end()].to_vec());
        };
        let (rdata, end) = self.expand(before, names, after).map_err(malformed)?;
        if end == self.end() {
            return Ok(rdata);
        }
        let why = format!("the data of {} has another length than it says", self.described());
        Err(MessageFault::Malformed(why).into())
    }

    /// The serial of a SOA (RFC 1035, section 3.3.13).
    pub(crate) fn serial(&self) -> Result<u32, Error> {
        let rdata = self.rdata()?;
        let serial = rdata.len().checked_sub(20).and_then(|start| rdata.get(start..start + 4));
        let serial = serial.and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
        serial
            .map(u32::from_be_bytes)
            .ok_or_else(|| MessageFault::Malformed("its SOA has no serial".to_owned()).into())
    }

    /// Name and type, for messages.
    pub(crate) fn described(&self) -> String {
        let owner = Name::read(&mut BinDecoder::new(&self.owner)).unwrap_or_default();
        format!("{} {}", owner.to_ascii(), wire::type_text(self.of))
    }

    fn end(&self) -> usize {
        self.start + usize::from(self.length)
    }

    /// The data, and its end in the message.
    fn expand(
        &self,
        before: usize,
        names: usize,
        after: usize,
    ) -> Result<(Vec<u8>, usize), DecodeError> {
        let mut decoder = BinDecoder::new(self.message);
        decoder.read_slice(self.start)?;
        let mut rdata = decoder.read_slice(before)?.unverified().to_vec();
        for _ in 0..names {
            read_name(&mut decoder, self.message, &mut rdata)?;
        }
        rdata.extend_from_slice(decoder.read_slice(after)?.unverified());
        Ok((rdata, decoder.index()))
    }
}

/// Types whose data contains names that may be compressed (RFC 3597, section 4): the number of bytes before
/// the names, of names, and of bytes after them.
///
/// Names in SRV and DNAME must not be compressed, but old servers did so.
fn names_in(of: u16) -> Option<(usize, usize, usize)> {
    match of {
        2 | 5 | 12 | 39 => Some((0, 1, 0)),
        number::SOA => Some((0, 2, 20)),
        15 => Some((2, 1, 0)),
        33 => Some((6, 1, 0)),
        _ => None,
    }
}

/// Appends a name in wire format, without compression.
pub(crate) fn write_name(name: &Name, bytes: &mut Vec<u8>) {
    for label in name {
        // A label has at most 63 bytes.
        bytes.push(u8::try_from(label.len()).unwrap_or_default());
        bytes.extend_from_slice(label);
    }
    bytes.push(0);
}

/// Passes a name, and appends it without compression; what is wrong with it is `hickory`'s to say.
fn read_name(
    decoder: &mut BinDecoder<'_>,
    message: &[u8],
    bytes: &mut Vec<u8>,
) -> Result<(), DecodeError> {
    let (at, begin) = (decoder.index(), bytes.len());
    let Some(end) = wire::expand_name(message, at, bytes) else {
        bytes.truncate(begin);
        write_name(&Name::read(decoder)?, bytes);
        return Ok(());
    };
    decoder.read_slice(end - at).map(drop)
}

fn question(decoder: &mut BinDecoder<'_>) -> Result<(Name, u16, u16), DecodeError> {
    Ok((Name::read(decoder)?, word(decoder)?, word(decoder)?))
}

fn word(decoder: &mut BinDecoder<'_>) -> Result<u16, DecodeError> {
    Ok(decoder.read_u16()?.unverified())
}

#[expect(clippy::needless_pass_by_value, reason = "what map_err hands over")]
fn malformed(error: DecodeError) -> Error {
    MessageFault::Malformed(error.to_string()).into()
}
