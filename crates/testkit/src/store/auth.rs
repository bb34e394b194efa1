//! Authentication: a header with a fixed value, or tokens that are fetched and expire.

use serde_json::{Value as Json, json};

use crate::fake::{Request, Response};

/// A request that fetches a token.
#[derive(Clone, Copy)]
pub struct Login {
    /// Its method.
    pub method: &'static str,
    /// Its path.
    pub path: &'static str,
    /// Whether its credentials are right.
    pub is_right: fn(&Request) -> bool,
    /// The response with a token. In its texts, `{origin}` becomes the URL of the service.
    pub response: fn(&str) -> Json,
    /// The token that another request contains.
    pub carried: fn(&Request) -> Option<&str>,
}

impl Login {
    /// A login as OAuth has it (RFC 6749, section 5.1), at this path, whose token is sent as [`Login::bearer`].
    pub const fn oauth(path: &'static str, is_right: fn(&Request) -> bool) -> Self {
        let response = |token: &str| json!({"access_token": token, "token_type": "Bearer", "expires_in": 3599});
        Self { method: "POST", path, is_right, response, carried: Self::bearer }
    }

    /// The token of `Authorization: Bearer TOKEN`.
    pub fn bearer(request: &Request) -> Option<&str> {
        request.header("authorization")?.strip_prefix("Bearer ")
    }
}

/// Who is allowed in.
#[derive(Clone, Default)]
pub(super) struct Auth {
    check: Option<Check>,
    /// Everybody is allowed in: recorded requests come without their headers.
    pub(super) is_open: bool,
    /// Nobody is allowed in.
    is_locked: bool,
    tokens: Tokens,
    /// A header that has the token, in the response to a login.
    token_header: Option<&'static str>,
}

#[derive(Clone, Copy)]
enum Check {
    Header(&'static str, &'static str),
    Request(fn(&Request) -> bool),
    Login(Login),
}

#[derive(Clone, Default)]
struct Tokens {
    /// How many requests each token was used for.
    used: Vec<usize>,
    /// How many requests a token is valid for; `None`: unlimited.
    life: Option<usize>,
}

impl Auth {
    pub(super) fn by_header(&mut self, name: &'static str, value: &'static str) {
        self.check = Some(Check::Header(name, value));
    }

    pub(super) fn by_request(&mut self, is_right: fn(&Request) -> bool) {
        self.check = Some(Check::Request(is_right));
    }

    pub(super) fn by_login(&mut self, login: Login) {
        self.check = Some(Check::Login(login));
    }

    pub(super) fn tokens_in(&mut self, header: &'static str) {
        self.token_header = Some(header);
    }

    pub(super) fn lock(&mut self, is_locked: bool) {
        self.is_locked = is_locked;
    }

    /// Makes tokens expire after this many requests; `false` if the service has no such tokens.
    pub(super) fn end_tokens_after(&mut self, requests: Option<usize>) -> bool {
        self.tokens.life = requests;
        matches!(self.check, Some(Check::Login(_)))
    }

    /// The response to a request that fetches a token.
    pub(super) fn login(&mut self, request: &Request) -> Option<Result<Response, &'static str>> {
        let Some(Check::Login(login)) = self.check else { return None };
        if !self.is_login(&request.method, &format!("/{}", request.segments.join("/"))) {
            return None;
        }
        if self.is_locked || !(self.is_open || (login.is_right)(request)) {
            return Some(Err("these credentials are wrong"));
        }
        self.tokens.used.push(0);
        let token = Tokens::name(self.tokens.used.len() - 1);
        let origin = format!("http://{}", request.header("host").unwrap_or("localhost"));
        let mut response = Response::json(200, (login.response)(&token));
        let text = String::from_utf8_lossy(&response.body).replace("{origin}", &origin);
        response.body = text.into_bytes();
        Some(Ok(match self.token_header {
            Some(name) => response.with_header(name, &token),
            None => response,
        }))
    }

    /// Whether a request fetches a token.
    pub(super) fn is_login(&self, method: &str, path: &str) -> bool {
        matches!(self.check, Some(Check::Login(login)) if method == login.method && path == login.path)
    }

    pub(super) fn login_path(&self) -> Option<&'static str> {
        match self.check {
            Some(Check::Login(login)) => Some(login.path),
            _ => None,
        }
    }

    pub(super) fn lets_in(&mut self, request: &Request) -> bool {
        if self.is_locked || self.is_open {
            return self.is_open && !self.is_locked;
        }
        match self.check {
            None => true,
            Some(Check::Header(name, value)) => request.header(name) == Some(value),
            Some(Check::Request(is_right)) => is_right(request),
            Some(Check::Login(login)) => {
                let carried = (login.carried)(request);
                let mut tokens = self.tokens.used.iter_mut().enumerate();
                let found = tokens.find(|(index, _)| carried == Some(&*Tokens::name(*index)));
                let Some((_, used)) = found else { return false };
                *used += 1;
                self.tokens.life.is_none_or(|life| *used <= life)
            }
        }
    }
}

impl Tokens {
    fn name(index: usize) -> String {
        format!("token-{}", index + 1)
    }
}
