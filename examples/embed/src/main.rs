//! Builds a zone in code, plans it against a target, prints the plan and applies it.
//!
//! Any provider can stand in the place of the YAML one; nothing here reads a config file.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]

use std::error::Error;
use std::sync::Arc;

use octodns::output::plan_text;
use octodns_core::engine::Pipeline;
use octodns_core::record::{self, Mx, RecordTypes};
use octodns_core::validate::RecordValidators;
use octodns_core::zone::{AddOptions, ZoneValidators};
use octodns_core::{
    Context, Record, RecordData, RecordName, Report, Target, TargetOptions, Zone, ZoneName,
};
use octodns_yaml::{YamlOptions, YamlProvider};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let zone = desired()?;

    let provider = YamlProvider::new("files", YamlOptions::new(folder.path()));
    let target = Target::new(Arc::new(provider), TargetOptions::default());
    let types = RecordTypes::default();
    let context = Context::new(
        Arc::new(RecordValidators::legacy(&types)),
        Arc::new(ZoneValidators::new(["legacy"])),
        Arc::new(types),
    );

    let mut report = Report::new();
    context.zone_validators.report(&zone, false, &mut report);
    let existing = target.read(&zone, &context).await.map_err(|found| format!("{found:?}"))?;
    let plan = target.plan(&zone, existing, Pipeline::default(), &context, &mut report).await?;
    for finding in &report {
        eprintln!("{}: {finding}", finding.severity);
    }
    let Some(plan) = plan.filter(|_| !report.has_errors()) else { return Ok(()) };

    println!("{}", plan_text(&[(&target, &plan)]));
    let done = target.apply(&plan.approve()?, &()).await;
    println!("{:?}", done.outcomes);
    if let Some(error) = done.error {
        return Err(error.into());
    }
    println!("{}", std::fs::read_to_string(folder.path().join("example.com.yaml"))?);
    Ok(())
}

fn desired() -> Result<Zone, Box<dyn Error>> {
    let mut zone = Zone::new(ZoneName::new("example.com.")?);
    let www = RecordData::A(vec!["192.0.2.1".parse()?, "192.0.2.2".parse()?]);
    let mail = RecordData::Mx(vec![Mx {
        preference: 10,
        exchange: record::HostName::new("mail.example.com.")?,
    }]);
    zone.add(Record::new(RecordName::new("www")?, 300, www), AddOptions::default())?;
    zone.add(Record::new(RecordName::APEX, 3600, mail), AddOptions::default())?;
    Ok(zone)
}
