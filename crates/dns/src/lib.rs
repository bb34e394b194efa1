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

pub use answer::{Answer, Found, Referral, Rows};
pub use client::{Client, ClientOptions};
pub use error::{AskError, Code};
pub use resolver::Resolver;
pub use server::{Server, ServerError};
