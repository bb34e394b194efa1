//! Invalid files: each error at its position, never a smaller zone, never a panic.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use octodns_core::record::RecordTypes;
use octodns_core::validate::RecordValidators;
use octodns_core::zone::SubZones;
use octodns_core::{Severity, Source, ZoneName, ZoneRead, ZoneRequest};
use octodns_tinydns::{Options, TinyDnsFileSource};
use proptest::prelude::*;

/// The records of a zone in the files of a folder, or the error.
fn read(folder: &Path, zone: &str) -> Result<ZoneRead, String> {
    read_as(folder, zone, false)
}

fn read_as(folder: &Path, zone: &str, lenient: bool) -> Result<ZoneRead, String> {
    let source = TinyDnsFileSource::new("tiny", Options::new(folder));
    let types = Arc::new(RecordTypes::default());
    let name = ZoneName::new(zone).unwrap();
    let sub_zones = SubZones::default();
    let validators = Arc::new(RecordValidators::legacy(&types));
    let mut request = ZoneRequest::new(&name, &sub_zones, &validators, &types);
    request.lenient = lenient;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let read = runtime.block_on(source.read(&request)).map_err(|error| error.with_causes());
    read.map(Option::unwrap)
}

/// Reads one file `data`; the folder's name is removed from findings.
fn read_text(text: impl AsRef<[u8]>, zone: &str) -> Result<ZoneRead, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data"), text).unwrap();
    read(folder.path(), zone).map_err(|error| error.replace(&*folder.path().to_string_lossy(), ""))
}

/// Name, type and values of what one file holds, read leniently.
fn read_leniently(text: impl AsRef<[u8]>, zone: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data"), text).unwrap();
    let read = read_as(folder.path(), zone, true).unwrap();
    let row = |record: &Arc<octodns_core::Record>| {
        let (name, of) = (record.name().as_str(), record.record_type());
        format!("{name} {of} {:?}", record.rdata_strings())
    };
    read.records.iter().map(row).collect()
}

fn findings(read: Result<ZoneRead, String>) -> Vec<String> {
    let show = |found: &octodns_core::Diagnostic| {
        let (place, subject) = (&found.origin, &found.subject);
        format!("{}:{}: {subject}: {}", place.line, place.column, found.message)
    };
    read.map_or_else(|error| vec![error], |read| read.report.iter().map(show).collect())
}

#[test]
fn a_faulty_line_is_an_error_at_its_position() {
    for (text, expected) in [
        ("# fine\n+a.example.com:192.0.2.1:abc", "2:26: a.example.com. A: ttl must be"),
        ("+a.example.com", "1:15: a.example.com: missing address"),
        ("+a.example.com:", "1:16: a.example.com: missing address"),
        ("+a.example.com:192.0.2", "1:16: a.example.com. A: invalid IPv4"),
        ("+:192.0.2.1", "1:2: : missing name"),
        ("+a.example.com:192.0.2.1:99999999999999999999", "1:26: a.example.com. A: ttl must"),
        ("+a.example.com:192.0.2.1:-5", "1:26: a.example.com. A: ttl must not be negative"),
        ("3a.example.com:20010db800000000000000000000001", "is not the 32 digits"),
        ("3a.example.com:+0010db8000000000000000000000001", "is not the 32 digits"),
        ("6a.example.com:2001:db8::1", "is not the 32 digits"),
        (".example.com:192.0.2.1", "1:23: example.com: missing name server"),
        ("@example.com::", "1:15: example.com: missing exchange"),
        ("@example.com::a.example.net:x", "1:29: example.com. MX: preference"),
        ("Ca.example.com:", "1:16: a.example.com: missing target"),
        ("Ca.example.com:b\nCa.example.com.:c", "2:17: a.example.com.: a second value"),
        ("'a.example.com", "1:15: a.example.com: missing text"),
        ("'a.example.com:x\\", "1:16: a.example.com: the text ends in a backslash"),
        ("'a.example.com:\\303\\251", "1:16: a.example.com. TXT: characters beyond ASCII"),
        ("Sa.example.com::t", "1:18: a.example.com: missing port"),
        ("Sa.example.com::t:port", "a.example.com. SRV"),
        (":a.example.com:MX:10", "1:19: a.example.com: expected the fields"),
        (":a.example.com::x", "1:16: a.example.com: missing record type"),
        (":a.example.com:A", "1:17: a.example.com: missing data"),
        ("+a b.example.com:192.0.2.1", "white space"),
    ] {
        let read = read_text(text, "example.com.");
        assert!(read.as_ref().unwrap().report.has_errors(), "{text}");
        let found = findings(read);
        assert!(found.iter().any(|found| found.contains(expected)), "{text}: {found:?}");
    }
}

