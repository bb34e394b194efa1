//! Odd files, which must be read as BIND's named-compilezone reads them, and written files, which the
//! checkers of BIND, Knot and NSD must accept.

use std::path::Path;
use std::process::Command;

use octodns_core::record::HostName;
use octodns_core::{Record, RecordData, RecordName, RecordType};
use octodns_testkit::server::program;
use serde_json::{Value as Json, json};

use crate::folder::{Folder, shown, zone};

const ZONE: &str = "odd.tests.";

/// Every syntax of RFC 1035, section 5.1, of RFC 2308, 3597 and 9460, and of BIND.
const FILES: &[(&str, &str)] = &[
    (
        "the TTL of the SOA record where there is none",
        "@ IN SOA ns h 1 2 3 4 77\n NS ns\nns A 192.0.2.1\nb 5 A 192.0.2.2\nc A 192.0.2.3\n",
    ),
    ("the last TTL", "@ 99 IN SOA ns h 1 2 3 4 77\n NS ns\nns 5 A 192.0.2.1\nc A 192.0.2.3\n"),
    (
        "$TTL wins over the last one",
        "$TTL 1h\n@ 99 SOA ns h 1 2 3 4 5\n NS ns\nns 5 A 192.0.2.1\nc A 192.0.2.3\n$TTL 2h30m\nd A 192.0.2.4\n",
    ),
    (
        "class and TTL in either order",
        "$TTL 60\n@ IN 9 SOA ns h 1 2 3 4 5\n@ 8 IN NS ns\n@ in NS ns2\nns CLASS1 A 192.0.2.1\nns2 1w TYPE1 192.0.2.2\n",
    ),
    (
        "parentheses over lines",
        "$TTL 60\n@ SOA ns h ( 1 ; serial\n 2 3\n\n 4 5 )\n NS ns\nns A ( 192.0.2.1\n)\nt TXT ( \"a\"\n\t\"b\" ; c\n d )\n",
    ),
    (
        "names and origins",
        "$TTL 60\n@ SOA ns h 1 2 3 4 5\n NS ns\n$ORIGIN sub\nns A 192.0.2.1\n@ A 192.0.2.2\n$ORIGIN deep.sub.odd.tests.\nx CNAME @\ny MX 1 ns.odd.tests.\n$ORIGIN odd.tests.\nns A 192.0.2.9\n",
    ),
    (
        "odd names",
        "$TTL 60\n@ SOA ns h 1 2 3 4 5\n NS ns\nns A 192.0.2.1\n* TXT w\n*.w TXT w\na\\.b TXT dot\nc\\032d TXT blank\n\\@ TXT at\nUPPER TXT u\n_x._tcp TXT s\n1.2.3 TXT n\n",
    ),
    (
        "texts",
        "$TTL 60\n@ SOA ns h 1 2 3 4 5\n NS ns\nns A 192.0.2.1\na TXT \"x;y\" \"(z)\" \\\"q\\\" \"\\\\b\"\nb TXT \\000\\195\\169 \"\"\nc TXT foo=\"bar\"\nd TXT \"tab\there\"\ne TXT a\\;b\n",
    ),
    ("numbers with units", "$TTL 1d\n@ SOA ns h 1 1h 10M 1W 1d12h\n NS ns\nns 1h30m A 192.0.2.1\n"),
    (
        "$GENERATE",
        "$TTL 60\n@ SOA ns h 1 2 3 4 5\n NS ns\nns A 192.0.2.1\n$GENERATE 1-5/2 h$ A 192.0.2.$\n$GENERATE 10-11 p${-10,3} CNAME t${0,2,x}\n$GENERATE 1-2 m 7 MX \"$ mail$\"\n$GENERATE 0-1 ${0,3,n}.r PTR x$.odd.tests.\n",
    ),
    (
        "service bindings",
        "$TTL 60\n@ SOA ns h 1 2 3 4 5\n NS ns\nns A 192.0.2.1\n@ HTTPS 1 . alpn=\"h2,h3\" ipv4hint=192.0.2.1 port=8443\n_s SVCB 2 svc ( ipv6hint=2001:db8::1,2001:db8::2\n no-default-alpn alpn=h2 )\n_k SVCB 1 x.example. key667=hello\\210qoo mandatory=alpn alpn=h2\n_e SVCB 1 . ech=AEX+DQBBpQAgACAJ\n_a SVCB 0 alias.example.\n",
    ),
    (
        "places",
        "$TTL 60\n@ SOA ns h 1 2 3 4 5\n NS ns\nns A 192.0.2.1\na LOC 42 21 54 N 71 06 18 W -24m 30m\nb LOC 52 N 4 E 10\nc LOC 32 7 19 S 116 2 25.123 E 10.5m 1m 200m 0.01m\n",
    ),
    (
        "generic forms",
        "$TTL 60\n@ SOA ns h 1 2 3 4 5\n NS ns\nns TYPE1 \\# 4 c0000201\nm MX \\# 5 ( 000a\n 016d\n 00 )\nu TYPE65400 \\# 3 ab cd ef\nz TYPE65401 \\# 0\n",
    ),
    (
        "types with texts",
        "$TTL 60\n@ SOA ns h 1 2 3 4 5\n NS ns\nns A 192.0.2.1\nc CAA 0 issue \"ca.example; x=y\"\nd CAA 128 iodef mailto:a@b.c\nn NAPTR 10 20 \"u\" \"E2U+sip\" \"!^.*$!sip:a@b!\" .\no NAPTR 1 2 s SIP+D2U \"\" _sip._udp\nr NAPTR 1 2 \"\" \"\" \"!a\\\\b!c!\" .\nu URI 10 1 \"https://a.example/?b=c\"\nk OPENPGPKEY AwEA AQ==\ns SSHFP 4 2 ( 0123456789abcdef0123456789ABCDEF\n 0123456789abcdef0123456789abcdef )\nt TLSA 3 1 1 8A9A70596E869BED72C69D97A8895DFA8A9A70596E869BED72C69D97A8895DFA\nx DNAME other\nsub NS ns\nsub DS 1 8 2 8A9A70596E869BED72C69D97A8895DFA 8A9A70596E869BED72C69D97A8895DFA\nh HINFO a b\nf SPF \"v=spf1 -all\"\n",
    ),
    (
        "line ends and comments",
        "$TTL 60 ; c\r\n; c\r\n@ SOA ns h 1 2 3 4 5 ; c\r\n\r\n NS ns ;c\r\n\t; c\r\nns A 192.0.2.1;c\r\nlast A 192.0.2.2",
    ),
    (
        "several TTLs",
        "$TTL 60\n@ SOA ns h 1 2 3 4 5\n NS ns\nns A 192.0.2.1\na 60 A 192.0.2.2\na 60 A 192.0.2.2\nA 60 AAAA ::1\n",
    ),
    (
        "addresses",
        "$TTL 60\n@ SOA ns h 1 2 3 4 5\n NS ns\nns A 192.0.2.1\na AAAA 2001:DB8:0:0:0:0:0:1\nb AAAA ::ffff:192.0.2.1\nc AAAA ::\n",
    ),
];

