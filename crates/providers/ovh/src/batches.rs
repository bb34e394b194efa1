//! Many rows in one request. The service does not document it for rows of zones, so it is tried where it pays.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use octodns_http::{Client, Error};
use octodns_kit::Json;
use tokio::sync::Mutex;

/// How many rows of a provider are read one by one before batches are tried.
const SINGLES: usize = 50;
/// The most ids of a request.
const BATCH: usize = 50;

/// Whether the service knows batches of rows.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    /// The rows that were read so far.
    rows: AtomicUsize,
    /// `None`: not tried yet. Locked during the first try.
    are_known: Mutex<Option<bool>>,
}

impl Batches {
    /// The rows with these ids that come in batches, by id; none if the service does not know them.
    pub(crate) async fn read(
        &self,
        client: &Client,
        zone: &str,
        ids: &[u64],
    ) -> Result<BTreeMap<u64, Json>, Error> {
        let mut found = BTreeMap::new();
        let before = self.rows.fetch_add(ids.len(), Ordering::Relaxed);
        let mut batches = ids.chunks(BATCH);
        let mut are_known = self.are_known.lock().await;
        let is_worth_it = match *are_known {
            Some(are_known) => are_known && ids.len() > 1,
            None => before + ids.len() > SINGLES && ids.len() > 1,
        };
        if !is_worth_it {
            return Ok(found);
        }
        if are_known.is_none()
            && let Some(first) = batches.next()
        {
            match batch(client, zone, first).await {
                Ok(rows) => {
                    *are_known = Some(!rows.is_empty());
                    found.extend(rows);
                }
                // It may work another time.
                Err(error) if error.is_transient() => return Ok(found),
                Err(_) => *are_known = Some(false),
            }
        }
        let can_go_on = *are_known == Some(true);
        // Other zones do not wait for the rest of this one.
        drop(are_known);
        if can_go_on {
            let rest = batches.map(|ids| batch(client, zone, ids));
            for rows in futures::future::join_all(rest).await {
                match rows {
                    Ok(rows) => found.extend(rows),
                    Err(error) if error.is_transient() => return Err(error),
                    // What is missing is read alone, which says what is wrong.
                    Err(_) => {}
                }
            }
        }
        Ok(found)
    }
}

/// The rows with these ids, as far as the service returns them.
async fn batch(client: &Client, zone: &str, ids: &[u64]) -> Result<BTreeMap<u64, Json>, Error> {
    let joined = ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
    let request = client.get(&["domain", "zone", zone, "record", &joined]);
    let answers: Vec<Json> = request.header("x-ovh-batch", ",").read().await?;
    let rows = answers.into_iter().filter_map(|mut answer| {
        // `{"key": "7", "value": {...}, "error": null}`
        let row = answer.get_mut("value")?.take();
        let id = row.get("id")?.as_u64().filter(|id| ids.contains(id))?;
        Some((id, row))
    });
    Ok(rows.collect())
}
