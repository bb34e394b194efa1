//! Lists that change while they are read, page by page.

use std::collections::HashSet;
use std::hash::Hash;

use futures::future::BoxFuture;
use octodns_core::ProviderError;
use octodns_http::Error;

use crate::parts::malformed;

/// How often a list is read before an entry that is there twice is an error.
const ATTEMPTS: u32 = 3;

/// Reads a list once more.
pub type Reading<'r, L> = dyn Fn() -> BoxFuture<'r, Result<L, Error>> + Sync + 'r;

/// A list of `what` in which no entry is there twice; otherwise it is read again. The kit reads all its lists so.
///
/// If somebody adds an entry before the ones that are still to be read, the last one of a page is the first one of the
/// next. It would count as a second value, which nobody needs, and the added entry would count as missing.
///
/// Its arguments are behind pointers, so that it is compiled once for each type of list, and not for each provider.
///
/// # Errors
///
/// Those of `read`, and that the list has an entry twice each time.
pub async fn consistent<L>(
    what: &str,
    read: &Reading<'_, L>,
    repeated: &(dyn Fn(&L) -> Option<String> + Sync),
) -> Result<L, ProviderError> {
    let mut attempt = 1;
    loop {
        let list = read().await?;
        let Some(entry) = repeated(&list) else { return Ok(list) };
        if attempt == ATTEMPTS {
            return Err(malformed(format!(
                "the list of {what} has {entry} twice, also when it was read again: it changed each time; run again"
            )));
        }
        tracing::debug!(target: "octodns", "the list of {what} has {entry} twice; read again");
        attempt += 1;
    }
}

/// The first entry that is there twice.
pub fn repeated<K: Eq + Hash>(entries: impl IntoIterator<Item = K>) -> Option<K> {
    let mut seen = HashSet::new();
    // An entry goes in unless it is there.
    entries.into_iter().find_map(|entry| seen.replace(entry))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_list_with_an_entry_twice_is_read_again() {
        for (lists, expected) in [
            (vec![vec![1, 2, 3]], Ok(vec![1, 2, 3])),
            (vec![vec![1, 2, 2], vec![1, 2, 3]], Ok(vec![1, 2, 3])),
            (vec![vec![]], Ok(vec![])),
            (vec![vec![1, 1], vec![2, 2], vec![3, 3]], Err("has 3 twice")),
        ] {
            let reads = AtomicUsize::new(0);
            let read = || {
                let list = lists[reads.fetch_add(1, Ordering::Relaxed)].clone();
                async { Ok(list) }.boxed()
            };
            let twice = |list: &Vec<i32>| repeated(list).map(ToString::to_string);
            let list = consistent("rows", &read, &twice).await;
            match (&list, &expected) {
                (Ok(list), Ok(expected)) => assert_eq!(list, expected),
                (Err(error), Err(why)) => assert!(error.to_string().contains(why), "{error}"),
                _ => panic!("{lists:?}: {list:?}"),
            }
            assert_eq!(reads.into_inner(), lists.len());
        }
    }
}
