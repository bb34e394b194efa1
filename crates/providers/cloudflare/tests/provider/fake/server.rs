//! The fake behind a socket on loopback, with faults on demand.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value as Json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{Cloudflare, Request};

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    /// This status instead of an answer; nothing is done.
    Status(u16),
    /// The connection is closed; nothing was done.
    Drop,
    /// What is asked for is done, and the connection is closed instead of an answer.
    DoneAndDrop,
    /// What is asked for is done, and this status comes instead of the answer.
    DoneAndStatus(u16),
}

/// Says for each request, by its number, method and path, what goes wrong with it.
pub(crate) type Faults = Box<dyn FnMut(usize, &str, &str) -> Option<Fault> + Send>;

/// A request as it was seen, for assertions.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: Json,
}

#[derive(Clone)]
pub(crate) struct Server {
    shared: Arc<Shared>,
    address: std::net::SocketAddr,
}

struct Shared {
    service: Mutex<Cloudflare>,
    seen: Mutex<Vec<Seen>>,
    faults: Mutex<Option<Faults>>,
}

impl Server {
    /// Serves until the runtime ends.
    pub(crate) async fn start(service: Cloudflare) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            service: Mutex::new(service),
            seen: Mutex::default(),
            faults: Mutex::default(),
        });
        let server = Self { shared: Arc::clone(&shared), address };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                // A client that goes away ends its connection, and nothing else.
                tokio::spawn(async move { drop(connection(stream, &shared).await) });
            }
        });
        server
    }

    /// Where the API is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/client/v4", self.address)
    }

    /// The service itself.
    pub(crate) fn service(&self) -> MutexGuard<'_, Cloudflare> {
        self.shared.service.lock().unwrap()
    }

    /// From now on these faults happen.
    pub(crate) fn fail(&self, faults: Faults) {
        *self.shared.faults.lock().unwrap() = Some(faults);
    }

    /// From now on none does.
    pub(crate) fn work(&self) {
        *self.shared.faults.lock().unwrap() = None;
    }

    /// The requests since this was last asked.
    pub(crate) fn take_seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.shared.seen.lock().unwrap())
    }
}

async fn connection(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = request(&mut stream).await? {
        let (method, path) = (request.method.clone(), request.path.clone());
        let number = {
            let mut seen = shared.seen.lock().unwrap();
            let body = request.body.clone();
            seen.push(Seen { method: method.clone(), path: path.clone(), body });
            seen.len()
        };
        let fault = {
            let mut faults = shared.faults.lock().unwrap();
            faults.as_mut().and_then(|faults| faults(number, &method, &path))
        };
        let answer = |status: u16, message: &str| {
            let error = serde_json::json!({ "code": 1000, "message": message });
            (status, serde_json::json!({ "success": false, "errors": [error], "result": null }))
        };
        let (status, body) = match fault {
            None => shared.service.lock().unwrap().answer(&request),
            Some(Fault::Status(status)) => answer(status, "not now"),
            Some(Fault::Drop) => return Ok(()),
            Some(Fault::DoneAndDrop) => {
                shared.service.lock().unwrap().answer(&request);
                return Ok(());
            }
            Some(Fault::DoneAndStatus(status)) => {
                shared.service.lock().unwrap().answer(&request);
                answer(status, "not now")
            }
        };
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.get_mut().write_all((head + &body).as_bytes()).await?;
    }
    Ok(())
}

async fn request(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request = Request {
        method: method.to_owned(),
        path: path.strip_prefix("/client/v4").unwrap_or(path).to_owned(),
        query: query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
        headers: BTreeMap::new(),
        body: Json::Null,
    };
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        request.headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = request.headers.get("content-length").and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await?;
    request.body = serde_json::from_slice(&body).unwrap_or(Json::Null);
    Ok(Some(request))
}

/// Chance with a fixed start, so that a test that fails fails again.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 0..100
    pub(crate) fn percent(&mut self) -> u64 {
        // Steele and others, "Fast splittable pseudorandom number generators" (2014).
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % 100
    }
}

/// Faults that follow one another, then none.
pub(crate) fn script(method: &'static str, faults: Vec<Option<Fault>>) -> Faults {
    let mut faults = VecDeque::from(faults);
    Box::new(
        move |_, its_method, _| {
            if its_method == method { faults.pop_front().flatten() } else { None }
        },
    )
}
