//! Sample records of every type, and the states that a test walks them through.

use octodns_core::RecordType;
use serde_json::{Value as Json, json};

/// Records of one type.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The type.
    pub record_type: RecordType,
    /// The name within the zone.
    pub name: &'static str,
    /// Values, at least two.
    pub values: Vec<Json>,
    /// Whether a record can have only one value.
    pub is_single: bool,
    /// Other records that it requires.
    pub beside: Vec<Json>,
}

impl Sample {
    fn new(record_type: RecordType, name: &'static str, values: Vec<Json>) -> Self {
        Self { record_type, name, values, is_single: false, beside: Vec::new() }
    }

    fn single(mut self) -> Self {
        self.is_single = true;
        self
    }

    fn beside(mut self, record: Json) -> Self {
        self.beside.push(record);
        self
    }

    /// The records at a step: first one value, then others with another TTL, then none.
    pub fn state(&self, step: usize) -> Vec<Json> {
        match step {
            0 => self.with(&self.values[..1], 300),
            1 => self.with(&self.values[1..], 600),
            _ => Vec::new(),
        }
    }

    /// The record with some of its values, and the other records that it requires.
    pub fn with(&self, values: &[Json], ttl: u32) -> Vec<Json> {
        let mut record = json!({"name": self.name, "type": self.record_type.as_str(), "ttl": ttl});
        if self.is_single {
            record["value"] = values[0].clone();
        } else {
            record["values"] = json!(values);
        }
        let mut all = self.beside.clone();
        all.push(record);
        all
    }
}

/// A sample for every built-in type.
pub fn all() -> Vec<Sample> {
    let mut samples = of_names();
    samples.extend(of_data());
    samples.sort_by_key(|sample| sample.record_type);
    samples
}

/// The sample of a type.
pub fn of(record_type: RecordType) -> Option<Sample> {
    all().into_iter().find(|sample| sample.record_type == record_type)
}

/// Types whose values are addresses and names.
fn of_names() -> Vec<Sample> {
    let texts = |values: &[&str]| values.iter().map(|value| json!(value)).collect::<Vec<_>>();
    let targets = || texts(&["one.example.net.", "two.example.net.", "three.example.net."]);
    let srv = |priority: u16, port: u16, target: &str| json!({"priority": priority, "weight": 20, "port": port, "target": target});
    let svcb = |priority: u16, target: &str, params: Json| json!({"svcpriority": priority, "targetname": target, "svcparams": params});
    vec![
        Sample::new(RecordType::A, "a", texts(&["192.0.2.1", "192.0.2.2", "192.0.2.3"])),
        Sample::new(
            RecordType::AAAA,
            "aaaa",
            texts(&["2001:db8::1", "2001:db8::2", "2001:db8::ffff:1"]),
        ),
        Sample::new(RecordType::ALIAS, "", targets()).single(),
        Sample::new(RecordType::CNAME, "cname", targets()).single(),
        Sample::new(RecordType::DNAME, "dname", targets()).single(),
        Sample::new(RecordType::NS, "ns", targets()),
        Sample::new(RecordType::PTR, "ptr", targets()).single(),
        Sample::new(
            RecordType::MX,
            "mx",
            vec![
                json!({"preference": 10, "exchange": "mx1.example.net."}),
                json!({"preference": 10, "exchange": "mx2.example.net."}),
                json!({"preference": 20, "exchange": "mx1.example.net."}),
            ],
        ),
        Sample::new(
            RecordType::SRV,
            "_sip._tcp",
            vec![
                srv(10, 5060, "sip1.example.net."),
                srv(10, 5061, "sip1.example.net."),
                srv(20, 5060, "sip2.example.net."),
            ],
        ),
        Sample::new(
            RecordType::HTTPS,
            "https",
            vec![
                svcb(1, "one.example.net.", json!({"alpn": ["h2", "h3"]})),
                svcb(2, ".", json!({"port": 8443, "ipv4hint": ["192.0.2.1", "192.0.2.2"]})),
            ],
        ),
        Sample::new(
            RecordType::SVCB,
            "_dns.svcb",
            vec![
                svcb(1, "one.example.net.", json!({"alpn": ["dot"]})),
                svcb(2, "two.example.net.", json!({"port": 853})),
            ],
        ),
        Sample::new(
            RecordType::NAPTR,
            "naptr",
            vec![
                json!({"order": 10, "preference": 100, "flags": "S", "service": "SIP+D2U", "regexp": "", "replacement": "_sip._udp.example.net."}),
                json!({"order": 20, "preference": 100, "flags": "U", "service": "E2U+sip", "regexp": "!^.*$!sip:info@example.net!", "replacement": "."}),
            ],
        ),
        Sample::new(
            RecordType::URI,
            "_http._tcp",
            vec![
                json!({"priority": 10, "weight": 1, "target": "https://one.example.net/"}),
                json!({"priority": 20, "weight": 1, "target": "https://two.example.net/a"}),
            ],
        ),
    ]
}

