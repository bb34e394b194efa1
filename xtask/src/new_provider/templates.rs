//! What a new provider is made of: files with placeholders, some for each kind of API.

/// How an API holds records.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// One row a value, under an id.
    Record,
    /// Whole `RRset`s, by name and type.
    Rrset,
}

impl Kind {
    pub(super) fn new(kind: &str) -> Result<Self, String> {
        match kind {
            "record" => Ok(Self::Record),
            "rrset" => Ok(Self::Rrset),
            _ => Err(format!("`{kind}` is no kind; there are `record` and `rrset`")),
        }
    }
}

/// A path with placeholders, and the text of the file.
type Template = (&'static str, &'static str);

const BOTH: &[Template] = &[
    ("crates/providers/{{name}}/Cargo.toml", include_str!("templates/both/Cargo.toml.tmpl")),
    ("crates/providers/{{name}}/README.md", include_str!("templates/both/README.md.tmpl")),
    ("crates/providers/{{name}}/src/lib.rs", include_str!("templates/both/lib.rs.tmpl")),
    (
        "crates/providers/{{name}}/src/unwritten.rs",
        include_str!("templates/both/unwritten.rs.tmpl"),
    ),
    (
        "crates/providers/{{name}}/tests/provider/main.rs",
        include_str!("templates/both/main.rs.tmpl"),
    ),
    (
        "crates/providers/{{name}}/tests/provider/behaviour.rs",
        include_str!("templates/both/behaviour.rs.tmpl"),
    ),
    ("docs/providers/{{name}}.md", include_str!("templates/both/page.md.tmpl")),
];

const RECORD: &[Template] = &[
    (
        "crates/providers/{{name}}/src/provider.rs",
        include_str!("templates/record/provider.rs.tmpl"),
    ),
    ("crates/providers/{{name}}/src/client.rs", include_str!("templates/record/client.rs.tmpl")),
    ("crates/providers/{{name}}/src/records.rs", include_str!("templates/record/records.rs.tmpl")),
    (
        "crates/providers/{{name}}/tests/provider/fake.rs",
        include_str!("templates/record/fake.rs.tmpl"),
    ),
];

const RRSET: &[Template] = &[
    ("crates/providers/{{name}}/src/provider.rs", include_str!("templates/rrset/provider.rs.tmpl")),
    ("crates/providers/{{name}}/src/client.rs", include_str!("templates/rrset/client.rs.tmpl")),
    ("crates/providers/{{name}}/src/records.rs", include_str!("templates/rrset/records.rs.tmpl")),
    (
        "crates/providers/{{name}}/tests/provider/fake.rs",
        include_str!("templates/rrset/fake.rs.tmpl"),
    ),
];

/// The files of a kind.
pub(super) fn of(kind: Kind) -> impl Iterator<Item = Template> {
    let own = match kind {
        Kind::Record => RECORD,
        Kind::Rrset => RRSET,
    };
    BOTH.iter().chain(own).copied()
}
