//! Readers that believe nothing: each answer is held against its entity tag, its dates, and the answers before it.

use crate::serving::{Answer, Connection, Serving};
use std::collections::{HashMap, VecDeque};
use std::io::Read;
use std::sync::{Arc, Mutex};
use tidings::edition::version::Version;

/// So many versions of a resource are remembered.
const VERSIONS_MAX: usize = 8;

/// In what readers ask for a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
    Brotli,
    Zstandard,
}

impl Coding {
    pub(crate) const ALL: [Self; 4] = [Self::Identity, Self::Gzip, Self::Brotli, Self::Zstandard];

    fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
            Self::Zstandard => "zstd",
        }
    }

    fn of(answer: &Answer) -> Option<Self> {
        let name = answer.field("content-encoding").unwrap_or("identity");
        Self::ALL.into_iter().find(|coding| coding.name() == name)
    }

    fn decode(self, body: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut decoded = Vec::new();
        match self {
            Self::Identity => decoded.extend(body),
            Self::Gzip => {
                flate2::read::GzDecoder::new(body).read_to_end(&mut decoded)?;
            }
            Self::Brotli => {
                brotli::Decompressor::new(body, 4096).read_to_end(&mut decoded)?;
            }
            Self::Zstandard => decoded = zstd::decode_all(body)?,
        }
        Ok(decoded)
    }
}

/// The versions of one resource, oldest first: the tag and the bytes of each.
type Versions = VecDeque<(String, Arc<Vec<u8>>)>;

/// What all readers together have seen: what one has read through the others need only compare.
#[derive(Default)]
pub(crate) struct Witness {
    versions: Mutex<HashMap<String, Versions>>,
}

/// A version as one reader has seen it.
struct Seen {
    etag: String,
    last_modified: u64,
}

/// A reader on one connection.
pub(crate) struct Reader {
    witness: Arc<Witness>,
    connection: Connection,
    seen: HashMap<String, Seen>,
}

/// What a poll gave: the uncompressed body, or nothing where the reader has it already.
pub(crate) type Polled = Option<Arc<Vec<u8>>>;

impl Reader {
    pub(crate) fn new(server: &Serving, witness: &Arc<Witness>) -> Self {
        Self {
            witness: Arc::clone(witness),
            connection: server.connect(),
            seen: HashMap::new(),
        }
    }

    /// Asks whatever is known. What is wrong with the answer is the error.
    pub(crate) fn read(&mut self, path: &str, coding: Coding) -> Result<Polled, String> {
        self.ask(path, coding, "")
    }

    /// Asks on the condition that something changed since the last time.
    pub(crate) fn poll(&mut self, path: &str, coding: Coding) -> Result<Polled, String> {
        let condition = self
            .seen
            .get(path)
            .map(|seen| format!("If-None-Match: {}\r\n", seen.etag));
        self.ask(path, coding, &condition.unwrap_or_default())
    }

    fn ask(&mut self, path: &str, coding: Coding, condition: &str) -> Result<Polled, String> {
        let fields = format!("Accept-Encoding: {}\r\n{condition}", coding.name());
        let answer = self.connection.ask(path, &fields);
        let answer = answer.map_err(|error| format!("{path}: {error}"))?;
        self.judge(path, &answer, !condition.is_empty())
            .map_err(|wrong| format!("{path}: {wrong}\n{}", answer.head))
    }

    fn judge(
        &mut self,
        path: &str,
        answer: &Answer,
        is_conditional: bool,
    ) -> Result<Polled, String> {
        let etag = answer.field("etag").ok_or("no tag")?;
        let last_modified = answer.date("last-modified").ok_or("no Last-Modified")?;
        if last_modified > answer.date("date").ok_or("no Date")? {
            return Err("Last-Modified is after Date".to_owned());
        }
        let seen = self.seen.get(path);
        if let Some(seen) = seen {
            if last_modified < seen.last_modified {
                return Err(format!("Last-Modified was {}", seen.last_modified));
            }
            if !path.ends_with('/') && (seen.etag == etag) != (seen.last_modified == last_modified)
            {
                return Err(format!(
                    "tag and date do not change together: {}",
                    seen.etag
                ));
            }
        }
        let is_same = seen.is_some_and(|seen| seen.etag == etag);
        let body = match answer.status {
            304 if is_conditional && is_same => None,
            200 if is_conditional && is_same => return Err("200 for the tag it has".to_owned()),
            200 => Some(self.witness.body(path, etag, answer)?),
            _ => return Err("another status was expected".to_owned()),
        };
        let etag = etag.to_owned();
        let seen = Seen {
            etag,
            last_modified,
        };
        self.seen.insert(path.to_owned(), seen);
        Ok(body)
    }
}

impl Witness {
    /// The uncompressed body of an answer: that of the version with its tag, and well-formed.
    fn body(&self, path: &str, etag: &str, answer: &Answer) -> Result<Arc<Vec<u8>>, String> {
        let coding = Coding::of(answer).ok_or("an unknown coding")?;
        let body = coding
            .decode(&answer.body)
            .map_err(|error| format!("cannot be decoded: {error}"))?;
        let tag = etag.trim_start_matches("W/").trim_matches('"');
        let known = {
            let versions = self.versions.lock().unwrap();
            let versions = versions.get(path).into_iter().flatten();
            let mut bodies = versions.filter(|(known, _)| known == tag);
            bodies.next().map(|(_, body)| Arc::clone(body))
        };
        if let Some(known) = known {
            let is_same = *known == body;
            return is_same
                .then_some(known)
                .ok_or_else(|| "one tag has two bodies".to_owned());
        }
        if Version::tag_of(&body) != tag {
            return Err(format!("the tag is that of another body: {body:?}"));
        }
        read_through(path, &body)?;
        let body = Arc::new(body);
        let mut versions = self.versions.lock().unwrap();
        let versions = versions.entry(path.to_owned()).or_default();
        versions.push_back((tag.to_owned(), Arc::clone(&body)));
        if versions.len() > VERSIONS_MAX {
            versions.pop_front();
        }
        Ok(body)
    }
}

/// Reads a document as others do.
fn read_through(path: &str, body: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    if path.ends_with('/') {
        let is_whole = text.starts_with("<!DOCTYPE html>") && text.trim_end().ends_with("</html>");
        return is_whole.then_some(()).ok_or("half a page".to_owned());
    }
    if path.ends_with(".xml") {
        roxmltree::Document::parse(text).map_err(|error| error.to_string())?;
    }
    let feed = feed_rs::parser::parse(body).map_err(|error| format!("{error}: {text}"))?;
    let ids: std::collections::BTreeSet<&str> =
        feed.entries.iter().map(|entry| entry.id.as_str()).collect();
    let is_well = ids.len() == feed.entries.len() && feed.title.is_some();
    is_well.then_some(()).ok_or("an id comes twice".to_owned())
}
