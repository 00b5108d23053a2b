//! From a request and an edition to a response: routing, methods, preconditions, negotiation (RFC 9110). No I/O: what
//! the edition does not hold ready is named for the server to make, and the answer is asked for again.

pub mod coding;
mod file;
pub mod precondition;
pub mod range;
pub mod tags;
pub mod target;

use crate::edition::fields::{self, PAGE_POLICY};
use crate::edition::resource::{Content, Resource, error_fields};
use crate::edition::route::Route;
use crate::edition::version::Version;
use crate::edition::{Edition, Found, Key};
use crate::respond::precondition::Verdict;
use crate::respond::target::Target;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use std::ops::Range;

/// What a request leads to.
pub enum Outcome {
    /// The answer.
    Answer(Answer),
    /// Something that must be made first; then [`with`], [`redirect`] or [`failure`] answer.
    Make(Key),
}

/// An answer, ready to be sent. The one to HEAD is that to GET: hyper takes its length and leaves its body out.
pub struct Answer {
    /// Status, fields and what is to be the body.
    pub response: Response<Payload>,
}

/// What an answer's body is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// Nothing.
    Empty,
    /// Bytes in memory.
    Bytes(Bytes),
    /// Parts of the file that the resource was made with, one after the other.
    File(Vec<Piece>),
}

/// A part of a file, after some text of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What stands before it.
    pub before: Bytes,
    /// Its bytes in the file; may be empty.
    pub range: Range<u64>,
}

impl Piece {
    /// A part with nothing before it.
    pub fn of_file(range: Range<u64>) -> Self {
        Self {
            before: Bytes::new(),
            range,
        }
    }

    /// Its length with what stands before it, in bytes.
    pub fn length(&self) -> u64 {
        self.before.len() as u64 + (self.range.end - self.range.start)
    }
}

/// Answers a request, or names what must be made for it.
pub fn respond(head: &Parts, edition: &Edition, now: DateTime<Utc>) -> Outcome {
    if let Err(status) = admitted(head) {
        return Outcome::Answer(failure(head, edition, status, UNROUTED));
    }
    let path = match target::of(&head.uri) {
        Target::Path(path) => path,
        Target::Asterisk if head.method == Method::OPTIONS => {
            return Outcome::Answer(options(head, UNROUTED));
        }
        Target::Asterisk | Target::Bad => return refused(head, edition, StatusCode::BAD_REQUEST),
        Target::TooLong => return refused(head, edition, StatusCode::URI_TOO_LONG),
    };
    let found = edition.find(&path, head.uri.query());
    let route = match &found {
        Found::Resource(resource) => resource.route(),
        Found::Redirect(_) => Route::Page,
        Found::Make(key) => key.route(),
        Found::Missing(route) => {
            return Outcome::Answer(failure(head, edition, StatusCode::NOT_FOUND, *route));
        }
    };
    if head.method == Method::OPTIONS && fields::has_options(route) {
        return Outcome::Answer(options(head, route));
    }
    if !matches!(head.method, Method::GET | Method::HEAD) {
        return Outcome::Answer(failure(
            head,
            edition,
            StatusCode::METHOD_NOT_ALLOWED,
            route,
        ));
    }
    match found {
        Found::Resource(resource) => Outcome::Answer(with(head, resource, now)),
        Found::Redirect(url) => Outcome::Answer(redirect(head, &url, route)),
        Found::Make(key) => Outcome::Make(key),
        Found::Missing(route) => {
            Outcome::Answer(failure(head, edition, StatusCode::NOT_FOUND, route))
        }
    }
}

fn refused(head: &Parts, edition: &Edition, status: StatusCode) -> Outcome {
    Outcome::Answer(failure(head, edition, status, UNROUTED))
}

/// What is checked before the target is looked at (docs/http.md, “Methods”).
fn admitted(head: &Parts) -> Result<(), StatusCode> {
    match head.method {
        Method::CONNECT | Method::TRACE => return Err(StatusCode::METHOD_NOT_ALLOWED),
        Method::GET | Method::HEAD | Method::OPTIONS => {}
        Method::POST | Method::PUT | Method::DELETE | Method::PATCH => {}
        _ => return Err(StatusCode::NOT_IMPLEMENTED),
    }
    if !target::has_one_host(head) {
        return Err(StatusCode::BAD_REQUEST);
    }
    let expects = |value: &HeaderValue| !value.as_bytes().eq_ignore_ascii_case(b"100-continue");
    if head.headers.get_all(header::EXPECT).iter().any(expects) {
        return Err(StatusCode::EXPECTATION_FAILED);
    }
    Ok(())
}

