//! Zone transfers (AXFR, RFC 5936): from a stream of messages to the sets of a zone.

use std::collections::HashMap;

use hickory_proto::rr::Name;
use octodns_dns::wire;

use super::error::{Error, MessageFault, Progress};
use super::message::{Message, RawRecord, number, write_name};

/// What a server holds of a zone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transferred {
    /// The serial of the zone.
    pub(crate) serial: u32,
    /// Its sets of the types that octoDNS has, in the order of the server.
    pub(crate) sets: Vec<RawSet>,
}

/// All records of a name and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawSet {
    /// The name on the wire, in lower case.
    pub(crate) owner: Box<[u8]>,
    /// The number of the type.
    pub(crate) of: u16,
    /// The lowest TTL of the records, if they differ.
    pub(crate) ttl: u32,
    /// The data of each record, names not compressed.
    pub(crate) rdatas: Vec<Vec<u8>>,
}

/// Takes the messages of a transfer one by one.
pub(crate) struct Collector {
    /// The zone on the wire, in lower case.
    zone: Box<[u8]>,
    zone_name: Name,
    /// The opening SOA's serial and data.
    opening: Option<(u32, Vec<u8>)>,
    is_complete: bool,
    progress: Progress,
    sets: Vec<RawSet>,
    /// Where in `sets` each name's and type's set is.
    index: HashMap<(Box<[u8]>, u16), usize>,
    /// The name of a record on the wire, to save the memory.
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
            sets: Vec::new(),
            index: HashMap::new(),
            owner: Vec::new(),
        }
    }

    /// How far it has come.
    pub(crate) fn progress(&self) -> Progress {
        self.progress
    }

    /// Whether the closing SOA was there.
    pub(crate) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Takes a record of the answer.
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
        write_name(&record.owner, &mut self.owner);
        // Lengths of labels are below 64 and no letters.
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
            self.add(record.of, record.ttl, rdata);
        }
        Ok(())
    }

    /// Counts a message that was taken.
    pub(crate) fn count_message(&mut self) {
        self.progress.messages += 1;
    }

    /// What was collected.
    pub(crate) fn finish(self) -> Transferred {
        let serial = self.opening.map_or(0, |(serial, _)| serial);
        Transferred { serial, sets: self.sets }
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

    fn add(&mut self, of: u16, ttl: u32, rdata: Vec<u8>) {
        // The records of a set stand together, as a rule.
        let last = self.sets.len().checked_sub(1);
        let is_of = |set: &RawSet, owner: &[u8]| set.of == of && *set.owner == *owner;
        let found = match last {
            Some(last) if is_of(&self.sets[last], &self.owner) => Some(last),
            _ => {
                let key = (Box::from(self.owner.as_slice()), of);
                let next = self.sets.len();
                let index = *self.index.entry(key).or_insert(next);
                (index < next).then_some(index)
            }
        };
        if let Some(set) = found.and_then(|index| self.sets.get_mut(index)) {
            set.ttl = set.ttl.min(ttl);
            set.rdatas.push(rdata);
            return;
        }
        let owner = self.owner.as_slice().into();
        self.sets.push(RawSet { owner, of, ttl, rdatas: vec![rdata] });
    }

    /// Takes the answers of a message about the zone.
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

/// Whether a name is a zone's or below it, both on the wire.
fn is_within(name: &[u8], zone: &[u8]) -> bool {
    let mut rest = name;
    while rest.len() > zone.len() {
        let Some((&length, after)) = rest.split_first() else { return false };
        let Some((_, after)) = after.split_at_checked(usize::from(length)) else { return false };
        rest = after;
    }
    rest == zone
}
