//! The monitors of values, each with what it needs: a notify list that leads to the data source of octoDNS, and a feed
//! of that source, which answers refer to.

use std::collections::{BTreeMap, BTreeSet};

use octodns_core::record::dynamic::Status;
use octodns_core::{ApplyLog, ProviderError, Record, ZoneName};
use octodns_http::Client;
use octodns_kit::sets::Progress;
use octodns_kit::things::{Kind, Thing, Things, Wanted};
use octodns_kit::{Json, json};

use super::monitor::{self, Asked, Defaults, Owner};
use super::things::{Feed, Monitor, NotifyList, Source, has_list};
use crate::items::text;
use crate::options::Options;

/// The data source and the shared notify list; the names are octoDNS'.
const SOURCE: &str = "octoDNS NS1 Data Source";
const SHARED: &str = "octoDNS NS1 Notify List";

/// What an account has beside records.
#[derive(Debug)]
pub(crate) struct Beside {
    pub(super) client: Client,
    pub(super) defaults: Defaults,
    shares_list: bool,
    sources: Things<Source>,
    lists: Things<NotifyList>,
    pub(super) monitors: Things<Monitor>,
    feeds: Things<Feed>,
}

impl Beside {
    pub(crate) fn new(client: &Client, options: &Options) -> Self {
        Self {
            defaults: Defaults::new(options),
            shares_list: options.shared_notifylist,
            sources: Things::new(client, &["data", "sources"]),
            lists: Things::new(client, &["lists"]),
            monitors: Things::new(client, &["monitoring", "jobs"]),
            feeds: Things::new(client, &["data", "feeds"]),
            client: client.clone(),
        }
    }

    /// What is known of the account is not so any more.
    pub(crate) fn forget(&self) {
        self.sources.begin_run();
        self.lists.begin_run();
        self.monitors.begin_run();
        self.feeds.begin_run();
    }

    /// The monitors that the values of a record need, each with its value.
    pub(super) fn needed(
        &self,
        record: &Record,
        zone: &ZoneName,
        asked: &Asked,
    ) -> Vec<(String, Json)> {
        let owner = Owner::new(record, zone);
        let values = obeying(record).into_iter();
        let needed = values.map(|value| {
            let wanted = monitor::wanted(record, &value, (&owner, asked, &self.defaults));
            (value, wanted)
        });
        needed.collect()
    }

    /// Makes what a record needs. Returns the feeds of its values, and the ids of its monitors.
    pub(super) async fn ensure(
        &self,
        record: &Record,
        zone: &ZoneName,
        log: &ApplyLog<'_>,
        progress: &mut Progress,
    ) -> Result<(BTreeMap<String, String>, BTreeSet<String>), ProviderError> {
        let asked = Asked::of(record).map_err(ProviderError::failed)?;
        let owner = Owner::new(record, zone).to_string();
        let (mut feeds, mut ids) = (BTreeMap::new(), BTreeSet::new());
        for (value, body) in self.needed(record, zone, &asked) {
            let monitor = self.ensure_monitor(&owner, body, log, progress).await?;
            let source = self.ensure_source(&owner, log, progress).await?;
            self.feeds.move_to(&["data", "feeds", &source]);
            let random = self.client.host().nonce(3);
            let name = format!("{} - {random}", monitor.name());
            let body = json!({"name": name, "config": {"jobid": monitor.id}});
            let wanted = Wanted::new(&*owner, body);
            let feed = ensure(&self.feeds, &wanted, log, progress).await?;
            feeds.insert(value, feed.id);
            ids.insert(monitor.id);
        }
        Ok((feeds, ids))
    }

    async fn ensure_monitor(
        &self,
        owner: &str,
        mut body: Json,
        log: &ApplyLog<'_>,
        progress: &mut Progress,
    ) -> Result<Thing, ProviderError> {
        let is_it = |monitor: &Thing| Monitor::fits(&monitor.body, &body);
        let there = self.monitors.find(is_it).await?;
        if !there.is_some_and(|there| has_list(&there.body)) {
            let list = self.ensure_list(owner, text(&body, "name"), log, progress).await?;
            body["notify_list"] = list.into();
        }
        ensure(&self.monitors, &Wanted::new(owner, body), log, progress).await
    }

