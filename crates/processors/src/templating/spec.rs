//! Python's format specs: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.

use octodns_core::value::{Kind, Value, python_str};

/// Formats a value by a spec.
pub(super) fn apply(value: &Value<'_>, text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Ok(python_str(value));
    }
    let spec = Spec::read(text).ok_or_else(|| format!("the format \"{text}\" is not valid"))?;
    let result = match &value.kind {
        Kind::Str(value) => spec.text(value),
        Kind::Int(number) => spec.whole(*number),
        Kind::Bool(truth) => spec.whole(i64::from(*truth)),
        Kind::Float(number) => spec.fraction(*number),
        _ => None,
    };
    let what = value.kind_name();
    result.ok_or_else(|| format!("the format \"{text}\" is not for {what}"))
}

#[derive(Debug, Default)]
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    no_negative_zero: bool,
    alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

/// The largest width and precision; more is a mistake, or an attempt to use up memory.
const LIMIT: usize = 65_535;

impl Spec {
    fn read(text: &str) -> Option<Self> {
        let chars: Vec<char> = text.chars().collect();
        let mut spec = Self::default();
        let mut at = 0;
        let is_align = |c: Option<&char>| c.is_some_and(|c| matches!(c, '<' | '>' | '=' | '^'));
        if is_align(chars.get(1)) {
            spec.fill = chars.first().copied();
            spec.align = chars.get(1).copied();
            at = 2;
        } else if is_align(chars.first()) {
            spec.align = chars.first().copied();
            at = 1;
        }
        let mut take = |wanted: &[char]| {
            let found = chars.get(at).copied().filter(|c| wanted.contains(c));
            at += usize::from(found.is_some());
            found
        };
        spec.sign = take(&['+', '-', ' ']);
        spec.no_negative_zero = take(&['z']).is_some();
        spec.alternate = take(&['#']).is_some();
        if take(&['0']).is_some() && spec.fill.is_none() {
            spec.fill = Some('0');
            spec.align = spec.align.or(Some('0'));
        }
        let digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
        let number = |take: &mut dyn FnMut(&[char]) -> Option<char>| {
            let mut text = String::new();
            while let Some(digit) = take(&digits) {
                text.push(digit);
            }
            if text.is_empty() {
                Some(None)
            } else {
                text.parse().ok().filter(|n| *n <= LIMIT).map(Some)
            }
        };
        spec.width = number(&mut take)?.unwrap_or(0);
        spec.grouping = take(&[',', '_']);
        if take(&['.']).is_some() {
            spec.precision = Some(number(&mut take)??);
        }
        spec.kind = chars.get(at).copied();
        (chars.len() <= at + 1).then_some(spec)
    }

    fn is_plain(&self) -> bool {
        self.precision.is_none() && !self.alternate
    }

    fn text(&self, text: &str) -> Option<String> {
        let fits = matches!(self.kind, None | Some('s'))
            && self.sign.is_none()
            && !self.alternate
            && !self.no_negative_zero
            && self.grouping.is_none()
            && self.align != Some('=');
        let cut = |precision| text.chars().take(precision).collect::<String>();
        let text = self.precision.map_or_else(|| text.to_owned(), cut);
        let align = self.align.filter(|align| *align != '0').unwrap_or('<');
        fits.then(|| self.pad("", &text, align))
    }

    fn whole(&self, number: i64) -> Option<String> {
        let digits = number.unsigned_abs();
        let (digits, prefix) = match self.kind {
            None | Some('d' | 'n') => (digits.to_string(), ""),
            Some('b') => (format!("{digits:b}"), "0b"),
            Some('o') => (format!("{digits:o}"), "0o"),
            Some('x') => (format!("{digits:x}"), "0x"),
            Some('X') => (format!("{digits:X}"), "0X"),
            Some('c') => {
                let c = u32::try_from(number).ok().and_then(char::from_u32)?;
                let align = self.align.filter(|align| *align != '0').unwrap_or('<');
                let fits = self.is_plain() && self.sign.is_none() && self.grouping.is_none();
                return fits.then(|| self.pad("", &c.to_string(), align));
            }
            #[expect(clippy::cast_precision_loss, reason = "as Python converts it")]
            _ => return self.fraction(number as f64),
        };
        let hexadecimal = !matches!(self.kind, None | Some('d' | 'n'));
        let groups = match self.grouping {
            None => true,
            Some(',') => !hexadecimal && self.kind != Some('n'),
            Some(_) => self.kind != Some('n'),
        };
        let fits = groups && self.precision.is_none() && !self.no_negative_zero;
        let prefix = if self.alternate { prefix } else { "" };
        let lead = [self.sign_of(number < 0), prefix].concat();
        fits.then(|| self.finish(&lead, &digits, "", if hexadecimal { 4 } else { 3 }))
    }

