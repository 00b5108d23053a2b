//! The edge to the network: listeners, connections and their limits, and what is made for a request.
//!
//! One current-thread runtime a core, each with its own listening sockets on the same addresses (`SO_REUSEPORT`): a
//! connection lives and dies on one core.

pub mod body;
pub mod connection;
pub mod date;
pub mod guard;
pub mod limits;
pub mod line;
pub mod listen;
pub mod preview;
pub mod registry;
pub mod service;
pub mod signal;

use crate::server::body::Body;
use crate::server::connection::Core;
use crate::server::limits::Limits;
use crate::server::listen::Listeners;
use crate::server::registry::Registry;
use http::{Request, Response};
use hyper::body::Incoming;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
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
