//! `tidings serve --preview`: what is to come, marked as such, for this machine alone, and no trace of it afterwards.

use crate::serving::{
    SITE, Serving, ask_until, data, field, now_milliseconds, run, tidings, write,
};
use chrono::DateTime;
use tempfile::TempDir;

/// The pages and lists, the feeds, and whatever else answers.
const PATHS: [&str; 14] = [
    "/",
    "/news/",
    "/news/draft/",
    "/news",
    "/nothing/",
    "/rss.xml",
    "/news/feed.json",
    "/media/secret.txt",
    "/media/none.txt",
    "/assets/feed.css",
    "/feeds.opml",
    "/sitemap.xml",
    "/robots.txt",
    "/a/../b",
];

fn item(title: &str, date: &str, more: &str) -> String {
    format!("title = \"{title}\"\ndate = {date}\n{more}body = \"Text of {title}.\"\n")
}

fn press() -> TempDir {
    let past = "2026-03-01T10:00:00Z";
    let with_file = "embargo_until = 2096-11-24T12:00:00Z\nattachments = [{ src = \"secret.txt\", type = \"text/plain\" }]\n";
    let items = [
        ("news/open.toml", item("Open", past, "")),
        (
            "news/draft.toml",
            item("Sketch", past, "status = \"draft\"\n"),
        ),
        (
            "news/coming.toml",
            item("Coming", "2096-11-24T10:00:00Z", ""),
        ),
        ("news/secret.toml", item("Secret", past, with_file)),
        (
            "news/held.toml",
            item("Held", past, "status = \"withheld\"\nstatus_note = \"n\"\n"),
        ),
        (
            "news/killed.toml",
            item(
                "Killed",
                past,
                "status = \"canceled\"\nstatus_note = \"n\"\n",
            ),
        ),
    ];
    let site = format!("{SITE}timezone = \"Europe/Vienna\"\n");
    let mut files = vec![("site.toml", &*site), ("media/secret.txt", "secret")];
    files.extend(items.iter().map(|(path, text)| (*path, &**text)));
    data(&files)
}

fn preview(folder: &TempDir) -> Serving {
    Serving::start(&folder.path().join("data"), &["--preview"])
}

#[test]
fn drafts_and_what_is_to_come_are_shown_and_marked() {
    let folder = press();
    let server = preview(&folder);
    let list = server.get("/news/");
    for (path, title, mark) in [
        ("/news/open/", "Open", None),
        ("/news/draft/", "Sketch", Some("Draft")),
        (
            "/news/coming/",
            "Coming",
            Some("Scheduled for 24 November 2096 at 11:00"),
        ),
        (
            "/news/secret/",
            "Secret",
            Some("Under embargo until 24 November 2096 at 13:00"),
        ),
    ] {
        let page = server.get(path);
        assert!(page.starts_with("HTTP/1.1 200 "), "{path}: {page}");
        let row = list
            .split("<li")
            .find(|row| row.contains(&format!(">{title}</a>")))
            .unwrap();
        for text in [&*page, row] {
            for possible in ["Draft", "Scheduled for", "Under embargo until"] {
                let is_there = text.contains(possible);
                let is_due = mark.is_some_and(|mark| mark.starts_with(possible));
                assert_eq!(is_there, is_due, "{path}: {possible}: {text}");
            }
            assert!(
                mark.is_none_or(|mark| text.contains(mark)),
                "{path}: {text}"
            );
        }
        assert!(
            server
                .get("/rss.xml")
                .contains(&format!("<title>{title}</title>")),
            "{title}"
        );
    }
    // What was held back or withdrawn is so here, too. A preview does not know what was ever published.
    assert!(server.get("/news/held/").starts_with("HTTP/1.1 404 "));
    assert!(server.get("/news/killed/").starts_with("HTTP/1.1 404 "));
    // Links lead to the preview.
    let own = format!("http://{}/news/draft/", server.address());
    assert!(list.contains(&own), "{own}: {list}");
    assert!(server.get("/media/secret.txt").ends_with("\r\n\r\nsecret"));
    server.stop();
}

