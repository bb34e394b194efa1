//! Findings that a schema of one document cannot express, and why.

/// Parts of messages, by the reason why a schema cannot express the rule.
///
/// This list is what only validators check: every other finding must be expressed by the schema too.
const UNSAYABLE: &[(&str, &[&str])] = &[
    (
        "what concerns the pools and rules of a record among themselves",
        &[
            "undefined fallback ",
            "loop in pool fallbacks",
            "unused pool ",
            "has an undefined pool ",
            "leads to pool ",
            " targets subnet ",
            " targets geo ",
            " must come before all rules with ",
            " is a second default",
            "the final rule has subnets or geos",
            " has a single value with a weight other than 1",
        ],
    ),
    (
        "what one field of a value asks of another",
        &["fingerprint has ", "an alias (svcpriority 0) takes no svcparams", "min_ttl ("],
    ),
    (
        "what the name of a record asks of it, and it of the name",
        &[
            "invalid name for SRV record",
            "invalid name for URI record",
            "ALIAS is allowed at the zone apex only",
            "the zone apex cannot have a CNAME",
            " characters, the limit is 253",
        ],
    ),
    ("which characters a name may have beyond ASCII, and its length then", &["not valid IDNA"]),
    (
        "whether there is such a place",
        &["unknown continent ", "unknown country ", "unknown province "],
    ),
    (
        "the grammar of networks and regular expressions",
        &["has an invalid subnet ", "is not a network: ", "is not a regular expression: "],
    ),
    (
        "semicolons, since an option of the provider says what they mean",
        &["unescaped ; in ", "double escaped ; in "],
    ),
    ("which codes are those of octets", &[" over 255 in "]),
    (
        "what is named in another place",
        &["there is no record validator ", "there is no zone validator "],
    ),
];

/// Why a schema cannot express the rule of a finding; `None` if it can.
pub(super) fn why_not(message: &str) -> Option<&'static str> {
    UNSAYABLE
        .iter()
        .find(|(_, parts)| parts.iter().any(|part| message.contains(part)))
        .map(|(reason, _)| *reason)
}
