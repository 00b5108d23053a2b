//! Any bytes as a request's target: a status that the route tables know with the fields that they demand, nothing of
//! what nobody may see, and no path that leads out of the media folder (docs/http.md, “What each resource answers”,
//! “Targets”).

#![no_main]

use http::{Method, Response, StatusCode, Uri, header};
use libfuzzer_sys::fuzz_target;
use tidings::edition::Key;
use tidings::respond::{Outcome, Payload};
use tidings_fuzz::{BASE_URLS, EDITIONS, SECRET, ask, head};

const METHODS: [Method; 4] = [Method::GET, Method::HEAD, Method::OPTIONS, Method::POST];

fuzz_target!(|bytes: &[u8]| {
    let Ok(uri) = Uri::try_from(bytes) else {
        return;
    };
    for (edition, base_url) in EDITIONS.iter().zip(BASE_URLS) {
        for method in METHODS {
            match ask(&head(method.clone(), uri.clone()), edition) {
                Outcome::Answer(answer) => check(&method, &answer.response, base_url),
                Outcome::Make(key) => {
                    assert!(matches!(method, Method::GET | Method::HEAD));
                    check_key(&key);
                }
            }
        }
    }
});

fn check(method: &Method, response: &Response<Payload>, base_url: &str) {
    let (status, fields) = (response.status(), response.headers());
    let allowed: &[u16] = match *method {
        Method::GET | Method::HEAD => &[200, 301, 400, 404, 414],
        Method::OPTIONS => &[204, 400, 404, 405, 414],
        _ => &[400, 404, 405, 414],
    };
    assert!(allowed.contains(&status.as_u16()), "{method}: {status}");
    assert_eq!(fields[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(fields.contains_key(header::REFERRER_POLICY));
    assert!(fields.contains_key(header::CONTENT_SECURITY_POLICY));
    // A preflight's answer is not stored by what `Cache-Control` says.
    let is_preflight = status == StatusCode::NO_CONTENT;
    assert_eq!(fields.contains_key(header::CACHE_CONTROL), !is_preflight);
    let has_allow = matches!(
        status,
        StatusCode::NO_CONTENT | StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(fields.contains_key(header::ALLOW), has_allow);
    let location = fields.get(header::LOCATION);
    assert_eq!(location.is_some(), status == StatusCode::MOVED_PERMANENTLY);
    if let Some(location) = location {
        let location = location.to_str().expect("`Location` is text");
        let rest = location.strip_prefix(base_url);
        assert!(rest.is_some_and(|rest| rest.starts_with('/')), "{location}");
        assert!(!location.contains(SECRET), "{location}");
    }
}

fn check_key(key: &Key) {
    match key {
        Key::Item(id) => assert_ne!(id.as_str(), SECRET),
        Key::List(..) | Key::Feed(..) | Key::Discovery(_) => {}
        Key::Media(path) => {
            assert!(!path.contains(['\0', '\\']), "{path:?}");
            let is_plain = |segment: &str| !matches!(segment, "." | "..");
            assert!(path.split('/').all(is_plain), "{path:?}");
            assert!(!path.starts_with('/'), "{path:?}");
        }
    }
}
