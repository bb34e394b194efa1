//! Plan files, and what is in them: whoever makes a digest over anything gets no further than an error.

use octodns::PlanFile;
use octodns::stored::StoredChange;
use octodns_core::record::RecordTypes;

use crate::target::Target;

pub(crate) const TARGET: Target = Target { name: "plan", run };

/// An input is a plan file, or what one has besides its format, version and digest.
fn run(bytes: &[u8]) {
    let _ = PlanFile::from_text(bytes);
    let Ok(file) = serde_json::from_slice::<PlanFile>(bytes) else { return };
    let text = file.to_text();
    assert!(text.is_ascii());
    let read = PlanFile::from_text(text.as_bytes());
    let read = read.unwrap_or_else(|found| panic!("{text}: {found:?}"));
    assert_eq!(read, file, "{text}");
    let types = RecordTypes::default();
    for plan in &file.plans {
        let Ok(zone) = plan.zone_name() else { continue };
        let _ = plan.seen();
        for stored in &plan.changes {
            let Ok(change) = stored.to_change(&zone, &types) else { continue };
            let again = StoredChange::of(&change);
            let sides = [(&stored.before, &again.before), (&stored.after, &again.after)];
            for (given, read) in sides {
                let data = |side: &Option<_>| side.as_ref().map(data_of);
                assert_eq!(data(given), data(read));
            }
            assert!(again.to_change(&zone, &types).is_ok());
        }
    }
}

fn data_of(record: &octodns::stored::StoredRecord) -> octodns::stored::StoredValue {
    record.data.clone()
}
