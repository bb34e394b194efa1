//! `SVCB` and `HTTPS`: where and how a service is reached.

mod check;
mod presentation;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::{self, Write};

use smol_str::SmolStr;

use super::target::HostName;
use crate::rdata::number;
use crate::rdata::{fields, int_or_text, unquote};
use crate::record::fields::Fields;
use crate::record::{Rdata, RdataError, ValueError};
use crate::shape::{Field, Required, Shape};
use crate::value::{Kind, Map, OwnedValue, Value};

pub(in crate::record) use check::{HTTPS, SVCB};

/// One binding, such as `1 . alpn=h2,h3 ipv4hint=192.0.2.1`.
///
/// Equality does not see the order of parameters.
#[derive(Clone, Debug)]
pub struct Svcb {
    /// Rank among the bindings, the lowest is tried first; 0 for an alias. 16 bits on the wire.
    pub priority: i64,
    /// The host, or `.` for the owner of the record.
    pub target: HostName,
    /// Parameters by key, in the order they were given.
    pub params: Vec<(SmolStr, SvcParam)>,
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SvcParam {
    /// No value: the key says it all.
    Flag,
    /// A number.
    Number(i64),
    /// Text.
    Text(SmolStr),
    /// A list of texts.
    List(Vec<SmolStr>),
}

/// The parameters with names, in the order of their numbers (RFC 9460, section 14.3.2; RFC 9461, 9540).
const KEYS: [&str; 9] = [
    "mandatory",
    "alpn",
    "no-default-alpn",
    "port",
    "ipv4hint",
    "ech",
    "ipv6hint",
    "dohpath",
    "ohttp",
];

/// Names that are read and not written, as neither octoDNS nor every server has them.
const READ_ONLY: [(&str, &str); 2] = [("dohpath", "key7"), ("ohttp", "key8")];

/// The key that is written for a name.
fn written(name: &str) -> &str {
    READ_ONLY.iter().find(|(known, _)| *known == name).map_or(name, |(_, key)| key)
}

impl Svcb {
    /// Parameters as they are compared: in the order of their text, of which octets have one.
    fn sorted_params(&self) -> Vec<String> {
        let text = |(key, value): &(SmolStr, SvcParam)| match value {
            SvcParam::Flag => key.to_string(),
            value => format!("{key}={}", value.inside(key)),
        };
        let mut params: Vec<_> = self.params.iter().map(text).collect();
        params.sort();
        params
    }

    /// Parameters in the order of their numbers; keys that have none come last.
    pub fn numbered_params(&self) -> Vec<&(SmolStr, SvcParam)> {
        let mut params: Vec<_> = self.params.iter().collect();
        params.sort_by_key(|(key, _)| key_number(key));
        params
    }
}

/// Where a parameter stands among others.
fn key_number(key: &str) -> i64 {
    let numbered = || number::int_of_text(key.strip_prefix("key")?).ok();
    SvcParam::number_of(key).map(i64::from).or_else(numbered).unwrap_or(i64::MAX)
}

/// The fields of a value, for editors.
pub(in crate::record) const SHAPE: Shape = Shape::Fields(
    &[
        Field::new(
            "svcpriority",
            "Rank, the lowest is tried first; 0 is an alias.",
            Shape::Int(0, 65_535),
        ),
        Field::new("targetname", "The host; `.` is the name of the record.", Shape::NameOrRoot),
        Field::new("svcparams", "What a client should know.", Shape::Parameters(PARAMS)),
    ],
    Required::All(&["svcpriority", "targetname"]),
);

/// RFC 9460, section 14.3.2.
const PARAMS: &[Field] = &[
    Field::new(
        "mandatory",
        "The parameters that a client must know.",
        Shape::List(&Shape::ParameterKey(&KEYS)),
    ),
    Field::new("alpn", "The protocols, such as h2 and h3.", Shape::Filled(&Shape::Ascii)),
    Field::new("no-default-alpn", "The protocols are those of alpn only.", Shape::Nothing),
    Field::new("port", "The port.", Shape::Int(i64::MIN, 65_535)),
    Field::new("ipv4hint", "IPv4 addresses of the host.", Shape::List(&Shape::Ipv4)),
    Field::new("ech", "The configuration of Encrypted ClientHello, in base64.", Shape::Text),
    Field::new("ipv6hint", "IPv6 addresses of the host.", Shape::List(&Shape::Ipv6)),
    Field::new("dohpath", "The path for DNS over HTTPS.", Shape::Text),
    Field::new("ohttp", "The service is an Oblivious HTTP target.", Shape::Nothing),
];

impl SvcParam {
    /// The number of a key on the wire; `None` for a name that there is not.
    pub fn number_of(key: &str) -> Option<u16> {
        let named = KEYS.iter().position(|name| *name == key);
        match named {
            Some(index) => u16::try_from(index).ok(),
            None => key.strip_prefix("key")?.parse().ok(),
        }
    }