/// Types whose values are other data.
fn of_data() -> Vec<Sample> {
    let digest = |digit: &str| digit.repeat(64);
    let ds = |key_tag: u16, digit: &str| json!({"key_tag": key_tag, "algorithm": 13, "digest_type": 2, "digest": digest(digit)});
    let tlsa = |usage: u8, digit: &str| json!({"certificate_usage": usage, "selector": 1, "matching_type": 1, "certificate_association_data": digest(digit)});
    let sshfp = |algorithm: u8, digit: &str| json!({"algorithm": algorithm, "fingerprint_type": 2, "fingerprint": digest(digit)});
    let loc = |degrees: u8, altitude: f64| {
        json!({
            "lat_degrees": degrees, "lat_minutes": 58, "lat_seconds": 52.1, "lat_direction": "S",
            "long_degrees": 115, "long_minutes": 49, "long_seconds": 11.7, "long_direction": "E",
            "altitude": altitude, "size": 10, "precision_horz": 10, "precision_vert": 2,
        })
    };
    let delegation = json!({"name": "ds", "type": "NS", "ttl": 300, "values": ["ns1.example.net.", "ns2.example.net."]});
    vec![
        Sample::new(
            RecordType::TXT,
            "txt",
            vec![json!("plain words"), json!("v=DKIM1\\; k=rsa\\; p=AbC+/="), json!("third")],
        ),
        Sample::new(RecordType::SPF, "spf", vec![json!("v=spf1 -all"), json!("v=spf1 mx -all")]),
        Sample::new(
            RecordType::CAA,
            "caa",
            vec![
                json!({"flags": 0, "tag": "issue", "value": "ca.example.net"}),
                json!({"flags": 128, "tag": "issue", "value": "other.example.net"}),
                json!({"flags": 0, "tag": "iodef", "value": "mailto:ca@example.net"}),
            ],
        ),
        Sample::new(RecordType::DS, "ds", vec![ds(12345, "a"), ds(54321, "b")]).beside(delegation),
        Sample::new(RecordType::TLSA, "_443._tcp", vec![tlsa(3, "c"), tlsa(2, "d")]),
        Sample::new(RecordType::SSHFP, "sshfp", vec![sshfp(4, "e"), sshfp(1, "f")]),
        Sample::new(RecordType::LOC, "loc", vec![loc(31, 20.0), loc(32, 25.5)]),
        Sample::new(
            RecordType::OPENPGPKEY,
            "openpgpkey",
            vec![json!("mQINBFit2ioBEADhWpZZ"), json!("mQINBFit2ioBEADhWpZy")],
        ),
        Sample::new(
            RecordType::URLFWD,
            "urlfwd",
            vec![
                json!({"code": 301, "masking": 2, "path": "/", "query": 0, "target": "https://one.example.net/"}),
                json!({"code": 302, "masking": 2, "path": "/old", "query": 0, "target": "https://two.example.net/new"}),
            ],
        ),
    ]
}

/// Texts that services often get wrong: a description, and the text with its semicolons escaped.
pub fn odd_texts() -> Vec<(&'static str, String)> {
    vec![
        ("txt-semicolons", "v=DMARC1\\; p=none\\; rua=mailto:a@example.net".to_owned()),
        ("txt-quotes", "say \"hi\" twice".to_owned()),
        ("txt-backslash", "a \\ b \\ c".to_owned()),
        ("txt-blanks", "two  blanks".to_owned()),
        ("txt-percent", "100% %20 +plus &amp= ?x=y#z".to_owned()),
        ("txt-single-quotes", "it's 'quoted'".to_owned()),
        ("txt-255", "x".repeat(255)),
        ("txt-256", "y".repeat(256)),
        ("txt-long", "0123456789".repeat(48)),
    ]
}

/// A record of this name and type with a TTL of 300, and with this value or list of values.
pub fn record(name: &str, of: &str, value: impl Into<Json>) -> Json {
    let value = value.into();
    let key = if value.is_array() { "values" } else { "value" };
    json!({"name": name, "type": of, "ttl": 300, key: value})
}

/// A records of `many` names, with addresses shifted by `shift`.
pub fn addresses(many: usize, shift: usize) -> Vec<Json> {
    let record = |index: usize| {
        let address = format!("192.0.{}.{}", index / 250, (index + shift) % 250);
        record(&format!("host-{index}"), "A", address)
    };
    (0..many).map(record).collect()
}

#[cfg(test)]
mod tests {
    use octodns_core::record::{RecordTypes, TYPES};

    use super::*;

    #[test]
    fn every_type_has_a_sample_of_values_it_can_hold() {
        let types = RecordTypes::default();
        for row in TYPES {
            let sample = of(row.record_type).unwrap_or_else(|| panic!("{}", row.record_type));
            assert!(sample.values.len() > 1, "{}", row.record_type);
            let entry = types.get(row.record_type.as_str()).unwrap();
            for value in &sample.values {
                let value = crate::json::value_of(value);
                assert!(
                    entry.read(std::slice::from_ref(&value)).is_ok(),
                    "{}: {value:?}",
                    row.record_type
                );
            }
        }
    }
}
