//! `octodns-public-api FILE`: the public items of a library, one per line, from what rustdoc wrote of it as JSON.
//!
//! Apart from `xtask`, which is built before anything else: the packages that this needs take longest to build of all
//! that the chores need.

use std::error::Error;
use std::io::{self, Write as _};
use std::{env, path};

fn main() -> Result<(), Box<dyn Error>> {
    let file = env::args_os().nth(1).map(path::PathBuf::from);
    let items = public_api::Builder::from_rustdoc_json(file.ok_or("which file?")?)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()?;
    Ok(write!(io::stdout(), "{items}")?)
}