    /// The key that is written for a number: `key7` if it has no name that every server knows.
    pub fn key_of(number: u16) -> Cow<'static, str> {
        let name = KEYS.get(usize::from(number)).map(|name| written(name));
        name.map_or_else(|| format!("key{number}").into(), Cow::Borrowed)
    }

    fn read(key: &str, value: &Value<'_>) -> Result<Self, ValueError> {
        let read = match &value.kind {
            Kind::Null => Some(Self::Flag),
            Kind::Int(number) => Some(Self::Number(*number)),
            Kind::List(values) => {
                let is_key = key == "mandatory";
                let text = |value: &Value<'_>| {
                    let text = value.as_str()?;
                    Some(SmolStr::new(if is_key { written(text) } else { text }))
                };
                values.iter().map(text).collect::<Option<_>>().map(Self::List)
            }
            Kind::Str(text) => Some(Self::Text(text.as_ref().into())),
            _ => None,
        };
        read.ok_or_else(|| {
            let expected = "text, a number, or a list of texts";
            ValueError::wrong_kind(key, value, expected)
        })
    }

    fn to_value(&self) -> OwnedValue {
        match self {
            Self::Flag => Value::NULL,
            Self::Number(number) => (*number).into(),
            Self::Text(text) => text.to_string().into(),
            Self::List(texts) => {
                texts.iter().map(|text| text.to_string().into()).collect::<Vec<Value>>().into()
            }
        }
    }

    /// As octoDNS has it: in quotes only where it cannot stand without them.
    fn presented(&self, key: &str) -> String {
        match self {
            Self::Flag => key.to_owned(),
            Self::Text(text) if !needs_quotes(text) => format!("{key}={text}"),
            value => {
                let inside = value.inside(key);
                if needs_quotes(&inside) {
                    return value.presentation(key);
                }
                format!("{key}={inside}")
            }
        }
    }
}

/// Whether a value without quotes would end too early, or be read as another.
fn needs_quotes(value: &str) -> bool {
    let ends = |c: char| !c.is_ascii_graphic() || matches!(c, '"' | ';' | '(' | ')');
    value.starts_with('\'') || value.contains(ends)
}

impl PartialEq for Svcb {
    fn eq(&self, other: &Self) -> bool {
        self.order(other) == Ordering::Equal
    }
}

impl Eq for Svcb {}

/// RFC 9460, section 2.1.
impl Rdata for Svcb {
    fn read(value: &Value<'_>) -> Result<Self, ValueError> {
        let svcb = Fields::of(value)?;
        let priority = svcb.int("svcpriority")?;
        let target = HostName::read(svcb.need("targetname")?)?;
        let Some(given) = svcb.get("svcparams") else {
            return Ok(Self { priority, target, params: Vec::new() });
        };
        let Some(map) = given.as_map() else {
            return Err(ValueError::new("svcparams must be a mapping", given.position)
                .help("write parameters, such as `svcparams: {port: 443}`"));
        };
        let param = |(key, value): &(Value<'_>, Value<'_>)| match key.as_str() {
            Some(name) => Ok((SmolStr::new(written(name)), SvcParam::read(name, value)?)),
            None => Err(ValueError::new("a parameter's key must be text", key.position)
                .help("put it in quotes")),
        };
        let params = map.iter().map(param).collect::<Result<_, _>>()?;
        Ok(Self { priority, target, params })
    }

