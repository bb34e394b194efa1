//! Dynamic records: alias sets that lead to profiles of Traffic Manager.

use octodns_core::apply_log::Stopped;
use octodns_core::provider::PlanDraft;
use octodns_core::record::Dynamic;
use octodns_core::{ApplyLog, Change, OwnedValue, ProviderError, Record, ZoneName, async_trait};
use octodns_http::{Error, Method};
use octodns_kit::sets::{DynamicChange, DynamicSets, Progress, SetsAsRead};
use octodns_kit::{Call, Companions, Json, Observed, Remembered, Zone, json, settle};

use crate::account::Account;
use crate::dynamic::{self, Routed, emptied, is_same, levels, name, tree};
use crate::kind::Kind;
use crate::orphans::Orphans;
use crate::profiles::{Profiles, Wanted};
use crate::public::Public;
use crate::sdk;
use crate::sets::{ALIAS, KEPT, UNREADABLE, VALUES, keep, list, text, value_field};
use crate::zones::Condition;

/// The profiles of a set, the root first.
const PROFILES: &str = "profiles";

/// What dynamic records have beside them.
#[derive(Debug)]
pub(crate) struct Beside {
    api: Profiles,
    profiles: Companions<Profiles>,
    /// The ids that the sets of each zone lead to.
    led: Remembered<Vec<String>>,
    orphans: Orphans,
}

impl Beside {
    pub(crate) fn new(account: Account) -> Self {
        let (profiles, led) = (Companions::default(), Remembered::default());
        Self { api: Profiles { account }, profiles, led, orphans: Orphans::default() }
    }

    pub(crate) fn begin_run(&self) {
        self.profiles.begin_run();
    }

    fn account(&self) -> &Account {
        &self.api.account
    }

    /// What a plan of a zone deletes besides its records, as it shows it.
    pub(crate) fn orphans(&self, zone: &ZoneName) -> Option<OwnedValue> {
        self.orphans.settings(zone)
    }

    /// Deletes what a plan shows, in that order.
    pub(crate) async fn remove_orphans(&self, settings: &OwnedValue) -> Result<(), Error> {
        // They are listed again by what comes after this.
        self.profiles.begin_run();
        for name in Orphans::named(settings) {
            self.api.remove(name).await?;
        }
        Ok(())
    }

    /// The profiles that a record needs, the root last.
    fn wanted(&self, record: &Record, zone: &ZoneName) -> Result<Vec<Json>, String> {
        dynamic::profiles(record, zone, &|name| self.account().profile_id(name))
    }
}

/// The root profile of a record.
fn root(record: &Record, zone: &ZoneName) -> String {
    dynamic::root(&record.fqdn(zone), record.record_type().as_str())
}

/// Whether a set leads to a resource.
fn leads_to(set: Option<&Json>, id: &str) -> bool {
    set.is_some_and(|set| text(set, ALIAS).eq_ignore_ascii_case(id))
}

/// Adds to a set that leads to a profile what that stands for.
fn complete(set: &mut Json, all: &[Json], zone: &ZoneName) {
    let (of, id) = (text(set, "type").to_owned(), text(set, ALIAS).to_owned());
    let profiles = tree(&id, all);
    if let Some(Routed { values, .. }) = Routed::of(&profiles, &of) {
        let field = value_field(&of);
        set[VALUES] = values.iter().map(|value| json!({field: value})).collect();
        set[PROFILES] = profiles.into();
        return;
    }
    let fqdn = match text(set, "name") {
        "@" => zone.as_str().to_owned(),
        name => format!("{name}.{}", zone.as_str()),
    };
    let is_ours = id
        .rsplit('/')
        .next()
        .is_some_and(|name| name.eq_ignore_ascii_case(&dynamic::root(&fqdn, &of)));
    if is_ours {
        // Somebody has changed it, or a change was interrupted.
        set[UNREADABLE] = "its Traffic Manager profile has no pools and rules".into();
    } else {
        set[KEPT] = true.into();
    }
}

#[async_trait]
impl DynamicSets for Beside {
    async fn complete(&self, sets: &mut Vec<Json>, zone: Zone<'_>) -> Result<(), ProviderError> {
        let all_led = sets.iter().map(|set| text(set, ALIAS)).filter(|id| !id.is_empty());
        self.led.set(zone.name.as_str(), Some(all_led.map(str::to_owned).collect()));
        let leads = |set: &Json| set[ALIAS].is_string() && set[KEPT] != true;
        if !sets.iter().any(leads) {
            return Ok(());
        }
        let all = self.profiles.all(&self.api).await?;
        for set in sets.iter_mut().filter(|set| leads(set)) {
            complete(set, &all, zone.name);
        }
        Ok(())
    }

