//! Why a change is needed: somebody changed the sources, or the target.

use std::fmt;

use crate::record::{Compare, Record};

/// Why a change is needed, seen from an earlier state of the sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeCause {
    /// The sources want something else than they did.
    Intended,
    /// The sources want what they wanted before: it is the target that is not as it was left.
    Drift,
    /// It is not known what the sources wanted before.
    Unknown,
}

impl ChangeCause {
    /// Compares what the sources say of a name and type with what they said.
    pub fn of(now: Option<&Record>, earlier: Option<&Record>) -> Self {
        let is_same = match (now, earlier) {
            (None, None) => true,
            (Some(now), Some(earlier)) => {
                !earlier.differs(now, Compare::EVERYTHING) && earlier.options() == now.options()
            }
            _ => false,
        };
        if is_same { Self::Drift } else { Self::Intended }
    }

    /// `intended`, `drift` or `unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Drift => "drift",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for ChangeCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RecordName;
    use crate::record::RecordData;
    use crate::value::Map;

    #[test]
    fn what_the_sources_wanted_before_is_no_change_of_theirs() {
        let record = |ttl| Record::new(RecordName::APEX, ttl, RecordData::A(Vec::new()));
        let with_options = || record(60).with_options(Map::from_unique([("ignored", true.into())]));
        for (now, earlier, cause) in [
            (None, None, ChangeCause::Drift),
            (Some(record(60)), None, ChangeCause::Intended),
            (None, Some(record(60)), ChangeCause::Intended),
            (Some(record(60)), Some(record(60)), ChangeCause::Drift),
            (Some(record(60)), Some(record(61)), ChangeCause::Intended),
            (Some(with_options()), Some(record(60)), ChangeCause::Intended),
            (
                Some(record(60).with_source("a")),
                Some(record(60).with_source("b")),
                ChangeCause::Drift,
            ),
        ] {
            assert_eq!(
                ChangeCause::of(now.as_ref(), earlier.as_ref()),
                cause,
                "{now:?} {earlier:?}"
            );
        }
    }
}
