//! The processors of the package: filters by tag, and conversion of the service's settings for other sources
//! and targets.

use std::sync::Arc;

use octodns_core::processor::Stage;
use octodns_core::record::HostName;
use octodns_core::registry::{BuildError, NoOptions};
use octodns_core::value::{Map, truth};
use octodns_core::{
    OwnedValue, Processor, ProviderError, Record, RecordData, Registry, Value, Zone, async_trait,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::account::{INTERNAL, SERVICE};
use crate::records::{AUTOMATIC, CDN_SUFFIX, Flags, RecordNotes, is_proxiable};

const VERSION: &str = SERVICE.version;

/// The name of the section in a record's options.
const SECTION: &str = "cloudflare";

/// Options of the filters by tags.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TagOptions {
    /// The tags, each `name:value`, that a record must have all of; a record has those of all its values.
    tags: Vec<String>,
    /// Whether what the target holds is filtered as well; if not, records there are deleted. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    include_target: bool,
}

fn yes() -> bool {
    true
}

/// Options of `TtlToProxy`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TtlOptions {
    /// The TTL, in seconds, that marks records to be proxied. Default: 0.
    #[serde(default)]
    ttl: i64,
}

pub(crate) fn register(registry: &mut Registry) {
    let path = "octodns_cloudflare.processor.filter.TagAllowListFilter";
    registry.processor(path, &["cloudflare-tag-allowlist"], VERSION, |id, options: TagOptions| {
        Ok::<_, BuildError>(TagFilter { id: id.to_owned(), options, allows: true })
    });
    let path = "octodns_cloudflare.processor.filter.TagRejectListFilter";
    registry.processor(path, &["cloudflare-tag-rejectlist"], VERSION, |id, options: TagOptions| {
        Ok::<_, BuildError>(TagFilter { id: id.to_owned(), options, allows: false })
    });
    let path = "octodns_cloudflare.processor.proxycname.ProxyCNAME";
    registry.processor(path, &["cloudflare-proxy-cname"], VERSION, |id, _: NoOptions| {
        Ok::<_, BuildError>(ProxyCname { id: id.to_owned() })
    });
    let path = "octodns_cloudflare.processor.ttl.TtlToProxy";
    registry.processor(path, &["cloudflare-ttl-to-proxy"], VERSION, |id, options: TtlOptions| {
        Ok::<_, BuildError>(TtlToProxy { id: id.to_owned(), ttl: options.ttl })
    });
}

/// Keeps the records that have all of the tags, or those that do not.
struct TagFilter {
    id: String,
    options: TagOptions,
    allows: bool,
}

impl TagFilter {
    fn filter(&self, zone: &mut Zone) {
        let has_all = |record: &Record| {
            let tags = RecordNotes::of(record).all_tags();
            self.options.tags.iter().all(|tag| tags.contains(&**tag))
        };
        zone.retain(|record| has_all(record) == self.allows);
    }
}

#[async_trait]
impl Processor for TagFilter {
    fn id(&self) -> &str {
        &self.id
    }

    async fn source_zone(
        &self,
        desired: &mut Zone,
        _stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        self.filter(desired);
        Ok(())
    }

    async fn target_zone(
        &self,
        existing: &mut Zone,
        _stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        if self.options.include_target {
            self.filter(existing);
        }
        Ok(())
    }
}

/// For other targets: proxied records become aliases to the service's network.
struct ProxyCname {
    id: String,
}

#[async_trait]
impl Processor for ProxyCname {
    fn id(&self) -> &str {
        &self.id
    }

