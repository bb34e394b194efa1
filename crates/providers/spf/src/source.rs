//! The source: a policy for the TXT record at the apex, merged with those of other sources.

use std::sync::Arc;

use octodns_core::record::{Rdata, RecordData, Txt};
use octodns_core::value::Map;
use octodns_core::{
    Capabilities, Diagnostic, PerRun, ProviderError, Record, RecordName, RecordType, Report,
    Source, Value, Zone, ZoneName, ZoneRead, ZoneRequest, async_trait,
};
use octodns_dns::spf::{Checker, resolver};

use crate::options::Options;
use crate::policy::Policy;

static CAPABILITIES: Capabilities = Capabilities::of(&[RecordType::TXT]);

/// A policy in the TXT record at the apex of every zone that has this source.
#[derive(Debug)]
pub struct SpfSource {
    id: Arc<str>,
    options: Options,
    policy: Policy,
    /// The result of looking up the policy, once per run.
    verified: PerRun<Result<(), String>>,
}

impl SpfSource {
    /// A source with this id.
    pub fn new(id: &str, options: Options) -> Self {
        let policy = options.policy();
        Self { id: id.into(), options, policy, verified: PerRun::default() }
    }

    // Differs from octoDNS: the policy is looked up when the first zone is read, not while the config is.
    async fn verify(&self) -> Result<(), ProviderError> {
        if !self.options.verify_dns_lookups {
            return Ok(());
        }
        let look_up = async { Ok::<_, ProviderError>(self.look_up().await) };
        let verified = self.verified.get_or_try_init(look_up).await?;
        Result::clone(&verified).map_err(ProviderError::failed)
    }

    async fn look_up(&self) -> Result<(), String> {
        let resolver = resolver(&self.options.resolvers, self.options.timeout)
            .await
            .map_err(|error| error.to_string())?;
        let checker = Checker::new(&resolver, &|_| None, None);
        let name = format!("<{}>", self.id);
        let counted = checker.check(&name, &[self.policy.to_string()]).await;
        counted.map(|_| ()).map_err(|error| error.with_causes())
    }

    /// The record for a zone that has none.
    fn new_record(&self, zone: &ZoneRequest<'_>) -> ZoneRead {
        let data: Map<'_> = [
            ("ttl", Value::from(self.options.ttl)),
            ("type", Value::from("TXT")),
            ("value", Value::from(self.policy.to_string())),
        ]
        .into_iter()
        .collect();
        let mut read = ZoneRead::default();
        let context = zone.load_context(&self.id, &[]);
        let (name, data) = (Value::from(""), Value::from(data));
        read.records.extend(Record::load(&name, &data, &context, &mut read.report).map(Arc::new));
        read
    }

    /// The record of a zone that has one, with this policy merged into it.
    fn extended(&self, record: &Record, zone: &ZoneName) -> Result<ZoneRead, ProviderError> {
        let RecordData::Txt(values) = record.data() else { return Ok(ZoneRead::default()) };
        let mut values = values.clone();
        let is_policy = |value: &&mut Txt| value.octets().starts_with(b"v=spf1");
        if let Some(value) = values.iter_mut().find(is_policy) {
            let policy = value.bare().ok_or_else(not_utf8).and_then(|text| self.merged(&text));
            let merged = policy.map_err(|why| refused(record, zone, why))?;
            *value = Txt::from_octets(merged.as_bytes());
        } else {
            values.push(Txt::from_octets(self.policy.to_string().as_bytes()));
            values.sort_by(Rdata::order);
        }
        let mut read = ZoneRead::default();
        read.records = vec![Arc::new(record.clone().with_data(RecordData::Txt(values)))];
        read.replace = true;
        Ok(read)
    }

    /// Both policies merged; or why that is not possible, and what to do.
    fn merged(&self, value: &str) -> Result<String, (String, &'static str)> {
        if !self.options.merging_enabled {
            return Err((
                "there is an SPF value already, and merging_enabled is not set".to_owned(),
                "set `merging_enabled: true`, or remove the value",
            ));
        }
        let merged = Policy::read(value).and_then(|theirs| theirs.merge(&self.policy));
        merged
            .map(|policy| policy.to_string())
            .map_err(|error| (format!("the SPF value cannot be merged: {error}"), error.help()))
    }
}

fn not_utf8() -> (String, &'static str) {
    ("the SPF value is not UTF-8".to_owned(), "write the policy in ASCII")
}

fn refused(
    record: &Record,
    zone: &ZoneName,
    (message, help): (String, &'static str),
) -> ProviderError {
    let mut report = Report::new();
    let subject = format!("{} TXT", record.decoded_fqdn(zone));
    let found = Diagnostic::error("spf", message).about(subject).at(record.origin().clone());
    report.push(found.help(help));
    ProviderError::Data(report)
}

#[async_trait]
impl Source for SpfSource {
    fn id(&self) -> &str {
        &self.id
    }

    fn class_name(&self) -> &'static str {
        "SpfSource"
    }

    fn begin_run(&self) {
        self.verified.forget();
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    /// It has no zones of its own.
    async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        Ok(Vec::new())
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        self.verify().await?;
        Ok(Some(self.new_record(zone)))
    }

    fn builds_on_others(&self) -> bool {
        true
    }

    async fn build_on(
        &self,
        before: &Zone,
        zone: &ZoneRequest<'_>,
    ) -> Result<Option<ZoneRead>, ProviderError> {
        self.verify().await?;
        let read = match before.get(&RecordName::APEX, RecordType::TXT) {
            Some(record) => self.extended(record, zone.name)?,
            None => self.new_record(zone),
        };
        let count = read.records.len();
        tracing::info!(
            target: "octodns", logger = %format_args!("SpfSource[{}]", self.id),
            "populate:   found {count} records, exists=False",
        );
        Ok(Some(read))
    }
}