#[test]
fn a_preview_is_kept_found_and_read_by_nobody_else() {
    let folder = press();
    let server = preview(&folder);
    let mut connection = server.connect();
    for path in PATHS {
        let answer = connection
            .ask(path, "Origin: https://other.example\r\n")
            .unwrap();
        let tag = answer.field("etag").unwrap_or("\"\"").to_owned();
        let again = connection
            .ask(path, &format!("If-None-Match: {tag}\r\n"))
            .unwrap();
        let bad = "Connection: close\r\nHost: other.example\r\n";
        let bad = connection.ask(path, bad).unwrap();
        for answer in [&answer, &again, &bad] {
            let head = &answer.head;
            assert_eq!(
                answer.field("cache-control"),
                Some("no-store"),
                "{path}: {head}"
            );
            assert_eq!(
                answer.field("x-robots-tag"),
                Some("noindex"),
                "{path}: {head}"
            );
            assert!(!head.contains("access-control-"), "{path}: {head}");
            assert_eq!(
                answer.field("cross-origin-resource-policy"),
                Some("same-origin"),
                "{path}: {head}"
            );
        }
    }
    server.stop();
}

#[test]
fn a_name_that_was_made_to_lead_here_is_refused() {
    use std::io::{Read, Write};
    let folder = press();
    let server = preview(&folder);
    for (host, status) in [
        ("other.example", "421"),
        ("localhost", "200"),
        (server.address(), "200"),
    ] {
        let mut stream = std::net::TcpStream::connect(server.address()).unwrap();
        let request =
            format!("GET /news/draft/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert_eq!(&answer[9..12], status, "{host}");
        assert_eq!(answer.contains("Sketch"), status == "200", "{host}");
        assert!(answer.contains("\r\ncache-control: no-store\r\n"), "{host}");
    }
    server.stop();
}

#[test]
fn a_preview_listens_on_this_machine_alone() {
    let folder = press();
    let data = folder.path().join("data");
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let mut command = tidings();
        command.arg("serve").arg(&data);
        let listen = format!("127.0.0.1:0,{address}");
        let (status, said) = run(command.args(["--preview", "--listen", &listen]));
        assert_eq!(status, 1, "{address}: {said}");
        assert!(
            said.contains("is no loopback address; use one as in `127.0.0.1:8080`"),
            "{said}"
        );
        assert!(!said.contains("listening"), "{said}");
    }
}

#[test]
fn a_preview_keeps_nothing_and_runs_beside_the_real_server() {
    let folder = press();
    let preview = preview(&folder);
    assert!(!folder.path().join("data.state").exists());
    let server = Serving::start(&folder.path().join("data"), &[]);
    for path in [
        "/news/draft/",
        "/news/coming/",
        "/news/secret/",
        "/media/secret.txt",
    ] {
        assert!(preview.get(path).starts_with("HTTP/1.1 200 "), "{path}");
        assert!(server.get(path).starts_with("HTTP/1.1 404 "), "{path}");
    }
    assert!(field(&server.get("/"), "cache-control").starts_with("max-age="));
    preview.stop();
    server.stop();
    let before: Vec<_> = ["data.state", "data"]
        .map(|name| folder.path().join(name).exists())
        .into();
    assert_eq!(before, [true, true]);
}

#[test]
fn a_preview_follows_files_and_the_clock() {
    let folder = press();
    let server = preview(&folder);
    let news = folder.path().join("data/news");
    write(
        &news.join("draft.toml"),
        &item("Better", "2026-03-01T10:00:00Z", "status = \"draft\"\n"),
    );
    let page = ask_until(&server, "/news/draft/", |page| page.contains("Better"));
    assert!(
        page.contains("Text of Better.") && page.contains(">Draft<"),
        "{page}"
    );
    write(
        &news.join("draft.toml"),
        &item("Done", "2026-03-01T10:00:00Z", ""),
    );
    let page = ask_until(&server, "/news/draft/", |page| page.contains("Done"));
    assert!(
        page.contains("Text of Done.") && !page.contains(">Draft<"),
        "{page}"
    );
    // What comes loses its mark when it has come.
    let second = now_milliseconds() / 1000 + 2;
    let soon = DateTime::from_timestamp(second, 0).unwrap().to_rfc3339();
    write(&news.join("soon.toml"), &item("Soon", &soon, ""));
    let page = ask_until(&server, "/news/soon/", |page| {
        page.starts_with("HTTP/1.1 200 ")
    });
    let is_late = now_milliseconds() / 1000 >= second;
    assert!(is_late || page.contains("Scheduled for"), "{page}");
    let page = ask_until(&server, "/news/soon/", |page| {
        !page.contains("Scheduled for")
    });
    assert!(page.contains("Text of Soon."), "{page}");
    assert!(now_milliseconds() / 1000 >= second);
    server.stop();
}
