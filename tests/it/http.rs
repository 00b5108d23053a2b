//! The rules of HTTP as tables: a request's text, and what its answer must say. A line of the answer must be there as
//! it is written; one after `!` names a field that must not be there. Names of tests are those of the rules.

use crate::fixture::{NOW, Publication, SITE};
use chrono::DateTime;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request, Response, Version};
use proptest::prelude::*;
use std::sync::{Arc, LazyLock};
use tidings::edition::resource::{MediaFields, PageFields, Resource};
use tidings::edition::version::Version as ResourceVersion;
use tidings::edition::{Edition, Key};
use tidings::respond::{self, Outcome, Payload, Piece};

static EDITION: LazyLock<Edition> = LazyLock::new(|| {
    let body = "Some words that repeat and repeat. ".repeat(40);
    let item = format!(
        "title = \"T\"\ndate = 2026-03-01\naliases = [\"/old/path/\", \"/news/was\"]\nbody = \"{body}\"\n"
    );
    let canceled = "title = \"C\"\ndate = 2026-03-01\nstatus = \"canceled\"\nstatus_note = \"n\"\naliases = [\"/gone-alias/\"]\nbody = \"b\"\n";
    let secret = "title = \"S\"\ndate = 2027-03-01\naliases = [\"/secret-alias/\", \"/old/path/\"]\nbody = \"b\"\n";
    let files = [
        ("news/a.toml", item.as_str()),
        ("news/c.toml", canceled),
        ("news/1-first.toml", secret),
    ];
    let publication = Publication::of(SITE, &files, NOW);
    let css = Resource::stylesheet("body { color: red }".into(), false, NOW - 50);
    let edition = publication
        .edition()
        .with([("/assets/feed.css".to_owned(), Arc::new(css))]);
    edition
        .resources()
        .for_each(|(_, resource)| resource.complete());
    edition
});

fn tag(path: &str) -> String {
    EDITION
        .resource(path)
        .unwrap()
        .version()
        .unwrap()
        .tag()
        .to_owned()
}

/// The head that a request's text stands for. `{tag}` is the tag of `/rss.xml`.
fn head(text: &str) -> Parts {
    let text = text.replace("{tag}", &tag("/rss.xml"));
    let mut lines = text.lines();
    let mut first = lines.next().unwrap().split(' ');
    let (method, target) = (first.next().unwrap(), first.next().unwrap());
    let version = if first.next() == Some("HTTP/1.0") {
        Version::HTTP_10
    } else {
        Version::HTTP_11
    };
    let mut request = Request::builder()
        .method(method)
        .uri(target)
        .version(version);
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let (name, value) = line.split_once(':').unwrap();
        let name = HeaderName::from_bytes(name.trim().as_bytes()).unwrap();
        request = request.header(
            name,
            HeaderValue::from_bytes(value.trim().as_bytes()).unwrap(),
        );
    }
    request.body(()).unwrap().into_parts().0
}

fn page() -> Resource {
    let body = "<p>A page</p>".repeat(40);
    Resource::page(PageFields {
        version: ResourceVersion::of(body.as_bytes(), Some(NOW - 10)),
        body,
        canonical: Some("https://press.example.org/news/a/".to_owned()),
        feeds: vec![(
            "https://press.example.org/news/rss.xml".to_owned(),
            "application/rss+xml",
        )],
        language: "en".to_owned(),
    })
}

fn media(named_by_hash: bool) -> Resource {
    Resource::media(MediaFields {
        media_type: "image/jpeg",
        version: ResourceVersion::known("strongtag".to_owned(), Some(NOW - 10)),
        length: 12_345,
        named_by_hash,
        is_inline: true,
        file_name: "photo.jpg".to_owned(),
    })
}

