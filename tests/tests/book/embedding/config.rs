use std::path::Path;
use std::sync::Arc;

use octodns::{Failure, Manager, ManagerOptions, SyncOptions};
use octodns_core::registry::Host;

async fn sync(config: &Path) -> Result<(), Failure> {
    let mut host = Host::default();
    host.env = Arc::new(|name| std::env::var(name).ok());
    let options = ManagerOptions::new(octodns::registry(None, host));
    let manager = Arc::new(Manager::from_config_file(config, &options)?);
    let mut run = SyncOptions::default();
    run.apply = true;
    manager.sync(&run).await?;
    Ok(())
}
