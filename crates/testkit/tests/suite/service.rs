//! A service of rows: one value each, under an id.

use octodns_testkit::store::{Action, Names, Paging, Store};

/// It supports four types, and has fifty rows per page.
pub(crate) fn service() -> Store {
    Store::rows()
        .route("GET", "/zones", Action::ListZones)
        .route("POST", "/zones", Action::CreateZone)
        .route("GET", "/zones/{zone}/rows", Action::List)
        .route("POST", "/zones/{zone}/rows", Action::Create)
        .route("PUT", "/zones/{zone}/rows/{id}", Action::Update)
        .route("DELETE", "/zones/{zone}/rows/{id}", Action::Delete)
        .zones_paging(Paging::whole())
        .items_under("items", "")
        .paging(Paging::offset("start", "", 50, 50).next("next").total("total"))
        .fields(&["name", "type", "ttl", "value"])
        .types(&["A", "CNAME", "MX", "TXT"])
        .names(Names::Relative { apex: "" })
}
