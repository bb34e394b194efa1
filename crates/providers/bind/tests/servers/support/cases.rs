//! Records of every type that a DNS server can hold, each in two states, including odd ones.

use serde_json::{Value, json};

/// Name, type, first state, second state.
pub(crate) type Case = (&'static str, &'static str, Value, Value);

/// The cases. Some need lenient reading: octoDNS' own rules are stricter than DNS.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = plain();
    cases.extend(texts());
    cases.extend(services());
    cases
}

fn plain() -> Vec<Case> {
    let sixty = |net: &str| (1..=60).map(|n| format!("{net}.{n}")).collect::<Vec<_>>();
    vec![
        ("a", "A", json!("192.0.2.1"), json!(["192.0.2.1", "192.0.2.2"])),
        ("a60", "A", json!(sixty("192.0.2")), json!(sixty("198.51.100"))),
        ("*.wild", "A", json!("192.0.2.1"), json!("192.0.2.2")),
        ("xn--bcher-kva", "A", json!("192.0.2.1"), json!("192.0.2.2")),
        ("deep.er.name", "A", json!("192.0.2.1"), json!("192.0.2.2")),
        (
            "l234567890123456789012345678901234567890123456789012345678901.a",
            "A",
            json!("192.0.2.1"),
            json!("192.0.2.2"),
        ),
        ("aaaa", "AAAA", json!("2001:db8:0:0::1"), json!(["2001:db8::1", "::ffff:192.0.2.1"])),
        (
            "caa",
            "CAA",
            json!({ "flags": 0, "tag": "issue", "value": "ca.example; policy=ev" }),
            json!([
                { "flags": 128, "tag": "iodef", "value": "mailto:a@b.example" },
                { "flags": 0, "tag": "issue", "value": ";" }
            ]),
        ),
        ("cname", "CNAME", json!("Www.Lab.Test."), json!("www.other.test.")),
        ("dname", "DNAME", json!("other.test."), json!("elsewhere.test.")),
        ("mx", "MX", mx(10, "mx.other.test."), json!([mx(0, "."), mx(20, "MX.lab.test.")])),
        ("sub", "NS", json!(["ns1.other.test.", "ns2.other.test."]), json!(["ns3.other.test."])),
        (
            "sub",
            "DS",
            ds("ce0eb9e59ee1de2c681a330e3a7c08376f28602cdf990ee4ec88d2a8bdb51539"),
            ds("CE0EB9E59EE1DE2C681A330E3A7C08376F28602CDF990EE4EC88D2A8BDB51530"),
        ),
        ("1.2", "PTR", json!("a.lab.test."), json!(["a.lab.test.", "b.lab.test."])),
        ("loc", "LOC", loc(1, 10_000, 10), loc(10, 10, 2)),
        ("openpgpkey._openpgpkey", "OPENPGPKEY", json!("mQENBA=="), json!("mQENBQ==")),
        (
            "sshfp",
            "SSHFP",
            sshfp("bf6b6825d2977c511a475bbefb88aad54a92ac73"),
            sshfp("7491973E5F8B39D5327CD4E08BC81B05F7710B49"),
        ),
        (
            "_25._tcp.mx",
            "TLSA",
            tlsa("8a9a70596e869bed72c69d97a8895dfa8a9a70596e869bed72c69d97a8895dfa"),
            tlsa("C164B2C3F36D068D42A6138E446152F568615F28C69BD96A73E354CAC88ED00C"),
        ),
        (
            "_uri._tcp",
            "URI",
            json!({ "priority": 1, "weight": 2, "target": "https://a.example/?q=a;x" }),
            json!({ "priority": 1, "weight": 2, "target": "ftp://a.example/" }),
        ),
    ]
}

fn texts() -> Vec<Case> {
    let long = |length| "0123456789".repeat(length / 10 + 1)[..length].to_owned();
    let to = || json!("something else");
    vec![
        ("txt", "TXT", json!("v=DKIM1\\; k=rsa"), json!(["b", "a"])),
        ("txt-bare", "TXT", json!("a;b"), to()),
        ("txt-quotes", "TXT", json!("say \"hi\""), to()),
        ("txt-escaped-quotes", "TXT", json!("say \\\"hi\\\""), to()),
        ("txt-backslash", "TXT", json!("a\\b"), to()),
        ("txt-backslashes", "TXT", json!("a\\\\b"), to()),
        ("txt-tab", "TXT", json!("a\\009b"), to()),
        ("txt-utf8", "TXT", json!("h\u{e9}llo \u{1f600}"), to()),
        ("txt-blanks", "TXT", json!("  two  blanks  "), to()),
        ("txt255", "TXT", json!(long(255)), to()),
        ("txt256", "TXT", json!(long(256)), to()),
        ("txt800", "TXT", json!(long(800)), to()),
        ("txt4000", "TXT", json!(long(4000)), json!(long(3999))),
        ("spf", "SPF", json!("v=spf1 -all"), json!("v=spf1 ~all")),
    ]
}

