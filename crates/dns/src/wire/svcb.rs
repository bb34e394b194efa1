//! `SVCB` and `HTTPS` on the wire (RFC 9460, section 2.2).

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use octodns_core::record::text::{Codes, Presentation, unescape};
use octodns_core::record::{HostName, SvcParam, Svcb};

use super::WireError;
use super::bytes::{Reader, Writer};
use super::values::{Wire, decode_base64};

pub(super) fn key_number(name: &str) -> Result<u16, WireError> {
    SvcParam::number_of(name)
        .ok_or_else(|| WireError::field("svcparams", name, "is not a known parameter"))
}

/// One parameter in wire format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Param<'r> {
    pub(super) key: u16,
    pub(super) value: &'r [u8],
}

/// All parameters; their keys must ascend, so there are no duplicates.
pub(super) fn params<'r>(from: &mut Reader<'r>) -> Result<Vec<Param<'r>>, WireError> {
    let mut params: Vec<Param<'_>> = Vec::new();
    while !from.is_empty() {
        let key = from.u16("a parameter's key")?;
        let length = from.u16("a parameter's length")?;
        let value = from.take(length.into(), "a parameter's value")?;
        if params.last().is_some_and(|last| last.key >= key) {
            let fault = "is not in the order of parameters";
            return Err(WireError::field("svcparams", SvcParam::key_of(key), fault));
        }
        params.push(Param { key, value });
    }
    Ok(params)
}

/// The texts of a parameter whose value is a list; `None` for other parameters.
fn list(param: Param<'_>) -> Result<Option<Vec<String>>, WireError> {
    let mut from = Reader::new(param.value);
    let mut texts = Vec::new();
    while !from.is_empty() {
        texts.push(match param.key {
            0 => SvcParam::key_of(from.u16("mandatory")?).into_owned(),
            1 => Presentation::DECIMAL.inside(from.string("alpn")?),
            4 => Ipv4Addr::from(from.array::<4>("ipv4hint")?).to_string(),
            6 => Ipv6Addr::from(from.array::<16>("ipv6hint")?).to_string(),
            _ => return Ok(None),
        });
    }
    Ok(matches!(param.key, 0 | 1 | 4 | 6).then_some(texts))
}

/// The value of a parameter, as octoDNS has it.
pub(super) fn decode_param(param: Param<'_>) -> Result<SvcParam, WireError> {
    if let Some(texts) = list(param)? {
        if texts.is_empty() {
            return Err(WireError::field("svcparams", SvcParam::key_of(param.key), "has no value"));
        }
        return Ok(SvcParam::List(texts.into_iter().map(Into::into).collect()));
    }
    match (param.key, param.value) {
        (3, &[high, low]) => Ok(SvcParam::Number(u16::from_be_bytes([high, low]).into())),
        (2, []) => Ok(SvcParam::Flag),
        (2 | 3, _) => {
            let fault = "has a value of another length";
            Err(WireError::field("svcparams", SvcParam::key_of(param.key), fault))
        }
        (5, []) => Err(WireError::field("svcparams", SvcParam::key_of(5), "has no value")),
        (5, ech) => Ok(SvcParam::Text(BASE64.encode(ech).into())),
        (_, []) => Ok(SvcParam::Flag),
        (_, bytes) => Ok(SvcParam::Text(Presentation::DECIMAL.inside(bytes).into())),
    }
}

/// The texts of a value: a list, or a text with commas.
fn texts(value: &SvcParam) -> Vec<String> {
    match value {
        SvcParam::Flag => Vec::new(),
        SvcParam::Number(number) => vec![number.to_string()],
        SvcParam::Text(text) => text.split(',').map(str::to_owned).collect(),
        SvcParam::List(texts) => texts.iter().map(ToString::to_string).collect(),
    }
}

/// The single text of a value.
fn text(value: &SvcParam) -> String {
    match value {
        SvcParam::Text(text) => text.to_string(),
        value => texts(value).join(","),
    }
}

fn addresses<A: std::str::FromStr>(
    name: &'static str,
    value: &SvcParam,
) -> Result<Vec<A>, WireError> {
    let address = |text: String| {
        text.parse().map_err(|_| WireError::field(name, text, "is not an address of that family"))
    };
    texts(value).into_iter().map(address).collect()
}

fn encode_param(key: u16, value: &SvcParam) -> Result<Vec<u8>, WireError> {
    let mut out = Writer::default();
    match key {
        0 => {
            let mut keys =
                texts(value).iter().map(|name| key_number(name)).collect::<Result<Vec<_>, _>>()?;
            keys.sort_unstable();
            keys.dedup();
            out.bytes(&keys.into_iter().flat_map(u16::to_be_bytes).collect::<Vec<_>>());
        }
        1 => texts(value)
            .iter()
            .try_for_each(|text| out.string(&unescape(text.as_bytes(), Codes::Decimal), "alpn"))?,
        2 if text(value).is_empty() => {}
        2 => return Err(WireError::field("no-default-alpn", text(value), "is a value too many")),
        3 => {
            let text = text(value);
            let port = text.trim().parse();
            let number = port.map_err(|_| WireError::field("port", text, "is not a number"))?;
            out.u16(number, "port")?;
        }
        4 => {
            let addresses = addresses::<Ipv4Addr>("ipv4hint", value)?;
            out.bytes(&addresses.iter().flat_map(Ipv4Addr::octets).collect::<Vec<_>>());
        }
        5 => out.bytes(&decode_base64(&text(value), "ech")?),
        6 => {
            let addresses = addresses::<Ipv6Addr>("ipv6hint", value)?;
            out.bytes(&addresses.iter().flat_map(Ipv6Addr::octets).collect::<Vec<_>>());
        }
        _ => out.bytes(&unescape(text(value).as_bytes(), Codes::Decimal)),
    }
    let bytes = out.into_bytes();
    if bytes.is_empty() && matches!(key, 0 | 1 | 4 | 5 | 6) {
        return Err(WireError::field("svcparams", SvcParam::key_of(key), "has no value"));
    }
    Ok(bytes)
}

