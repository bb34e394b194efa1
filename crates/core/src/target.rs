//! A target: a provider, and the options that every provider takes when it is written to.

use std::sync::Arc;

use crate::provider::Provider;
use crate::target_options::TargetOptions;

/// A provider that is written to.
#[derive(Clone)]
pub struct Target {
    provider: Arc<dyn Provider>,
    options: TargetOptions,
}

impl Target {
    /// A target with options of its own.
    pub fn new(provider: Arc<dyn Provider>, options: TargetOptions) -> Self {
        Self { provider, options }
    }

    /// The provider.
    pub fn provider(&self) -> &Arc<dyn Provider> {
        &self.provider
    }

    /// The options.
    pub fn options(&self) -> &TargetOptions {
        &self.options
    }

    /// The id the provider has in the configuration.
    pub fn id(&self) -> &str {
        self.provider.id()
    }
}
