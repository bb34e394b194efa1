//! `URLFWD`: HTTP redirects that the provider does.

use std::fmt;
use std::ops::RangeInclusive;

use smol_str::SmolStr;

use crate::record::field_list::{FieldFormat, FieldList};
use crate::record::fields::{Fields, check_each};
use crate::record::{RecordType, ValueError};
use crate::shape::{Field, Required, Shape};
use crate::validate::Findings;
use crate::validate::ValueCheck;
use crate::value::{OwnedValue, Value};

/// One redirect, such as `"/" "https://www.example.com" 301 2 0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Urlfwd {
    /// The path that is redirected.
    pub path: SmolStr,
    /// Where to.
    pub target: SmolStr,
    /// The HTTP status, 301 or 302.
    pub code: i64,
    /// How the target is hidden, 0 to 2.
    pub masking: i64,
    /// Whether the query is kept, 0 or 1.
    pub query: i64,
}

/// The fields of a value, for editors.
pub(in crate::record) const SHAPE: Shape = Shape::Fields(
    &[
        Field::new("path", "The path that is forwarded.", Shape::Spelled),
        Field::new("target", "Where to.", Shape::Spelled),
        Field::new("code", "The status of the answer.", Shape::WholeNumbers(&[301, 302])),
        Field::new(
            "masking",
            "Whether the target is masked: 0 no, 1 with a frame, 2 as a redirect.",
            Shape::WholeNumbers(&[0, 1, 2]),
        ),
        Field::new(
            "query",
            "Whether the query goes along: 0 no, 1 yes.",
            Shape::WholeNumbers(&[0, 1]),
        ),
    ],
    Required::All(&["path", "target", "code", "masking", "query"]),
);

pub(in crate::record) const CHECKS: &[ValueCheck] = &[ValueCheck {
    id: "urlfwd-value",
    class: "octodns.record.urlfwd.UrlfwdValueValidator",
    sets: &["legacy", "strict"],
    check,
    accepts: None,
}];

const INTS: [(&str, RangeInclusive<i64>); 3] =
    [("code", 301..=302), ("masking", 0..=2), ("query", 0..=1)];

fn check(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |urlfwd, findings| {
        for (key, range) in INTS {
            urlfwd.check_int(key, range, findings);
        }
        urlfwd.check_present("path", findings);
        urlfwd.check_present("target", findings);
    });
}

/// The order of the fields is octoDNS's own; no RFC describes this type.
impl FieldList for Urlfwd {
    const FIELDS: &'static [(&'static str, FieldFormat)] = &[
        ("path", FieldFormat::Text),
        ("target", FieldFormat::Text),
        ("code", FieldFormat::Number),
        ("masking", FieldFormat::Number),
        ("query", FieldFormat::Number),
    ];
    const QUOTED: bool = false;

    fn of_fields(urlfwd: Fields<'_, '_>) -> Result<Self, ValueError> {
        Ok(Self {
            path: urlfwd.text("path")?,
            target: urlfwd.text("target")?,
            code: urlfwd.int("code")?,
            masking: urlfwd.int("masking")?,
            query: urlfwd.int("query")?,
        })
    }

    fn values(&self) -> impl IntoIterator<Item = OwnedValue> {
        [
            self.path.to_string().into(),
            self.target.to_string().into(),
            self.code.into(),
            self.masking.into(),
            self.query.into(),
        ]
    }
}

impl fmt::Display for Urlfwd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, target, code, masking, query } = self;
        write!(f, "\"{path}\" \"{target}\" {code} {masking} {query}")
    }
}