/// Makes BIND write the file `compiled` from the zone file of a folder, or refuse it.
fn compiled(compile: &Path, folder: &Folder) -> Result<(), String> {
    let output = Command::new(compile)
        .args(["-q", "-i", "none", "-k", "ignore", "-n", "ignore", "-s", "full", "-o"])
        .arg(folder.file("compiled"))
        .arg(ZONE)
        .arg(folder.file("odd.tests."))
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(());
    }
    Err([output.stdout, output.stderr]
        .map(|said| String::from_utf8_lossy(&said).into_owned())
        .concat())
}

#[tokio::test]
async fn odd_files_are_read_as_bind_reads_them() {
    let Some(compile) = program("named-compilezone") else { return };
    for (what, text) in FILES {
        let folder = Folder::new();
        folder.write("odd.tests.", text);
        compiled(&compile, &folder)
            .unwrap_or_else(|said| panic!("{what}: BIND refuses it: {said}"));
        let ours = folder
            .read(&json!({}), ZONE, true)
            .await
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        std::fs::rename(folder.file("compiled"), folder.file("odd.tests.")).unwrap();
        let theirs = folder
            .read(&json!({}), ZONE, true)
            .await
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(shown(&ours.records), shown(&theirs.records), "{what}");
        assert!(ours.records.len() > 1, "{what}");
    }
}

