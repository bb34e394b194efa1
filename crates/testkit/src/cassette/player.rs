//! A recording as a server.

use std::sync::MutexGuard;

use serde_json::Value as Json;

use super::{Exchange, Sent};
use crate::fake::{Api, Fake, Request, Response};

/// Serves the recorded responses over loopback, by method and URL without regard to the order of query
/// parameters. Equal requests get their responses in order; a read after the last gets the last response
/// again.
///
/// The recorded origin becomes part of the path, so that recordings of several hosts have one server.
pub struct Player {
    fake: Fake<Tape>,
}

/// The state of a [`Player`].
struct Tape {
    exchanges: Vec<(Key, Exchange, bool)>,
    ignored_query: Vec<String>,
    repeated: Vec<String>,
    sent: Vec<Sent>,
    strangers: Vec<String>,
    /// The recorded origins and the URLs they are served at, for rewriting links in responses.
    origins: Vec<(String, String)>,
}

/// Method, URL without its query, and the sorted query parameters.
type Key = (String, String, Vec<(String, String)>);

impl Player {
    /// Starts to play; the query parameters in `ignored_query` are not compared.
    pub async fn start(exchanges: &[Exchange], ignored_query: &[String]) -> Self {
        let exchanges = exchanges
            .iter()
            .map(|exchange| {
                (key(&exchange.method, &exchange.url, ignored_query), exchange.clone(), false)
            })
            .collect();
        let (sent, strangers) = (Vec::new(), Vec::new());
        let ignored_query = ignored_query.to_vec();
        let origins = Vec::new();
        let repeated = Vec::new();
        let tape = Tape { exchanges, ignored_query, repeated, sent, strangers, origins };
        let player = Self { fake: Fake::start(tape).await };
        let origins = player.origins();
        player.tape().origins = origins;
        player
    }

    /// Gives requests with these paths their last response again, also if they are not reads.
    pub fn repeat(&self, paths: &[String]) {
        self.tape().repeated.extend_from_slice(paths);
    }

    /// Every recorded origin, by HTTP and HTTPS, and the URL it is served at.
    fn origins(&self) -> Vec<(String, String)> {
        let mut origins = Vec::new();
        for (_, exchange, _) in &self.tape().exchanges {
            let Ok(url) = url::Url::parse(&exchange.url) else { continue };
            let origin = url.origin().ascii_serialization();
            let rest = origin.split_once("://").map_or("", |(_, rest)| rest).to_owned();
            for scheme in ["http", "https"] {
                let pair = (format!("{scheme}://{rest}"), self.url_of(&origin));
                if !origins.contains(&pair) {
                    origins.push(pair);
                }
            }
        }
        origins
    }

    /// The URL at which the recorded URL `recorded` is served.
    pub fn url_of(&self, recorded: &str) -> String {
        format!("{}/{}", self.fake.url(), recorded.replacen("://", "/", 1))
    }

    /// The write requests that were received, in order.
    pub fn sent(&self) -> Vec<Sent> {
        self.tape().sent.clone()
    }

    /// Requests that were not recorded.
    pub fn strangers(&self) -> Vec<String> {
        self.tape().strangers.clone()
    }

    fn tape(&self) -> MutexGuard<'_, Tape> {
        self.fake.api()
    }
}

fn key(method: &str, url: &str, ignored: &[String]) -> Key {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned();
    let mut query: Vec<_> = query.filter(|(name, _)| !ignored.contains(name)).collect();
    query.sort();
    let base = url::Url::parse(base).map_or_else(|_| base.to_owned(), |url| url.to_string());
    (method.to_owned(), base, query)
}

impl Api for Tape {
    fn response(&mut self, request: &Request) -> Response {
        let url = request.target.trim_start_matches('/').replacen('/', "://", 1);
        if request.is_write() {
            let body = match request.json() {
                Json::Null if !request.body.is_empty() => {
                    String::from_utf8_lossy(&request.body).into()
                }
                json => json,
            };
            self.sent.push(Sent { method: request.method.clone(), url: url.clone(), body });
        }
        let key = key(&request.method, &url, &self.ignored_query);
        let mut found = self.exchanges.iter_mut().filter(|(other, ..)| *other == key);
        let next = found.by_ref().find(|(_, _, played)| !played);
        let Some((_, exchange, played)) = next else {
            let last = self.exchanges.iter().rev().find(|(other, ..)| *other == key);
            let path = url::Url::parse(&url).map_or(String::new(), |url| url.path().to_owned());
            let may_repeat = !request.is_write() || self.repeated.contains(&path);
            if let Some((_, exchange, _)) = last.filter(|_| may_repeat) {
                return self.answer_of(exchange);
            }
            self.strangers.push(format!("{} {url}", request.method));
            return Response::text(501, "not recorded");
        };
        *played = true;
        let exchange = exchange.clone();
        self.answer_of(&exchange)
    }
}

impl Tape {
    /// The recorded response, with its links rewritten.
    fn answer_of(&self, exchange: &Exchange) -> Response {
        let mut response = answer_of(exchange);
        let here = |text: &str| {
            let origins = self.origins.iter();
            // The slash at the end keeps names that only begin like an origin.
            origins.fold(text.to_owned(), |text, (origin, played)| {
                text.replace(&format!("{origin}/"), &format!("{played}/"))
            })
        };
        if let Ok(text) = std::str::from_utf8(&response.body) {
            response.body = here(text).into_bytes();
        }
        for (_, value) in &mut response.headers {
            *value = here(value);
        }
        response
    }
}

fn answer_of(exchange: &Exchange) -> Response {
    let is_json = exchange.headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("content-type")
            && value.as_str().is_some_and(|of| of.contains("json"))
    });
    let body = match &exchange.body {
        Json::Null if !is_json => Vec::new(),
        Json::String(text) if !is_json => text.clone().into_bytes(),
        body => body.to_string().into_bytes(),
    };
    let mut response = Response { status: exchange.status, headers: Vec::new(), body };
    for (name, value) in &exchange.headers {
        // The length changes with the rewritten links.
        if !["content-length", "transfer-encoding", "content-encoding"]
            .contains(&&*name.to_lowercase())
        {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            response = response.with_header(name, &text);
        }
    }
    response
}
