//! Watches what a client sends for the one thing that hyper answers otherwise than we want: a request line without
//! end (docs/http.md, “Targets”).

use crate::respond::target::TARGET_BYTES_MAX;

/// A request line longer than this has a target over the limit, whatever its method: the longest method that is
/// defined, two spaces and the version are within the rest.
pub const LINE_BYTES_MAX: usize = TARGET_BYTES_MAX + 32;

/// Where in the stream of requests a client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a request line of so many bytes so far.
    Line(usize),
    /// In the fields after it; the flag says whether the present line is empty so far.
    Fields(bool),
}

/// A watcher of one connection's requests.
#[derive(Debug)]
pub struct Watcher {
    place: Place,
}

impl Default for Watcher {
    /// At the beginning of a connection.
    fn default() -> Self {
        Self {
            place: Place::Line(0),
        }
    }
}

impl Watcher {
    /// Takes what was received.
    pub fn take(&mut self, mut bytes: &[u8]) {
        // The usual request comes whole, and leaves the watcher where it was.
        if self.place == Place::Line(0)
            && bytes.ends_with(b"\r\n\r\n")
            && bytes.len() <= LINE_BYTES_MAX
        {
            return;
        }
        while let Some(first) = bytes.first() {
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let part = end.map_or(bytes, |end| &bytes[..end]);
            self.place = match (self.place, end) {
                // Empty lines before a request line are passed over (RFC 9112, section 2.2).
                (Place::Line(length), Some(_)) if length + part.len() <= 1 => Place::Line(0),
                (Place::Line(_), Some(_)) => Place::Fields(true),
                (Place::Line(length), None) => Place::Line(length + part.len()),
                (Place::Fields(true), Some(_)) if part.is_empty() || part == b"\r" => {
                    Place::Line(0)
                }
                (Place::Fields(_), Some(_)) => Place::Fields(true),
                (Place::Fields(is_empty), None) => {
                    Place::Fields(is_empty && part.len() == 1 && *first == b'\r')
                }
            };
            bytes = end.map_or(&[], |end| &bytes[end + 1..]);
        }
    }

    /// Whether the client is in the midst of a request line that is longer than any that is answered.
    pub fn is_overlong(&self) -> bool {
        matches!(self.place, Place::Line(length) if length > LINE_BYTES_MAX)
    }

    /// Whether the client has sent more than whole heads: a part of one, or a body.
    pub fn is_midway(&self) -> bool {
        self.place != Place::Line(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(chunks: &[&[u8]]) -> Watcher {
        let mut watcher = Watcher::default();
        chunks.iter().for_each(|chunk| watcher.take(chunk));
        watcher
    }

    #[test]
    fn a_line_without_end_is_overlong_wherever_the_chunks_are_cut() {
        let long = [b'a'; 5_000];
        assert!(!watched(&[b"GET /", &long, b" HTTP/1.1\r\n"]).is_overlong());
        assert!(!watched(&[b"GET /", &long]).is_overlong());
        assert!(watched(&[b"GET /", &long, &long]).is_overlong());
        assert!(watched(&[b"GET / HTTP/1.1\r\n\r\n", b"GET /", &long, &long]).is_overlong());
        assert!(
            watched(&[b"GET / HTTP/1.1\r\nA: b\r\n\r", b"\nGET /", &long, &long]).is_overlong()
        );
    }

    #[test]
    fn a_long_field_is_no_long_line() {
        let long = [b'a'; 9_000];
        assert!(!watched(&[b"GET / HTTP/1.1\r\nA: ", &long, &long]).is_overlong());
        assert!(
            !watched(&[b"GET / HTTP/1.1\n\n", b"\r\n", b"GET / HTTP/1.1\r\n", &long]).is_overlong()
        );
    }

    #[test]
    fn whole_heads_leave_nothing_over() {
        assert!(!watched(&[b"GET / HTTP/1.1\r\n\r\n"]).is_midway());
        assert!(!watched(&[b"GET / HTTP/1.1\r\nA: b\r", b"\n\r", b"\n"]).is_midway());
        assert!(watched(&[b"GET / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody"]).is_midway());
    }
}
