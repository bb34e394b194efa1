//! The Route 53 API: its calls, with their paging. The SDK's types are only used in this folder.
//!
//! <https://docs.aws.amazon.com/Route53/latest/APIReference/>

mod attempts;
mod convert;
mod error;
pub(crate) mod http;
mod limits;
mod login;
mod pages;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_route53::Client as Sdk;
use aws_sdk_route53::types as sdk;
use octodns_http::Limits;
use tokio::sync::OnceCell;

use crate::batches::Mod;
use crate::health_check::{CheckSettings, HealthCheck};
use crate::rrset::{RrSet, plain_name};
use attempts::{Attempts, NoUselessRetry};

pub(crate) use error::ApiError;
pub(crate) use limits::limits;
pub(crate) use login::{Keys, Login, Role, session_name};
pub(crate) use pages::Pages;

/// A hosted zone, as far as it is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostedZone {
    pub(crate) id: String,
    /// Absolute, in lowercase, without octal escapes.
    pub(crate) name: String,
    pub(crate) is_private: bool,
    pub(crate) reference: String,
}

/// A VPC of a private zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Vpc {
    pub(crate) id: String,
    pub(crate) region: String,
}

/// A zone to create.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewZone<'z> {
    pub(crate) name: &'z str,
    /// The same for every attempt, so that no second zone is created.
    pub(crate) reference: &'z str,
    pub(crate) delegation_set: Option<&'z str>,
    pub(crate) is_private: Option<bool>,
    pub(crate) vpc: Option<&'z Vpc>,
}

/// The networks of each location of a CIDR collection.
pub(crate) type Locations = BTreeMap<String, Vec<String>>;

/// The API, for one account.
#[derive(Debug)]
pub(crate) struct Client {
    login: Login,
    endpoint: Option<String>,
    limits: Arc<Limits>,
    sdk: OnceCell<Sdk>,
}

type Result<T> = std::result::Result<T, ApiError>;

/// A call of the SDK, with its error converted. Calls of the SDK are large futures.
macro_rules! call {
    ($client:ident, $name:expr, $request:expr) => {
        Box::pin($request.send())
            .await
            .map_err(|error| ApiError::of($name, &error).without(&$client.login.redactor()))
    };
}

impl Client {
    /// Makes no call, and reads no file, before the first method is called.
    pub(crate) fn new(login: Login, endpoint: Option<String>, limits: Arc<Limits>) -> Self {
        Self { login, endpoint, limits, sdk: OnceCell::new() }
    }

