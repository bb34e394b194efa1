//! One change, with only what is different.

use octodns_core::change::{ChangeCause, ChangeOrigin};
use octodns_core::value::Value;
use octodns_core::{Change, Record, RecordType, ZoneName};

use super::tree::{self, Node};
use super::values::{self, ValueView};

/// What happens to an `RRset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::output) enum Action {
    Delete,
    Update,
    Create,
}

impl Action {
    /// All of them, in the order in which they are counted.
    pub(in crate::output) const ALL: [Self; 3] = [Self::Create, Self::Update, Self::Delete];

    /// `create`, `update` or `delete`.
    pub(in crate::output) const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// `+`, `~` or `-`.
    pub(in crate::output) const fn sign(self) -> char {
        match self {
            Self::Create => '+',
            Self::Update => '~',
            Self::Delete => '-',
        }
    }
}

/// How a change is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::output) struct ChangeView {
    pub(in crate::output) action: Action,
    /// The name within the zone, in readable form; of the apex `@ (example.com.)`.
    pub(in crate::output) name: String,
    pub(in crate::output) record_type: RecordType,
    /// The TTL that is there, and the one that is to be.
    pub(in crate::output) ttl: (Option<i64>, Option<i64>),
    pub(in crate::output) values: Vec<ValueView>,
    /// What differs besides TTL and values.
    pub(in crate::output) parts: Vec<Node>,
    /// Why it deserves a look, if it does.
    pub(in crate::output) notice: Option<&'static str>,
    /// Where the record that is to be there comes from.
    pub(in crate::output) origin: Option<String>,
    pub(in crate::output) cause: Option<ChangeCause>,
    /// Whether the plan needs force because of it.
    pub(in crate::output) is_unsafe: bool,
}

impl ChangeView {
    /// Looks at a change of a zone, which the target knows or not.
    pub(super) fn of(change: &Change, zone: &ZoneName, exists: bool) -> Self {
        let record = change.record();
        let (existing, desired) = (change.existing(), change.desired());
        let action = match change {
            Change::Create(_) => Action::Create,
            Change::Update { .. } => Action::Update,
            Change::Delete(_) => Action::Delete,
        };
        let texts = |record: Option<&std::sync::Arc<Record>>| {
            record.map(|record| values::texts(record)).unwrap_or_default()
        };
        let ttl = (existing.map(|record| record.ttl()), desired.map(|record| record.ttl()));
        let name = if record.name().is_apex() {
            format!("@ ({zone})")
        } else {
            record.name().decoded().into_owned()
        };
        Self {
            action,
            name,
            record_type: record.record_type(),
            ttl,
            values: values::difference(&texts(existing), &texts(desired)),
            parts: parts(change),
            notice: if exists { notice(change) } else { None },
            origin: change.origin().and_then(|origin| place(&origin)),
            cause: None,
            is_unsafe: false,
        }
    }

    /// Whether the TTL is all that changes.
    pub(in crate::output) fn is_ttl_only(&self) -> bool {
        let is_kept = |value: &ValueView| matches!(value, ValueView::Kept(_));
        self.action == Action::Update
            && self.has_other_ttl()
            && self.parts.iter().all(|part| part.mark == tree::Mark::Same)
            && self.values.iter().all(is_kept)
    }

    /// Whether the TTL changes.
    pub(in crate::output) fn has_other_ttl(&self) -> bool {
        matches!(self.ttl, (Some(before), Some(after)) if before != after)
    }

    /// `300`, or `300 -> 60`.
    pub(in crate::output) fn ttl_text(&self) -> String {
        match self.ttl {
            (Some(before), Some(after)) if before != after => format!("{before} -> {after}"),
            (Some(ttl), _) | (None, Some(ttl)) => ttl.to_string(),
            (None, None) => String::new(),
        }
    }

    /// Where it stands among the changes of its zone: names by their last labels first, so that a name is followed by
    /// those below it. At a name what goes comes first, as something else may take its place.
    pub(super) fn order(&self, change: &Change) -> (Vec<String>, Action, RecordType) {
        let name = change.record().name().as_str();
        let labels = name.rsplit('.').filter(|label| !label.is_empty()).map(str::to_owned);
        (labels.collect(), self.action, self.record_type)
    }
}

/// What differs besides TTL and values. The `octodns` section makes no change by itself, so it is shown only if
/// nothing else does.
fn parts(change: &Change) -> Vec<Node> {
    let (existing, desired) = (change.existing(), change.desired());
    let dynamic =
        (existing.and_then(|record| record.dynamic()), desired.and_then(|record| record.dynamic()));
    let geo = (existing.and_then(|record| record.geo()), desired.and_then(|record| record.geo()));
    let mut parts = tree::routing(dynamic.0, dynamic.1);
    parts.extend(tree::geo(geo.0, geo.1));
    let Change::Update { existing, new } = change else { return parts };
    let is_plain = existing.ttl() == new.ttl()
        && existing.data() == new.data()
        && dynamic.0 == dynamic.1
        && geo.0 == geo.1;
    if is_plain {
        let section = |record: &Record| record.options().to_value().unwrap_or(Value::NULL);
        let found = tree::options(&section(existing), &section(new));
        parts.extend(if found.is_empty() { vec![Node::unseen()] } else { found });
    }
    parts
}

/// Why a change deserves a look: mail, delegations and the name of the zone itself are what hurts most.
fn notice(change: &Change) -> Option<&'static str> {
    let record = change.record();
    let is_created = matches!(change, Change::Create(_));
    match record.record_type() {
        _ if is_apex_ns(record) => Some("name servers of the zone"),
        RecordType::NS => Some("delegation"),
        RecordType::MX if !is_created => Some("mail"),
        _ if record.name().is_apex() && !is_created => Some("apex"),
        _ => None,
    }
}

/// Whether a record says which servers have the zone.
pub(super) fn is_apex_ns(record: &Record) -> bool {
    record.record_type() == RecordType::NS && record.name().is_apex()
}

/// Where a record comes from, in short: `zones/example.com.yaml:12`.
fn place(origin: &ChangeOrigin<'_>) -> Option<String> {
    let file = origin.place.file.as_deref().map(|file| match origin.place.line {
        0 => file.to_owned(),
        line => format!("{file}:{line}"),
    });
    let source = file.or_else(|| origin.source.map(str::to_owned));
    let processor = origin.processor.map(|id| format!("the processor {id}"));
    let known: Vec<_> = [source, processor].into_iter().flatten().collect();
    (!known.is_empty()).then(|| known.join(", "))
}
