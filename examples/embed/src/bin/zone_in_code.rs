//! Builds a zone in code, plans it in memory and at a PowerDNS server, shows the plans, approves and applies them.
//!
//! ```sh
//! zone-in-code                             # in memory alone
//! zone-in-code http://localhost:8081 KEY   # at that server as well
//! ```

#![expect(clippy::print_stdout, reason = "a program of its own")]

use std::env;
use std::error::Error;
use std::sync::Arc;

use octodns::output::plan_text;
use octodns::{Manager, MemoryProvider, PlanOptions, ZoneOptions};
use octodns_core::record::{HostName, Mx};
use octodns_core::registry::Sourced;
use octodns_core::zone::AddOptions;
use octodns_core::{Record, RecordData, RecordName, Secret, Zone, ZoneName};
use octodns_http::Accounts;
use octodns_powerdns::{Options, PowerDns};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let source = Arc::new(MemoryProvider::new("in-code"));
    source.put(zone()?);
    let memory = Arc::new(MemoryProvider::new("memory"));
    let mut parts = Manager::builder().provider(source).provider(Arc::clone(&memory) as _);
    let mut targets = vec!["memory"];
    if let [_, url, key] = &*env::args().collect::<Vec<_>>() {
        parts = parts.provider(Arc::new(powerdns(url, key)?));
        targets.push("powerdns");
    }
    let zone = ZoneOptions::new(vec!["in-code"], targets);
    let manager = Arc::new(parts.zone("example.com.", zone).build(&octodns::options())?);

    let plans = manager.plan(&PlanOptions::default()).await?;
    println!("{}", plan_text(&plans.iter().collect::<Vec<_>>()));
    // Refuses plans that delete much, for example. `approve_by_force` is for people who looked at them.
    let summary = manager.apply(plans.approve()?).await?;
    println!("{summary}");

    let kept = memory.zone(&ZoneName::new("example.com.")?);
    println!("in memory: {} records", kept.map_or(0, |zone| zone.len()));
    Ok(())
}

fn zone() -> Result<Zone, Box<dyn Error>> {
    let mut zone = Zone::new(ZoneName::new("example.com.")?);
    let www = RecordData::A(vec!["192.0.2.1".parse()?, "192.0.2.2".parse()?]);
    let mail =
        RecordData::Mx(vec![Mx { preference: 10, exchange: HostName::new("mail.example.com.")? }]);
    zone.add(Record::new(RecordName::new("www")?, 300, www), AddOptions::default())?;
    zone.add(Record::new(RecordName::APEX, 3600, mail), AddOptions::default())?;
    Ok(zone)
}

fn powerdns(url: &str, key: &str) -> Result<PowerDns, Box<dyn Error>> {
    let mut options = Options::new("localhost", Secret::new(key));
    options.endpoint = Some(url.to_owned());
    Ok(PowerDns::new("powerdns", &Sourced::new(options), &Accounts::default())?)
}
