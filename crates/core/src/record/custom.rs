//! The record types that providers bring, and their values.

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;
use schemars::Schema;

use super::Record;
use crate::diagnostic::Report;
use crate::error::ProviderError;
use crate::name::ZoneName;
use crate::rdata::{AnyValues, RdataError, RecordType, ValueError};
use crate::validate::Validator;
use crate::value::{Map, OwnedValue, Value};

/// A record type that a provider brings, such as an alias only its service knows.
///
/// Values are kept as data; the type says what may be in them and how they are shown.
pub trait CustomType: Send + Sync + std::fmt::Debug {
    /// The type's name in data.
    fn record_type(&self) -> RecordType;

    /// Whether a record has exactly one value.
    fn is_single(&self) -> bool;

    /// The name plans show, such as `Route53AliasRecord`.
    fn class_name(&self) -> &str;

    /// The canonical form of a value: what is kept, compared, and written back.
    ///
    /// # Errors
    ///
    /// Fails when this cannot be a value of this type.
    fn read(&self, value: &Value<'_>) -> Result<OwnedValue, ValueError>;

    /// Presentation format of a canonical value.
    fn rdata(&self, value: &OwnedValue) -> String;

    /// How a plan shows a canonical value.
    fn text(&self, value: &OwnedValue) -> String {
        self.rdata(value)
    }

    /// What canonical values are ordered by; those that differ should differ in it.
    fn order_key(&self, value: &OwnedValue) -> String {
        self.text(value)
    }

    /// Splits presentation format into data.
    ///
    /// # Errors
    ///
    /// Fails when the text is not the presentation format of this type.
    fn parse(&self, rdata: &str) -> Result<OwnedValue, RdataError> {
        Ok(Value::from(rdata.to_owned()))
    }

    /// Describes a value. Default: whatever it is, it is fine.
    fn schema(&self) -> Schema {
        true.into()
    }

    /// Validators that come with the type.
    fn validators(&self) -> Vec<Validator> {
        Vec::new()
    }

    /// What gives data its form, if other code than this has to be asked. The data of such records is kept as it is
    /// written, with all its keys and the order of its values, and [`CustomType::read`] only takes it. Default: nothing,
    /// `read` does.
    fn normalizer(&self) -> Option<Arc<dyn Normalizer>> {
        None
    }
}

/// Brings records of a type into its form, many at once, by code that takes asking: that of another process, say.
#[async_trait]
pub trait Normalizer: Send + Sync {
    /// The records with data that is [`CustomData::normal`], in their order; what is wrong with them goes into `report`. A record
    /// that cannot be is left out, with an error.
    ///
    /// # Errors
    ///
    /// If the code cannot be asked.
    async fn normalize(
        &self,
        zone: &ZoneName,
        records: Vec<Record>,
        lenient: bool,
        report: &mut Report,
    ) -> Result<Vec<Record>, ProviderError>;
}

/// The values of a record whose type a provider brought.
#[derive(Clone, Debug)]
pub struct CustomData {
    custom: Arc<dyn CustomType>,
    values: Vec<OwnedValue>,
    /// What is known of data of other code.
    foreign: Option<Box<Foreign>>,
}

/// Data whose form other code decides.
#[derive(Clone, Debug)]
struct Foreign {
    /// All keys but `type`, `ttl` and `octodns`.
    keys: Map<'static>,
    /// How each of the values is shown; none is known before it has its form.
    texts: Vec<String>,
    is_normal: bool,
}

/// The keys of a record that are not its type's.
const GENERAL_KEYS: [&str; 3] = ["type", "ttl", "octodns"];

impl CustomData {
    /// Reads the values of a type, in their order.
    pub(super) fn read(
        custom: &Arc<dyn CustomType>,
        values: &[Value<'_>],
    ) -> Result<Self, ValueError> {
        let values = values.iter().map(|value| custom.read(value));
        let mut values = values.collect::<Result<Vec<_>, _>>()?;
        if custom.normalizer().is_none() {
            values.sort_by_cached_key(|value| custom.order_key(value));
        }
        Ok(Self { custom: Arc::clone(custom), values, foreign: None })
    }

    /// The same, of all the data of a record, if its form is for other code to decide.
    pub(super) fn with_keys_of(mut self, data: &Map<'_>) -> Self {
        if self.custom.normalizer().is_some() {
            let keys = own_keys(data);
            self.foreign = Some(Box::new(Foreign { keys, texts: Vec::new(), is_normal: false }));
        }
        self
    }

    /// Data of the same type in the form that the type gives it: `data` is that of a whole record, and each of its values
    /// is shown as `texts` says; none if that is not known.
    #[must_use]
    pub fn normal(&self, data: &Map<'_>, texts: Vec<String>) -> Self {
        let keys = own_keys(data);
        let values = match (keys.get("values").and_then(Value::as_list), keys.get("value")) {
            (Some(values), _) => values.to_vec(),
            (None, Some(value)) => vec![value.clone()],
            (None, None) => Vec::new(),
        };
        let foreign = Some(Box::new(Foreign { keys, texts, is_normal: true }));
        Self { custom: Arc::clone(&self.custom), values, foreign }
    }

    /// All keys of the record but the general ones, where the form of its data is for other code to decide.
    fn keys(&self) -> Option<&Map<'static>> {
        self.foreign.as_ref().map(|foreign| &foreign.keys)
    }

    /// Whether the data has the form that its type gives it.
    pub fn is_normal(&self) -> bool {
        self.foreign.as_ref().is_none_or(|foreign| foreign.is_normal)
    }

