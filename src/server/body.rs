//! Bodies of answers: bytes in memory, or a file read piece by piece.

use bytes::{Bytes, BytesMut};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::fs::File;
use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::task::{JoinHandle, spawn_blocking};

/// How much of a file is read at once, in bytes: all of it that is ever held.
const PIECE_BYTES: u64 = 64 * 1024;

/// The body of an answer.
#[derive(Debug)]
pub struct Body(Kind);

#[derive(Debug)]
enum Kind {
    Memory(Option<Bytes>),
    File { reading: Reading, left: u64 },
}

#[derive(Debug)]
enum Reading {
    Idle(Option<File>),
    Busy(JoinHandle<io::Result<(File, Bytes)>>),
}

impl Body {
    /// No body.
    pub fn empty() -> Self {
        Self(Kind::Memory(None))
    }

    /// Bytes in memory.
    pub fn full(bytes: Bytes) -> Self {
        Self(Kind::Memory(Some(bytes).filter(|bytes| !bytes.is_empty())))
    }

    /// So many bytes of a file, from where it stands. A file that ends early ends the connection.
    pub fn file(file: File, length: u64) -> Self {
        Self(Kind::File {
            reading: Reading::Idle(Some(file)),
            left: length,
        })
    }

    /// Whether it is read from a file.
    pub fn is_file(&self) -> bool {
        matches!(self.0, Kind::File { .. })
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match &mut self.get_mut().0 {
            Kind::Memory(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Kind::File { left: 0, .. } => Poll::Ready(None),
            Kind::File { reading, left } => {
                let piece = ready!(poll_piece(reading, *left, cx))?;
                *left -= piece.len() as u64;
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Memory(bytes) => bytes.is_none(),
            Kind::File { left, .. } => *left == 0,
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match &self.0 {
            Kind::Memory(bytes) => bytes.as_ref().map_or(0, |bytes| bytes.len() as u64),
            Kind::File { left, .. } => *left,
        })
    }
}

/// The next piece of a file, read on another thread.
fn poll_piece(reading: &mut Reading, left: u64, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
    loop {
        match reading {
            Reading::Idle(file) => {
                let Some(file) = file.take() else {
                    return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
                };
                *reading = Reading::Busy(spawn_blocking(move || read_piece(file, left)));
            }
            Reading::Busy(task) => {
                let read = ready!(Pin::new(task).poll(cx))
                    .map_err(io::Error::other)
                    .flatten();
                *reading = Reading::Idle(None);
                let (file, piece) = read?;
                *reading = Reading::Idle(Some(file));
                return Poll::Ready(Ok(piece));
            }
        }
    }
}

fn read_piece(mut file: File, left: u64) -> io::Result<(File, Bytes)> {
    let length = usize::try_from(left.min(PIECE_BYTES)).map_err(io::Error::other)?;
    let mut piece = BytesMut::zeroed(length);
    let read = file.read(&mut piece)?;
    if read == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    piece.truncate(read);
    Ok((file, piece.freeze()))
}
