//! The one place where the clock is read.

use crate::edition::record::HOLD_SECONDS_MAX;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// The present instant.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the edge at which the clock is read"
)]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Waits until the clock shows a second, which is at most a few ahead.
pub fn wait_until(second: i64) {
    std::thread::sleep(until(second).min(Duration::from_secs(HOLD_SECONDS_MAX.unsigned_abs())));
}

/// How long it is until a second begins; nothing if it has.
pub fn until(second: i64) -> Duration {
    let target = DateTime::from_timestamp(second, 0).unwrap_or_default();
    (target - now()).to_std().unwrap_or_default()
}
