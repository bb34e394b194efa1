//! What a service says, without our secrets: some repeat what they were sent.

use std::fmt;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::Secret;

/// What is shown in place of a secret.
const MASK: &str = "***";

/// Secrets shorter than this are only looked for as they are: their other forms would be found by chance.
const MIN_BYTES: usize = 6;

/// Secrets that are not to be shown if a service repeats them, whatever the form: as they are, in JSON, XML,
/// a URL or base64, alone or as part of something longer.
///
/// ```
/// use octodns_core::{Redactor, Secret};
///
/// let redactor = Redactor::new(&[Secret::new("open/sesame")]);
/// assert_eq!(redactor.redact("no such token: open%2Fsesame"), "no such token: ***");
/// ```
#[derive(Clone, Default)]
pub struct Redactor {
    /// The longest first, as one may be part of another.
    spellings: Vec<String>,
}

impl Redactor {
    /// Hides these.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s Secret>) -> Self {
        let secrets = secrets.into_iter().map(Secret::reveal);
        let mut spellings: Vec<String> =
            secrets.flat_map(spellings).filter(|spelling| !spelling.is_empty()).collect();
        spellings.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        spellings.dedup();
        Self { spellings }
    }

    /// A text with `***` in place of each secret.
    pub fn redact(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for spelling in &self.spellings {
            if text.contains(&**spelling) {
                text = text.replace(&**spelling, MASK);
            }
        }
        text
    }
}

/// Says nothing of what is hidden.
impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

/// Every form a secret may come back in.
fn spellings(secret: &str) -> Vec<String> {
    let mut all = vec![secret.to_owned()];
    if secret.len() < MIN_BYTES {
        return all;
    }
    all.push(secret.escape_debug().to_string());
    all.push(in_json(secret));
    for quotes in [["&quot;", "&apos;"], ["&quot;", "&#39;"], ["&#34;", "&#39;"], ["\"", "'"]] {
        all.push(in_xml(secret, quotes));
    }
    for unreserved in ["", "-_.~", "-_.~/", "-_.~/:@!$&'()*+,;="] {
        for uppercase in [true, false] {
            all.push(in_url(secret, unreserved, uppercase));
        }
    }
    all.push(in_url(secret, "-_.*", true).replace("%20", "+"));
    for offset in 0..3 {
        all.extend(in_base64(secret, offset));
    }
    // Quoted once more, as what reads an answer does with what it does not expect.
    let quoted: Vec<_> = all.iter().flat_map(|form| [in_json(form), in_debug(form)]).collect();
    all.extend(quoted);
    all
}

fn in_json(secret: &str) -> String {
    let json = serde_json::Value::from(secret).to_string();
    json.get(1..json.len() - 1).unwrap_or_default().to_owned()
}

fn in_debug(secret: &str) -> String {
    let quoted = format!("{secret:?}");
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}

fn in_xml(secret: &str, [double, single]: [&str; 2]) -> String {
    let escaped = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    escaped.replace('"', double).replace('\'', single)
}

/// Percent-encoding (RFC 3986, section 2.1).
fn in_url(secret: &str, unreserved: &str, uppercase: bool) -> String {
    let mut encoded = String::new();
    for byte in secret.bytes() {
        let character = char::from(byte);
        // Writing to text cannot fail.
        let _ = match character {
            _ if character.is_ascii_alphanumeric() || unreserved.contains(character) => {
                encoded.write_char(character)
            }
            _ if uppercase => write!(encoded, "%{byte:02X}"),
            _ => write!(encoded, "%{byte:02x}"),
        };
    }
    encoded
}

/// The characters of base64 that depend on nothing but the secret, when so many bytes (modulo 3) come
/// before it: those of a user's name and a colon, say.
fn in_base64(secret: &str, offset: usize) -> [String; 2] {
    let bytes = [&b"\0\0\0"[..offset], secret.as_bytes()].concat();
    // Six bits a character, those at both ends shared with what is around.
    let (start, end) = ((offset * 8).div_ceil(6), bytes.len() * 8 / 6);
    [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)]
        .map(|text| text.get(start..end).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const SECRET: &str = "s3cr\"t/+\\&x=é hunter2";

    #[test]
    fn a_secret_is_found_in_every_form() {
        let redactor = Redactor::new(&[Secret::new(SECRET)]);
        let json = serde_json::to_string(SECRET).unwrap();
        let mut forms = vec![
            SECRET.to_owned(),
            format!("{SECRET:?}"),
            json.clone(),
            json.replace('\\', "\\\\").replace('"', "\\\""),
            in_xml(SECRET, ["&quot;", "&apos;"]),
            in_xml(SECRET, ["&#34;", "&#39;"]),
            in_url(SECRET, "", true),
            in_url(SECRET, "-_.~", false),
            in_url(SECRET, "-_.~/", true),
        ];
        for before in ["", "u:", "me:", "user:"] {
            for after in ["", "1", "22", "333"] {
                forms.push(STANDARD.encode(format!("{before}{SECRET}{after}")));
                forms.push(URL_SAFE_NO_PAD.encode(format!("{before}{SECRET}{after}")));
            }
        }
        let core = &STANDARD.encode(format!("{SECRET}..."))[..20];
        for form in forms {
            let shown = redactor.redact(&format!("Authorization: {form}!"));
            assert!(shown.starts_with("Authorization: "), "{shown}");
            assert!(shown.contains(MASK), "{form}: {shown}");
            for part in ["hunter2", "cr\\\"t", core] {
                assert!(!shown.contains(part), "{form}: {shown}");
            }
        }
    }

    #[test]
    fn other_text_stays_as_it_is() {
        let redactor =
            Redactor::new(&[Secret::new("abc"), Secret::new("abcdefgh"), Secret::new("")]);
        for (text, shown) in [
            ("nothing of it", "nothing of it"),
            // The longer one first: what is left of it would tell.
            ("abcdefgh", "***"),
            ("abc and ab", "*** and ab"),
            // A short one is not looked for in base64.
            ("YWJj", "YWJj"),
        ] {
            assert_eq!(redactor.redact(text), shown);
        }
        assert_eq!(format!("{redactor:?}"), "Redactor");
        assert_eq!(Redactor::default().redact("abc"), "abc");
    }
}
