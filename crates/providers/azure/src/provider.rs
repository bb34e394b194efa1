//! Both providers: their calls.

use std::fmt;
use std::marker::PhantomData;

use octodns_core::registry::BuildError;
use octodns_core::{OwnedValue, ProviderError, Report, Zone as Records, ZoneName, async_trait};
use octodns_http::{Call, Client, Error, JobStatus, Method, Poll, Response, optional};
use octodns_kit::sets::{DynamicSets, SetApi};
use octodns_kit::{Api, Connector, Json, ListedZone, Only, Owner, Service, SetFields, Zone};

use crate::account::Account;
use crate::beside::Beside;
use crate::dynamic;
use crate::kind::Kind;
use crate::options::Options;
use crate::root_ns::{self, NewZones, is_root_ns};
use crate::sets::{FIELDS, KEPT, UNREADABLE, keep, text};
use crate::zones::Condition;

/// The zones of a resource group.
pub struct Dns<K> {
    account: Account,
    /// How many sets a page has.
    top: u32,
    new_zones: NewZones,
    beside: Beside,
    kind: PhantomData<K>,
}

impl<K> fmt::Debug for Dns<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dns").field("account", &self.account).finish_non_exhaustive()
    }
}

#[async_trait]
impl<K: Kind> Api for Dns<K> {
    const SERVICE: Service = K::SERVICE;
    const PRECONDITIONS: bool = true;
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let account = Account::connect(&options, connector, K::ZONES.roles)?;
        let beside = Beside::new(account.clone());
        let (top, new_zones) = (options.top, NewZones::default());
        Ok(Self { account, top, new_zones, beside, kind: PhantomData })
    }

    /// What leads to other things than profiles of octoDNS, no record can express.
    fn owner(set: &Json) -> Owner {
        if set[KEPT] == true { Owner::Inexpressible } else { Owner::User }
    }

    fn begin_run(&self) {
        self.new_zones.begin_run();
        self.beside.begin_run();
    }

    const HAS_SETTINGS: bool = K::IS_PUBLIC;

    async fn settings(&self, zone: Zone<'_>) -> Result<Option<OwnedValue>, Error> {
        Ok(self.beside.orphans(zone.name))
    }

    async fn change_settings(&self, _: Zone<'_>, settings: &OwnedValue) -> Result<(), Error> {
        self.beside.remove_orphans(settings).await
    }

    fn client(&self) -> &Client {
        &self.account.client
    }

    fn adapt(&self, desired: &mut Records, existing: &mut Records, report: &mut Report) {
        if K::IS_PUBLIC {
            root_ns::adapt(desired, existing, report);
            dynamic::adapt(desired, report);
        }
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        let read = |zone| K::read_zone(zone).map(|(name, _)| ListedZone::named(name));
        self.account.list((&[K::ZONES.path], K::ZONES.version), None, read).await
    }

    /// Fails if there is such a zone by now.
    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let path = [K::ZONES.path, zone.without_dot()];
        let request = self.account.request(Method::PUT, &path, K::ZONES.version);
        let request = Condition::Absent.set(request.json(&K::new_zone()));
        let mut response = request.send().await?;
        if response.status() == 202 {
            let call = response.call().clone();
            response = self.until_made(&path, &call).await?;
        }
        let made = K::read_zone(response.json()?);
        let (_, servers) = made.map_err(|why| response.malformed("the zone", &why))?;
        self.new_zones.learn(zone.without_dot(), servers);
        Ok(String::new())
    }

    async fn interrupted_zone(&self, zone: &ZoneName) -> Result<Option<String>, ProviderError> {
        let path = [K::ZONES.path, zone.without_dot()];
        let request = self.account.request(Method::GET, &path, K::ZONES.version);
        let Some(response) = optional(request.send().await)? else { return Ok(None) };
        let found = K::read_zone(response.json()?);
        let (name, servers) = found.map_err(|why| response.malformed("the zone", &why))?;
        self.new_zones.learn(zone.without_dot(), servers);
        Ok(Some(name))
    }
}

impl<K: Kind> Dns<K> {
    /// Waits for a zone that the service makes later, which `call` has asked for.
    async fn until_made(&self, path: &[&str], call: &Call) -> Result<Response, Error> {
        let ask = async || {
            let request = self.account.request(Method::GET, path, K::ZONES.version);
            let Some(response) = optional(request.send().await)? else {
                return Ok(JobStatus::Pending);
            };
            let zone: Json = response.json()?;
            Ok(match zone["properties"]["provisioningState"].as_str() {
                Some("Succeeded") => JobStatus::Done(response),
                Some(state @ ("Failed" | "Canceled")) => JobStatus::Failed(state.to_owned()),
                _ => JobStatus::Pending,
            })
        };
        self.account.client.poll(Poll::default(), call, ask).await
    }
}

#[async_trait]
impl<K: Kind> SetApi for Dns<K> {
    const FIELDS: SetFields = FIELDS;

    async fn sets(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error> {
        let Some(only) = only else {
            let path = [K::ZONES.path, zone.id, K::ZONES.sets];
            let list = self.account.list((&path, K::ZONES.version), Some(self.top), K::read_set);
            return optional(list.await);
        };
        let key = (only.name, only.record_type);
        let request = K::ZONES.set(&self.account, Method::GET, zone, key);
        let Some(response) = optional(request.send().await)? else { return Ok(Some(Vec::new())) };
        let set = K::read_set(response.json()?);
        Ok(Some(vec![set.map_err(|why| response.malformed("the set", &why))?]))
    }

    async fn put(&self, zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Result<(), Error> {
        let is_of_new_zone = existing.is_none() && K::IS_PUBLIC && is_root_ns(set);
        // A new zone has such a set already.
        let (mut set, condition) = if is_of_new_zone {
            (self.new_zones.complete(zone.id, set), Condition::Present)
        } else {
            (set.clone(), Condition::of(existing))
        };
        keep(&mut set, existing);
        let key = (text(&set, "name"), text(&set, "type"));
        let request = K::ZONES.set(&self.account, Method::PUT, zone, key);
        condition.set(request.json(&K::write_set(&set))).send_ok().await
    }

    async fn delete(&self, zone: Zone<'_>, existing: &Json) -> Result<(), Error> {
        K::ZONES.delete_set(&self.account, zone, existing).await
    }

    fn unreadable(set: &Json) -> Option<String> {
        set[UNREADABLE].as_str().map(str::to_owned)
    }

    fn dynamic(&self) -> Option<&dyn DynamicSets> {
        if K::IS_PUBLIC { Some(&self.beside) } else { None }
    }
}
