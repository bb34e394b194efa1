#![doc = include_str!("../README.md")]

mod account;
mod acm;
mod alias;
mod apply;
mod batches;
mod cidr;
mod client;
mod drift;
mod dynamic;
mod ec2;
mod elb;
mod health_check;
mod health_checks;
mod options;
mod provider;
mod query;
mod reading;
mod records;
mod register;
mod rrset;
mod source;
mod state;
mod unique;
mod xml;
mod zones;

pub use acm::AwsAcmProcessor;
pub use ec2::Ec2Source;
pub use elb::ElbSource;
pub use options::{AwsOptions, MultiVpc, Route53Options, SourceOptions, SourcedOptions};
pub use provider::Route53Provider;
pub use register::register;
