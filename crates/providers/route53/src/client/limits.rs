//! The rate limit of an account.

use std::sync::Arc;

use octodns_http::{Accounts, Limits, Rate};

use super::Login;

/// The maximum number of concurrent calls: high enough that only the rate limits them.
const AT_ONCE: usize = 256;

/// At most this many calls per second (0 is no limit), for all providers with the same credentials at the
/// same endpoint together.
pub(crate) fn limits(
    accounts: &Accounts,
    login: &Login,
    endpoint: Option<&str>,
    calls: u32,
) -> Arc<Limits> {
    let key = login.keys.as_ref().map(|keys| &*keys.access_key_id);
    let role = login.role.as_ref().map(|role| &*role.arn);
    let identity = [endpoint, key, login.profile.as_deref(), role].map(Option::unwrap_or_default);
    let calls = usize::try_from(calls).unwrap_or(usize::MAX);
    let rates: &[Rate] = if calls == 0 { &[] } else { &[Rate::per_second(calls)] };
    accounts.limits(&identity, rates, AT_ONCE)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use octodns_http::Method;
    use tokio::time::Instant;

    use super::*;
    use crate::client::Keys;

    fn login(key: &str) -> Login {
        let secret_access_key = octodns_core::Secret::new("example-secret");
        let access_key_id = key.to_owned();
        let keys = Some(Keys { access_key_id, secret_access_key, session_token: None });
        Login { keys, profile: None, role: None, retries: 0 }
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_has_more_calls_than_allowed() {
        let limits = limits(&Accounts::default(), &login("one"), None, 3);
        let start = Instant::now();
        let mut times = Vec::new();
        for _ in 0..8 {
            drop(limits.acquire(&Method::GET).await);
            times.push(start.elapsed().as_millis());
        }
        assert_eq!(times, [0, 0, 0, 1000, 1000, 1000, 2000, 2000]);
    }

    #[tokio::test(start_paused = true)]
    async fn none_is_no_limit() {
        let limits = limits(&Accounts::default(), &login("one"), None, 0);
        let start = Instant::now();
        for _ in 0..100 {
            drop(limits.acquire(&Method::GET).await);
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    /// AWS counts by account: the strictest limit of its providers applies.
    #[tokio::test(start_paused = true)]
    async fn providers_of_one_account_share_its_rate_limit() {
        let accounts = Accounts::default();
        let of = |key: &str, calls| limits(&accounts, &login(key), None, calls);
        let (loose, strict, other) = (of("one", 0), of("one", 2), of("two", 0));
        let start = Instant::now();
        for limits in [&loose, &strict, &loose, &strict] {
            drop(limits.acquire(&Method::GET).await);
        }
        assert_eq!(start.elapsed().as_secs(), 1);
        assert!(!Arc::ptr_eq(&loose, &other));
    }
}
