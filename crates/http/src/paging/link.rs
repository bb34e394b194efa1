//! The `Link` header (RFC 8288).

use crate::Response;

impl Response {
    /// The URL of the link with this relation, such as `next`; made absolute, for
    /// [`Client::follow`](crate::Client::follow).
    pub fn link(&self, rel: &str) -> Option<String> {
        let headers = self.headers().get_all("link").iter();
        let texts = headers.filter_map(|value| value.to_str().ok());
        let url = texts
            .flat_map(links)
            .find(|(_, rels)| rels.split_whitespace().any(|its| its.eq_ignore_ascii_case(rel)));
        url.map(|(url, _)| self.resolve(&url))
    }
}

/// The links of a header, each with its relations.
fn links(text: &str) -> Vec<(String, String)> {
    let mut links = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((url, after)) = after.split_once('>') else { break };
        let (parameters, after) = until_next(after);
        let rel = parameters.iter().find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("rel").then(|| value.trim().trim_matches('"'))
        });
        links.push((url.to_owned(), rel.unwrap_or_default().to_owned()));
        rest = after;
    }
    links
}

/// The parameters of a link, and the text after its comma. In quotes, separators have no meaning.
fn until_next(text: &str) -> (Vec<&str>, &str) {
    let mut parameters = Vec::new();
    let (mut start, mut is_quoted, mut is_escaped) = (0, false, false);
    for (index, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ',' | ';' if !is_quoted => {
                parameters.push(&text[start..index]);
                start = index + 1;
                if character == ',' {
                    return (parameters, &text[start..]);
                }
            }
            _ => {}
        }
    }
    parameters.push(&text[start..]);
    (parameters, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_by_their_relation() {
        for (header, next) in [
            ("<https://x.example/?p=2>; rel=\"next\"", Some("https://x.example/?p=2")),
            ("<https://x.example/a>; rel=next", Some("https://x.example/a")),
            (
                "<https://x.example/1>; rel=\"prev\"; title=\"a, <b>; rel=next\", \
                 <https://x.example/3>;title=\"\\\"\";REL=\"last NEXT\"",
                Some("https://x.example/3"),
            ),
            // Relative to the URL of the response.
            ("<?page=2>; rel=next", Some("https://api.example.com/v2/zones?page=2")),
            ("</v2/zones?after=c,d>; rel=next", Some("https://api.example.com/v2/zones?after=c,d")),
            ("<https://x.example/>; rel=\"prev\"", None),
            ("<https://x.example/>", None),
            ("https://x.example/; rel=next", None),
            ("<https://x.example/; rel=next", None),
            ("", None),
        ] {
            let response = Response::of(200, &[("link", header)], "[]");
            assert_eq!(response.link("next").as_deref(), next, "{header}");
        }
    }
}
