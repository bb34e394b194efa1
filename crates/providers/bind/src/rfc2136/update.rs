//! Builds the update messages of a plan (RFC 2136): prerequisites, changes, and size limits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hickory_proto::op::{Message, MessageType, OpCode, Query};
use hickory_proto::rr::rdata::NULL;
use hickory_proto::rr::{DNSClass, Name, RData, Record as Rr, RecordType as Number};
use octodns_core::{Change, Plan, Record, RecordData, RecordName, RecordType, ZoneName};
use octodns_dns::wire;

use crate::client::{Error, Transferred, wire_name, write_name};

/// The size of a header and a zone section, without the name.
const FIXED: usize = 12 + 4;

/// The size of a record without its name and data.
const RECORD: usize = 10;

/// A name server that does not exist in any zone (RFC 6761, section 6.4).
const PLACEHOLDER: &[u8] = b"\x0bplaceholder\x07invalid\0";

/// The changes of one message, name by name.
#[derive(Debug)]
pub(super) struct Update {
    names: Vec<Vec<Step>>,
}

/// The limits of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Most {
    pub(super) bytes: usize,
    pub(super) changes: usize,
}

/// The parts of one change in a message.
#[derive(Clone, Debug, Default)]
struct Step {
    change: usize,
    prerequisites: Vec<Rr>,
    /// Before the additions: a server ignores additions that conflict with existing records.
    deletions: Vec<Rr>,
    additions: Vec<Rr>,
    /// After the additions: the last NS at the apex cannot be deleted.
    late_deletions: Vec<Rr>,
}

/// The messages of a plan. `held` is the state of the server when the plan was made.
///
/// The server applies each message as a whole or not at all; the prerequisites check that the sets it changes
/// are still the same. Changes of one name stay together.
pub(super) fn messages(
    plan: &Plan,
    held: Option<&Transferred>,
    most: Most,
) -> Result<Vec<Update>, Error> {
    let zone = wire_name(plan.desired.name().as_str())?;
    let held = Held::new(held);
    let fixed = FIXED + most_bytes(&zone);
    let mut updates = Vec::new();
    let (mut waiting, mut count, mut bytes) = (Vec::new(), 0, fixed);
    for name in in_order(plan) {
        let mut steps = Vec::new();
        for change in name {
            steps.push(step(change, &plan.changes[change], plan.desired.name(), &held)?);
        }
        let size: usize = steps.iter().map(Step::bytes).sum();
        let is_full = bytes + size > most.bytes || count + steps.len() > most.changes;
        if is_full && !waiting.is_empty() {
            updates.push(Update { names: std::mem::take(&mut waiting) });
            (count, bytes) = (0, fixed);
        }
        if fixed + size <= most.bytes {
            count += steps.len();
            bytes += size;
            waiting.push(steps);
            continue;
        }
        // A name with more records than fit into a message: one message per type.
        steps.sort_by_key(|step| step.deletions.is_empty() || !step.additions.is_empty());
        for step in steps {
            updates.push(large(&zone, step, plan, most.bytes)?);
        }
    }
    if !waiting.is_empty() {
        updates.push(Update { names: waiting });
    }
    Ok(updates)
}

/// The changes of each name, in an order that servers accept.
///
/// BIND refuses a message that leaves a name server of the zone without an address: so the addresses of new
/// ones come before the apex, and those of old ones after it. Names that are only deleted come first, since
/// new records may conflict with them (such as a DNAME).
fn in_order(plan: &Plan) -> Vec<Vec<usize>> {
    let mut names: BTreeMap<&RecordName, Vec<usize>> = BTreeMap::new();
    for (index, change) in plan.changes.iter().enumerate() {
        names.entry(change.record().name()).or_default().push(index);
    }
    let hosts = name_servers(plan);
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_by_key(|(name, changes)| {
        let deletes = |index: &usize| matches!(plan.changes[*index], Change::Delete(_));
        if hosts.contains(name.as_str()) && !changes.iter().any(deletes) {
            0
        } else if name.is_apex() {
            1
        } else if changes.iter().all(deletes) {
            2
        } else {
            3
        }
    });
    names.into_iter().map(|(_, changes)| changes).collect()
}

/// The names within the zone that are desired as its name servers.
fn name_servers(plan: &Plan) -> BTreeSet<&str> {
    let zone = plan.desired.name();
    match plan.desired.root_ns().map(|record| record.data()) {
        Some(RecordData::Ns(targets)) => {
            targets.iter().filter_map(|target| zone.relative(target.as_str())).collect()
        }
        _ => BTreeSet::new(),
    }
}

