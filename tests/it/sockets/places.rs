//! What becomes of those who come when all places are taken, and what the operator is told.

use super::{Running, until};
use crate::serving::{ITEM, SITE, Serving, data, tidings, wait_until};
use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;
use tidings::server::limits::Limits;

/// Asks for a path and leaves the answer unread.
fn asking(address: SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
        .write_all(
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        )
        .unwrap();
    stream
}

/// The whole answer; the connection has to end in order.
fn answer(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn each_newcomer_is_answered_or_told_that_there_is_no_place() {
    let server = Running::start(Limits {
        connections_max: 3,
        ..Limits::default()
    });
    let mut busy: Vec<TcpStream> = (0..2).map(|_| asking(server.address, "/file")).collect();
    busy.iter_mut().for_each(|stream| {
        until(stream, "\r\n\r\n");
    });
    let crowd: Vec<TcpStream> = (0..20).map(|_| asking(server.address, "/slow")).collect();
    let answers: Vec<String> = crowd.into_iter().map(answer).collect();
    let (answered, refused): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.ends_with("/slow"));
    assert!(!answered.is_empty());
    for answer in refused {
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer:?}");
        assert!(answer.contains("\r\nretry-after: ") && answer.contains("\r\nconnection: close"));
    }
}

#[test]
fn the_log_tells_of_refusals_once_and_of_what_to_do() {
    let folder = data(&[("site.toml", SITE), ("news/a.toml", ITEM)]);
    let media = folder.path().join("data/media");
    std::fs::create_dir_all(&media).unwrap();
    let film = File::create(media.join("film.mp4")).unwrap();
    film.set_len(64 << 20).unwrap();
    let mut few = Command::new("sh");
    few.args(["-c", "ulimit -n 132; exec \"$0\" \"$@\""])
        .arg(tidings().get_program());
    let state = folder.path().join("state");
    let server = Serving::start_as(
        few,
        &folder.path().join("data"),
        &["--state", state.to_str().unwrap()],
    );
    let address: SocketAddr = server.address().parse().unwrap();
    let mut busy: Vec<TcpStream> = (0..4).map(|_| asking(address, "/media/film.mp4")).collect();
    busy.iter_mut().for_each(|stream| {
        assert!(until(stream, "\r\n\r\n").contains(" 200 "));
    });
    for _ in 0..5 {
        assert!(answer(asking(address, "/rss.xml")).starts_with("HTTP/1.1 503 "));
    }
    assert!(wait_until(|| server.said().contains("refused")));
    let said = server.said();
    assert_eq!(said.matches("refused").count(), 1, "{said}");
    assert!(
        said.contains("all 4 ") && said.contains("LimitNOFILE"),
        "{said}"
    );
    drop(busy);
    assert!(wait_until(
        || answer(asking(address, "/rss.xml")).contains(" 200 OK")
    ));
}
