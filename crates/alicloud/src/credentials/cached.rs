//! Temporary credentials: fetched when they are first needed, renewed before they expire, once for all who wait.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::Utc;
use tokio::{sync::Mutex, time::Instant};

use super::{Credentials, NoCredentials, Source};

/// How long before their end credentials are renewed, at most. Those that live shortly are renewed after two thirds.
const MARGIN: chrono::Duration = chrono::Duration::minutes(5);

/// How long after a renewal that failed the next one is tried, while the old credentials are still valid.
const PAUSE: Duration = Duration::from_secs(10);

/// How long a renewal may take while the old credentials are still valid. Without them there is nothing better to do than
/// to wait.
const RENEWAL: Duration = Duration::from_secs(10);

/// How long credentials without an expiration are kept before others are fetched.
const UNTOLD: chrono::Duration = chrono::Duration::minutes(10);

/// A source that makes new temporary credentials for each fetch.
#[async_trait]
pub trait Fetch: Send + Sync + fmt::Debug {
    /// New credentials.
    async fn fetch(&self) -> Result<Credentials, NoCredentials>;
}

/// Keeps what a [`Fetch`] made for as long as it is good.
#[derive(Debug)]
pub struct Cached<F> {
    fetch: F,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    credentials: Option<Arc<Credentials>>,
    renew_at: Option<chrono::DateTime<Utc>>,
    not_before: Option<Instant>,
    failure: Option<(Instant, NoCredentials)>,
}

impl Held {
    /// The credentials, if they have not expired by now.
    fn valid(&self) -> Option<Arc<Credentials>> {
        self.credentials.clone().filter(|held| held.expires.is_none_or(|end| Utc::now() < end))
    }
}

impl<F: Fetch> Cached<F> {
    /// Fetches nothing yet.
    pub fn new(fetch: F) -> Self {
        Self { fetch, held: Mutex::default() }
    }
}

