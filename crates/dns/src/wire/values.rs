//! The values of octoDNS records as record data.

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use octodns_core::record::text::{Codes, MAX_OCTETS, Presentation, QuotedString, unescape};
use octodns_core::record::{
    Caa, Ds, HostName, Mx, Naptr, Openpgpkey, Rdata, Srv, Sshfp, Tlsa, Txt, Uri,
};

use super::bytes::{Reader, Writer};
use super::{WireError, hex};

/// Converts a value between octoDNS and the wire.
pub(super) trait Wire: Rdata {
    /// Writes the record data.
    fn encode(&self, out: &mut Writer) -> Result<(), WireError>;

    /// Reads the record data. The caller checks that no bytes remain.
    fn decode(from: &mut Reader<'_>) -> Result<Self, WireError>;
}

/// RFC 1035, section 3.4.1.
impl Wire for Ipv4Addr {
    fn encode(&self, out: &mut Writer) -> Result<(), WireError> {
        out.bytes(&self.octets());
        Ok(())
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, WireError> {
        from.array::<4>("an IPv4 address").map(Self::from)
    }
}

/// RFC 3596, section 2.2.
impl Wire for Ipv6Addr {
    fn encode(&self, out: &mut Writer) -> Result<(), WireError> {
        out.bytes(&self.octets());
        Ok(())
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, WireError> {
        from.array::<16>("an IPv6 address").map(Self::from)
    }
}

/// RFC 8659, section 4.1.
impl Wire for Caa {
    fn encode(&self, out: &mut Writer) -> Result<(), WireError> {
        out.u8(self.flags, "flags")?;
        out.string(&unescape(self.tag.as_bytes(), Codes::Decimal), "tag")?;
        out.bytes(&self.value.octets());
        Ok(())
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let flags = from.u8("flags")?.into();
        // No tag at all has no quotes, as data.
        let tag = match from.string("a tag")? {
            [] => String::new(),
            tag => Presentation::DECIMAL.word(tag),
        };
        Ok(Self { flags, tag: tag.into(), value: QuotedString::from_octets(from.rest()) })
    }
}

/// RFC 4034, section 5.1.
impl Wire for Ds {
    fn encode(&self, out: &mut Writer) -> Result<(), WireError> {
        out.u16(self.key_tag, "key_tag")?;
        out.u8(self.algorithm, "algorithm")?;
        out.u8(self.digest_type, "digest_type")?;
        out.some(&hex::decode(&self.digest, "digest")?, "digest")
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self {
            key_tag: from.u16("key_tag")?.into(),
            algorithm: from.u8("algorithm")?.into(),
            digest_type: from.u8("digest_type")?.into(),
            digest: hex::encode(from.some_rest("a digest")?).into(),
        })
    }
}

/// RFC 1035, section 3.3.9.
impl Wire for Mx {
    fn encode(&self, out: &mut Writer) -> Result<(), WireError> {
        out.u16(self.preference, "preference")?;
        self.exchange.encode(out)
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self { preference: from.u16("preference")?.into(), exchange: HostName::decode(from)? })
    }
}

/// RFC 3403, section 4.1.
impl Wire for Naptr {
    fn encode(&self, out: &mut Writer) -> Result<(), WireError> {
        out.u16(self.order, "order")?;
        out.u16(self.preference, "preference")?;
        for (text, field) in
            [(&self.flags, "flags"), (&self.service, "service"), (&self.regexp, "regexp")]
        {
            out.string(&text.octets(), field)?;
        }
        out.name(&self.replacement)
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self {
            order: from.u16("order")?.into(),
            preference: from.u16("preference")?.into(),
            flags: QuotedString::from_octets(&from.string("flags")?.to_ascii_uppercase()),
            service: QuotedString::from_octets(from.string("a service")?),
            regexp: QuotedString::from_octets(from.string("a regexp")?),
            replacement: from.name()?.into(),
        })
    }
}

