//! Any bytes as the lines of `Accept-Encoding`: always 200 with the same text, in a coding that the client named and
//! did not refuse (docs/http.md, “Content codings”).

#![no_main]

use http::{StatusCode, header};
use libfuzzer_sys::fuzz_target;
use std::io::Read;
use tidings::respond::Payload;
use tidings_fuzz::{field_lines, get, identity};

fuzz_target!(|bytes: &[u8]| {
    let lines = field_lines(bytes);
    let response = get(&header::ACCEPT_ENCODING, &lines, false);
    assert_eq!(response.status(), StatusCode::OK);
    let fields = response.headers();
    let vary = fields[header::VARY].to_str().expect("`Vary` is text");
    assert!(vary.contains("accept-encoding"), "{vary}");
    let coding = fields.get(header::CONTENT_ENCODING);
    let coding = coding.map(|coding| coding.to_str().expect("`Content-Encoding` is text"));
    let Payload::Bytes(body) = response.body() else {
        panic!("a feed has bytes: {:?}", response.body());
    };
    assert!(
        decoded(coding, body) == identity(),
        "{coding:?} has another text"
    );
    if let Some(coding) = coding {
        check_wanted(coding, &members(&lines));
    }
});

/// The members of all lines, in lower case.
fn members(lines: &[http::HeaderValue]) -> Vec<Vec<u8>> {
    let members = lines
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    members
        .map(|member| member.trim_ascii().to_ascii_lowercase())
        .collect()
}

/// Checks that a coding is named, and not refused by its one member.
fn check_wanted(coding: &str, members: &[Vec<u8>]) {
    let names = |member: &&Vec<u8>| {
        member
            .windows(coding.len())
            .any(|window| window == coding.as_bytes())
    };
    let naming: Vec<&Vec<u8>> = members.iter().filter(names).collect();
    let has_any = members.iter().any(|member| member.starts_with(b"*"));
    // `*` stands for gzip.
    assert!(
        !naming.is_empty() || (coding == "gzip" && has_any),
        "{coding} is not named"
    );
    let refusal = format!("{coding};q=0");
    assert!(
        !matches!(naming[..], [only] if *only == refusal.as_bytes()),
        "{coding} is refused"
    );
}

fn decoded(coding: Option<&str>, body: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    match coding {
        None => text.extend_from_slice(body),
        Some("gzip") => {
            let mut decoder = flate2::read::GzDecoder::new(body);
            decoder.read_to_end(&mut text).expect("gzip is whole");
        }
        Some("br") => {
            brotli::BrotliDecompress(&mut &body[..], &mut text).expect("Brotli is whole");
        }
        Some("zstd") => text = zstd::stream::decode_all(body).expect("Zstandard is whole"),
        Some(other) => panic!("{other} is no coding of ours"),
    }
    text
}
