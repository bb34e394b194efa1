//! `$GENERATE`: many records from one line, as in BIND (its reference manual, "The $GENERATE Directive").

use std::io::Write as _;

use octodns_dns::wire::Word;

/// The maximum number of records that a zone's directives may generate.
pub(super) const MOST: usize = 1 << 20;

/// The numbers of `start-stop` or `start-stop/step`.
pub(super) fn range(text: &str) -> Result<impl Iterator<Item = u32> + use<>, String> {
    let parse = || {
        let (numbers, step) = text.split_once('/').unwrap_or((text, "1"));
        let (first, last) = numbers.split_once('-')?;
        let number = |text: &str| text.parse::<u32>().ok().filter(|n| i32::try_from(*n).is_ok());
        let (first, last) = (number(first)?, number(last)?);
        let step = usize::try_from(number(step)?).ok().filter(|step| *step > 0)?;
        (first <= last).then_some((first..=last).step_by(step))
    };
    parse().ok_or_else(|| {
        format!(
            "\"{text}\" is not a range: write the first and the last number as 1-10 or 0-100/10"
        )
    })
}

/// Fills in the number in the words of a directive after its range.
pub(super) fn line(templates: &[Word<'_>], number: u32) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    for (index, word) in templates.iter().enumerate() {
        if index > 0 && !word.attached {
            text.push(b' ');
        }
        // Several words of record data may be in one pair of quotes.
        let is_last_of_many = word.quoted && index + 1 == templates.len() && !word.attached;
        let quote = (word.quoted && !is_last_of_many).then_some(b'"');
        text.extend(quote);
        fill(word.text, number, &mut text)?;
        text.extend(quote);
    }
    Ok(text)
}

/// Writes a template, with the number in place of each `$` and `${offset,width,base}`; `\$` and `$$` are a
/// dollar sign.
fn fill(template: &[u8], number: u32, out: &mut Vec<u8>) -> Result<(), String> {
    let mut rest = template;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'\\' | b'$', [b'$', after @ ..]) => {
                out.push(b'$');
                rest = after;
            }
            (b'\\', [escaped, after @ ..]) => {
                out.extend([byte, *escaped]);
                rest = after;
            }
            (b'$', [b'{', after @ ..]) => {
                let end = memchr::memchr(b'}', after).ok_or("\"${\" has no \"}\"")?;
                let (modifier, after) = after.split_at(end);
                modified(modifier, number, out)?;
                rest = after.get(1..).unwrap_or_default();
            }
            (b'$', _) => {
                // Writing to memory cannot fail.
                let _ = write!(out, "{number}");
            }
            _ => out.push(byte),
        }
    }
    Ok(())
}

/// `offset[,width[,base]]`; the base is one of `d`, `o`, `x`, `X`, `n` and `N` (reversed digits with dots).
fn modified(modifier: &[u8], number: u32, out: &mut Vec<u8>) -> Result<(), String> {
    let text = String::from_utf8_lossy(modifier).into_owned();
    let failed = || format!("\"${{{text}}}\" is not an offset, a width up to 255 and a base");
    let mut parts = text.split(',');
    let offset: i64 = parts.next().unwrap_or("0").trim().parse().map_err(|_| failed())?;
    let width: u8 = parts.next().unwrap_or("0").trim().parse().map_err(|_| failed())?;
    let base = parts.next().unwrap_or("d").trim();
    let value = u64::try_from(i64::from(number) + offset)
        .map_err(|_| format!("{number} with the offset {offset} is below 0"))?;
    let width = usize::from(width);
    let digits = match base {
        "d" => format!("{value:0width$}"),
        "o" => format!("{value:0width$o}"),
        "x" => format!("{value:0width$x}"),
        "X" => format!("{value:0width$X}"),
        "n" => nibbles(&format!("{value:x}"), width),
        "N" => nibbles(&format!("{value:X}"), width),
        _ => return Err(failed()),
    };
    if parts.next().is_some() {
        return Err(failed());
    }
    out.extend_from_slice(digits.as_bytes());
    Ok(())
}

/// Digits from the last to the first with dots between them; dots count towards the width.
fn nibbles(digits: &str, width: usize) -> String {
    let mut text = String::new();
    for digit in digits.chars().rev() {
        if !text.is_empty() {
            text.push('.');
        }
        text.push(digit);
    }
    while text.len() < width {
        text.push_str(if text.len() + 1 < width { ".0" } else { "." });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_steps() {
        for (text, numbers) in [
            ("1-3", Some(vec![1, 2, 3])),
            ("0-10/5", Some(vec![0, 5, 10])),
            ("7-7", Some(vec![7])),
            ("3-1", None),
            ("1-2/0", None),
            ("1", None),
            ("-1-2", None),
            ("1-4294967295", None),
        ] {
            assert_eq!(range(text).ok().map(Iterator::collect::<Vec<_>>), numbers, "{text}");
        }
    }

    /// The examples of BIND's manual, and the output of named-compilezone for others.
    #[test]
    fn templates_are_filled() {
        for (template, number, text) in [
            ("h$", 7, Some("h7")),
            ("h${0}", 7, Some("h7")),
            ("h${-2,3}", 7, Some("h005")),
            ("${16,4,x}", 1, Some("0011")),
            ("${0,2,X}", 10, Some("0A")),
            ("${0,0,o}", 8, Some("10")),
            ("${0,4,n}.ip6", 1, Some("1.0..ip6")),
            ("${0,7,n}", 0xabc, Some("c.b.a.0")),
            ("\\$$", 1, Some("$1")),
            ("$$", 1, Some("$")),
            ("a\\.$", 1, Some("a\\.1")),
            ("${0", 1, None),
            ("${-2}", 1, None),
            ("${0,0,z}", 1, None),
            ("${0,256}", 1, None),
            ("${0,1,d,1}", 1, None),
        ] {
            let mut out = Vec::new();
            let filled = fill(template.as_bytes(), number, &mut out);
            let found = filled.ok().map(|()| String::from_utf8_lossy(&out).into_owned());
            assert_eq!(found.as_deref(), text, "{template}");
        }
    }
}
