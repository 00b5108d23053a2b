//! Media files over real sockets: ranges of a file larger than memory, files that change while they are sent, and the
//! ways out of the folder that are none (docs/http.md, “Targets”, “Files”, “Media”).

use crate::serving::{ITEM, SITE, Serving, ask_until, data, field, now_milliseconds, wait_until};
use std::fs::{self, File, FileTimes};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{FileExt, symlink};
use std::path::Path;
use std::time::Duration;
use tidings::source::DataDirectory;
use tidings::source::media::MediaIndex;

/// Larger than the memory that the server may take.
const LARGE: u64 = 5 << 30;

/// What a server may take more for sending it, in bytes.
const MEMORY_MAX: u64 = 16 << 20;

fn media(folder: &Path) -> std::path::PathBuf {
    let media = folder.join("data/media");
    fs::create_dir_all(&media).unwrap();
    media
}

/// A socket over which a request has been sent.
fn request(server: &Serving, head: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let patience = Some(Duration::from_secs(20));
    stream.set_read_timeout(patience).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// Everything until the connection ends, however that is.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A reset is an end, too; a time-out is none.
    if let Err(error) = stream.read_to_end(&mut bytes) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }
    bytes
}

/// Status and body of the answer to a target as it is written.
fn raw(server: &Serving, target: &str) -> (String, String) {
    let head = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let answer = String::from_utf8_lossy(&rest(request(server, &head))).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    (
        head.get(9..12).unwrap_or_default().to_owned(),
        body.to_owned(),
    )
}

/// The resident memory of a process, in bytes.
fn memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.unwrap().trim().trim_end_matches(" kB");
    kilobytes.parse::<u64>().unwrap() * 1024
}

#[test]
fn a_file_of_five_gigabytes_is_sent_in_parts_and_never_held() {
    let folder = data(&[("site.toml", SITE), ("news/a.toml", ITEM)]);
    let large = File::create(media(folder.path()).join("film.mp4")).unwrap();
    large.set_len(LARGE).unwrap();
    large.write_all_at(b"the end", LARGE - 7).unwrap();
    let server = Serving::start(&folder.path().join("data"), &[]);
    let mut connection = server.connect();
    let part = connection
        .ask("/media/film.mp4", "Range: bytes=5368709110-\r\n")
        .unwrap();
    assert_eq!(
        (part.status, part.field("content-range")),
        (206, Some("bytes 5368709110-5368709119/5368709120"))
    );
    assert_eq!(part.body, b"\0\0\0the end");
    let parts = connection
        .ask("/media/film.mp4", "Range: bytes=0-1, -7\r\n")
        .unwrap();
    assert!(
        parts
            .text()
            .contains("bytes 5368709113-5368709119/5368709120\r\n\r\nthe end\r\n--")
    );
    let before = memory(server.process());
    let whole = "GET /media/film.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut slow: Vec<TcpStream> = (0..20).map(|_| request(&server, whole)).collect();
    for stream in &mut slow {
        let mut some = [0; 100_000];
        stream.read_exact(&mut some).unwrap();
        let head = String::from_utf8_lossy(&some[..1000]).into_owned();
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        assert_eq!(field(&head, "content-length"), LARGE.to_string());
        assert_eq!(field(&head, "accept-ranges"), "bytes");
    }
    let more = memory(server.process()).saturating_sub(before);
    assert!(more < MEMORY_MAX, "{more} bytes for 20 slow clients");
    drop(slow);
    server.stop();
}

