//! A correct provider of rows, which can be broken in one chosen way.

use std::collections::HashSet;
use std::sync::Mutex;

use octodns_core::engine::drop_unsupported_texts;
use octodns_core::engine::per_record::{self, ExistingRows, RowApi, RowReader, StoredRow};
use octodns_core::provider::{PlanDraft, listed_zones};
use octodns_core::record::text::UnsupportedText;
use octodns_core::record::{Rdata, RecordData, Txt};
use octodns_core::{
    ApplyLog, Capabilities, Change, OwnedValue, Plan, Provider, ProviderError, Record, RecordType,
    Report, Source, State, Zone, ZoneName, ZoneRead, ZoneRequest, async_trait,
};
use octodns_http::{Client, Error, Options, Page, all, optional, pages};
use serde::{Deserialize, Serialize};

/// The one way in which a provider is broken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Broken {
    Nothing,
    LosesAValue,
    IgnoresTtl,
    DropsDeletes,
    LosesEscapes,
    LosesPriority,
    MisnamesTheApex,
    ReadsOnePage,
    RepeatsCreations,
    NeverRepeats,
    EmptyWhereThereIsAnError,
    EmptyWhereThereIsNoZone,
    ForgetsNewZones,
    AppliesWhilePlanning,
    ClaimsATypeTooMany,
    SaysAllWasApplied,
    SwallowsErrors,
    KnowsOnlyItsOwnRows,
    DropsHidden,
    DeletesOutsideThePlan,
    RemembersZones,
    IgnoresTotals,
    HurriesBack,
    SaysOkWithoutDoing,
    LeavesOutOfTheLog,
}

const CAPABILITIES: Capabilities =
    Capabilities::of(&[RecordType::A, RecordType::CNAME, RecordType::MX, RecordType::TXT]);

const TOO_MUCH: Capabilities = Capabilities::of(&[RecordType::A, RecordType::CAA]);

#[derive(Debug, Deserialize, Serialize, PartialEq)]
struct Held {
    #[serde(skip_serializing)]
    id: Option<u64>,
    name: String,
    r#type: String,
    ttl: i64,
    value: String,
}

#[derive(Debug, Deserialize)]
struct Listed {
    items: Vec<Held>,
    next: Option<usize>,
    total: u64,
}

#[derive(Debug, Deserialize, Serialize)]
struct Named {
    name: String,
}

pub(crate) struct Shelf {
    url: String,
    client: Client,
    broken: Broken,
    zones: Mutex<Option<Vec<String>>>,
}

impl Shelf {
    pub(crate) fn new(url: &str, broken: Broken) -> Self {
        let is_hasty = matches!(broken, Broken::NeverRepeats | Broken::HurriesBack);
        let mut options = Options::default();
        options.attempts = Some(if is_hasty { 1 } else { 8 });
        options.retry_wait = Some(0.0);
        options.requests_per_second = Some(100_000);
        let client = Client::builder("shelf", url).options(&options).build().unwrap();
        Self { url: url.to_owned(), client, broken, zones: Mutex::default() }
    }

    fn is(&self, broken: Broken) -> bool {
        self.broken == broken
    }

    async fn list(&self, zone: &ZoneName) -> Result<Option<Vec<Held>>, ProviderError> {
        let listed = all(pages(0_usize, async |start| {
            let rows = self.client.get(&["zones", zone.without_dot(), "rows"]);
            let response = rows.query("start", start).send().await?;
            let Listed { items, next, total } = response.json()?;
            let next = next.filter(|_| !self.is(Broken::ReadsOnePage));
            let page = Page::new(&response, items).next(next);
            let counts = !matches!(self.broken, Broken::ReadsOnePage | Broken::IgnoresTotals);
            Ok(if counts { page.total(Some(total)) } else { page })
        }))
        .await;
        match listed {
            Err(Error::NotFound { .. }) if self.is(Broken::EmptyWhereThereIsNoZone) => {
                Ok(Some(Vec::new()))
            }
            Err(_) if self.is(Broken::EmptyWhereThereIsAnError) => Ok(None),
            result => Ok(optional(result)?),
        }
    }