/// The parts of [`REFUSED`] that BIND accepts: it changes such a TTL, and does not check TLSA.
const BIND_TAKES: &[&str] = &["x 2147483648 A 192.0.2.1", "x TLSA 3 1 2 abcd"];

/// Lines that are each wrong in another way; BIND refuses nearly all of them too.
const REFUSED: &[(&str, &str)] = &[
    ("x A 192.0.2.300", ":5:5"),
    ("x A", ":5:3"),
    ("x A 192.0.2.1 x", ":5:15"),
    ("x BOGUS 1", "unknown record type \"BOGUS\""),
    ("x 1x A 192.0.2.1", "unknown record type \"1x\""),
    ("x CH A 192.0.2.1", "class IN"),
    ("x TXT \"open\n", "a quote"),
    ("x A ( 192.0.2.1", "never closed"),
    ("x A 192.0.2.1 )", "no opening one"),
    ("$BOGUS x", "no directive $BOGUS"),
    ("$TTL x", "not a TTL"),
    ("$TTL 99999999999", "at most 2147483647"),
    ("x 99999999999 A 192.0.2.1", "at most 2147483647"),
    ("$TTL", "the line ends"),
    ("$ORIGIN a..b", "a label is empty"),
    ("$INCLUDE gone.inc", "cannot include \"gone.inc\""),
    ("$INCLUDE odd.tests.", "include each other"),
    ("$GENERATE 2-1 a$ A 192.0.2.1", "is not a range"),
    ("$GENERATE 1-2 a${ A 192.0.2.1", "has no"),
    ("x 2147483648 A 192.0.2.1", "at most 2147483647"),
    ("ns CNAME x", "beside CNAME"),
    ("X A 192.0.2.1\nx CNAME y", "A stands beside CNAME"),
    ("x CNAME y\nX DNSKEY 256 3 8 AwEAAQ==", "DNSKEY stands beside CNAME"),
    ("x DS 1 8 2 abcd", "32 bytes"),
    ("x TLSA 3 1 2 abcd", "64 bytes"),
    ("x SSHFP 1 1 abcd", "20 bytes"),
    (
        "x TXT aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "longer than 255",
    ),
    (
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa A 192.0.2.1",
        "longer than 63",
    ),
];

#[tokio::test]
async fn errors_are_reported_at_their_position() {
    let compile = program("named-compilezone");
    for (line, expected) in REFUSED {
        let folder = Folder::new();
        let text = format!("$TTL 60\n@ SOA ns h 1 2 3 4 5\n NS ns\nns A 192.0.2.1\n{line}\n");
        folder.write("odd.tests.", &text);
        let error =
            folder.read(&json!({}), ZONE, true).await.map(|read| shown(&read.records)).unwrap_err();
        assert!(error.contains(expected), "{line}: {error}");
        assert!(error.contains("odd.tests.:"), "{line}: {error}");
        if let Some(compile) = &compile {
            let theirs = compiled(compile, &folder);
            assert_eq!(theirs.is_ok(), BIND_TAKES.contains(line), "{line}");
        }
    }
}

/// In BIND a relative path is relative to the working directory, so here they are absolute.
#[tokio::test]
async fn included_files_are_read_as_bind_reads_them() {
    let Some(compile) = program("named-compilezone") else { return };
    let folder = Folder::new();
    let path = |name: &str| folder.file(name).display().to_string();
    let (hosts, mail) = (path("hosts.inc"), path("mail.inc"));
    let text = format!(
        "$TTL 60\n@ SOA ns h 1 2 3 4 5\n NS ns\nns A 192.0.2.1\nfirst TXT \"before\"\n\
         $INCLUDE {hosts}\n A 192.0.2.7\n$INCLUDE {hosts} sub ; a comment\n\
         $INCLUDE \"{mail}\" deep.sub.odd.tests.\nlast A 192.0.2.9\n"
    );
    folder.write("odd.tests.", &text);
    folder.write(
        "hosts.inc",
        "a A 192.0.2.2\n$ORIGIN elsewhere.odd.tests.\n$TTL 99\nb A 192.0.2.3\n",
    );
    folder.write("mail.inc", &format!("@ MX 10 mx\nmx A 192.0.2.4\n$INCLUDE {hosts} more\n"));
    let ours = folder.read(&json!({}), ZONE, true).await.unwrap();
    compiled(&compile, &folder).unwrap();
    std::fs::rename(folder.file("compiled"), folder.file("odd.tests.")).unwrap();
    let theirs = folder.read(&json!({}), ZONE, true).await.unwrap();
    assert_eq!(shown(&ours.records), shown(&theirs.records));
    assert_eq!(ours.records.len(), 11);
}

