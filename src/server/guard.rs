//! What stands between hyper and a connection's socket: it gives up clients that do not read (http.md R-112), and puts
//! a 414 in the place of hyper's own answer to a request line without end (http.md R-064).

use crate::server::Limits;
use crate::server::line::Watcher;
use crate::text::date::imf_fixdate;
use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// A file's rate is looked at over this time.
const RATE_WINDOW: Duration = Duration::from_secs(60);

/// What a connection's guard and its service know together. One thread alone has it.
#[derive(Debug)]
pub struct Shared {
    /// The socket.
    pub stream: TcpStream,
    watcher: RefCell<Watcher>,
    sends_file: Cell<bool>,
    sent: Cell<u64>,
}

impl Shared {
    /// What is known of a new connection.
    pub fn new(stream: TcpStream) -> Rc<Self> {
        let watcher = RefCell::new(Watcher::default());
        Rc::new(Self {
            stream,
            watcher,
            sends_file: Cell::new(false),
            sent: Cell::new(0),
        })
    }

    /// Says whether the answer that follows is a file: it may take long, if it flows.
    pub fn expect_file(&self, sends_file: bool) {
        self.sends_file.set(sends_file);
    }

    /// Whether the client has sent more than the heads that were answered.
    pub fn is_midway(&self) -> bool {
        self.watcher.borrow().is_midway()
    }
}

/// The guarded socket.
#[derive(Debug)]
pub struct Guard {
    shared: Rc<Shared>,
    limits: GuardLimits,
    blocked: Option<Blocked>,
    replacement: Option<Replacement>,
}

/// The limits that the guard keeps.
#[derive(Debug, Clone, Copy)]
struct GuardLimits {
    stall: Duration,
    answer: Duration,
    file_rate_min: u64,
}

/// A time in which the client does not take everything at once.
#[derive(Debug)]
struct Blocked {
    since: Instant,
    /// The last time that bytes went.
    progress: Instant,
    window: Instant,
    window_sent: u64,
    alarm: Pin<Box<Sleep>>,
}

/// Our own answer in the place of hyper's.
#[derive(Debug)]
struct Replacement {
    bytes: Vec<u8>,
    written: usize,
}

impl Guard {
    /// Guards a connection.
    pub fn new(shared: Rc<Shared>, limits: &Limits) -> Self {
        let limits = GuardLimits {
            stall: limits.stall_timeout,
            answer: limits.answer_timeout,
            file_rate_min: limits.file_rate_min,
        };
        Self {
            shared,
            limits,
            blocked: None,
            replacement: None,
        }
    }

    /// Writes by `write`, and keeps the limits while it would block.
    fn poll_guarded(
        &mut self,
        cx: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        let shared = Rc::clone(&self.shared);
        loop {
            match write(&shared.stream) {
                Ok(written) => {
                    shared.sent.set(shared.sent.get() + written as u64);
                    if let Some(blocked) = &mut self.blocked {
                        blocked.progress = Instant::now();
                    }
                    return Poll::Ready(Ok(written));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
            if shared.stream.poll_write_ready(cx)?.is_pending() {
                return self.poll_blocked(cx).map(Err);
            }
        }
    }

    /// Waits within the limits; ready with an error once one of them is passed.
    fn poll_blocked(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let (now, sent) = (Instant::now(), self.shared.sent.get());
        let blocked = self.blocked.get_or_insert_with(|| Blocked {
            since: now,
            progress: now,
            window: now,
            window_sent: sent,
            alarm: Box::pin(sleep_until(now)),
        });
        let mut limit = blocked.progress + self.limits.stall;
        if self.shared.sends_file.get() {
            if now >= blocked.window + RATE_WINDOW {
                let rate = (sent - blocked.window_sent) / RATE_WINDOW.as_secs();
                if rate < self.limits.file_rate_min {
                    return Poll::Ready(io::ErrorKind::TimedOut.into());
                }
                (blocked.window, blocked.window_sent) = (now, sent);
            }
        } else {
            limit = limit.min(blocked.since + self.limits.answer);
        }
        if now >= limit {
            return Poll::Ready(io::ErrorKind::TimedOut.into());
        }
        blocked.alarm.as_mut().reset(limit);
        ready!(blocked.alarm.as_mut().poll(cx));
        Poll::Ready(io::ErrorKind::TimedOut.into())
    }

    /// Whether hyper is about to answer a request line without end, which it has its own status for.
    fn must_replace(&self, first: &[u8]) -> bool {
        let is_refusal =
            || first.starts_with(b"HTTP/1.1 431") || first.starts_with(b"HTTP/1.1 414");
        self.shared.watcher.borrow().is_overlong() && is_refusal()
    }

    /// Writes the replacement; then all that hyper wants to write counts as written.
    fn poll_replacement(&mut self, cx: &mut Context<'_>, length: usize) -> Poll<io::Result<usize>> {
        while let Some(rest) = self
            .replacement
            .as_ref()
            .map(|own| own.bytes[own.written..].to_vec())
            .filter(|rest| !rest.is_empty())
        {
            let written = ready!(self.poll_guarded(cx, |stream| stream.try_write(&rest)))?;
            if let Some(own) = &mut self.replacement {
                own.written += written;
            }
        }
        Poll::Ready(Ok(length))
    }
}

/// 414 with the fields that an answer of ours has.
fn uri_too_long() -> Replacement {
    let now = imf_fixdate(crate::server::clock::now().timestamp());
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
        let shared = &self.get_mut().shared;
        loop {
            match shared.stream.try_read(buffer.initialize_unfilled()) {
                Ok(read) => {
                    buffer.advance(read);
                    let filled = buffer.filled();
                    shared
                        .watcher
                        .borrow_mut()
                        .take(&filled[filled.len() - read..]);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(shared.stream.poll_read_ready(cx))?
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
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
        guard.poll_guarded(cx, |stream| stream.try_write(bytes))
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
        guard.poll_guarded(cx, |stream| stream.try_write_vectored(parts))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// hyper flushes when all that it had is written: nobody is waited for any more.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let guard = self.get_mut();
        if !guard.shared.sends_file.get() {
            guard.blocked = None;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        crate::server::listen::end(&self.shared.stream);
        Poll::Ready(Ok(()))
    }
}
