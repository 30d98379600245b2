//! When a request is sent again.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    error::{Certainty, Error, Failure},
    reply::NULL,
};

/// The longest that failures before anything was sent are retried: an endpoint that is not there rarely comes back, and
/// a user with a wrong address in the configuration waits for the message.
const UNREACHABLE: Duration = Duration::from_secs(15);

/// The longest that a success which is not usable, or an error without a meaning, is retried where something is only
/// read: it is what a proxy or another service answers, and stays what it is. Whoever waits for a plan needs the message.
const UNUSABLE: Duration = Duration::from_secs(10);

/// The first pause between attempts; each further one doubles, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The longest pause between attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// When an operation has to be done, all attempts together, and the token that cancels it before.
#[derive(Debug, Clone)]
pub struct Deadline {
    until: Instant,
    /// By the clock, which goes on while the machine sleeps.
    not_after: DateTime<Utc>,
    stop: CancellationToken,
}

impl Deadline {
    /// A deadline so much time from now, which `stop` ends before.
    pub fn new(time: Duration, stop: CancellationToken) -> Self {
        Self { until: Instant::now() + time, not_after: DateTime::<Utc>::MAX_UTC, stop }
    }

    /// The same deadline, with nothing sent after a moment by the clock.
    pub fn not_after(self, moment: DateTime<Utc>) -> Self {
        Self { not_after: moment.min(self.not_after), ..self }
    }

    /// The time that is left.
    pub fn left(&self) -> Duration {
        if self.is_too_late() { Duration::ZERO } else { self.until.saturating_duration_since(Instant::now()) }
    }

    /// Whether the moment is over after which nothing may be sent.
    pub fn is_too_late(&self) -> bool {
        Utc::now() > self.not_after
    }

    /// Whether nothing new may be sent.
    pub fn is_over(&self) -> bool {
        self.stop.is_cancelled() || self.left().is_zero()
    }

    /// Whether the operation was cancelled.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Waits until nothing new may be sent.
    pub async fn over(&self) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep_until(self.until) => {}
        }
    }

    /// Waits, unless that would go beyond the deadline or the operation is cancelled. Says whether the whole time has passed.
    pub async fn wait(&self, time: Duration) -> bool {
        if time >= self.left() {
            return false;
        }
        tokio::select! {
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep(time) => true,
        }
    }
}

/// What may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resend {
    /// It only reads.
    Always,
    /// It buys, and a token makes that sending it twice does no more than sending it once.
    WithToken,
    /// Only when the attempt before it certainly did nothing.
    IfNotDone,
}

/// The attempts at one request.
pub(super) struct Attempts<'a> {
    action: &'static str,
    resend: Resend,
    deadline: &'a Deadline,
    begin: Instant,
    certainty: Certainty,
    made: u32,
    /// Since when every reply was of no use.
    unusable: Option<Instant>,
}

impl<'a> Attempts<'a> {
    pub(super) fn new(action: &'static str, resend: Resend, deadline: &'a Deadline) -> Self {
        Self { action, resend, deadline, begin: Instant::now(), certainty: Certainty::NotDone, made: 0, unusable: None }
    }

    /// Before the first attempt: nothing starts after the caller has stopped waiting.
    pub(super) fn begin(&self) -> Result<(), Failure> {
        if self.deadline.is_stopped() { Err(self.failure(Error::Stopped)) } else { Ok(()) }
    }

    /// After an attempt that brought this error: waits, and returns if another attempt is to be made.
    ///
    /// # Errors
    /// The end: the error will not change, another attempt is not safe, or there is no time for one.
    pub(super) async fn again_after(&mut self, error: Error) -> Result<(), Failure> {
        self.made += 1;
        self.certainty = self.certainty.max(error.certainty());
        tracing::warn!(action = self.action, attempt = self.made, %error, "no answer");
        let may_resend = self.resend != Resend::IfNotDone || self.certainty == Certainty::NotDone;
        let pause = pause(self.made, &error);
        let unreachable = matches!(error, Error::NotSent(_)) && self.begin.elapsed() + pause >= UNREACHABLE;
        let is_unusable = match &error {
            Error::Malformed { status, .. } => (200..300).contains(status),
            Error::Api(error) => error.code == NULL,
            _ => false,
        };
        self.unusable =
            (is_unusable && self.resend == Resend::Always).then(|| self.unusable.unwrap_or_else(Instant::now));
        let unusable = self.unusable.is_some_and(|since| since.elapsed() + pause >= UNUSABLE);
        let worth_it = error.is_passing() && may_resend && !unreachable && !unusable;
        if worth_it && self.deadline.wait(pause).await { Ok(()) } else { Err(self.failure(error)) }
    }

    fn failure(&self, error: Error) -> Failure {
        Failure { action: self.action, error, attempts: self.made, certainty: self.certainty }
    }
}

/// The pause after this many attempts: what the service requests, else a random part of a doubling time, so that
/// concurrent callers do not come back together.
fn pause(attempts: u32, error: &Error) -> Duration {
    if let Error::Api(error) = error
        && let Some(retry_after) = error.retry_after
    {
        return retry_after.max(backoff(attempts));
    }
    backoff(attempts)
}

fn backoff(attempts: u32) -> Duration {
    let longest = FIRST_PAUSE.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(LONGEST_PAUSE);
    let random = f64::from(uuid::Uuid::new_v4().as_fields().0) / f64::from(u32::MAX);
    longest.mul_f64(0.5 + random / 2.0)
}