fn services() -> Vec<Case> {
    let srv = |port| json!({ "priority": 1, "weight": 2, "port": port, "target": "a.lab.test." });
    let none = json!({ "priority": 0, "weight": 0, "port": 0, "target": "." });
    let naptr = |flags, service, regexp, replacement| {
        json!({
            "order": 1, "preference": 2, "flags": flags, "service": service, "regexp": regexp,
            "replacement": replacement
        })
    };
    let svcb =
        |target, params| json!({ "svcpriority": 1, "targetname": target, "svcparams": params });
    let ech = "AEX+DQBBpQAgACB8tRoN6DFNmwoYjP5VV4lWiCe1hSGHcFnR9nmfChBUPAAEAAEAAQASY2xv\
               dWRmbGFyZS1lY2guY29tAAA=";
    vec![
        ("_srv._tcp", "SRV", srv(80), json!([srv(80), srv(443)])),
        ("_none._tcp", "SRV", none, srv(80)),
        (
            "naptr",
            "NAPTR",
            naptr("U", "SIP+D2U", "!^.*$!sip:a@b!", "."),
            naptr("S", "SIP+D2U", "", "a.lab.test."),
        ),
        ("naptr-empty", "NAPTR", naptr("", "", "", "a.lab.test."), naptr("", "X", "", ".")),
        ("https", "HTTPS", svcb(".", json!({})), svcb("a.lab.test.", json!({ "alpn": ["h2"] }))),
        (
            "https-all",
            "HTTPS",
            svcb(
                "a.lab.test.",
                json!({
                    "alpn": ["h3", "h2"], "no-default-alpn": null, "port": 8443,
                    "ipv4hint": ["192.0.2.1"], "ipv6hint": ["2001:db8::1"], "mandatory": ["alpn"]
                }),
            ),
            svcb(".", json!({ "alpn": ["h2"], "port": 8444 })),
        ),
        (
            "https-flag",
            "HTTPS",
            svcb(".", json!({ "alpn": ["h2"], "no-default-alpn": "" })),
            svcb(".", json!({ "alpn": ["h3"] })),
        ),
        ("https-ech", "HTTPS", svcb(".", json!({ "ech": ech })), svcb(".", json!({}))),
        (
            "_8765._baz",
            "SVCB",
            svcb("svc.lab.test.", json!({ "key65280": "abc" })),
            svcb("svc.lab.test.", json!({ "key65280": "x y" })),
        ),
        (
            "svcb-alias",
            "SVCB",
            json!({ "svcpriority": 0, "targetname": "a.other.test.", "svcparams": {} }),
            json!({ "svcpriority": 0, "targetname": "b.other.test.", "svcparams": {} }),
        ),
    ]
}

fn mx(preference: u16, exchange: &str) -> Value {
    json!({ "preference": preference, "exchange": exchange })
}

fn ds(digest: &str) -> Value {
    json!({ "key_tag": 15288, "algorithm": 8, "digest_type": 2, "digest": digest })
}

fn sshfp(fingerprint: &str) -> Value {
    json!({ "algorithm": 1, "fingerprint_type": 1, "fingerprint": fingerprint })
}

fn tlsa(data: &str) -> Value {
    json!({
        "certificate_usage": 3, "selector": 1, "matching_type": 1,
        "certificate_association_data": data
    })
}

/// 1, 10000 and 10 are the defaults, which are not written.
fn loc(size: i64, horizontal: i64, vertical: i64) -> Value {
    json!({
        "lat_degrees": 31, "lat_minutes": 58, "lat_seconds": 52.1, "lat_direction": "S",
        "long_degrees": 115, "long_minutes": 49, "long_seconds": 11.7, "long_direction": "E",
        "altitude": 20, "size": size, "precision_horz": horizontal, "precision_vert": vertical
    })
}
