//! What the configuration says about the provider and the sources.

use octodns_core::Secret;
use octodns_core::registry::{BuildError, Sourced, WithShared};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::client::{Keys, Login, Role, Vpc, session_name};
use crate::zones::Scope;

/// Options of every class here: how to sign in, and where AWS is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct AwsOptions {
    /// The id of an access key; needs `secret_access_key`. Default: what the AWS SDK finds in the
    /// environment, in the profile, or from the machine's role.
    pub access_key_id: Option<String>,
    /// The secret of the access key.
    #[schemars(with = "Option<String>")]
    pub secret_access_key: Option<Secret>,
    /// The token that belongs to temporary keys.
    #[schemars(with = "Option<String>")]
    pub session_token: Option<Secret>,
    /// A profile of the AWS configuration files. Default: the SDK's.
    pub profile: Option<String>,
    /// The ARN of a role to assume first, with the credentials found otherwise. Default: none.
    pub role_arn: Option<String>,
    /// How often a call is retried when the service is busy or does not answer. Default: 5.
    #[schemars(range(max = 100))]
    pub client_max_attempts: Option<u32>,
    /// The URL of the API. Default: AWS's, for the region.
    pub endpoint: Option<String>,
    /// The URL of the STS API, for `role_arn`. Default: AWS's.
    pub sts_endpoint: Option<String>,
}

/// Options of one `route53` provider, beside [`AwsOptions`].
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Route53Options {
    /// The most records in one change batch, counted as AWS does: aliases too, and twice what is updated.
    /// Default: 1000, which is also AWS's own limit.
    pub max_changes: Option<usize>,
    /// The id of a reusable delegation set, for the zones that are created and listed; not for private
    /// zones. Default: none.
    pub delegation_set_id: Option<String>,
    /// Whether each zone is looked up by its name, instead of listing all zones once. Default: false.
    #[serde(default)]
    pub get_zones_by_name: bool,
    /// Whether only private (true) or only public (false) zones are looked at, and created. Default: all.
    pub private: Option<bool>,
    /// The id of a VPC: only its private zones are looked at. Needs `vpc_region`. Default: none.
    pub vpc_id: Option<String>,
    /// The region of the VPC, such as `eu-west-1`.
    pub vpc_region: Option<String>,
    /// What to do before changing a zone that other VPCs have as well: `error`, `warn` or `ignore`.
    /// Default: error.
    pub vpc_multi_action: Option<MultiVpc>,
    /// The most requests to Route 53 in any second, 0 for no limit; the least of all providers with the same
    /// credentials. Default: 5.
    pub requests_per_second: Option<u32>,
}

/// What to do about a zone of several VPCs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum MultiVpc {
    /// Refuse to change it.
    #[default]
    Error,
    /// Change it, with a word about it.
    Warn,
    /// Change it.
    Ignore,
}

/// Options of one `ec2` or `elb` source, beside [`AwsOptions`].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SourceOptions {
    /// The region to query, such as `eu-west-1`.
    pub region: String,
    /// TTL of the records, in seconds. Default: 3600.
    pub ttl: Option<i64>,
    /// The start of the keys of tags whose values are names, separated by `/`. Default: `octodns`.
    pub tag_prefix: Option<String>,
    /// What is appended to every name. Default: nothing.
    #[serde(default)]
    pub append_to_names: String,
}

const RETRIES: u32 = 5;

impl Route53Options {
    pub(crate) const MAX_CHANGES: usize = 1000;
    pub(crate) const REQUESTS_PER_SECOND: u32 = 5;
}

impl SourceOptions {
    /// The region, and the default of everything else.
    pub fn new(region: impl Into<String>) -> Self {
        Self { region: region.into(), ttl: None, tag_prefix: None, append_to_names: String::new() }
    }

    pub(crate) const TTL: i64 = 3600;
    pub(crate) const TAG_PREFIX: &str = "octodns";
}

/// All options of a class, with their positions in the configuration.
pub type SourcedOptions<O> = Sourced<WithShared<AwsOptions, O>>;

