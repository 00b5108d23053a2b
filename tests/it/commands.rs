//! The commands as their users run them.

use crate::serving::{
    ITEM, SITE, Serving, ask_until, check, data, field, now_milliseconds, tidings, wait_until,
};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn check_tells_the_place_and_what_to_write_and_its_status_tells_the_rest() {
    let with_id = format!("id = \"a\"\n{ITEM}");
    let clean = data(&[("site.toml", SITE), ("news/a.toml", &with_id)]);
    let (status, report) = check(&clean.path().join("data"), &[]);
    assert!(
        status == 0 && report.contains("1 item, 0 errors, 0 warnings"),
        "{report}"
    );
    assert!(
        !clean.path().join("data.state").exists(),
        "check makes nothing"
    );
    let broken = data(&[
        ("site.toml", SITE),
        (
            "news/a.toml",
            "titel = \"x\"\ndate = 2026-03-01\nbody = \"b\"\n",
        ),
    ]);
    let (status, report) = check(&broken.path().join("data"), &[]);
    assert_eq!(status, 1);
    assert!(
        report.contains("news/a.toml:1:1") && report.contains("did you mean `title`?"),
        "{report}"
    );
    let (status, report) = check(&broken.path().join("data"), &["--format", "json"]);
    let first: serde_json::Value = serde_json::from_str(report.lines().next().unwrap()).unwrap();
    assert_eq!(
        (status, first["file"].as_str(), first["line"].as_u64()),
        (1, Some("news/a.toml"), Some(1))
    );
    assert_eq!(
        check(&broken.path().join("data"), &["--format", "xml"]).0,
        2
    );
}

#[test]
fn check_finds_missing_files_shared_ids_and_pages_and_stray_files() {
    let text = |id: &str, more: &str| format!("id = \"{id}\"\n{ITEM}{more}");
    let image = "[[images]]\nsrc = \"none.jpg\"\nalt = \"\"\n";
    let (one, two, three) = (
        text("x", image),
        text("x", ""),
        format!("slug = \"a\"\nid = \"z\"\n{ITEM}"),
    );
    let folder = data(&[
        ("site.toml", SITE),
        ("news/a.toml", &one),
        ("news/b.toml", &two),
        ("news/c.toml", &three),
        ("news/photo.jpg", ""),
        ("news/_draft.toml", "nonsense"),
        ("news/.hidden.toml", "nonsense"),
        ("news/old.toml~", "nonsense"),
        ("README.md", "words"),
        ("Bad Name/x.toml", ITEM),
        ("tag/x.toml", ITEM),
        (
            "news/d.toml",
            &format!("id_uri = \"https://old.example/?p=1\"\n{ITEM}"),
        ),
        (
            "news/e.toml",
            &format!("id_uri = \"https://old.example/?p=1\"\n{ITEM}"),
        ),
    ]);
    std::os::unix::fs::symlink("/etc/hostname", folder.path().join("data/news/link.toml")).unwrap();
    let (status, report) = check(&folder.path().join("data"), &[]);
    assert_eq!(status, 1);
    for part in [
        "there is no file `media/none.jpg`",
        "the id `x` belongs to `news/a.toml`",
        "the page `/news/a/` belongs to `news/a.toml`",
        "the `id_uri` of this item is that of `news/d.toml`",
        " --> news/b.toml:1:6",
        " --> news/c.toml:1:8",
        " --> news/e.toml:1:10",
        "this is no item file",
        "leads out of the data directory",
        "rename the folder to `bad-name`",
        "`tag` cannot be a section",
    ] {
        assert!(report.contains(part), "lacks {part}:\n{report}");
    }
    assert!(
        !report.contains("nonsense") && !report.contains("README"),
        "{report}"
    );
}

