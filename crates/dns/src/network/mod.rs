//! The network: the only module that sends something. With the feature `client` alone; `absent`
//! stands in for it elsewhere.

mod exchange;
mod many;
mod read;

use std::net::SocketAddr;

use hickory_net::NetError;
use hickory_net::proto::op::{DnsResponse, MessageType, Query, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RecordType as Number};
use hickory_resolver::system_conf::read_system_conf;
use tokio::time::Instant;

use crate::answer::Answer;
use crate::error::{Code, NoClient, QueryError};
use crate::options::ClientOptions;
use crate::wire::WireError;

use exchange::Exchange;

pub(crate) use many::ask_all;

/// The longest answer over UDP that a server is told to send (RFC 9715), and that is read.
const MAX_ANSWER: u16 = 1232;

/// That there is a network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Network;

impl Network {
    #[expect(clippy::unnecessary_wraps, reason = "there is none in other builds")]
    pub(crate) fn open() -> Result<Self, NoClient> {
        Ok(Self)
    }
}

/// Asks for the labels of a name and the number of a type until there is an answer. At `deadline`, the caller stops
/// waiting for it.
pub(crate) async fn ask(
    _: Network,
    server: SocketAddr,
    (labels, number): (&[Vec<u8>], u16),
    options: &ClientOptions,
    deadline: Instant,
) -> Result<Answer, QueryError> {
    let name = Name::from_labels(labels.iter().map(Vec::as_slice))
        .map_err(|error| WireError::Message(error.to_string()))?;
    let query = Query::query(name, Number::from(number));
    let exchange = Exchange::first(server, &query, options);
    let response = exchange.udp().await.map_err(|error| failed(server, options, error))?;
    let response = go_on(exchange, response, options, deadline).await?;
    read_answer(server, &response, &query)
}

/// The recursive servers of the system, from `/etc/resolv.conf`; or why they are not known.
pub(crate) fn system_servers(_: Network) -> Result<Vec<SocketAddr>, String> {
    let (config, _) = read_system_conf().map_err(|error| error.to_string())?;
    let mut servers = Vec::new();
    for server in config.name_servers() {
        let port = server.connections.first().map_or(53, |connection| connection.port);
        servers.push(SocketAddr::new(server.ip, port));
    }
    Ok(servers)
}

/// What follows a response to the first exchange: another without EDNS, or over TCP, if that is what it asks for.
async fn go_on(
    mut exchange: Exchange<'_>,
    mut response: DnsResponse,
    options: &ClientOptions,
    deadline: Instant,
) -> Result<DnsResponse, QueryError> {
    let server = exchange.server;
    let failed = |error| failed(server, options, error);
    if response.response_code == ResponseCode::FormErr {
        exchange.edns = false;
        exchange.timeout = deadline - Instant::now();
        response = exchange.udp().await.map_err(failed)?;
    }
    if response.truncation {
        exchange.timeout = deadline - Instant::now();
        response = exchange.tcp().await.map_err(failed)?;
        if response.truncation {
            let fault = "it is truncated, although it came over TCP".to_owned();
            return Err(QueryError::Malformed { server, fault });
        }
    }
    Ok(response)
}

fn read_answer(
    server: SocketAddr,
    response: &DnsResponse,
    query: &Query,
) -> Result<Answer, QueryError> {
    check(server, response, query)?;
    read::answer(response, query.name(), query.query_type())
        .map_err(|fault| QueryError::Malformed { server, fault })
}

/// Checks that a response repeats the question and has a code of an answer.
fn check(server: SocketAddr, response: &DnsResponse, query: &Query) -> Result<(), QueryError> {
    let malformed = |fault: &str| QueryError::Malformed { server, fault: fault.to_owned() };
    if response.message_type != MessageType::Response {
        return Err(malformed("it is a question"));
    }
    let same = response.queries.iter().all(|asked| {
        asked.name() == query.name()
            && asked.query_type() == query.query_type()
            && asked.query_class() == DNSClass::IN
    });
    if !same || response.queries.len() != 1 {
        return Err(malformed("it answers another question"));
    }
    match refusal(response.response_code) {
        Some(code) => Err(QueryError::Refused { server, code }),
        None => Ok(()),
    }
}

/// The code of a response that is no answer.
fn refusal(code: ResponseCode) -> Option<Code> {
    match code {
        ResponseCode::NoError | ResponseCode::NXDomain => None,
        ResponseCode::FormErr => Some(Code::FormErr),
        ResponseCode::ServFail => Some(Code::ServFail),
        ResponseCode::NotImp => Some(Code::NotImp),
        ResponseCode::Refused => Some(Code::Refused),
        ResponseCode::YXDomain => Some(Code::YxDomain),
        other => Some(Code::Other(other.into())),
    }
}

fn failed(server: SocketAddr, options: &ClientOptions, error: NetError) -> QueryError {
    match error {
        NetError::Timeout => options.timed_out(server),
        NetError::Io(error) => {
            if error.kind() == std::io::ErrorKind::TimedOut {
                return options.timed_out(server);
            }
            let source = std::io::Error::new(error.kind(), error.to_string());
            QueryError::Unreachable { server, source }
        }
        NetError::NoConnections => {
            let source = std::io::ErrorKind::ConnectionReset.into();
            QueryError::Unreachable { server, source }
        }
        error => QueryError::Malformed { server, fault: error.to_string() },
    }
}