/// The previous state of the server, by name and type.
struct Held<'t>(HashMap<(&'t [u8], u16), &'t [Vec<u8>]>);

impl<'t> Held<'t> {
    fn new(transferred: Option<&'t Transferred>) -> Self {
        let sets = transferred.into_iter().flat_map(|transferred| &transferred.sets);
        Self(sets.map(|set| ((&*set.owner, set.of), &*set.rdatas)).collect())
    }

    /// The data of a record in the server's form, in which a text may be split into other strings.
    fn rdatas(&self, name: &Name, record: &Record, subject: &str) -> Result<Vec<Vec<u8>>, Error> {
        let mut owner = Vec::new();
        write_name(name, &mut owner);
        let of = wire::type_number(record.record_type()).unwrap_or_default();
        match self.0.get(&(owner.as_slice(), of)) {
            Some(rdatas) => Ok(rdatas.to_vec()),
            None => rdatas(record, subject),
        }
    }
}

fn rdatas(record: &Record, subject: &str) -> Result<Vec<Vec<u8>>, Error> {
    wire::to_bytes(record.data())
        .map_err(|source| Error::Record { record: subject.to_owned(), source })
}

fn step(index: usize, change: &Change, zone: &ZoneName, held: &Held<'_>) -> Result<Step, Error> {
    let record = change.record();
    let subject = subject(record, zone);
    let name = wire_name(&record.fqdn(zone))?.to_lowercase();
    let of = Number::from(wire::type_number(record.record_type()).unwrap_or_default());
    let rr = |class, ttl, bytes: &[u8]| {
        let data = RData::Unknown { code: of, rdata: NULL::with(bytes.to_vec()) };
        of_class(class, Rr::from_rdata(name.clone(), ttl, data))
    };
    let set = |class| of_class(class, Rr::update0(name.clone(), 0, of));
    let old = match change.existing() {
        Some(existing) => Some(held.rdatas(&name, existing, &subject)?),
        None => None,
    };
    let new = match change.desired() {
        Some(new) => rdatas(new, &subject)?,
        None => Vec::new(),
    };
    let ttl = u32::try_from(record.ttl()).unwrap_or_default();
    let is_root_ns = record.name().is_apex() && record.record_type() == RecordType::NS;

    let mut step = Step { change: index, ..Step::default() };
    match &old {
        None => step.prerequisites.push(set(DNSClass::NONE)),
        Some(old) => step.prerequisites.extend(old.iter().map(|data| rr(DNSClass::IN, 0, data))),
    }
    step.additions.extend(new.iter().map(|data| rr(DNSClass::IN, ttl, data)));
    match old {
        None => {}
        // The NS set at the apex cannot be deleted as a whole (RFC 2136, section 3.4.2.3).
        Some(old) if is_root_ns => {
            let mut gone: Vec<_> = old.iter().filter(|data| !new.contains(data)).collect();
            // Knot only takes a TTL from a new record, so the message adds one temporarily.
            let placeholder = PLACEHOLDER.to_vec();
            if new.iter().all(|data| old.contains(data)) {
                step.additions.insert(0, rr(DNSClass::IN, ttl, &placeholder));
                gone.push(&placeholder);
            }
            step.late_deletions.extend(gone.into_iter().map(|data| rr(DNSClass::NONE, 0, data)));
        }
        Some(_) => step.deletions.push(set(DNSClass::ANY)),
    }
    Ok(step)
}

impl Step {
    /// An upper bound on its size: names are compressed when it is written.
    fn bytes(&self) -> usize {
        let sections =
            [&self.prerequisites, &self.deletions, &self.additions, &self.late_deletions];
        sections.into_iter().flatten().map(bytes).sum()
    }

    /// Checks only whether the set exists, not its values; returns whether that is less than before.
    fn ask_less(&mut self) -> bool {
        match self.prerequisites.first() {
            Some(first) if first.dns_class == DNSClass::IN => {
                let (name, of) = (first.name.clone(), first.record_type());
                self.prerequisites = vec![of_class(DNSClass::ANY, Rr::update0(name, 0, of))];
                true
            }
            _ => false,
        }
    }
}

fn of_class(class: DNSClass, mut record: Rr) -> Rr {
    record.dns_class = class;
    record
}

fn bytes(record: &Rr) -> usize {
    let data = match &record.data {
        RData::Unknown { rdata, .. } => rdata.anything.len(),
        _ => 0,
    };
    most_bytes(&record.name) + RECORD + data
}