    fn read(&self, set: &Json, _: &ZoneName) -> Option<Dynamic> {
        let profiles = list(&set[PROFILES]);
        Routed::of(profiles, text(set, "type")).map(|routed| routed.dynamic)
    }

    async fn apply(
        &self,
        zone: Zone<'_>,
        change: DynamicChange<'_>,
        log: &ApplyLog<'_>,
    ) -> Result<(), Stopped> {
        let mut making = Making { beside: self, zone, change, log, progress: Progress::default() };
        let made = making.make().await;
        made.map_err(|error| making.progress.stopped(error))
    }

    /// Records whose profiles are not as they need them, or that have more than they need. Profiles without a record are
    /// found as well, if they are listed anyway.
    async fn extra_changes(
        &self,
        draft: &PlanDraft<'_>,
        _: SetsAsRead<'_>,
    ) -> Result<Vec<Change>, ProviderError> {
        let zone = draft.desired.name();
        let led = self.led.get(zone.as_str()).unwrap_or_default();
        self.orphans.forget(zone);
        if led.is_empty() && draft.drifted(|_| true).is_empty() {
            return Ok(Vec::new());
        }
        let all = self.profiles.all(&self.api).await?;
        let dynamic = draft.desired.records().filter(|record| record.dynamic().is_some());
        let used = dynamic.map(|record| root(record, zone));
        let used = used.chain(led.iter().filter_map(|id| id.rsplit('/').next()).map(str::to_owned));
        let used = used.map(|root| root.to_ascii_lowercase()).collect();
        self.orphans.find(self.account(), zone, (&all, &used)).await?;
        Ok(draft.drifted(|record| {
            // Those that cannot be have no routing by now.
            let Ok(wanted) = self.wanted(record, zone) else { return false };
            let own = levels(&root(record, zone), all.iter().map(name)).len();
            let is_held = |wanted: &Json| all.iter().any(|held| is_same(held, wanted));
            own != wanted.len() || !wanted.iter().all(is_held)
        }))
    }
}

/// A change of a record that is dynamic before or after it, on its way.
struct Making<'c> {
    beside: &'c Beside,
    zone: Zone<'c>,
    change: DynamicChange<'c>,
    log: &'c ApplyLog<'c>,
    progress: Progress,
}

impl Making<'_> {
    /// Profiles are there before a set leads to them, children before their parents, and go after that, parents before
    /// their children.
    async fn make(&mut self) -> Result<(), ProviderError> {
        let DynamicChange { change, set, existing, .. } = self.change;
        let (record, zone) = (change.record(), self.zone.name);
        let wanted = match change.desired() {
            Some(new) => self.beside.wanted(new, zone).map_err(ProviderError::failed)?,
            None => Vec::new(),
        };
        match (set, wanted.split_last()) {
            (Some(set), Some((root, nested))) => self.lead(set, root, nested).await?,
            (Some(set), None) => {
                let mut body = set.clone();
                keep(&mut body, existing);
                self.send(Sent::Put(&body)).await?;
            }
            (None, _) => self.send(Sent::Delete).await?,
        }
        self.clean_up(&root(record, zone), &wanted).await
    }

    /// Makes a set lead to these profiles.
    async fn lead(
        &mut self,
        set: &Json,
        root: &Json,
        nested: &[Json],
    ) -> Result<(), ProviderError> {
        let existing = self.change.existing;
        let id = text(root, "id");
        let is_address = matches!(text(set, "type"), "A" | "AAAA");
        for profile in nested {
            self.ensure(profile.clone()).await?;
        }
        if leads_to(existing, id) {
            self.ensure(root.clone()).await?;
            let has_ttl = existing.is_some_and(|existing| existing["ttl"] == set["ttl"]);
            return match (has_ttl, is_address) {
                (true, _) => Ok(()),
                // Naming the profile again would be refused, see below.
                (false, true) => self.send(Sent::Ttl(&set["ttl"])).await,
                (false, false) => self.send(Sent::Put(&alias(set, existing, id))).await,
            };
        }
        // A set of addresses cannot be made to lead to a profile that leads to others. One that leads there already may.
        let is_late = is_address && !nested.is_empty();
        let first = if is_late { emptied(root.clone()) } else { root.clone() };
        self.ensure(first).await?;
        self.send(Sent::Put(&alias(set, existing, id))).await?;
        if is_late { self.ensure(root.clone()).await } else { Ok(()) }
    }

    /// Makes a profile as it has to be, unless it is.
    async fn ensure(&mut self, profile: Json) -> Result<(), ProviderError> {
        let Beside { api, profiles, .. } = self.beside;
        let is_it = |held: &Json| is_same(held, &profile);
        if profiles.item(api, is_it).await?.is_some() {
            return Ok(());
        }
        self.progress.expect(1);
        let record = self.change.change.record();
        let owner = format!("{} {}", record.decoded_fqdn(self.zone.name), record.record_type());
        profiles.ensure(api, &Wanted { profile, owner }, None, self.log).await?;
        self.progress.confirmed();
        Ok(())
    }

    /// Deletes the profiles of a record that it does not need.
    async fn clean_up(&mut self, root: &str, wanted: &[Json]) -> Result<(), ProviderError> {
        let Beside { api, profiles, .. } = self.beside;
        let all = profiles.all(api).await?;
        let is_needed = |held: &str| wanted.iter().any(|it| name(it).eq_ignore_ascii_case(held));
        let mut unused = levels(root, all.iter().map(name));
        unused.retain(|held| !is_needed(held));
        self.progress.expect(unused.len());
        for unused in unused {
            profiles.delete_unused(api, |held| name(held) == unused, self.log).await?;
            self.progress.confirmed();
        }
        Ok(())
    }

    /// Changes the set itself, once.
    async fn send(&mut self, sent: Sent<'_>) -> Result<(), ProviderError> {
        let account = self.beside.account();
        let call = SetCall { account, zone: self.zone, change: self.change, sent };
        self.progress.expect(1);
        settle(account.client.backoff(), &call).await?;
        self.progress.confirmed();
        Ok(())
    }
}