#[async_trait]
impl<F: Fetch> Source for Cached<F> {
    async fn credentials(&self) -> Result<Arc<Credentials>, NoCredentials> {
        let came = Instant::now();
        // Whoever comes while they are being renewed waits here, and finds them renewed, or why they are not.
        let mut held = self.held.lock().await;
        let now = Utc::now();
        let is_due = held.renew_at.is_some_and(|moment| now >= moment);
        let may_try = held.not_before.is_none_or(|moment| Instant::now() >= moment);
        match held.valid() {
            Some(old) if !is_due || !may_try => return Ok(old),
            _ => {}
        }
        if let Some((at, failure)) = &held.failure
            && *at >= came
        {
            return held.valid().ok_or_else(|| failure.clone());
        }
        let fetched = match held.valid() {
            Some(_) => tokio::time::timeout(RENEWAL, self.fetch.fetch()).await.unwrap_or_else(|_| {
                Err(NoCredentials::new(format!("there was no answer within {} seconds", RENEWAL.as_secs())))
            }),
            None => self.fetch.fetch().await,
        };
        match (fetched, held.valid()) {
            (Ok(new), _) => {
                let new = Arc::new(new);
                let lifetime = |end: chrono::DateTime<Utc>| end - MARGIN.min((end - now) / 3);
                held.renew_at = Some(new.expires.map_or(now + UNTOLD, lifetime));
                held.not_before = None;
                held.failure = None;
                held.credentials = Some(Arc::clone(&new));
                Ok(new)
            }
            (Err(error), Some(old)) => {
                tracing::warn!(%error, "credentials were not renewed; the old ones are still valid");
                held.not_before = Some(Instant::now() + PAUSE);
                Ok(old)
            }
            (Err(error), None) => {
                held.failure = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const NEVER: usize = usize::MAX;

    /// Makes credentials that live so long.
    #[derive(Debug)]
    struct Counting {
        lifetime: chrono::Duration,
        /// From this fetch on it fails.
        fails_from: usize,
        /// Whether it does not fail then, but never answers.
        hangs: bool,
        fetched: Arc<AtomicUsize>,
    }

    #[async_trait]
    impl Fetch for Counting {
        async fn fetch(&self) -> Result<Credentials, NoCredentials> {
            let count = self.fetched.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            if count >= self.fails_from && self.hangs {
                std::future::pending::<()>().await;
            }
            if count >= self.fails_from {
                return Err(NoCredentials::new("down".to_owned()));
            }
            let mut credentials = Credentials::new(format!("id-{count}"), "secret".into(), None);
            credentials.expires = Some(Utc::now() + self.lifetime);
            Ok(credentials)
        }
    }

    fn cached(lifetime: chrono::Duration, fails_from: usize) -> (Arc<Cached<Counting>>, Arc<AtomicUsize>) {
        let fetched = Arc::new(AtomicUsize::new(0));
        let fetch = Counting { lifetime, fails_from, hangs: false, fetched: Arc::clone(&fetched) };
        (Arc::new(Cached::new(fetch)), fetched)
    }

    /// What fifty callers at once are given.
    async fn fifty(source: &Arc<Cached<Counting>>) -> Vec<Option<String>> {
        let callers = (0..50).map(|_| {
            let source = Arc::clone(source);
            tokio::spawn(async move { source.credentials().await.map(|keys| keys.access_key_id.clone()).ok() })
        });
        futures_util::future::join_all(callers).await.into_iter().map(|caller| caller.ok().flatten()).collect()
    }

    #[tokio::test]
    async fn concurrent_callers_fetch_once() {
        let (source, fetched) = cached(chrono::Duration::hours(1), NEVER);
        assert_eq!(fifty(&source).await, vec![Some("id-0".to_owned()); 50]);
        assert_eq!(fetched.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn concurrent_callers_fail_once() {
        let (source, fetched) = cached(chrono::Duration::hours(1), 0);
        assert_eq!(fifty(&source).await, vec![None; 50]);
        assert_eq!(fetched.load(Ordering::SeqCst), 1);
        assert!(source.credentials().await.is_err());
        assert_eq!(fetched.load(Ordering::SeqCst), 2, "who comes later has it tried again");
    }

    #[tokio::test]
    async fn how_long_before_their_end_depends_on_their_life() {
        for (life, margin) in [(3600, 300), (90, 30), (9, 3)] {
            let (source, _) = cached(chrono::Duration::seconds(life), NEVER);
            let keys = source.credentials().await.ok();
            let end = keys.and_then(|keys| keys.expires);
            let renewal = source.held.lock().await.renew_at;
            let before = end.zip(renewal).map(|(end, renewal)| end - renewal);
            // The end was counted from a moment just after the one from which the renewal is.
            let off = before.map(|before| (before - chrono::Duration::seconds(margin)).abs());
            assert!(off.is_some_and(|off| off < chrono::Duration::milliseconds(900)), "{before:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_renewal_that_hangs_goes_on_with_the_old_ones() {
        let fetched = Arc::new(AtomicUsize::new(0));
        let lifetime = chrono::Duration::hours(1);
        let source = Cached::new(Counting { lifetime, fails_from: 1, hangs: true, fetched });
        assert!(source.credentials().await.is_ok());
        source.held.lock().await.renew_at = Some(Utc::now());
        let begin = Instant::now();
        assert_eq!(source.credentials().await.map(|keys| keys.access_key_id.clone()).ok().as_deref(), Some("id-0"));
        assert_eq!(begin.elapsed(), RENEWAL);
    }

    #[tokio::test]
    async fn they_are_renewed_before_they_expire() {
        let (source, fetched) = cached(chrono::Duration::hours(1), NEVER);
        assert!(source.credentials().await.is_ok());
        source.held.lock().await.renew_at = Some(Utc::now());
        assert_eq!(source.credentials().await.map(|keys| keys.access_key_id.clone()).ok().as_deref(), Some("id-1"));
        assert_eq!(fetched.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_failed_renewal_goes_on_with_the_old_ones_until_they_expire() {
        let (source, fetched) = cached(chrono::Duration::hours(1), 1);
        assert!(source.credentials().await.is_ok());
        source.held.lock().await.renew_at = Some(Utc::now());
        for _ in 0..3 {
            assert_eq!(source.credentials().await.map(|keys| keys.access_key_id.clone()).ok().as_deref(), Some("id-0"));
        }
        assert_eq!(fetched.load(Ordering::SeqCst), 2, "it is not tried again at once");

        let (source, _) = cached(chrono::Duration::zero(), 1);
        assert!(source.credentials().await.is_ok());
        assert!(source.credentials().await.is_err(), "expired credentials are not used");
    }
}