#[test]
fn a_faulty_pointer_fails_every_reverse_zone_and_no_other() {
    for (text, expected) in [
        ("=a.example.com:192.0.2", "1:16: a.example.com: \"192.0.2\" is neither an IPv4 address"),
        ("=a.example.com", "1:15: a.example.com: missing address"),
        ("6a.example.com:20010db8", "1:16: a.example.com: \"20010db8\" is neither an IPv4 address"),
        ("^1.2.0.192.in-addr.arpa", "1:24: 1.2.0.192.in-addr.arpa: missing host"),
        ("^:192.0.2.1", "1:2: : missing name"),
    ] {
        let found = findings(read_text(text, "2.0.192.in-addr.arpa."));
        assert!(found.iter().any(|found| found.contains(expected)), "{text}: {found:?}");
        assert!(!read_text(text, "other.example.").unwrap().report.has_errors(), "{text}");
    }
}

#[test]
fn left_out_records_are_reported() {
    for (text, expected) in [
        (":a.example.com:NOPE:x", "1:16: a.example.com: this line is left out"),
        // Only letters of ASCII have another case.
        (":a.example.com:ſpf:x", "1:16: a.example.com: this line is left out"),
        (
            "Ca.example.com:b.net.\nCa.example.com:c.net.",
            "2:2: a.example.com: this line is left out",
        ),
    ] {
        let read = read_text(text, "example.com.").unwrap();
        assert!(!read.report.has_errors(), "{text}");
        assert!(findings(Ok(read))[0].contains(expected), "{text}");
    }
}

/// Octets are data, in names as in values; where none can be, the line is at fault and not the file.
#[test]
fn octets_that_are_not_utf_8_are_data() {
    let file = b"# caf\xe9\n\
        'text.example.com:caf\xe9\n\
        :raw.example.com:TXT:caf\xe9\n\
        :caa.example.com:CAA:0 issue \"caf\xe9\"\n\
        :naptr.example.com:NAPTR:1 2 \"S\" \"\xe9\" \"\" \xe9.net.\n\
        Ccname.example.com:\xe9.net\n\
        @mx.example.com::\xe9\n\
        .ns.example.com::\xe9.net\n\
        S_s._tcp.example.com::\xe9.net:1\n\
        +caf\xe9.example.com:192.0.2.1\n\
        +\\052.x.example.com:192.0.2.1\n";
    let read = read_text(file, "example.com.").unwrap();
    // A name of letters, digits and hyphens is asked for, as in every source; lenient zones take others.
    let mut errors = read.report.iter().filter(|found| found.severity == Severity::Error);
    let other = errors.find(|found| !found.message.contains("fully qualified"));
    assert!(other.is_none(), "{other:?}");
    let rows: Vec<_> = read_leniently(file, "example.com.");
    for row in [
        r#"text TXT ["\"caf\\233\""]"#,
        r#"raw TXT ["\"caf\\233\""]"#,
        r#"caa CAA ["0 issue \"caf\\233\""]"#,
        r#"naptr NAPTR ["1 2 \"S\" \"\\233\" \"\" \\233.net."]"#,
        r#"cname CNAME ["\\233.net."]"#,
        r#"mx MX ["0 \\233.mx.example.com."]"#,
        r#"ns NS ["\\233.net."]"#,
        r#"_s._tcp SRV ["0 0 1 \\233.net."]"#,
        r#"caf\233 A ["192.0.2.1"]"#,
        r#"*.x A ["192.0.2.1"]"#,
    ] {
        assert!(rows.iter().any(|found| found == row), "{row}: {rows:#?}");
    }
    let faulty = read_text(b"+a.example.com:\xff\n+b.example.com:192.0.2.1", "example.com.");
    let found = findings(faulty);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("1:16: a.example.com. A: invalid IPv4"), "{found:?}");
    assert!(found[0].contains("\\255"), "{found:?}");
}

