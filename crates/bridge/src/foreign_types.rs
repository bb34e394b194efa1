//! Record types that only Python knows.

use std::fmt;
use std::sync::Arc;

use octodns_core::record::{CustomType, Normalizer, ValueError};
use octodns_core::value::{OwnedValue, Value, python_str};
use octodns_core::{
    Diagnostic, ProviderError, Record, RecordData, RecordType, Report, Severity, ZoneName,
    async_trait,
};

use crate::client::Host;
use crate::records;
use crate::requests::{Checked, ForeignType};

/// The code of findings about records that their class refuses.
const RECORD: &str = "record";

/// A record type of a Python class. Its data is kept as it is written, and the class says what becomes of it.
pub(crate) struct PythonType {
    name: RecordType,
    class: String,
    is_single: bool,
    checker: Arc<Checker>,
}

impl PythonType {
    /// The type that Python says it knows.
    pub(crate) fn new(of: &ForeignType, checker: Arc<Checker>) -> Self {
        let name = RecordType::named(&of.name);
        Self { name, class: of.class.clone(), is_single: of.is_single, checker }
    }
}

impl fmt::Debug for PythonType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PythonType({})", self.name)
    }
}

impl CustomType for PythonType {
    fn record_type(&self) -> RecordType {
        self.name
    }

    fn is_single(&self) -> bool {
        self.is_single
    }

    fn class_name(&self) -> &str {
        &self.class
    }

    fn read(&self, value: &Value<'_>) -> Result<OwnedValue, ValueError> {
        Ok(value.clone().into_owned())
    }

    fn rdata(&self, value: &OwnedValue) -> String {
        python_str(value)
    }

    fn normalizer(&self) -> Option<Arc<dyn Normalizer>> {
        Some(Arc::clone(&self.checker) as _)
    }
}

/// Asks Python what its record types make of data.
#[derive(Debug)]
pub(crate) struct Checker {
    host: Host,
}

impl Checker {
    pub(crate) fn new(host: Host) -> Self {
        Self { host }
    }
}

#[async_trait]
impl Normalizer for Checker {
    async fn normalize(
        &self,
        zone: &ZoneName,
        records: Vec<Record>,
        lenient: bool,
        report: &mut Report,
    ) -> Result<Vec<Record>, ProviderError> {
        check(&self.host, zone, records, lenient, report).await
    }
}

/// The records as their classes have them; what is wrong with them goes into `report`.
///
/// # Errors
///
/// If Python fails.
pub(crate) async fn check(
    host: &Host,
    zone: &ZoneName,
    records: Vec<Record>,
    lenient: bool,
    report: &mut Report,
) -> Result<Vec<Record>, ProviderError> {
    let wire: Vec<_> = records.iter().map(records::encode).collect();
    let checked = host.check(zone.as_str(), &wire).await?;
    let mut normal = Vec::with_capacity(records.len());
    for (record, Checked { data, texts, reasons, .. }) in records.into_iter().zip(checked) {
        let tolerates = lenient || record.options().lenient();
        let subject = format!("{} {}", record.decoded_fqdn(zone), record.record_type());
        let is_refused = !reasons.is_empty() && !tolerates;
        for reason in reasons {
            let mut found = Diagnostic::error(RECORD, reason).about(subject.clone());
            if tolerates {
                found.severity = Severity::Warning;
            }
            let found = found.at(record.origin().clone());
            report.push(found.help("see the documentation of the record's class"));
        }
        match (record.data(), data.as_map()) {
            (RecordData::Custom(custom), Some(data)) if !is_refused => {
                let data = custom.normal(data, texts);
                normal.push(record.with_data(RecordData::Custom(data)));
            }
            // Told already.
            _ if is_refused => {}
            _ => {
                let found = Diagnostic::error(RECORD, "its class makes no record of it");
                let found = found.about(subject).at(record.origin().clone());
                report.push(found.help("see the documentation of the record's class"));
            }
        }
    }
    Ok(normal)
}
