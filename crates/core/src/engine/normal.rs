//! Records of types that are not compiled in: the code that knows them is asked for all of a zone at once.

use std::sync::Arc;

use crate::error::ProviderError;
use crate::name::ZoneName;
use crate::provider::ZoneRead;
use crate::record::{Normalizer, Record, RecordData};

/// Brings the records of a read into the form that their types give them. What is wrong with them goes into its report.
pub(super) async fn read(
    read: &mut ZoneRead,
    zone: &ZoneName,
    lenient: bool,
) -> Result<(), ProviderError> {
    while let Some(normalizer) = read.records.iter().find_map(|record| pending(record)) {
        let all = std::mem::take(&mut read.records);
        let (theirs, mut others): (Vec<_>, Vec<_>) = all.into_iter().partition(|record| {
            pending(record).is_some_and(|other| Arc::ptr_eq(&other, &normalizer))
        });
        let theirs: Vec<_> = theirs.into_iter().map(Arc::unwrap_or_clone).collect();
        let count = theirs.len();
        let normal = normalizer.normalize(zone, theirs, lenient, &mut read.report).await?;
        // A record that is wrong is left out, with a finding.
        if normal.len() > count || normal.iter().any(|record| pending(record).is_some()) {
            let message =
                format!("records of {zone} have no form of their own: a bug in the program");
            return Err(ProviderError::failed(message));
        }
        others.extend(normal.into_iter().map(Arc::new));
        read.records = others;
    }
    Ok(())
}

/// Who has to be asked about a record, if it was not yet.
fn pending(record: &Record) -> Option<Arc<dyn Normalizer>> {
    match record.data() {
        RecordData::Custom(data) if !data.is_normal() => data.custom_type().normalizer(),
        _ => None,
    }
}
