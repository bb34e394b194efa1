//! Headers that are the same for each request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue};
use octodns_core::Secret;

use super::{Auth, Outgoing};
use crate::{Error, Host};

/// Headers that are the same for each request.
///
/// ```
/// use octodns_core::Secret;
/// use octodns_http::HeaderAuth;
///
/// let token = Secret::new("dop_v1_0123");
/// let auth = HeaderAuth::bearer(&token)?;
/// let auth = HeaderAuth::default().with("x-api-key", &token)?;
/// # Ok::<(), octodns_http::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct HeaderAuth {
    headers: Vec<(HeaderName, HeaderValue)>,
    secrets: Vec<Secret>,
}

impl HeaderAuth {
    /// `Authorization: Bearer TOKEN` (RFC 6750, section 2.1).
    ///
    /// # Errors
    ///
    /// Refuses a token that is not valid in a header, such as one with the newline of its file.
    pub fn bearer(token: &Secret) -> Result<Self, Error> {
        Self::default().header("authorization", "Bearer ", token)
    }

    /// `Authorization: Basic ...` (RFC 7617).
    ///
    /// # Errors
    ///
    /// Refuses a user with a colon.
    pub fn basic(user: &str, password: &Secret) -> Result<Self, Error> {
        if user.contains(':') {
            return Err(Error::option("the name of a user cannot have a colon", None));
        }
        let both = Secret::new(STANDARD.encode(format!("{user}:{}", password.reveal())));
        let mut auth = Self::default().header("authorization", "Basic ", &both)?;
        auth.secrets.push(password.clone());
        Ok(auth)
    }

    /// `Authorization: SCHEME TOKEN`, for services with their own scheme.
    ///
    /// # Errors
    ///
    /// Refuses a token that is not valid in a header.
    pub fn scheme(scheme: &str, token: &Secret) -> Result<Self, Error> {
        Self::default().header("authorization", &format!("{scheme} "), token)
    }

    /// One more header.
    ///
    /// # Errors
    ///
    /// Refuses a value that is not valid in a header.
    pub fn with(self, name: &str, value: &Secret) -> Result<Self, Error> {
        self.header(name, "", value)
    }

    fn header(mut self, name: &str, scheme: &str, secret: &Secret) -> Result<Self, Error> {
        self.headers.push(secret_header(name, scheme, secret)?);
        self.secrets.push(secret.clone());
        Ok(self)
    }
}

/// A header whose value is a scheme and a secret.
pub(super) fn secret_header(
    name: &str,
    scheme: &str,
    secret: &Secret,
) -> Result<(HeaderName, HeaderValue), Error> {
    if secret.is_empty() {
        return Err(Error::option(format!("the value for the header {name} is empty"), None));
    }
    let header = HeaderName::try_from(name)
        .map_err(|error| Error::option(format!("header {name}"), Some(error.into())))?;
    let text = format!("{scheme}{}", secret.reveal());
    let mut value = HeaderValue::try_from(text).map_err(|_| {
        let message = "has characters that cannot be sent (a line end, or beyond ASCII)";
        Error::option(format!("the value for the header {name} {message}"), None)
    })?;
    value.set_sensitive(true);
    Ok((header, value))
}

impl Auth for HeaderAuth {
    fn sign(&self, request: &mut Outgoing, _: &Host) -> Result<(), Error> {
        request.headers.extend(self.headers.iter().cloned());
        Ok(())
    }

    fn secrets(&self) -> Vec<Secret> {
        self.secrets.clone()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, Method};

    use super::*;

    #[test]
    fn headers_are_as_their_rfcs_have_them() {
        let secret = Secret::new("open sesame");
        for (auth, name, value) in [
            (HeaderAuth::bearer(&secret), "authorization", "Bearer open sesame"),
            (
                HeaderAuth::basic("Aladdin", &secret),
                "authorization",
                "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
            ),
            (HeaderAuth::scheme("APIKey", &secret), "authorization", "APIKey open sesame"),
            (HeaderAuth::default().with("X-API-Key", &secret), "x-api-key", "open sesame"),
        ] {
            let mut request = Outgoing {
                method: Method::GET,
                url: "http://127.0.0.1/".parse().unwrap(),
                headers: HeaderMap::new(),
                body: Bytes::new(),
                clock: None,
            };
            auth.unwrap().sign(&mut request, &Host::default()).unwrap();
            assert_eq!(request.headers[name], value);
            assert!(!format!("{request:?}").contains("sesame"), "{request:?}");
        }
    }

    #[test]
    fn invalid_secrets_are_refused_without_being_shown() {
        for secret in ["", "hunter2\n", "hünter2\u{0}"] {
            let error = HeaderAuth::bearer(&Secret::new(secret)).err().unwrap();
            assert!(!format!("{error} {error:?}").contains("nter2"), "{error}");
        }
        assert!(HeaderAuth::basic("a:b", &Secret::new("x")).is_err());
    }
}
