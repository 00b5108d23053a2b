//! The edge to the network: listeners, connections and their limits, and what is made for a request.
//!
//! One current-thread runtime a core, each with its own listening sockets on the same addresses (`SO_REUSEPORT`): a
//! connection lives and dies on one core.

pub mod body;
pub mod connection;
pub mod date;
pub mod guard;
pub mod line;
pub mod listen;
pub mod preview;
pub mod registry;
pub mod service;
pub mod signal;

use crate::server::body::Body;
use crate::server::connection::Core;
use crate::server::listen::Listeners;
use crate::server::registry::Registry;
use http::{Request, Response};
use hyper::body::Incoming;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::sync::watch;

/// Where to listen, and within which limits.
#[derive(Debug, Clone)]
pub struct Config {
    /// The addresses; port 0 takes a free one.
    pub listen: Vec<SocketAddr>,
    /// How many cores serve.
    pub workers: usize,
    /// The limits of connections.
    pub limits: Limits,
}

/// What a connection may cost (http.md, section 2.9).
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

impl Config {
    /// The usual limits, on every core that the machine has for us.
    pub fn new(listen: Vec<SocketAddr>) -> Self {
        let workers = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            listen,
            workers,
            limits: Limits::default(),
        }
    }
}

/// Why the server cannot run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address cannot be listened on.
    #[error("cannot listen on `{address}`")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A core's runtime cannot start.
    #[error("cannot start a server thread")]
    Runtime(#[source] io::Error),
    /// Signals cannot be received.
    #[error("cannot wait for signals")]
    Signal(#[source] io::Error),
    /// A server thread ended by a panic.
    #[error("a server thread ended by a panic")]
    Panic,
}

/// A server whose addresses are taken and that does not answer yet.
#[derive(Debug)]
pub struct Bound {
    listeners: Vec<Listeners>,
    addresses: Vec<SocketAddr>,
    limits: Limits,
}

/// Takes the addresses.
///
/// # Errors
///
/// [`Error::Listen`], naming the first address that cannot be had.
pub fn bind(config: &Config) -> Result<Bound, Error> {
    let workers = config.workers.max(1);
    let mut listeners: Vec<Listeners> = (0..workers).map(|_| Vec::new()).collect();
    let mut addresses = Vec::new();
    for address in &config.listen {
        let failed = |source| Error::Listen {
            address: *address,
            source,
        };
        let (taken, sockets) = listen::sockets(*address, workers).map_err(failed)?;
        addresses.push(taken);
        listeners
            .iter_mut()
            .zip(sockets)
            .for_each(|(core, socket)| core.push(socket));
    }
    Ok(Bound {
        listeners,
        addresses,
        limits: config.limits.clone(),
    })
}

impl Bound {
    /// The addresses, with the ports that were free where 0 was asked for.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Answers requests until `stop` changes: then no new connection is taken, idle ones are closed, and answers under
    /// way may finish within the limit.
    ///
    /// # Errors
    ///
    /// [`Error::Runtime`] where a thread cannot start, [`Error::Panic`] where one ended by our own bug.
    pub fn run<S, F>(self, stop: &watch::Receiver<bool>, service: S) -> Result<(), Error>
    where
        S: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<Body>> + Send + 'static,
    {
        let registry = Arc::new(Registry::new(&self.limits));
        let limits = Arc::new(self.limits);
        let start = |listeners: Listeners| {
            let core = Core {
                limits: Arc::clone(&limits),
                registry: Arc::clone(&registry),
                stop: stop.clone(),
            };
            let service = service.clone();
            thread::Builder::new()
                .name("server".to_owned())
                .spawn(move || core.run(listeners, service))
        };
        let threads: Result<Vec<_>, io::Error> = self.listeners.into_iter().map(start).collect();
        for thread in threads.map_err(Error::Runtime)? {
            thread
                .join()
                .map_err(|_| Error::Panic)?
                .map_err(Error::Runtime)?;
        }
        Ok(())
    }
}