/// All errors of a file are reported together; a truncated file is an error, and so is garbage.
#[tokio::test]
async fn errors_are_collected_and_a_truncated_file_is_refused() {
    let folder = Folder::new();
    folder.write("odd.tests.", "$TTL 60\na A x\nb A y\n");
    let error = folder.read(&json!({}), ZONE, true).await.map(|_| ()).unwrap_err();
    for part in [":2:5", ":3:5", "no SOA record", "no NS record"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let garbage: Vec<u8> = (0..=255_u8).cycle().take(100_000).collect();
    std::fs::write(folder.file("odd.tests."), garbage).unwrap();
    assert!(folder.read(&json!({}), ZONE, true).await.is_err());
}

/// A source reads octets: those beyond ASCII are not a typing mistake. octoDNS does the same, and keeps the
/// codes.
#[tokio::test]
async fn octets_beyond_ascii_are_accepted() {
    let folder = Folder::new();
    let text = "$TTL 60\n@ SOA ns h 1 2 3 4 5\n NS ns\nns A 192.0.2.1\nt TXT \"d\\195\\169\\\\\\195\\169\"\n";
    folder.write("odd.tests.", text);
    let read = folder.read(&json!({}), ZONE, false).await.unwrap();
    assert_eq!(read.report.iter().count(), 0);
    let text = read.records.iter().find(|record| record.record_type() == RecordType::TXT).unwrap();
    assert_eq!(text.plan_strings().concat(), "dé\\\\é");
}

/// Reports what octoDNS leaves out silently.
#[tokio::test]
async fn left_out_records_are_reported() {
    let folder = Folder::new();
    let text = "$TTL 60\n@ SOA ns h 1 2 3 4 5\n NS ns\nns A 192.0.2.1\nother.example. A 192.0.2.2\nh HINFO a b\nu TYPE65400 \\# 0\nd DNSKEY 257 3 8 AwEAAQ==\n";
    folder.write("odd.tests.", text);
    let read = folder.read(&json!({}), ZONE, false).await.unwrap();
    let told: Vec<_> = read.report.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    for (found, part) in told.iter().zip(["other.example.", "HINFO", "TYPE65400"]) {
        assert!(found.contains(part), "{found}");
    }
}

/// Values that need escapes, quotes or other spellings than octoDNS writes.
pub(crate) fn hard() -> Vec<Json> {
    let long = "x\\;\\\"e ".repeat(200);
    vec![
        json!({"name": "", "type": "NS", "ttl": 60, "value": "ns1.unit.tests."}),
        json!({"name": "ns1", "type": "A", "ttl": 60, "value": "192.0.2.1"}),
        json!({"name": "t1", "type": "TXT", "ttl": 60, "values": ["a\\b", "a\\\\b", "a\\009b", "say \\\"hi\\\"", "say \"hi\"", "v=DKIM1\\; k=rsa\\;", "", "  blanks  ", "(p)", "\\"]}),
        json!({"name": "t3", "type": "TXT", "ttl": 60, "value": "h\u{e9}llo \u{1f600}"}),
        json!({"name": "t2", "type": "TXT", "ttl": 60, "value": long}),
        json!({"name": "l1", "type": "LOC", "ttl": 60, "value": {"lat_degrees": 52, "lat_minutes": 22, "lat_seconds": 23.0, "lat_direction": "N", "long_degrees": 4, "long_minutes": 53, "long_seconds": 32.0, "long_direction": "E", "altitude": -2.0, "size": 1.0, "precision_horz": 10000.0, "precision_vert": 10.0}}),
        json!({"name": "n1", "type": "NAPTR", "ttl": 60, "value": {"order": 1, "preference": 2, "flags": "", "service": "", "regexp": "", "replacement": "x.unit.tests."}}),
        json!({"name": "_443._tcp", "type": "TLSA", "ttl": 60, "value": {"certificate_usage": 3, "selector": 1, "matching_type": 1, "certificate_association_data": "8a9a70596e869bed72c69d97a8895dfa8a9a70596e869bed72c69d97a8895dfa"}}),
        json!({"name": "h1", "type": "HTTPS", "ttl": 60, "value": {"svcpriority": 1, "targetname": ".", "svcparams": {"alpn": ["h2", "h3"], "port": 443, "ech": "AEX+DQBBpQAgACAJ", "ipv6hint": ["2001:db8::1"], "no-default-alpn": null}}}),
        json!({"name": "s1", "type": "SVCB", "ttl": 60, "value": {"svcpriority": 1, "targetname": "svc.unit.tests.", "svcparams": {"key65280": "abc"}}}),
        json!({"name": "u1", "type": "URI", "ttl": 60, "value": {"priority": 1, "weight": 2, "target": "https://a.example/?b=c"}}),
        json!({"name": "k1", "type": "OPENPGPKEY", "ttl": 60, "value": "AwEAAQ=="}),
        json!({"name": "d1", "type": "DNAME", "ttl": 60, "value": "other.example."}),
        json!({"name": "c1", "type": "CAA", "ttl": 60, "values": [{"flags": 0, "tag": "issue", "value": "ca.example; x=y"}, {"flags": 128, "tag": "iodef", "value": "mailto:a@b.example"}]}),
        json!({"name": "*.w", "type": "TXT", "ttl": 2_147_483_647, "value": "wildcard"}),
        json!({"name": "mx", "type": "MX", "ttl": 0, "value": {"preference": 0, "exchange": "."}}),
        json!({"name": "münchen", "type": "A", "ttl": 60, "values": ["192.0.2.1", "192.0.2.2"]}),
    ]
}

#[tokio::test]
async fn written_files_pass_the_checkers_and_are_read_back() {
    let (folder, zone) = (Folder::new(), zone("unit.tests.", &hard()));
    folder.apply(&json!({}), &zone).await.unwrap();
    let read = folder.read(&json!({}), "unit.tests.", true).await.unwrap();
    let expected = shown(zone.records());
    assert_eq!(shown(&read.records), expected);
    for (checker, arguments) in [
        ("named-checkzone", &["-i", "local", "-k", "ignore"][..]),
        ("kzonecheck", &["-o"]),
        ("nsd-checkzone", &[]),
    ] {
        let Some(program) = program(checker) else { continue };
        let mut command = Command::new(program);
        command.args(arguments).arg("unit.tests.").arg(folder.file("unit.tests."));
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{checker}: {said}");
    }
}

/// The dot at the end of a name in the root zone is the zone.
#[tokio::test]
async fn the_root_zone_is_read_as_it_was_written() {
    let records = [
        json!({"name": "", "type": "NS", "ttl": 60, "value": "a.example.net."}),
        json!({"name": "example", "type": "NS", "ttl": 60, "value": "a.example.net."}),
        json!({"name": "www.test", "type": "A", "ttl": 60, "value": "192.0.2.1"}),
    ];
    let (folder, options) = (Folder::new(), json!({"file_extension": ".zone"}));
    let zone = zone(".", &records);
    folder.apply(&options, &zone).await.unwrap();
    let text = std::fs::read_to_string(folder.file(".zone")).unwrap();
    assert!(text.contains(" IN SOA a.example.net. webmaster. ("), "{text}");
    let read = folder.read(&options, ".", true).await.unwrap();
    assert_eq!(shown(&read.records), shown(zone.records()));
}

#[tokio::test]
async fn an_unchanged_file_stays_and_serials_increase() {
    let (folder, mut records) = (Folder::new(), hard());
    folder.apply(&json!({}), &zone("unit.tests.", &records)).await.unwrap();
    let path = folder.file("unit.tests.");
    let first = std::fs::read_to_string(&path).unwrap();
    let later = first.replace("1767323045 ; Serial", "2026010199 ; Serial");
    assert_ne!(first, later);
    std::fs::write(&path, &later).unwrap();
    folder.apply(&json!({}), &zone("unit.tests.", &records)).await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), later);
    records.truncate(3);
    folder.apply(&json!({}), &zone("unit.tests.", &records)).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("2026010200 ; Serial"), "{text}");
}