/// Answers GET or HEAD with a resource (RFC 9110, section 13.2.2: preconditions only where the answer would be 200). A
/// version of a later second than `now` is sent without a `Last-Modified`.
pub fn with(head: &Parts, resource: &Resource, now: DateTime<Utc>) -> Answer {
    let as_document = head
        .headers
        .get("sec-fetch-dest")
        .is_some_and(|value| value == "document");
    let view = resource.view(as_document);
    let last_modified = resource.version().and_then(Version::last_modified);
    let told = last_modified.filter(|at| *at <= now.timestamp());
    let fields_of = |fields: &HeaderMap| {
        let mut fields = fields.clone();
        // After the clock was set back (docs/http.md, “Versions”).
        if told != last_modified {
            fields.remove(header::LAST_MODIFIED);
        }
        fields
    };
    if resource.status() == StatusCode::OK {
        match precondition::evaluate(&head.headers, view, told, now) {
            Verdict::Proceed => {}
            Verdict::NotModified => {
                return answer(
                    head,
                    StatusCode::NOT_MODIFIED,
                    fields_of(&view.fields_not_modified),
                    Payload::Empty,
                );
            }
            Verdict::Failed => {
                let fields = error_fields(resource.route(), StatusCode::PRECONDITION_FAILED);
                return answer(
                    head,
                    StatusCode::PRECONDITION_FAILED,
                    fields,
                    Payload::Empty,
                );
            }
        }
    }
    let mut fields = fields_of(&view.fields);
    let payload = match resource.content() {
        Content::File { length } => {
            let asked = file::Asked {
                view,
                fields,
                last_modified: told,
                length: *length,
            };
            return file::with(head, resource, asked, now);
        }
        Content::Text(representations) => {
            let is_negotiated = resource.status() == StatusCode::OK;
            let (coding, bytes) = coding::choose(&head.headers, representations, is_negotiated);
            fields.extend(
                coding.map(|name| (header::CONTENT_ENCODING, HeaderValue::from_static(name))),
            );
            Payload::Bytes(bytes)
        }
    };
    answer(head, resource.status(), fields, payload)
}

/// 301 to the URL that has taken the path's place. Nothing of the request but its query goes into it (docs/http.md,
/// “Redirects”).
pub fn redirect(head: &Parts, url: &str, route: Route) -> Answer {
    let mut fields = error_fields(route, StatusCode::MOVED_PERMANENTLY);
    fields.insert(header::LOCATION, fields::value(url));
    fields.insert(header::CONTENT_TYPE, PLAIN);
    answer(
        head,
        StatusCode::MOVED_PERMANENTLY,
        fields,
        Payload::Bytes(format!("moved to {url}\n").into()),
    )
}

/// An answer that is no success: a small page where a page was asked for and is not there, else a line of text.
pub fn failure(head: &Parts, edition: &Edition, status: StatusCode, route: Route) -> Answer {
    let mut fields = error_fields(route, status);
    if route == Route::Page && matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE) {
        fields.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        fields.insert(header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
        let path = match target::of(&head.uri) {
            Target::Path(path) => path,
            Target::Asterisk | Target::Bad | Target::TooLong => "".into(),
        };
        let page = edition.missing_page(&path);
        return answer(head, status, fields, Payload::Bytes(page));
    }
    plain(head, status, fields)
}

/// An answer that says its status in a line of text.
fn plain(head: &Parts, status: StatusCode, mut fields: HeaderMap) -> Answer {
    fields.insert(header::CONTENT_TYPE, PLAIN);
    let reason = status
        .canonical_reason()
        .unwrap_or("error")
        .to_ascii_lowercase();
    answer(
        head,
        status,
        fields,
        Payload::Bytes(format!("{} {reason}\n", status.as_u16()).into()),
    )
}

/// The kind of route of what is answered before there is one: open to all, with every method that we have.
const UNROUTED: Route = Route::Feed;

const PLAIN: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// 204 to OPTIONS, with what a browser's preflight asks for (Fetch standard, section 3.3).
fn options(head: &Parts, route: Route) -> Answer {
    const PREFLIGHT: [(HeaderName, &str); 3] = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "If-None-Match, If-Modified-Since, A-IM, Accept",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    let mut fields = fields::common(route, fields::BARE_POLICY);
    fields.insert(header::ALLOW, fields::allow(route));
    if fields::is_shared(route) {
        fields.extend(PREFLIGHT.map(|(name, value)| (name, HeaderValue::from_static(value))));
    }
    answer(head, StatusCode::NO_CONTENT, fields, Payload::Empty)
}

fn answer(head: &Parts, status: StatusCode, fields: HeaderMap, payload: Payload) -> Answer {
    let mut response = Response::new(payload);
    *response.status_mut() = status;
    *response.headers_mut() = fields;
    // A body that nobody reads would be taken for the next request (docs/http.md, “Methods”).
    let has_body = head
        .headers
        .get(header::CONTENT_LENGTH)
        .is_some_and(|length| length != "0");
    if has_body || head.headers.contains_key(header::TRANSFER_ENCODING) {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Answer { response }
}
