//! Signatures of single messages and of streams of messages (TSIG, RFC 8945).

use std::fmt;

use hickory_proto::ProtoError;
use hickory_proto::rr::Name;
use hickory_proto::rr::rdata::TSIG;
use hickory_proto::rr::rdata::tsig::make_tsig_record;
use hickory_proto::serialize::binary::{BinEncodable, BinEncoder, NameEncoding};

use super::algorithm::Algorithm;
use super::error::{Error, MessageFault, SignatureFault};
use super::message::{HEADER, Signature};

/// How many seconds the clocks of both sides may differ (RFC 8945, section 10).
const FUDGE: u16 = 300;

/// How many messages in a row may be unsigned (RFC 8945, section 5.3.1).
const MAX_UNSIGNED: usize = 99;

/// A shared key.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) name: Name,
    pub(crate) algorithm: Algorithm,
    pub(crate) secret: Vec<u8>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({} {:?})", self.name, self.algorithm)
    }
}

impl Key {
    /// Signs a request with a time in seconds since 1970, and returns the verifier for the answers.
    pub(crate) fn sign(&self, message: &mut Vec<u8>, now: u64) -> Result<Verifier<'_>, Error> {
        let id = message.get(..2).map_or(0, |id| u16::from_be_bytes([id[0], id[1]]));
        let algorithm = self.algorithm.on_the_wire();
        let unsigned = TSIG::new(algorithm, now, FUDGE, Vec::new(), id, None, Vec::new());
        let mut data = message.clone();
        append(&mut data, |encoder| unsigned.emit_tsig_for_mac(encoder, &self.name))?;
        let mac = self.algorithm.mac(&self.secret, &data);
        let record = make_tsig_record(self.name.clone(), unsigned.set_mac(mac.clone()));
        append(message, |encoder| record.emit(encoder))?;
        set_additionals(message, |count| count.saturating_add(1));
        Ok(Verifier { key: self, mac, unsigned: Vec::new(), unsigned_count: 0, messages: 0 })
    }
}

/// Verifies the answers to one request, in order.
pub(crate) struct Verifier<'k> {
    key: &'k Key,
    /// The last MAC: of the request, then of the last signed answer.
    mac: Vec<u8>,
    /// The unsigned messages since, which the next signature covers as well.
    unsigned: Vec<u8>,
    unsigned_count: usize,
    messages: usize,
}

impl Verifier<'_> {
    /// Verifies the next message.
    pub(crate) fn next(
        &mut self,
        message: &[u8],
        signature: Option<&Signature>,
        now: u64,
    ) -> Result<(), SignatureFault> {
        self.messages += 1;
        let Some(signature) = signature else {
            if self.messages == 1 {
                return Err(SignatureFault::Missing);
            }
            self.unsigned_count += 1;
            if self.unsigned_count > MAX_UNSIGNED {
                return Err(SignatureFault::TooFew(self.unsigned_count));
            }
            self.unsigned.extend_from_slice(message);
            return Ok(());
        };
        self.is_of_the_key(signature)?;
        let wrong = SignatureFault::Wrong { message: self.messages };
        let data = self.covered(message, signature).map_err(|_| wrong.clone())?;
        if !self.key.algorithm.verifies(&self.key.secret, &data, &signature.data.mac) {
            return Err(wrong);
        }
        in_time(&signature.data, now)?;
        self.mac.clone_from(&signature.data.mac);
        self.unsigned.clear();
        self.unsigned_count = 0;
        Ok(())
    }

    /// Ends the exchange; the last message must have been signed.
    pub(crate) fn finish(&self) -> Result<(), SignatureFault> {
        if self.unsigned_count == 0 { Ok(()) } else { Err(SignatureFault::MissingAtTheEnd) }
    }

    fn is_of_the_key(&self, signature: &Signature) -> Result<(), SignatureFault> {
        let expected = self.key.algorithm.on_the_wire().to_name();
        let found = signature.data.algorithm.to_name();
        if signature.key == self.key.name && found.eq_ignore_root(&expected) {
            return Ok(());
        }
        Err(SignatureFault::Key(format!("{} {}", signature.key, found)))
    }

    /// The data that a signature covers (RFC 8945, sections 4.3 and 5.3.1).
    fn covered(&self, message: &[u8], signature: &Signature) -> Result<Vec<u8>, Error> {
        let Signature { start, data: tsig, .. } = signature;
        let capacity = self.mac.len() + self.unsigned.len() + message.len();
        let mut covered = Vec::with_capacity(capacity);
        covered.extend(u16::try_from(self.mac.len()).unwrap_or_default().to_be_bytes());
        covered.extend_from_slice(&self.mac);
        covered.extend_from_slice(&self.unsigned);
        let mut unsigned = message.get(..*start).unwrap_or(message).to_vec();
        if let Some(id) = unsigned.get_mut(..2) {
            id.copy_from_slice(&tsig.oid.to_be_bytes());
        }
        set_additionals(&mut unsigned, |count| count.saturating_sub(1));
        covered.extend_from_slice(&unsigned);
        if self.messages == 1 {
            append(&mut covered, |encoder| tsig.emit_tsig_for_mac(encoder, &self.key.name))?;
        } else {
            covered.extend_from_slice(&tsig.time.to_be_bytes()[2..]);
            covered.extend(tsig.fudge.to_be_bytes());
        }
        Ok(covered)
    }
}

fn in_time(tsig: &TSIG, now: u64) -> Result<(), SignatureFault> {
    let (seconds, direction) =
        if tsig.time < now { (now - tsig.time, "before") } else { (tsig.time - now, "after") };
    if seconds <= u64::from(tsig.fudge) {
        return Ok(());
    }
    Err(SignatureFault::Time { seconds, direction, fudge: tsig.fudge })
}

/// Appends the output of `emit`, without compression.
fn append(
    bytes: &mut Vec<u8>,
    emit: impl FnOnce(&mut BinEncoder<'_>) -> Result<(), ProtoError>,
) -> Result<(), Error> {
    let mut written = Vec::new();
    let mut encoder = BinEncoder::new(&mut written);
    encoder.set_name_encoding(NameEncoding::Uncompressed);
    emit(&mut encoder).map_err(|error| MessageFault::Malformed(error.to_string()))?;
    bytes.extend_from_slice(&written);
    Ok(())
}

/// Changes the number of additional records in a header.
fn set_additionals(message: &mut [u8], change: impl FnOnce(u16) -> u16) {
    if let Some(count) = message.get_mut(HEADER - 2..HEADER) {
        let changed = change(u16::from_be_bytes([count[0], count[1]]));
        count.copy_from_slice(&changed.to_be_bytes());
    }
}