    async fn source_and_target_zones(
        &self,
        desired: &mut Zone,
        _existing: &mut Zone,
        stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        let class = stage.target.map(|target| target.provider().class_name());
        if class.is_some_and(|class| [SERVICE, INTERNAL].iter().any(|of| of.class_name() == class))
        {
            return Ok(());
        }
        let proxied: Vec<Arc<Record>> =
            desired.records().filter(|record| Flags::of(record, false).proxied).cloned().collect();
        for record in proxied {
            desired.remove(record.name(), record.record_type());
            let fqdn = record.fqdn(desired.name());
            let alias = HostName::new(&format!("{}{CDN_SUFFIX}", fqdn.trim_end_matches('.')));
            let alias = alias.map_err(|error| ProviderError::failed(error.to_string()))?;
            let apex = record.name().is_apex();
            let data = if apex { RecordData::Alias(alias) } else { RecordData::Cname(alias) };
            let alias = Record::new(record.name().clone(), record.ttl(), data);
            let source = record.source().cloned();
            let alias = alias.with_origin(record.origin().clone());
            desired.set(source.into_iter().fold(alias, Record::with_source));
        }
        Ok(())
    }
}

/// Gives records with a certain TTL an automatic TTL, and makes them proxied if their type allows it.
struct TtlToProxy {
    id: String,
    ttl: i64,
}

#[async_trait]
impl Processor for TtlToProxy {
    fn id(&self) -> &str {
        &self.id
    }