    /// The limits of the account.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    async fn sdk(&self) -> &Sdk {
        let make = || async {
            let config = self.login.config(None).await;
            let mut builder = aws_sdk_route53::config::Builder::from(&config);
            builder = builder.retry_classifier(NoUselessRetry);
            if let Some(endpoint) = &self.endpoint {
                builder = builder.endpoint_url(endpoint);
            }
            if let Some(inner) = config.http_client() {
                let limits = Arc::clone(&self.limits);
                builder = builder.http_client(http::Paced::new(inner, limits));
            }
            Sdk::from_conf(builder.build())
        };
        self.sdk.get_or_init(|| Box::pin(make())).await
    }

    /// All zones of the account, or those of a delegation set.
    pub(crate) async fn zones(&self, delegation_set: Option<&str>) -> Result<Vec<HostedZone>> {
        const CALL: &str = "ListHostedZones";
        let (mut zones, mut marker, mut pages) = (Vec::new(), None, Pages::new(CALL));
        loop {
            let request = self.sdk().await.list_hosted_zones();
            let request = request.set_delegation_set_id(delegation_set.map(Into::into));
            let page = call!(self, CALL, request.set_marker(marker))?;
            pages.begin(page.hosted_zones.first().map(|zone| &zone.id))?;
            zones.extend(page.hosted_zones.into_iter().map(hosted_zone));
            marker = pages.next(page.is_truncated, page.next_marker)?;
            if marker.is_none() {
                return Ok(zones);
            }
        }
    }

    /// The zones with this name: a public one, and private ones.
    pub(crate) async fn zones_named(&self, name: &str) -> Result<Vec<HostedZone>> {
        const CALL: &str = "ListHostedZonesByName";
        let (mut zones, mut pages) = (Vec::new(), Pages::new(CALL));
        let mut start = (name.to_owned(), None);
        loop {
            let request = self.sdk().await.list_hosted_zones_by_name().max_items(100);
            let request = request.dns_name(start.0).set_hosted_zone_id(start.1);
            let page = call!(self, CALL, request)?;
            pages.begin(page.hosted_zones.first().map(|zone| &zone.id))?;
            // The list continues with the next names in DNS order.
            let of_name = |zone: &HostedZone| zone.name == name;
            zones.extend(page.hosted_zones.into_iter().map(hosted_zone).filter(of_name));
            let next = page.next_dns_name.map(|name| (name, page.next_hosted_zone_id));
            match pages.next(page.is_truncated, next)? {
                Some(next) if plain_name(&next.0) == name => start = next,
                _ => return Ok(zones),
            }
        }
    }

    /// The zones of a VPC.
    pub(crate) async fn zones_of_vpc(&self, vpc: &Vpc) -> Result<Vec<HostedZone>> {
        const CALL: &str = "ListHostedZonesByVPC";
        let (mut zones, mut token, mut pages) = (Vec::new(), None, Pages::new(CALL));
        loop {
            let request = self.sdk().await.list_hosted_zones_by_vpc();
            let region = sdk::VpcRegion::from(&*vpc.region);
            let request = request.vpc_id(&vpc.id).vpc_region(region).set_next_token(token);
            let page = call!(self, CALL, request)?;
            pages.begin(page.hosted_zone_summaries.first().map(|zone| &zone.hosted_zone_id))?;
            zones.extend(page.hosted_zone_summaries.into_iter().map(|zone| HostedZone {
                id: crate::rrset::last_part(&zone.hosted_zone_id).to_owned(),
                name: plain_name(&zone.name),
                is_private: true,
                reference: String::new(),
            }));
            token = pages.next_if_any(page.next_token)?;
            if token.is_none() {
                return Ok(zones);
            }
        }
    }

    /// The ids of the VPCs of a private zone.
    pub(crate) async fn vpcs_of_zone(&self, zone_id: &str) -> Result<Vec<String>> {
        let zone = call!(self, "GetHostedZone", self.sdk().await.get_hosted_zone().id(zone_id))?;
        Ok(zone.vpcs.unwrap_or_default().into_iter().filter_map(|vpc| vpc.vpc_id).collect())
    }

    /// Creates a zone, and returns its id.
    pub(crate) async fn create_zone(&self, zone: &NewZone<'_>) -> Result<String> {
        let mut request = self
            .sdk()
            .await
            .create_hosted_zone()
            .name(zone.name)
            .caller_reference(zone.reference)
            .set_delegation_set_id(zone.delegation_set.map(Into::into));
        if let Some(vpc) = zone.vpc {
            let region = sdk::VpcRegion::from(&*vpc.region);
            request = request.vpc(sdk::Vpc::builder().vpc_id(&vpc.id).vpc_region(region).build());
        } else if let Some(is_private) = zone.is_private {
            let config = sdk::HostedZoneConfig::builder().private_zone(is_private).build();
            request = request.hosted_zone_config(config);
        }
        match call!(self, "CreateHostedZone", request) {
            Ok(created) => {
                Ok(created.hosted_zone.map(|zone| crate::rrset::last_part(&zone.id).to_owned()))
                    .transpose()
                    .unwrap_or_else(|| Err(no_id("CreateHostedZone")))
            }
            // The response to an earlier attempt was lost.
            Err(error) => {
                let of_ours = |found: &HostedZone| found.reference == zone.reference;
                let found = match &error {
                    ApiError::Refused { code, .. } if code == "HostedZoneAlreadyExists" => {
                        self.zones_named(zone.name).await?.into_iter().find(of_ours)
                    }
                    _ => None,
                };
                found.map(|zone| zone.id).ok_or(error)
            }
        }
    }

    /// All record sets of a zone, in the service's order.
    pub(crate) async fn rrsets(&self, zone_id: &str) -> Result<Vec<RrSet>> {
        const CALL: &str = "ListResourceRecordSets";
        let (mut sets, mut pages) = (Vec::new(), Pages::new(CALL));
        let mut start = (None, None, None);
        loop {
            let request = self.sdk().await.list_resource_record_sets().hosted_zone_id(zone_id);
            let request = request
                .set_start_record_name(start.0)
                .set_start_record_type(start.1)
                .set_start_record_identifier(start.2);
            let page = call!(self, CALL, request)?;
            let read = sets.len();
            sets.extend(page.resource_record_sets.into_iter().map(convert::rrset));
            pages.begin(sets.get(read).map(RrSet::key))?;
            let (of, id) = (page.next_record_type, page.next_record_identifier);
            let next = page.next_record_name.map(|name| (Some(name), of, id));
            match pages.next(page.is_truncated, next)? {
                Some(next) => start = next,
                None => return Ok(sets),
            }
        }
    }

    /// Applies changes, all or none. The error also says whether they may have been applied anyway.
    pub(crate) async fn change(
        &self,
        zone_id: &str,
        comment: Option<String>,
        mods: &[Mod],
    ) -> std::result::Result<(), (ApiError, bool)> {
        let attempts = Attempts::default();
        let batch = convert::batch(comment, mods).map_err(|error| (error, false))?;
        let request = self.sdk().await.change_resource_record_sets();
        let request = request.hosted_zone_id(zone_id).change_batch(batch).customize();
        let sent = call!(self, "ChangeResourceRecordSets", request.interceptor(attempts.clone()));
        sent.map(drop).map_err(|error| (error, attempts.may_be_done()))
    }

    /// All health checks of the account.
    pub(crate) async fn health_checks(&self) -> Result<Vec<HealthCheck>> {
        const CALL: &str = "ListHealthChecks";
        let (mut checks, mut marker, mut pages) = (Vec::new(), None, Pages::new(CALL));
        loop {
            let request = self.sdk().await.list_health_checks().set_marker(marker);
            let page = call!(self, CALL, request)?;
            pages.begin(page.health_checks.first().map(|check| &check.id))?;
            checks.extend(page.health_checks.into_iter().filter_map(convert::health_check));
            marker = pages.next(page.is_truncated, page.next_marker)?;
            if marker.is_none() {
                return Ok(checks);
            }
        }
    }

    /// Creates a health check; a call with the same reference and settings returns the same one.
    pub(crate) async fn create_health_check(
        &self,
        reference: &str,
        settings: &CheckSettings,
    ) -> Result<HealthCheck> {
        let request = self.sdk().await.create_health_check().caller_reference(reference);
        let request = request.health_check_config(convert::check_config(settings)?);
        let created = call!(self, "CreateHealthCheck", request)?;
        let id = created.health_check.map(|check| check.id);
        let id = id.ok_or_else(|| no_id("CreateHealthCheck"))?;
        Ok(HealthCheck { id, reference: reference.to_owned(), settings: settings.clone() })
    }

    /// Sets the name of a health check that the console shows.
    pub(crate) async fn name_health_check(&self, id: &str, name: &str) -> Result<()> {
        let tag = sdk::Tag::builder().key("Name").value(name).build();
        let request = self.sdk().await.change_tags_for_resource().add_tags(tag);
        let request = request.resource_type(sdk::TagResourceType::Healthcheck).resource_id(id);
        call!(self, "ChangeTagsForResource", request).map(drop)
    }

    /// Deletes a health check; it is fine if it does not exist.
    pub(crate) async fn delete_health_check(&self, id: &str) -> Result<()> {
        let request = self.sdk().await.delete_health_check().health_check_id(id);
        match call!(self, "DeleteHealthCheck", request) {
            Err(ApiError::NotFound { .. }) => Ok(()),
            answer => answer.map(drop),
        }
    }

    /// The id of the CIDR collection with this name.
    pub(crate) async fn cidr_collection(&self, name: &str) -> Result<Option<String>> {
        const CALL: &str = "ListCidrCollections";
        let (mut token, mut pages) = (None, Pages::new(CALL));
        loop {
            let request = self.sdk().await.list_cidr_collections().set_next_token(token);
            let page = call!(self, CALL, request)?;
            let collections = page.cidr_collections.unwrap_or_default();
            pages.begin(collections.first().map(|first| &first.id))?;
            let mut found = collections.into_iter();
            if let Some(found) = found.find(|found| found.name.as_deref() == Some(name)) {
                return Ok(found.id);
            }
            token = pages.next_if_any(page.next_token)?;
            if token.is_none() {
                return Ok(None);
            }
        }
    }

    /// Creates a CIDR collection, and returns its id.
    pub(crate) async fn create_cidr_collection(
        &self,
        name: &str,
        reference: &str,
    ) -> Result<String> {
        let request = self.sdk().await.create_cidr_collection().name(name);
        match call!(self, "CreateCidrCollection", request.caller_reference(reference)) {
            Ok(created) => {
                let id = created.collection.and_then(|collection| collection.id);
                id.ok_or_else(|| no_id("CreateCidrCollection"))
            }
            // Another zone, or an attempt with a lost response, has created it.
            Err(error) => match &error {
                ApiError::Refused { code, .. }
                    if code.starts_with("CidrCollectionAlreadyExists") =>
                {
                    self.cidr_collection(name).await?.ok_or(error)
                }
                _ => Err(error),
            },
        }
    }

    /// The networks of a CIDR collection, by location.
    pub(crate) async fn cidr_locations(&self, collection: &str) -> Result<Locations> {
        const CALL: &str = "ListCidrBlocks";
        let (mut locations, mut token) = (Locations::new(), None);
        let mut pages = Pages::new(CALL);
        loop {
            let request = self.sdk().await.list_cidr_blocks().collection_id(collection);
            let page = call!(self, CALL, request.set_next_token(token))?;
            let blocks = page.cidr_blocks.unwrap_or_default();
            pages.begin(blocks.first().map(|first| (&first.location_name, &first.cidr_block)))?;
            for block in blocks {
                if let (Some(location), Some(network)) = (block.location_name, block.cidr_block) {
                    locations.entry(location).or_default().push(network);
                }
            }
            token = pages.next_if_any(page.next_token)?;
            if token.is_none() {
                return Ok(locations);
            }
        }
    }

    /// Adds networks to locations of a CIDR collection.
    pub(crate) async fn add_to_locations(&self, collection: &str, added: &Locations) -> Result<()> {
        let put = |(location, networks): (&String, &Vec<String>)| {
            sdk::CidrCollectionChange::builder()
                .location_name(location)
                .action(sdk::CidrCollectionChangeAction::Put)
                .set_cidr_list(Some(networks.clone()))
                .build()
                .map_err(convert::unbuilt)
        };
        let changes = added.iter().map(put).collect::<Result<Vec<_>>>()?;
        let request = self.sdk().await.change_cidr_collection().id(collection);
        call!(self, "ChangeCidrCollection", request.set_changes(Some(changes))).map(drop)
    }
}

fn hosted_zone(zone: sdk::HostedZone) -> HostedZone {
    HostedZone {
        id: crate::rrset::last_part(&zone.id).to_owned(),
        name: plain_name(&zone.name),
        is_private: zone.config.is_some_and(|config| config.private_zone),
        reference: zone.caller_reference,
    }
}

fn no_id(call: &'static str) -> ApiError {
    ApiError::Malformed { call, reason: "what was created has no id".into() }
}
