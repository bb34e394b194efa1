//! YAML as octoDNS reads and writes it.
