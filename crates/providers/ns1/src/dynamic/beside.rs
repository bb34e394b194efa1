//! The monitors of values, each with what it needs: a notify list that leads to the data source of octoDNS, and a feed
//! of that source, which answers refer to.

use std::collections::{BTreeMap, BTreeSet};

use octodns_core::record::dynamic::Status;
use octodns_core::{ApplyLog, ProviderError, Record, ZoneName};
use octodns_http::Client;
use octodns_kit::{Json, json};

use super::monitor::{self, Asked, Defaults, Owner, is_for, is_same};
use super::things::{Kind, Thing, Things, Wanted};
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

#[derive(Debug)]
struct Source;

impl Kind for Source {
    const WHAT: &'static str = "data source";

    fn fits(thing: &Json, wanted: &Json) -> bool {
        thing["name"] == wanted["name"]
    }
}

#[derive(Debug)]
struct NotifyList;

impl Kind for NotifyList {
    const WHAT: &'static str = "notify list";

    fn fits(thing: &Json, wanted: &Json) -> bool {
        thing["name"] == wanted["name"]
    }
}

#[derive(Debug)]
pub(super) struct Monitor;

impl Kind for Monitor {
    const WHAT: &'static str = "monitor";

    /// The type of a job cannot be changed.
    fn fits(thing: &Json, wanted: &Json) -> bool {
        thing["job_type"] == wanted["job_type"]
            && Owner::of(thing) == Owner::of(wanted)
            && is_for(thing, wanted)
    }
}

#[derive(Debug)]
struct Feed;

impl Kind for Feed {
    const WHAT: &'static str = "data feed";

    fn fits(thing: &Json, wanted: &Json) -> bool {
        thing["config"]["jobid"] == wanted["config"]["jobid"]
    }
}

/// How many calls of a change were confirmed, of those that are known so far.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub(super) done: usize,
    pub(super) of: usize,
}

impl Count {
    pub(super) fn add(&mut self, is_done: bool) {
        self.done += usize::from(is_done);
        self.of += usize::from(is_done);
    }
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
        self.sources.forget();
        self.lists.forget();
        self.monitors.forget();
        self.feeds.forget();
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
        count: &mut Count,
    ) -> Result<(BTreeMap<String, String>, BTreeSet<String>), ProviderError> {
        let asked = Asked::of(record).map_err(ProviderError::failed)?;
        let owner = Owner::new(record, zone).to_string();
        let (mut feeds, mut ids) = (BTreeMap::new(), BTreeSet::new());
        for (value, body) in self.needed(record, zone, &asked) {
            let monitor = self.ensure_monitor(&owner, body, log, count).await?;
            let source = self.ensure_source(&owner, log, count).await?;
            self.feeds.below(&source);
            let random = self.client.host().nonce(3);
            let name = format!("{} - {random}", text(&monitor.body, "name"));
            let body = json!({"name": name, "config": {"jobid": monitor.id}});
            let wanted = Wanted { owner: owner.clone(), body };
            let (feed, is_made) = self.feeds.ensure(&wanted, log).await?;
            count.add(is_made);
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
        count: &mut Count,
    ) -> Result<Thing, ProviderError> {
        let there = self.monitors.find(|monitor| Monitor::fits(&monitor.body, &body)).await?;
        let has_list = there.as_ref().is_some_and(|there| has_list(&there.body));
        if !has_list {
            body["notify_list"] = self.ensure_list(owner, text(&body, "name"), log, count).await?;
        }
        let wanted = Wanted { owner: owner.to_owned(), body };
        let Some(there) = there else {
            let (made, is_made) = self.monitors.ensure(&wanted, log).await?;
            count.add(is_made);
            return Ok(made);
        };
        if !has_list || !is_same(&there.body, &wanted.body) {
            self.monitors.change(there.clone(), &wanted, log).await?;
            count.add(true);
        }
        Ok(there)
    }

    /// The id of the notify list for a monitor.
    async fn ensure_list(
        &self,
        owner: &str,
        monitor: &str,
        log: &ApplyLog<'_>,
        count: &mut Count,
    ) -> Result<Json, ProviderError> {
        let source = self.ensure_source(owner, log, count).await?;
        let name = if self.shares_list { SHARED } else { monitor };
        let leads_to = json!([{"type": "datafeed", "config": {"sourceid": source}}]);
        let body = json!({"name": name, "notify_list": leads_to});
        let wanted = Wanted { owner: owner.to_owned(), body };
        let (list, is_made) = self.lists.ensure(&wanted, log).await?;
        count.add(is_made);
        Ok(list.id.into())
    }

    /// The id of the data source.
    async fn ensure_source(
        &self,
        owner: &str,
        log: &ApplyLog<'_>,
        count: &mut Count,
    ) -> Result<String, ProviderError> {
        let body = json!({"name": SOURCE, "sourcetype": "nsone_monitoring"});
        let wanted = Wanted { owner: owner.to_owned(), body };
        let (source, is_made) = self.sources.ensure(&wanted, log).await?;
        count.add(is_made);
        Ok(source.id)
    }

    /// Deletes the monitors of a record but for some, each with its feed and its notify list.
    pub(super) async fn clean_up(
        &self,
        owner: &Owner,
        kept: &BTreeSet<String>,
        log: &ApplyLog<'_>,
        count: &mut Count,
    ) -> Result<(), ProviderError> {
        let is_unused = |monitor: &Thing| owner.has(&monitor.body) && !kept.contains(&monitor.id);
        while let Some(monitor) = self.monitors.find(is_unused).await? {
            let source = self.sources.find(|source| source.body["name"] == SOURCE).await?;
            if let Some(source) = source {
                self.feeds.below(&source.id);
                let is_its_own = |feed: &Thing| feed.body["config"]["jobid"] == *monitor.id;
                while let Some(feed) = self.feeds.find(is_its_own).await? {
                    self.feeds.delete(&feed.id, log).await?;
                    count.add(true);
                }
            }
            self.monitors.delete(&monitor.id, log).await?;
            count.add(true);
            self.delete_list(&monitor.body, log, count).await?;
        }
        Ok(())
    }

    /// Deletes the notify list of a monitor that is gone, if it was made for that alone.
    async fn delete_list(
        &self,
        monitor: &Json,
        log: &ApplyLog<'_>,
        count: &mut Count,
    ) -> Result<(), ProviderError> {
        let id = text(monitor, "notify_list");
        let other = self.monitors.find(|other| text(&other.body, "notify_list") == id).await?;
        if id.is_empty() || other.is_some() {
            return Ok(());
        }
        let is_own = |list: &Thing| list.id == id && list.body["name"] == monitor["name"];
        if let Some(list) = self.lists.find(is_own).await? {
            self.lists.delete(&list.id, log).await?;
            count.add(true);
        }
        Ok(())
    }
}

/// Whether a monitor notifies anybody.
pub(super) fn has_list(monitor: &Json) -> bool {
    !text(monitor, "notify_list").is_empty()
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
