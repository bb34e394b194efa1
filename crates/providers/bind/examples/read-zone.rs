//! Reads a zone from its zone file, as a source does, and prints the number of records:
//! `read-zone DIRECTORY ZONE`. `cargo xtask harness --zone-file` measures it.

#![expect(clippy::print_stdout, reason = "it is a program")]

use std::error::Error;
use std::sync::Arc;

use octodns_bind::{ZoneFileOptions, ZoneFileProvider};
use octodns_core::record::RecordTypes;
use octodns_core::validate::RecordValidators;
use octodns_core::value::Map;
use octodns_core::zone::SubZones;
use octodns_core::{Registry, Source as _, Value, ZoneName, ZoneRequest};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(directory), Some(zone)) = (arguments.next(), arguments.next()) else {
        return Err("usage: read-zone DIRECTORY ZONE".into());
    };
    let options: Map<'_> = [("directory", Value::from(directory))].into_iter().collect();
    let options: ZoneFileOptions = octodns_core::value::from_value(&Value::from(options))?;
    let clock = Arc::clone(&Registry::default().host.clock);
    let provider = ZoneFileProvider::new("zones", options, clock);
    let types = Arc::new(RecordTypes::default());
    let name = ZoneName::new(&zone)?;
    let sub_zones = SubZones::default();
    let validators = Arc::new(RecordValidators::legacy(&types));
    let request = ZoneRequest::new(&name, &sub_zones, &validators, &types);
    let read = provider.read(&request).await?.ok_or("there is no such zone")?;
    if let Some(found) = read.report.iter().next() {
        return Err(found.to_string().into());
    }
    println!("{} records", read.records.len());
    Ok(())
}