    fn write(&self, record: &Record) -> Held {
        let value = match record.data() {
            RecordData::Txt(texts) if self.is(Broken::LosesEscapes) => {
                texts.first().and_then(Txt::bare).map(|text| text.replace('"', ""))
            }
            RecordData::Txt(texts) => texts.first().and_then(Txt::bare),
            _ => record.rdata_strings().pop(),
        };
        Held {
            id: None,
            name: record.name().as_str().to_owned(),
            r#type: record.record_type().as_str().to_owned(),
            ttl: record.ttl(),
            value: value.unwrap_or_default(),
        }
    }

    fn value(&self, zone: &ZoneRequest<'_>, row: &Held) -> OwnedValue {
        let rdata = match &*row.r#type {
            "TXT" => return Txt::from_octets(row.value.as_bytes()).to_value(),
            "MX" if self.is(Broken::LosesPriority) => {
                format!("10 {}", row.value.split(' ').next_back().unwrap_or_default())
            }
            _ => row.value.clone(),
        };
        zone.types.get(&row.r#type).unwrap().parse(&rdata).unwrap()
    }

    async fn send(&self, zone: &ZoneName, record: &Record) -> Result<(), ProviderError> {
        let (path, row) = (["zones", zone.without_dot(), "rows"], self.write(record));
        if self.is(Broken::HurriesBack) {
            return self.hurry(&path, &row).await;
        }
        let request = self.client.post(&path).json(&row);
        let repeats = self.is(Broken::RepeatsCreations);
        Ok(if repeats { request.repeatable() } else { request }.send_ok().await?)
    }
}

impl Shelf {
    /// Creates a zone, or finds one that was created by a request whose response was lost.
    async fn create_zone(&self, zone: &str) -> Result<(), ProviderError> {
        let body = Named { name: zone.to_owned() };
        if self.is(Broken::HurriesBack) {
            return self.hurry(&["zones"], &body).await;
        }
        let look = self.client.get(&["zones", zone, "rows"]);
        Ok(self.client.post(&["zones"]).json(&body).create_once(look).await?)
    }

    /// Retries a throttled request at once, each time with a new client: the same client would wait by
    /// itself.
    async fn hurry(&self, path: &[&str], body: &impl Serialize) -> Result<(), ProviderError> {
        let mut left = 6;
        loop {
            let client = Self::new(&self.url, self.broken).client;
            match client.post(path).json(body).send_ok().await {
                Err(Error::Throttled { .. }) if left > 0 => left -= 1,
                result => return Ok(result?),
            }
        }
    }