/// The size of a name without compression, whose length in `hickory` leaves out the byte at its end.
fn most_bytes(name: &Name) -> usize {
    name.len() + 1
}

impl Update {
    /// The changes, as indexes into the plan.
    pub(super) fn changes(&self) -> Vec<usize> {
        self.names.iter().flatten().map(|step| step.change).collect()
    }

    /// Cuts off the second half of the names; `None` if there is only one.
    pub(super) fn halve(&mut self) -> Option<Self> {
        let names = self.names.split_off(self.names.len().div_ceil(2));
        (!names.is_empty()).then_some(Self { names })
    }

    /// Requires of existing sets only that they exist; returns whether that is less than before.
    pub(super) fn ask_less(&mut self) -> bool {
        let steps = self.names.iter_mut().flatten();
        steps.fold(false, |is_less, step| step.ask_less() | is_less)
    }

    /// The message that makes the changes.
    pub(super) fn message(&self, zone: &Name, id: u16) -> Message {
        let mut message = Message::new(id, MessageType::Query, OpCode::Update);
        message.add_query(Query::query(zone.clone(), Number::SOA));
        let (mut deletions, mut additions, mut late) = (Vec::new(), Vec::new(), Vec::new());
        for step in self.names.iter().flatten().cloned() {
            message.add_answers(step.prerequisites);
            deletions.extend(step.deletions);
            additions.extend(step.additions);
            late.extend(step.late_deletions);
        }
        // A DS without its NS is ignored: it is deleted before and added after.
        deletions.sort_by_key(|rr| rr.record_type() != Number::DS);
        additions.sort_by_key(|rr| match rr.record_type() {
            Number::NS => 0,
            Number::DS => 2,
            _ => 1,
        });
        message.add_authorities(deletions.into_iter().chain(additions).chain(late));
        message
    }
}

/// The message for a single change, which may be too large.
fn large(zone: &Name, step: Step, plan: &Plan, most: usize) -> Result<Update, Error> {
    let index = step.change;
    let mut update = Update { names: vec![vec![step]] };
    let bytes = |update: &Update| {
        let steps = update.names.iter().flatten();
        FIXED + most_bytes(zone) + steps.map(Step::bytes).sum::<usize>()
    };
    let fits = |update: &Update| {
        // At 65,535 bytes the encoder stops and marks the message as truncated.
        let whole =
            |bytes: &Vec<u8>| bytes.len() <= most && bytes.get(2).is_some_and(|b| b & 2 == 0);
        bytes(update) <= most
            || update.message(zone, 0).to_vec().is_ok_and(|written| whole(&written))
    };
    if fits(&update) {
        return Ok(update);
    }
    update.ask_less();
    if fits(&update) {
        return Ok(update);
    }
    let record = subject(plan.changes[index].record(), plan.desired.name());
    Err(Error::TooLargeForUpdate { record, bytes: bytes(&update), most })
}

/// Name and type, for messages.
pub(super) fn subject(record: &Record, zone: &ZoneName) -> String {
    format!("{} {}", record.decoded_fqdn(zone), record.record_type())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use octodns_core::Zone;

    use super::*;

    /// A message that is cut off would be applied in part, and be answered NOERROR all the same.
    #[test]
    fn no_message_is_cut_off_however_many_changes_there_are() {
        let empty = Zone::new(ZoneName::new("example.").unwrap());
        let changes = (0..5000_u16).map(|number| {
            let [high, low] = number.to_be_bytes();
            // The lengths of names differ, so that messages end everywhere near the limit.
            let name = format!("{}{number}", "a".repeat(usize::from(number % 5)));
            let addresses = vec![[192, 0, 2, low].into(), [198, 51, high, low].into()];
            let data = RecordData::A(addresses);
            Change::Create(Arc::new(Record::new(RecordName::new(&name).unwrap(), 60, data)))
        });
        let plan = Plan::new(empty.clone(), empty, changes.collect(), true);
        let zone = wire_name("example.").unwrap();
        let most = usize::from(u16::MAX);
        let updates = messages(&plan, None, Most { bytes: most, changes: 5000 }).unwrap();
        let mut records = 0;
        for update in &updates {
            let written = update.message(&zone, 1).to_vec().unwrap();
            let read = Message::from_vec(&written).unwrap();
            assert!(!read.metadata.truncation && written.len() <= most);
            records += read.authorities.len();
        }
        assert_eq!(records, 10_000);
    }
}
