//! Ranges of a file (docs/http.md, “Media”), each beside what nginx 1.22 answers for the same 36 bytes with the same
//! date and to the same fields; where the two differ the table says why.

use crate::fixture::NOW;
use chrono::DateTime;
use http::{HeaderValue, Request, Response};
use proptest::prelude::*;
use tidings::edition::resource::{MediaFields, Resource};
use tidings::edition::version::Version;
use tidings::respond::{self, Payload};

/// The file.
const FILE: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The instant of its last change, ten seconds ago.
const MODIFIED: &str = "Tue, 24 Nov 2026 11:59:50 GMT";

fn answer_of(file: &[u8], method: &str, fields: &str) -> Response<Payload> {
    let mut request = Request::builder().method(method).uri("/media/a.bin");
    for line in fields.lines() {
        let (name, value) = line.split_once(": ").unwrap();
        request = request.header(name, HeaderValue::from_str(value).unwrap());
    }
    let (head, ()) = request.body(()).unwrap().into_parts();
    let resource = Resource::media(MediaFields {
        media_type: "application/octet-stream",
        version: Version::known("tag".to_owned(), Some(NOW - 10)),
        length: file.len() as u64,
        named_by_hash: false,
        is_inline: false,
        file_name: "a.bin".to_owned(),
    });
    let now = DateTime::from_timestamp(NOW, 0).unwrap();
    respond::with(&head, &resource, now).response
}

/// Status, `Content-Range` and body in a line. The parts of a multipart body stand one after the other, each as
/// `[range]bytes`, however it is framed.
fn spelled(file: &[u8], response: &Response<Payload>) -> String {
    let status = response.status().as_u16();
    let field = |name| {
        response
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap())
    };
    let range = field("content-range").map(|range| format!(" {range}"));
    let range = range.unwrap_or_default();
    let Payload::File(pieces) = response.body() else {
        return format!("{status}{range}");
    };
    let mut body = Vec::new();
    for piece in pieces {
        body.extend_from_slice(&piece.before);
        let range = &piece.range;
        body.extend_from_slice(
            &file[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()],
        );
    }
    let length: u64 = pieces.iter().map(respond::Piece::length).sum();
    assert_eq!(length, body.len() as u64);
    let body = String::from_utf8(body).unwrap();
    let kind = field("content-type").unwrap();
    let Some(boundary) = kind.strip_prefix("multipart/byteranges; boundary=") else {
        return format!("{status}{range} {body}");
    };
    let parts = body
        .strip_suffix(&format!("\r\n--{boundary}--\r\n"))
        .and_then(|body| body.strip_prefix(&format!("--{boundary}\r\n")))
        .unwrap();
    let between = format!("\r\n--{boundary}\r\n");
    let parts = parts.split(&between).map(|part| {
        let (head, bytes) = part.split_once("\r\n\r\n").unwrap();
        let range = head
            .strip_prefix("Content-Type: application/octet-stream\r\nContent-Range: ")
            .unwrap();
        format!("[{range}]{bytes}")
    });
    format!("{status} {}", parts.collect::<String>())
}

const WHOLE: &str = "200 0123456789abcdefghijklmnopqrstuvwxyz";

/// What nginx answers, too.
const SAME: &str = "";