    /// Deletes everything that the desired state lacks, no matter who created it.
    async fn sweep(&self, plan: &Plan) -> Result<(), ProviderError> {
        let zone = plan.desired.name();
        for row in self.list(zone).await?.unwrap_or_default() {
            let is_desired = plan.desired.records().any(|record| {
                record.name().as_str() == row.name && record.record_type().as_str() == row.r#type
            });
            if !is_desired {
                let id = row.id.unwrap().to_string();
                self.client
                    .delete(&["zones", zone.without_dot(), "rows", &id])
                    .send_ok_or_missing()
                    .await?;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Source for Shelf {
    fn id(&self) -> &'static str {
        "shelf"
    }

    fn class_name(&self) -> &'static str {
        "ShelfProvider"
    }

    fn capabilities(&self) -> &Capabilities {
        if self.is(Broken::ClaimsATypeTooMany) { &TOO_MUCH } else { &CAPABILITIES }
    }

    async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        let known = self.zones.lock().unwrap().clone().filter(|_| self.is(Broken::RemembersZones));
        if let Some(zones) = known {
            return listed_zones(zones);
        }
        let zones = self.client.get(&["zones"]).read::<Vec<Named>>().await?;
        let zones: Vec<_> = zones.into_iter().map(|zone| zone.name).collect();
        *self.zones.lock().unwrap() = Some(zones.clone());
        listed_zones(zones)
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let Some(listed) = self.list(zone.name).await? else { return Ok(None) };
        let mut rows = RowReader::of(zone, self);
        let mut seen = HashSet::new();
        // A row may be in two pages.
        for row in listed.into_iter().filter(|row| seen.insert(row.id)) {
            let misnamed = row.name.is_empty() && self.is(Broken::MisnamesTheApex);
            let name = if misnamed { zone.name.without_dot() } else { &row.name };
            if zone.types.get(&row.r#type).is_some() {
                let id = row.id.unwrap();
                rows.add(id, name, &row.r#type, row.ttl, self.value(zone, &row));
            }
        }
        let (mut read, held) = rows.finish();
        read.state = State::new(held);
        Ok(Some(read))
    }
}

#[async_trait]
impl Provider for Shelf {
    fn drops_hidden(&self) -> bool {
        self.is(Broken::DropsHidden)
    }

    async fn adapt(
        &self,
        desired: &mut Zone,
        existing: &mut Zone,
        report: &mut Report,
    ) -> Result<(), ProviderError> {
        let unsupported =
            &[(RecordType::TXT, &[UnsupportedText::NonUtf8, UnsupportedText::Empty][..])];
        drop_unsupported_texts(desired, existing, unsupported, report);
        Ok(())
    }

    async fn extra_changes(&self, draft: &PlanDraft<'_>) -> Result<Vec<Change>, ProviderError> {
        for change in draft.changes {
            if let (Change::Create(new), Broken::AppliesWhilePlanning) = (change, self.broken)
                && self.list(draft.desired.name()).await?.is_some()
            {
                self.send(draft.desired.name(), new).await?;
            }
        }
        Ok(Vec::new())
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let zone = plan.desired.name().without_dot();
        if self.is(Broken::SaysOkWithoutDoing) {
            return Ok(());
        }
        if !plan.exists && !self.is(Broken::ForgetsNewZones) {
            self.create_zone(zone).await?;
        }
        let none = ExistingRows::default();
        let held = plan.state()?.unwrap_or(&none);
        if self.is(Broken::DeletesOutsideThePlan) {
            self.sweep(plan).await?;
        }
        let logs_otherwise =
            [Broken::SaysAllWasApplied, Broken::SwallowsErrors, Broken::LeavesOutOfTheLog];
        if !logs_otherwise.contains(&self.broken) {
            return per_record::apply(self, plan, held, log).await;
        }
        let approved = plan.clone().approve_by_force();
        let unseen = ApplyLog::new("unseen", &approved, &());
        let result = per_record::apply(self, plan, held, &unseen).await;
        if self.is(Broken::LeavesOutOfTheLog) {
            return result;
        }
        log.in_one(async { Ok::<_, ProviderError>(()) }).await?;
        if self.is(Broken::SwallowsErrors) { Ok(()) } else { result }
    }
}

#[async_trait]
impl RowApi for Shelf {
    type Id = u64;

    async fn create(&self, zone: &ZoneName, record: &Record) -> Result<(), ProviderError> {
        let is_lost = self.is(Broken::LosesAValue) && self.write(record).value == "192.0.2.2";
        if is_lost { Ok(()) } else { self.send(zone, record).await }
    }

    async fn update(
        &self,
        zone: &ZoneName,
        existing: &StoredRow<u64>,
        record: &Record,
    ) -> Result<(), ProviderError> {
        let path = ["zones", zone.without_dot(), "rows", &existing.id.to_string()];
        Ok(self.client.put(&path).json(&self.write(record)).send_ok().await?)
    }

    async fn delete(&self, zone: &ZoneName, row: &StoredRow<u64>) -> Result<(), ProviderError> {
        if self.is(Broken::DropsDeletes) {
            return Ok(());
        }
        let path = ["zones", zone.without_dot(), "rows", &row.id.to_string()];
        Ok(self.client.delete(&path).send_ok_or_missing().await?)
    }

    async fn delete_unreadable(
        &self,
        zone: &ZoneName,
        id: &u64,
        _: &Record,
    ) -> Result<(), ProviderError> {
        let path = ["zones", zone.without_dot(), "rows", &id.to_string()];
        Ok(self.client.delete(&path).send_ok_or_missing().await?)
    }

    async fn pause(&self, _: &ProviderError, attempt: u32) {
        self.client.backoff().pause(attempt).await;
    }

    async fn holds(&self, zone: &ZoneName, record: &Record) -> Result<bool, ProviderError> {
        let wanted = self.write(record);
        let listed = self.list(zone).await?.unwrap_or_default();
        Ok(!self.is(Broken::KnowsOnlyItsOwnRows)
            && listed.into_iter().any(|row| Held { id: None, ..row } == wanted))
    }

    fn is_same(&self, existing: &Record, desired: &Record) -> bool {
        let same_ttl = existing.ttl() == desired.ttl() || self.is(Broken::IgnoresTtl);
        same_ttl && existing.data() == desired.data()
    }
}
