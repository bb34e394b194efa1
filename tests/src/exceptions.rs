//! The only list of corpus cases that differ on purpose.
//!
//! An entry has the part, the cases and the reason: the heading in `docs/differences.md` or on the page of a
//! provider, or why no type can hold the value. A listed case that agrees fails the run, as does one that
//! does not exist.

/// Cases that differ for one reason.
#[derive(Clone, Copy, Debug)]
pub struct Exception {
    /// The part of the corpus.
    pub part: &'static str,
    /// The reason, after the name of the documented difference if there is one.
    pub reason: &'static str,
    /// The ids of the cases.
    pub cases: &'static [&'static str],
}

/// Every documented difference that is visible in the corpus, sorted by part.
pub const EXCEPTIONS: &[Exception] = &[
    Exception {
        part: "cli",
        reason: "checksum-without-enable: a checksum that nothing checks is refused",
        cases: &["checksum-not-enabled"],
    },
    Exception {
        part: "cli",
        reason: "zone-thresholds: the limits of a zone are obeyed",
        cases: &["safety-custom-thresholds-1", "safety-custom-thresholds-2"],
    },
    Exception {
        part: "cli",
        reason: "split-delete: the files of deleted records are removed",
        cases: &["dump-overwrite", "yaml-split-target-delete"],
    },
    Exception {
        part: "cli",
        reason: "html-escape: values cannot be markup",
        cases: &["output-html-1", "output-html-2", "output-new-zone"],
    },
    Exception {
        part: "cli",
        reason: "yaml-keys: keys that stand twice, or become another text, are errors",
        cases: &["yaml-styles"],
    },
    Exception {
        part: "cli",
        reason: "alias-processors: an alias zone has the processors of the zone it is an alias of",
        cases: &["alias-processors", "estate"],
    },
    Exception {
        part: "cli",
        reason: "auto-arpa-sources: the records that PTR records are made from stay as they are",
        cases: &["arpa-dynamic"],
    },
    Exception {
        part: "cli",
        reason: "auto-arpa-wildcards: no wildcard gets a PTR record unless it is asked for",
        cases: &["arpa-deep-wildcard"],
    },
    Exception {
        part: "cli",
        reason: "unknown-targets: a target that is not configured is an error of a validation too",
        cases: &["errors-zones", "validate-configs"],
    },
    Exception {
        part: "cli",
        reason: "ownership-markers: a source may have the markers already",
        cases: &["proc-ownership-duplicate"],
    },
    Exception {
        part: "cli",
        reason: "excluded-changes: a change that is taken out of a plan is not counted",
        cases: &["proc-exclude-root-ns-2"],
    },
    Exception {
        part: "cli",
        reason: "texts: a backslash is shown as \\\\, a bare semicolon as \\;, a control character as its code",
        cases: &[
            "config-include",
            "lenient-invalid-record-2",
            "lenient-invalid-record-3",
            "output-files",
            "output-markdown-2",
            "proc-meta-1",
            "proc-type-allow-2",
            "safety-dry-run",
            "sync-all-types-1",
            "sync-all-types-update",
            "sync-create-zone-1",
            "sync-include-exclude-1",
            "sync-mixed-2",
            "sync-txt-1",
            "sync-txt-2",
            "yaml-mixed-sources",
            "yaml-simple-order",
        ],
    },
    Exception {
        part: "dump",
        reason: "texts: a backslash is written as \\\\, a control character as its code",
        cases: &[
            "dump-002", "dump-004", "dump-008", "dump-010", "dump-011", "dump-012", "dump-014",
            "dump-020", "dump-026", "dump-029", "dump-032", "dump-036", "dump-038", "dump-042",
            "dump-044", "dump-053", "dump-056", "dump-058", "dump-065", "dump-069",
        ],
    },
    Exception {
        part: "rdata",
        reason: "equals-signs: all of a parameter of SVCB is its value",
        cases: &["rdata-svcb-004"],
    },
    Exception {
        part: "rdata",
        reason: "a blank at the end of a service binding begins no parameter",
        cases: &["rdata-https-009"],
    },
    Exception {
        part: "rdata",
        reason: "texts: canonical texts, which have octets that are not UTF-8 as well; quoted strings may hold blanks",
        cases: &["rdata-txt-007", "rdata-txt-015", "rdata-txt-019", "rdata-uri-004"],
    },
    Exception {
        part: "records",
        reason: "\"A single value under geo is one value\": there it is the list of its characters",
        cases: &["a-geo-011", "aaaa-geo-007"],
    },
    Exception {
        part: "records",
        reason: "\"Provinces of countries without any are a fault\": there they end the program, \
                 whether the record is lenient or not",
        cases: &["a-dynamic-045", "aaaa-dynamic-015", "cname-dynamic-067"],
    },
    Exception {
        part: "records",
        reason: "no type holds it: a subnet that is a number, a value of geo that is nothing",
        cases: &["cname-dynamic-013", "aaaa-geo-002"],
    },
    Exception {
        part: "records",
        reason: "unrepresentable: an empty value of a lenient A or AAAA record is refused, as are \
                 addresses with a zone index",
        cases: &["a-008", "a-009", "a-011", "aaaa-008", "aaaa-013", "aaaa-016", "aaaa-033"],
    },
    Exception {
        part: "records",
        reason: "escaped-names: a backslash before a plain character has no meaning, and is left out of names",
        cases: &["a-039", "alias-027", "cname-031", "ns-025"],
    },
    Exception {
        part: "records",
        reason: "text-fields: numbers and truth values become the text they are written as",
        cases: &[
            "caa-043",
            "caa-051",
            "caa-067",
            "naptr-039",
            "naptr-048",
            "urlfwd-034",
            "urlfwd-062",
        ],
    },
    Exception {
        part: "records",
        reason: "text-fields: nothing is refused, or empty where that is what it means",
        cases: &[
            "naptr-060",
            "naptr-066",
            "naptr-072",
            "openpgpkey-017",
            "openpgpkey-019",
            "urlfwd-044",
        ],
    },
    Exception {
        part: "records",
        reason: "text-fields: lists and mappings are refused, not turned into Python literals",
        cases: &[
            "caa-050",
            "caa-061",
            "caa-071",
            "ds-037",
            "openpgpkey-005",
            "openpgpkey-013",
            "openpgpkey-016",
            "sshfp-032",
            "sshfp-036",
            "tlsa-047",
            "tlsa-078",
        ],
    },
    Exception {
        part: "records",
        reason: "unrepresentable: a service parameter is text, a number, a list of texts, or nothing",
        cases: &["https-062", "svcb-068", "svcb-077"],
    },
    Exception {
        part: "records",
        reason: "rfc-values: flags of NAPTR records may be empty",
        cases: &["naptr-054", "naptr-081"],
    },
    Exception {
        part: "records",
        reason: "rfc-values: octets of ALPN ids beyond ASCII are shown in escapes",
        cases: &["svcb-070"],
    },
    Exception {
        part: "records",
        reason: "ascii-digits: numbers in text",
        cases: &["svcb-046", "tlsa-044", "uri-049"],
    },
    Exception {
        part: "records",
        reason: "texts: the canonical text is shown, in which escapes are those that are needed",
        cases: &[
            "caa-052",
            "naptr-050",
            "naptr-080",
            "spf-033",
            "spf-036",
            "spf-037",
            "spf-042",
            "txt-001",
            "txt-058",
            "txt-061",
            "txt-067",
            "txt-068",
            "txt-069",
            "txt-076",
            "txt-078",
            "txt-080",
            "txt-082",
            "txt-084",
            "txt-086",
            "uri-050",
        ],
    },
    Exception {
        part: "records",
        reason: "texts: values are equal if their octets are, and are sent once",
        cases: &["spf-018", "spf-027", "spf-028", "spf-029", "txt-083"],
    },
    Exception {
        part: "records",
        reason: "empty-texts: an empty text is a value",
        cases: &["spf-014", "spf-019", "txt-010", "txt-011", "txt-013", "txt-059", "txt-062"],
    },
    Exception {
        part: "records",
        reason: "texts: presentation format is ASCII, and has two backslashes for one",
        cases: &["naptr-051", "spf-035", "txt-060", "txt-063", "txt-071"],
    },
    Exception {
        part: "records",
        reason: "missing-values: a record without values, or with an empty one, is an error in both modes",
        cases: &[
            "a-014",
            "a-015",
            "aaaa-geo-006",
            "aaaa-005",
            "aaaa-018",
            "alias-008",
            "alias-009",
            "alias-010",
            "alias-013",
            "alias-045",
            "caa-006",
            "caa-010",
            "cname-006",
            "cname-014",
            "cname-016",
            "cname-079",
            "dname-007",
            "dname-011",
            "dname-013",
            "ds-014",
            "loc-013",
            "mx-018",
            "naptr-019",
            "ns-006",
            "ns-009",
            "ns-010",
            "ns-014",
            "ns-041",
            "ns-042",
            "openpgpkey-011",
            "openpgpkey-012",
            "openpgpkey-014",
            "openpgpkey-018",
            "openpgpkey-039",
            "openpgpkey-043",
            "ptr-010",
            "ptr-014",
            "ptr-015",
            "ptr-016",
            "ptr-061",
            "spf-009",
            "srv-014",
            "srv-015",
            "srv-020",
            "sshfp-007",
            "tlsa-011",
            "tlsa-016",
            "txt-014",
            "uri-006",
            "urlfwd-016",
        ],
    },
    Exception {
        part: "schema",
        reason: "what is wrong with a zone is found when it is read, and by the schema, not with the config",
        cases: &["cli/errors-zones/input/c0.yaml", "cli/validators-per-zone/input/bridge.yaml"],
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The names of all documented differences: in `docs/differences.md`, and on the pages of providers. They are in
    /// quotes or in lower case, other points of a list are not.
    fn documented() -> BTreeSet<String> {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        let mut pages = vec![docs.join("differences.md")];
        pages
            .extend(fs::read_dir(docs.join("providers")).unwrap().map(|page| page.unwrap().path()));
        let mut names = BTreeSet::new();
        for page in pages {
            for line in fs::read_to_string(&page).unwrap().lines() {
                let name = line.strip_prefix("- **").and_then(|rest| rest.split_once("**:"));
                let is_name = |name: &str| {
                    name.starts_with('"')
                        || !name.contains(|letter: char| letter.is_ascii_uppercase())
                };
                if let Some((name, _)) = name.filter(|(name, _)| is_name(name)) {
                    assert!(names.insert(name.to_owned()), "{name} stands twice");
                }
            }
        }
        names
    }

    #[test]
    fn every_named_difference_is_documented() {
        let documented = documented();
        for Exception { reason, .. } in EXCEPTIONS {
            let Some((name, _)) = reason.split_once(": ") else { continue };
            // Other reasons begin with a sentence.
            if name.starts_with('"') || !name.contains(' ') {
                assert!(documented.contains(name), "{name} is not documented");
            }
        }
    }
}
