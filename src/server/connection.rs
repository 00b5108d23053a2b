//! One core: it takes connections, serves each within its limits, and stops when told to.

use crate::server::body::Body;
use crate::server::date;
use crate::server::guard::{Guard, Shared};
use crate::server::limits::Limits;
use crate::server::listen::{self, Listeners};
use crate::server::registry::{Admission, Registry};
use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, DATE,
    HeaderValue, REFERRER_POLICY, TRANSFER_ENCODING, X_CONTENT_TYPE_OPTIONS,
};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::spawn;
use tokio::time::{sleep, timeout};

/// How long accepting rests after it failed, as it does when file descriptors run out (docs/http.md, “Limits of
/// connections”).
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// How long what a client still sends is read after its last answer, so that the answer is not lost to a reset.
const LINGER: Duration = Duration::from_secs(1);

/// How much of that is read, in bytes.
const LINGER_BYTES_MAX: usize = 256 * 1024;

/// How long a stop waits for files that are being read, after all else has ended.
const READING_REST: Duration = Duration::from_millis(500);

/// Threads for what is made from files, a core.
const BLOCKING_THREADS_MAX: usize = 16;

/// What a core needs to know.
pub struct Core {
    /// The limits.
    pub limits: Arc<Limits>,
    /// All connections of all cores.
    pub registry: Arc<Registry>,
    /// Changes when it is time to stop.
    pub stop: watch::Receiver<bool>,
}

impl Core {
    /// Serves until told to stop.
    ///
    /// # Errors
    ///
    /// When the runtime or a listener cannot start.
    pub fn run<S, F>(self, listeners: Listeners, service: S) -> io::Result<()>
    where
        S: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<Body>> + Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(BLOCKING_THREADS_MAX)
            .build()?;
        let stop_timeout = self.limits.stop_timeout;
        let core = Arc::new(self);
        let served = runtime.block_on(async {
            let graceful = Arc::new(GracefulShutdown::new());
            let mut accepting = Vec::new();
            for listener in listeners {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                let (core, service, graceful) =
                    (Arc::clone(&core), service.clone(), Arc::clone(&graceful));
                accepting.push(spawn(accept(core, listener, service, graceful)));
            }
            let mut stop = core.stop.clone();
            // The sender's end is a stop, too.
            let _ended = stop.wait_for(|stopped| *stopped).await;
            accepting.iter().for_each(tokio::task::JoinHandle::abort);
            for task in accepting {
                let _aborted = task.await;
            }
            if let Some(graceful) = Arc::into_inner(graceful) {
                let _late = timeout(stop_timeout, graceful.shutdown()).await;
            }
            Ok(())
        });
        // What is still being read from files is not waited for much longer.
        runtime.shutdown_timeout(READING_REST);
        served
    }
}

/// Takes the connections of one listener, for ever: an error costs a rest, never the listener.
async fn accept<S, F>(
    core: Arc<Core>,
    listener: tokio::net::TcpListener,
    service: S,
    graceful: Arc<GracefulShutdown>,
) where
    S: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    loop {
        match listener.accept().await {
            Ok((stream, address)) => match core.registry.admit(address.ip()) {
                Ok(admission) => {
                    spawn(serve(
                        Arc::clone(&core),
                        stream,
                        admission,
                        service.clone(),
                        graceful.watcher(),
                    ));
                }
                Err(_) => listen::refuse(&stream, REFUSED),
            },
            Err(error) if is_of_connection(&error) => {}
            Err(error) => {
                tracing::warn!("cannot accept a connection: {error}");
                sleep(ACCEPT_REST).await;
            }
        }
    }
}

/// Whether an error is that of the one connection, which has gone already.
fn is_of_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

async fn serve<S, F>(
    core: Arc<Core>,
    stream: TcpStream,
    admission: Admission,
    service: S,
    watcher: Watcher,
) where
    S: Fn(Request<Incoming>) -> F + Send + Sync,
    F: Future<Output = Response<Body>> + Send,
{
    let shared = Arc::new(Shared::new(admission));
    let answered = service_fn(|request| {
        shared.begin();
        let shared = Arc::clone(&shared);
        let answer = has_plain_body(&request).then(|| service(request));
        async move {
            let mut response = match answer {
                Some(answer) => answer.await,
                None => bad_request(),
            };
            shared.expect_file(response.body().is_file());
            response.headers_mut().insert(DATE, date::now());
            Ok::<_, Infallible>(response.map(|body| body.ending_with(HandedOver(shared))))
        }
    });
    let guard = TokioIo::new(Guard::new(stream, Arc::clone(&shared), &core.limits));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(core.limits.head_timeout)
        .max_buf_size(core.limits.head_bytes_max)
        .half_close(false)
        .pipeline_flush(false)
        .keep_alive(true)
        .serve_connection(guard, answered);
    let ended = tokio::select! {
        biased;
        ended = watcher.watch(connection) => ended,
        () = shared.admission().seat.evicted() => return,
    };
    // Otherwise the client has all that it asked for, has gone, has said nothing for too long, or does not read.
    let is_sending = match ended {
        Err(error) => error.is_parse(),
        Ok(()) => shared.is_midway(),
    };
    if let Some(stream) = shared.take_stream().filter(|_| is_sending) {
        linger(&stream).await;
    }
}

/// Says so when it is dropped with the body that it ends.
struct HandedOver(Arc<Shared>);

impl Drop for HandedOver {
    fn drop(&mut self) {
        self.0.hand_over();
    }
}

/// What a connection is told that is not taken.
const REFUSED: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\n\
    cache-control: no-store\r\nx-content-type-options: nosniff\r\n\
    referrer-policy: strict-origin-when-cross-origin\r\ncontent-security-policy: default-src 'none'\r\n\
    retry-after: 30\r\nconnection: close\r\ncontent-length: 24\r\n\r\n503 service unavailable\n";

/// Whether it is clear where the body of a request ends: `Transfer-Encoding` may say `chunked`, once, and nothing else
/// (RFC 9112, section 6.1). Somebody before us might take any other form for something else.
fn has_plain_body<B>(request: &Request<B>) -> bool {
    let mut codings = request.headers().get_all(TRANSFER_ENCODING).iter();
    let Some(only) = codings.next() else {
        return true;
    };
    codings.next().is_none()
        && only.as_bytes().eq_ignore_ascii_case(b"chunked")
        && !request.headers().contains_key(CONTENT_LENGTH)
}

/// 400, after which the connection is closed.
fn bad_request() -> Response<Body> {
    let mut response = Response::new(Body::full(Bytes::from_static(b"400 bad request\n")));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    let fields = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (CONNECTION, "close"),
    ];
    for (name, value) in fields {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Reads what a client still sends: closing a socket with unread bytes would reset the connection, and the client
/// could lose its answer.
async fn linger(stream: &TcpStream) {
    listen::end(stream);
    let mut left = LINGER_BYTES_MAX;
    let mut buffer = [0; 4096];
    let drain = async {
        while left > 0 && stream.readable().await.is_ok() {
            match stream.try_read(&mut buffer) {
                Ok(0) => return,
                Ok(read) => left = left.saturating_sub(read),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    };
    let _late = timeout(LINGER, drain).await;
}
