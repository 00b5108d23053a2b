//! The server over real sockets on loopback, with short limits. Nothing sleeps: every wait is a read with a time-out,
//! and every loop is bounded.

mod bodies;
mod places;
mod slow;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use hyper::body::Incoming;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tidings::making::open_file::OpenFile;
use tidings::respond::Piece;
use tidings::server::Config;
use tidings::server::bind;
use tidings::server::body::Body;
use tidings::server::limits::Limits;
use tidings::source::stamp::FileStamp;
use tokio::sync::watch;

/// Longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(20);

struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn start(limits: Limits) -> Self {
        let config = Config {
            listen: vec!["127.0.0.1:0".parse().unwrap()],
            workers: 1,
            limits,
        };
        let bound = bind(&config).unwrap();
        let address = bound.addresses()[0];
        let (stop, stopped) = watch::channel(false);
        let thread = std::thread::spawn(move || bound.run(&stopped, service).unwrap());
        Self {
            address,
            stop,
            thread: Some(thread),
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    fn stop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Says the path; `/slow` says it a little later, `/large` and `/file` say 64 MiB.
async fn service(request: Request<Incoming>) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let body = match path.as_str() {
        "/slow" => {
            tokio::time::sleep(Duration::from_millis(300)).await;
            Body::full(Bytes::from_static(b"/slow"))
        }
        "/large" => Body::full(vec![b'x'; 64 << 20].into()),
        "/file" => {
            let file = tempfile::tempfile().unwrap();
            file.set_len(64 << 20).unwrap();
            Body::file(open(file), vec![Piece::of_file(0..64 << 20)])
        }
        "/short" => {
            let file = tempfile::tempfile().unwrap();
            Body::file(open(file), vec![Piece::of_file(0..10)])
        }
        "/panic" => panic!("as asked for"),
        _ => Body::full(path.into_bytes().into()),
    };
    let mut response = Response::new(body);
    if request.headers().contains_key("content-length") {
        response
            .headers_mut()
            .insert("connection", HeaderValue::from_static("close"));
    }
    response
}

fn open(file: File) -> OpenFile {
    let stamp = FileStamp::of_listed(&file.metadata().unwrap());
    OpenFile { file, stamp }
}

/// Everything until the connection ends, however it ends.
fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 65_536];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            Err(error) => panic!("the connection did not end: {error}"),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads until a text has come.
fn until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.contains(end) {
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "ended before {end}: {text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    text
}

#[test]
fn a_slow_head_and_an_idle_connection_are_closed() {
    let server = Running::start(Limits {
        head_timeout: Duration::from_millis(200),
        ..Limits::default()
    });
    let mut slow = server.connect();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n").unwrap();
    assert_eq!(rest(slow), "");
    let mut idle = server.connect();
    idle.write_all(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    assert!(rest(idle).ends_with("/a"));
}

#[test]
fn a_client_that_does_not_read_is_given_up() {
    let server = Running::start(Limits {
        stall_timeout: Duration::from_millis(200),
        ..Limits::default()
    });
    for path in ["/large", "/file"] {
        let mut stalled = server.connect();
        stalled
            .write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes())
            .unwrap();
        // The server gives up while nobody reads; what had been sent by then is less than all.
        let start = Instant::now();
        let mut probe = server.connect();
        while start.elapsed() < Duration::from_millis(600) {
            probe
                .write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
                .unwrap();
            until(&mut probe, "/slow");
        }
        assert!(rest(stalled).len() < 64 << 20, "{path}");
    }
}

/// Reads so many bytes a tick until the end or an error; returns how many came.
fn read_slowly(stream: &mut TcpStream, bytes: usize, tick: Duration, most: usize) -> usize {
    let mut buffer = vec![0; bytes];
    let mut total = 0;
    while total < most {
        let began = Instant::now();
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(read) => total += read,
        }
        std::thread::sleep(tick.saturating_sub(began.elapsed()));
    }
    total
}

#[test]
fn a_reader_that_is_slow_and_steady_is_never_cut() {
    // A real reader takes 32 KB a second against a limit of 30 s; this one is thirty times as fast against one of a
    // second.
    let server = Running::start(Limits {
        stall_timeout: Duration::from_secs(1),
        answer_timeout: Duration::from_secs(60),
        ..Limits::default()
    });
    for path in ["/file", "/large"] {
        let mut slow = server.connect();
        slow.write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes())
            .unwrap();
        let enough = 12 << 20;
        let read = read_slowly(&mut slow, 32 << 10, Duration::from_millis(32), enough);
        assert!(read >= enough, "{path} was cut after {read} bytes");
    }
}