#[test]
fn check_tells_what_is_not_wrong_and_leads_nowhere() {
    let site = format!("logo = \"none.svg\"\n{SITE}");
    let more = "related = [\"a\", \"nobody\"]\ntags = [\"???\"]\nupdated = 2020-01-01\nexpires = 2020-01-02\n";
    let folder = data(&[
        ("site.toml", &site),
        ("news/a.toml", &format!("id = \"a\"\n{more}{ITEM}")),
    ]);
    let (status, report) = check(&folder.path().join("data"), &[]);
    assert_eq!(status, 0, "{report}");
    for part in [
        "there is no file `media/none.svg`",
        " --> site.toml:1:8",
        "there is no item with the id `nobody`",
        " --> news/a.toml:2:18",
        "`???` has no page",
        "`updated` lies before `date`",
        "the item expires before its `date`",
        "nothing has been published from here yet",
    ] {
        assert!(report.contains(part), "lacks {part}:\n{report}");
    }
    assert!(!report.contains("the id `a`"), "{report}");
}

#[test]
fn an_unusable_site_stops_the_start_with_a_message() {
    for site in ["title = \"x\"\n", "nonsense"] {
        let folder = data(&[("site.toml", site)]);
        let output = tidings()
            .arg("serve")
            .arg(folder.path().join("data"))
            .args(["--listen", "127.0.0.1:0"])
            .output()
            .unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(
            errors.contains("site.toml") && output.stdout.is_empty(),
            "{errors}"
        );
    }
}

#[test]
fn a_restart_changes_no_tag_and_no_date() {
    let folder = data(&[("site.toml", SITE), ("news/a.toml", ITEM)]);
    let path = folder.path().join("data");
    let server = Serving::start(&path, &[]);
    let first: Vec<String> = ["/rss.xml", "/news/feed.json", "/news/a/", "/"]
        .map(|path| server.get(path))
        .into();
    server.stop();
    let server = Serving::start(&path, &[]);
    let second: Vec<String> = ["/rss.xml", "/news/feed.json", "/news/a/", "/"]
        .map(|path| server.get(path))
        .into();
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(
            (field(first, "etag"), field(first, "last-modified")),
            (field(second, "etag"), field(second, "last-modified"))
        );
    }
    server.stop();
    fs::write(path.join("news/b.toml"), ITEM.replace("First", "Second")).unwrap();
    let server = Serving::start(&path, &[]);
    let third = server.get("/rss.xml");
    assert_ne!(field(&first[0], "etag"), field(&third, "etag"));
    let date = |answer: &str| httpdate::parse_http_date(field(answer, "last-modified")).unwrap();
    assert!(date(&third) > date(&first[0]));
    assert!(httpdate::parse_http_date(field(&third, "date")).unwrap() >= date(&third));
}