    async fn source_zone(
        &self,
        desired: &mut Zone,
        _stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        let marked: Vec<Arc<Record>> =
            desired.records().filter(|record| record.ttl() == self.ttl).cloned().collect();
        for record in marked {
            let mut section: Map<'static> =
                [("auto-ttl", OwnedValue::from(true))].into_iter().collect();
            if is_proxiable(record.record_type()) {
                section.insert("proxied", true);
            }
            let mut options = record.options().raw().cloned().unwrap_or_default();
            options.insert(SECTION, Value::from(section));
            let marked = Record::clone(&record).with_ttl(AUTOMATIC).with_options(options);
            desired.set(marked);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use octodns_core::record::RecordTypes;
    use octodns_core::validate::RecordValidators;
    use octodns_core::{RecordName, Report, ZoneName};

    use super::*;

    fn record(name: &str, ttl: i64, of: &str, rdata: &str) -> Record {
        let types = RecordTypes::default();
        let entry = types.get(of).unwrap();
        let data = entry.read(&[entry.parse(rdata).unwrap()]).unwrap();
        Record::new(RecordName::new(name).unwrap(), ttl, data)
    }

    fn with(record: Record, section: &[(&'static str, OwnedValue)]) -> Record {
        let section: Map<'static> = section.iter().cloned().collect();
        record.with_options([(SECTION, section)].into_iter().collect())
    }

    fn zone(records: Vec<Record>) -> Zone {
        let mut zone = Zone::new(ZoneName::new("unit.tests.").unwrap());
        for record in records {
            zone.set(record);
        }
        zone
    }

    fn processor(class: &str, options: &[(&'static str, OwnedValue)]) -> Arc<dyn Processor> {
        let mut registry = Registry::default();
        register(&mut registry);
        let options: Map<'static> = options.iter().cloned().collect();
        (registry.processors.get(class).unwrap().build)("test", &options.into()).unwrap()
    }

    /// Runs a processor without a target, and shows the remaining records: desired and existing.
    async fn run(processor: &dyn Processor, records: Vec<Record>) -> [Vec<String>; 2] {
        let types = Arc::new(RecordTypes::default());
        let validators = Arc::new(RecordValidators::legacy(&types));
        let mut report = Report::new();
        let mut stage = Stage::new(&validators, &types, &mut report);
        let (mut desired, mut existing) = (zone(records.clone()), zone(records));
        processor.source_zone(&mut desired, &mut stage).await.unwrap();
        processor.target_zone(&mut existing, &mut stage).await.unwrap();
        processor.source_and_target_zones(&mut desired, &mut existing, &mut stage).await.unwrap();
        [desired, existing].map(|zone| {
            let shown = zone.records().map(|record| record.display(zone.name()).to_string());
            shown.collect()
        })
    }

    fn tags(tags: &[&'static str]) -> OwnedValue {
        tags.iter().map(|tag| Value::from(*tag)).collect::<Vec<_>>().into()
    }

    /// Tags for single values.
    fn single() -> OwnedValue {
        let entry =
            Map::from_unique([("value", Value::from("192.0.2.1")), ("tags", tags(&["c:3"]))]);
        vec![OwnedValue::from(entry)].into()
    }

    #[tokio::test]
    async fn records_are_kept_by_their_tags() {
        let records = || {
            let a = |name: &str| record(name, 300, "A", "192.0.2.1");
            vec![
                with(a("both"), &[("tags", tags(&["a:1", "b:2"]))]),
                with(a("one"), &[("tags", tags(&["a:1"]))]),
                with(a("single"), &[("values", single())]),
                a("none"),
            ]
        };
        let names = |shown: &[String]| {
            let name = |text: &String| text.split('.').next().unwrap_or_default().to_owned();
            shown.iter().map(name).collect::<Vec<_>>()
        };
        let allow = "octodns_cloudflare.processor.filter.TagAllowListFilter";
        let reject = "octodns_cloudflare.processor.filter.TagRejectListFilter";
        for (class, wanted, include_target, desired, existing) in [
            (allow, &["a:1"][..], true, &["both", "one"][..], &["both", "one"][..]),
            (allow, &["a:1", "b:2"], false, &["both"], &["both", "none", "one", "single"]),
            (allow, &["c:3"], true, &["single"], &["single"]),
            (reject, &["a:1", "b:2"], true, &["none", "one", "single"], &["none", "one", "single"]),
            (reject, &["a:1"], false, &["none", "single"], &["both", "none", "one", "single"]),
        ] {
            let options = [("tags", tags(wanted)), ("include_target", include_target.into())];
            let [left, held] = run(&*processor(class, &options), records()).await;
            assert_eq!(
                (names(&left), names(&held)),
                (
                    desired.iter().map(|name| (*name).to_owned()).collect(),
                    existing.iter().map(|name| (*name).to_owned()).collect(),
                )
            );
        }
    }

    #[tokio::test]
    async fn proxied_records_become_aliases_elsewhere() {
        let proxied = [("proxied", OwnedValue::from(true))];
        let records = vec![
            with(record("", 300, "A", "192.0.2.1"), &proxied),
            with(record("www", 600, "A", "192.0.2.1"), &proxied),
            with(record("www", 600, "AAAA", "2001:db8::1"), &proxied),
            with(record("text", 600, "TXT", "\"a\""), &proxied),
            record("plain", 600, "A", "192.0.2.2"),
        ];
        let class = "octodns_cloudflare.processor.proxycname.ProxyCNAME";
        let [desired, _] = run(&*processor(class, &[]), records).await;
        assert_eq!(
            desired,
            [
                "unit.tests. 300 ALIAS unit.tests.cdn.cloudflare.net.",
                "plain.unit.tests. 600 A 192.0.2.2",
                r#"text.unit.tests. 600 TXT "a" {"cloudflare": {"proxied": true}}"#,
                "www.unit.tests. 600 CNAME www.unit.tests.cdn.cloudflare.net.",
            ]
        );
    }

    #[tokio::test]
    async fn a_special_ttl_means_proxied() {
        let records = vec![
            record("www", 0, "A", "192.0.2.1"),
            record("text", 0, "TXT", "\"a\""),
            record("plain", 300, "A", "192.0.2.1"),
        ];
        let class = "octodns_cloudflare.processor.ttl.TtlToProxy";
        let [desired, _] = run(&*processor(class, &[]), records).await;
        assert_eq!(
            desired,
            [
                "plain.unit.tests. 300 A 192.0.2.1",
                r#"text.unit.tests. 1 TXT "a" {"cloudflare": {"auto-ttl": true}}"#,
                r#"www.unit.tests. 1 A 192.0.2.1 {"cloudflare": {"auto-ttl": true, "proxied": true}}"#,
            ]
        );
    }
}