/// A server over a file of which a client has taken the beginning and waits with the rest.
fn halfway(folder: &Path) -> (Serving, TcpStream, usize) {
    const LENGTH: usize = 64 << 20;
    fs::write(media(folder).join("a.bin"), vec![b'x'; LENGTH]).unwrap();
    let server = Serving::start(&folder.join("data"), &[]);
    let mut stream = request(
        &server,
        "GET /media/a.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    let mut some = [0; 10_000];
    stream.read_exact(&mut some).unwrap();
    let head = String::from_utf8_lossy(&some);
    let (head, body) = head.split_once("\r\n\r\n").unwrap();
    assert_eq!(field(head, "content-length"), LENGTH.to_string());
    (server, stream, LENGTH - body.len())
}

#[test]
fn a_file_that_is_written_to_while_it_is_sent_ends_the_connection() {
    let changes: [fn(&File); 3] = [
        |file| file.set_len(1000).unwrap(),
        |file| file.set_len(65 << 20).unwrap(),
        // The same length, and the date put back.
        |file| {
            let times = FileTimes::new().set_modified(file.metadata().unwrap().modified().unwrap());
            file.write_all_at(&vec![b'y'; 64 << 20], 0).unwrap();
            file.set_times(times).unwrap();
        },
    ];
    for change in changes {
        let folder = data(&[("site.toml", SITE), ("news/a.toml", ITEM)]);
        let (server, stream, left) = halfway(folder.path());
        let file = File::options()
            .write(true)
            .open(media(folder.path()).join("a.bin"));
        change(&file.unwrap());
        let rest = rest(stream);
        assert!(rest.len() < left, "{} of {left}", rest.len());
        assert!(rest.iter().all(|byte| *byte == b'x'), "mixed bytes");
        server.stop();
    }
}

#[test]
fn a_file_whose_name_another_takes_is_sent_to_its_end() {
    let folder = data(&[("site.toml", SITE), ("news/a.toml", ITEM)]);
    let (server, stream, left) = halfway(folder.path());
    let media = media(folder.path());
    fs::write(media.join("new.bin"), "another").unwrap();
    fs::rename(media.join("new.bin"), media.join("a.bin")).unwrap();
    let rest = rest(stream);
    assert_eq!(rest.len(), left);
    assert!(rest.iter().all(|byte| *byte == b'x'));
    assert!(server.get("/media/a.bin").ends_with("\r\n\r\nanother"));
    server.stop();
}

#[test]
fn the_tag_is_of_the_bytes_and_follows_them() {
    let folder = data(&[("site.toml", SITE), ("news/a.toml", ITEM)]);
    let file = media(folder.path()).join("a.txt");
    fs::write(&file, "one").unwrap();
    let server = Serving::start(&folder.path().join("data"), &[]);
    let get = || server.get("/media/a.txt");
    let first = get();
    assert!(field(&first, "etag").starts_with('"'), "{first}");
    // Touched, it is the same; with other bytes of the same length and date it is another.
    let old = file.metadata().unwrap().modified().unwrap() - Duration::from_secs(1000);
    let opened = || File::options().write(true).open(&file).unwrap();
    opened()
        .set_times(FileTimes::new().set_modified(old))
        .unwrap();
    assert_eq!(field(&get(), "etag"), field(&first, "etag"));
    assert_eq!(
        field(&get(), "last-modified"),
        field(&first, "last-modified")
    );
    opened().write_all_at(b"two", 0).unwrap();
    opened()
        .set_times(FileTimes::new().set_modified(old))
        .unwrap();
    let second = get();
    assert!(second.ends_with("\r\n\r\ntwo"), "{second}");
    assert_ne!(field(&second, "etag"), field(&first, "etag"));
    // The date of the second version is later, and told once it has come.
    let dated = ask_until(&server, "/media/a.txt", |answer| {
        answer.contains("last-modified")
    });
    assert_ne!(
        field(&dated, "last-modified"),
        field(&first, "last-modified")
    );
    server.stop();
}

#[test]
fn what_was_measured_too_soon_after_a_change_is_measured_again() {
    let folder = data(&[("site.toml", SITE), ("media/a.txt", "one")]);
    let directory = DataDirectory::open(&folder.path().join("data")).unwrap();
    let index = MediaIndex::default();
    let written = now_milliseconds() / 1000;
    let measure = |now| {
        index
            .open(&directory, "a.txt", now)
            .unwrap()
            .unwrap()
            .record
    };
    let at_once = measure(written);
    // Another change within the clock's grain might not show: the ledger learns the date, which may be told, and no stamp
    // that a file has.
    let unsaved = index.take_unsaved();
    assert_eq!(unsaved["a.txt"].changed_at, at_once.changed_at);
    assert_ne!(unsaved["a.txt"].stamp, at_once.stamp);
    let settled = measure(written + 10);
    assert_eq!(settled, at_once);
    let unsaved = index.take_unsaved();
    assert_eq!(unsaved.get("a.txt"), Some(&at_once));
    assert_eq!(measure(written + 20), at_once);
    assert!(index.take_unsaved().is_empty());
}

#[test]
fn a_file_without_a_hash_has_no_other_name() {
    let folder = data(&[("site.toml", SITE), ("news/a.toml", ITEM)]);
    for (name, length) in [("at.bin", 16 << 20), ("over.bin", (16 << 20) + 1)] {
        let file = File::create(media(folder.path()).join(name)).unwrap();
        file.set_len(length).unwrap();
    }
    let server = Serving::start(&folder.path().join("data"), &[]);
    assert_eq!(raw(&server, "/media/at.00000000.bin").0, "301");
    assert_eq!(raw(&server, "/media/over.00000000.bin").0, "404");
    let mut connection = server.connect();
    let part = connection
        .ask("/media/over.bin", "Range: bytes=-1\r\n")
        .unwrap();
    let tag = part.field("etag").unwrap().to_owned();
    let again = format!("Range: bytes=-1\r\nIf-Range: {tag}\r\n");
    assert_eq!(
        connection.ask("/media/over.bin", &again).unwrap().status,
        206
    );
    server.stop();
}

#[test]
fn there_is_no_way_out_of_the_folder() {
    let folder = data(&[
        ("site.toml", SITE),
        ("news/a.toml", ITEM),
        ("media/in.txt", "inside"),
        ("media/sub/deep.txt", "deep"),
        ("media/.hidden", "secret"),
        ("media/_draft.txt", "secret"),
        ("media/.git/config", "secret"),
        ("media/old.txt~", "secret"),
        ("mediated.txt", "secret"),
        ("../outside.txt", "secret"),
        ("../outside/secret.txt", "secret"),
    ]);
    let media = media(folder.path());
    let outside = folder.path().join("outside.txt");
    symlink(&outside, media.join("absolute.txt")).unwrap();
    symlink("../../outside.txt", media.join("relative.txt")).unwrap();
    symlink(folder.path().join("outside"), media.join("folder")).unwrap();
    symlink("../site.toml", media.join("site.txt")).unwrap();
    symlink("loop.txt", media.join("loop.txt")).unwrap();
    symlink("in.txt", media.join("link.txt")).unwrap();
    symlink("/proc/self/environ", media.join("environ")).unwrap();
    nix::unistd::mkfifo(&media.join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let server = Serving::start(&folder.path().join("data"), &[]);
    for (target, expected) in [
        ("/media/in.txt", "200"),
        ("/media/%69n.txt", "200"),
        ("/media/sub/deep.txt", "200"),
        ("/media/sub%2Fdeep.txt", "200"),
        // A link that stays in the folder is followed.
        ("/media/link.txt", "200"),
        // Dot segments, however they are written.
        ("/media/../site.toml", "400"),
        ("/media/sub/../../site.toml", "400"),
        ("/media/./in.txt", "400"),
        ("/media/%2e%2e/site.toml", "400"),
        ("/media/%2E%2E%2Fsite.toml", "400"),
        ("/media/..%2fsite.toml", "400"),
        ("/media/sub%2f..%2f..%2fsite.toml", "400"),
        ("/media/%252e%252e/site.toml", "404"),
        ("/media/..%5csite.toml", "400"),
        ("/media/..\\site.toml", "400"),
        ("/media/%c0%ae%c0%ae/site.toml", "404"),
        ("/media/%ef%bc%8e%ef%bc%8e/site.toml", "404"),
        ("/../../etc/passwd", "400"),
        // Absolute paths.
        ("/media//etc/passwd", "400"),
        ("/media/%2fetc/passwd", "400"),
        ("/media/%2Fetc%2Fpasswd", "400"),
        ("//etc/passwd", "400"),
        // NUL, controls, and what is no encoding.
        ("/media/in.txt%00", "400"),
        ("/media/in.txt%00.png", "400"),
        ("/media/in.txt%0a", "404"),
        ("/media/%zz", "400"),
        ("/media/in.txt%", "400"),
        // Names that are nobody's business.
        ("/media/.hidden", "404"),
        ("/media/%2ehidden", "404"),
        ("/media/_draft.txt", "404"),
        ("/media/.git/config", "404"),
        ("/media/old.txt~", "404"),
        // Links that lead out, to a folder, round in a circle, or to another part of the data.
        ("/media/absolute.txt", "404"),
        ("/media/relative.txt", "404"),
        ("/media/folder/secret.txt", "404"),
        ("/media/environ", "404"),
        ("/media/site.txt", "404"),
        ("/media/loop.txt", "404"),
        // What is no file.
        ("/media/pipe", "404"),
        ("/media/sub", "404"),
        ("/media/sub/", "404"),
        ("/media/in.txt/", "404"),
        ("/media/in.txt/more", "404"),
        ("/mediated.txt", "404"),
        ("/site.toml", "404"),
    ] {
        let (status, body) = raw(&server, target);
        assert_eq!(status, expected, "{target}: {body}");
        assert!(
            !body.contains("secret") && !body.contains("root:"),
            "{target}: {body}"
        );
        assert!(!body.contains("id_authority"), "{target}: {body}");
    }
    let long = format!("/media/{}", "a".repeat(2000));
    assert_eq!(raw(&server, &long).0, "404");
    server.stop();
}

#[test]
fn a_link_shows_no_more_than_the_file_that_it_leads_to() {
    let with = |more: &str, file: &str| {
        format!(
            "title = \"T\"\n{more}images = [{{ src = \"{file}\", alt = \"\" }}]\nbody = \"b\"\n"
        )
    };
    let past = "date = 2026-03-01\n";
    let second = now_milliseconds() / 1000 + 6;
    let embargo = chrono::DateTime::from_timestamp(second, 0).unwrap();
    let embargo = embargo.format("%Y-%m-%dT%H:%M:%SZ");
    let folder = data(&[
        ("site.toml", SITE),
        (
            "news/secret.toml",
            &with(&format!("{past}embargo_until = {embargo}\n"), "secret.png"),
        ),
        ("news/gone.toml", &with(past, "gone.png")),
        ("media/secret.png", "secret"),
        ("media/gone.png", "gone"),
    ]);
    let media = media(folder.path());
    symlink("secret.png", media.join("latest.png")).unwrap();
    symlink("gone.png", media.join("former.png")).unwrap();
    let server = Serving::start(&folder.path().join("data"), &[]);
    let canceled = with(&format!("{past}status = \"canceled\"\n"), "gone.png");
    crate::serving::write(&folder.path().join("data/news/gone.toml"), &canceled);
    assert!(wait_until(|| raw(&server, "/media/former.png").0 == "410"));
    let (before, _) = raw(&server, "/media/latest.png");
    // A slow start may have met the end of the embargo.
    assert!(
        before == "404" || now_milliseconds() / 1000 >= second,
        "{before}"
    );
    assert!(wait_until(
        || raw(&server, "/media/latest.png") == ("200".to_owned(), "secret".to_owned())
    ));
    server.stop();
}
