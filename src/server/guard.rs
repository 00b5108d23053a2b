//! What stands between hyper and a connection's socket: it gives up clients that do not read (docs/http.md, “Limits of
//! connections”), and puts a 414 in the place of hyper's own answer to a request line without end (docs/http.md,
//! “Targets”).

use crate::server::limits::Limits;
use crate::server::line::Watcher;
use crate::server::listen;
use crate::server::registry::Admission;
use crate::text::date::imf_fixdate;
use socket2::SockRef;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// While a client does not take everything at once, what it has taken is looked at so often within the time in which it
/// has to take something.
const LOOKS: u32 = 4;

/// What a connection's guard, its service and its end know together.
#[derive(Debug)]
pub struct Shared {
    /// The connection's place.
    admission: Admission,
    /// Whether the answer under way is a file.
    sends_file: AtomicBool,
    /// Whether the whole answer under way has been handed over to be written.
    is_handed_over: AtomicBool,
    /// Whether the client has sent more than whole heads.
    is_midway: AtomicBool,
    /// The socket, once the guard is gone.
    left: Mutex<Option<TcpStream>>,
}

impl Shared {
    /// What is known of a connection that has just been taken.
    pub fn new(admission: Admission) -> Self {
        Self {
            admission,
            sends_file: AtomicBool::new(false),
            is_handed_over: AtomicBool::new(false),
            is_midway: AtomicBool::new(false),
            left: Mutex::new(None),
        }
    }

    /// The connection's place.
    pub fn admission(&self) -> &Admission {
        &self.admission
    }

    /// Says that a request is being answered.
    pub fn begin(&self) {
        self.is_handed_over.store(false, Ordering::Relaxed);
        self.admission.seat.mark_busy();
    }

    /// Says that all of the answer has been handed over: the connection is idle once that is written.
    pub fn hand_over(&self) {
        self.is_handed_over.store(true, Ordering::Relaxed);
    }

    /// Says whether the answer that follows is a file: it may take long, if it flows.
    pub fn expect_file(&self, sends_file: bool) {
        self.sends_file.store(sends_file, Ordering::Relaxed);
    }

    /// Whether the client has sent more than the heads that were answered.
    pub fn is_midway(&self) -> bool {
        self.is_midway.load(Ordering::Relaxed)
    }

    /// The socket, once the guard is gone.
    pub fn take_stream(&self) -> Option<TcpStream> {
        self.left.lock().ok().and_then(|mut left| left.take())
    }
}

/// The guarded socket.
#[derive(Debug)]
pub struct Guard {
    /// Always there until the guard is dropped.
    stream: Option<TcpStream>,
    shared: Arc<Shared>,
    limits: GuardLimits,
    watcher: Watcher,
    has_read: bool,
    blocked: Option<Blocked>,
    replacement: Option<Replacement>,
}

/// The limits that the guard keeps.
#[derive(Debug, Clone, Copy)]
struct GuardLimits {
    stall: Duration,
    answer: Duration,
    file_rate_min: u64,
    rate_window: Duration,
}

/// A time in which the client does not take everything at once. What counts is what its side acknowledges: a write tells
/// only that the kernel has room again, which for a slow reader may be minutes apart.
#[derive(Debug)]
struct Blocked {
    since: Instant,
    /// What the client had taken when that was last looked at, in bytes.
    taken: u64,
    /// When it was last seen to have taken more.
    progress: Instant,
    window: Instant,
    window_taken: u64,
    alarm: Pin<Box<Sleep>>,
}

impl Blocked {
    fn begin(now: Instant, taken: u64) -> Self {
        Self {
            since: now,
            taken,
            progress: now,
            window: now,
            window_taken: taken,
            alarm: Box::pin(sleep_until(now)),
        }
    }

    fn look(&mut self, now: Instant, taken: u64) {
        if taken > self.taken {
            (self.taken, self.progress) = (taken, now);
        }
    }

    /// Whether less than the least rate was taken over the time since the rate was last looked at.
    fn is_too_slow(&mut self, now: Instant, limits: &GuardLimits) -> bool {
        let passed = now - self.window;
        if passed < limits.rate_window {
            return false;
        }
        let taken = u128::from(self.taken - self.window_taken) * 1_000;
        (self.window, self.window_taken) = (now, self.taken);
        taken < u128::from(limits.file_rate_min) * passed.as_millis()
    }
}

/// Our own answer in the place of hyper's.
#[derive(Debug)]
struct Replacement {
    bytes: Vec<u8>,
    written: usize,
}

impl Guard {
    /// Guards a connection.
    pub fn new(stream: TcpStream, shared: Arc<Shared>, limits: &Limits) -> Self {
        Self {
            stream: Some(stream),
            shared,
            limits: GuardLimits {
                stall: limits.stall_timeout,
                answer: limits.answer_timeout,
                file_rate_min: limits.file_rate_min,
                rate_window: limits.rate_window,
            },
            watcher: Watcher::default(),
            has_read: false,
            blocked: None,
            replacement: None,
        }
    }

    /// Writes by `write`, and keeps the limits while it would block.
    fn poll_guarded(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut TcpStream>, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let Some(stream) = &mut self.stream else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        match write(Pin::new(stream), cx) {
            Poll::Pending => self.poll_blocked(cx).map(Err),
            written @ Poll::Ready(_) => written,
        }
    }