#[test]
fn anything_but_a_file_fails_every_zone() {
    let folder = tempfile::tempdir().unwrap();
    assert!(read(&folder.path().join("gone"), "example.com.").unwrap_err().contains("cannot list"));
    fs::create_dir(folder.path().join(".hidden")).unwrap();
    assert!(read(folder.path(), "example.com.").unwrap().records.is_empty());
    fs::create_dir(folder.path().join("folder")).unwrap();
    assert!(
        read(folder.path(), "example.com.").unwrap_err().contains("it is not a file but a folder")
    );
}

/// The reference accepts neither; a line would be lost, or a whole zone refused.
#[test]
fn equivalent_forms_are_equal() {
    let rows = |text: &str, zone: &str| -> Vec<String> {
        let read = read_text(text, zone).unwrap();
        assert!(read.report.is_empty(), "{text}: {:?}", read.report);
        let row = |record: &Arc<octodns_core::Record>| {
            format!("{} {} {:?}", record.name().as_str(), record.ttl(), record.rdata_strings())
        };
        read.records.iter().map(row).collect()
    };
    let a = [r#"a 3600 ["192.0.2.1"]"#];
    for text in [
        "+a.example.com:192.0.2.1",
        "+a.Example.COM.:192.0.2.1:::lo",
        "\u{feff}+a.example.com:192.0.2.1",
        "+a.example.com:192.0.2.1\r",
        "+a.example.com:192.0.2.1\n+A.example.com:192.0.2.1",
    ] {
        assert_eq!(rows(text, "example.com."), a, "{text}");
    }
    assert_eq!(rows("+a.bücher.example:192.0.2.1", "bücher.example."), a);
    for text in ["^1.2.0.192.in-addr.arpa:a.b", "^1.2.0.192.in-addr.arpa.:a.b.", "^a.b:192.0.2.1"] {
        assert_eq!(rows(text, "2.0.192.in-addr.arpa."), [r#"1 3600 ["a.b."]"#], "{text}");
    }
}

#[test]
fn a_file_of_many_lines_about_one_name_is_read_in_no_time() {
    let lines: Vec<_> = (0..20_000).map(|number| format!("'a.example.com:{number}")).collect();
    let read = read_text(lines.join("\n"), "example.com.").unwrap();
    assert_eq!(read.records[0].rdata_strings().len(), 20_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(lines in proptest::collection::vec(
        ("[=^.C+@&'3S:6%Z#é-]", "(a\\.)?(example\\.com|2\\.0\\.192\\.in-addr\\.arpa)?\\.?",
         "[:0-9a-f\\\\.éSA# ]{0,40}"), 0..6,
    )) {
        let line = |(mark, name, rest): &(String, String, String)| format!("{mark}{name}:{rest}");
        let text = lines.iter().map(line).collect::<Vec<_>>().join("\n");
        for zone in ["example.com.", "2.0.192.in-addr.arpa."] {
            let read = read_text(&text, zone).unwrap();
            let places = read.report.iter().all(|found| found.origin.line > 0);
            prop_assert!(places, "{:?}", read.report);
        }
    }
}