/// RFC 7929, section 2.3.
impl Wire for Openpgpkey {
    fn encode(&self, out: &mut Writer) -> Result<(), WireError> {
        out.some(&decode_base64(self.as_str(), "key")?, "key")
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self::new(BASE64.encode(from.some_rest("a key")?)))
    }
}

/// RFC 2782.
impl Wire for Srv {
    fn encode(&self, out: &mut Writer) -> Result<(), WireError> {
        out.u16(self.priority, "priority")?;
        out.u16(self.weight, "weight")?;
        out.u16(self.port, "port")?;
        self.target.encode(out)
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self {
            priority: from.u16("priority")?.into(),
            weight: from.u16("weight")?.into(),
            port: from.u16("port")?.into(),
            target: HostName::decode(from)?,
        })
    }
}

/// RFC 4255, section 3.1.
impl Wire for Sshfp {
    fn encode(&self, out: &mut Writer) -> Result<(), WireError> {
        out.u8(self.algorithm, "algorithm")?;
        out.u8(self.fingerprint_type, "fingerprint_type")?;
        out.some(&hex::decode(&self.fingerprint, "fingerprint")?, "fingerprint")
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self {
            algorithm: from.u8("algorithm")?.into(),
            fingerprint_type: from.u8("fingerprint_type")?.into(),
            fingerprint: hex::encode(from.some_rest("a fingerprint")?).into(),
        })
    }
}

/// RFC 1035, sections 3.3.1, 3.3.11 and 3.3.12; RFC 6672, section 2.1.
impl Wire for HostName {
    fn encode(&self, out: &mut Writer) -> Result<(), WireError> {
        out.name(self.as_str())
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let name = from.name()?;
        Self::new(&name).map_err(|_| WireError::Name { name, fault: "a label is not IDNA" })
    }
}

/// RFC 6698, section 2.1.
impl Wire for Tlsa {
    fn encode(&self, out: &mut Writer) -> Result<(), WireError> {
        out.u8(self.certificate_usage, "certificate_usage")?;
        out.u8(self.selector, "selector")?;
        out.u8(self.matching_type, "matching_type")?;
        let field = "certificate_association_data";
        out.some(&hex::decode(&self.certificate_association_data, field)?, field)
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self {
            certificate_usage: from.u8("certificate_usage")?.into(),
            selector: from.u8("selector")?.into(),
            matching_type: from.u8("matching_type")?.into(),
            certificate_association_data: hex::encode(from.some_rest("data")?).into(),
        })
    }
}

/// RFC 1035, section 3.3.14; RFC 4408, section 3.1.1. The division of a text into strings has no meaning.
impl Wire for Txt {
    fn encode(&self, out: &mut Writer) -> Result<(), WireError> {
        let octets = self.octets();
        if octets.is_empty() {
            return out.string(b"", "value");
        }
        octets.chunks(MAX_OCTETS).try_for_each(|chunk| out.string(chunk, "value"))
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let mut bytes = from.string("a text")?.to_vec();
        while !from.is_empty() {
            bytes.extend(from.string("a text")?);
        }
        Ok(Self::from_octets(&bytes))
    }
}

/// RFC 7553, section 4.5.
impl Wire for Uri {
    fn encode(&self, out: &mut Writer) -> Result<(), WireError> {
        out.u16(self.priority, "priority")?;
        out.u16(self.weight, "weight")?;
        out.bytes(&unescape(self.target.as_str().as_bytes(), Codes::Decimal));
        Ok(())
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let (priority, weight) = (from.u16("priority")?.into(), from.u16("weight")?.into());
        let target = Presentation::DECIMAL.inside(from.rest());
        match HostName::new(&target) {
            Ok(target) => Ok(Self { priority, weight, target }),
            Err(_) => Err(WireError::field("target", target, "has a label that is not IDNA")),
        }
    }
}

pub(super) fn decode_base64(text: &str, field: &'static str) -> Result<Vec<u8>, WireError> {
    let bare: String = text.split_ascii_whitespace().collect();
    BASE64.decode(bare).map_err(|_| WireError::field(field, text, "is not base64"))
}
