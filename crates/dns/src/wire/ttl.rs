//! Times in zone files: seconds, or numbers with units as in BIND.

/// The seconds of a time such as `3600`, `1h30m` or `1w2d`: the units `s`, `m`, `h`, `d` and `w` are
/// case-insensitive, and every number needs one. `None` for anything else, and beyond 32 bits.
///
/// ```
/// use octodns_dns::wire::ttl;
///
/// assert_eq!(ttl(b"1h30m"), Some(5400));
/// assert_eq!(ttl(b"90"), Some(90));
/// assert_eq!(ttl(b"1h30"), None);
/// ```
pub fn ttl(text: &[u8]) -> Option<u32> {
    let (mut total, mut number) = (0_u64, None);
    let mut has_units = false;
    for byte in text {
        let unit = match byte.to_ascii_lowercase() {
            digit @ b'0'..=b'9' => {
                let more = number.unwrap_or(0_u64).checked_mul(10)? + u64::from(digit - b'0');
                number = Some(more).filter(|more| *more <= u32::MAX.into());
                number?;
                continue;
            }
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86_400,
            b'w' => 604_800,
            _ => return None,
        };
        total += number.take()? * unit;
        has_units = true;
    }
    match number {
        Some(_) if has_units => None,
        Some(seconds) => u32::try_from(seconds).ok(),
        None if has_units => u32::try_from(total).ok(),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::ttl;

    #[test]
    fn times_have_units_or_none() {
        for (text, seconds) in [
            ("0", Some(0)),
            ("4294967295", Some(u32::MAX)),
            ("4294967296", None),
            ("1W2D3H4M5S", Some(788_645)),
            ("1h", Some(3600)),
            ("h", None),
            ("", None),
            ("-1", None),
            ("1h1", None),
            ("9999w", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(ttl(text.as_bytes()), seconds, "{text}");
        }
    }
}
