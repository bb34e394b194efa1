//! Values of parameters in presentation format (RFC 9460, section 2.1 and appendix A).

use super::{SvcParam, Svcb, key_number};
use crate::rdata::text::{Codes, Presentation, unescape};
use crate::rdata::unquote;
use crate::record::RdataError;
use crate::value::{Map, Value};

/// The parameters that are lists.
const LISTS: [&str; 4] = ["mandatory", "alpn", "ipv4hint", "ipv6hint"];

impl Svcb {
    /// The parameters in a text, such as `alpn="h2,h3" port=8443`.
    ///
    /// # Errors
    ///
    /// If one of them is there twice.
    pub fn read_params(text: &str) -> Result<Map<'static>, RdataError> {
        let mut params = Map::new();
        for word in words(text) {
            // Differs from octoDNS, where a value ends at an equals sign, as base64 has them.
            let (key, value) = match word.split_once('=') {
                Some((key, value)) => (key, SvcParam::read_inside(key, unquote(value)).to_value()),
                None => (word, Value::NULL),
            };
            if params.contains_key(key) {
                return Err(RdataError::Repeated(key.to_owned()));
            }
            params.insert(key.to_owned(), value);
        }
        Ok(params)
    }
}

/// What stands between blanks that are not in quotes.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    let is_blank = move |c: char| {
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        c.is_whitespace() && !quoted
    };
    text.split(is_blank).filter(|word| !word.is_empty())
}

impl SvcParam {
    /// The parameter of a key as zone files and services have it, such as `alpn="h2,h3"`.
    ///
    /// ```
    /// use octodns_core::record::SvcParam;
    ///
    /// let alpn = SvcParam::List(vec!["h2".into(), "a,b".into()]);
    /// assert_eq!(alpn.presentation("alpn"), r#"alpn="h2,a\\,b""#);
    /// assert_eq!(SvcParam::read_inside("alpn", r"h2,a\\,b"), alpn);
    /// assert_eq!(SvcParam::Flag.presentation("no-default-alpn"), "no-default-alpn");
    /// ```
    pub fn presentation(&self, key: &str) -> String {
        match self {
            Self::Flag => key.to_owned(),
            value => format!("{key}=\"{}\"", value.inside(key)),
        }
    }

    /// The value of a parameter, from what is in its quotes.
    pub fn read_inside(key: &str, inside: &str) -> Self {
        if !LISTS.contains(&key) {
            return Self::Text(inside.into());
        }
        if key != "alpn" {
            return Self::List(inside.split(',').map(Into::into).collect());
        }
        // Escapes of the list are within those of the text.
        let mut texts = vec![Vec::new()];
        let mut octets = unescape(inside.as_bytes(), Codes::Decimal).into_iter();
        while let Some(octet) = octets.next() {
            match (octet, texts.last_mut()) {
                (b',', _) => texts.push(Vec::new()),
                (b'\\', Some(text)) => text.extend(octets.next()),
                (octet, Some(text)) => text.push(octet),
                (_, None) => {}
            }
        }
        Self::List(texts.iter().map(|text| Presentation::DECIMAL.inside(text).into()).collect())
    }

    /// What is in the quotes.
    pub(super) fn inside(&self, key: &str) -> String {
        let octets = |text: &str| unescape(text.as_bytes(), Codes::Decimal);
        match self {
            Self::Flag => String::new(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => Presentation::DECIMAL.inside(&octets(text)),
            Self::List(texts) if key == "mandatory" => {
                // A set of keys, which some servers want in the order of their numbers.
                let mut keys: Vec<_> = texts.iter().map(|text| (key_number(text), text)).collect();
                keys.sort_unstable();
                keys.dedup();
                keys.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(",")
            }
            Self::List(texts) if key != "alpn" => texts.join(","),
            Self::List(texts) => {
                let item = |text: &smol_str::SmolStr| {
                    let escaped = |octet: u8| match octet {
                        b',' | b'\\' => vec![b'\\', octet],
                        _ => vec![octet],
                    };
                    octets(text).into_iter().flat_map(escaped).collect::<Vec<u8>>()
                };
                let items: Vec<_> = texts.iter().map(item).collect();
                Presentation::DECIMAL.inside(&items.join(&b','))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_as_they_are_written() {
        let list =
            |texts: &[&str]| SvcParam::List(texts.iter().map(|text| (*text).into()).collect());
        for (key, value, written) in [
            ("alpn", list(&["h2", "h3"]), r#"alpn="h2,h3""#),
            // RFC 9460, appendix D.2, figure 9: the ids are `f\oo,bar` and `h2`.
            ("alpn", list(&[r"f\\oo,bar", "h2"]), r#"alpn="f\\\\oo\\,bar,h2""#),
            ("alpn", list(&[r#"a\"b\001"#]), r#"alpn="a\"b\001""#),
            ("ipv4hint", list(&["192.0.2.1", "192.0.2.2"]), r#"ipv4hint="192.0.2.1,192.0.2.2""#),
            ("ech", SvcParam::Text("AEX+DQ==".into()), r#"ech="AEX+DQ==""#),
            ("key7", SvcParam::Text("/q{?dns},".into()), r#"key7="/q{?dns},""#),
            ("key667", SvcParam::Text(r#"hello\210 \"q\\"#.into()), r#"key667="hello\210 \"q\\""#),
        ] {
            assert_eq!(value.presentation(key), written);
            let inside = written.split_once("=\"").unwrap().1.strip_suffix('"').unwrap();
            assert_eq!(SvcParam::read_inside(key, inside), value, "{written}");
        }
        let params = Svcb::read_params(r#"key9="a b" alpn=h2,h3  ohttp key10="\"  x""#).unwrap();
        let shown = crate::value::python_str(&Value::from(params));
        assert_eq!(
            shown,
            r#"{'key9': 'a b', 'alpn': ['h2', 'h3'], 'ohttp': None, 'key10': '\\"  x'}"#
        );
        let keys = list(&["key20", "port", "alpn", "port"]);
        assert_eq!(keys.presentation("mandatory"), r#"mandatory="alpn,port,key20""#);
        let bare = SvcParam::Text("say \"hi".into());
        assert_eq!(bare.presentation("key9"), r#"key9="say \"hi""#);
    }
}