/// A name is one word on its line and never a directive, whatever it contains.
#[tokio::test]
async fn names_mean_themselves() {
    let folder = Folder::new();
    let target = HostName::new("x.\n$INCLUDE other\n.").unwrap();
    let names = ["a;b", "$include", "q\"x", "(p)", "a@b", "b\\046c", "c\n$INCLUDE other\nd", "e f"];
    let mut zone = zone("unit.tests.", &[]);
    zone.set(Record::new(RecordName::APEX, 60, RecordData::Ns(vec![target])));
    for name in names {
        let data = RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
        zone.set(Record::new(RecordName::new(name).unwrap(), 60, data));
    }
    folder.apply(&json!({}), &zone).await.unwrap();
    let read = folder.read(&json!({}), "unit.tests.", true).await.unwrap();
    let names: Vec<_> = read.records.iter().map(|record| record.name().as_str()).collect();
    let expected = [
        "",
        "\\$include",
        "\\(p\\)",
        "a\\;b",
        "a\\@b",
        "b\\.c",
        "c\\010\\$include\\032other\\010d",
        "e\\032f",
        "q\\\"x",
    ];
    assert_eq!(names, expected);
    let text = std::fs::read_to_string(folder.file("unit.tests.")).unwrap();
    assert!(!text.to_lowercase().lines().any(|line| line.starts_with("$include")), "{text}");
}