/// A `Range`, our answer, and that of nginx.
const TABLE: [(&str, &str, &str); 35] = [
    ("bytes=0-9", "206 bytes 0-9/36 0123456789", SAME),
    ("bytes=0-0", "206 bytes 0-0/36 0", SAME),
    ("bytes=30-", "206 bytes 30-35/36 uvwxyz", SAME),
    ("bytes=35-", "206 bytes 35-35/36 z", SAME),
    ("bytes=-5", "206 bytes 31-35/36 vwxyz", SAME),
    (
        "bytes=-100",
        "206 bytes 0-35/36 0123456789abcdefghijklmnopqrstuvwxyz",
        SAME,
    ),
    (
        "bytes=0-",
        "206 bytes 0-35/36 0123456789abcdefghijklmnopqrstuvwxyz",
        SAME,
    ),
    ("BYTES=0-1", "206 bytes 0-1/36 01", SAME),
    ("bytes=-0", "416 bytes */36", SAME),
    ("bytes=36-", "416 bytes */36", SAME),
    ("bytes=40-41,90-99", "416 bytes */36", SAME),
    ("bytes=99999999999999999999999-", "416 bytes */36", SAME),
    // Several: nginx frames them with another boundary.
    (
        "bytes=0-1,4-5",
        "206 [bytes 0-1/36]01[bytes 4-5/36]45",
        SAME,
    ),
    (
        "bytes=0-1, 4-5",
        "206 [bytes 0-1/36]01[bytes 4-5/36]45",
        SAME,
    ),
    (
        "bytes=4-5,0-1",
        "206 [bytes 4-5/36]45[bytes 0-1/36]01",
        SAME,
    ),
    ("bytes=0-1,90-99", "206 bytes 0-1/36 01", SAME),
    // What we do not understand we ignore.
    ("bytes=", WHOLE, SAME),
    ("items=0-1", WHOLE, SAME),
    ("bytes 0-1", WHOLE, SAME),
    ("bytes = 0-1", WHOLE, SAME),
    // The grammar is broken: that is ignored (RFC 9110, section 14.2), where nginx takes it for a range too far.
    ("bytes=5-2", WHOLE, "416 bytes */36"),
    ("bytes=a-b", WHOLE, "416 bytes */36"),
    ("bytes=-", WHOLE, "416 bytes */36"),
    ("bytes=--1", WHOLE, "416 bytes */36"),
    ("bytes=+0-1", WHOLE, "416 bytes */36"),
    ("bytes=0-1;q=1", WHOLE, "416 bytes */36"),
    ("bytes=0 - 1", WHOLE, "206 bytes 0-1/36 01"),
    ("bytes=0-1,5-2", WHOLE, "416 bytes */36"),
    // An empty member of a list is nothing (RFC 9110, section 5.6.1).
    (
        "bytes=0-1,,4-5",
        "206 [bytes 0-1/36]01[bytes 4-5/36]45",
        "416 bytes */36",
    ),
    // A number is as large as it is written.
    (
        "bytes=30-99999999999999999999999",
        "206 bytes 30-35/36 uvwxyz",
        "416 bytes */36",
    ),
    (
        "bytes=-99999999999999999999999",
        "206 bytes 0-35/36 0123456789abcdefghijklmnopqrstuvwxyz",
        "416 bytes */36",
    ),
    // What overlaps or touches is one (section 15.3.7.2); nginx sends bytes twice.
    (
        "bytes=0-9,5-14",
        "206 bytes 0-14/36 0123456789abcde",
        "206 [bytes 0-9/36]0123456789[bytes 5-14/36]56789abcde",
    ),
    (
        "bytes=0-4,5-9",
        "206 bytes 0-9/36 0123456789",
        "206 [bytes 0-4/36]01234[bytes 5-9/36]56789",
    ),
    (
        "bytes=20-21,0-1,1-2,19-20",
        "206 [bytes 19-21/36]jkl[bytes 0-2/36]012",
        "206 [bytes 20-21/36]kl[bytes 0-1/36]01[bytes 1-2/36]12[bytes 19-20/36]jk",
    ),
    (
        "bytes=0-35,0-35",
        "206 bytes 0-35/36 0123456789abcdefghijklmnopqrstuvwxyz",
        WHOLE,
    ),
];

#[test]
fn ranges_are_answered_as_nginx_does_or_better() {
    let many = |count: usize| -> String {
        let ranges = (0..count).map(|at| format!("{}-{}", at * 2, at * 2));
        format!("bytes={}", ranges.collect::<Vec<_>>().join(","))
    };
    let (seventeen, sixteen) = (many(17), many(16));
    let letters = (0..16).map(|at| at * 2);
    let letters = letters.map(|at| format!("[bytes {at}-{at}/36]{}", char::from(FILE[at])));
    let sixteen_parts = format!("206 {}", letters.collect::<String>());
    let more = [
        (sixteen.as_str(), sixteen_parts.as_str(), SAME),
        // More than sixteen: the whole. nginx sends all of them.
        (seventeen.as_str(), WHOLE, "206, 17 parts"),
    ];
    for (range, ours, of_nginx) in TABLE.into_iter().chain(more) {
        let response = answer_of(FILE, "GET", &format!("range: {range}"));
        assert_eq!(spelled(FILE, &response), ours, "{range}");
        assert_ne!(ours, of_nginx, "{range}: the same stands twice");
        let accepts = response.headers().get("accept-ranges");
        assert_eq!(accepts.is_some(), response.status() != 416, "{range}");
    }
}

#[test]
fn a_range_is_for_get_alone_and_said_once() {
    let head = answer_of(FILE, "HEAD", "range: bytes=0-1");
    assert_eq!(spelled(FILE, &head), WHOLE);
    assert_eq!(head.headers()["accept-ranges"], "bytes");
    let twice = answer_of(FILE, "GET", "range: bytes=0-1\nrange: bytes=4-5");
    assert_eq!(spelled(FILE, &twice), WHOLE);
    for range in ["bytes=0-1", "bytes=-5", "bytes=0-"] {
        let empty = answer_of(b"", "GET", &format!("range: {range}"));
        assert_eq!(spelled(b"", &empty), "200 ", "{range}: as nginx");
    }
}

#[test]
fn a_part_carries_the_fields_of_the_whole() {
    let whole = answer_of(FILE, "GET", "");
    let part = answer_of(FILE, "GET", "range: bytes=0-1");
    let mut fields = part.headers().clone();
    assert_eq!(fields.remove("content-range").unwrap(), "bytes 0-1/36");
    assert_eq!(&fields, whole.headers());
    let parts = answer_of(FILE, "GET", "range: bytes=0-1,4-5");
    assert!(!parts.headers().contains_key("content-range"));
    let refused = answer_of(FILE, "GET", "range: bytes=36-");
    for (name, value) in [
        ("cache-control", "no-store"),
        ("content-type", "text/plain; charset=utf-8"),
        ("access-control-allow-origin", "*"),
    ] {
        assert_eq!(refused.headers()[name], value);
    }
    assert!(!refused.headers().contains_key("etag"));
}

