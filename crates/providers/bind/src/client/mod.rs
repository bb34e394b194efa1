//! A client for transfers and updates, over TCP, with signatures if a key is configured.

mod algorithm;
mod connection;
mod error;
mod message;
#[cfg(test)]
mod peers;
mod rcode;
#[cfg(test)]
mod recordings;
mod transfer;
mod tsig;

use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use hickory_proto::op::{MessageType, OpCode, Query};
use hickory_proto::rr::{Name, RecordType as Number};
use octodns_core::ZoneName;
use octodns_core::registry::Clock;
use octodns_dns::wire;
use tokio::time::{Instant, timeout_at};

pub use error::{Error, MessageFault, Progress, SignatureFault};
pub use rcode::Rcode;

pub(crate) use algorithm::Algorithm;
pub(crate) use connection::Server;
pub(crate) use message::write_name;
pub(crate) use transfer::Transferred;
pub(crate) use tsig::Key;

use connection::Connection;
use message::{Message, number};
use transfer::Collector;
use tsig::Verifier;

/// The maximum size of a message over TCP.
const MAX_BYTES: usize = u16::MAX as usize;

/// What says in the third byte of a message that it is cut off.
const TRUNCATED: u8 = 0x02;

/// A server, and how to communicate with it.
pub(crate) struct Client {
    pub(crate) server: Server,
    pub(crate) key: Option<Key>,
    pub(crate) limits: Limits,
    /// The time, for signatures.
    pub(crate) clock: Clock,
    /// The id of the next request. Over TCP it is no protection against forged answers; it only identifies
    /// answers.
    pub(crate) next_id: AtomicU16,
}

/// Limits on time and size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// How long the server may be silent, and how long connecting may take.
    pub(crate) silence: Duration,
    /// How long a whole transfer may take.
    pub(crate) transfer: Duration,
    /// How many MiB a whole transfer may have.
    pub(crate) mebibytes: u64,
}

impl Client {
    /// Transfers a zone.
    pub(crate) async fn transfer(&self, zone: &ZoneName) -> Result<Transferred, Error> {
        let name = wire_name(zone.as_str())?;
        let mut collector = Collector::new(&name);
        let end = Instant::now() + self.limits.transfer;
        let Ok(result) = timeout_at(end, self.collect(&mut collector)).await else {
            let seconds = self.limits.transfer.as_secs_f64();
            return Err(Error::TooSlow { seconds, progress: collector.progress() });
        };
        result.map(|()| collector.finish())
    }

    async fn collect(&self, collector: &mut Collector) -> Result<(), Error> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let mut question = hickory_proto::op::Message::new(id, MessageType::Query, OpCode::Query);
        question.add_query(Query::query(collector.zone().clone(), Number::AXFR));
        let mut request = encode(&question)?;
        let mut verifier = self.sign(&mut request)?;

        let mut connection = Connection::open(&self.server, self.limits.silence).await?;
        connection.send(&request).await?;
        let (mut bytes, mut total) = (Vec::new(), 0);
        let most = self.limits.mebibytes << 20;
        while !collector.is_complete() {
            connection.receive(&mut bytes, collector.progress()).await?;
            total += bytes.len() as u64;
            // A compression pointer of two bytes may expand to a name of 255.
            if total.max(collector.bytes()) > most {
                let (mebibytes, progress) = (self.limits.mebibytes, collector.progress());
                return Err(Error::TooLarge { mebibytes, progress });
            }
            let message = Message::new(&bytes)?;
            message.answers(id, OpCode::Query.into(), (collector.zone(), number::AXFR))?;
            let signature = collector.take_message(&message)?;
            self.accept(&message, signature.as_ref(), verifier.as_mut())?;
            collector.count_message();
        }
        verifier.map_or(Ok(()), |verifier| verifier.finish())?;
        Ok(())
    }

    /// Sends an update (RFC 2136), and waits for its success.
    pub(crate) async fn update(
        &self,
        zone: &Name,
        update: &hickory_proto::op::Message,
    ) -> Result<(), Error> {
        let mut request = encode(update)?;
        let mut verifier = self.sign(&mut request)?;
        let mut connection = Connection::open(&self.server, self.limits.silence).await?;
        connection.send(&request).await?;
        let mut bytes = Vec::new();
        connection.receive(&mut bytes, Progress::default()).await?;
        let answer = Message::new(&bytes)?;
        answer.answers(update.metadata.id, OpCode::Update.into(), (zone, number::SOA))?;
        let signature = answer.walk(|_| Ok(()))?;
        self.accept(&answer, signature.as_ref(), verifier.as_mut())
    }

    /// The id of a new request.
    pub(crate) fn id(&self) -> u16 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// The maximum size of a request before it is signed.
    pub(crate) fn max_bytes(&self) -> usize {
        // The names of key and algorithm, and the fields with a MAC of 64 bytes, have at most 255 bytes each.
        MAX_BYTES - if self.key.is_some() { 3 * 255 } else { 0 }
    }

    fn sign(&self, request: &mut Vec<u8>) -> Result<Option<Verifier<'_>>, Error> {
        self.key.as_ref().map(|key| key.sign(request, self.now()?)).transpose()
    }

    /// Refuses a message with an error code, or without a valid signature.
    fn accept(
        &self,
        message: &Message<'_>,
        signature: Option<&message::Signature>,
        verifier: Option<&mut Verifier<'_>>,
    ) -> Result<(), Error> {
        message.check_rcode(signature, verifier.is_some())?;
        match (verifier, signature) {
            (Some(verifier), signature) => {
                Ok(verifier.next(message.bytes, signature, self.now()?)?)
            }
            (None, Some(_)) => Err(SignatureFault::Unexpected.into()),
            (None, None) => Ok(()),
        }
    }

    /// Seconds since 1970.
    fn now(&self) -> Result<u64, Error> {
        let since = (self.clock)().and_then(|now| now.duration_since(UNIX_EPOCH).ok());
        since.map(|since| since.as_secs()).ok_or(Error::NoClock)
    }
}

/// The zone in the messages of a recorded transfer.
pub(crate) fn recorded<'m>(
    zone: &ZoneName,
    messages: impl IntoIterator<Item = &'m [u8]>,
) -> Result<Transferred, Error> {
    let mut collector = Collector::new(&wire_name(zone.as_str())?);
    collector.take_recorded(messages)?;
    Ok(collector.finish())
}

/// A name in presentation format as `hickory` represents it.
pub(crate) fn wire_name(name: &str) -> Result<Name, Error> {
    let failed = |source| Error::Record { record: name.to_owned(), source };
    let labels = wire::labels(name).map_err(failed)?;
    let mut wire_name = Name::from_labels(labels)
        .map_err(|error| failed(wire::WireError::Message(error.to_string())))?;
    wire_name.set_fqdn(true);
    Ok(wire_name)
}

/// A request as bytes. It is never sent cut off, as `hickory` would write it: of an update, a server would do a part.
fn encode(message: &hickory_proto::op::Message) -> Result<Vec<u8>, Error> {
    let bytes = message.to_vec().map_err(|error| MessageFault::Malformed(error.to_string()))?;
    match bytes.get(2) {
        Some(flags) if flags & TRUNCATED == 0 => Ok(bytes),
        _ => Err(MessageFault::TooLong.into()),
    }
}