/// A zone that a file cannot hold is not written at all.
#[tokio::test]
async fn invalid_zones_are_refused_before_anything_is_written() {
    let folder = Folder::new();
    for record in [
        json!({"name": "a", "type": "ALIAS", "ttl": 60, "value": "b.example."}),
        json!({"name": "a", "type": "CNAME", "ttl": 60, "value": "relative"}),
        json!({"name": "a", "type": "SSHFP", "ttl": 60, "value": {"algorithm": 1, "fingerprint_type": 1, "fingerprint": "abcd"}}),
        json!({"name": "x..a", "type": "A", "ttl": 60, "value": "192.0.2.1"}),
        json!({"name": "a", "type": "SSHFP", "ttl": 60, "value": {"algorithm": 1, "fingerprint_type": 1, "fingerprint": "xyz"}}),
    ] {
        let error = folder.apply(&json!({}), &zone("unit.tests.", &[record])).await.unwrap_err();
        assert!(error.to_string().contains("a.unit.tests."), "{error}");
        assert!(!folder.file("unit.tests.").exists());
    }
}

/// What a file cannot hold is told when planning, whatever it is, and left out.
#[tokio::test]
async fn what_cannot_be_written_is_left_out_of_plans() {
    let folder = Folder::new();
    let long = "a".repeat(64);
    let mut records = vec![
        json!({"name": "x..a", "type": "A", "ttl": 60, "value": "192.0.2.1"}),
        json!({"name": long, "type": "A", "ttl": 60, "value": "192.0.2.1"}),
        json!({"name": "b", "type": "SSHFP", "ttl": 60, "value": {"algorithm": 1, "fingerprint_type": 1, "fingerprint": "xyz"}}),
        json!({"name": "c", "type": "SSHFP", "ttl": 60, "value": {"algorithm": 1, "fingerprint_type": 1, "fingerprint": "abcd"}}),
        json!({"name": "d", "type": "DS", "ttl": 60, "value": {"algorithm": 1, "digest_type": 1, "digest": "no", "key_tag": 1}}),
        json!({"name": "e", "type": "A", "ttl": 1_i64 << 33, "value": "192.0.2.1"}),
        json!({"name": "f", "type": "MX", "ttl": 60, "value": {"preference": 70_000, "exchange": "a.example."}}),
    ];
    let refused = records.len();
    records.push(json!({"name": "fine", "type": "A", "ttl": 60, "value": "192.0.2.1"}));
    let mut desired = zone("unit.tests.", &records);
    let mut existing = zone("unit.tests.", &[]);
    let mut report = octodns_core::Report::new();
    let provider = folder.provider(&json!({}));
    provider.adapt(&mut desired, &mut existing, &mut report).await.unwrap();
    assert_eq!(
        report.iter().filter(|found| found.code == "supports").count(),
        refused,
        "{report:?}"
    );
    let names: Vec<_> = desired.records().map(|record| record.name().as_str()).collect();
    assert_eq!(names, ["fine"]);
    folder.apply(&json!({}), &desired).await.unwrap();
}