#[test]
fn if_range_names_the_very_version() {
    const PART: &str = "206 bytes 0-1/36 01";
    let table = [
        ("\"tag\"", PART),
        ("\"x\"", WHOLE),
        ("W/\"tag\"", WHOLE),
        ("tag", WHOLE),
        ("\"tag\", \"x\"", WHOLE),
        ("*", WHOLE),
        ("garbage", WHOLE),
        (MODIFIED, PART),
        ("Tuesday, 24-Nov-26 11:59:50 GMT", PART),
        ("Tue, 24 Nov 2026 11:59:51 GMT", WHOLE),
        ("Tue, 24 Nov 2026 11:59:49 GMT", WHOLE),
    ];
    for (said, expected) in table {
        let response = answer_of(FILE, "GET", &format!("range: bytes=0-1\nif-range: {said}"));
        assert_eq!(spelled(FILE, &response), expected, "{said}: as nginx");
    }
    let alone = answer_of(FILE, "GET", "if-range: \"x\"");
    assert_eq!(spelled(FILE, &alone), WHOLE);
    let unsatisfiable = answer_of(FILE, "GET", "range: bytes=90-\nif-range: \"x\"");
    assert_eq!(spelled(FILE, &unsatisfiable), WHOLE);
}

#[test]
fn a_date_of_the_present_second_is_no_strong_validator() {
    let request = |fields: [(&str, &str); 2]| {
        let mut request = Request::get("/media/a.bin");
        for (name, value) in fields {
            request = request.header(name, value);
        }
        request.body(()).unwrap().into_parts().0
    };
    let resource = Resource::media(MediaFields {
        media_type: "image/png",
        version: Version::known("tag".to_owned(), Some(NOW)),
        length: 36,
        named_by_hash: false,
        is_inline: true,
        file_name: "a.bin".to_owned(),
    });
    let said = "Tue, 24 Nov 2026 12:00:00 GMT";
    for (later, status) in [(0, 200), (1, 206)] {
        let head = request([("range", "bytes=0-1"), ("if-range", said)]);
        let now = DateTime::from_timestamp(NOW + later, 0).unwrap();
        let answer = respond::with(&head, &resource, now);
        assert_eq!(answer.response.status(), status);
    }
}

#[test]
fn rfc_9110_13_2_2_preconditions_come_before_ranges() {
    let table = [
        ("if-none-match: \"tag\"", "304"),
        ("if-modified-since: Tue, 24 Nov 2026 11:59:50 GMT", "304"),
        ("if-match: \"x\"", "412"),
        ("if-match: \"tag\"", "206 bytes 0-1/36 01"),
        ("if-match: W/\"tag\"", "412"),
        ("if-unmodified-since: Mon, 23 Nov 2026 11:59:50 GMT", "412"),
        (
            "if-unmodified-since: Tue, 24 Nov 2026 11:59:50 GMT",
            "206 bytes 0-1/36 01",
        ),
        ("if-none-match: \"x\"", "206 bytes 0-1/36 01"),
    ];
    for (field, expected) in table {
        let response = answer_of(FILE, "GET", &format!("range: bytes=0-1\n{field}"));
        assert_eq!(spelled(FILE, &response), expected, "{field}: as nginx");
    }
    let both = answer_of(FILE, "GET", "range: bytes=90-\nif-match: \"x\"");
    assert_eq!(both.status(), 412);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sent_is_what_was_asked_for(
        asked in prop::collection::vec((0_usize..50, 0_usize..12), 1..12), suffix in prop::option::of(0_usize..50),
    ) {
        let mut specs: Vec<String> = asked
            .iter()
            .map(|(first, more)| format!("{first}-{}", first + more))
            .collect();
        specs.extend(suffix.map(|last| format!("-{last}")));
        let is_asked = |at: usize| {
            let is_named = asked.iter().any(|(first, more)| (*first..=first + more).contains(&at));
            is_named || suffix.is_some_and(|last| at + last >= FILE.len())
        };
        let response = answer_of(FILE, "GET", &format!("range: bytes={}", specs.join(",")));
        let Payload::File(pieces) = response.body() else {
            prop_assert_eq!(response.status(), 416);
            prop_assert!(!(0..FILE.len()).any(is_asked));
            return Ok(());
        };
        prop_assert_eq!(response.status(), 206);
        for at in 0..FILE.len() {
            let times = pieces.iter().filter(|piece| piece.range.contains(&(at as u64))).count();
            prop_assert_eq!(times, usize::from(is_asked(at)), "byte {}", at);
        }
    }

    #[test]
    fn any_text_is_answered(range in "[\\x20-\\x7e]{0,40}", of_bytes in "bytes=[0-9,-]{0,40}") {
        for range in [range, of_bytes] {
            let response = answer_of(FILE, "GET", &format!("range: {range}"));
            prop_assert!(matches!(response.status().as_u16(), 200 | 206 | 416));
        }
    }
}
