//! The one place where the clock is read.

use crate::edition::record::HOLD_SECONDS_MAX;
use chrono::{DateTime, Utc};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What tells the present instant.
#[derive(Clone)]
pub struct Clock {
    tell: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    wait: Arc<dyn Fn(Duration) + Send + Sync>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::of(now, std::thread::sleep)
    }

    /// A clock that somebody else sets, and what waits by it.
    pub fn of(
        tell: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
        wait: impl Fn(Duration) + Send + Sync + 'static,
    ) -> Self {
        Self {
            tell: Arc::new(tell),
            wait: Arc::new(wait),
        }
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        (self.tell)()
    }

    /// Waits until the clock shows a second that is at most a few ahead.
    pub fn wait_until(&self, second: i64) {
        let target = DateTime::from_timestamp(second, 0).unwrap_or_default();
        let left = (target - self.now()).to_std().unwrap_or_default();
        let longest = Duration::from_secs(HOLD_SECONDS_MAX.unsigned_abs());
        (self.wait)(left.min(longest));
    }

    /// Waits until an instant in milliseconds since 1970.
    pub fn wait_until_milliseconds(&self, at: i64) {
        let target = DateTime::from_timestamp_millis(at).unwrap_or_default();
        (self.wait)((target - self.now()).to_std().unwrap_or_default());
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}

/// The present instant by the system's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the edge at which the clock is read"
)]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// How long it is until an instant in milliseconds since 1970; nothing if it has come.
pub fn until(milliseconds: i64) -> Duration {
    let target = DateTime::from_timestamp_millis(milliseconds).unwrap_or_default();
    (target - now()).to_std().unwrap_or_default()
}
