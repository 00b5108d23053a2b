//! Bodies of answers: bytes in memory, or parts of a file, read piece by piece.

use crate::making::open_file::OpenFile;
use crate::respond::Piece;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::task::{JoinHandle, spawn_blocking};

/// How much of a file is read at once, in bytes: all of it that is ever held.
const READ_BYTES: u64 = 64 * 1024;

/// The body of an answer.
pub struct Body {
    kind: Kind,
    /// Is dropped with the body, when all of it has been handed over.
    _end: Option<Box<dyn Send + Sync>>,
}

#[derive(Debug)]
enum Kind {
    Memory(Option<Bytes>),
    File {
        reading: Reading,
        pieces: VecDeque<Piece>,
        left: u64,
    },
}

#[derive(Debug)]
enum Reading {
    Idle(Option<OpenFile>),
    Busy(JoinHandle<io::Result<(OpenFile, Bytes)>>),
}

impl Body {
    /// No body.
    pub fn empty() -> Self {
        Self::of(Kind::Memory(None))
    }

    /// Bytes in memory.
    pub fn full(bytes: Bytes) -> Self {
        Self::of(Kind::Memory(Some(bytes).filter(|bytes| !bytes.is_empty())))
    }

    /// Parts of a file. A file that ends early, or is written to in the meantime, ends the connection: what was sent of
    /// it is never mixed with other bytes.
    pub fn file(file: OpenFile, pieces: Vec<Piece>) -> Self {
        Self::of(Kind::File {
            reading: Reading::Idle(Some(file)),
            left: pieces.iter().map(Piece::length).sum(),
            pieces: pieces.into(),
        })
    }

    /// Whether it is read from a file.
    pub fn is_file(&self) -> bool {
        matches!(self.kind, Kind::File { .. })
    }

    /// The same body with something that is dropped when all of it has been handed over.
    #[must_use]
    pub fn ending_with(mut self, end: impl Send + Sync + 'static) -> Self {
        self._end = Some(Box::new(end));
        self
    }

    fn of(kind: Kind) -> Self {
        Self { kind, _end: None }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Body").field(&self.kind).finish()
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match &mut self.get_mut().kind {
            Kind::Memory(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Kind::File { left: 0, .. } => Poll::Ready(None),
            Kind::File {
                reading,
                pieces,
                left,
            } => {
                let bytes = ready!(poll_next(reading, pieces, cx))?;
                *left -= bytes.len() as u64;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Memory(bytes) => bytes.is_none(),
            Kind::File { left, .. } => *left == 0,
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match &self.kind {
            Kind::Memory(bytes) => bytes.as_ref().map_or(0, |bytes| bytes.len() as u64),
            Kind::File { left, .. } => *left,
        })
    }
}

/// The next bytes of the first piece that has any left: its text, or some of the file, read on another thread.
fn poll_next(
    reading: &mut Reading,
    pieces: &mut VecDeque<Piece>,
    cx: &mut Context<'_>,
) -> Poll<io::Result<Bytes>> {
    while pieces.front().is_some_and(|piece| piece.length() == 0) {
        pieces.pop_front();
    }
    let ended = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let Some(piece) = pieces.front_mut() else {
        return Poll::Ready(Err(ended()));
    };
    if !piece.before.is_empty() {
        return Poll::Ready(Ok(std::mem::take(&mut piece.before)));
    }
    if let Reading::Idle(file) = reading {
        let (file, range) = (file.take().ok_or_else(ended)?, piece.range.clone());
        *reading = Reading::Busy(spawn_blocking(move || {
            let bytes = file.read(range.start, (range.end - range.start).min(READ_BYTES))?;
            Ok((file, bytes))
        }));
    }
    let Reading::Busy(task) = reading else {
        return Poll::Ready(Err(ended()));
    };
    let read = ready!(Pin::new(task).poll(cx))
        .map_err(io::Error::other)
        .flatten();
    *reading = Reading::Idle(None);
    let (file, bytes) = read?;
    *reading = Reading::Idle(Some(file));
    piece.range.start += bytes.len() as u64;
    Poll::Ready(Ok(bytes))
}
