//! Reads and writes the fields of record data (RFC 1035, section 3.3).

use super::WireError;
use super::name::{self, MAX_LABEL};

/// The remaining bytes of some record data.
#[derive(Clone, Debug)]
pub(super) struct Reader<'r> {
    rest: &'r [u8],
}

impl<'r> Reader<'r> {
    pub(super) fn new(rdata: &'r [u8]) -> Self {
        Self { rest: rdata }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn take(&mut self, count: usize, what: &'static str) -> Result<&'r [u8], WireError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(WireError::Short(what))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(
        &mut self,
        what: &'static str,
    ) -> Result<[u8; N], WireError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(WireError::Short(what))?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(super) fn u8(&mut self, what: &'static str) -> Result<u8, WireError> {
        self.array::<1>(what).map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self, what: &'static str) -> Result<u16, WireError> {
        self.array(what).map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self, what: &'static str) -> Result<u32, WireError> {
        self.array(what).map(u32::from_be_bytes)
    }

    /// A character string: a length byte and that many bytes (RFC 1035, section 3.3).
    pub(super) fn string(&mut self, what: &'static str) -> Result<&'r [u8], WireError> {
        let length = self.u8(what)?;
        self.take(length.into(), what)
    }

    /// All remaining bytes.
    pub(super) fn rest(&mut self) -> &'r [u8] {
        std::mem::take(&mut self.rest)
    }

    /// All remaining bytes, for a field that has no presentation format when it is empty.
    pub(super) fn some_rest(&mut self, what: &'static str) -> Result<&'r [u8], WireError> {
        if self.rest.is_empty() { Err(WireError::Short(what)) } else { Ok(self.rest()) }
    }

    /// A name without compression, in presentation format and its original case.
    pub(super) fn name(&mut self) -> Result<String, WireError> {
        let mut text = Vec::with_capacity(self.rest.len().min(name::MAX_NAME));
        let mut length = 1;
        loop {
            let count = self.u8("a name")?;
            if count == 0 {
                return Ok(or_root(text));
            }
            length += usize::from(count) + 1;
            if usize::from(count) > MAX_LABEL || length > name::MAX_NAME {
                let fault = if length > name::MAX_NAME {
                    "it is longer than 255 bytes"
                } else {
                    "a label's length is that of a pointer"
                };
                return Err(WireError::Name { name: or_root(text), fault });
            }
            name::present_octets(self.take(count.into(), "a name")?, &mut text);
        }
    }

    /// Checks that no bytes remain.
    pub(super) fn end(&self) -> Result<(), WireError> {
        match self.rest.len() {
            0 => Ok(()),
            many => Err(WireError::TooLong(many)),
        }
    }
}

/// A name in presentation format; a name without labels is the root.
fn or_root(name: Vec<u8>) -> String {
    if name.is_empty() {
        return ".".to_owned();
    }
    // Presentation format is ASCII. Checked once for all labels, which is quicker than for each.
    String::from_utf8(name).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into())
}

/// The record data written so far.
#[derive(Debug, Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Room for this many bytes.
    pub(super) fn with_capacity(length: usize) -> Self {
        Self { bytes: Vec::with_capacity(length) }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn u8(&mut self, number: i64, field: &'static str) -> Result<(), WireError> {
        let byte = u8::try_from(number).map_err(|_| WireError::Number {
            field,
            number,
            most: u8::MAX.into(),
        })?;
        self.bytes.push(byte);
        Ok(())
    }

    pub(super) fn u16(&mut self, number: i64, field: &'static str) -> Result<(), WireError> {
        let word = u16::try_from(number).map_err(|_| WireError::Number {
            field,
            number,
            most: u16::MAX.into(),
        })?;
        self.bytes(&word.to_be_bytes());
        Ok(())
    }

    pub(super) fn u32(&mut self, number: u32) {
        self.bytes(&number.to_be_bytes());
    }

    /// A character string; fails for more than 255 bytes.
    pub(super) fn string(&mut self, bytes: &[u8], field: &'static str) -> Result<(), WireError> {
        let Ok(length) = u8::try_from(bytes.len()) else {
            let shown = String::from_utf8_lossy(bytes);
            return Err(WireError::field(field, shown, "is longer than 255 bytes"));
        };
        self.bytes.push(length);
        self.bytes(bytes);
        Ok(())
    }

    /// Bytes of a field that has no presentation format when it is empty.
    pub(super) fn some(&mut self, bytes: &[u8], field: &'static str) -> Result<(), WireError> {
        if bytes.is_empty() {
            return Err(WireError::field(field, "", "is empty"));
        }
        self.bytes(bytes);
        Ok(())
    }

    /// A name in presentation format, which must be absolute.
    pub(super) fn name(&mut self, name: &str) -> Result<(), WireError> {
        name::push_name(name, &mut self.bytes)
    }
}
