#![doc = include_str!("../README.md")]

mod answer;
mod client;
mod error;
mod exchange;
pub mod live;
mod resolver;
mod server;
pub mod spf;
pub mod wire;

pub use answer::{Answer, Found, Referral, RrSet};
pub use client::{Client, ClientOptions};
pub use error::{Code, QueryError};
pub use resolver::Resolver;
pub use server::{Server, ServerError};
