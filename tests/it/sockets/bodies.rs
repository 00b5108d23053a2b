//! Requests with bodies, over the real binary: nothing in a body is ever taken for the next request.

use crate::serving::{ITEM, SITE, Serving, data};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const INNER: &str = "GET /rss.xml HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// All that comes for a request before the server closes the connection.
fn answer(server: &Serving, request: &str) -> String {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_request_whose_body_has_a_transfer_coding_is_the_last_of_its_connection() {
    let folder = data(&[("site.toml", SITE), ("news/a.toml", ITEM)]);
    let server = Serving::start(&folder.path().join("data"), &[]);
    for (version, fields) in [
        ("1.1", "Transfer-Encoding: chunked\r\n"),
        ("1.1", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"),
        ("1.1", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n"),
        (
            "1.0",
            "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n",
        ),
        (
            "1.0",
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n",
        ),
    ] {
        for method in ["GET", "HEAD", "POST"] {
            let request = format!(
                "{method} / HTTP/{version}\r\nHost: localhost\r\n{fields}\r\n0\r\n\r\n{INNER}"
            );
            let answer = answer(&server, &request);
            assert!(!answer.contains("<rss"), "{request}: {answer}");
            assert_eq!(answer.matches("HTTP/1.").count(), 1, "{request}: {answer}");
            if version == "1.0" {
                assert!(answer[9..].starts_with("400"), "{request}: {answer}");
            }
        }
    }
}
