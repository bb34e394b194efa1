//! DKIM keys, for which the service has a type of its own. For octoDNS they are TXT.

/// Whether a text is a DKIM key of the form that octoDNS recognizes (RFC 6376, section 3.6.1, in part).
pub(crate) fn is_dkim(text: &str) -> bool {
    let mut has_key = false;
    for tag in text.split(';').filter(|tag| !tag.is_empty()) {
        let Some((name, value)) = tag.split_once('=') else { return false };
        let value = value.trim();
        let is_right = match name.trim() {
            "p" => {
                has_key = true;
                is_base64(value)
            }
            "h" => matches!(value, "sha1" | "sha256"),
            "s" => matches!(value, "*" | "email"),
            "t" => matches!(value, "y" | "s"),
            "v" => value == "DKIM1",
            "k" => value == "rsa",
            "n" | "g" => true,
            _ => false,
        };
        if !is_right {
            return false;
        }
    }
    has_key
}

/// Whether a text has Base64 in it. Like Python's decoder, it ignores other characters, and what follows the
/// padding.
fn is_base64(text: &str) -> bool {
    let (mut digits, mut pads) = (0_usize, 0);
    for character in text.chars() {
        match character {
            '=' if digits % 4 >= 2 => {
                pads += 1;
                if digits % 4 + pads == 4 {
                    return true;
                }
            }
            'A'..='Z' | 'a'..='z' | '0'..='9' | '+' | '/' => {
                digits += 1;
                pads = 0;
            }
            _ => {}
        }
    }
    digits > 0 && digits.is_multiple_of(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_that_octodns_recognizes() {
        for (text, expected) in [
            ("p=TUlHZk1BMEc=", true),
            ("v=DKIM1; k=rsa; p=TUlHZk1BMEc=", true),
            ("v=DKIM1;k=rsa;h=sha256;s=email;t=s;n=note; g=*;p=TUlHZk1BMEc=;", true),
            ("v=DKIM1; p=TUlH Zk1B MEc=", true),
            // A revoked key.
            ("v=DKIM1; p=", false),
            ("v=DKIM1; k=rsa", false),
            ("v=DKIM1; k=ed25519; p=TUlHZk1BMEc=", false),
            ("v=DKIM1; t=s:y; p=TUlHZk1BMEc=", false),
            ("v=DKIM1; p=TUlHZk1BMEc", false),
            ("p=TUl====", true),
            ("p=T===", false),
            ("v=spf1 -all", false),
            ("p=TUlH; p", false),
            ("", false),
        ] {
            assert_eq!(is_dkim(text), expected, "{text}");
        }
    }
}
