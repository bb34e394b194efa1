//! `ElbSource`: names of load balancers, from their own names and their tags.

use std::sync::Arc;

use octodns_core::registry::BuildError;
use octodns_core::{
    Capabilities, PerRun, ProviderError, RecordType, Source, ZoneRead, ZoneRequest, async_trait,
};

use crate::client::Pages;
use crate::options::{SourceOptions, SourcedOptions, login};
use crate::query::{Api, QueryClient};
use crate::source::{Found, Naming, incomplete};
use crate::xml::Element;

const ELB: Api = Api { service: "elasticloadbalancing", version: "2015-12-01" };

/// The maximum number of load balancers in a request for tags.
const TAGS_AT_ONCE: usize = 20;

const CAPABILITIES: Capabilities = Capabilities::of(&[RecordType::ALIAS, RecordType::CNAME]);

/// Load balancers of one region: their names get CNAME records, or ALIAS at the apex.
pub struct ElbSource {
    id: Arc<str>,
    client: QueryClient,
    naming: Naming,
    balancers: PerRun<Vec<Balancer>>,
}

/// A load balancer, as far as it is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Balancer {
    arn: String,
    /// Absolute, like `names`.
    dns_name: String,
    names: Vec<String>,
}

impl ElbSource {
    /// A source with its options.
    ///
    /// # Errors
    ///
    /// Says which key is missing its counterpart.
    pub fn new(id: &str, given: SourcedOptions<SourceOptions>) -> Result<Self, BuildError> {
        let login = login(id, &given)?;
        let naming = Naming::new(&given.options.own);
        let (region, endpoint) = (&given.options.own.region, given.options.shared.endpoint);
        let client = QueryClient::new(ELB, login, region, endpoint);
        Ok(Self { id: id.into(), client, naming, balancers: PerRun::default() })
    }

    async fn balancers(&self) -> Result<Arc<Vec<Balancer>>, ProviderError> {
        let list = async {
            let mut balancers = self.list().await?;
            for some in balancers.chunks_mut(TAGS_AT_ONCE) {
                self.add_tags(some).await?;
            }
            Ok::<_, ProviderError>(balancers)
        };
        self.balancers.get_or_try_init(list).await
    }

    /// All load balancers, with their own names.
    async fn list(&self) -> Result<Vec<Balancer>, ProviderError> {
        const CALL: &str = "DescribeLoadBalancers";
        let mut balancers = Vec::new();
        let (mut parameters, mut pages) = (Vec::new(), Pages::new(CALL));
        loop {
            let page = self.client.call(CALL, &parameters).await?;
            let result = page
                .child("DescribeLoadBalancersResult")
                .ok_or_else(|| incomplete(CALL, "DescribeLoadBalancersResult"))?;
            let first = members(result, "LoadBalancers").next();
            pages.begin(first.and_then(|first| first.text_of("LoadBalancerArn")))?;
            for member in members(result, "LoadBalancers") {
                let text = |name| member.text_of(name).ok_or_else(|| incomplete(CALL, name));
                let dns_name = text("DNSName")?;
                balancers.push(Balancer {
                    arn: text("LoadBalancerArn")?.to_owned(),
                    dns_name: format!("{}.", dns_name.trim_end_matches('.')),
                    names: self.naming.name(text("LoadBalancerName")?).into_iter().collect(),
                });
            }
            // Differs from octoDNS, which only reads the first page.
            let next = pages.next_if_any(result.text_of("NextMarker"))?;
            let Some(marker) = next else { return Ok(balancers) };
            parameters = vec![("Marker".to_owned(), marker.to_owned())];
        }
    }

    /// Adds the names in tags.
    async fn add_tags(&self, balancers: &mut [Balancer]) -> Result<(), ProviderError> {
        const CALL: &str = "DescribeTags";
        let parameter = |(index, balancer): (usize, &Balancer)| {
            (format!("ResourceArns.member.{}", index + 1), balancer.arn.clone())
        };
        let parameters: Vec<_> = balancers.iter().enumerate().map(parameter).collect();
        let answer = self.client.call(CALL, &parameters).await?;
        let result = answer
            .child("DescribeTagsResult")
            .ok_or_else(|| incomplete(CALL, "DescribeTagsResult"))?;
        for described in members(result, "TagDescriptions") {
            let arn = described.text_of("ResourceArn");
            let balancer = balancers.iter_mut().find(|balancer| Some(&*balancer.arn) == arn);
            let Some(balancer) = balancer else { continue };
            for tag in members(described, "Tags") {
                let (key, value) = (tag.text_of("Key"), tag.text_of("Value"));
                for name in self.naming.of_tag(key.unwrap_or_default(), value.unwrap_or_default()) {
                    // The same name in two tags counts once.
                    if !balancer.names.contains(&name) {
                        balancer.names.push(name);
                    }
                }
            }
        }
        Ok(())
    }
}

fn members<'e>(element: &'e Element, list: &'e str) -> impl Iterator<Item = &'e Element> {
    element.child(list).into_iter().flat_map(|list| list.children("member"))
}

#[async_trait]
impl Source for ElbSource {
    fn id(&self) -> &str {
        &self.id
    }

    fn class_name(&self) -> &'static str {
        "ElbSource"
    }

    fn begin_run(&self) {
        self.balancers.forget();
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let mut found = Found::new(zone, &self.id);
        for balancer in self.balancers().await?.iter() {
            for name in &balancer.names {
                let Some(name) = found.relative(name) else { continue };
                let record_type = if name.is_empty() { "ALIAS" } else { "CNAME" };
                found.add(name, record_type, self.naming.ttl, &[&balancer.dns_name]);
            }
        }
        Ok(Some(found.read))
    }
}
