//! Questions as messages, and answers that can be read without taking a whole message apart.

use crate::answer::{Answer, Found, RrSet};
use crate::network::MAX_ANSWER;
use crate::wire::expand_name;

/// Where the question begins, and with it its name, to which answers point back.
const QUESTION: usize = 12;
const POINTER: [u8; 2] = [0xc0, 12];

/// A response to a standard query that is not cut off, whose other flags say nothing of the records (RFC 1035,
/// section 4.1.1): what the third and the fourth byte have of these.
const SIMPLE: [(u8, u8); 2] = [(0xfa, 0x80), (0x0f, 0)];
const AUTHORITATIVE: u8 = 0x04;

const IN: u16 = 1;
const A: u16 = 1;
const NS: u16 = 2;
const CNAME: u16 = 5;
const PTR: u16 = 12;
const MX: u16 = 15;
const TXT: u16 = 16;
const AAAA: u16 = 28;
const SRV: u16 = 33;
const OPT: u16 = 41;

/// Makes `message` the question for a name on the wire and the number of a type, with an id of zero. Recursion is
/// desired, and EDNS says how long an answer may be (RFC 6891).
pub(super) fn write(message: &mut Vec<u8>, name: &[u8], number: u16) {
    message.clear();
    message.extend([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
    message.extend_from_slice(name);
    message.extend(number.to_be_bytes());
    message.extend(IN.to_be_bytes());
    message.push(0);
    message.extend(OPT.to_be_bytes());
    message.extend(MAX_ANSWER.to_be_bytes());
    message.extend([0; 6]);
}

/// The records of an answer, if that is all it has, and all in it is as usual: the question, records of its name and
/// type, and beside them at most servers of a zone, addresses, and EDNS without options.
///
/// Anything else is `None`, whether it is valid or not: [`read::answer`](super::super::read::answer) decides.
pub(super) fn read(message: &[u8], asked: &[u8]) -> Option<Answer> {
    let question = question(asked)?;
    let (name, kind) = question.split_at_checked(question.len().checked_sub(4)?)?;
    let [high, low, ..] = *kind else { return None };
    let number = u16::from_be_bytes([high, low]);
    let mut reader = Reader { message, at: 2 };
    let flags = reader.array::<2>()?;
    if flags.iter().zip(SIMPLE).any(|(flags, (mask, value))| flags & mask != value) {
        return None;
    }
    let counts = [reader.u16()?, reader.u16()?, reader.u16()?, reader.u16()?];
    let [1, answers, authorities, additionals] = counts else { return None };
    if answers == 0
        || !reader.take(name.len())?.eq_ignore_ascii_case(name)
        || reader.take(4)? != kind
    {
        return None;
    }
    let mut rows = RrSet { ttl: u32::MAX, rdatas: Vec::with_capacity(usize::from(answers.min(8))) };
    for _ in 0..answers {
        reader.owner(name)?;
        let head = reader.head()?;
        if (head.number, head.class) != (number, IN) {
            return None;
        }
        rows.ttl = rows.ttl.min(head.ttl);
        let mut rdata = Vec::with_capacity(head.length.into());
        reader.rdata(&head, &mut rdata)?;
        rows.rdatas.push(rdata);
    }
    let mut other = Vec::new();
    for _ in 0..authorities {
        reader.beside(&mut other)?;
    }
    let mut has_edns = false;
    for _ in 0..additionals {
        if reader.edns() {
            if std::mem::replace(&mut has_edns, true) {
                return None;
            }
        } else {
            reader.beside(&mut other)?;
        }
    }
    if reader.at != message.len() {
        return None;
    }
    Some(Answer {
        found: Found::RrSet(rows),
        authoritative: flags[0] & AUTHORITATIVE != 0,
        aliases: Vec::new(),
        referral: None,
        zone: None,
    })
}

/// The question of a message that [`write()`] has made: a name, a type and a class.
fn question(asked: &[u8]) -> Option<&[u8]> {
    asked.get(QUESTION..asked.len().checked_sub(11)?)
}

/// What stands before record data.
struct Head {
    number: u16,
    class: u16,
    ttl: u32,
    length: u16,
}

struct Reader<'m> {
    message: &'m [u8],
    at: usize,
}

impl<'m> Reader<'m> {
    fn take(&mut self, count: usize) -> Option<&'m [u8]> {
        let taken = self.message.get(self.at..self.at.checked_add(count)?)?;
        self.at += count;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    fn head(&mut self) -> Option<Head> {
        let (number, class) = (self.u16()?, self.u16()?);
        let ttl = self.array().map(u32::from_be_bytes)?;
        Some(Head { number, class, ttl, length: self.u16()? })
    }

    /// Passes the name of a record, which has to be `name`: a pointer to the question, or written again.
    fn owner(&mut self, name: &[u8]) -> Option<()> {
        if self.message.get(self.at..)?.starts_with(&POINTER) {
            self.at += 2;
            return Some(());
        }
        self.take(name.len())?.eq_ignore_ascii_case(name).then_some(())
    }

    /// Appends record data without compression, if it is of a usual type, and valid.
    fn rdata(&mut self, head: &Head, out: &mut Vec<u8>) -> Option<()> {
        let end = self.at.checked_add(head.length.into())?;
        let fixed = match (head.number, head.length) {
            (A, 4) | (AAAA, 16) => usize::from(head.length),
            (TXT, 1..) => {
                self.strings(head.length)?;
                usize::from(head.length)
            }
            (NS | CNAME | PTR, _) => 0,
            (MX, _) => 2,
            (SRV, _) => 6,
            _ => return None,
        };
        out.extend_from_slice(self.take(fixed)?);
        if matches!(head.number, NS | CNAME | PTR | MX | SRV) {
            self.name(out)?;
        }
        (self.at == end).then_some(())
    }

    /// Checks that so many bytes are character strings, without passing them.
    fn strings(&self, length: u16) -> Option<()> {
        let mut rest = self.message.get(self.at..self.at + usize::from(length))?;
        while let Some((&length, after)) = rest.split_first() {
            rest = after.get(length.into()..)?;
        }
        Some(())
    }

    /// Passes a name, and appends it without compression.
    fn name(&mut self, out: &mut Vec<u8>) -> Option<()> {
        self.at = expand_name(self.message, self.at, out)?;
        Some(())
    }

    /// Passes a record of a usual type that is no answer.
    fn beside(&mut self, other: &mut Vec<u8>) -> Option<()> {
        other.clear();
        self.name(other)?;
        let head = self.head()?;
        if head.class != IN {
            return None;
        }
        self.rdata(&head, other)
    }

    /// Passes EDNS, if it is there, without options, and without a part of the code of the response.
    fn edns(&mut self) -> bool {
        let [high, low] = OPT.to_be_bytes();
        let is_simple = matches!(
            self.message.get(self.at..),
            Some([0, of_high, of_low, _, _, 0, 0, _, _, 0, 0, ..]) if [*of_high, *of_low] == [high, low]
        );
        if is_simple {
            self.at += 11;
        }
        is_simple
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use hickory_net::proto::op::{DnsResponse, Message, Query};
    use hickory_proto::op::{Edns, ResponseCode};
    use hickory_proto::rr::rdata::{MX, NULL, SRV};
    use hickory_proto::rr::{Name, RData, Record, RecordType as Number};
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::*;
    use crate::network::read_answer;

    const SERVER: ([u8; 4], u16) = ([192, 0, 2, 53], 53);

    fn asked(name: &str, number: u16) -> Vec<u8> {
        let (mut message, mut wire) = (Vec::new(), Vec::new());
        crate::wire::push_name(name, &mut wire).unwrap();
        write(&mut message, &wire, number);
        message
    }

    /// What is sent by itself and what is sent among others are not told apart by the server.
    #[test]
    fn questions_are_those_of_a_single_query() {
        for (name, number) in [("www.Example.com.", 1), (".", 6), (r"a\.b\000.example.", 65)] {
            let labels = crate::wire::labels(name).unwrap();
            let query = Query::query(Name::from_labels(labels).unwrap(), Number::from(number));
            let options = crate::ClientOptions::default();
            let exchange = crate::network::Exchange::first(SERVER.into(), &query, &options);
            let mut alone = exchange.request();
            alone.metadata.id = 0;
            assert_eq!(asked(name, number), alone.to_vec().unwrap(), "{name}");
        }
    }

    fn names() -> impl Strategy<Value = Name> {
        const NAMES: [&str; 4] =
            ["www.example.com.", "WWW.example.com.", "example.com.", "a.www.example.com."];
        select(&NAMES[..]).prop_map(|name| Name::from_ascii(name).unwrap())
    }

    fn records() -> impl Strategy<Value = Record> {
        let rdata = prop_oneof![
            any::<Ipv4Addr>().prop_map(|address| RData::A(address.into())),
            any::<Ipv6Addr>().prop_map(|address| RData::AAAA(address.into())),
            (any::<u16>(), names()).prop_map(|(rank, name)| RData::MX(MX::new(rank, name))),
            (any::<u16>(), names())
                .prop_map(|(number, name)| RData::SRV(SRV::new(1, 2, number, name))),
            names().prop_map(|name| RData::NS(hickory_proto::rr::rdata::NS(name))),
            names().prop_map(|name| RData::CNAME(hickory_proto::rr::rdata::CNAME(name))),
            (select(&[1, 15, 16, 28, 257][..]), proptest::collection::vec(0..4_u8, 1..6)).prop_map(
                |(code, bytes)| RData::Unknown { code: code.into(), rdata: NULL::with(bytes) }
            ),
        ];
        (names(), 0..4_u32, rdata).prop_map(|(name, ttl, data)| Record::from_rdata(name, ttl, data))
    }

    proptest! {
        /// Whatever is read in the quick way is what would be read from the whole message.
        #[test]
        fn answers_are_read_as_whole_messages_are(
            number in select(&[1, 2, 5, 15, 16, 28, 33, 257][..]),
            (question, again) in (names(), 0..20_u8),
            answers in proptest::collection::vec(records(), 0..4),
            (authorities, additionals) in (
                proptest::collection::vec(records(), 0..2),
                proptest::collection::vec(records(), 0..2),
            ),
            same in any::<[bool; 4]>(),
            (code, edns) in (0..4_u16, any::<bool>()),
            spoilt in proptest::collection::vec((any::<Index>(), any::<u8>()), 0..3),
            cut in 0..40_usize,
        ) {
            let mut message = Message::response(7, hickory_proto::op::OpCode::Query);
            message.metadata.authoritative = same[0];
            if code == 3 {
                message.metadata.response_code = ResponseCode::NXDomain;
            }
            let question = if again == 0 { question } else { Name::from_ascii("www.example.com.").unwrap() };
            message.add_query(Query::query(question, Number::from(number)));
            // Most answers are of the type that was asked for.
            let is_one = |record: &Record| same[1] || record.record_type() == Number::from(number);
            message.add_answers(answers.into_iter().filter(is_one));
            message.add_authorities(authorities);
            message.add_additionals(additionals);
            if edns {
                message.edns = Some(Edns::new());
            }
            let mut bytes = message.to_vec().unwrap();
            if same[2] {
                for (index, byte) in spoilt {
                    let at = index.index(bytes.len());
                    bytes[at] = byte;
                }
            }
            if same[2] && same[3] {
                bytes.truncate(bytes.len() - cut.min(bytes.len()));
            }
            let asked = asked("www.example.com.", number);
            if let Some(answer) = read(&bytes, &asked) {
                let whole = DnsResponse::from_buffer(bytes).unwrap();
                let query = Message::from_vec(&asked).unwrap().queries.remove(0);
                prop_assert_eq!(whole.queries.as_slice(), std::slice::from_ref(&query));
                prop_assert!(!whole.truncation);
                prop_assert_eq!(answer, read_answer(SERVER.into(), &whole, &query).unwrap());
            }
        }
    }

    #[test]
    fn usual_answers_are_read_the_quick_way() {
        let name = Name::from_ascii("www.example.com.").unwrap();
        let exchange = Name::from_ascii("mx.example.com.").unwrap();
        let mut message = Message::response(7, hickory_proto::op::OpCode::Query);
        message.metadata.authoritative = true;
        message.add_query(Query::query(name.clone(), Number::MX));
        message.add_answer(Record::from_rdata(name, 60, RData::MX(MX::new(10, exchange))));
        message.edns = Some(Edns::new());
        let answer = read(&message.to_vec().unwrap(), &asked("WWW.example.com.", 15)).unwrap();
        assert!(answer.authoritative);
        let Found::RrSet(rows) = answer.found else { panic!("no records") };
        assert_eq!(rows.ttl, 60);
        assert_eq!(rows.rdatas, [b"\0\x0a\x02mx\x07example\x03com\0"]);
    }
}