    fn fraction(&self, number: f64) -> Option<String> {
        if self.grouping.is_some() && self.kind == Some('n') {
            return None;
        }
        let (size, percent) = match self.kind {
            Some('%') => (number.abs() * 100.0, "%"),
            _ => (number.abs(), ""),
        };
        let text = if size.is_finite() {
            self.digits(size)?
        } else if size.is_nan() {
            "nan".to_owned()
        } else {
            "inf".to_owned()
        };
        let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        let negative = number.is_sign_negative() && !number.is_nan();
        let negative = negative && !(self.no_negative_zero && is_zero);
        let upper = matches!(self.kind, Some('E' | 'F' | 'G'));
        let text = if upper { text.to_ascii_uppercase() } else { text };
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (whole, rest) = text.split_at(end);
        let rest = [rest, percent].concat();
        Some(self.finish(self.sign_of(negative), whole, &rest, 3))
    }

    /// The digits of a number that is finite and not negative.
    fn digits(&self, number: f64) -> Option<String> {
        let precision = self.precision.unwrap_or(6);
        let dotted = |text: String| {
            if self.alternate && !text.contains('.') { text + "." } else { text }
        };
        Some(match self.kind {
            None if self.precision.is_none() => python_str(&Value::from(number)),
            None => self.general(number, precision, true),
            Some('f' | 'F' | '%') => dotted(format!("{number:.precision$}")),
            Some('e' | 'E') => exponent(&format!("{number:.precision$e}"), self.alternate),
            Some('g' | 'G' | 'n') => self.general(number, precision, false),
            Some(_) => return None,
        })
    }

    /// The shorter of both forms, without trailing zeros.
    fn general(&self, number: f64, precision: usize, keeps_a_decimal: bool) -> String {
        let precision = precision.max(1);
        let scientific = format!("{number:.*e}", precision - 1);
        let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let power: i64 = power.parse().unwrap_or(0);
        let limit = i64::try_from(precision).unwrap_or(i64::MAX) - i64::from(keeps_a_decimal);
        let trimmed = |text: &str| {
            if self.alternate || !text.contains('.') {
                return text.to_owned();
            }
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        };
        if power < -4 || power >= limit {
            return exponent(&format!("{}e{power}", trimmed(mantissa)), self.alternate);
        }
        let decimals = i64::try_from(precision).unwrap_or(i64::MAX) - 1 - power;
        let decimals = usize::try_from(decimals).unwrap_or(0);
        let text = trimmed(&format!("{number:.decimals$}"));
        match (keeps_a_decimal, self.alternate) {
            (true, _) if !text.contains('.') => text + ".0",
            (false, true) if !text.contains('.') => text + ".",
            _ => text,
        }
    }

    fn sign_of(&self, negative: bool) -> &'static str {
        match self.sign {
            _ if negative => "-",
            Some('+') => "+",
            Some(' ') => " ",
            _ => "",
        }
    }

    /// Groups the digits before the decimal point, and pads to the width.
    fn finish(&self, lead: &str, whole: &str, rest: &str, size: usize) -> String {
        let Some(separator) = self.grouping else {
            return self.pad(lead, &[whole, rest].concat(), '>');
        };
        let mut grouped = group(whole, separator, size);
        let fills_with_zeros = self.fill == Some('0') && matches!(self.align, Some('0' | '='));
        if fills_with_zeros && whole.starts_with(|c: char| c.is_ascii_hexdigit()) {
            let mut digits = whole.to_owned();
            while lead.len() + grouped.len() + rest.len() < self.width {
                digits.insert(0, '0');
                grouped = group(&digits, separator, size);
            }
        }
        self.pad(lead, &[&grouped, rest].concat(), '>')
    }

    fn pad(&self, lead: &str, text: &str, default: char) -> String {
        let align = match self.align.unwrap_or(default) {
            '0' if default == '>' => '=',
            '0' => default,
            align => align,
        };
        let missing = self.width.saturating_sub(lead.chars().count() + text.chars().count());
        let fill = |count| self.fill.unwrap_or(' ').to_string().repeat(count);
        match align {
            '<' => [lead, text, &fill(missing)].concat(),
            '^' => [&fill(missing / 2), lead, text, &fill(missing - missing / 2)].concat(),
            '=' => [lead, &fill(missing), text].concat(),
            _ => [&fill(missing), lead, text].concat(),
        }
    }
}

