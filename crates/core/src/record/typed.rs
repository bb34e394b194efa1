//! Records that were made without data: validated at a glance, if nothing can be found in them.

use super::{LoadContext, Record, RecordData};
use crate::diagnostic::Origin;
use crate::name::is_usual;
use crate::record::hints;
use crate::validate::TypedRecord;
use crate::value::Position;

impl Record {
    /// Makes of this record what [`Record::load`] would make of its data, found at `position`, if that would surely find
    /// nothing, not even a warning. Otherwise it is `false`, and nothing happens: then its data is to be loaded.
    pub fn accept(&mut self, position: Position, context: &LoadContext<'_>) -> bool {
        if !self.is_accepted(context) {
            return false;
        }
        self.source = context.source.cloned();
        self.origin = Origin::new(context.files, position);
        self.places = None;
        true
    }

    fn is_accepted(&self, context: &LoadContext<'_>) -> bool {
        let (record_type, values) = self.data.parts();
        let is_spelled_alike = !matches!(self.data, RecordData::Custom(_))
            && is_usual(self.name.as_str())
            && values.is_ordered()
            && !values.lacks_values();
        let record = TypedRecord::new(
            (self.name.as_str(), context.zone),
            self.ttl,
            (record_type, values.as_any()),
        );
        is_spelled_alike
            && self.options.is_empty()
            && self.rare.is_none()
            && !context.escape_semicolons
            && !hints::may_be_about(&record)
            && context.validators.accept(&record)
    }
}
