//! The service: every request answered from the edition of its moment.

use crate::edition::{Edition, Route};
use crate::respond::{self, Answer, Outcome, Payload};
use crate::server::body::Body;
use crate::server::clock;
use crate::server::maker::{Made, Maker};
use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use std::sync::Arc;

/// Answers one request. What the edition does not hold ready is made on another thread, since making reads files.
pub async fn answer(
    request: Request<Incoming>,
    editions: Arc<ArcSwap<Edition>>,
    maker: Arc<Maker>,
) -> Response<Body> {
    let (head, _) = request.into_parts();
    let now = clock::now();
    let (edition, key) = {
        let edition = editions.load();
        match respond::respond(&head, &edition, now) {
            Outcome::Answer(answer) => return sent(answer),
            Outcome::Make(key) => (Arc::clone(&edition), key),
        }
    };
    let making = tokio::task::spawn_blocking({
        let edition = Arc::clone(&edition);
        move || maker.make(&edition, &key, now.timestamp())
    });
    // The maker's panic has been logged; its client learns that something went wrong and no more.
    let made = making.await.unwrap_or(Made::Nothing(
        StatusCode::INTERNAL_SERVER_ERROR,
        Route::Page,
    ));
    answer_made(&head, &edition, made, now)
}

fn answer_made(head: &Parts, edition: &Edition, made: Made, now: DateTime<Utc>) -> Response<Body> {
    match made {
        Made::Resource(resource) => sent(respond::with(head, &resource, now)),
        Made::Redirect(url) => sent(respond::redirect(head, &url, Route::Media)),
        Made::Nothing(status, route) => sent(respond::failure(head, edition, status, route)),
        Made::File(resource, file) => {
            respond::with(head, &resource, now)
                .response
                .map(|payload| match payload {
                    Payload::File { length } => Body::file(file, length),
                    Payload::Bytes(bytes) => Body::full(bytes),
                    Payload::Empty => Body::empty(),
                })
        }
    }
}

fn sent(answer: Answer) -> Response<Body> {
    answer.response.map(|payload| match payload {
        Payload::Bytes(bytes) => Body::full(bytes),
        Payload::Empty | Payload::File { .. } => Body::empty(),
    })
}