/// The answer to a request; pages and media are made of what stands above.
fn answer(text: &str) -> Response<Payload> {
    let head = head(text);
    let now = DateTime::from_timestamp(NOW, 0).unwrap();
    match respond::respond(&head, &EDITION, now) {
        Outcome::Answer(answer) => answer.response,
        Outcome::Make(Key::Item(id)) if id.as_str() == "c" => {
            respond::with(
                &head,
                &Resource::gone_page("<p>Withdrawn</p>".to_owned(), "en"),
                now,
            )
            .response
        }
        Outcome::Make(Key::Item(_) | Key::List(..) | Key::Feed(..)) => {
            respond::with(&head, &page(), now).response
        }
        Outcome::Make(Key::Discovery(what)) => {
            let version = ResourceVersion::of(b"b", Some(NOW - 10));
            let resource = Resource::discovery(what, "b".to_owned(), version);
            respond::with(&head, &resource, now).response
        }
        Outcome::Make(Key::Media(path)) => {
            respond::with(&head, &media(path.contains(".1a2b3c4d.")), now).response
        }
    }
}

/// Parts of a file as `0-10 20-30`, with exclusive ends and the text before each in brackets.
fn spelled(pieces: &[Piece]) -> String {
    let spelled = pieces.iter().map(|piece| {
        let text = String::from_utf8(piece.before.to_vec()).unwrap();
        let text = if text.is_empty() {
            text
        } else {
            format!("[{}]", text.replace("\r\n", "|"))
        };
        format!("{text}{}-{}", piece.range.start, piece.range.end)
    });
    spelled.collect::<Vec<_>>().join(" ")
}

/// Checks one request against what its answer must say.
fn check(request: &str, expected: &str) {
    let response = answer(request);
    let mut lines = vec![response.status().as_str().to_owned()];
    for (name, value) in response.headers() {
        lines.push(format!("{name}: {}", value.to_str().unwrap()));
    }
    match response.body() {
        Payload::Empty => lines.push("body: none".to_owned()),
        Payload::Bytes(bytes) => lines.push(format!(
            "body: {}",
            if bytes.is_empty() { "none" } else { "some" }
        )),
        Payload::File(pieces) => lines.push(format!("body: file {}", spelled(pieces))),
    }
    for line in expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let line = line.replace("{tag}", &tag("/rss.xml"));
        match line.strip_prefix('!') {
            Some(name) => assert!(
                !response.headers().contains_key(name),
                "{request}\nhas {name}:\n{}",
                lines.join("\n")
            ),
            None => assert!(
                lines.contains(&line),
                "{request}\nlacks {line}:\n{}",
                lines.join("\n")
            ),
        }
    }
}

const HOST: &str = "Host: press.example.org";

/// A GET with fields after the host.
fn get(path: &str, fields: &str) -> String {
    format!("GET {path} HTTP/1.1\n{HOST}\n{fields}")
}

