//! All connections of all cores: how many there are, of whom, and which has been idle longest (docs/http.md, “Limits
//! of connections”).

use crate::server::limits::Limits;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// File descriptors that are kept free for everything but connections.
const DESCRIPTORS_FREE: u64 = 128;

/// The log is told of refusals of one kind this often.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// A connection is not idle before this time, in milliseconds: its request is on the way. Those who come in a rush would
/// otherwise drive out each other before any of them is answered.
const ARRIVAL: u64 = 1_000;

/// The idle mark of a connection that is not idle.
const BUSY: u64 = u64::MAX;

/// The registry of one server.
#[derive(Debug)]
pub struct Registry {
    start: Instant,
    connections_max: usize,
    /// Whether that is less than was asked for, for want of file descriptors.
    is_short_of_descriptors: bool,
    per_address_max: usize,
    trusted: Vec<IpAddr>,
    next: AtomicUsize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    seats: HashMap<usize, Arc<Seat>>,
    of_address: HashMap<u64, usize>,
    /// What the log was told of refusals, by their kinds.
    told: [Told; 2],
}

/// Why a connection is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Its address has as many as it may.
    Address,
    /// All places are taken, and none of the connections is idle.
    Full,
}

/// When the log was told of refusals last, and how many there were since.
#[derive(Debug, Default)]
struct Told {
    at: Option<Instant>,
    count: u64,
}

/// The mark of one connection.
#[derive(Debug)]
pub struct Seat {
    /// Milliseconds since the registry's start, for a connection that has just come a little ahead; or [`BUSY`].
    idle_since: AtomicU64,
    evicted: Notify,
}

/// A connection's place; it is free again when this is dropped.
#[derive(Debug)]
pub struct Admission {
    registry: Arc<Registry>,
    number: usize,
    prefix: Option<u64>,
    /// The mark.
    pub seat: Arc<Seat>,
}

impl Registry {
    /// An empty registry. Raises the soft limit of file descriptors to the hard one, and keeps some free.
    pub fn new(limits: &Limits) -> Self {
        let descriptors = raise_descriptors().saturating_sub(DESCRIPTORS_FREE).max(1);
        let descriptors = usize::try_from(descriptors).unwrap_or(usize::MAX);
        Self {
            start: Instant::now(),
            connections_max: limits.connections_max.min(descriptors),
            is_short_of_descriptors: descriptors < limits.connections_max,
            per_address_max: limits.connections_per_address_max,
            trusted: limits
                .trusted_proxies
                .iter()
                .map(IpAddr::to_canonical)
                .collect(),
            next: AtomicUsize::new(0),
            inner: Mutex::default(),
        }
    }

    /// Takes a connection in. When all places are taken, the connection that has been idle longest is told to go.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which the log tells once a minute.
    pub fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Admission, Refusal> {
        let admitted = self.try_admit(address);
        if let Err(refusal) = &admitted {
            self.tell(*refusal, address);
        }
        admitted
    }

