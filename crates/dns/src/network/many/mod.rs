//! Asks many questions at once, without a task, a socket and a message of its own for each: several are sent from one
//! port, and their answers are told apart by their ids. What is not a plain answer over UDP goes on as it would for one
//! question alone.

mod message;
mod ports;
mod random;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::iter::Peekable;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use hickory_net::proto::op::{DnsResponse, Message, ResponseCode};
use octodns_core::RecordType;
use tokio::io::ReadBuf;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, Sleep, sleep_until};

use super::exchange::Exchange;
use super::{MAX_ANSWER, Network, failed, go_on, read_answer};
use crate::answer::Answer;
use crate::error::QueryError;
use crate::options::ClientOptions;
use crate::wire::{self, WireError};

use ports::{Place, Ports};
use random::Random;

/// How many messages are received at one port before the others have their turn.
const MESSAGES: usize = 64;

/// A question to a server: the name, absolute and in presentation format, and the type.
pub(crate) type Question<'q> = (SocketAddr, &'q str, RecordType);

/// Asks all questions, no more of them at a time than the options and the permits allow, in their order. `answered` is
/// told the number of each question and what came of it.
pub(crate) async fn ask_all<'q>(
    _: Network,
    options: &ClientOptions,
    permits: &Semaphore,
    questions: impl Iterator<Item = Question<'q>>,
    answered: impl FnMut(usize, Result<Answer, QueryError>),
) {
    let mut asking = Asking {
        options: *options,
        permits,
        acquiring: None,
        questions: questions.peekable(),
        number: 0,
        is_at_end: false,
        answered,
        open: Vec::new(),
        free: Vec::new(),
        under_way: 0,
        to_send: VecDeque::new(),
        due: VecDeque::new(),
        timer: Box::pin(sleep_until(Instant::now())),
        ports: Ports::default(),
        random: Random::new(),
        first_port: 0,
        going_on: FuturesUnordered::new(),
        name: Vec::new(),
    };
    poll_fn(|context| asking.poll(context)).await;
}

/// A question under way.
#[derive(Debug)]
struct Open<'p> {
    number: usize,
    server: SocketAddr,
    message: Vec<u8>,
    deadline: Instant,
    /// How many times it was sent.
    sent: u8,
    places: Vec<Place>,
    /// Changes when there is nothing more to be done when time is up.
    turn: u64,
    permit: Option<SemaphorePermit<'p>>,
}

impl Open<'_> {
    fn new(server: SocketAddr) -> Self {
        Self {
            number: 0,
            server,
            message: Vec::new(),
            deadline: Instant::now(),
            sent: 0,
            places: Vec::new(),
            turn: 0,
            permit: None,
        }
    }
}

/// A question for which something has to be done at a time.
#[derive(Clone, Copy, Debug)]
struct Turn {
    question: usize,
    turn: u64,
}

/// What came of a question that went on alone.
type Ended = (usize, Result<Answer, QueryError>);

struct Asking<'p, Q: Iterator, F> {
    options: ClientOptions,
    permits: &'p Semaphore,
    /// Waits for a permit while other clients have all.
    acquiring: Option<BoxFuture<'p, Option<SemaphorePermit<'p>>>>,
    questions: Peekable<Q>,
    /// The number of the next question.
    number: usize,
    is_at_end: bool,
    answered: F,
    /// The questions under way, and places for others.
    open: Vec<Open<'p>>,
    free: Vec<usize>,
    under_way: usize,
    to_send: VecDeque<Turn>,
    /// When to send a question again, or to give up; the earliest is first, since all wait for the same time.
    due: VecDeque<(Instant, Turn)>,
    timer: Pin<Box<Sleep>>,
    ports: Ports,
    random: Random,
    /// The port that is read first, so that none can keep others from being read.
    first_port: usize,
    going_on: FuturesUnordered<BoxFuture<'static, Ended>>,
    /// The name of the next question on the wire.
    name: Vec<u8>,
}