#[test]
fn a_page_after_a_long_download_has_its_own_time() {
    let server = Running::start(Limits {
        stall_timeout: Duration::from_secs(5),
        answer_timeout: Duration::from_secs(1),
        ..Limits::default()
    });
    let mut stream = server.connect();
    stream
        .write_all(b"GET /file HTTP/1.1\r\nHost: a\r\n\r\nGET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .unwrap();
    let half = read_slowly(&mut stream, 512 << 10, Duration::from_millis(20), 60 << 20);
    assert!(half >= 60 << 20, "{half}");
    assert!(half + rest(stream).len() > 2 * (64 << 20));
}

#[test]
fn a_download_that_flows_is_not_idle() {
    let server = Running::start(Limits {
        connections_max: 3,
        ..Limits::default()
    });
    let mut download = server.connect();
    download
        .write_all(b"GET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut read = read_slowly(&mut download, 64 << 10, Duration::ZERO, 1 << 20);
    for _ in 0..40 {
        let mut poll = server.connect();
        poll.write_all(b"GET /poll HTTP/1.1\r\nHost: a\r\n\r\n")
            .unwrap();
        until(&mut poll, "/poll");
        read += read_slowly(&mut download, 64 << 10, Duration::ZERO, 256 << 10);
        std::mem::forget(poll);
    }
    read += rest(download).len();
    assert!(read > 64 << 20, "cut after {read} bytes");
}

#[test]
fn when_all_are_busy_the_next_one_is_refused() {
    let server = Running::start(Limits {
        connections_max: 2,
        ..Limits::default()
    });
    let mut busy = [server.connect(), server.connect()];
    for stream in &mut busy {
        stream
            .write_all(b"GET /file HTTP/1.1\r\nHost: a\r\n\r\n")
            .unwrap();
        until(stream, "\r\n\r\n");
    }
    let mut refused = server.connect();
    refused
        .write_all(b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    // What was sent unread may reset the connection after the answer.
    let _reset = refused.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 503 "),
        "{answer}"
    );
    drop(busy);
    let taken = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        let mut stream = server.connect();
        let sent = stream.write_all(b"GET /y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let mut answer = String::new();
        sent.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.ends_with("/y")
    });
    assert!(taken);
}

#[test]
fn a_transfer_coding_in_any_other_form_than_chunked_is_refused_and_the_connection_closed() {
    let server = Running::start(Limits::default());
    let inner = "GET /inner HTTP/1.1\r\nHost: a\r\n\r\n";
    for coding in [
        "Transfer-Encoding: frob, chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked;q=1\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding:\r\n",
        "Transfer-Encoding: chunked,\r\n",
        "Transfer-Encoding: , chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n",
        "Transfer-Encoding: chunked\x0b\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding:\r\n chunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Content-Length: 4\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: frob\r\nContent-Length: 4\r\n",
    ] {
        for method in ["GET", "POST"] {
            let mut stream = server.connect();
            let request =
                format!("{method} /x HTTP/1.1\r\nHost: a\r\n{coding}\r\n0\r\n\r\n{inner}");
            stream.write_all(request.as_bytes()).unwrap();
            let answer = rest(stream);
            let status = &answer[9..12];
            assert!(status == "400" || status == "501", "{coding}: {answer}");
            assert!(!answer.contains("/inner"), "{coding}: {answer}");
        }
    }
    let mut stream = server.connect();
    let whole = "GET /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nConnection: close\r\n\r\n0\r\n\r\n";
    stream.write_all(whole.as_bytes()).unwrap();
    assert!(rest(stream).starts_with("HTTP/1.1 200 "));
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = Running::start(Limits::default());
    let mut stream = server.connect();
    let requests: String = (0..20)
        .map(|n| format!("GET /number-{n:02} HTTP/1.1\r\nHost: a\r\n\r\n"))
        .collect();
    stream.write_all(requests.as_bytes()).unwrap();
    let text = until(&mut stream, "/number-19");
    let places: Vec<usize> = (0..20)
        .map(|n| text.find(&format!("/number-{n:02}")).unwrap())
        .collect();
    assert!(places.is_sorted());
}

#[test]
fn a_request_line_without_end_is_414() {
    let server = Running::start(Limits::default());
    for before in ["", "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"] {
        let mut stream = server.connect();
        stream.write_all(before.as_bytes()).unwrap();
        if !before.is_empty() {
            until(&mut stream, "/a");
        }
        // The server may close before all is written.
        let _written = stream.write_all(format!("GET /{}", "a".repeat(300_000)).as_bytes());
        let answer = rest(stream);
        assert!(
            answer.starts_with("HTTP/1.1 414 URI Too Long\r\n"),
            "{answer}"
        );
        assert!(
            answer.contains("cache-control: no-store\r\n")
                && answer.contains("connection: close\r\n"),
            "{answer}"
        );
    }
}

#[test]
fn a_large_head_and_many_fields_are_431() {
    let server = Running::start(Limits::default());
    let many: String = (0..101).map(|n| format!("A{n}: b\r\n")).collect();
    let large = format!("A: {}\r\n", "b".repeat(20_000));
    for fields in [many, large] {
        let mut stream = server.connect();
        let _written =
            stream.write_all(format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n").as_bytes());
        assert!(rest(stream).starts_with("HTTP/1.1 431 "));
    }
}

#[test]
fn a_get_with_a_body_is_answered_and_closed() {
    let server = Running::start(Limits::default());
    let mut stream = server.connect();
    stream
        .write_all(
            b"GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nGET /b HTTP/1.1\r\n",
        )
        .unwrap();
    let answer = rest(stream);
    assert!(answer.ends_with("/a") && !answer.contains("/b"), "{answer}");
}

#[test]
fn head_has_a_length_and_no_body() {
    let server = Running::start(Limits::default());
    for (path, length) in [("/abc", "4"), ("/file", "67108864")] {
        let mut stream = server.connect();
        stream
            .write_all(
                format!("HEAD {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes(),
            )
            .unwrap();
        let answer = rest(stream);
        assert!(
            answer.contains(&format!("content-length: {length}\r\n"))
                && answer.ends_with("\r\n\r\n"),
            "{answer}"
        );
    }
}

#[test]
fn a_file_is_sent_whole_and_a_shorter_one_ends_the_connection() {
    let server = Running::start(Limits::default());
    let mut stream = server.connect();
    stream
        .write_all(b"GET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .unwrap();
    let answer = rest(stream);
    assert_eq!(
        answer.len() - answer.find("\r\n\r\n").unwrap() - 4,
        64 << 20
    );
    let mut stream = server.connect();
    stream
        .write_all(b"GET /short HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    assert!(rest(stream).len() < 200);
}

#[test]
fn a_panic_costs_its_connection_and_nothing_else() {
    let server = Running::start(Limits::default());
    let mut stream = server.connect();
    stream
        .write_all(b"GET /panic HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    assert_eq!(rest(stream), "");
    let mut stream = server.connect();
    stream
        .write_all(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    until(&mut stream, "/a");
}

#[test]
fn when_full_the_longest_idle_connection_makes_room() {
    let server = Running::start(Limits {
        connections_max: 2,
        ..Limits::default()
    });
    let mut open = Vec::new();
    for path in ["/first", "/second", "/third"] {
        let mut stream = server.connect();
        stream
            .write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes())
            .unwrap();
        until(&mut stream, path);
        open.push(stream);
    }
    assert_eq!(rest(open.remove(0)), "");
    open[1]
        .write_all(b"GET /again HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    until(&mut open[1], "/again");
}

#[test]
fn a_stop_closes_the_idle_at_once_and_lets_answers_finish() {
    let mut server = Running::start(Limits::default());
    let mut idle = server.connect();
    idle.write_all(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    until(&mut idle, "/a");
    let mut busy = server.connect();
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    // The probe's answer tells that the request before it has been taken.
    let mut probe = server.connect();
    probe
        .write_all(b"GET /b HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    until(&mut probe, "/b");
    let start = Instant::now();
    server.stop();
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(rest(idle), "");
    let answer = rest(busy);
    assert!(
        answer.ends_with("/slow") && answer.contains("connection: close"),
        "{answer}"
    );
    assert!(TcpStream::connect(server.address).is_err());
}

#[test]
fn a_half_sent_head_holds_a_stop_up_no_longer_than_the_limit() {
    let mut server = Running::start(Limits {
        stop_timeout: Duration::from_millis(300),
        ..Limits::default()
    });
    let mut half = server.connect();
    half.write_all(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HT")
        .unwrap();
    until(&mut half, "/a");
    let start = Instant::now();
    server.stop();
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn an_address_in_use_is_an_error_that_names_it() {
    let server = Running::start(Limits::default());
    let config = Config {
        listen: vec![server.address],
        workers: 1,
        limits: Limits::default(),
    };
    let error = bind(&config).unwrap_err().to_string();
    assert_eq!(error, format!("cannot listen on `{}`", server.address));
}