    /// The id of the notify list for a monitor.
    async fn ensure_list(
        &self,
        owner: &str,
        monitor: &str,
        log: &ApplyLog<'_>,
        progress: &mut Progress,
    ) -> Result<String, ProviderError> {
        let source = self.ensure_source(owner, log, progress).await?;
        let name = if self.shares_list { SHARED } else { monitor };
        let leads_to = json!([{"type": "datafeed", "config": {"sourceid": source}}]);
        let wanted = Wanted::new(owner, json!({"name": name, "notify_list": leads_to}));
        Ok(ensure(&self.lists, &wanted, log, progress).await?.id)
    }

    /// The id of the data source.
    async fn ensure_source(
        &self,
        owner: &str,
        log: &ApplyLog<'_>,
        progress: &mut Progress,
    ) -> Result<String, ProviderError> {
        let body = json!({"name": SOURCE, "sourcetype": "nsone_monitoring"});
        Ok(ensure(&self.sources, &Wanted::new(owner, body), log, progress).await?.id)
    }

    /// Deletes the monitors of a record but for some, each with its feed and its notify list.
    pub(super) async fn clean_up(
        &self,
        owner: &Owner,
        kept: &BTreeSet<String>,
        log: &ApplyLog<'_>,
        progress: &mut Progress,
    ) -> Result<(), ProviderError> {
        let is_unused = |monitor: &Thing| owner.has(&monitor.body) && !kept.contains(&monitor.id);
        while let Some(monitor) = self.monitors.find(is_unused).await? {
            if let Some(source) = self.sources.find(|source| source.name() == SOURCE).await? {
                self.feeds.move_to(&["data", "feeds", &source.id]);
                let is_its_own = |feed: &Thing| feed.body["config"]["jobid"] == *monitor.id;
                while let Some(feed) = self.feeds.find(is_its_own).await? {
                    delete(&self.feeds, &feed.id, log, progress).await?;
                }
            }
            delete(&self.monitors, &monitor.id, log, progress).await?;
            self.delete_list(&monitor.body, log, progress).await?;
        }
        Ok(())
    }

    /// Deletes the notify list of a monitor that is gone, if it was made for that alone.
    async fn delete_list(
        &self,
        monitor: &Json,
        log: &ApplyLog<'_>,
        progress: &mut Progress,
    ) -> Result<(), ProviderError> {
        let id = text(monitor, "notify_list");
        let other = self.monitors.find(|other| text(&other.body, "notify_list") == id).await?;
        if id.is_empty() || other.is_some() {
            return Ok(());
        }
        let is_own = |list: &Thing| list.id == id && list.body["name"] == monitor["name"];
        if let Some(list) = self.lists.find(is_own).await? {
            delete(&self.lists, &list.id, log, progress).await?;
        }
        Ok(())
    }
}

/// The thing that is wanted. To make or change it is one more call.
async fn ensure<K: Kind>(
    things: &Things<K>,
    wanted: &Wanted,
    log: &ApplyLog<'_>,
    progress: &mut Progress,
) -> Result<Thing, ProviderError> {
    let there = things.find(|thing| K::fits(&thing.body, &wanted.body)).await?;
    let (thing, is_changed) = things.ensure(wanted, log).await?;
    if is_changed || there.is_none() {
        progress.expect(1);
        progress.confirmed();
    }
    Ok(thing)
}

/// Deletes a thing, by one more call.
async fn delete<K: Kind>(
    things: &Things<K>,
    id: &str,
    log: &ApplyLog<'_>,
    progress: &mut Progress,
) -> Result<(), ProviderError> {
    things.delete_unused(|thing| thing.id == id, log).await?;
    progress.expect(1);
    progress.confirmed();
    Ok(())
}

/// The values of a record that obey their checks, each once, by pools.
pub(super) fn obeying(record: &Record) -> Vec<String> {
    let Some(dynamic) = record.dynamic() else { return Vec::new() };
    let mut pools = dynamic.used_pools();
    pools.sort_by_key(|pool| pool.id().to_owned());
    let mut values: Vec<String> = Vec::new();
    for value in pools.iter().flat_map(|pool| pool.values()) {
        let is_obeying = value.status() == Status::Obey;
        if is_obeying && !values.iter().any(|known| known == value.value()) {
            values.push(value.value().to_owned());
        }
    }
    values
}
