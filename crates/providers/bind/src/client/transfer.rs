//! Zone transfers (AXFR, RFC 5936): from a stream of messages to the RRsets of a zone.

use hickory_proto::op::OpCode;
use hickory_proto::rr::Name;
use octodns_core::value::Position;
use octodns_dns::wire;

use super::error::{Error, MessageFault, Progress};
use super::message::{Message, RawRecord, number, write_name};
use crate::sets::{RawSet, Sets};

/// The size of a record without its name and data: type, class, TTL, and the length of the data.
const FIXED: usize = 10;

/// The contents of a zone at a server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transferred {
    /// The serial of the zone.
    pub(crate) serial: u32,
    /// Its RRsets of the types that octoDNS supports, in the order of the server.
    pub(crate) sets: Vec<RawSet>,
}

/// Collects the messages of a transfer one by one.
pub(crate) struct Collector {
    /// The zone in wire format, in lowercase.
    zone: Box<[u8]>,
    zone_name: Name,
    /// The serial and the data of the opening SOA.
    opening: Option<(u32, Vec<u8>)>,
    is_complete: bool,
    progress: Progress,
    sets: Sets,
    /// The size that the records in `sets` would have on the wire without compression.
    bytes: u64,
    /// A buffer for the owner name of a record.
    owner: Vec<u8>,
}

impl Collector {
    /// Collects a zone.
    pub(crate) fn new(zone: &Name) -> Self {
        let mut bytes = Vec::new();
        write_name(&zone.to_lowercase(), &mut bytes);
        Self {
            zone: bytes.into(),
            zone_name: zone.clone(),
            opening: None,
            is_complete: false,
            progress: Progress::default(),
            sets: Sets::default(),
            bytes: 0,
            owner: Vec::new(),
        }
    }

    /// The progress of the transfer.
    pub(crate) fn progress(&self) -> Progress {
        self.progress
    }

    /// The size of the collected records, with compressed names counted in full.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether the closing SOA has been received.
    pub(crate) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Collects a record of an answer.
    pub(crate) fn take(&mut self, record: &RawRecord<'_>) -> Result<(), Error> {
        self.progress.records += 1;
        if self.is_complete {
            return Err(MessageFault::AfterTheEnd(record.described()).into());
        }
        if record.class != number::IN {
            let (class, record) = (record.class, record.described());
            return Err(MessageFault::Class { class, record }.into());
        }
        self.owner.clear();
        self.owner.extend_from_slice(&record.owner);
        // Lengths of labels are below 64, so they are not letters.
        self.owner.make_ascii_lowercase();
        if !is_within(&self.owner, &self.zone) {
            return Err(MessageFault::OutsideZone(record.described()).into());
        }
        if record.of == number::SOA && *self.owner == *self.zone {
            return self.take_soa(record);
        }
        if self.opening.is_none() {
            return Err(MessageFault::NoSoa(record.described()).into());
        }
        if wire::type_of(record.of).is_some() {
            let rdata = record.rdata()?;
            self.bytes += (self.owner.len() + FIXED + rdata.len()) as u64;
            self.sets.set(self.owner.as_slice(), record.of, Position::NONE).add(record.ttl, rdata);
        }
        Ok(())
    }

    /// Counts a message.
    pub(crate) fn count_message(&mut self) {
        self.progress.messages += 1;
    }

    /// Collects the messages of a recorded transfer, without checking the sender.
    pub(crate) fn take_recorded<'m>(
        &mut self,
        messages: impl IntoIterator<Item = &'m [u8]>,
    ) -> Result<(), Error> {
        let mut id = None;
        for bytes in messages {
            let message = Message::new(bytes)?;
            let id = *id.get_or_insert(message.id);
            message.answers(id, OpCode::Query.into(), (&self.zone_name, number::AXFR))?;
            let signature = self.take_message(&message)?;
            message.check_rcode(signature.as_ref(), false)?;
            self.count_message();
            if self.is_complete {
                return Ok(());
            }
        }
        Err(Error::Closed(self.progress))
    }

    /// The collected data.
    pub(crate) fn finish(self) -> Transferred {
        let serial = self.opening.map_or(0, |(serial, _)| serial);
        Transferred { serial, sets: self.sets.into_vec() }
    }

    fn take_soa(&mut self, record: &RawRecord<'_>) -> Result<(), Error> {
        let (serial, rdata) = (record.serial()?, record.rdata()?);
        match &self.opening {
            None => self.opening = Some((serial, rdata)),
            Some((opening, opening_rdata)) => {
                if *opening != serial || !opening_rdata.eq_ignore_ascii_case(&rdata) {
                    let fault = MessageFault::SoaChanged { opening: *opening, closing: serial };
                    return Err(fault.into());
                }
                self.is_complete = true;
            }
        }
        Ok(())
    }

    /// Collects the answers of a message about the zone.
    pub(crate) fn take_message(
        &mut self,
        message: &Message<'_>,
    ) -> Result<Option<super::message::Signature>, Error> {
        message.walk(|record| self.take(record))
    }

    /// The name of the zone.
    pub(crate) fn zone(&self) -> &Name {
        &self.zone_name
    }
}

/// Whether a name is at or below a zone, both in wire format.
fn is_within(name: &[u8], zone: &[u8]) -> bool {
    let mut rest = name;
    while rest.len() > zone.len() {
        let Some((&length, after)) = rest.split_first() else { return false };
        let Some((_, after)) = after.split_at_checked(usize::from(length)) else { return false };
        rest = after;
    }
    rest == zone
}