    fn parse(rdata: &str) -> Result<OwnedValue, RdataError> {
        let (head, params) = match rdata.match_indices(' ').nth(1) {
            Some((end, _)) => (&rdata[..end], &rdata[end + 1..]),
            None => (rdata, ""),
        };
        let Some((priority, target)) = head.split_once(' ') else {
            let expected = "svcpriority targetname svcparams";
            return Err(RdataError::Fields { expected: expected.into(), rdata: rdata.to_owned() });
        };
        Ok(fields([
            ("svcpriority", int_or_text(priority)),
            ("targetname", unquote(target).to_owned().into()),
            ("svcparams", Self::read_params(params)?.into()),
        ]))
    }

    fn to_value(&self) -> OwnedValue {
        let params = self.params.iter().map(|(key, value)| (key.to_string(), value.to_value()));
        fields([
            ("svcpriority", self.priority.into()),
            ("targetname", self.target.to_value()),
            ("svcparams", params.collect::<Map<'static>>().into()),
        ])
    }

    fn text(&self) -> String {
        format!("'{self}'")
    }

    fn order(&self, other: &Self) -> Ordering {
        let by_name = self.priority.cmp(&other.priority).then(self.target.cmp(&other.target));
        by_name.then_with(|| self.sorted_params().cmp(&other.sorted_params()))
    }
}

impl fmt::Display for Svcb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.priority, self.target)?;
        for (key, value) in self.numbered_params() {
            f.write_char(' ')?;
            f.write_str(&value.presented(key))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_written_by_number_and_compared_in_any_order() {
        let read = |rdata: &str| Svcb::read(&Svcb::parse(rdata).unwrap()).unwrap();
        let one = read("1 A.example. key7=x port=443 alpn=\"h2,h3\" no-default-alpn");
        let other = read("1 a.example. alpn=h2,h3 no-default-alpn port=443 key7=x");
        assert_eq!(one, other);
        assert_eq!(one.to_string(), "1 a.example. alpn=h2,h3 no-default-alpn port=443 key7=x");
        assert_ne!(one, read("1 a.example. alpn=h2"));
        let mandatory = |keys: &str| read(&format!("1 . mandatory={keys} alpn=h2 port=1"));
        assert_eq!(mandatory("port,alpn"), mandatory("alpn,port"));
        assert_ne!(mandatory("port,alpn"), mandatory("port"));
        let padded = read("1 . ech=\"AEX+DQ==\" key7=a=b");
        assert_eq!(padded.to_string(), "1 . ech=AEX+DQ== key7=a=b");
        // As others write it, and in quotes where it would end too early.
        let text = r#"1 . alpn="a b,c" key9="say \"hi\"; (no)" "#;
        let odd = read(text.trim());
        assert_eq!(odd.to_string(), text.trim());
        assert_eq!(read(&odd.to_string()), odd);
        assert_eq!(read(r#"1 . key9=a\065\"b\""#), read(r#"1 . key9="aA\"b\"" "#));
        // RFC 9461, RFC 9540.
        let named = read("1 . dohpath=\"/q{?dns}\" ohttp mandatory=dohpath");
        assert_eq!(named.to_string(), "1 . mandatory=key7 key7=/q{?dns} key8");
    }

    #[test]
    fn a_parameter_is_given_once() {
        let twice = Svcb::parse("1 . port=1 port=2");
        assert_eq!(twice, Err(RdataError::Repeated("port".to_owned())));
        assert!(Svcb::parse("1").is_err());
    }
}
