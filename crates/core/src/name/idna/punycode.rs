//! Punycode (RFC 3492): what stands behind `xn--`. The names of constants and variables are those of the RFC.

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 0x80;

/// The digits, by their values (section 5).
const DIGITS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// The encoding of a label; `None` if a number grows too large, which no label of DNS leads to (section 6.3).
pub(super) fn encode(label: &str) -> Option<String> {
    let basic: String = label.chars().filter(char::is_ascii).collect();
    let length = u32::try_from(label.chars().count()).ok()?;
    let basic_length = u32::try_from(basic.len()).ok()?;
    let mut output = basic;
    if basic_length > 0 {
        output.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (INITIAL_N, 0_u32, INITIAL_BIAS, basic_length);
    while handled < length {
        let next = label.chars().map(u32::from).filter(|c| *c >= n).min()?;
        delta = (next - n).checked_mul(handled + 1)?.checked_add(delta)?;
        n = next;
        for c in label.chars().map(u32::from) {
            if c < n {
                delta = delta.checked_add(1)?;
            }
            if c == n {
                push_number(&mut output, delta, bias)?;
                bias = adapt(delta, handled + 1, handled == basic_length);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n += 1;
    }
    Some(output)
}

/// The label that an encoding is of; `None` if it is not one.
pub(super) fn decode(encoding: &str) -> Option<String> {
    let (basic, extended) = match encoding.rsplit_once('-') {
        Some((basic, extended)) if !basic.is_empty() => (basic, extended),
        _ => ("", encoding),
    };
    if !basic.is_ascii() {
        return None;
    }
    let mut output: Vec<char> = basic.chars().collect();
    let (mut n, mut i, mut bias) = (INITIAL_N, 0_u32, INITIAL_BIAS);
    let mut digits = extended.bytes();
    while digits.len() > 0 {
        let old_i = i;
        i = i.checked_add(number(&mut digits, bias)?)?;
        let places = u32::try_from(output.len()).ok()?.checked_add(1)?;
        bias = adapt(i - old_i, places, old_i == 0);
        n = n.checked_add(i / places)?;
        i %= places;
        output.insert(usize::try_from(i).ok()?, char::from_u32(n)?);
        i += 1;
    }
    Some(output.into_iter().collect())
}

/// Appends a number of variable length (section 3.3).
fn push_number(output: &mut String, mut number: u32, bias: u32) -> Option<()> {
    let mut k = BASE;
    loop {
        let t = threshold(k, bias);
        if number < t {
            break;
        }
        output.push(digit(t + (number - t) % (BASE - t))?);
        number = (number - t) / (BASE - t);
        k += BASE;
    }
    output.push(digit(number)?);
    Some(())
}

/// The next number of variable length.
fn number(digits: &mut impl Iterator<Item = u8>, bias: u32) -> Option<u32> {
    let (mut number, mut weight, mut k) = (0_u32, 1_u32, BASE);
    loop {
        let digit = value(digits.next()?)?;
        number = digit.checked_mul(weight)?.checked_add(number)?;
        let t = threshold(k, bias);
        if digit < t {
            return Some(number);
        }
        weight = weight.checked_mul(BASE - t)?;
        k += BASE;
    }
}

fn threshold(k: u32, bias: u32) -> u32 {
    k.saturating_sub(bias).clamp(T_MIN, T_MAX)
}

fn digit(value: u32) -> Option<char> {
    DIGITS.get(usize::try_from(value).ok()?).copied().map(char::from)
}

fn value(digit: u8) -> Option<u32> {
    let digit = digit.to_ascii_lowercase();
    DIGITS.iter().position(|known| *known == digit).and_then(|value| u32::try_from(value).ok())
}

/// The bias for the next number (section 6.1).
fn adapt(delta: u32, places: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / DAMP } else { delta / 2 };
    delta += delta / places;
    let mut k = 0;
    while delta > ((BASE - T_MIN) * T_MAX) / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 3492, section 7.1, in lower case.
    #[test]
    fn examples_of_the_rfc_go_both_ways() {
        for (label, encoding) in [
            ("ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"),
            ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
            ("pročprostěnemluvíčesky", "proprostnemluvesky-uyb24dma41a"),
            ("למההםפשוטלאמדבריםעברית", "4dbcagdahymbxekheh6e0a7fei0b"),
            ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"),
            ("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b"),
            ("安室奈美恵-with-super-monkeys", "-with-super-monkeys-pc58ag80a8qai00g7n9n"),
            ("パフィーdeルンバ", "de-jg4avhby1noc0d"),
            ("そのスピードで", "d9juau41awczczp"),
            ("-> $1.00 <-", "-> $1.00 <--"),
        ] {
            assert_eq!(encode(label).as_deref(), Some(encoding), "{label}");
            assert_eq!(decode(encoding).as_deref(), Some(label), "{encoding}");
        }
    }

    #[test]
    fn what_is_no_encoding_is_refused() {
        for encoding in ["é", "é-9ca", "-9ca", "9c!", "99999999", "zzzzzzzzzzzz", "ab-cd ", "kva2"]
        {
            assert_eq!(decode(encoding), None, "{encoding}");
        }
    }

    proptest! {
        /// Any text has an encoding, of ASCII, which is its own.
        #[test]
        fn texts_go_both_ways(label in "\\PC{0,40}") {
            let encoding = encode(&label).unwrap();
            prop_assert!(encoding.is_ascii());
            prop_assert_eq!(decode(&encoding), Some(label));
        }

        #[test]
        fn nothing_makes_decoding_panic(encoding in "\\PC{0,80}", digits in "[a-z0-9-]{0,80}") {
            for encoding in [encoding, digits] {
                let again = decode(&encoding).and_then(|label| encode(&label));
                prop_assert!(again.is_none_or(|again| again.is_ascii()));
            }
        }
    }
}