impl<'p, 'q, Q, F> Asking<'p, Q, F>
where
    Q: Iterator<Item = Question<'q>>,
    F: FnMut(usize, Result<Answer, QueryError>),
{
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let received = self.receive(context);
            let ended = self.end(context);
            self.expire();
            let sent = self.send(context);
            if self.is_at_end && self.under_way == 0 {
                return Poll::Ready(());
            }
            // Whatever was done may have made other things possible; and only what has nothing more to give wakes us.
            if !(received || ended || sent || self.is_time_up(context)) {
                return Poll::Pending;
            }
        }
    }

    /// Receives what is there at all ports.
    fn receive(&mut self, context: &mut Context<'_>) -> bool {
        let mut bytes = [0; MAX_ANSWER as usize];
        let mut buffer = ReadBuf::new(&mut bytes);
        let mut any = false;
        let ports = self.ports.len();
        for offset in 0..ports {
            let port = (self.first_port + offset) % ports;
            for _ in 0..MESSAGES {
                match self.ports.receive(context, port, &mut buffer) {
                    Poll::Pending => break,
                    Poll::Ready(Ok(Some(question))) => self.consider(question, buffer.filled()),
                    Poll::Ready(Ok(None)) => {}
                    Poll::Ready(Err(error)) => {
                        for question in self.ports.close(port) {
                            self.unreachable(question, &error);
                        }
                    }
                }
                any = true;
            }
        }
        self.first_port = self.first_port.wrapping_add(1);
        any
    }

    /// What a message means that has the id of a question.
    fn consider(&mut self, question: usize, bytes: &[u8]) {
        let Some(open) = self.open.get(question) else { return };
        if let Some(answer) = message::read(bytes, &open.message) {
            return self.finish(question, Ok(answer));
        }
        let (server, options) = (open.server, self.options);
        let response = match DnsResponse::from_buffer(bytes.to_vec()) {
            Ok(response) => response,
            Err(error) => {
                return self.finish(question, Err(failed(server, &options, error.into())));
            }
        };
        let Some(query) =
            Message::from_vec(&open.message).ok().and_then(|mut own| own.queries.pop())
        else {
            return;
        };
        // With another question it is an answer to somebody else, and ours may still come.
        if response.queries.as_slice() != [query.clone()] {
            return;
        }
        if response.response_code != ResponseCode::FormErr && !response.truncation {
            let answer = read_answer(server, &response, &query);
            return self.finish(question, answer);
        }
        let deadline = open.deadline;
        self.forget(question);
        self.going_on.push(Box::pin(async move {
            let exchange = Exchange::first(server, &query, &options);
            let response = go_on(exchange, response, &options, deadline);
            let answer = match tokio::time::timeout_at(deadline, response).await {
                Ok(response) => {
                    response.and_then(|response| read_answer(server, &response, &query))
                }
                Err(_) => Err(options.timed_out(server)),
            };
            (question, answer)
        }));
    }

    /// What came of questions that went on alone.
    fn end(&mut self, context: &mut Context<'_>) -> bool {
        let mut any = false;
        while let Poll::Ready(Some((question, answer))) = self.going_on.poll_next_unpin(context) {
            self.finish(question, answer);
            any = true;
        }
        any
    }

    /// Sends questions again whose answers are late, and gives up those that were sent often enough.
    fn expire(&mut self) {
        if self.due.is_empty() {
            return;
        }
        let now = Instant::now();
        while let Some((at, due)) = self.due.front().copied() {
            let open = self.open.get(due.question).filter(|open| open.turn == due.turn);
            match open {
                // Answered long since.
                None => {}
                Some(_) if at > now => return,
                Some(open) if open.sent < self.options.tries => self.to_send.push_back(due),
                Some(open) => {
                    let error = self.options.timed_out(open.server);
                    self.finish(due.question, Err(error));
                }
            }
            self.due.pop_front();
        }
    }

    /// Sends what has to be sent again, and as many new questions as may be under way.
    fn send(&mut self, context: &mut Context<'_>) -> bool {
        let mut any = false;
        loop {
            while let Some(next) = self.to_send.front().copied() {
                if self.transmit(next, context).is_pending() {
                    return any;
                }
                self.to_send.pop_front();
                any = true;
            }
            if self.is_at_end || self.under_way >= self.options.concurrency.max(1) {
                return any;
            }
            let Some((server, name, of)) = self.questions.peek().copied() else {
                self.is_at_end = true;
                return any;
            };
            match self.encode(name, of) {
                Err(error) => (self.answered)(self.number, Err(error.into())),
                Ok(of) => match self.permit(context) {
                    Poll::Pending => return any,
                    Poll::Ready(permit) => self.begin(server, of, permit),
                },
            }
            self.questions.next();
            self.number += 1;
            any = true;
        }
    }

    /// Waits for a permit.
    fn permit(&mut self, context: &mut Context<'_>) -> Poll<Option<SemaphorePermit<'p>>> {
        if self.acquiring.is_none() {
            if let Ok(permit) = self.permits.try_acquire() {
                return Poll::Ready(Some(permit));
            }
            let permits = self.permits;
            // The semaphore is never closed; without a permit there would be one query too many.
            self.acquiring = Some(Box::pin(async move { permits.acquire().await.ok() }));
        }
        let Some(acquiring) = &mut self.acquiring else { return Poll::Pending };
        let permit = acquiring.as_mut().poll(context);
        if permit.is_ready() {
            self.acquiring = None;
        }
        permit
    }

    /// Keeps the name on the wire, and returns the number of the type.
    fn encode(&mut self, name: &str, of: RecordType) -> Result<u16, WireError> {
        let number = wire::type_number(of).ok_or(WireError::NoWireForm(of))?;
        self.name.clear();
        wire::push_name(name, &mut self.name).map(|()| number)
    }

    /// Gets the next question under way.
    fn begin(&mut self, server: SocketAddr, of: u16, permit: Option<SemaphorePermit<'p>>) {
        let question = self.free.pop().unwrap_or_else(|| {
            self.open.push(Open::new(server));
            self.open.len() - 1
        });
        let Some(open) = self.open.get_mut(question) else { return };
        (open.number, open.server, open.permit) = (self.number, server, permit);
        (open.deadline, open.sent) = (Instant::now() + self.options.timeout, 0);
        message::write(&mut open.message, &self.name, of);
        self.under_way += 1;
        self.to_send.push_back(Turn { question, turn: open.turn });
    }

    /// Sends a question, unless it was answered meanwhile.
    fn transmit(&mut self, next: Turn, context: &mut Context<'_>) -> Poll<()> {
        let question = next.question;
        let Some(open) = self.open.get_mut(question).filter(|open| open.turn == next.turn) else {
            return Poll::Ready(());
        };
        let message = (open.message.as_mut_slice(), question);
        match self.ports.send(context, open.server, message, &open.places, &mut self.random) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Err(error)) => self.unreachable(question, &error),
            Poll::Ready(Ok(place)) => {
                open.places.push(place);
                open.sent += 1;
                let tries = self.options.tries.max(1);
                let until = if open.sent == tries {
                    open.deadline
                } else {
                    Instant::now() + self.options.timeout / u32::from(tries)
                };
                self.due.push_back((until, next));
            }
        }
        Poll::Ready(())
    }

    fn unreachable(&mut self, question: usize, error: &std::io::Error) {
        let Some(open) = self.open.get(question) else { return };
        let error = std::io::Error::new(error.kind(), error.to_string());
        let error = failed(open.server, &self.options, error.into());
        self.finish(question, Err(error));
    }

    /// Stops waiting for an answer over UDP.
    fn forget(&mut self, question: usize) {
        let Some(open) = self.open.get_mut(question) else { return };
        open.turn += 1;
        for place in open.places.drain(..) {
            self.ports.forget(place);
        }
    }

    fn finish(&mut self, question: usize, answer: Result<Answer, QueryError>) {
        self.forget(question);
        let Some(open) = self.open.get_mut(question) else { return };
        open.permit = None;
        self.free.push(question);
        self.under_way -= 1;
        (self.answered)(open.number, answer);
    }

    /// Whether a question is due already. If not, time wakes us.
    fn is_time_up(&mut self, context: &mut Context<'_>) -> bool {
        let Some((at, _)) = self.due.front().copied() else { return false };
        // Set for a question that was answered meanwhile, it is set anew when it has run out, since that is rare.
        while self.timer.as_mut().poll(context).is_ready() {
            if at <= Instant::now() {
                return true;
            }
            self.timer.as_mut().reset(at);
        }
        false
    }
}