    /// The type.
    pub fn custom_type(&self) -> &dyn CustomType {
        &*self.custom
    }

    /// The type's name.
    pub fn record_type(&self) -> RecordType {
        self.custom.record_type()
    }

    /// Each of the values alone.
    pub(crate) fn split_values(&self) -> Vec<Self> {
        let alone = |value: &OwnedValue| Self {
            custom: Arc::clone(&self.custom),
            values: vec![value.clone()],
            foreign: None,
        };
        self.values.iter().map(alone).collect()
    }

    /// The values, in their canonical form.
    pub fn values(&self) -> &[OwnedValue] {
        &self.values
    }
}

impl PartialEq for CustomData {
    fn eq(&self, other: &Self) -> bool {
        self.record_type() == other.record_type()
            && self.values == other.values
            && self.keys() == other.keys()
    }
}

impl AnyValues for CustomData {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn is_ordered(&self) -> bool {
        self.repeated().is_empty()
    }

    fn rdata_strings(&self) -> Vec<String> {
        self.values.iter().map(|value| self.custom.rdata(value)).collect()
    }

    fn texts(&self) -> Vec<String> {
        let known = self.foreign.as_ref().map(|foreign| &foreign.texts);
        match known.filter(|texts| !texts.is_empty()) {
            Some(texts) => texts.clone(),
            None => self.values.iter().map(|value| self.custom.text(value)).collect(),
        }
    }

    fn write_to(&self, data: &mut Map<'static>) {
        if let Some(keys) = self.keys() {
            keys.iter().cloned().for_each(|(key, value)| data.push(key, value));
            return;
        }
        match &*self.values {
            [value] => data.insert("value", value.clone()),
            values => data.insert("values", values.to_vec()),
        }
    }

    fn lacks_values(&self) -> bool {
        let is_empty = self.keys().map_or(self.values.is_empty(), Map::is_empty);
        is_empty || self.values.iter().any(Value::is_null)
    }

    fn repeated(&self) -> Vec<usize> {
        crate::rdata::repeated(&self.values)
    }
}

/// The keys of a record that are its type's.
fn own_keys(data: &Map<'_>) -> Map<'static> {
    let is_own = |key: &Value<'_>| key.as_str().is_none_or(|key| !GENERAL_KEYS.contains(&key));
    let own = data.iter().filter(|(key, _)| is_own(key));
    let owned = own.map(|(key, value)| (key.clone().into_owned(), value.clone().into_owned()));
    Map::from_entries(owned.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{DuplicateType, LoadContext, Record, RecordTypes, ValueError};
    use crate::validate::{RecordValidators, Validator, ValueCheck};
    use crate::{Report, ZoneName};

    /// An alias that only one service knows.
    #[derive(Debug)]
    struct ServiceAlias;

    impl CustomType for ServiceAlias {
        fn record_type(&self) -> RecordType {
            RecordType::custom("Service/ALIAS")
        }

        fn is_single(&self) -> bool {
            false
        }

        fn class_name(&self) -> &'static str {
            "ServiceAliasRecord"
        }

        fn read(&self, value: &Value<'_>) -> Result<OwnedValue, ValueError> {
            let text = value.as_str().ok_or_else(|| ValueError::new("not text", value.position))?;
            Ok(text.to_ascii_lowercase().into())
        }

        fn rdata(&self, value: &OwnedValue) -> String {
            crate::value::python_str(value)
        }

        fn validators(&self) -> Vec<Validator> {
            let check = ValueCheck {
                class: "",
                id: "service-alias",
                sets: &["legacy"],
                check: |values, _, findings| {
                    for value in values.iter().filter(|value| value.as_str() == Some("bad")) {
                        findings.error(value.position, "bad alias");
                    }
                },
                accepts: None,
            };
            vec![Validator::Value(Arc::new(check))]
        }
    }

    #[test]
    fn a_provider_brings_a_type_with_its_validators() {
        let mut types = RecordTypes::default();
        types.register(Arc::new(ServiceAlias)).unwrap();
        let taken = types.register(Arc::new(ServiceAlias));
        assert_eq!(taken, Err(DuplicateType(RecordType::custom("Service/ALIAS"))));

        let validators = RecordValidators::legacy(&types);
        let zone = ZoneName::new("example.com.").unwrap();
        let load = |values: Vec<Value<'static>>| {
            let context = LoadContext {
                zone: &zone,
                source: None,
                files: &[],
                lenient: false,
                default_ttl: Some(60),
                escape_semicolons: false,
                keeps_positions: true,
                validators: &validators,
                types: &types,
            };
            let data: Map<'_> = [("type", Value::from("Service/ALIAS")), ("values", values.into())]
                .into_iter()
                .collect();
            let mut report = Report::new();
            let record = Record::load(&"www".into(), &data.into(), &context, &mut report);
            record.ok_or_else(|| {
                report.iter().map(|found| found.code.to_string()).collect::<Vec<_>>()
            })
        };
        let record = load(vec!["b".into(), "A".into()]).unwrap();
        let shown = "www.example.com. 60 Service/ALIAS a, b";
        assert_eq!(record.display(&zone).to_string(), shown);
        assert_eq!(record.rdata_strings(), ["a", "b"]);
        assert_eq!(load(vec!["bad".into()]).unwrap_err(), ["service-alias"]);
        assert_eq!(load(vec![5.into()]).unwrap_err(), ["record-new"]);
    }
}
