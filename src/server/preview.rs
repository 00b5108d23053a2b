//! Answers of a preview: for the browser of the one who writes, and for nobody and nothing else.
//!
//! That it listens on loopback keeps other machines out. Pages of other sites in the same browser are kept out here:
//! they may read nothing across origins, and a name of theirs that is made to lead to this machine is refused.

use crate::edition::route::Route;
use crate::respond;
use crate::server::body::Body;
use crate::server::service::{self, Service};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::uri::Authority;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use std::net::IpAddr;

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Answers one request.
pub async fn answer(service: Service, request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let edition = service.editions.load_full();
    let own = edition.newsroom.site().base_url.origin();
    let mut response = if is_for_us(&head, own) {
        service.answer(Request::from_parts(head, body)).await
    } else {
        let status = StatusCode::MISDIRECTED_REQUEST;
        service::sent(
            respond::failure(&head, &edition, status, Route::Asset),
            None,
        )
    };
    withhold(response.headers_mut());
    response
}

/// Whether a request names this machine, or the publication's own origin. Programs that name no host at all are no
/// browsers.
fn is_for_us(head: &Parts, own: &str) -> bool {
    let of_field = || {
        let host = head.headers.get(header::HOST)?;
        Authority::try_from(host.as_bytes()).ok()
    };
    let named = head.uri.authority().cloned().or_else(of_field);
    let Some(named) = named else {
        return !head.headers.contains_key(header::HOST);
    };
    let host = named.host();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let address: Result<IpAddr, _> = address.parse();
    let host = host.to_ascii_lowercase();
    address.is_ok_and(is_loopback)
        || host == "localhost"
        || host.ends_with(".localhost")
        || own
            .split_once("://")
            .is_some_and(|(_, own)| own == named.as_str().to_ascii_lowercase())
}

/// Whether an address is this machine's own.
pub fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Says that an answer is to be kept, found and read by nobody else.
fn withhold(fields: &mut HeaderMap) {
    fields.insert(ROBOTS, HeaderValue::from_static("noindex"));
    fields.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    fields.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    fields.remove(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    fields.remove(header::ACCESS_CONTROL_ALLOW_METHODS);
    fields.remove(header::ACCESS_CONTROL_ALLOW_HEADERS);
    fields.remove(header::ACCESS_CONTROL_EXPOSE_HEADERS);
    fields.remove(header::ACCESS_CONTROL_MAX_AGE);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_asked_under_names_of_this_machine() {
        for (host, is_ours) in [
            ("localhost:8080", true),
            ("LOCALHOST", true),
            ("press.localhost:8080", true),
            ("127.0.0.1:8080", true),
            ("127.9.9.9", true),
            ("[::1]:8080", true),
            ("[::ffff:127.0.0.1]:8080", true),
            ("press.example.org", true),
            ("evil.example", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("192.0.2.1", false),
            ("[2001:db8::1]", false),
            ("press.example.org.evil.example", false),
            ("press.example.org:81", false),
        ] {
            let request = Request::get("/").header("host", host).body(()).unwrap();
            let (head, ()) = request.into_parts();
            assert_eq!(
                is_for_us(&head, "https://press.example.org"),
                is_ours,
                "{host}"
            );
        }
        let (head, ()) = Request::get("/").body(()).unwrap().into_parts();
        assert!(is_for_us(&head, "https://press.example.org"));
        let request = Request::get("http://evil.example/").header("host", "localhost");
        let (head, ()) = request.body(()).unwrap().into_parts();
        assert!(!is_for_us(&head, "https://press.example.org"));
    }
}