#[test]
fn a_feed_carries_its_fields() {
    check(&get("/rss.xml", ""), "200
        content-type: application/rss+xml; charset=utf-8
        cache-control: max-age=900, stale-while-revalidate=900, stale-if-error=86400
        vary: accept-encoding, sec-fetch-dest
        etag: W/\"{tag}\"
        last-modified: Tue, 24 Nov 2026 12:00:00 GMT
        link: <https://press.example.org/rss.xml>; rel=\"self\", <https://press.example.org/>; rel=\"alternate\"
        content-disposition: inline; filename=\"example.rss\"
        content-language: en
        access-control-allow-origin: *
        access-control-expose-headers: ETag, Link, Retry-After, IM, Delta-Base, Date, Age
        cross-origin-resource-policy: cross-origin
        x-content-type-options: nosniff
        referrer-policy: strict-origin-when-cross-origin
        content-security-policy: default-src 'none'; style-src 'self'; img-src * data:; media-src *; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups allow-top-navigation-by-user-activation
        body: some
        !accept-ranges
        !expires
        !set-cookie
        !content-encoding");
    check(
        &get("/feed.json", ""),
        "200
        content-type: application/feed+json
        vary: accept-encoding
        content-security-policy: default-src 'none'; sandbox",
    );
    check(
        &get("/news/atom.xml", ""),
        "200
        content-type: application/atom+xml; charset=utf-8
        content-disposition: inline; filename=\"news.atom\"",
    );
}

#[test]
fn pages_stylesheets_and_media_carry_their_fields() {
    check(&get("/news/a/", ""), "200
        content-type: text/html; charset=utf-8
        cache-control: max-age=300, stale-while-revalidate=300, stale-if-error=86400
        vary: accept-encoding
        link: <https://press.example.org/news/a/>; rel=\"canonical\", <https://press.example.org/news/rss.xml>; rel=\"alternate\"; type=\"application/rss+xml\"
        content-language: en
        !access-control-allow-origin");
    check(&get("/", ""), "200");
    check(
        &get("/assets/feed.css", ""),
        "200
        content-type: text/css; charset=utf-8
        cache-control: max-age=300
        content-security-policy: default-src 'none'
        access-control-allow-origin: *",
    );
    check(
        &get("/media/photo.1a2b3c4d.jpg", ""),
        "200
        content-type: image/jpeg
        etag: \"strongtag\"
        cache-control: max-age=43200, stale-while-revalidate=43200, no-transform
        accept-ranges: bytes
        x-content-type-options: nosniff
        content-security-policy: default-src 'none'; sandbox
        access-control-allow-origin: *
        cross-origin-resource-policy: cross-origin
        body: file 0-12345
        content-disposition: inline; filename=\"photo.jpg\"
        !vary
        !content-encoding",
    );
    check(
        &get("/media/photo.jpg", ""),
        "200
        cache-control: max-age=300, no-transform",
    );
}

#[test]
fn head_is_get() {
    for path in [
        "/rss.xml",
        "/feed.json",
        "/news/a/",
        "/assets/feed.css",
        "/media/photo.jpg",
        "/nothing/",
        "/news",
        "/old/path/",
    ] {
        let get = answer(&get(path, "Accept-Encoding: gzip"));
        let head = answer(&format!(
            "HEAD {path} HTTP/1.1\n{HOST}\nAccept-Encoding: gzip\nRange: bytes=0-1"
        ));
        assert_eq!(
            (get.status(), get.headers(), get.body()),
            (head.status(), head.headers(), head.body()),
            "{path}"
        );
    }
}

#[test]
fn if_none_match_decides_and_the_date_beside_it_does_not() {
    let early = "Thu, 01 Jan 1970 00:00:00 GMT";
    let late = "Wed, 25 Nov 2026 12:00:00 GMT";
    check(
        &get(
            "/rss.xml",
            &format!("If-None-Match: W/\"{{tag}}\"\nIf-Modified-Since: {early}"),
        ),
        "304",
    );
    check(
        &get(
            "/rss.xml",
            &format!("If-None-Match: \"other\"\nIf-Modified-Since: {late}"),
        ),
        "200",
    );
}

#[test]
fn the_comparison_is_weak_for_if_none_match_and_strong_for_if_match() {
    check(&get("/rss.xml", "If-None-Match: \"{tag}\""), "304");
    check(
        &get("/rss.xml", "If-Match: W/\"{tag}\""),
        "412\ncache-control: no-store",
    );
    check(&get("/rss.xml", "If-Match: \"{tag}\""), "412");
    check(&get("/rss.xml", "If-Match: *"), "200");
    check(
        &get("/media/photo.jpg", "If-Match: \"x\", \"strongtag\""),
        "200",
    );
    check(&get("/media/photo.jpg", "If-Match: W/\"strongtag\""), "412");
    check(&get("/media/photo.jpg", "If-Match: strongtag"), "412");
    check(
        &get(
            "/media/photo.jpg",
            "If-Unmodified-Since: Tue, 24 Nov 2026 11:59:49 GMT",
        ),
        "412",
    );
    check(
        &get(
            "/media/photo.jpg",
            "If-Unmodified-Since: Tue, 24 Nov 2026 11:59:50 GMT",
        ),
        "200",
    );
    check(
        &get(
            "/media/photo.jpg",
            "If-Match: *\nIf-Unmodified-Since: Tue, 24 Nov 2020 11:59:49 GMT",
        ),
        "200",
    );
}

#[test]
fn lists_and_stars_of_tags_are_read_and_garbage_is_no_tag() {
    for fields in [
        "If-None-Match: *",
        "If-None-Match: \"a,b\", W/\"{tag}\"",
        "If-None-Match: \"a\"\nIf-None-Match: W/\"{tag}\"",
        "If-None-Match: , ,garbage here, W/\"{tag}\"",
        "If-None-Match: \"{tag}\" , \"unclosed",
    ] {
        check(&get("/rss.xml", fields), "304");
    }
    for fields in [
        "If-None-Match: \"a,{tag},b\"",
        "If-None-Match: garbage",
        "If-None-Match:",
        "If-None-Match: \"unclosed {tag}",
        "If-None-Match: W/",
    ] {
        check(&get("/rss.xml", fields), "200");
    }
}

#[test]
fn what_proxies_and_readers_make_of_a_tag_is_understood() {
    let tag = "{tag}";
    for value in [
        tag.to_owned(),
        format!("w/\"{tag}\""),
        format!("W/{tag}"),
        format!("\\\"{tag}\\\""),
        format!("\"{tag}-gzip\""),
        format!("W/\"{tag}-br\""),
        format!("\"{tag}-zstd\""),
        format!("\"{tag}-deflate\""),
        format!("\"{tag}-gz\""),
        format!("\"{tag};gzip\""),
        format!("\"{tag}--gzip\""),
        format!("W/\\\"{tag}\\\""),
    ] {
        check(&get("/rss.xml", &format!("If-None-Match: {value}")), "304");
    }
    for value in [
        format!("\"{tag}-x\""),
        format!("\"x{tag}\""),
        format!("\"{tag}.d\""),
    ] {
        check(&get("/rss.xml", &format!("If-None-Match: {value}")), "200");
    }
}

#[test]
fn dates_alone_work_in_all_three_forms() {
    for (since, status) in [
        ("Tue, 24 Nov 2026 12:00:00 GMT", "304"),
        ("Tue, 24 Nov 2026 11:59:59 GMT", "200"),
        ("Wed, 25 Nov 2026 00:00:00 GMT", "304"),
        ("Tuesday, 24-Nov-26 12:00:00 GMT", "304"),
        ("Tue Nov 24 12:00:00 2026", "304"),
        ("Tuesday, 24-Nov-99 12:00:00 GMT", "200"),
        ("2026-11-24T12:00:00Z", "200"),
        ("yesterday", "200"),
        ("", "200"),
    ] {
        check(
            &get("/rss.xml", &format!("If-Modified-Since: {since}")),
            status,
        );
    }
    let twice = "If-Modified-Since: Tue, 24 Nov 2026 12:00:00 GMT\nIf-Modified-Since: Tue, 24 Nov 2026 12:00:00 GMT";
    check(&get("/rss.xml", twice), "200");
}

#[test]
fn a_reload_with_no_cache_is_still_answered_by_304() {
    check(
        &get(
            "/rss.xml",
            "Cache-Control: no-cache\nPragma: no-cache\nIf-None-Match: W/\"{tag}\"",
        ),
        "304",
    );
}

#[test]
fn preconditions_of_options_are_ignored() {
    check(
        &format!("OPTIONS /rss.xml HTTP/1.1\n{HOST}\nIf-None-Match: *\nIf-Match: \"x\""),
        "204",
    );
}

#[test]
fn a_304_renews_what_is_stored() {
    check(
        &get("/rss.xml", "If-None-Match: *\nAccept-Encoding: gzip"),
        "304
        etag: W/\"{tag}\"
        last-modified: Tue, 24 Nov 2026 12:00:00 GMT
        cache-control: max-age=900, stale-while-revalidate=900, stale-if-error=86400
        vary: accept-encoding, sec-fetch-dest
        access-control-allow-origin: *
        x-content-type-options: nosniff
        body: none
        !content-type
        !content-length
        !content-encoding
        !content-disposition",
    );
}

#[test]
fn the_coding_follows_the_weights_and_then_the_server() {
    for (accept, coding) in [
        ("", None),
        ("Accept-Encoding:", None),
        ("Accept-Encoding: *", Some("gzip")),
        ("Accept-Encoding: gzip", Some("gzip")),
        ("Accept-Encoding: x-gzip", Some("gzip")),
        ("Accept-Encoding: GZIP", Some("gzip")),
        ("Accept-Encoding: gzip, deflate", Some("gzip")),
        ("Accept-Encoding: gzip, deflate, br", Some("br")),
        ("Accept-Encoding: gzip, br, zstd", Some("zstd")),
        ("Accept-Encoding: br;q=0.5, gzip;q=0.8", Some("gzip")),
        ("Accept-Encoding: gzip\nAccept-Encoding: br", Some("br")),
        ("Accept-Encoding: gzip;q=0", None),
        ("Accept-Encoding: gzip;q=0, *", None),
        ("Accept-Encoding: *;q=0", None),
        ("Accept-Encoding: identity;q=0", None),
        ("Accept-Encoding: identity;q=0, gzip;q=0.1", Some("gzip")),
        ("Accept-Encoding: identity;q=1, gzip;q=0.5", None),
        ("Accept-Encoding: gzip;q=0.5", Some("gzip")),
        ("Accept-Encoding: gzip ; q=0.5 , br ; q=0.400", Some("gzip")),
        ("Accept-Encoding: none", None),
        ("Accept-Encoding: gzip;q=2", None),
        ("Accept-Encoding: gzip;q=0.1234", None),
        ("Accept-Encoding: compress, deflate", None),
        ("Accept-Encoding: gzip, é", Some("gzip")),
        ("Accept-Encoding: gzip;q=0, é\nAccept-Encoding: *", None),
    ] {
        let expected = coding.map_or("200\n!content-encoding".to_owned(), |coding| {
            format!("200\ncontent-encoding: {coding}")
        });
        check(
            &get("/rss.xml", accept),
            &format!("{expected}\nvary: accept-encoding, sec-fetch-dest\netag: W/\"{{tag}}\""),
        );
    }
}

#[test]
fn a_small_body_is_not_coded_and_still_varies() {
    check(
        &get("/assets/feed.css", "Accept-Encoding: gzip"),
        "200\nvary: accept-encoding\n!content-encoding",
    );
}

#[test]
fn accept_chooses_nothing() {
    check(
        &get("/rss.xml", "Accept: text/html, */*;q=0.1"),
        "200\ncontent-type: application/rss+xml; charset=utf-8",
    );
    check(
        &get("/rss.xml", "Accept: image/png"),
        "200\ncontent-type: application/rss+xml; charset=utf-8",
    );
}

#[test]
fn a_document_view_has_its_own_type_and_tag() {
    let view = "Sec-Fetch-Dest: document\n";
    check(
        &get("/rss.xml", view),
        "200\ncontent-type: application/xml; charset=utf-8\netag: W/\"{tag}.d\"",
    );
    check(
        &get("/rss.xml", &format!("{view}If-None-Match: W/\"{{tag}}.d\"")),
        "304\netag: W/\"{tag}.d\"",
    );
    check(
        &get(
            "/rss.xml",
            &format!("{view}If-None-Match: W/\"{{tag}}.d-gzip\""),
        ),
        "304",
    );
    check(
        &get("/rss.xml", &format!("{view}If-None-Match: W/\"{{tag}}\"")),
        "200\netag: W/\"{tag}.d\"",
    );
    check(
        &get("/rss.xml", "Sec-Fetch-Dest: empty"),
        "200\ncontent-type: application/rss+xml; charset=utf-8",
    );
    check(
        &get("/feed.json", view),
        "200\ncontent-type: application/feed+json\nvary: accept-encoding",
    );
}

#[test]
fn each_method_has_its_answer() {
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        check(
            &format!("{method} /rss.xml HTTP/1.1\n{HOST}"),
            "405\nallow: GET, HEAD, OPTIONS\ncache-control: no-store\naccess-control-allow-origin: *",
        );
        check(
            &format!("{method} /news/a/ HTTP/1.1\n{HOST}"),
            "405\nallow: GET, HEAD, OPTIONS\n!access-control-allow-origin",
        );
        check(&format!("{method} /nothing/ HTTP/1.1\n{HOST}"), "404");
    }
    check(
        &format!("POST /assets/feed.css HTTP/1.1\n{HOST}"),
        "405\nallow: GET, HEAD",
    );
    for path in ["/sitemap.xml", "/sitemap-news.xml", "/robots.txt"] {
        for method in ["POST", "OPTIONS"] {
            check(
                &format!("{method} {path} HTTP/1.1\n{HOST}"),
                "405\nallow: GET, HEAD\n!access-control-allow-origin",
            );
        }
    }
    check(
        &format!("OPTIONS /feeds.opml HTTP/1.1\n{HOST}"),
        "204\nallow: GET, HEAD, OPTIONS\naccess-control-allow-origin: *",
    );
    check(
        &format!("TRACE /rss.xml HTTP/1.1\n{HOST}"),
        "405\nallow: GET, HEAD, OPTIONS",
    );
    check(
        &format!("CONNECT press.example.org:443 HTTP/1.1\n{HOST}"),
        "405\nallow: GET, HEAD, OPTIONS",
    );
    check(
        &format!("PROPFIND /rss.xml HTTP/1.1\n{HOST}"),
        "501\ncache-control: no-store",
    );
    check(&format!("get /rss.xml HTTP/1.1\n{HOST}"), "501");
}

#[test]
fn preflights_are_answered() {
    let preflight = "Origin: https://reader.example\nAccess-Control-Request-Method: GET\nAccess-Control-Request-Headers: if-none-match";
    check(
        &format!("OPTIONS /rss.xml HTTP/1.1\n{HOST}\n{preflight}"),
        "204
        allow: GET, HEAD, OPTIONS
        access-control-allow-origin: *
        access-control-allow-methods: GET, HEAD
        access-control-allow-headers: If-None-Match, If-Modified-Since, A-IM, Accept
        access-control-max-age: 86400
        body: none",
    );
    check(
        &format!("OPTIONS /news/a/ HTTP/1.1\n{HOST}\n{preflight}"),
        "204\nallow: GET, HEAD, OPTIONS\n!access-control-allow-origin",
    );
    check(
        &format!("OPTIONS * HTTP/1.1\n{HOST}"),
        "204\nallow: GET, HEAD, OPTIONS",
    );
}

#[test]
fn the_host_is_one_and_means_nothing() {
    check("GET /rss.xml HTTP/1.1", "400\ncache-control: no-store");
    check("GET /rss.xml HTTP/1.0", "200");
    check(&format!("GET /rss.xml HTTP/1.1\n{HOST}\n{HOST}"), "400");
    check("GET /rss.xml HTTP/1.1\nHost: a b", "400");
    check(
        "GET /rss.xml HTTP/1.1\nHost: evil.example",
        "200\nlink: <https://press.example.org/rss.xml>; rel=\"self\", <https://press.example.org/>; rel=\"alternate\"",
    );
    check(
        "GET http://other.example/rss.xml HTTP/1.1\nHost: evil.example",
        "200\netag: W/\"{tag}\"",
    );
    check(&get("press.example.org:443", ""), "400");
}

#[test]
fn hostile_paths_are_refused() {
    for path in [
        "/../etc/passwd",
        "/news/../rss.xml",
        "/./rss.xml",
        "//rss.xml",
        "/news//a/",
        "/%2e%2e/rss.xml",
        "/news/%2E%2e/a/",
        "/%00",
        "/rss.xml%00",
        "/a\\b",
        "/a%5cb",
        "/%zz",
        "/%",
        "/%4",
        "/media/%2e%2e%2fsite.toml",
        "/media/..%2fsite.toml",
    ] {
        check(
            &get(path, ""),
            "400\ncache-control: no-store\nx-content-type-options: nosniff\ncontent-security-policy: default-src 'none'",
        );
    }
    check(&get("/%72ss.xml", ""), "200");
    check(&get("/%ff", ""), "404");
}

#[test]
fn a_target_may_have_8000_octets() {
    check(&get(&format!("/{}", "a".repeat(7_999)), ""), "404");
    check(
        &get(&format!("/{}", "a".repeat(8_000)), ""),
        "414\ncache-control: no-store",
    );
    check(&get(&format!("/rss.xml?{}", "a".repeat(8_000)), ""), "414");
}

#[test]
fn the_query_means_nothing() {
    check(
        &get("/rss.xml?_=0.123&x=%zz", "If-None-Match: W/\"{tag}\""),
        "304",
    );
}

#[test]
fn a_body_that_nobody_reads_ends_the_connection() {
    check(
        &get("/rss.xml", "Content-Length: 5"),
        "200\nconnection: close",
    );
    check(
        &get("/rss.xml", "Transfer-Encoding: chunked"),
        "200\nconnection: close",
    );
    check(&get("/rss.xml", "Content-Length: 0"), "200\n!connection");
    check(&get("/rss.xml", "Expect: something"), "417");
    check(&get("/rss.xml", "Expect: 100-continue"), "200");
}

#[test]
fn a_canceled_item_is_gone_and_a_secret_one_never_was() {
    check(
        &get("/news/c/", "If-None-Match: *"),
        "410\ncache-control: max-age=300\ncontent-type: text/html; charset=utf-8\n!etag\n!last-modified",
    );
    let (secret, missing) = (
        answer(&get("/news/1-first/", "")),
        answer(&get("/news/t/", "")),
    );
    assert_eq!(
        (secret.status(), secret.headers(), secret.body()),
        (missing.status(), missing.headers(), missing.body())
    );
    check(&get("/secret-alias/", ""), "404");
    check(
        &get("/gone-alias/", ""),
        "301\nlocation: https://press.example.org/news/c/",
    );
}

#[test]
fn moved_paths_redirect_in_one_hop_to_our_own_address() {
    for (path, target) in [
        ("/news", "https://press.example.org/news/"),
        ("/news/a", "https://press.example.org/news/a/"),
        ("/old/path/", "https://press.example.org/news/a/"),
        ("/old/path", "https://press.example.org/news/a/"),
        ("/news/was", "https://press.example.org/news/a/"),
        (
            "/news?x=https://evil.example",
            "https://press.example.org/news/?x=https://evil.example",
        ),
    ] {
        check(
            &get(path, "Host2: x"),
            &format!("301\nlocation: {target}\ncache-control: max-age=3600"),
        );
    }
}

#[test]
fn errors_are_small_and_say_how_long_they_last() {
    check(
        &get("/nothing/", ""),
        "404\ncache-control: max-age=30\ncontent-type: text/html; charset=utf-8\nbody: some\n!access-control-allow-origin",
    );
    check(
        &get("/nothing/rss.xml", ""),
        "404\ncache-control: max-age=30\ncontent-type: text/plain; charset=utf-8\naccess-control-allow-origin: *\ncross-origin-resource-policy: cross-origin",
    );
}

#[test]
fn feeds_and_pages_ignore_ranges() {
    check(
        &get("/rss.xml", "Range: bytes=0-9"),
        "200\n!content-range\n!accept-ranges",
    );
    check(
        &get("/news/a/", "Range: bytes=0-9"),
        "200\n!content-range\n!accept-ranges",
    );
}

#[test]
fn nothing_forwarded_changes_a_byte() {
    let plain = answer(&get("/rss.xml", ""));
    let forwarded = answer(&get(
        "/rss.xml",
        "X-Forwarded-Host: evil.example\nX-Forwarded-Proto: http\nForwarded: host=evil.example",
    ));
    assert_eq!(
        (plain.headers(), plain.body()),
        (forwarded.headers(), forwarded.body())
    );
}

#[test]
fn a_publication_under_a_path_answers_there_and_nowhere_else() {
    let site = SITE.replace("https://press.example.org", "https://example.org/press");
    let item = [(
        "news/a.toml",
        "title = \"T\"\ndate = 2026-03-01\nbody = \"b\"\n",
    )];
    let edition = Publication::of(&site, &item, NOW).edition();
    let now = DateTime::from_timestamp(NOW, 0).unwrap();
    for (path, status, location) in [
        ("/press/rss.xml", "200", None),
        ("/press", "301", Some("https://example.org/press/")),
        (
            "/press/news",
            "301",
            Some("https://example.org/press/news/"),
        ),
        ("/rss.xml", "404", None),
        ("/pressrss.xml", "404", None),
        ("/", "404", None),
    ] {
        let Outcome::Answer(answer) = respond::respond(&head(&get(path, "")), &edition, now) else {
            panic!("{path}")
        };
        assert_eq!(answer.response.status().as_str(), status, "{path}");
        assert_eq!(
            answer
                .response
                .headers()
                .get("location")
                .map(|value| value.to_str().unwrap()),
            location,
            "{path}"
        );
    }
}

#[test]
fn readers_as_they_poll_are_answered_as_they_expect() {
    let date = "Tue, 24 Nov 2026 12:00:00 GMT";
    for (reader, fields) in [
        (
            "Miniflux",
            format!(
                "Accept: application/xml, application/atom+xml, application/rss+xml, text/html;q=1\nAccept-Encoding: br, gzip\nIf-None-Match: W/\"{{tag}}\"\nIf-Modified-Since: {date}"
            ),
        ),
        (
            "NetNewsWire",
            format!(
                "If-None-Match: W/\"{{tag}}\"\nIf-Modified-Since: {date}\nAccept-Encoding: gzip, deflate, br"
            ),
        ),
        (
            "CommaFeed",
            format!(
                "Cache-Control: no-cache\nIf-None-Match: W/\"{{tag}}\"\nIf-Modified-Since: {date}"
            ),
        ),
        (
            "tt-rss",
            format!("If-Modified-Since: {date}\nAccept-Encoding: none"),
        ),
        ("Nextcloud News", format!("If-Modified-Since: {date}")),
        (
            "newsboat",
            format!(
                "If-None-Match: W/\"{{tag}}\"\nIf-Modified-Since: {date}\nA-IM: feed\nAccept-Encoding: gzip, deflate"
            ),
        ),
        (
            "Liferea",
            format!("If-None-Match: W/\"{{tag}}\"\nIf-Modified-Since: {date}\nA-IM: feed"),
        ),
        (
            "yarr",
            format!(
                "If-None-Match: W/\"{{tag}}\"\nIf-Modified-Since: {date}\nAccept-Encoding: gzip"
            ),
        ),
    ] {
        let changed = fields
            .replace("{tag}", "an-older-version")
            .replace("24 Nov", "23 Nov")
            .replace("Tue,", "Mon,");
        let first: String = fields
            .lines()
            .filter(|line| !line.starts_with("If-"))
            .map(|line| format!("{line}\n"))
            .collect();
        for (poll, fields, status) in [
            ("first", &first, "200"),
            ("unchanged", &fields, "304"),
            ("changed", &changed, "200"),
        ] {
            let response = answer(&get("/rss.xml", &format!("User-Agent: {reader}\n{fields}")));
            assert_eq!(response.status().as_str(), status, "{reader}, {poll} poll");
            for name in ["etag", "last-modified", "cache-control"] {
                assert!(
                    response.headers().contains_key(name),
                    "{reader}, {poll} poll: {name}"
                );
            }
        }
    }
    check(&get("/rss.xml?_=0.4711", "User-Agent: NewsBlur"), "200");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_in_the_fields_and_the_path_are_answered(
        tag in "[\\x20-\\x7e]{0,60}", encoding in "[\\x20-\\x7e]{0,60}", path in "[!-~&&[^?#<>\"`{}^|\\\\]]{0,60}",
    ) {
        let response = answer(&get("/rss.xml", &format!("If-None-Match: {tag}\nAccept-Encoding: {encoding}")));
        prop_assert!(matches!(response.status().as_u16(), 200 | 304));
        let response = answer(&get(&format!("/{path}"), ""));
        prop_assert!(matches!(response.status().as_u16(), 200 | 301 | 304 | 400 | 404 | 410), "{}", response.status());
    }
}
