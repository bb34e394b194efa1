//! The options of transfers and updates.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use octodns_core::Secret;
use octodns_core::registry::{BuildError, Clock, Sourced};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

use crate::client::{Algorithm, Client, Key, Limits, Server, wire_name};

/// Options of an `AxfrSource`, and of an `Rfc2136Provider`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The address of the server, or its name.
    pub host: String,
    /// Its port. Default: 53.
    #[serde(default = "default_port", deserialize_with = "port")]
    #[schemars(with = "u16")]
    pub port: u16,
    /// Whether a name is resolved to IPv6 addresses instead of IPv4. Default: false.
    #[serde(default)]
    pub ipv6: bool,
    /// How long the server may be silent, in seconds: until it is connected, and between messages.
    /// Default: 15.
    #[serde(default = "default_timeout", deserialize_with = "seconds")]
    #[schemars(with = "f64")]
    pub timeout: f64,
    /// How long a transfer may take as a whole, in seconds. Default: 600.
    #[serde(default = "default_transfer_timeout", deserialize_with = "seconds")]
    #[schemars(with = "f64")]
    pub transfer_timeout: f64,
    /// How large a transfer may be as a whole, in MiB, with compressed names written out. Default: 256.
    #[serde(default = "default_transfer_limit")]
    pub transfer_limit: u32,
    /// The name of the TSIG key. Default: none, nothing is signed.
    #[serde(default)]
    pub key_name: Option<String>,
    /// The secret of the TSIG key, in base64.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub key_secret: Option<Secret>,
    /// The algorithm of the TSIG key: hmac-sha256, hmac-sha512, hmac-sha1 ... Default: hmac-sha256.
    #[serde(default)]
    pub key_algorithm: Option<String>,
    /// The most changes in one update message; a message may have fewer because of its size. Default: 1000.
    #[serde(default = "default_batch", deserialize_with = "batch")]
    #[schemars(with = "usize", range(min = 1))]
    pub update_batch_size: usize,
}

impl Options {
    /// The address or name of the server, and the default of everything else.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port: default_port(),
            ipv6: false,
            timeout: default_timeout(),
            transfer_timeout: default_transfer_timeout(),
            transfer_limit: default_transfer_limit(),
            key_name: None,
            key_secret: None,
            key_algorithm: None,
            update_batch_size: default_batch(),
        }
    }
}

fn default_port() -> u16 {
    53
}

fn default_timeout() -> f64 {
    15.0
}

fn default_transfer_timeout() -> f64 {
    600.0
}

fn default_transfer_limit() -> u32 {
    256
}

fn default_batch() -> usize {
    1000
}

/// The client for these options; `clock` is for signatures.
pub(crate) fn client(given: &Sourced<Options>, clock: Clock) -> Result<Client, BuildError> {
    let options = &given.options;
    Ok(Client {
        server: Server { host: options.host.clone(), port: options.port, ipv6: options.ipv6 },
        key: key(given)?,
        limits: Limits {
            silence: Duration::from_secs_f64(options.timeout),
            transfer: Duration::from_secs_f64(options.transfer_timeout),
            mebibytes: options.transfer_limit.into(),
        },
        clock,
        next_id: 1.into(),
    })
}

fn key(given: &Sourced<Options>) -> Result<Option<Key>, BuildError> {
    let options = &given.options;
    let algorithm = match &options.key_algorithm {
        None => Algorithm::DEFAULT,
        Some(name) => Algorithm::named(name).ok_or_else(|| {
            let mut error =
                given.error("key_algorithm", format!("unknown TSIG algorithm \"{name}\""));
            let known: Vec<&str> = Algorithm::names().collect();
            error.help = Some(format!("one of {}", known.join(", ")));
            error
        })?,
    };
    let Some(name) = &options.key_name else {
        if options.key_secret.is_some() {
            let message = "key_secret needs key_name";
            let help = "add the name of the key as `key_name`, or remove the secret";
            return Err(given.error("key_secret", message).help(help));
        }
        return Ok(None);
    };
    let absolute = if name.ends_with('.') { name.clone() } else { format!("{name}.") };
    let wrong = |error: crate::client::Error| {
        given.error("key_name", error.to_string()).help("write the name the server has for the key")
    };
    let name = wire_name(&absolute).map_err(wrong)?.to_lowercase();
    let Some(secret) = &options.key_secret else {
        let help = "add `key_secret`, such as `key_secret: env/AXFR_KEY_SECRET`";
        return Err(given.error("key_name", "key_name needs its key_secret").help(help));
    };
    let text: String = secret.reveal().split_whitespace().collect();
    let secret = STANDARD.decode(text).map_err(|_| {
        let fault = given.error("key_secret", "key_secret is not base64");
        fault.help("copy the secret as it stands in the key file of the server")
    })?;
    Ok(Some(Key { name, algorithm, secret }))
}

/// A number that may be written as a string: `5353` or `"5353"`.
struct Number;

impl Visitor<'_> for Number {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<f64, E> {
        Ok(number)
    }

    #[expect(clippy::cast_precision_loss, reason = "what is beyond 2^52 is refused later")]
    fn visit_i64<E: de::Error>(self, number: i64) -> Result<f64, E> {
        Ok(number as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "what is beyond 2^52 is refused later")]
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<f64, E> {
        Ok(number as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "what is beyond 2^52 is refused later")]
    fn visit_i128<E: de::Error>(self, number: i128) -> Result<f64, E> {
        Ok(number as f64)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<f64, E> {
        text.trim().parse().map_err(|_| E::custom(format!("\"{text}\" is not a number")))
    }
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let number = deserializer.deserialize_any(Number)?;
    // A year is longer than anyone waits, and far below the limit of a duration.
    if number > 0.0 && number <= 366.0 * 86400.0 {
        return Ok(number);
    }
    Err(de::Error::custom(format!("{number} is not a number of seconds above 0")))
}

fn port<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let number = deserializer.deserialize_any(Number)?;
    let wrong = || de::Error::custom(format!("{number} is not a port, 1 to 65535"));
    whole(number)
        .and_then(|number| u16::try_from(number).ok())
        .filter(|port| *port > 0)
        .ok_or_else(wrong)
}

fn batch<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let number = deserializer.deserialize_any(Number)?;
    let wrong = || de::Error::custom(format!("{number} is not a number of changes above 0"));
    let number = whole(number).filter(|number| *number > 0).ok_or_else(wrong)?;
    usize::try_from(number).map_err(|_| wrong())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
fn whole(number: f64) -> Option<u32> {
    let fits = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
    fits.then_some(number as u32)
}
