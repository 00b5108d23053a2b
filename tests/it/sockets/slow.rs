//! Clients that read slowly, as networks and players do: how much a client takes counts, not what lies in buffers.

use super::{Running, rest};
use socket2::{Domain, SockRef, Socket, Type};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tidings::server::limits::Limits;

const TICK: Duration = Duration::from_millis(100);

/// A client with a small window and small segments, as on a thin line: each few bytes that it takes are told at once.
fn thin(server: &Running, path: &str) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    socket.set_tcp_mss(536).unwrap();
    socket.connect(&server.address.into()).unwrap();
    asking(socket.into(), path)
}

/// A usual client, whose buffer does not grow to megabytes all the same.
fn usual(server: &Running, path: &str) -> TcpStream {
    let stream = server.connect();
    SockRef::from(&stream)
        .set_recv_buffer_size(64 << 10)
        .unwrap();
    asking(stream, path)
}

fn asking(mut stream: TcpStream, path: &str) -> TcpStream {
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes())
        .unwrap();
    stream
}

/// Takes so many bytes in each tick for a time; returns how many came before the connection ended.
fn take(stream: &mut TcpStream, bytes_a_tick: usize, time: Duration) -> usize {
    let (begin, mut total) = (Instant::now(), 0);
    let mut buffer = vec![0; bytes_a_tick];
    while begin.elapsed() < time {
        let mut taken = 0;
        while taken < bytes_a_tick {
            match stream.read(&mut buffer[taken..]) {
                Ok(0) | Err(_) => return total + taken,
                Ok(read) => taken += read,
            }
        }
        total += taken;
        std::thread::sleep(TICK);
    }
    total
}

#[test]
fn a_reader_on_a_thin_line_is_not_cut_while_it_takes_something() {
    let server = Running::start(Limits {
        stall_timeout: Duration::from_secs(2),
        ..Limits::default()
    });
    for path in ["/file", "/large"] {
        // 4 KB a second: what the kernel holds unsent would take many times the limit.
        let mut stream = thin(&server, path);
        take(&mut stream, 400, Duration::from_secs(8));
        let after = take(&mut stream, 400, Duration::from_secs(2));
        assert!(after > 2_000, "{path} was cut");
        // It is in the middle still: the server has not given it up behind the kernel's buffers.
        let more = take(&mut stream, 64 << 10, Duration::from_secs(3));
        assert!(more > 1 << 20, "{path} ended {more} bytes later");
    }
}

#[test]
fn a_file_that_is_taken_too_slowly_for_long_is_given_up() {
    let server = Running::start(Limits {
        file_rate_min: 20_000,
        rate_window: Duration::from_secs(1),
        ..Limits::default()
    });
    let mut slow = thin(&server, "/file");
    take(&mut slow, 400, Duration::from_secs(4));
    assert!(rest(slow).len() < 1 << 20);
    let mut quick = thin(&server, "/file");
    let taken = take(&mut quick, 6_000, Duration::from_secs(4));
    assert!(taken > 150_000, "cut after {taken} bytes");
    assert!(take(&mut quick, 64 << 10, Duration::from_secs(3)) > 1 << 20);
}

#[test]
fn an_answer_that_is_still_being_taken_is_no_idle_connection() {
    let server = Running::start(Limits {
        head_timeout: Duration::from_millis(300),
        ..Limits::default()
    });
    // In the middle of what comes from memory, and at the end of a file.
    for (path, quickly) in [("/large", 0), ("/file", (64 << 20) - (300 << 10))] {
        let mut stream = usual(&server, path);
        let mut buffer = vec![0; quickly];
        stream.read_exact(&mut buffer).unwrap();
        let slowly = take(&mut stream, 10 << 10, Duration::from_millis(2_500));
        let all = quickly + slowly + rest(stream).len();
        assert!(all > 64 << 20, "{path} was cut after {all} bytes");
    }
}
