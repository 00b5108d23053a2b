//! Listening sockets, one a core on each address.

use nix::sys::socket::{GetSockOpt, SetSockOpt};
use nix::{getsockopt_impl, libc, setsockopt_impl, sockopt_impl};
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

/// The listeners of one core.
pub type Listeners = Vec<TcpListener>;

/// How many connections may wait to be taken (docs/http.md, “Limits of connections”).
const BACKLOG: i32 = 1024;

/// How long the kernel keeps a connection that has not yet sent anything to itself, in seconds.
const DEFER_SECONDS: u32 = 5;

/// How much is read of the request of a client that is refused, in bytes: what most readers of feeds send.
const REFUSED_BYTES_MAX: usize = 16 * 1024;

/// How much of an answer the kernel holds beyond what it has sent, in bytes. With more, a socket of megabytes would take
/// no byte for minutes while a slow reader takes it in, and look like one whose reader has stopped.
const UNSENT_BYTES_MAX: u32 = 128 * 1024;

/// Takes an address with a socket for each core. Returns it with the port that was free, where 0 was asked for.
///
/// # Errors
///
/// When the address cannot be had, or another process listens on it.
pub fn sockets(address: SocketAddr, count: usize) -> io::Result<(SocketAddr, Listeners)> {
    if address.port() != 0 {
        // With `SO_REUSEPORT` a second server of the same user would silently share the port.
        let alone = unbound(address)?;
        alone.bind(&address.into())?;
        alone.listen(1)?;
    }
    let first = listener(address)?;
    let taken = first.local_addr()?;
    let rest = (1..count).map(|_| listener(taken));
    let listeners: io::Result<Listeners> = std::iter::once(Ok(first)).chain(rest).collect();
    listeners.map(|listeners| (taken, listeners))
}

/// A socket for an address; one of IPv6 leaves IPv4 alone.
fn unbound(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    Ok(socket)
}

/// A listening socket whose connections inherit what is set here (docs/http.md, “Limits of connections”).
fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = unbound(address)?;
    socket.set_reuse_port(true)?;
    socket.set_tcp_nodelay(true)?;
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(60))
        .with_interval(Duration::from_secs(10));
    socket.set_tcp_keepalive(&keepalive.with_retries(3))?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    DeferAccept.set(&socket, &DEFER_SECONDS)?;
    NotSentLowWater.set(&socket, &UNSENT_BYTES_MAX)?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// How much of what was sent the client's side has acknowledged, in bytes.
///
/// # Errors
///
/// When the kernel does not tell.
pub fn taken(stream: &tokio::net::TcpStream) -> io::Result<u64> {
    let told = Information.get(stream)?;
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&told[BYTES_ACKED..BYTES_ACKED + 8]);
    Ok(u64::from_ne_bytes(bytes))
}

/// Answers a client that is not taken, as far as that can be done without waiting for it.
pub fn refuse(stream: &tokio::net::TcpStream, answer: &[u8]) {
    // The runtime knows nothing of the new socket yet, the kernel does.
    let socket = SockRef::from(stream);
    let _told = (&*socket).write(answer);
    end(stream);
    // What came with the connection is read: closed with unread bytes, it would be reset and its answer lost.
    let mut request = [0; REFUSED_BYTES_MAX];
    let _unread = (&*socket).read(&mut request);
}

/// Closes the sending half of a connection: the client has all that it will get.
pub fn end(stream: &tokio::net::TcpStream) {
    // A connection that is gone already has ended, too.
    let _gone = SockRef::from(stream).shutdown(std::net::Shutdown::Write);
}

sockopt_impl!(
    /// `TCP_DEFER_ACCEPT`: a connection is handed over with its first bytes, which saves a client that opens one for
    /// each poll a wake-up.
    DeferAccept,
    SetOnly,
    libc::IPPROTO_TCP,
    libc::TCP_DEFER_ACCEPT,
    u32
);

sockopt_impl!(
    /// `TCP_NOTSENT_LOWAT`: a socket takes more only when so little of what it has is unsent.
    NotSentLowWater,
    SetOnly,
    libc::IPPROTO_TCP,
    libc::TCP_NOTSENT_LOWAT,
    u32
);

/// Where `tcpi_bytes_acked` is in the kernel's `struct tcp_info`; libc's has no field of that name.
const BYTES_ACKED: usize = 120;

sockopt_impl!(
    /// `TCP_INFO`: what the kernel knows of a connection, as far as [`BYTES_ACKED`].
    Information,
    GetOnly,
    libc::IPPROTO_TCP,
    libc::TCP_INFO,
    [u8; BYTES_ACKED + 8]
);