    fn try_admit(self: &Arc<Self>, address: IpAddr) -> Result<Admission, Refusal> {
        let address = address.to_canonical();
        let is_free = address.is_loopback() || self.trusted.contains(&address);
        let prefix = (!is_free).then(|| prefix(address));
        let mut inner = self.lock();
        if let Some(prefix) = prefix {
            let count = inner.of_address.get(&prefix).copied().unwrap_or(0);
            if count >= self.per_address_max {
                return Err(Refusal::Address);
            }
        }
        if inner.seats.len() >= self.connections_max && !inner.evict_idlest(self.now()) {
            return Err(Refusal::Full);
        }
        if let Some(prefix) = prefix {
            *inner.of_address.entry(prefix).or_default() += 1;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let seat = Arc::new(Seat {
            idle_since: AtomicU64::new(self.now() + ARRIVAL),
            evicted: Notify::new(),
        });
        inner.seats.insert(number, Arc::clone(&seat));
        Ok(Admission {
            registry: Arc::clone(self),
            number,
            prefix,
            seat,
        })
    }

    /// Writes a refusal to the log, with those of the same kind since the last line.
    fn tell(&self, refusal: Refusal, address: IpAddr) {
        let mut inner = self.lock();
        let told = &mut inner.told[refusal as usize];
        told.count += 1;
        if told.at.is_some_and(|at| at.elapsed() < TELL_EVERY) {
            return;
        }
        let count = std::mem::take(&mut told.count);
        told.at = Some(Instant::now());
        drop(inner);
        tracing::warn!("{}", self.told(refusal, count, address));
    }

    /// What the operator is told of so many refusals, the last one of this address.
    fn told(&self, refusal: Refusal, count: u64, address: IpAddr) -> String {
        let address = address.to_canonical();
        let connections = if count == 1 {
            "connection"
        } else {
            "connections"
        };
        match refusal {
            Refusal::Address => format!(
                "refused {count} {connections}, the last one of {address}: an address may have {}; if that is a proxy, \
                 name it with `--trusted-proxy {address}`",
                self.per_address_max
            ),
            Refusal::Full if self.is_short_of_descriptors => format!(
                "refused {count} {connections}: all {} are busy, which is what the limit of open files leaves; raise it \
                 (`LimitNOFILE=` of systemd, `ulimit -n`)",
                self.connections_max
            ),
            Refusal::Full => format!(
                "refused {count} {connections}: all {} are busy",
                self.connections_max
            ),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(BUSY - 1)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic while the lock was held leaves whole entries behind.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Tells the connection that has been idle longest to go; false where none is idle.
    fn evict_idlest(&mut self, now: u64) -> bool {
        let idle = self
            .seats
            .iter()
            .map(|(number, seat)| (seat.idle_since.load(Ordering::Relaxed), *number));
        let idlest = idle.filter(|(since, _)| *since <= now).min();
        let seat = idlest.and_then(|(_, number)| self.seats.remove(&number));
        seat.inspect(|seat| seat.evicted.notify_one()).is_some()
    }
}

impl Seat {
    /// The connection has a request to answer.
    pub fn mark_busy(&self) {
        self.idle_since.store(BUSY, Ordering::Relaxed);
    }

    /// Waits until the connection has to go.
    pub async fn evicted(&self) {
        self.evicted.notified().await;
    }
}

impl Admission {
    /// The connection has answered all that it was asked.
    pub fn mark_idle(&self) {
        self.seat
            .idle_since
            .store(self.registry.now(), Ordering::Relaxed);
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        let mut inner = self.registry.lock();
        inner.seats.remove(&self.number);
        if let Some(prefix) = self.prefix
            && let Some(count) = inner.of_address.get_mut(&prefix)
        {
            *count -= 1;
            if *count == 0 {
                inner.of_address.remove(&prefix);
            }
        }
    }
}

/// An IPv4 address, or the first 64 bits of an IPv6 one: what one customer of a provider has.
fn prefix(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(address) => u64::from(address.to_bits()),
        // No global address begins with 32 zero bits, so the two kinds cannot meet.
        IpAddr::V6(address) => (address.to_bits() >> 64) as u64,
    }
}

/// Raises the soft limit of file descriptors to the hard one. Returns the limit that holds.
fn raise_descriptors() -> u64 {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return 1024;
    };
    if soft < hard && setrlimit(Resource::RLIMIT_NOFILE, hard, hard).is_ok() {
        hard
    } else {
        soft
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry(connections: usize, per_address: usize) -> Arc<Registry> {
        let limits = Limits {
            connections_max: connections,
            connections_per_address_max: per_address,
            ..Limits::default()
        };
        Arc::new(Registry::new(&limits))
    }

    #[test]
    fn an_address_has_so_many_places_and_loopback_any() {
        let registry = registry(100, 2);
        let address: IpAddr = "2001:db8:0:1::1".parse().unwrap();
        let neighbour: IpAddr = "2001:db8:0:1::2".parse().unwrap();
        let first = registry.admit(address).unwrap();
        let _second = registry.admit(neighbour).unwrap();
        assert_eq!(registry.admit(address).err(), Some(Refusal::Address));
        drop(first);
        assert!(registry.admit(address).is_ok());
        let many: Vec<_> = (0..10)
            .map(|_| registry.admit("127.0.0.1".parse().unwrap()))
            .collect();
        assert!(many.iter().all(Result::is_ok));
    }

    #[test]
    fn when_full_the_longest_idle_has_to_go_and_a_busy_one_stays() {
        let registry = registry(2, 10);
        let address: IpAddr = "127.0.0.1".parse().unwrap();
        let busy = registry.admit(address).unwrap();
        busy.seat.mark_busy();
        let idle = registry.admit(address).unwrap();
        idle.mark_idle();
        let _third = registry.admit(address).unwrap();
        let is_told = |admission: &Admission| {
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            std::pin::pin!(admission.seat.evicted())
                .poll(&mut context)
                .is_ready()
        };
        assert!(is_told(&idle) && !is_told(&busy));
    }

    #[test]
    fn when_all_are_busy_nobody_more_is_taken() {
        let registry = registry(2, 10);
        let address: IpAddr = "127.0.0.1".parse().unwrap();
        let busy = [
            registry.admit(address).unwrap(),
            registry.admit(address).unwrap(),
        ];
        busy.iter().for_each(|admission| admission.seat.mark_busy());
        assert_eq!(registry.admit(address).err(), Some(Refusal::Full));
        busy[0].mark_idle();
        assert!(registry.admit(address).is_ok());
    }

    #[test]
    fn one_that_has_just_come_is_not_driven_out_by_the_next() {
        let registry = registry(1, 10);
        let address: IpAddr = "127.0.0.1".parse().unwrap();
        let _arriving = registry.admit(address).unwrap();
        assert_eq!(registry.admit(address).err(), Some(Refusal::Full));
    }

    #[test]
    fn the_operator_is_told_how_a_proxy_is_named() {
        let registry = registry(100, 2);
        let address = "::ffff:192.0.2.1".parse().unwrap();
        let told = registry.told(Refusal::Address, 3, address);
        assert!(told.starts_with("refused 3 connections, the last one of 192.0.2.1:"));
        assert!(told.ends_with("`--trusted-proxy 192.0.2.1`"));
    }

    #[test]
    fn a_proxy_is_known_in_either_spelling_of_its_address() {
        let limits = Limits {
            connections_per_address_max: 1,
            trusted_proxies: vec!["::ffff:192.0.2.1".parse().unwrap()],
            ..Limits::default()
        };
        let registry = Arc::new(Registry::new(&limits));
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let taken = [registry.admit(address), registry.admit(address)];
        assert!(taken.iter().all(Result::is_ok));
    }
}
