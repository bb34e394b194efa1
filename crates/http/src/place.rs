//! The URL of a request: a path below the base, or a URL from the service.

use url::Url;

/// Becomes a URL when the base is known: a login may return another base.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    to: To,
    /// Whether the path ends in a slash.
    pub(crate) slash: bool,
    pub(crate) query: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
enum To {
    /// Segments of a path below the base.
    Below(Vec<String>),
    /// A URL from the service.
    Given(String),
}

impl Place {
    pub(crate) fn below(path: &[&str]) -> Self {
        Self::to(To::Below(path.iter().map(|segment| (*segment).to_owned()).collect()))
    }

    pub(crate) fn given(url: &str) -> Self {
        Self::to(To::Given(url.to_owned()))
    }

    fn to(to: To) -> Self {
        Self { to, slash: false, query: Vec::new() }
    }

    /// The URL; `query` has the default query parameters.
    pub(crate) fn url(&self, base: &Url, query: &[(String, String)]) -> Result<Url, String> {
        let mut url = match &self.to {
            To::Below(path) => below(base, path)?,
            To::Given(url) => of_same_origin(base, url)?,
        };
        if self.slash && !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        // A URL from the service may have them already.
        let missing: Vec<_> = query
            .iter()
            .filter(|(name, _)| !url.query_pairs().any(|(there, _)| there == *name))
            .chain(&self.query)
            .collect();
        if !missing.is_empty() {
            url.query_pairs_mut().extend_pairs(missing);
        }
        Ok(url)
    }
}

/// The URL of a path below the base. Refuses segments that a URL would change, since they would lead
/// elsewhere.
fn below(base: &Url, path: &[String]) -> Result<Url, String> {
    if let Some(odd) = path.iter().find(|segment| matches!(segment.as_str(), "" | "." | "..")) {
        return Err(format!("\"{odd}\" cannot be a part of a path"));
    }
    let mut url = base.clone();
    match url.path_segments_mut() {
        Ok(mut segments) => drop(segments.pop_if_empty().extend(path)),
        Err(()) => return Err(format!("{base} has no paths")),
    }
    Ok(url)
}

/// A URL from the service, which must be of the same origin, since the credentials are sent with it. Some
/// services behind a proxy write http for https.
fn of_same_origin(base: &Url, given: &str) -> Result<Url, String> {
    let mut url = base.join(given).map_err(|error| format!("\"{given}\" is not a URL: {error}"))?;
    if (url.scheme(), base.scheme()) == ("http", "https") && url.host() == base.host() {
        // Between these two schemes it does not fail. A default port becomes that of https.
        let _ = url.set_scheme("https");
    }
    if url.origin() == base.origin() {
        Ok(url)
    } else {
        let other = url.origin().ascii_serialization();
        Err(format!("the service redirects to another host, {other}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_below_the_base_with_the_parameters_of_all_calls() {
        let base = Url::parse("https://api.example.com/v2").unwrap();
        let version = [("api-version".to_owned(), "1".to_owned())];
        let slash = |place: Place| Place { slash: true, ..place };
        for (place, expected) in [
            (Place::below(&["zones", "a/b"]), "/v2/zones/a%2Fb?api-version=1"),
            (slash(Place::below(&["zones"])), "/v2/zones/?api-version=1"),
            (Place::below(&[]), "/v2?api-version=1"),
            (slash(Place::below(&[])), "/v2/?api-version=1"),
            (Place::given("/v2/zones?page=2"), "/v2/zones?page=2&api-version=1"),
            (Place::given("/v2/zones?api-version=0&p=2"), "/v2/zones?api-version=0&p=2"),
            (Place::given("http://api.example.com/v2/x"), "/v2/x?api-version=1"),
        ] {
            let expected = format!("https://api.example.com{expected}");
            assert_eq!(place.url(&base, &version).unwrap().as_str(), expected);
        }
        for given in [
            "http://api.example.com:80/",
            "http://api.example.com:8080/",
            "http://evil.example/",
            "https://api.example.com:8443/",
            "ftp://api.example.com/",
        ] {
            let url = Place::given(given).url(&base, &[]);
            let is_fine = given == "http://api.example.com:80/";
            assert_eq!(url.is_ok(), is_fine, "{given}: {url:?}");
        }
        // A base with http keeps it.
        let base = Url::parse("http://127.0.0.1:8080/").unwrap();
        assert!(Place::given("https://127.0.0.1:8080/").url(&base, &[]).is_err());
    }
}