#[test]
fn bad_items_are_absent_and_logged_and_a_second_server_is_refused() {
    let folder = data(&[
        ("site.toml", SITE),
        ("news/a.toml", ITEM),
        ("news/bad.toml", "title = \"Bad\"\n"),
    ]);
    let path = folder.path().join("data");
    let server = Serving::start(&path, &[]);
    let feed = server.get("/rss.xml");
    assert!(feed.contains("First") && !feed.contains("Bad"));
    let second = tidings()
        .arg("serve")
        .arg(&path)
        .args(["--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(
        String::from_utf8(second.stderr)
            .unwrap()
            .contains("in use by another server")
    );
    let said = server.stop();
    assert!(
        said.contains("news/bad.toml:1:1: error: `date` is missing"),
        "{said}"
    );
}

#[test]
fn a_page_whose_file_changed_is_never_shown_from_the_new_text() {
    let folder = data(&[("site.toml", SITE), ("news/a.toml", ITEM)]);
    let path = folder.path().join("data");
    let server = Serving::start(&path, &[]);
    assert!(server.get("/news/a/").starts_with("HTTP/1.1 200 "));
    fs::write(
        path.join("news/a.toml"),
        format!("{ITEM}embargo_until = 2099-01-01T00:00:00Z\n").replace("First", "Secret"),
    )
    .unwrap();
    let is_hidden = |answer: &str| {
        assert!(!answer.contains("Secret"), "{answer}");
        server.said().contains("`embargo_until` now lies ahead") && answer.contains("First")
    };
    let page = ask_until(&server, "/news/a/", is_hidden);
    assert!(
        page.starts_with("HTTP/1.1 200 ") && page.contains("First"),
        "{page}"
    );
    let feed = ask_until(&server, "/rss.xml", is_hidden);
    assert!(
        feed.starts_with("HTTP/1.1 200 ") && feed.contains("First"),
        "{feed}"
    );
    server.stop();
}

#[test]
fn media_are_served_hidden_or_gone_with_their_items() {
    let with =
        |more: &str, file: &str| format!("title = \"{file}\"\n{more}body = \"![]({file}.png)\"\n");
    let png = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/media/logo.png")).unwrap();
    let folder = data(&[
        ("site.toml", SITE),
        ("news/shown.toml", &with("date = 2026-03-01\n", "shown")),
        (
            "news/secret.toml",
            &with(
                "date = 2026-03-01\nembargo_until = 2099-01-01T00:00:00Z\n",
                "secret",
            ),
        ),
        ("news/gone.toml", &with("date = 2026-03-01\n", "gone")),
        ("media/page.html", "<script>alert(1)</script>"),
        ("media/_private.png", "x"),
    ]);
    for name in ["shown", "secret", "gone", "free"] {
        fs::write(folder.path().join(format!("data/media/{name}.png")), &png).unwrap();
    }
    std::os::unix::fs::symlink("/etc/hostname", folder.path().join("data/media/link.txt")).unwrap();
    let server = Serving::start(&folder.path().join("data"), &[]);
    let status = |path: &str| server.get(path)[9..12].to_owned();
    let canceled = "date = 2026-03-01\nstatus = \"canceled\"\nstatus_note = \"n\"\n";
    crate::serving::write(
        &folder.path().join("data/news/gone.toml"),
        &with(canceled, "gone"),
    );
    assert!(wait_until(|| status("/news/gone/") == "410"));
    let feed = server.get("/news/rss.xml");
    let hashed = feed
        .split("http://localhost:8080")
        .find(|part| part.starts_with("/media/shown."))
        .unwrap();
    let hashed = hashed.split('"').next().unwrap();
    assert_eq!(status(hashed), "200");
    assert!(feed.contains("width=\"144\" height=\"72\""), "{feed}");
    let another = server.get("/media/shown.00000000.png");
    assert!(
        another.starts_with("HTTP/1.1 301 ") && field(&another, "location").ends_with(hashed),
        "{another}"
    );
    for (path, expected) in [
        ("/media/shown.png", "200"),
        ("/media/free.png", "200"),
        ("/media/secret.png", "404"),
        ("/media/secret.00000000.png", "404"),
        ("/media/gone.png", "410"),
        ("/media/gone.00000000.png", "410"),
        ("/media/none.png", "404"),
        ("/media/_private.png", "404"),
        ("/media/link.txt", "404"),
        ("/media/", "404"),
        ("/media", "404"),
        ("/news/gone/", "410"),
        ("/news/secret/", "404"),
    ] {
        assert_eq!(status(path), expected, "{path}");
    }
    let (hidden, missing) = (
        server.get("/media/secret.png"),
        server.get("/media/none.png"),
    );
    let without_date = |answer: &str| {
        answer
            .lines()
            .filter(|line| !line.starts_with("date:"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(without_date(&hidden), without_date(&missing));
    let html = server.get("/media/page.html");
    assert_eq!(
        (
            field(&html, "content-type"),
            field(&html, "content-disposition")
        ),
        (
            "application/octet-stream",
            "attachment; filename=\"page.html\""
        )
    );
}

#[test]
fn every_link_of_the_sample_publication_answers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let state = tempfile::tempdir().unwrap();
    let state = state.path().join("state");
    let server = Serving::start(&root.join("data"), &["--state", state.to_str().unwrap()]);
    let mut seen = BTreeSet::new();
    let mut next = vec![
        "/".to_owned(),
        "/ru/".to_owned(),
        "/rss.xml".to_owned(),
        "/ru/rss.xml".to_owned(),
        "/feeds.opml".to_owned(),
        "/robots.txt".to_owned(),
    ];
    while let Some(path) = next.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        assert!(seen.len() < 500);
        let answer = server.get(&path);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
        for start in answer.split("http://localhost:8080/").skip(1) {
            let end = start
                .find(['"', '<', '>', '&', ' ', '\\', '\n'])
                .unwrap_or(start.len());
            next.push(format!("/{}", &start[..end]));
        }
    }
    assert!(seen.len() > 60, "{seen:#?}");
}

#[test]
fn an_embargo_lifts_on_its_second() {
    let now = now_milliseconds() / 1_000 + 2;
    let embargo = chrono::DateTime::from_timestamp(now, 0)
        .unwrap()
        .to_rfc3339();
    let secret = format!("{ITEM}embargo_until = {embargo}\n").replace("First", "Secret");
    let folder = data(&[
        ("site.toml", SITE),
        ("news/a.toml", ITEM),
        ("news/b.toml", &secret),
    ]);
    let server = Serving::start(&folder.path().join("data"), &[]);
    for _ in 0..50_000 {
        let answer = server.get("/rss.xml");
        let date = httpdate::parse_http_date(field(&answer, "date")).unwrap();
        let second = date
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_secs();
        if answer.contains("Secret") {
            assert!(i64::try_from(second).unwrap() >= now);
            return;
        }
        assert!(i64::try_from(second).unwrap() <= now + 1, "late");
    }
    panic!("the embargo did not lift");
}

#[test]
fn help_and_version_are_there() {
    let help = tidings().arg("--help").output().unwrap();
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(
        help.status.success() && text.contains("serve") && text.contains("check"),
        "{text}"
    );
    let version = tidings().arg("--version").output().unwrap();
    assert!(
        String::from_utf8(version.stdout)
            .unwrap()
            .starts_with("tidings 0.")
    );
    assert_eq!(
        tidings().arg("nonsense").output().unwrap().status.code(),
        Some(2)
    );
}

#[test]
fn check_ends_with_what_is_out_and_what_is_to_come() {
    let item =
        |id: &str, more: &str| format!("id = \"{id}\"\ntitle = \"T\"\nbody = \"b\"\n{more}\n");
    let files = [
        ("news/a.toml", item("a", "date = 2026-03-01")),
        ("news/b.toml", item("b", "date = 2026-03-01\ndraft = true")),
        ("news/c.toml", item("c", "date = 2190-03-01T10:00:00Z")),
        (
            "news/d.toml",
            item(
                "d",
                "date = 2026-03-01\nembargo_until = 2190-02-01T10:00:00Z",
            ),
        ),
        ("news/e.toml", item("e", "date = yesterday")),
        ("news/f.toml", String::new()),
        (
            "news/g.toml",
            item("g", "date = 2026-03-01\nstatus = \"withheld\""),
        ),
    ];
    let mut all = vec![("site.toml", SITE)];
    all.extend(files.iter().map(|(file, text)| (*file, &**text)));
    let folder = data(&all);
    let (status, report) = check(&folder.path().join("data"), &[]);
    assert_eq!(status, 1);
    for line in [
        "5 items, 2 errors, 0 warnings",
        "1 published, 1 withheld, 1 in draft, 2 to come, 2 held back by errors",
        "1 February 2190, 10:00 (embargo ends): news/d.toml\n1 March 2190, 10:00 (scheduled): news/c.toml",
        "the file is empty",
    ] {
        assert!(report.contains(line), "{line}: {report}");
    }
}

#[test]
fn check_answers_slips_with_the_line_to_write() {
    for (line, told) in [
        ("pinned = yes", "write `pinned = true`"),
        (
            "images = \"photo.jpg\"",
            "`images = [{ src = \"photo.jpg\", alt = \"…\" }]`",
        ),
        (
            "source = \"The Gazette\"",
            "`source = { name = \"The Gazette\", url = \"https://…\" }`",
        ),
        ("tags = \"harbour, dues\"", "`[\"harbour\", \"dues\"]`"),
        (
            "[corrections]\nat = 2026-03-01\nnote = \"n\"",
            "`[[corrections]]`",
        ),
        (
            "tags = [\"a\"]\ncategories = [\"b\"]",
            "put its values into `tags`",
        ),
        ("expires: 2026-11-25", "`expires = 2026-11-25`"),
        ("expires = 2026-9-2", "`expires = 2026-09-02`"),
        ("expires = \"2026-02-29\"", "there is no such day"),
        (
            "expires = \"2026-09-02 10:00:00 +0200\"",
            "`2026-09-02T10:00:00+02:00`",
        ),
        (
            "embargo_until = 2026-11-27T10:00:00",
            "that is `2026-11-27T10:00:00",
        ),
        ("subtitle = “North pier”", "`subtitle = \"North pier\"`"),
    ] {
        let text = format!("id = \"a\"\n{ITEM}{line}\n");
        let folder = data(&[("site.toml", SITE), ("news/a.toml", &text)]);
        let (status, report) = check(&folder.path().join("data"), &[]);
        assert!(status == 1 && report.contains(told), "{line}: {report}");
    }
    let blank = "id = \"a\"\ntitle = \"\\u00a0\\u200b\"\ndate = 2026-03-01\nbody = \"b\"\n";
    let folder = data(&[("site.toml", SITE), ("news/a.toml", blank)]);
    let (status, report) = check(&folder.path().join("data"), &[]);
    assert!(
        status == 1 && report.contains("`title` is empty"),
        "{report}"
    );
}

#[test]
fn check_says_what_of_the_settings_reaches_nobody_or_is_none_yet() {
    let of = |base: &str, authority: &str, date: &str| {
        let site = format!(
            "title = \"T\"\nbase_url = \"{base}\"\nid_authority = \"{authority}\"\nid_authority_date = \"{date}\"\n"
        );
        let files = [
            ("site.toml", &*site),
            (
                "news/a.toml",
                "title = \"A\"\ndate = 2026-01-01\nbody = \"b\"\n",
            ),
        ];
        check(&data(&files).path().join("data"), &[]).1
    };
    for base in [
        "http://localhost:8080",
        "https://news.local",
        "http://127.0.0.1",
        "https://press",
    ] {
        let told = of(base, "example.org", "2026");
        assert!(told.contains("note: `base_url` is"), "{base}: {told}");
    }
    assert!(!of("https://press.example.org", "example.org", "2026").contains("`base_url` is"));
    let told = of("https://press.example.org", "пример.рф", "2026");
    assert!(told.contains("`xn--e1afmkfd.xn--p1ai`"), "{told}");
    let told = of("https://press.example.org", "example.org", "2930");
    assert!(
        told.contains("`id_authority_date` lies in the future"),
        "{told}"
    );
    assert!(told.contains("site.toml:4:"), "{told}");
}

/// What `check` says of a directory, as a server writes it to its log.
fn said_by_check(data: &Path) -> BTreeSet<String> {
    let (_, report) = check(data, &["--format", "json"]);
    let line = |row: &str| {
        let row: serde_json::Value = serde_json::from_str(row).unwrap();
        let place = match (&row["line"], &row["column"]) {
            (serde_json::Value::Number(line), serde_json::Value::Number(column)) => {
                format!(":{line}:{column}")
            }
            _ => String::new(),
        };
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        format!(
            "{}{place}: {}: {}",
            text("file"),
            text("severity"),
            text("message")
        )
    };
    report.lines().map(line).collect()
}

/// What of these a server has not said yet.
fn unsaid(server: &Serving, lines: &BTreeSet<String>) -> Vec<String> {
    wait_until(|| lines.iter().all(|line| server.said().contains(line)));
    let said = server.said();
    let unsaid = lines.iter().filter(|line| !said.contains(*line));
    unsaid.cloned().collect()
}

#[test]
fn the_server_says_what_check_says_at_its_start_and_of_each_change() {
    let date = "date = 2026-03-01T10:00:00Z\n";
    let item = |id: &str, more: &str, body: &str| {
        format!("id = \"{id}\"\ntitle = \"T {id}\"\n{date}{more}body = \"{body}\"\n")
    };
    let site = SITE.replace("2022", "2099");
    let folder = data(&[
        ("site.toml", &format!("logo = \"none.svg\"\n{site}")),
        ("theme.css", "body { color: red"),
        (
            "news/a.toml",
            &item(
                "a",
                "related = [\"nobody\"]\ntags = [\"???\"]\n",
                "[x](/news/none/) [y](gone.pdf)",
            ),
        ),
        ("news/b.toml", &item("b", "", "See [c](/news/c/).")),
        ("news/c.toml", ITEM),
        ("news/d.toml", &item("d", "colour = \"red\"\n", "D.")),
        (
            "news/e.toml",
            &item("e", "images = [{ src = \"p.png\", alt = \"P\" }]\n", "E."),
        ),
        ("media/p.png", "GIF89a is no PNG"),
    ]);
    let data = folder.path().join("data");
    let server = Serving::start(&data, &[]);
    let first = said_by_check(&data);
    assert!(first.len() >= 9, "{first:#?}");
    assert_eq!(unsaid(&server, &first), Vec::<String>::new());

    // Of a text that is saved while it runs.
    let dead = item("f", "", "[z](/news/nowhere/)");
    crate::serving::write(&data.join("news/f.toml"), &dead);
    let then = said_by_check(&data);
    assert!(then.len() > first.len(), "{then:#?}");
    assert_eq!(unsaid(&server, &then), Vec::<String>::new());

    let published = "INFO news/f.toml: published at /news/f/";
    assert!(
        wait_until(|| server.said().contains(published)),
        "{}",
        server.said()
    );

    // Of what leads nowhere since another item was withdrawn.
    let withdrawn = format!("status = \"canceled\"\n{ITEM}");
    crate::serving::write(&data.join("news/c.toml"), &withdrawn);
    let of_link = "the link to `/news/c/` leads nowhere: `news/c.toml` is withdrawn";
    assert!(wait_until(|| server
        .said()
        .contains("news/c.toml: withdrawn")));
    assert!(
        wait_until(|| server.said().contains(of_link)),
        "{}",
        server.said()
    );

    // Nothing is said twice, and what is mended is told.
    crate::serving::write(&data.join("news/f.toml"), &item("f", "", "[z](/news/a/)"));
    let mended = "news/f.toml: what was wrong before is mended";
    assert!(
        wait_until(|| server.said().contains(mended)),
        "{}",
        server.said()
    );
    let said = server.stop();
    for line in &then {
        assert_eq!(said.matches(line.as_str()).count(), 1, "{line}\n{said}");
    }
}

#[test]
fn what_check_says_is_plain_and_has_the_authors_own_words() {
    let item = |more: &str| format!("id = \"a\"\ndate = 2026-03-01\nbody = \"B.\"\n{more}");
    let titled = |more: &str| item(&format!("title = \"T\"\n{more}"));
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        (
            "news/a.toml",
            item("title = “North pier”\n").into(),
            &["a text without quotation marks", "`title = \"North pier\"`"],
        ),
        (
            "news/a.toml",
            item("title = \"Dues <b>fixed</b> &amp; out\"\n").into(),
            &["shown as it stands", "`title = \"Dues fixed & out\"`"],
        ),
        (
            "news/a.toml",
            item("title = \"Donau\u{AD}dampf\"\n").into(),
            &["signs that nobody sees (U+00AD)"],
        ),
        (
            "news/a.toml",
            titled("authors = [\"By Press Office\", \"press@example.org\"]\n").into(),
            &[
                "write the name alone: `\"Press Office\"`",
                "`press@example.org` is an address",
            ],
        ),
        (
            "news/a.toml",
            titled("").replace("2026-03-01", "1985").into(),
            &["write month and day, too, as in `date = 1985-09-02`"],
        ),
        (
            "news/a.toml",
            [titled("").as_bytes(), b"dateline = \"Z\xFCrich\"\n"].concat(),
            &["line 5, column 14", "such as Windows-1252", "choose UTF-8"],
        ),
        (
            "news/a.toml",
            b"\xFF\xFEt\0i\0".to_vec(),
            &["line 1, column 1", "UTF-16"],
        ),
        ("news/A.TOML", titled("").into(), &["call it `A.toml`"]),
        (
            "news/a.toml",
            titled("").replace("B.", "[x](#gone) <p id='here'>y</p> [z](#here)").into(),
            &["the link to `#gone` leads nowhere", "write `id=\"gone\"`"],
        ),
        (
            "news/a.json",
            br#"{"id": "a", "title": "T", "date": "2026-03-01", "body": "B.", "source": "The Gazette"}"#.to_vec(),
            &["`\"source\": { \"name\": \"The Gazette\", \"url\": \"https://…\" }`"],
        ),
        (
            "news/a.md",
            b"---\ntitle: T\ndate: 2026-03-01\ntags: harbour dues\nsource: The Gazette\n---\nB.\n".to_vec(),
            &[
                "`source: { name: \"The Gazette\", url: \"https://…\" }`",
                "`harbour dues` is taken for one tag",
                "`tags: [harbour, dues]`",
            ],
        ),
        (
            "news/a.md",
            b"---\ntitle: T\ndate: 2026-03-01\n---\nB.\n".to_vec(),
            &["write `id: \"a\"`"],
        ),
    ];
    for (file, text, parts) in cases {
        let folder = data(&[("site.toml", SITE)]);
        let path = folder.path().join("data").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
        let (_, report) = check(&folder.path().join("data"), &[]);
        for part in parts {
            assert!(report.contains(part), "{file} lacks {part}:\n{report}");
        }
        assert!(!report.contains("link to `#here`"), "{report}");
    }
}

#[test]
fn names_that_look_the_same_are_told_from_one_another() {
    let item = |id: &str| format!("id = \"{id}\"\n{ITEM}");
    let folder = data(&[
        ("site.toml", SITE),
        ("news/caf\u{E9}.toml", &item("a")),
        ("news/cafe\u{301}.toml", &item("b")),
    ]);
    let (_, report) = check(&folder.path().join("data"), &[]);
    assert!(
        report.contains("look the same and are spelt with other characters"),
        "{report}"
    );
}

#[test]
fn a_wrong_folder_is_answered_with_the_one_to_name() {
    let folder = data(&[("news/a.toml", ITEM)]);
    let (status, said) = check(&folder.path().join("nowhere"), &[]);
    let wanted = "here; name the folder that holds `site.toml`";
    assert!(
        status == 1 && said.starts_with("error: there is no folder"),
        "{said}"
    );
    assert!(
        said.contains(wanted) && !said.contains("os error"),
        "{said}"
    );
    let (status, said) = check(&folder.path().join("data/news/a.toml"), &[]);
    assert!(status == 1 && said.contains("is no folder"), "{said}");
    let (status, said) = check(&folder.path().join("data"), &[]);
    assert!(
        status == 1 && said.contains("there is no `site.toml` in this folder"),
        "{said}"
    );
    assert!(!said.contains("os error"), "{said}");
}

#[test]
fn what_the_text_says_otherwise_than_it_is_shown_is_told() {
    let item = |more: &str, body: &str| {
        format!(
            "id = \"a\"\ntitle = \"T\"\ndate = 2026-03-01\n{more}body = \"\"\"\n{body}\n\"\"\"\n"
        )
    };
    let cases: [(String, &[&str]); 16] = [
        (
            item("", "2. January: none\n6. January: none\n24. December: last"),
            &["news/a.toml:6:1", "not as they are written"],
        ),
        (
            item("", "Press\\\nAnna"),
            &["this backslash joins the line", "`<br>`"],
        ),
        (item("", "a\nb\nc"), &["end each line with `<br>`"]),
        (
            item("", "| a | b |\n|---|---|\n| 1 | 2 | excl. VAT |"),
            &["more cells than the head"],
        ),
        (item("", "It is 2*3*4 m."), &["taken for emphasis"]),
        (
            item("", "[a](https://x.example.org/) or [b](my file.pdf)"),
            &["shown as it is typed: there are blanks"],
        ),
        (
            item("", "{{< a >}}\n\nand\n\n{{< b >}}"),
            &["news/a.toml:5:1", "news/a.toml:9:1"],
        ),
        (
            item("", "SPERRFRIST: 28.11.2026, 10 Uhr\n\nText."),
            &["speaks of an embargo (“SPERRFRIST: 28.11.2026, 10 Uhr”)"],
        ),
        (item("", "# T\n\nText."), &["pages show it twice"]),
        (
            item("summary = \"**Bold** [x](https://x.example.org)\"\n", "B."),
            &["`summary` is shown as it stands, with the signs of Markdown"],
        ),
        (
            item("images = [{ src = \"a.png\", alt = \"…\" }]\n", "B."),
            &["`alt` still holds the mark of a proposal"],
        ),
        (
            item(
                "corrections = \"It leaves at 18:30, not at 19:30.\"\n",
                "B.",
            ),
            &["note = \"It leaves at 18:30, not at 19:30.\""],
        ),
        (
            item("images = [\"media/quay.png\"]\n", "B."),
            &["`{ src = \"quay.png\", alt = \"…\" }`"],
        ),
        (
            item("embargo_until = \"28.11.2026 10:00\"\n", "B.")
                .replace("2026-03-01\n", "2026-11-20\n"),
            &["that is `2026-11-28T10:00:00+00:00`"],
        ),
        (
            item("publish_date = 2026-03-01\n", "B."),
            &["it is called `date` here"],
        ),
        (
            item(
                "corrections = [{ at = 2026-02-01, note = \"N.\" }]\n",
                "[x](a.toml) [y](+4315550123)",
            ),
            &[
                "a correction lies before `date`",
                "write `/news/a/`, the address of its page",
                "write `tel:+4315550123`",
            ],
        ),
    ];
    for (text, parts) in cases {
        let folder = data(&[("site.toml", SITE), ("news/a.toml", &text)]);
        let (_, report) = check(&folder.path().join("data"), &[]);
        for part in parts {
            assert!(report.contains(part), "lacks {part}:\n{text}\n{report}");
        }
    }
}

#[test]
fn the_place_of_a_fault_far_along_a_line_is_told_truly() {
    let body = format!("{} <blink2>", "word ".repeat(60));
    let item = format!("id = \"a\"\ntitle = \"T\"\ndate = 2026-03-01\nbody = \"{body}\"\n");
    let folder = data(&[("site.toml", SITE), ("news/a.toml", &item)]);
    let (_, report) = check(&folder.path().join("data"), &[]);
    assert!(report.contains("news/a.toml:4:310"), "{report}");
}

#[test]
fn a_key_that_slid_into_a_table_is_answered_with_where_it_belongs() {
    let item = format!(
        "id = \"a\"\n{ITEM}[[corrections]]\nat = 2026-03-02\nnote = \"N.\"\ntags = [\"x\"]\n"
    );
    for (site, news, line) in [
        (
            "[languages.de]\ntitle = \"D\"\nlogo = \"logo.png\"\n",
            ITEM,
            "`logo` stands below",
        ),
        (
            "[feeds]\nitems = 10\ntimezone = \"Europe/Vienna\"\n",
            ITEM,
            "`timezone` stands below",
        ),
        ("", item.as_str(), "`tags` stands below"),
    ] {
        let site = format!("{SITE}{site}");
        let folder = data(&[("site.toml", &site), ("news/a.toml", news)]);
        let (status, report) = check(&folder.path().join("data"), &[]);
        assert!(status == 1 && report.contains(line), "{report}");
        assert!(
            report.contains("move it above the first line in brackets"),
            "{report}"
        );
    }
}
