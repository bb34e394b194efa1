//! The source: its options, and its single record.

use std::sync::Arc;

use octodns_core::registry::{BuildError, Lookup};
use octodns_core::value::Map;
use octodns_core::{
    Capabilities, ProviderError, Record, RecordType, Registry, Source, Value, ZoneRead,
    ZoneRequest, async_trait,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// The default TTL of the record, in seconds.
const DEFAULT_TTL: i64 = 60;

static CAPABILITIES: Capabilities = Capabilities::of(&[RecordType::TXT]);

/// Options of one `envvar` source.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The variable of the environment whose value is the record's.
    pub variable: String,
    /// The name of the record within the zone; the apex is empty.
    pub name: String,
    /// The TTL of the record, in seconds. Default: 60.
    #[serde(default = "default_ttl")]
    pub ttl: i64,
}

impl Options {
    /// The variable and the name of the record, with the default TTL.
    pub fn new(variable: impl Into<String>, name: impl Into<String>) -> Self {
        Self { variable: variable.into(), name: name.into(), ttl: DEFAULT_TTL }
    }
}

fn default_ttl() -> i64 {
    DEFAULT_TTL
}

/// Registers the source by its octoDNS class and short name.
pub fn register(registry: &mut Registry) {
    let environment = Arc::clone(&registry.host.env);
    let (path, version) = ("octodns.source.envvar.EnvVarSource", env!("CARGO_PKG_VERSION"));
    registry.source(path, &["envvar"], version, move |id, options| {
        Ok::<_, BuildError>(EnvVarSource::new(id, options, Arc::clone(&environment)))
    });
}

/// A TXT record with the value of an environment variable.
#[derive(Clone)]
pub struct EnvVarSource {
    id: Arc<str>,
    options: Options,
    environment: Lookup,
}

impl EnvVarSource {
    /// A source that looks up its variable in `environment` whenever a zone is read.
    pub fn new(id: &str, options: Options, environment: Lookup) -> Self {
        Self { id: id.into(), options, environment }
    }
}

#[async_trait]
impl Source for EnvVarSource {
    fn id(&self) -> &str {
        &self.id
    }

    fn class_name(&self) -> &'static str {
        "EnvVarSource"
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let Options { variable, name, ttl } = &self.options;
        let value = (self.environment)(variable).ok_or_else(|| {
            let message = format!("the environment variable {variable} is not set, or is not text");
            ProviderError::failed(message)
        })?;
        let data: Map<'_> = [
            ("ttl", Value::from(*ttl)),
            ("type", Value::from("TXT")),
            ("values", Value::from(vec![Value::from(value)])),
        ]
        .into_iter()
        .collect();
        let mut read = ZoneRead::default();
        let context = zone.load_context(&self.id, &[]);
        let (name, data) = (Value::from(name.as_str()), Value::from(data));
        read.records.extend(Record::load(&name, &data, &context, &mut read.report).map(Arc::new));
        tracing::info!(
            target: "octodns", logger = %format_args!("EnvVarSource[{}]", self.id),
            "populate:   found {} records, exists=False", read.records.len(),
        );
        Ok(Some(read))
    }
}

#[cfg(test)]
mod tests {
    use octodns_core::record::RecordTypes;
    use octodns_core::validate::RecordValidators;
    use octodns_core::zone::SubZones;
    use octodns_core::{OwnedValue, ZoneName};

    use super::*;

    /// The record of a source with these options and a value for `WHO`, or the error.
    async fn read(
        options: &[(&'static str, OwnedValue)],
        who: Option<&'static str>,
    ) -> Result<String, String> {
        let mut registry = Registry::default();
        registry.host.env = Arc::new(move |name| who.filter(|_| name == "WHO").map(str::to_owned));
        register(&mut registry);
        let options: Map<'static> = options.iter().cloned().collect();
        let build = &registry.providers.get("envvar").unwrap().build;
        let source = build("env", &options.into()).map_err(|error| error.message)?.as_source();
        let types = Arc::new(RecordTypes::default());
        let name = ZoneName::new("example.com.").unwrap();
        let sub_zones = SubZones::default();
        let validators = Arc::new(RecordValidators::legacy(&types));
        let request = ZoneRequest::new(&name, &sub_zones, &validators, &types);
        let read = source.read(&request).await.map_err(|error| error.to_string())?.unwrap();
        match read.records.first() {
            Some(record) => {
                let (name, ttl) = (record.name().as_str(), record.ttl());
                Ok(format!("{name} {ttl} {} {:?}", record.record_type(), record.rdata_strings()))
            }
            None => Err(read.report.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")),
        }
    }

    #[tokio::test]
    async fn the_value_of_the_variable_is_the_record() {
        let mut options = vec![("variable", "WHO".into()), ("name", "deployer".into())];
        let expected = r#"deployer 60 TXT ["\"two words\""]"#;
        assert_eq!(read(&options, Some("two words")).await.unwrap(), expected);
        options.push(("ttl", 3600.into()));
        assert_eq!(read(&options, Some("")).await.unwrap(), r#"deployer 3600 TXT ["\"\""]"#);
    }

    #[tokio::test]
    async fn an_invalid_record_is_an_error() {
        let name = || ("name", OwnedValue::from("deployer"));
        for (options, who, expected) in [
            (vec![("variable", "WHO".into()), name()], None, "WHO is not set"),
            (vec![("variable", "WHO".into()), name()], Some("a;b"), "unescaped ;"),
            (vec![("variable", "WHO".into()), ("name", "a b".into())], Some("x"), "white space"),
            (vec![("variable", "WHO".into()), name(), ("ttl", (-1).into())], Some("x"), "negative"),
            (vec![name()], Some("x"), "missing key \"variable\""),
            (vec![("variable", "WHO".into())], Some("x"), "missing key \"name\""),
            (vec![("variable", "WHO".into()), name(), ("tll", 5.into())], Some("x"), "tll"),
        ] {
            let error = read(&options, who).await.unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
