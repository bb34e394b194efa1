//! Credentials for AWS: keys, a profile, a role, or what the SDK finds in the environment.

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use octodns_core::{Redactor, Secret};

use super::http;

/// The region of global services, unless the environment has a region of another partition.
const DEFAULT_REGION: &str = "us-east-1";

/// How to sign in, from the options of a provider or source.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) keys: Option<Keys>,
    pub(crate) profile: Option<String>,
    pub(crate) role: Option<Role>,
    /// The number of retries.
    pub(crate) retries: u32,
}

/// Keys in the configuration.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: Secret,
    pub(crate) session_token: Option<Secret>,
}

/// A role to assume first.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) arn: String,
    pub(crate) session_name: String,
    /// The endpoint of STS, if not AWS's.
    pub(crate) endpoint: Option<String>,
}

impl Login {
    /// Redacts the secrets that a service may repeat.
    pub(crate) fn redactor(&self) -> Redactor {
        let keys = self.keys.iter();
        Redactor::new(
            keys.flat_map(|keys| {
                std::iter::once(&keys.secret_access_key).chain(&keys.session_token)
            }),
        )
    }

    /// The configuration of clients. Sends nothing; reads the environment.
    pub(crate) async fn config(&self, region: Option<&str>) -> SdkConfig {
        let client = http::client();
        let config = self.base(region, client).await;
        let Some(role) = &self.role else { return config };
        let mut sts = config.to_builder();
        sts.set_endpoint_url(role.endpoint.clone());
        let provider = AssumeRoleProvider::builder(&role.arn)
            .session_name(&role.session_name)
            .configure(&sts.build());
        let provider = match config.credentials_provider() {
            Some(own) => provider.build_from_provider(own).await,
            None => provider.build().await,
        };
        config.to_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build()
    }

    async fn base(&self, region: Option<&str>, client: SharedHttpClient) -> SdkConfig {
        // A fixed version: retries and timeouts change only with this line.
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(self.region(region))
            .retry_config(RetryConfig::standard().with_max_attempts(self.retries + 1))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(http::CONNECT_TIMEOUT)
                    .read_timeout(http::READ_TIMEOUT)
                    .build(),
            )
            .http_client(client);
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(keys) = &self.keys {
            let token = keys.session_token.as_ref().map(|token| token.reveal().to_owned());
            let secret = keys.secret_access_key.reveal();
            let keys = Credentials::new(&keys.access_key_id, secret, token, None, "configuration");
            loader = loader.credentials_provider(keys);
        }
        loader.load().await
    }

    /// The instance metadata is not used: only EC2 would answer, and elsewhere it takes a while to fail.
    fn region(&self, given: Option<&str>) -> RegionProviderChain {
        let mut profile = ProfileFileRegionProvider::builder();
        if let Some(name) = &self.profile {
            profile = profile.profile_name(name);
        }
        RegionProviderChain::first_try(given.map(|region| Region::new(region.to_owned())))
            .or_else(EnvironmentVariableRegionProvider::new())
            .or_else(profile.build())
            .or_else(DEFAULT_REGION)
    }
}

/// The session name for a role; AWS allows letters, digits and `_=,.@-`.
pub(crate) fn session_name(id: &str) -> String {
    let mut name = String::from("octodns-route53-");
    let mut is_gap = false;
    for character in id.chars() {
        let is_allowed = character.is_ascii_alphanumeric() || "_=,.@-".contains(character);
        if is_allowed {
            name.push(character);
        } else if !is_gap {
            name.push('-');
        }
        is_gap = !is_allowed;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_names_have_only_what_aws_allows() {
        assert_eq!(session_name("r53.a@b"), "octodns-route53-r53.a@b");
        assert_eq!(session_name("my r/é53"), "octodns-route53-my-r-53");
    }
}
