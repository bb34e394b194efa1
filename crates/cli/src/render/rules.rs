//! What each kind of finding is about: the rules of SARIF, and the table in `docs/findings.md`.

/// A kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The code of its findings: the id of a validator, or the name of a check.
    pub id: &'static str,
    /// What holds where there is no finding.
    pub about: &'static str,
    /// What to do about a finding, when the finding itself does not say.
    pub help: &'static str,
}

/// The kind of finding that has a code; none for validators that a configuration names itself.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.binary_search_by_key(&id, |rule| rule.id).ok().map(|index| &RULES[index])
}

const fn row(id: &'static str, about: &'static str, help: &'static str) -> Rule {
    Rule { id, about, help }
}

/// All kinds, by their codes.
#[rustfmt::skip]
pub(crate) const RULES: &[Rule] = &[
    row("alias-root", "ALIAS records are at the zone apex",
        "Below the apex write a CNAME."),
    row("apply", "changes can be made",
        "The message has the error of the target; the table above it lists what was done before."),
    row("caa-best-practices", "CAA records say who may issue certificates, for wildcards too",
        "Write `issue` and `issuewild`; \";\" means nobody."),
    row("caa-value", "values of CAA have flags, a tag and a value",
        "Write `flags` (0 or 128), `tag` (issue, issuewild, iodef) and `value`."),
    row("caa-value-best-practice", "`issue` of CAA comes with `issuewild`",
        "Add `issuewild` with the same value, or \";\" for no wildcard certificates."),
    row("caa-value-rfc", "values of CAA follow RFC 8659",
        "Flags are 0 or 128; tags have letters and digits only."),
    row("checksum", "the plan is the one that was reviewed",
        "Review the plan again, and run with its new checksum."),
    row("chunked-value-rfc", "texts are ASCII, their semicolons escaped",
        "Write \\; for a semicolon, and codes such as \\195\\169 for other characters."),
    row("cname-coexistence", "a CNAME is the only record at its name",
        "Remove the CNAME or the other records (RFC 1034, section 3.6.2)."),
    row("cname-root-rfc", "the zone apex has no CNAME",
        "Write an ALIAS, if the targets have that type."),
    row("cname-target-not-cname", "a CNAME does not point to another CNAME",
        "Point to the name at the end of the chain."),
    row("cname-target-resolvable-in-zone", "targets of CNAME and ALIAS within the zone exist",
        "Add the records of the target, or correct it."),
    row("config", "the configuration is valid",
        "See the documentation of that section."),
    row("dname-coexistence", "a DNAME coexists with no CNAME, and hides nothing",
        "Move or remove the records at or below its name (RFC 6672)."),
    row("dns", "records from servers are valid",
        "The message says what cannot be read; fix it on the server."),
    row("ds-value", "values of DS have key_tag, algorithm, digest_type and digest",
        "Take them from the signer of the child zone."),
    row("ds-value-best-practice", "DS records use algorithms that are still recommended",
        "Sign with algorithm 13, and publish digests of type 2 (RFC 8624)."),
    row("ds-value-rfc", "values of DS follow RFC 4034",
        "Numbers are within their ranges, digests have the length of their type."),
    row("dump", "zones can be dumped to the chosen place",
        "Name an output provider that writes files."),
    row("duplicate-record", "a name has one record per type",
        "Write all its values into one record."),
    row("dynamic", "the `dynamic` section has pools and rules that lead to them",
        "Each pool has values, and each rule has a pool; the last rule has only a pool."),
    row("ensure-trailing-dots", "targets can get their final dot",
        "Write the target as a whole name with a dot at its end."),
    row("exclude-root-ns-changes", "the NS record of the apex does not change",
        "Make both sides the same, or set `error: false`."),
    row("geo", "the `geo` section maps places to values",
        "Write CONTINENT, CONTINENT-COUNTRY or CONTINENT-COUNTRY-PROVINCE."),
    row("glue-for-in-zone-ns", "name servers within the zone have addresses",
        "Add A or AAAA records for the name server."),
    row("healthcheck", "health checks use a known protocol",
        "Write HTTP, HTTPS, ICMP, TCP or UDP."),
    row("hidden-record", "no plan overwrites what it does not show",
        "Change what hides the record, or the record at the target; no flag overrides this."),
    row("https-value-best-practice", "targets of HTTPS end with a dot",
        "Write the dot: a name without it is relative in other programs."),
    row("https-value-rfc", "values of HTTPS follow RFC 9460",
        "Write `svcpriority`, `targetname`, and known parameters."),
    row("internal", "a part of the program failed",
        "Report it, with what the program was doing."),
    row("ip-value-rfc", "addresses are valid",
        "A holds IPv4 addresses, AAAA holds IPv6 addresses."),
    row("loc-value-rfc", "values of LOC follow RFC 1876",
        "Write degrees, minutes, seconds and a direction for both coordinates, and sizes in metres."),
    row("logging", "logging can be set up",
        "See --help for the form of the file."),
    row("mail", "MX, SPF and DMARC of a zone agree",
        "Say for the zone, and for every name with an MX, whether it handles mail."),
    row("missing-values", "records have values",
        "Write the values, or remove the record."),
    row("multi-value-ns", "delegations have several name servers",
        "Add another name server."),
    row("mx-target-not-cname", "mail exchanges are not CNAMEs",
        "Point to the name that the CNAME points to (RFC 2181, section 10.3)."),
    row("mx-target-resolvable-in-zone", "mail exchanges within the zone exist",
        "Add the records of the exchange, or correct it."),
    row("mx-value", "values of MX have a preference and an exchange",
        "Write `preference` and `exchange`."),
    row("mx-value-best-practice", "exchanges of MX end with a dot",
        "Write the dot: a name without it is relative in other programs."),
    row("mx-value-not-ip", "exchanges of MX are names",
        "Give the address its own record, and write the name of that record."),
    row("mx-value-rfc", "values of MX follow RFC 5321",
        "Preferences are 0 to 65535; exchanges are fully qualified names."),
    row("name", "names are valid",
        "Labels have 1 to 63 characters, whole names at most 253."),
    row("name-rfc", "names follow RFC 1035",
        "Labels have 1 to 63 characters, whole names at most 253; names are relative to the zone."),
    row("naptr-value", "values of NAPTR have all their fields",
        "Write order, preference, flags, service, regexp and replacement."),
    row("naptr-value-best-practice", "replacements of NAPTR end with a dot",
        "Write the dot: a name without it is relative in other programs."),
    row("naptr-value-rfc", "values of NAPTR follow RFC 3403",
        "Numbers are 0 to 65535, flags are S, A, U, P or nothing."),
    row("no-cname-loop", "chains of CNAME records end",
        "Point one of them to a name with records."),
    row("ns-target-not-cname", "name servers are not CNAMEs",
        "Point to the name that the CNAME points to (RFC 2181, section 10.3)."),
    row("openpgpkey-value-rfc", "OPENPGPKEY records hold a key",
        "Write the key in base64."),
    row("out-of-zone", "records are in the zone that is read",
        "Move the record to the file of its zone."),
    row("output", "results can be written",
        "Make room, or write elsewhere."),
    row("ownership", "records of others are left alone",
        "Take the name over with `allow_takeover`, or leave the record out."),
    row("plan", "zones can be planned",
        "The message says what went wrong."),
    row("plan-output", "the plan can be shown",
        "The message says what went wrong; nothing was applied."),
    row("processor", "processors can do their work",
        "The message says what went wrong."),
    row("quoted-escapes", "escapes in quoted strings are valid",
        "Write \\\\ for a backslash, and codes such as \\195 for octets."),
    row("rdata", "record data is valid for its type",
        "See the RFC of the type for the order and form of its fields."),
    row("record", "records of a target can be read",
        "Fix the record at the target."),
    row("record-new", "records have valid data",
        "Records are mappings with a `type`, and values that are valid for it."),
    row("root-cname", "the zone apex has no CNAME",
        "Write an ALIAS, if the targets have that type."),
    row("root-ns", "the name servers of the apex are managed where they can be",
        "Add the NS record of the apex, or set `supports_root_ns`."),
    row("route53-dynamic", "Route 53 supports the pools and rules",
        "See the page of the provider for the pools and rules it supports."),
    row("route53-foreign", "special records at Route 53 were made by octoDNS",
        "Check the record before it is changed."),
    row("route53-geo", "records use `dynamic`, not `geo`",
        "Write pools and rules under `dynamic`."),
    row("runtime", "the program can start",
        "The message says what the system refused."),
    row("server", "there is a DNS server to query",
        "Write an address, or a name that has one."),
    row("source", "sources can be read",
        "The message has the error of the source."),
    row("spf", "SPF policies can be merged",
        "See the page of the source for the form of its options."),
    row("spf-record-type", "SPF policies are in TXT records",
        "Move the values to a TXT record (RFC 7208, section 3.1)."),
    row("srv-name", "names of SRV start with a service and a protocol",
        "Write _service._protocol, such as _sip._tcp."),
    row("srv-name-rfc", "services and protocols follow RFC 6335",
        "Write _ and 1 to 15 letters, digits and single hyphens."),
    row("srv-target-not-cname", "hosts of SRV are not CNAMEs",
        "Point to the name that the CNAME points to (RFC 2782)."),
    row("srv-target-resolvable-in-zone", "hosts of SRV within the zone exist",
        "Add the records of the host, or correct it."),
    row("srv-value", "values of SRV have all their fields",
        "Write priority, weight, port and target."),
    row("srv-value-best-practice", "targets of SRV end with a dot",
        "Write the dot: a name without it is relative in other programs."),
    row("srv-value-not-ip", "targets of SRV are names",
        "Give the address its own record, and write the name of that record."),
    row("srv-value-rfc", "values of SRV follow RFC 2782",
        "Numbers are 0 to 65535; all are 0 where the target is \".\"."),
    row("sshfp-value", "values of SSHFP have all their fields",
        "Write what ssh-keygen -r prints."),
    row("sshfp-value-best-practice", "SSHFP records use SHA-256",
        "Write what ssh-keygen -r prints for fingerprint type 2."),
    row("sshfp-value-rfc", "values of SSHFP follow RFC 4255",
        "Write what ssh-keygen -r prints."),
    row("sub-zone", "records are in the zone they belong to",
        "Move them to the configured sub-zone; NS and DS of its apex stay."),
    row("supports", "targets support their records",
        "Leave it out for that target, or set `strict_supports: false`."),
    row("svcb-value-best-practice", "targets of SVCB end with a dot",
        "Write the dot: a name without it is relative in other programs."),
    row("svcb-value-rfc", "values of SVCB follow RFC 9460",
        "Write `svcpriority`, `targetname`, and known parameters."),
    row("target", "targets can be read",
        "The message has the error of the target."),
    row("target-value-best-practice", "targets end with a dot",
        "Write the dot: a name without it is relative in other programs."),
    row("target-value-not-ip", "targets are names",
        "Give the address its own record, and write the name of that record."),
    row("target-value-rfc", "targets are fully qualified names",
        "Write the whole name, with a dot at its end."),
    row("targets-value-best-practice", "targets end with a dot",
        "Write the dot: a name without it is relative in other programs."),
    row("targets-value-not-ip", "targets are names",
        "Give the address its own record, and write the name of that record."),
    row("targets-value-rfc", "targets are fully qualified names",
        "Write the whole name, with a dot at its end."),
    row("templating", "templates can be filled in",
        "Write known names in braces, and {{ and }} for literal braces."),
    row("tinydns", "lines follow tinydns-data",
        "Compare the line with the form of its kind; fields are separated by colons."),
    row("tlsa-value", "values of TLSA have all their fields",
        "Write certificate_usage, selector, matching_type and certificate_association_data."),
    row("tlsa-value-best-practice", "TLSA records hold digests",
        "Use matching type 1 or 2 (RFC 7671, section 10.1.2)."),
    row("tlsa-value-rfc", "values of TLSA follow RFC 6698",
        "Numbers are 0 to 255, digests have the length of their type."),
    row("ttl-restriction", "TTLs are allowed ones",
        "Write a TTL that the processor allows."),
    row("ttl-rfc", "TTLs are numbers of seconds",
        "Write a whole number, 0 or more (RFC 2181, section 8)."),
    row("txt-escapes", "escapes in texts are valid",
        "Write \\\\ for a backslash, and codes such as \\195 for octets."),
    row("txt-meaning", "texts are served as octoDNS served them",
        "Write the text that the finding shows, to keep what is served."),
    row("txt-quotes", "quotes in texts are part of the text",
        "Write \\\" for a quote at the start, or after a quote and a blank."),
    row("unsafe-plan", "plans change no more than expected",
        "Look at the plan; if it is right, run again with --force."),
    row("unsupported-type", "types are known",
        "Leave the record out, or manage it elsewhere."),
    row("uri-name", "names of URI start with a service and a protocol",
        "Write _service._protocol, such as _http._tcp."),
    row("uri-name-rfc", "services and protocols follow RFC 6335",
        "Write _ and 1 to 15 letters, digits and single hyphens."),
    row("uri-value", "values of URI have all their fields",
        "Write priority, weight and target."),
    row("uri-value-rfc", "values of URI follow RFC 7553",
        "Numbers are 0 to 65535."),
    row("urlfwd-value", "values of URLFWD have all their fields",
        "Write code (301 or 302), masking (0 to 2), query (0 or 1), path and target."),
    row("yaml", "files are YAML",
        "The message says what is wrong at the place it points to."),
    row("yaml-duplicate-key", "keys are unique",
        "Remove one of the two; the last one counts."),
    row("yaml-order", "keys are in order",
        "Move the key, or let octodns-validate --fix do it."),
    row("yaml-spelling", "keys and numbers are what they look like",
        "Put a key in quotes, write a number in decimal digits."),
    row("zone-file", "zone files follow RFC 1035",
        "The message says what is wrong at the place it points to."),
    row("zone-name", "names do not end with the name of their zone",
        "Write the name without the zone, which is added."),
];

#[cfg(test)]
mod tests {
    use octodns_core::record::RecordTypes;
    use octodns_core::validate::RecordValidators;
    use octodns_core::zone::ZoneCheck;

    use super::*;

    #[test]
    fn rules_are_sorted_so_that_they_are_found() {
        assert!(RULES.is_sorted_by(|one, other| one.id < other.id));
        assert_eq!(rule("mail").map(|rule| rule.id), Some("mail"));
        assert_eq!(rule("mine"), None);
    }

    #[test]
    fn every_built_in_validator_has_its_rule() {
        let records = RecordValidators::new(&RecordTypes::default());
        let records = records.available().map(|(_, validator)| validator.id());
        for id in records.chain(ZoneCheck::all().map(|check| check.id)) {
            assert!(rule(id).is_some(), "{id} is missing");
        }
    }

    /// The page lists what the formats speak of.
    #[test]
    fn the_page_has_every_rule() {
        let page = include_str!("../../../../docs/findings.md");
        for Rule { id, about, help } in RULES {
            let row = format!("| `{id}` | {about} | {help} |");
            assert!(page.contains(&row), "docs/findings.md lacks: {row}");
        }
    }
}
