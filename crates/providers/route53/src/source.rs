//! Shared by the sources for EC2 and for load balancers: names from tags, and records of a zone.

use std::sync::Arc;

use octodns_core::name::idna;
use octodns_core::record::Record;
use octodns_core::value::Map;
use octodns_core::{ProviderError, ZoneName, ZoneRead, ZoneRequest};

use crate::options::SourceOptions;

/// How to make names from tags.
#[derive(Clone, Debug)]
pub(crate) struct Naming {
    tag_prefix: String,
    append: String,
    pub(crate) ttl: i64,
}

impl Naming {
    pub(crate) fn new(options: &SourceOptions) -> Self {
        Self {
            tag_prefix: options
                .tag_prefix
                .clone()
                .unwrap_or_else(|| SourceOptions::TAG_PREFIX.to_owned()),
            append: options.append_to_names.clone(),
            ttl: options.ttl.unwrap_or(SourceOptions::TTL),
        }
    }

    /// An absolute name.
    pub(crate) fn name(&self, text: &str) -> Option<String> {
        let mut name = [text, &*self.append].concat();
        if name.is_empty() {
            return None;
        }
        if !name.ends_with('.') {
            name.push('.');
        }
        Some(name)
    }

    /// The absolute names in a tag, separated by slashes.
    pub(crate) fn of_tag(&self, key: &str, value: &str) -> Vec<String> {
        if !key.starts_with(&self.tag_prefix) {
            return Vec::new();
        }
        value.split('/').filter_map(|part| self.name(part)).collect()
    }
}

/// The records of one zone found so far.
pub(crate) struct Found<'f> {
    request: &'f ZoneRequest<'f>,
    source: Arc<str>,
    pub(crate) read: ZoneRead,
}

impl<'f> Found<'f> {
    pub(crate) fn new(request: &'f ZoneRequest<'f>, source: &Arc<str>) -> Self {
        Self { request, source: Arc::clone(source), read: ZoneRead::default() }
    }

    /// The name within the zone of an absolute name; `None` if it is outside the zone.
    ///
    // Differs from octoDNS: a name that merely ends in the same characters (`myexample.com.`) is outside.
    pub(crate) fn relative(&self, fqdn: &str) -> Option<String> {
        let zone: &ZoneName = self.request.name;
        let encoded = idna::encode(fqdn).ok()?;
        zone.relative(&encoded).map(str::to_owned)
    }

    /// Adds a record with these values.
    pub(crate) fn add(
        &mut self,
        name: String,
        record_type: &'static str,
        ttl: i64,
        values: &[&str],
    ) {
        let mut data = Map::new();
        data.insert("type", record_type);
        data.insert("ttl", ttl);
        match values {
            [value] => data.insert("value", (*value).to_owned()),
            values => {
                let values: Vec<_> =
                    values.iter().map(|value| (*value).to_owned().into()).collect();
                data.insert("values", values);
            }
        }
        let context = self.request.load_context(&self.source, &[]);
        let report = &mut self.read.report;
        let record = Record::load(&name.into(), &data.into(), &context, report);
        self.read.records.extend(record.map(Arc::new));
    }
}

/// The error for an incomplete response.
pub(crate) fn incomplete(call: &str, what: &str) -> ProviderError {
    ProviderError::failed(format!("{call}: unexpected answer: {what} is missing"))
}
