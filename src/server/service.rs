//! The service: every request answered from the edition of its moment.

use crate::clock;
use crate::edition::path::with_query;
use crate::edition::route::Route;
use crate::edition::{Edition, Key};
use crate::making::made::Made;
use crate::making::maker::Maker;
use crate::making::open_file::OpenFile;
use crate::respond::{self, Answer, Outcome, Payload};
use crate::server::body::Body;
use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A page whose file has just changed waits so long for the edition that knows it: that a file is gone is believed
/// after two seconds, and a change may wait for the next second (docs/http.md, “Versions”). That edition has the item
/// whole, so that the page can be made of it even if the file has been saved again by then.
const NEXT_EDITION_TIMEOUT: Duration = Duration::from_millis(3_500);

/// So often it is looked for.
const NEXT_EDITION_EVERY: Duration = Duration::from_millis(10);

/// What requests are answered from.
#[derive(Clone)]
pub struct Service {
    /// The edition that is served, as it changes.
    pub editions: Arc<ArcSwap<Edition>>,
    /// What makes what it does not hold ready.
    pub maker: Arc<Maker>,
    /// Asks for a file to be taken in again.
    pub look_again: Arc<dyn Fn(&str) + Send + Sync>,
}

impl Service {
    /// Answers one request. What the edition does not hold ready is made on another thread, since making reads files.
    pub async fn answer(self, request: Request<Incoming>) -> Response<Body> {
        let (head, _) = request.into_parts();
        let until = Instant::now() + NEXT_EDITION_TIMEOUT;
        loop {
            let now = clock::now();
            let (edition, key) = {
                let edition = self.editions.load();
                match respond::respond(&head, &edition, now) {
                    Outcome::Answer(answer) => return sent(answer, None),
                    Outcome::Make(key) => (Arc::clone(&edition), key),
                }
            };
            let route = key.route();
            if let Some(kept) = self.maker.kept(&edition, &key, now.timestamp()) {
                return sent(respond::with(&head, &kept, now), None);
            }
            let making = self.making(&edition, &key, now.timestamp(), Maker::make);
            let mut made = making.await;
            if let Made::Changed(file) = &made {
                (self.look_again)(file);
                if self.has_next(&edition, until).await {
                    continue;
                }
                // Somebody may be writing to it for a while: what only names it does not wait for that.
                let now = now.timestamp();
                made = self
                    .making(&edition, &key, now, Maker::make_without_unread)
                    .await;
            }
            return answer_made(&head, &edition, (made, route), now);
        }
    }

    /// Makes something on another thread.
    async fn making(
        &self,
        edition: &Arc<Edition>,
        key: &Key,
        now: i64,
        make: fn(&Maker, &Edition, &Key, i64) -> Made,
    ) -> Made {
        let making = tokio::task::spawn_blocking({
            let (edition, maker) = (Arc::clone(edition), Arc::clone(&self.maker));
            let key = key.clone();
            move || make(&maker, &edition, &key, now)
        });
        // The maker's panic has been logged; its client learns that something went wrong and no more.
        let failed = Made::Nothing(StatusCode::INTERNAL_SERVER_ERROR, key.route());
        making.await.unwrap_or(failed)
    }

    /// Waits for another edition than this one; false where none comes in time.
    async fn has_next(&self, edition: &Arc<Edition>, until: Instant) -> bool {
        while Instant::now() < until {
            tokio::time::sleep(NEXT_EDITION_EVERY).await;
            if !Arc::ptr_eq(&self.editions.load(), edition) {
                return true;
            }
        }
        false
    }
}

fn answer_made(
    head: &Parts,
    edition: &Edition,
    (made, route): (Made, Route),
    now: DateTime<Utc>,
) -> Response<Body> {
    match made {
        Made::Resource(resource) => sent(respond::with(head, &resource, now), None),
        Made::Redirect(url) => {
            let url = with_query(url, head.uri.query());
            sent(respond::redirect(head, &url, Route::Media), None)
        }
        Made::Nothing(status, route) => sent(respond::failure(head, edition, status, route), None),
        Made::Changed(_) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            sent(respond::failure(head, edition, status, route), None)
        }
        Made::File(resource, file) => sent(respond::with(head, &resource, now), Some(file)),
    }
}

/// The answer as it is sent; `file` is what an answer with parts of a file was made with.
pub(super) fn sent(answer: Answer, file: Option<OpenFile>) -> Response<Body> {
    answer.response.map(|payload| match (payload, file) {
        (Payload::Bytes(bytes), _) => Body::full(bytes),
        (Payload::File(pieces), Some(file)) => Body::file(file, pieces),
        (Payload::Empty | Payload::File(_), _) => Body::empty(),
    })
}
