#![doc = include_str!("../README.md")]

mod answer;
mod client;
mod error;
pub mod live;
mod options;
mod resolver;
mod server;
#[cfg(feature = "client")]
pub mod spf;
pub mod wire;

#[cfg(any(test, not(feature = "client")))]
#[cfg_attr(feature = "client", expect(dead_code, reason = "here, its test alone uses it"))]
mod absent;
#[cfg(not(feature = "client"))]
use absent as network;
#[cfg(feature = "client")]
mod network;

pub use answer::{Answer, Found, Referral, RrSet};
pub use client::Client;
pub use error::{Code, NoClient, QueryError};
pub use options::ClientOptions;
pub use resolver::Resolver;
pub use server::{Server, ServerError};