    /// Reads what has come with the connection (`TCP_DEFER_ACCEPT`), without waiting to be told of it.
    fn read_at_once(&mut self, buffer: &mut ReadBuf<'_>) -> io::Result<usize> {
        use std::io::Read;
        let Some(stream) = &self.stream else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        let room = buffer.initialize_unfilled();
        let read = (&*SockRef::from(stream)).read(room)?;
        if read < room.len() {
            // That was all: the next read need not try in vain before it waits.
            let _nothing = stream.try_io(Interest::READABLE, || {
                Err::<(), _>(io::ErrorKind::WouldBlock.into())
            });
        }
        buffer.advance(read);
        Ok(read)
    }

    fn watch(&mut self, bytes: &[u8]) {
        self.watcher.take(bytes);
        self.shared
            .is_midway
            .store(self.watcher.is_midway(), Ordering::Relaxed);
    }

    /// Waits within the limits; ready with an error once one of them is passed.
    fn poll_blocked(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let Some(stream) = &self.stream else {
            return Poll::Ready(io::ErrorKind::NotConnected.into());
        };
        let limits = self.limits;
        let is_file = self.shared.sends_file.load(Ordering::Relaxed);
        loop {
            let taken = match listen::taken(stream) {
                Ok(taken) => taken,
                Err(error) => return Poll::Ready(error),
            };
            let now = Instant::now();
            let blocked = self
                .blocked
                .get_or_insert_with(|| Blocked::begin(now, taken));
            blocked.look(now, taken);
            if is_file && blocked.is_too_slow(now, &limits) {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            let end = match is_file {
                true => blocked.window + limits.rate_window,
                false => blocked.since + limits.answer,
            };
            let limit = end.min(blocked.progress + limits.stall);
            // The end of a file's window is passed with a new one, any other is an end.
            if now >= limit {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            let next = limit.min(now + limits.stall / LOOKS);
            blocked.alarm.as_mut().reset(next);
            ready!(blocked.alarm.as_mut().poll(cx));
        }
    }

    /// Whether hyper is about to answer a request line without end, which it has its own status for.
    fn must_replace(&self, first: &[u8]) -> bool {
        let is_refusal =
            || first.starts_with(b"HTTP/1.1 431") || first.starts_with(b"HTTP/1.1 414");
        self.watcher.is_overlong() && is_refusal()
    }

    /// Writes the replacement; then all that hyper wants to write counts as written.
    fn poll_replacement(&mut self, cx: &mut Context<'_>, length: usize) -> Poll<io::Result<usize>> {
        while let Some(rest) = self
            .replacement
            .as_ref()
            .map(|own| own.bytes[own.written..].to_vec())
            .filter(|rest| !rest.is_empty())
        {
            let written = ready!(self.poll_guarded(cx, |stream, cx| stream.poll_write(cx, &rest)))?;
            if let Some(own) = &mut self.replacement {
                own.written += written;
            }
        }
        Poll::Ready(Ok(length))
    }
}

/// 414 with the fields that an answer of ours has.
fn uri_too_long() -> Replacement {
    let now = imf_fixdate(crate::clock::now().timestamp());
    let body = "414 uri too long\n";
    let head = format!(
        "HTTP/1.1 414 URI Too Long\r\ncontent-type: text/plain; charset=utf-8\r\ncache-control: no-store\r\n\
         x-content-type-options: nosniff\r\nreferrer-policy: strict-origin-when-cross-origin\r\n\
         content-security-policy: default-src 'none'\r\nconnection: close\r\ncontent-length: {}\r\ndate: {now}\r\n\r\n{body}",
        body.len()
    );
    Replacement {
        bytes: head.into_bytes(),
        written: 0,
    }
}

impl AsyncRead for Guard {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let guard = self.get_mut();
        let before = buffer.filled().len();
        let is_first = !std::mem::replace(&mut guard.has_read, true);
        let at_once = is_first && guard.read_at_once(buffer).is_ok_and(|read| read > 0);
        if !at_once {
            let Some(stream) = &mut guard.stream else {
                return Poll::Ready(Ok(()));
            };
            ready!(Pin::new(stream).poll_read(cx, buffer))?;
        }
        guard.watch(&buffer.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

/// The end of a connection may have to read on.
impl Drop for Guard {
    fn drop(&mut self) {
        if let Ok(mut left) = self.shared.left.lock() {
            *left = self.stream.take();
        }
    }
}

impl AsyncWrite for Guard {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let guard = self.get_mut();
        if guard.replacement.is_none() && guard.must_replace(bytes) {
            guard.replacement = Some(uri_too_long());
        }
        if guard.replacement.is_some() {
            return guard.poll_replacement(cx, bytes.len());
        }
        guard.poll_guarded(cx, |stream, cx| stream.poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let guard = self.get_mut();
        if guard.replacement.is_none()
            && parts.first().is_some_and(|first| guard.must_replace(first))
        {
            guard.replacement = Some(uri_too_long());
        }
        if guard.replacement.is_some() {
            return guard.poll_replacement(cx, parts.iter().map(|part| part.len()).sum());
        }
        // An answer without a body is one piece, and sending that is cheaper.
        match parts {
            [only] => guard.poll_guarded(cx, |stream, cx| stream.poll_write(cx, only)),
            several => guard.poll_guarded(cx, |stream, cx| stream.poll_write_vectored(cx, several)),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// hyper flushes when all that it had is written: nobody is waited for any more. In the midst of a file that is a
    /// part of it, and its rate counts on.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let guard = self.get_mut();
        let is_whole = guard.shared.is_handed_over.swap(false, Ordering::Relaxed);
        if is_whole {
            guard.shared.admission.mark_idle();
        }
        if is_whole || !guard.shared.sends_file.load(Ordering::Relaxed) {
            guard.blocked = None;
        }
        Poll::Ready(Ok(()))
    }

    /// Closing the socket ends the connection; where the client may still be sending, its end reads on first.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
