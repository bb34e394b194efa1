//! The files of a new provider: templates with placeholders, for each kind of API.

/// How an API represents records: the shapes of the kit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// One row per value, with an id.
    Rows,
    /// Whole `RRset`s, by name and type.
    Sets,
    /// Whole `RRset`s, many changes in one call.
    Changes,
    /// Whole zones.
    Whole,
}

impl Kind {
    #[cfg(test)]
    pub(super) const ALL: [Self; 4] = [Self::Rows, Self::Sets, Self::Changes, Self::Whole];

    /// A kind by its name, or by its old name.
    pub(super) fn new(kind: &str) -> Result<Self, String> {
        match kind {
            "rows" | "record" => Ok(Self::Rows),
            "sets" | "rrset" => Ok(Self::Sets),
            "changes" => Ok(Self::Changes),
            "whole" => Ok(Self::Whole),
            _ => {
                Err(format!("`{kind}` is no kind; there are `rows`, `sets`, `changes` and `whole`"))
            }
        }
    }

    fn parts(self) -> &'static Parts {
        match self {
            Self::Rows => &ROWS,
            Self::Sets => &SETS,
            Self::Changes => &CHANGES,
            Self::Whole => &WHOLE,
        }
    }
}

/// The parts of the files that depend on the kind.
struct Parts {
    shape: &'static str,
    imports: &'static str,
    calls: &'static str,
    test_imports: &'static str,
    store: &'static str,
    facts: &'static str,
    functions: &'static str,
}

const ROWS: Parts = Parts {
    shape: "rows",
    imports: "use octodns_kit::rows::{self, RowApi};\n\
        use octodns_kit::{Api, Connector, Fields, Json, ListedZone, Only, Service, Zone};",
    calls: include_str!("templates/kinds/rows.rs.tmpl"),
    test_imports: "use octodns_testkit::store::{Action, Dot, Paging, Store, Values};",
    store: "Store::rows()",
    facts: r#"
        .route("GET", "/v1/zones/{zone}/rows", Action::List)
        .route("POST", "/v1/zones/{zone}/rows", Action::Create)
        .route("PUT", "/v1/zones/{zone}/rows/{id}", Action::Update)
        .route("DELETE", "/v1/zones/{zone}/rows/{id}", Action::Delete)
        .values(Values::Field("value"))
        .needs(&[("MX", "priority")])
        .targets(&["CNAME", "MX"], Dot::Required, Dot::Omitted)
"#,
    functions: "",
};

const SETS: Parts = Parts {
    shape: "sets",
    imports: "use octodns_kit::sets::{self, SetApi};\n\
        use octodns_kit::{Api, Connector, Json, ListedZone, Only, Service, SetFields, Zone};",
    calls: include_str!("templates/kinds/sets.rs.tmpl"),
    test_imports: "use octodns_testkit::store::{Action, Dot, Paging, Store, Text};",
    store: "Store::sets()",
    facts: r#"
        .route("GET", "/v1/zones/{zone}/sets", Action::List)
        .route("PUT", "/v1/zones/{zone}/sets/{name}/{type}", Action::Put)
        .route("DELETE", "/v1/zones/{zone}/sets/{name}/{type}", Action::Delete)
        .targets(&["CNAME", "MX"], Dot::Required, Dot::Required)
        .text(Text::Quoted)
"#,
    functions: "",
};

const CHANGES: Parts = Parts {
    shape: "changes",
    imports: "use octodns_core::engine::BatchLimits;\n\
        use octodns_kit::changes::{self, ChangeApi, SetChange};\n\
        use octodns_kit::{Api, Connector, Json, ListedZone, Service, SetFields, Zone};",
    calls: include_str!("templates/kinds/changes.rs.tmpl"),
    test_imports: "use octodns_testkit::fake::Response;\n\
        use octodns_testkit::store::{Action, Call, Dot, Paging, Pick, Refusal, Store, Text};",
    store: "Store::sets()",
    facts: r#"
        .route("GET", "/v1/zones/{zone}/sets", Action::List)
        .custom("POST", "/v1/zones/{zone}/changes", change)
        .targets(&["CNAME", "MX"], Dot::Required, Dot::Required)
        .text(Text::Quoted)
"#,
    functions: include_str!("templates/kinds/change.rs.tmpl"),
};

const WHOLE: Parts = Parts {
    shape: "whole",
    imports: "use octodns_kit::whole::{self, WholeApi};\n\
        use octodns_kit::{Api, Connector, Fields, Json, ListedZone, Service, Zone};",
    calls: include_str!("templates/kinds/whole.rs.tmpl"),
    test_imports: "use octodns_testkit::store::{Action, Dot, Paging, Store, Values};",
    store: "Store::rows().no_ids()",
    facts: r#"
        .route("GET", "/v1/zones/{zone}/rows", Action::List)
        .custom("PUT", "/v1/zones/{zone}/rows", |store, call| {
            let rows = call.body["rows"].as_array().cloned().unwrap_or_default();
            store.replace_all(call.zone(), &rows)
        })
        .values(Values::Field("value"))
        .needs(&[("MX", "priority")])
        .targets(&["CNAME", "MX"], Dot::Required, Dot::Omitted)
"#,
    functions: "",
};

/// A path with placeholders, and the content of the file.
type Template = (&'static str, &'static str);

const FILES: &[Template] = &[
    ("crates/providers/{{name}}/Cargo.toml", include_str!("templates/both/Cargo.toml.tmpl")),
    ("crates/providers/{{name}}/README.md", include_str!("templates/both/README.md.tmpl")),
    ("crates/providers/{{name}}/src/lib.rs", include_str!("templates/both/lib.rs.tmpl")),
    ("crates/providers/{{name}}/src/provider.rs", include_str!("templates/both/provider.rs.tmpl")),
    (
        "crates/providers/{{name}}/src/unwritten.rs",
        include_str!("templates/both/unwritten.rs.tmpl"),
    ),
    ("crates/providers/{{name}}/tests/provider.rs", include_str!("templates/both/test.rs.tmpl")),
    ("docs/providers/{{name}}.md", include_str!("templates/both/page.md.tmpl")),
];

/// The files of a kind; only the placeholders for the name remain.
pub(super) fn of(kind: Kind) -> impl Iterator<Item = (&'static str, String)> {
    let Parts { shape, imports, calls, test_imports, store, facts, functions } = *kind.parts();
    let shape_type = format!("{}{}", shape[..1].to_uppercase(), &shape[1..]);
    FILES.iter().map(move |(path, text)| {
        let text = text
            .replace("{{shape}}", shape)
            .replace("{{Shape}}", &shape_type)
            .replace("{{imports}}", imports)
            .replace("{{calls}}", calls)
            .replace("{{test_imports}}", test_imports)
            .replace("{{store}}", store)
            .replace("{{facts}}", facts)
            .replace("{{functions}}", functions);
        (*path, text)
    })
}
