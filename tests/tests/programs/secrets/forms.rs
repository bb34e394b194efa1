//! The credentials, and the forms in which they could be shown.

use std::fmt::Write as _;

/// One of each kind, with characters that need escapes in some formats.
#[derive(Clone, Copy)]
pub(super) struct Secrets {
    pub(super) cf_token: &'static str,
    pub(super) cf_key: &'static str,
    pub(super) do_token: &'static str,
    pub(super) pdns_key: &'static str,
    pub(super) aws_secret: &'static str,
    pub(super) aws_token: &'static str,
    pub(super) tsig_secret: &'static str,
    pub(super) proxy_password: &'static str,
    pub(super) rsa_key: &'static str,
}

pub(super) const SECRETS: Secrets = Secrets {
    cf_token: "cf7Token/secret+of=one&account",
    cf_key: "cf8Key\"secret\\of the account",
    do_token: "dop_v1_9e3secretOfDigitalOcean",
    pdns_key: "pdns<key>&secret'of%the,server",
    aws_secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    aws_token: "FwoGZXIvYXdzEBYaDH/session+token==",
    tsig_secret: "dHNpZy1zZWNyZXQtb2YtdGhlLWtleQ==",
    proxy_password: "pr0xyPasswordSecret",
    rsa_key: include_str!("../../../../crates/providers/transip/tests/key.pem"),
};

/// The same, quoted for YAML.
pub(super) struct Quoted {
    pub(super) cf_token: String,
    pub(super) cf_key: String,
    pub(super) pdns_key: String,
    pub(super) aws_secret: String,
    pub(super) aws_token: String,
    pub(super) rsa_key: String,
}

impl Secrets {
    /// A JSON string is a YAML string.
    pub(super) fn quoted(self) -> Quoted {
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        Quoted {
            cf_token: quoted(self.cf_token),
            cf_key: quoted(self.cf_key),
            pdns_key: quoted(self.pdns_key),
            aws_secret: quoted(self.aws_secret),
            aws_token: quoted(self.aws_token),
            rsa_key: quoted(self.rsa_key),
        }
    }
}

/// Those that are sent verbatim, and so can be repeated: keys for signatures never leave the program.
pub(super) const HEADER_SECRETS: [&str; 5] =
    [SECRETS.cf_token, SECRETS.cf_key, SECRETS.do_token, SECRETS.pdns_key, SECRETS.aws_token];

const ALL: [&str; 8] = [
    SECRETS.cf_token,
    SECRETS.cf_key,
    SECRETS.do_token,
    SECRETS.pdns_key,
    SECRETS.aws_secret,
    SECRETS.aws_token,
    SECRETS.tsig_secret,
    SECRETS.proxy_password,
];

/// How many characters from the start of a secret are too many to show.
const START: usize = 10;

/// Every form of a secret, with its name.
pub(super) fn forms(secret: &str) -> Vec<(&'static str, String)> {
    let json = |text: &str| {
        let quoted = serde_json::to_string(text).unwrap();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let xml = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut forms = vec![
        ("itself", secret.to_owned()),
        ("as JSON", json(secret)),
        ("as JSON in JSON", json(&json(secret))),
        ("as debug output", secret.escape_debug().to_string()),
        ("as XML", xml.replace('"', "&quot;").replace('\'', "&apos;")),
        ("as HTML", xml.replace('"', "&quot;").replace('\'', "&#39;")),
        ("in a URL", in_url(secret, "", true)),
        ("in a URL, in lower case", in_url(secret, "-_.~", false)),
        ("in a path", in_url(secret, "-_.~/", true)),
        ("in a form", in_url(secret, "-_.*", true).replace("%20", "+")),
    ];
    for before in ["", "u", "me"] {
        // The following text changes the last characters.
        let text = in_base64(format!("{before}{secret}").as_bytes());
        let start = (before.len() * 8).div_ceil(6);
        let end = (before.len() + secret.len()) * 8 / 6;
        forms.push(("in base64", text[start..end].to_owned()));
        forms.push(("in base64 for URLs", text[start..end].replace('+', "-").replace('/', "_")));
    }
    forms
}

/// The parts of secrets in a text, and where they are.
pub(super) fn leaks(text: &str) -> Vec<String> {
    let mut leaks = Vec::new();
    // Keys of one length begin alike.
    let lines_of_key = SECRETS.rsa_key.lines().skip(2).take(3);
    for secret in ALL.into_iter().chain(lines_of_key) {
        let start = ("the start of it", secret[..START].to_owned());
        for (name, form) in forms(secret).into_iter().chain([start]) {
            if let Some(line) = text.lines().find(|line| line.contains(&form)) {
                leaks.push(format!("{secret}, {name}: {line}"));
            }
        }
    }
    leaks
}

fn in_url(text: &str, unreserved: &str, uppercase: bool) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        let character = char::from(byte);
        if byte.is_ascii_alphanumeric() || unreserved.contains(character) {
            encoded.push(character);
        } else if uppercase {
            write!(encoded, "%{byte:02X}").unwrap();
        } else {
            write!(encoded, "%{byte:02x}").unwrap();
        }
    }
    encoded
}

/// RFC 4648, section 4, without padding.
fn in_base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let character = |bits: u32| char::from(ALPHABET[usize::try_from(bits & 63).unwrap()]);
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let count = chunk.len() + 1;
        text.extend([18, 12, 6, 0].iter().take(count).map(|shift| character(bits >> shift)));
    }
    text
}

/// A search that never finds anything would prove nothing.
#[test]
fn each_form_would_be_found() {
    assert_eq!(in_base64(b"foobar"), "Zm9vYmFy");
    assert_eq!(in_base64(b"foob"), "Zm9vYg");
    assert!(leaks("a text without any, but for *** and dop_v1_").is_empty());
    for secret in ALL {
        for (name, form) in forms(secret) {
            assert!(form.len() >= START, "{name}");
            let text = format!("a line\nand one that says x{form}y\n");
            let found = leaks(&text);
            assert!(
                found.iter().any(|leak| leak.starts_with(&format!("{secret}, {name}: "))),
                "{name}"
            );
        }
        assert!(!leaks(&secret[..START]).is_empty());
    }
}
