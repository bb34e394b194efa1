#![doc = include_str!("../README.md")]

mod answer;
mod auth;
mod builder;
mod client;
mod error;
mod limits;
mod options;
mod paging;
mod request;
mod retry;
mod words;

pub use answer::Answer;
pub use auth::{Auth, HeaderAuth, Outgoing};
pub use builder::Builder;
pub use client::Client;
pub use error::{Call, Error, found};
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
pub use limits::{Accounts, Limits, Rate};
pub use options::Options;
pub use paging::{Page, all, pages};
pub use request::Request;
pub use retry::{Retry, Verdict};
pub use url::Url;