/// A set that leads to a profile.
fn alias(set: &Json, existing: Option<&Json>, id: &str) -> Json {
    let mut alias = json!({"type": set["type"], "ttl": set["ttl"], ALIAS: id});
    keep(&mut alias, existing);
    alias
}

/// What is sent about a set.
#[derive(Clone, Copy)]
enum Sent<'s> {
    /// This set.
    Put(&'s Json),
    /// Its TTL.
    Ttl(&'s Json),
    /// That it goes.
    Delete,
}

/// A change of a set on its way to the service.
struct SetCall<'c> {
    account: &'c Account,
    zone: Zone<'c>,
    change: DynamicChange<'c>,
    sent: Sent<'c>,
}

impl SetCall<'_> {
    fn key(&self) -> (&str, &str) {
        let set = self.change.set.or(self.change.existing).unwrap_or(&Json::Null);
        (text(set, "name"), text(set, "type"))
    }
}

#[async_trait]
impl Call for SetCall<'_> {
    async fn send(&self) -> Result<(), ProviderError> {
        let (zones, existing) = (Public::ZONES, self.change.existing);
        let request = |method: Method| zones.set(self.account, method, self.zone, self.key());
        let condition = Condition::of(existing);
        Ok(match (self.sent, existing) {
            (Sent::Put(set), _) => {
                let request = request(Method::PUT).json(&sdk::write_set(set));
                condition.set(request).send_ok().await
            }
            (Sent::Ttl(ttl), _) => {
                let request = request(Method::PATCH).json(&sdk::new_ttl(ttl)).repeatable();
                condition.set(request).send_ok().await
            }
            (Sent::Delete, Some(existing)) => {
                zones.delete_set(self.account, self.zone, existing).await
            }
            (Sent::Delete, None) => Ok(()),
        }?)
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let existing = self.change.existing;
        let found = Public::ZONES.read_set(self.account, self.zone, self.key()).await?;
        let found = found.map(sdk::read_set).transpose().map_err(ProviderError::failed)?;
        let is_desired = match (&found, self.sent) {
            (None, Sent::Delete) => true,
            (Some(found), Sent::Put(set)) => said(found) == said(set),
            (Some(found), Sent::Ttl(ttl)) => found["ttl"] == *ttl,
            _ => false,
        };
        let is_existing = match (&found, existing) {
            (None, None) => true,
            (Some(found), Some(existing)) => said(found) == said(existing),
            _ => false,
        };
        Ok(match (is_desired, is_existing) {
            (true, _) => Observed::Desired,
            (false, true) => Observed::Existing,
            (false, false) => Observed::Other,
        })
    }
}

/// What a set says, in one spelling.
fn said(set: &Json) -> Json {
    let target = text(set, ALIAS).to_ascii_lowercase();
    let spelled = |value: &Json| value.to_string().to_lowercase().replace(".\"", "\"");
    let mut values: Vec<_> = list(&set[VALUES]).iter().map(spelled).collect();
    values.sort_unstable();
    // The values of one that leads to a profile are those of that.
    values.retain(|_| target.is_empty());
    json!([set["ttl"], target, values])
}
