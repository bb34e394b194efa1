//! Reading and writing YAML, and providers of YAML files.

mod fix;
mod hostile;
mod order;
mod provider;
mod readers;
