//! Zones as they are listed, and whether Valimail monitors each.

use octodns_core::{OwnedValue, value};
use octodns_http::{Client, Error, Page, all, pages};
use octodns_kit::{ListedZone, Remembered};
use serde::Deserialize;

/// The most zones of a page.
const PER_PAGE: u64 = 1000;

/// The setting, as plans show it.
const MONITOR: &str = "valimailMonitor";

/// Whether Valimail monitors each zone, by its name. A zone is listed or created before this is asked, in every run.
#[derive(Debug, Default)]
pub(crate) struct Monitors(Remembered<bool>);

impl Monitors {
    /// Remembers a zone, or changes what is known of it.
    pub(crate) fn learn(&self, zone: &str, is_on: bool) {
        self.0.set(zone, Some(is_on));
    }

    /// The change of the setting that makes it `desired`, as a plan shows it.
    pub(crate) fn change(&self, zone: &str, desired: bool) -> Option<OwnedValue> {
        // A zone that does not say is not monitored.
        let current = self.0.get(zone).unwrap_or_default();
        let both = [("current", current.into()), ("desired", desired.into())];
        let both = value::Map::from_unique(both);
        (current != desired).then(|| value::Map::from_unique([(MONITOR, both.into())]).into())
    }

    /// The primary zones that the user may see.
    pub(crate) async fn list(&self, client: &Client) -> Result<Vec<ListedZone>, Error> {
        let listed: Vec<Listed> = all(pages(String::new(), async |cursor| {
            let request = client.get(&["zones"]).query("limit", PER_PAGE);
            let request = request.query("q", "zone_type:PRIMARY");
            let request =
                if cursor.is_empty() { request } else { request.query("cursor", &cursor) };
            let response = request.send().await?;
            if !response.status().is_success() {
                return Ok(Page::new(&response, Vec::new()));
            }
            let Zones { zones, cursor_info } = response.json()?;
            Ok(Page::new(&response, zones).cursor(cursor_info.next))
        }))
        .await?;
        let zone = |Listed { properties }: Listed| {
            self.learn(&properties.name, properties.valimail_monitor.unwrap_or_default());
            ListedZone::new(&*properties.name, &*properties.name)
        };
        Ok(listed.into_iter().map(zone).collect())
    }
}

/// A page of the list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Zones {
    zones: Vec<Listed>,
    cursor_info: CursorInfo,
}

#[derive(Deserialize)]
struct CursorInfo {
    next: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    name: String,
    valimail_monitor: Option<bool>,
}