/// Writes parameters in the order of their keys, without duplicates.
pub(super) fn write_params<'p>(
    given: impl IntoIterator<Item = (u16, &'p SvcParam)>,
    out: &mut Writer,
) -> Result<(), WireError> {
    let encoded = |(key, value)| encode_param(key, value).map(|bytes| (key, bytes));
    let mut params = given.into_iter().map(encoded).collect::<Result<Vec<_>, _>>()?;
    params.sort();
    for pair in params.windows(2) {
        if let [(one, _), (other, _)] = pair
            && one == other
        {
            return Err(WireError::field("svcparams", SvcParam::key_of(*one), "is given twice"));
        }
    }
    for (key, value) in params {
        out.bytes(&key.to_be_bytes());
        let length = i64::try_from(value.len()).unwrap_or(i64::MAX);
        out.u16(length, "length of a parameter")?;
        out.bytes(&value);
    }
    Ok(())
}

impl Wire for Svcb {
    fn encode(&self, out: &mut Writer) -> Result<(), WireError> {
        out.u16(self.priority, "svcpriority")?;
        self.target.encode(out)?;
        let mut params = Vec::with_capacity(self.params.len());
        for (name, value) in &self.params {
            params.push((key_number(name)?, value));
        }
        write_params(params, out)
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let priority = from.u16("svcpriority")?.into();
        let target = HostName::decode(from)?;
        let param =
            |param: Param<'_>| Ok((SvcParam::key_of(param.key).into(), decode_param(param)?));
        let params = params(from)?.into_iter().map(param).collect::<Result<_, WireError>>()?;
        Ok(Self { priority, target, params })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svcb(params: Vec<(&str, SvcParam)>) -> Svcb {
        let params = params.into_iter().map(|(key, value)| (key.into(), value)).collect();
        Svcb { priority: 1, target: HostName::new(".").unwrap(), params }
    }

    fn bytes(svcb: &Svcb) -> Result<Vec<u8>, WireError> {
        let mut out = Writer::default();
        svcb.encode(&mut out).map(|()| out.into_bytes())
    }

    /// RFC 9460, appendix D.2, and the spellings of octoDNS zone files.
    #[test]
    fn parameters_are_written_in_the_order_of_their_numbers() {
        let list =
            |texts: &[&str]| SvcParam::List(texts.iter().map(|text| (*text).into()).collect());
        let text = |text: &str| SvcParam::Text(text.into());
        for (params, expected) in [
            (vec![], &b""[..]),
            (vec![("port", SvcParam::Number(53))], b"\0\x03\0\x02\0\x35"),
            (vec![("port", text("53"))], b"\0\x03\0\x02\0\x35"),
            (vec![("key667", text("hello\\210qoo"))], b"\x02\x9b\0\x09hello\xd2qoo"),
            (
                vec![("alpn", list(&["h2", "h3-19"])), ("mandatory", list(&["ipv4hint", "alpn"]))],
                b"\0\0\0\x04\0\x01\0\x04\0\x01\0\x09\x02h2\x05h3-19",
            ),
            (vec![("alpn", text("h2,h3"))], b"\0\x01\0\x06\x02h2\x02h3"),
            (vec![("no-default-alpn", SvcParam::Flag)], b"\0\x02\0\0"),
            (vec![("ech", text("AAA="))], b"\0\x05\0\x02\0\0"),
            (vec![("ipv4hint", list(&["192.0.2.1"]))], b"\0\x04\0\x04\xc0\0\x02\x01"),
        ] {
            let written = bytes(&svcb(params.clone())).unwrap();
            assert_eq!(written, [b"\0\x01\0", expected].concat(), "{params:?}");
        }
    }

    #[test]
    fn parameters_that_the_wire_cannot_hold_are_refused() {
        let text = |text: &str| SvcParam::Text(text.into());
        for params in [
            vec![("port", text("x"))],
            vec![("port", SvcParam::Number(65_536))],
            vec![("alpn", SvcParam::Flag)],
            vec![("alpn", text(&"a".repeat(256)))],
            vec![("ech", text("***"))],
            vec![("ipv4hint", text("::1"))],
            vec![("no-default-alpn", text("x"))],
            vec![("key65536", text("x"))],
            vec![("nothing", text("x"))],
            vec![("port", SvcParam::Number(1)), ("key3", text("2"))],
        ] {
            assert!(bytes(&svcb(params.clone())).is_err(), "{params:?}");
        }
    }

    #[test]
    fn faulty_parameters_are_errors() {
        for rdata in [
            &b"\0\x01\0\0\x03\0\x01\0"[..],
            b"\0\x01\0\0\x03\0\x02\0",
            b"\0\x01\0\0\x03\0\x02\0\0\0\x03\0\x02\0\0",
            b"\0\x01\0\0\x04\0\x04\0\0\0\0\0\x01\0\x02\x01a",
            b"\0\x01\0\0\x01\0\x02\x02a",
            b"\0\x01\0\0\x01\0\0",
            b"\0\x01\0\0\x02\0\x01a",
            b"\0\x01\0\0\x04\0\x03\x01\x01\x01",
            b"\0\x01\0\0\0\0\x03\0\0\0",
        ] {
            assert!(Svcb::decode(&mut Reader::new(rdata)).is_err(), "{rdata:?}");
        }
    }
}
