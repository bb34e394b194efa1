//! Zones on their way into Python.

use std::sync::Arc;

use super::{Answer, Host, HostZone};
use crate::actor::{Command, Outgoing};
use crate::doing::{Doing, Task};
use crate::error::BridgeError;
use crate::wire::frame::{BATCH, TooLarge, ZoneFrame, line};
use crate::wire::{RecordKey, WireRecord, ZoneDelta, ZoneHead, ZoneNumber};

impl Host {
    /// Makes a zone in the host with these records. A fault in one comes up at the next call that uses the zone.
    ///
    /// # Errors
    ///
    /// If a record is too large.
    pub async fn send_zone(
        &self,
        zone: &HostZone,
        head: &ZoneHead,
        records: &mut (dyn Iterator<Item = WireRecord> + Send),
    ) -> Answer<()> {
        self.shared.name_zone(zone.number(), &head.name);
        let mut head = Some(head);
        loop {
            let part: Vec<WireRecord> = records.take(BATCH).collect();
            if part.is_empty() && head.is_none() {
                return Ok(());
            }
            self.send_records(zone.number(), head.take(), None, &part).await?;
        }
    }

    /// Changes a zone of the host. A fault in that comes up at the next call that uses the zone.
    ///
    /// # Errors
    ///
    /// If a record is too large.
    pub async fn change_zone(&self, zone: ZoneNumber, delta: ZoneDelta) -> Answer<()> {
        let ZoneDelta { removed, records } = delta;
        for part in removed.chunks(BATCH) {
            self.send_records(zone, None, Some(part), &[]).await?;
        }
        for part in records.chunks(BATCH) {
            self.send_records(zone, None, Some(&[]), part).await?;
        }
        Ok(())
    }

    /// Sends a part of a zone; in smaller parts, if it is too large for a frame.
    async fn send_records(
        &self,
        zone: ZoneNumber,
        open: Option<&ZoneHead>,
        remove: Option<&[RecordKey]>,
        records: &[WireRecord],
    ) -> Answer<()> {
        let what = records.first().map_or("the zone", |record| &record.key.name);
        match line(&ZoneFrame { zone, open, remove, records }, what) {
            Ok(line) => {
                // It is never closed.
                let place = Arc::clone(&self.shared.room).acquire_owned().await.ok();
                let _ = self.shared.commands.send(Command::Write(Outgoing { line, place }));
                Ok(())
            }
            Err(_) if records.len() > 1 => {
                let (first, second) = records.split_at(records.len() / 2);
                Box::pin(self.send_records(zone, open, remove, first)).await?;
                Box::pin(self.send_records(zone, None, remove, second)).await
            }
            Err(TooLarge { bytes, .. }) => Err(self.too_large(zone, records, bytes)),
        }
    }

    fn too_large(&self, zone: ZoneNumber, records: &[WireRecord], bytes: usize) -> BridgeError {
        let name = self.shared.zone_name(zone);
        let what = match records.first() {
            Some(WireRecord { key: RecordKey { name, record_type }, .. }) => {
                format!("record \"{name}\" {record_type}")
            }
            None => "the zone".to_owned(),
        };
        let doing = Doing::new(Task::Send, "").of_zone(name);
        BridgeError::TooLarge { doing, source: TooLarge { what, bytes } }
    }
}