/// Inserts a separator after every `size` digits, counted from the end.
fn group(digits: &str, separator: char, size: usize) -> String {
    let mut grouped = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(size) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

/// An exponent with a sign and at least two digits: `1.5e7` becomes `1.5e+07`.
fn exponent(text: &str, dotted: bool) -> String {
    let (mantissa, power) = text.split_once('e').unwrap_or((text, "0"));
    let dot = if dotted && !mantissa.contains('.') { "." } else { "" };
    let (sign, digits) = power.strip_prefix('-').map_or(('+', power), |digits| ('-', digits));
    format!("{mantissa}{dot}e{sign}{digits:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: impl Into<Value<'static>>, spec: &str) -> String {
        apply(&value.into(), spec).unwrap_or_else(|error| format!("! {error}"))
    }

    /// The output of Python 3.13 for the same specs.
    #[test]
    fn numbers_are_formatted_as_in_python() {
        for (number, spec, text) in TABLE_OF_INTS {
            assert_eq!(shown(*number, spec), *text, "{number}:{spec}");
        }
        for (number, spec, text) in TABLE_OF_FLOATS {
            assert_eq!(shown(*number, spec), *text, "{number}:{spec}");
        }
    }

    #[test]
    fn text_is_cut_and_filled() {
        for (spec, text) in
            [("5", "abc  "), (">5", "  abc"), ("*^6", "*abc**"), (".2", "ab"), ("05", "abc00")]
        {
            assert_eq!(shown("abc", spec), text, "{spec}");
        }
    }

    #[test]
    fn what_python_refuses_is_refused() {
        for spec in ["+", "=5", ",", "d", "#", "5.", "ss", "99999999"] {
            assert!(apply(&Value::from("abc"), spec).is_err(), "{spec}");
        }
        for spec in [".2", ".2d", ",x", "s", ",n"] {
            assert!(apply(&Value::from(1), spec).is_err(), "{spec}");
        }
        assert!(apply(&Value::NULL, ">5").is_err());
        assert!(apply(&Value::from(1.5), "d").is_err());
    }

    const TABLE_OF_INTS: &[(i64, &str, &str)] = &[
        (42, "d", "42"),
        (42, "5", "   42"),
        (42, "<5", "42   "),
        (42, "^5", " 42  "),
        (42, "05", "00042"),
        (-42, "05", "-0042"),
        (-42, "=5", "-  42"),
        (42, "+", "+42"),
        (42, " ", " 42"),
        (255, "x", "ff"),
        (255, "#X", "0XFF"),
        (255, "#010x", "0x000000ff"),
        (5, "b", "101"),
        (8, "#o", "0o10"),
        (65, "c", "A"),
        (1_234_567, ",", "1,234,567"),
        (1_234_567, "_", "1_234_567"),
        (65535, "_x", "ffff"),
        (1234, "08,", "0,001,234"),
        (1234, "010,", "00,001,234"),
        (42, "f", "42.000000"),
        (42, ".1f", "42.0"),
        (42, "e", "4.200000e+01"),
        (42, "g", "42"),
        (1, "%", "100.000000%"),
        (42, "n", "42"),
        (42, "x>6", "xxxx42"),
    ];

    const TABLE_OF_FLOATS: &[(f64, &str, &str)] = &[
        (1.5, ".2f", "1.50"),
        (1.5, "", "1.5"),
        (1.5, "8", "     1.5"),
        (-1.5, "08.3f", "-001.500"),
        (1_234_567.891, ",.2f", "1,234,567.89"),
        (1_234_567.891, "g", "1.23457e+06"),
        (1e-07, "g", "1e-07"),
        (1e+20, "g", "1e+20"),
        (0.5, "%", "50.000000%"),
        (0.256, ".1%", "25.6%"),
        (1.0, "g", "1"),
        (1.0, "#g", "1.00000"),
        (123.456, ".2", "1.2e+02"),
        (12.0, ".3", "12.0"),
        (100_000.0, ".3", "1e+05"),
        (1.5, "e", "1.500000e+00"),
        (15.0, ".0e", "2e+01"),
        (-0.0, "z.1f", "0.0"),
        (1.5, "+", "+1.5"),
        (99.5, ".0f", "100"),
        (0.0001, "g", "0.0001"),
        (1.234e-05, "g", "1.234e-05"),
        (1.5, "F", "1.500000"),
        (1e+16, "", "1e+16"),
        (1234.5, "010,", "0,001,234.5"),
    ];
}
