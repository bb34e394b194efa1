//! A service that repeats what it receives, in all forms, anywhere in its responses.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use octodns_testkit::fake::{Fake, Request, Response};
use octodns_testkit::server::ClosedPort;
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use super::forms::{HEADER_SECRETS, forms};

/// How it responds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mode {
    /// 401, with the secret in the usual places for error messages.
    Refused,
    /// 400, as text.
    Plain,
    /// 500.
    Broken,
    /// 200, with text in unexpected places.
    Malformed,
    /// 200, but with an error in the body.
    Unsuccessful,
    /// 401, with a message that is truncated within the secret.
    Long,
    /// A redirect.
    Elsewhere,
    /// Reads succeed, writes are refused.
    Writes,
}

impl Mode {
    pub(super) const ALL: [Self; 8] = [
        Self::Refused,
        Self::Plain,
        Self::Broken,
        Self::Malformed,
        Self::Unsuccessful,
        Self::Long,
        Self::Elsewhere,
        Self::Writes,
    ];

    /// The minimum number of redacted secrets in the output of a program.
    pub(super) fn min_told(self) -> usize {
        match self {
            Self::Refused | Self::Plain | Self::Broken => 8,
            Self::Malformed | Self::Writes => 3,
            Self::Unsuccessful => 1,
            // Truncated before the secret, or not shown at all.
            Self::Long | Self::Elsewhere => 0,
        }
    }
}

#[derive(Default)]
struct State {
    mode: Option<Mode>,
    quoted: BTreeSet<&'static str>,
}

/// The service's function from requests to responses.
type Answering = Box<dyn FnMut(&Request) -> Response + Send>;

/// The service, with a thread to run it.
pub(super) struct Echo {
    _runtime: Runtime,
    fake: Fake<Answering>,
    state: Arc<Mutex<State>>,
    closed: ClosedPort,
}

impl Echo {
    pub(super) fn start() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let answer: Answering = Box::new(move |request| {
            let mut state = shared.lock().unwrap();
            let mode = state.mode.unwrap_or(Mode::Refused);
            let quote = quote(request, &mut state.quoted);
            answer(mode, request, &quote)
        });
        let fake = runtime.block_on(Fake::start(answer));
        Self { _runtime: runtime, fake, state, closed: ClosedPort::hold().unwrap() }
    }

    pub(super) fn url(&self) -> String {
        self.fake.url().to_owned()
    }

    /// A port without a listener.
    pub(super) fn closed_port(&self) -> u16 {
        self.closed.number()
    }

    pub(super) fn set(&self, mode: Mode) {
        self.state.lock().unwrap().mode = Some(mode);
    }

    /// Whether a secret was repeated since the last call.
    pub(super) fn take_quoted(&self, secret: &str) -> bool {
        self.state.lock().unwrap().quoted.remove(secret)
    }
}

/// Everything that was sent, and its secrets in all forms.
fn quote(request: &Request, quoted: &mut BTreeSet<&'static str>) -> String {
    let headers: Vec<_> =
        request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let mut quote =
        format!("you sent {} {}, {}", request.method, request.target, headers.join(", "));
    for secret in HEADER_SECRETS {
        if headers.iter().any(|header| header.contains(secret)) {
            quoted.insert(secret);
            for (_, form) in forms(secret) {
                quote = format!("{form}, {quote}");
            }
        }
    }
    quote
}

fn answer(mode: Mode, request: &Request, quote: &str) -> Response {
    let long = format!("{}{quote}", "x".repeat(393));
    match mode {
        Mode::Refused => no(request, 401, quote),
        Mode::Plain => Response::text(400, quote),
        Mode::Broken => no(request, 500, quote),
        Mode::Long => no(request, 401, &long),
        Mode::Elsewhere => {
            let url = format!("http://127.0.0.1:1/?you={}", quote.escape_default());
            Response::text(302, quote).with_header("location", &url)
        }
        Mode::Unsuccessful => no(request, 200, quote),
        Mode::Malformed if is_aws(request) => Response::text(200, &format!("<a>{quote}")),
        Mode::Malformed => {
            let lists = ["domain_records", "result", "rrsets", "version", "success"];
            let fields = lists.map(|name| (name.to_owned(), json!(quote)));
            Response::json(200, Json::Object(fields.into_iter().collect()))
        }
        Mode::Writes => match read(request) {
            Some(answer) => answer,
            None => no(request, 422, quote),
        },
    }
}

fn is_aws(request: &Request) -> bool {
    request.header("x-amz-date").is_some()
}

/// A refusal with a message, in the format of the request's API.
fn no(request: &Request, status: u16, words: &str) -> Response {
    if is_aws(request) {
        let words = words.replace('&', "&amp;").replace('<', "&lt;");
        let xml = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>Odd</Code><Message>{words}</Message></Error>\
             <RequestId>1</RequestId></ErrorResponse>"
        );
        return Response { body: xml.into_bytes(), ..Response::text(status, "") };
    }
    let errors = json!([{"code": 1, "message": words}]);
    let body = json!({"success": false, "errors": errors, "message": words, "error": words});
    Response::json(status, body)
}

/// An empty zone, in the format of each API; `None` for writes.
fn read(request: &Request) -> Option<Response> {
    if request.method != "GET" {
        return None;
    }
    let answer = match &*request.path() {
        ["do", ..] => json!({"domain_records": [], "links": {}, "meta": {"total": 0}}),
        ["pdns", _, "config"] => json!([]),
        ["pdns", ..] => json!({"name": "unit.tests.", "rrsets": [], "version": "4.9.1"}),
        ["cf", "zones"] => cloudflare(&[json!({"id": "1", "name": "unit.tests"})]),
        ["cf", ..] => cloudflare(&[]),
        ["aws", .., "rrset"] => {
            return Some(xml(
                "<ListResourceRecordSetsResponse><ResourceRecordSets/><IsTruncated>false\
                 </IsTruncated><MaxItems>300</MaxItems></ListResourceRecordSetsResponse>",
            ));
        }
        ["aws", .., "hostedzone"] => {
            return Some(xml(
                "<ListHostedZonesResponse><HostedZones><HostedZone><Id>/hostedzone/Z1</Id>\
                 <Name>unit.tests.</Name><CallerReference>1</CallerReference></HostedZone></HostedZones>\
                 <IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListHostedZonesResponse>",
            ));
        }
        _ => return None,
    };
    Some(Response::json(200, answer))
}

fn cloudflare(result: &[Json]) -> Json {
    let many = result.len();
    let info = json!({"page": 1, "per_page": 50, "count": many, "total_count": many});
    json!({"success": true, "errors": [], "result": result, "result_info": info})
}

fn xml(text: &str) -> Response {
    Response { body: text.as_bytes().to_vec(), ..Response::text(200, "") }
}