/// The zones that the options of a provider select.
pub(crate) fn scope(given: &SourcedOptions<Route53Options>) -> Result<Scope, BuildError> {
    let options = &given.options.own;
    let is_private = options.private.or(options.vpc_id.is_some().then_some(true));
    let vpc = match (&options.vpc_id, &options.vpc_region) {
        (None, _) => None,
        (Some(_), None) => {
            let fault = given.error("vpc_id", "vpc_id needs vpc_region beside it");
            return Err(fault.help("add the region of the VPC, such as `vpc_region: us-east-1`"));
        }
        (Some(_), Some(_)) if is_private == Some(false) => {
            let message = "vpc_id excludes `private: false`: the zones of a VPC are private";
            return Err(given.error("private", message).help("remove one of the two"));
        }
        (Some(id), Some(region)) => Some(Vpc { id: id.clone(), region: region.clone() }),
    };
    if options.delegation_set_id.is_some() && options.private == Some(true) {
        let message =
            "delegation_set_id excludes `private: true`: delegation sets are for public zones";
        return Err(given.error("delegation_set_id", message).help("remove one of the two"));
    }
    Ok(Scope {
        by_name: options.get_zones_by_name,
        is_private,
        vpc,
        delegation_set: options.delegation_set_id.clone(),
    })
}

/// The credentials in the options of a component with this id.
///
/// # Errors
///
/// Says which key is missing its counterpart.
pub(crate) fn login<O>(id: &str, given: &SourcedOptions<O>) -> Result<Login, BuildError> {
    let options = &given.options.shared;
    let keys = match (&options.access_key_id, &options.secret_access_key) {
        (Some(access_key_id), Some(secret_access_key)) => Some(Keys {
            access_key_id: access_key_id.clone(),
            secret_access_key: secret_access_key.clone(),
            session_token: options.session_token.clone(),
        }),
        (None, None) if options.session_token.is_none() => None,
        (None, _) => {
            let fault = given.error("", "keys need access_key_id beside them");
            return Err(fault.help("add access_key_id, or remove the keys"));
        }
        (Some(_), None) => {
            let message = "access_key_id needs secret_access_key beside it";
            let help = "add the secret, such as `secret_access_key: env/AWS_SECRET_ACCESS_KEY`";
            return Err(given.error("access_key_id", message).help(help));
        }
    };
    let role = options.role_arn.clone().map(|arn| Role {
        arn,
        session_name: session_name(id),
        endpoint: options.sts_endpoint.clone(),
    });
    let retries = options.client_max_attempts.unwrap_or(RETRIES);
    Ok(Login { keys, profile: options.profile.clone(), role, retries })
}

#[cfg(test)]
mod tests {
    use octodns_core::value::{Map, Value};

    use super::*;

    fn given(shared: AwsOptions, own: Route53Options) -> SourcedOptions<Route53Options> {
        Sourced::new(WithShared { shared, own })
    }

    /// Each is a mistake that would affect the wrong zones, or none.
    #[test]
    fn options_that_exclude_each_other_are_refused() {
        let vpc = Route53Options { vpc_id: Some("vpc-1".to_owned()), ..Route53Options::default() };
        let with_region =
            Route53Options { vpc_region: Some("us-east-1".to_owned()), ..vpc.clone() };
        let set = Route53Options {
            delegation_set_id: Some("N1".to_owned()),
            ..Route53Options::default()
        };
        for (options, message) in [
            (vpc, "vpc_id needs vpc_region beside it"),
            (
                Route53Options { private: Some(false), ..with_region.clone() },
                "vpc_id excludes `private: false`: the zones of a VPC are private",
            ),
            (
                Route53Options { private: Some(true), ..set },
                "delegation_set_id excludes `private: true`: delegation sets are for public zones",
            ),
        ] {
            assert_eq!(scope(&given(AwsOptions::default(), options)).unwrap_err().message, message);
        }
        assert_eq!(
            scope(&given(AwsOptions::default(), with_region)).unwrap().is_private,
            Some(true)
        );
    }

    #[test]
    fn incomplete_keys_are_refused() {
        let secret = Some(Secret::new("s"));
        for (id, secret, token, is_fine) in [
            (None, None, None, true),
            (Some("k".to_owned()), secret.clone(), None, true),
            (Some("k".to_owned()), secret.clone(), secret.clone(), true),
            (Some("k".to_owned()), None, None, false),
            (None, secret.clone(), None, false),
            (None, None, secret, false),
        ] {
            let options = AwsOptions {
                access_key_id: id,
                secret_access_key: secret,
                session_token: token,
                ..AwsOptions::default()
            };
            let given = given(options, Route53Options::default());
            assert_eq!(login("r53", &given).is_ok(), is_fine);
        }
    }

    #[test]
    fn unknown_actions_are_refused() {
        let read = |action: &str| {
            let map: Map<'_> =
                [("vpc_multi_action", Value::from(action.to_owned()))].into_iter().collect();
            octodns_core::value::from_value::<Route53Options>(&map.into())
        };
        assert_eq!(read("warn").unwrap().vpc_multi_action, Some(MultiVpc::Warn));
        assert!(read("x").is_err());
    }
}
