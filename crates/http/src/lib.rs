#![doc = include_str!("../README.md")]

mod answer;
mod auth;
mod builder;
mod client;
mod error;
mod exchange;
mod hooks;
mod host;
mod limits;
mod network;
mod options;
mod paging;
mod place;
mod poll;
mod redact;
mod request;
mod retry;
mod transport;
mod verdict;
mod waits;
mod weigh;
mod words;

pub use answer::Answer;
pub use auth::{
    Auth, HeaderAuth, OAuthLogin, Outgoing, SigningAuth, Token, TokenAuth, TokenSource,
};
pub use builder::Builder;
pub use client::Client;
pub use error::{Call, Error, found};
pub use host::{ClockOffset, Host};
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
pub use limits::{Accounts, Limits, Methods, Quota, Rate, Turn};
pub use options::Options;
pub use paging::{Page, PageAt, all, all_ahead, pages};
pub use poll::{JobStatus, Poll};
pub use request::Request;
pub use retry::{Backoff, Retry};
pub use url::Url;
pub use verdict::{Throttle, Verdict};
pub use waits::{WaitFormat, WaitHeader};
