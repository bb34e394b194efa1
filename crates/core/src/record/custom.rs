//! Values of the types that providers bring.

use std::sync::Arc;

use super::rdata::AnyValues;
use super::{CustomType, Fault, RecordData, RecordType};
use crate::value::{Map, OwnedValue, Value};

/// The values of a record whose type a provider brought.
#[derive(Clone, Debug)]
pub struct CustomData {
    custom: Arc<dyn CustomType>,
    values: Vec<OwnedValue>,
}

impl CustomData {
    /// The type.
    pub fn custom_type(&self) -> &dyn CustomType {
        &*self.custom
    }

    /// The type's name.
    pub fn record_type(&self) -> RecordType {
        self.custom.record_type()
    }

    /// The values, in their canonical form.
    pub fn values(&self) -> &[OwnedValue] {
        &self.values
    }
}

impl PartialEq for CustomData {
    fn eq(&self, other: &Self) -> bool {
        self.record_type() == other.record_type() && self.values == other.values
    }
}

pub(crate) fn read(
    custom: &Arc<dyn CustomType>,
    values: &[Value<'_>],
) -> Result<RecordData, Fault> {
    let values = values.iter().map(|value| custom.read(value));
    let mut values = values.collect::<Result<Vec<_>, _>>()?;
    values.sort_by_cached_key(|value| custom.text(value));
    Ok(RecordData::Custom(CustomData { custom: Arc::clone(custom), values }))
}

impl AnyValues for CustomData {
    fn rdatas(&self) -> Vec<String> {
        self.values.iter().map(|value| self.custom.rdata(value)).collect()
    }

    fn texts(&self) -> Vec<String> {
        self.values.iter().map(|value| self.custom.text(value)).collect()
    }

    fn write_to(&self, data: &mut Map<'static>) {
        match &*self.values {
            [value] => data.insert("value", value.clone()),
            values => data.insert("values", values.to_vec()),
        }
    }
}
