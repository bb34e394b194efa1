//! The calls for profiles of Traffic Manager.

use octodns_core::{ProviderError, async_trait};
use octodns_http::{Error, Method, Request};
use octodns_kit::{Call, CompanionApi, Json, Observed, settle};

use crate::account::Account;
use crate::dynamic::{is_same, name};

/// The version of the API.
const VERSION: &str = "2022-04-01";

/// The part of the path before the name of a profile.
const PATH: &str = "trafficmanagerprofiles";

/// The profiles of a resource group.
#[derive(Debug)]
pub(crate) struct Profiles {
    pub(crate) account: Account,
}

/// A profile that a record needs.
pub(crate) struct Wanted {
    pub(crate) profile: Json,
    /// The record, for people.
    pub(crate) owner: String,
}

impl Profiles {
    fn request(&self, method: Method, name: &str) -> Request<'_> {
        self.account.request(method, &[PATH, name], VERSION)
    }

    /// Deletes a profile that nothing leads to. One that is gone already is no error.
    pub(crate) async fn remove(&self, name: &str) -> Result<(), Error> {
        self.request(Method::DELETE, name).send_ok_or_missing().await
    }

    /// Makes a profile what it has to be. Profiles have no versions: what is sent last counts.
    async fn put(&self, wanted: &Wanted) -> Result<Json, ProviderError> {
        let change =
            Change { api: self, name: name(&wanted.profile), profile: Some(&wanted.profile) };
        settle(self.account.client.backoff(), &change).await?;
        Ok(wanted.profile.clone())
    }
}

#[async_trait]
impl CompanionApi for Profiles {
    const WHAT: &'static str = "Traffic Manager profile";

    type Item = Json;

    type Wanted = Wanted;

    fn id(item: &Json) -> &str {
        name(item)
    }

    fn fits(item: &Json, wanted: &Wanted) -> bool {
        name(item).eq_ignore_ascii_case(name(&wanted.profile))
    }

    fn is_as_wanted(item: &Json, wanted: &Wanted) -> bool {
        is_same(item, &wanted.profile)
    }

    fn owner(wanted: &Wanted) -> String {
        wanted.owner.clone()
    }

    /// All of the group, whoever has made them: they have no mark but their names.
    async fn list(&self) -> Result<Vec<Json>, ProviderError> {
        Ok(self.account.list((&[PATH], VERSION), None, Ok).await?)
    }

    async fn create(&self, wanted: &Wanted) -> Result<Json, ProviderError> {
        self.put(wanted).await
    }

    async fn update(&self, _: &Json, wanted: &Wanted) -> Result<Json, ProviderError> {
        self.put(wanted).await
    }

    async fn delete(&self, item: &Json) -> Result<(), ProviderError> {
        let change = Change { api: self, name: name(item), profile: None };
        settle(self.account.client.backoff(), &change).await
    }
}

/// A change of a profile on its way to the service.
struct Change<'c> {
    api: &'c Profiles,
    name: &'c str,
    /// What is sent; `None` for a deletion.
    profile: Option<&'c Json>,
}

#[async_trait]
impl Call for Change<'_> {
    async fn send(&self) -> Result<(), ProviderError> {
        let sent: Result<(), Error> = match self.profile {
            Some(profile) => self.api.request(Method::PUT, self.name).json(profile).send_ok().await,
            None => self.api.remove(self.name).await,
        };
        Ok(sent?)
    }

    /// It may be sent again, so whatever is not as wanted is as before.
    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let found: Option<Json> = self.api.request(Method::GET, self.name).read_optional().await?;
        let is_done = match (&found, self.profile) {
            (Some(found), Some(profile)) => is_same(found, profile),
            (None, None) => true,
            _ => false,
        };
        Ok(if is_done { Observed::Desired } else { Observed::Existing })
    }
}
