//! What a connection may cost.

use std::net::IpAddr;
use std::time::Duration;

/// What a connection may cost (docs/http.md, “Limits of connections”).
#[derive(Debug, Clone)]
pub struct Limits {
    /// A head that takes longer is given up, and so is a connection that is idle for longer.
    pub head_timeout: Duration,
    /// A client that takes no byte for this long is given up.
    pub stall_timeout: Duration,
    /// An answer from memory that takes longer in all is given up.
    pub answer_timeout: Duration,
    /// A file that is taken more slowly than this is given up, in bytes a second.
    pub file_rate_min: u64,
    /// The rate of a file is looked at over this time.
    pub rate_window: Duration,
    /// How many connections there may be in all.
    pub connections_max: usize,
    /// How many of one address, /32 or /64; loopback has no limit.
    pub connections_per_address_max: usize,
    /// The largest head, in bytes.
    pub head_bytes_max: usize,
    /// How long a stop waits for answers under way.
    pub stop_timeout: Duration,
    /// Addresses of proxies, which have no limit of their own.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_timeout: Duration::from_secs(15),
            stall_timeout: Duration::from_secs(30),
            answer_timeout: Duration::from_secs(300),
            file_rate_min: 500,
            rate_window: Duration::from_secs(60),
            connections_max: 8_192,
            connections_per_address_max: 64,
            head_bytes_max: 16_384,
            stop_timeout: Duration::from_secs(8),
            trusted_proxies: Vec::new(),
        }
    }
}
