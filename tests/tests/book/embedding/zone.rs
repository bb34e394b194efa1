use std::sync::Arc;

use octodns::output::plan_text;
use octodns::{Manager, MemoryProvider, PlanOptions, ZoneOptions};
use octodns_core::zone::AddOptions;
use octodns_core::{Record, RecordData, RecordName, Zone, ZoneName};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut zone = Zone::new(ZoneName::new("example.com.")?);
    let www = RecordData::A(vec!["192.0.2.1".parse()?]);
    zone.add(Record::new(RecordName::new("www")?, 300, www), AddOptions::default())?;

    let source = Arc::new(MemoryProvider::new("in-code"));
    source.put(zone);
    let target = Arc::new(MemoryProvider::new("memory"));
    let manager = Manager::builder()
        .provider(source)
        .provider(Arc::clone(&target) as _)
        .zone("example.com.", ZoneOptions::new(vec!["in-code"], vec!["memory"]))
        .build(&octodns::options())?;

    let manager = Arc::new(manager);
    let plans = manager.plan(&PlanOptions::default()).await?;
    println!("{}", plan_text(&plans.iter().collect::<Vec<_>>()));
    manager.apply(plans.approve()?).await?;
    assert_eq!(target.zone(&ZoneName::new("example.com.")?).map_or(0, |zone| zone.len()), 1);
    Ok(())
}
