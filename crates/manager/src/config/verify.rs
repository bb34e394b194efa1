//! `manager.verify`: how runs make sure of what they applied.

use std::collections::BTreeMap;
use std::time::Duration;

use octodns_core::value::{DeError, Map, Value, from_value};
use octodns_dns::Server;
use serde::de::Error as _;

use super::Reader;
use super::keys::{check_keys, truth};
use crate::verification::{DnsOptions, Nameservers, VerifyOptions};

/// The keys of the mapping.
pub(crate) const KEYS: [&str; 5] = ["dns", "hold", "nameservers", "read_back", "timeout"];

const SECTION: &str = "manager.verify";

/// More than a day is a slip of the pen.
const MOST: Duration = Duration::from_secs(24 * 60 * 60);

/// What the section says.
#[derive(Debug, Default)]
pub(crate) struct VerifySection {
    pub(crate) read_back: bool,
    pub(crate) dns: bool,
    pub(crate) hold: Duration,
    /// How servers are asked, if they are.
    pub(crate) how: DnsOptions,
}

impl VerifySection {
    /// What is verified when nobody asks for more or less.
    pub(crate) fn options(&self) -> VerifyOptions {
        VerifyOptions {
            read_back: self.read_back,
            dns: self.dns.then(|| self.how.clone()),
            hold: self.hold,
        }
    }
}

impl Reader<'_> {
    /// `true` is to read back, a mapping is to ask name servers.
    pub(super) fn verify(&mut self, manager: &Map<'_>) -> VerifySection {
        let map = manager.get("verify").and_then(Value::as_map);
        let Some(map) = map else {
            let read_back = self.truth("verify", manager);
            return VerifySection { read_back, ..VerifySection::default() };
        };
        check_keys(SECTION, map, &KEYS, self.files, self.report);
        let mut said = |key| truth(SECTION, map, key, self.files, self.report);
        let (read_back, dns) = (said("read_back"), !has(map, "dns") || said("dns"));
        let nameservers = self.nameservers(map.get("nameservers"));
        let mut how = DnsOptions { nameservers, ..DnsOptions::default() };
        if let Some(timeout) = self.seconds("timeout", map) {
            how.timeout = timeout;
        }
        let hold = self.seconds("hold", map).unwrap_or_default();
        VerifySection { read_back, dns, hold, how }
    }

    fn seconds(&mut self, key: &str, map: &Map<'_>) -> Option<Duration> {
        let value = map.get(key).filter(|value| !value.is_null())?;
        let number = from_value::<f64>(value).ok();
        let duration = number.and_then(|number| Duration::try_from_secs_f64(number).ok());
        let duration = duration.filter(|duration| *duration <= MOST);
        if duration.is_none() {
            let message = format!("{SECTION}.{key} must be a number of seconds, at most 86400");
            self.error(value.position, message, "write a number, such as 120");
        }
        duration
    }

    /// A list for all targets, or one for each target by its id.
    fn nameservers(&mut self, value: Option<&Value<'_>>) -> Nameservers {
        let mut nameservers = Nameservers::default();
        let Some(value) = value.filter(|value| !value.is_null()) else { return nameservers };
        let read = if value.as_map().is_some() {
            from_value::<BTreeMap<String, Vec<String>>>(value)
                .map(|read| nameservers.by_target = read)
        } else {
            from_value::<Vec<String>>(value).map(|read| nameservers.everywhere = read)
        };
        if let Err(error) = read.and_then(|()| check(&nameservers)) {
            let at = if error.position.is_known() { error.position } else { value.position };
            let help = "write a list of addresses or names, with a port if it is not 53, or one below the id of \
                        each target";
            self.error(at, format!("{SECTION}.nameservers: {}", error.message), help);
        }
        nameservers
    }
}

fn has(map: &Map<'_>, key: &str) -> bool {
    map.get(key).is_some_and(|value| !value.is_null())
}

fn check(nameservers: &Nameservers) -> Result<(), DeError> {
    let all = nameservers.by_target.values().chain([&nameservers.everywhere]).flatten();
    let faults = all.filter_map(|server| server.parse::<Server>().err());
    faults.map(DeError::custom).next().map_or(Ok(()), Err)
}
