//! What an author links, shows and attaches: pictures once, files under their own names, old addresses with their query,
//! and a warning for what leads nowhere.

use crate::desk::{Office, SITE, second};

/// A picture of 1 × 1 pixels.
const GIF: &str = "GIF89a\u{1}\0\u{1}\0\0\0\0";

fn office(item: &str, site: &str) -> Office {
    let site = format!("{site}\n{SITE}");
    let head = "id = \"a\"\ntitle = \"A\"\ndate = 2096-11-24T10:00:00Z\n";
    let item = format!("{head}{item}");
    let files = [
        ("site.toml", site.as_str()),
        ("news/a.toml", &item),
        ("media/pic.gif", GIF),
        ("media/second.gif", GIF),
        ("media/Tariff 2027.pdf", "%PDF-1.7"),
        ("media/Тариф \"2027\".pdf", "%PDF-1.7"),
        ("media/talk.m4a", "sound"),
        ("media/plan.docx", "PK"),
    ];
    Office::open(&files, second("12:00:00"))
}

fn body(office: &Office, path: &str) -> String {
    office.get(path).2
}

#[test]
fn redirects_keep_the_query_unless_they_name_one() {
    let site = "icon = \"pic.gif\"\n";
    let mut office = office("aliases = [\"/old/\"]\nbody = \"Text.\"\n", site);
    let redirects = "[redirects]\n\"/blog/\" = \"/news/\"\n\"/?p=1\" = \"/news/a/\"\n";
    office.write("site.toml", &format!("{site}{SITE}{redirects}"));
    office.at(office.now() + 5);
    office.step();
    for (path, expected) in [
        ("/news/a?utm_source=rss", "301 /news/a/?utm_source=rss"),
        ("/old/?a=1&b=%C3%A9", "301 /news/a/?a=1&b=%C3%A9"),
        ("/old?x", "301 /news/a/?x"),
        ("/blog/a?ref=x", "301 /news/a/?ref=x"),
        ("/news/page/1/?x=1", "301 /news/?x=1"),
        ("/?p=1", "301 /news/a/"),
        ("/news/a?", "301 /news/a/"),
        ("/favicon.ico", "301 /media/pic.gif"),
        ("/favicon.ico?v=2", "301 /media/pic.gif"),
    ] {
        assert_eq!(office.status(path), expected, "{path}");
    }
}

#[test]
fn without_an_icon_there_is_no_favicon() {
    let office = office("body = \"Text.\"\n", "");
    assert_eq!(office.status("/favicon.ico"), "404");
}

#[test]
fn a_picture_is_shown_once_and_a_link_to_it_hides_nothing() {
    let lead = "[[images]]\nsrc = \"pic.gif\"\nalt = \"Lead\"\n[[images]]\nsrc = \"second.gif\"\nalt = \"Second\"\n";
    for (text, in_feed, on_page) in [
        ("Text.", (1, 0), (1, 1)),
        ("![Lead](pic.gif)", (1, 0), (1, 1)),
        ("![Lead](./pic.gif)", (1, 0), (1, 1)),
        ("![Lead](/media/pic.gif)", (1, 0), (1, 1)),
        (
            "![Lead](https://press.example.org/media/pic.gif)",
            (1, 0),
            (1, 1),
        ),
        (
            "![Lead](http://press.example.org/media/pic.gif)",
            (1, 0),
            (1, 1),
        ),
        ("![Lead](//press.example.org/media/pic.gif)", (1, 0), (1, 1)),
        ("![Second](second.gif)", (1, 1), (1, 1)),
        ("[In high resolution](pic.gif)", (1, 0), (1, 1)),
        ("[Second](second.gif)", (1, 0), (1, 1)),
        ("[![Second](second.gif)](pic.gif)", (1, 1), (1, 1)),
    ] {
        let office = office(
            &format!("body = \"\"\"\nText.\n\n{text}\n\"\"\"\n{lead}"),
            "",
        );
        let shown = |text: &str, tag: &str| {
            let count = |name: &str| {
                let parts = text.split(tag).skip(1);
                parts
                    .filter(|part| part.split('>').next().unwrap().contains(name))
                    .count()
            };
            (count("media/pic."), count("media/second."))
        };
        let rss = body(&office, "/rss.xml");
        let content = rss
            .split("<content:encoded>")
            .nth(1)
            .unwrap_or_else(|| panic!("{rss}"));
        let content = content.split("</content:encoded>").next().unwrap();
        assert_eq!(shown(content, "<img "), in_feed, "{text}: {content}");
        let page = body(&office, "/news/a/");
        assert_eq!(shown(&page, "<img "), on_page, "{text}: {page}");
    }
}

#[test]
fn the_enclosure_is_what_is_played_unless_a_role_says_otherwise() {
    let file = |name: &str, role: &str| format!("[[attachments]]\nsrc = \"{name}\"\n{role}");
    let main = "role = \"main\"\n";
    for (files, expected) in [
        (
            [("Tariff 2027.pdf", ""), ("plan.docx", ""), ("talk.m4a", "")],
            "talk.",
        ),
        (
            [
                ("Tariff 2027.pdf", ""),
                ("plan.docx", main),
                ("talk.m4a", ""),
            ],
            "plan.",
        ),
        (
            [("talk.m4a", ""), ("plan.docx", ""), ("Tariff 2027.pdf", "")],
            "talk.",
        ),
    ] {
        let files: String = files.iter().map(|(name, role)| file(name, role)).collect();
        let office = office(&format!("body = \"Text.\"\n{files}"), "");
        for (path, mark) in [
            ("/rss.xml", "<enclosure url=\""),
            ("/atom.xml", "rel=\"enclosure\""),
            ("/feed.json", "\"attachments\":[{"),
        ] {
            let feed = body(&office, path);
            let (before, after) = feed.split_once(mark).unwrap();
            let element = &before[before.rfind('<').unwrap_or(0)..];
            let first = format!("{element}{mark}{}", after.split(['>', '}']).next().unwrap());
            assert!(
                first.contains(&format!("/media/{expected}")),
                "{path}: {first}"
            );
        }
    }
}

#[test]
fn a_file_without_a_title_is_called_as_its_author_called_it() {
    let files = "[[attachments]]\nsrc = \"Tariff 2027.pdf\"\n[[attachments]]\nsrc = 'Тариф \"2027\".pdf'\n\
                 [[attachments]]\nsrc = \"https://files.example.org/a/My%20plan.pdf\"\n";
    let office = office(&format!("body = \"Text.\"\n{files}"), "");
    let (rss, page) = (body(&office, "/rss.xml"), body(&office, "/news/a/"));
    for name in [
        ">Tariff 2027.pdf</a>",
        "2027&quot;.pdf</a>",
        ">My plan.pdf</a>",
    ] {
        assert!(rss.contains(name), "{name}: {rss}");
    }
    for name in [">Tariff 2027.pdf</a>", ">My plan.pdf</a>"] {
        assert!(page.contains(name), "{name}: {page}");
    }
}

#[test]
fn a_saved_file_has_the_name_that_its_author_gave_it() {
    let files = [
        "Tariff 2027.pdf",
        "Тариф \"2027\".pdf",
        "plan.docx",
        "talk.m4a",
        "pic.gif",
    ];
    let office = office("body = \"Text.\"\n", "");
    let encoded = "inline; filename=\"_____ _2027_.pdf\"; filename*=UTF-8''%D0%A2%D0%B0%D1%80%D0%B8%D1%84%20%222027%22.pdf";
    for (name, expected, media_type) in [
        (
            files[0],
            "inline; filename=\"Tariff 2027.pdf\"",
            "application/pdf",
        ),
        (files[1], encoded, "application/pdf"),
        (
            files[2],
            "attachment; filename=\"plan.docx\"",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (files[3], "inline; filename=\"talk.m4a\"", "audio/mp4"),
        (files[4], "inline; filename=\"pic.gif\"", "image/gif"),
    ] {
        let (status, fields, _) = office.get(&tidings::newsroom::media::plain_url_path(name));
        assert_eq!(status, 200, "{name}");
        assert_eq!(fields["content-disposition"], expected);
        assert_eq!(fields["content-type"], media_type);
    }
}

/// The warnings of `check` for an item with a body, as `line:column message | hint`, without those of other files.
fn warnings(format: &str, body: &str) -> Vec<String> {
    const HEAD: &str = "id = \"ID\"\ntitle = \"T\"\ndate = 2026-11-01T10:00:00Z\n";
    let other = |id: &str, more: &str| format!("{more}{}body = \"b\"\n", HEAD.replace("ID", id));
    let linking = HEAD.replace("ID", "a");
    let linking = format!("{linking}body_format = \"{format}\"\nbody = '''\n{body}\n'''\n");
    let site =
        format!("{SITE}[redirects]\n\"/feed/\" = \"/rss.xml\"\n\"/void/\" = \"/nothing/\"\n");
    let folder = crate::serving::data(&[
        ("site.toml", &site),
        ("news/a.toml", &linking),
        ("news/b.toml", &other("b", "status = \"draft\"\n")),
        ("news/c.toml", &other("c", "")),
        ("news/held.toml", &other("held", "status = \"withheld\"\n")),
        ("news/gone.toml", &other("gone", "status = \"canceled\"\n")),
        (
            "news/soon.toml",
            &other("soon", "embargo_until = 2099-01-01T10:00:00Z\n"),
        ),
        (
            "documents/x.toml",
            &other("x", "tags = [\"harbour\"]\naliases = [\"/old/\"]\n"),
        ),
        ("media/plan.pdf", "%PDF-1.7"),
        ("media/2026/Pier.jpg", "\u{0}"),
    ]);
    let (_, told) = crate::serving::check(&folder.path().join("data"), &["--format", "json"]);
    let rows = told
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let rows = rows.filter(|row| row["file"] == "news/a.toml");
    rows.map(|row| {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        format!(
            "{}:{} {} | {}",
            row["line"],
            row["column"],
            text("message"),
            text("hint")
        )
    })
    .collect()
}

/// Addresses that lead nowhere, with why, and what is to be written.
const DEAD: &[(&str, &str, &str)] = &[
    (
        "www.example.org/page",
        "taken for a path below",
        "write `https://www.example.org/page`",
    ),
    (
        "example.org/page",
        "taken for a path below",
        "write `https://example.org/page`",
    ),
    (
        "http//example.org",
        "taken for a path below",
        "write `http://example.org`",
    ),
    (
        "press@example.org",
        "taken for a path below",
        "write `mailto:press@example.org`",
    ),
    (
        "../documents/y/",
        "there is no such page",
        "mend the address",
    ),
    (
        "../documents/X/",
        "there is no such page",
        "did you mean `/documents/x/`?",
    ),
    (
        "x/",
        "there is no such page",
        "did you mean `/documents/x/`?",
    ),
    (
        "/en/news/c/",
        "there is no such page",
        "did you mean `/news/c/`?",
    ),
    (
        "/Documents/X/",
        "there is no such page",
        "did you mean `/documents/x/`?",
    ),
    (
        "https://press.example.org/news/no-such-item/",
        "there is no such page",
        "mend the address",
    ),
    (
        "http://press.example.org/news/b/",
        "`news/b.toml` is a draft",
        "publish that first",
    ),
    ("/news/b/", "`news/b.toml` is a draft", "publish that first"),
    ("/news/b", "`news/b.toml` is a draft", "publish that first"),
    (
        "/news/held/",
        "`news/held.toml` is withheld",
        "publish that first",
    ),
    (
        "/news/gone/",
        "`news/gone.toml` is withdrawn",
        "take the link out",
    ),
    (
        "/news/soon/",
        "is not published before 2099-01-01 10:00",
        "publish that first",
    ),
    ("/void/", "there is no such page", "mend the address"),
    ("/tag/nothing/", "there is no such page", "mend the address"),
    (
        "/sport/rss.xml",
        "there is no such page",
        "mend the address",
    ),
    (
        "Annual-Report.pdf",
        "there is no file `media/Annual-Report.pdf`",
        "put the file there",
    ),
    (
        "2026/pier.JPG",
        "there is no file `media/2026/pier.JPG`",
        "did you mean `2026/Pier.jpg`?",
    ),
    (
        "https://press.example.org/media/Plan.pdf",
        "there is no file",
        "did you mean `plan.pdf`?",
    ),
    (
        "webcal://example.org/a.ics",
        "leave out what begins with `webcal:`",
        "write `https://example.org/a.ics`",
    ),
    (
        "ftp://example.org/a",
        "leave out what begins with `ftp:`",
        "write `https://example.org/a`",
    ),
    (
        "file:///C:/a/plan.doc",
        "on a computer or network",
        "write its name, `plan.doc`",
    ),
    (
        "C:\\\\a\\\\plan.doc",
        "on a computer or network",
        "write its name, `plan.doc`",
    ),
    ("", "it has no address", "write the address"),
];

/// The same as whole elements.
const DEAD_HTML: &[(&str, &str, &str)] = &[
    (
        "<a href=\"https://exa mple.org/\">x</a>",
        "it is no web address",
        "without blanks",
    ),
    (
        "<a href='\\\\server\\share\\x.doc'>x</a>",
        "on a computer or network",
        "write its name, `x.doc`",
    ),
    (
        "<img src=plan.pdf>",
        "the picture `plan.pdf` has no `alt`",
        "say what it shows",
    ),
    ("<a href=/news/b/>x</a>", "is a draft", "publish that first"),
];

#[test]
fn every_link_that_leads_nowhere_is_told_with_its_place_and_what_to_write() {
    for (url, why, hint) in DEAD.iter().copied() {
        let told = warnings("markdown", &format!("Text.\n\nSee [it]({url})."));
        let told = told.join("\n");
        assert!(told.contains(why) && told.contains(hint), "{url}: {told}");
        assert!(
            told.starts_with("8:10 ")
                || url.contains("/media/")
                || url.is_empty()
                || url.contains('\\'),
            "{url}: {told}"
        );
        assert_eq!(told.lines().count(), 1, "{url}: {told}");
    }
    for (html, why, hint) in DEAD_HTML.iter().copied() {
        let told = warnings("html", html).join("\n");
        assert!(told.contains(why) && told.contains(hint), "{html}: {told}");
        assert!(told.starts_with("6:"), "{html}: {told}");
    }
}

#[test]
fn pictures_that_are_not_there_are_told_however_they_are_written() {
    for (url, hint) in [
        ("./pic.png", "put the file there"),
        ("media/pic.png", "put the file there"),
        (
            "https://press.example.org/media/pic.png",
            "put the file there",
        ),
        ("2026/pier.jpg", "did you mean `2026/Pier.jpg`?"),
    ] {
        let told = warnings("markdown", &format!("![x]({url})")).join("\n");
        assert!(
            told.contains("there is no file `media/") && told.contains(hint),
            "{url}: {told}"
        );
    }
}

#[test]
fn what_leads_somewhere_is_not_told() {
    for url in [
        "https://example.org/a",
        "//example.org/a",
        "mailto:press@example.org",
        "tel:+4312345",
        "#top",
        "?page=2",
        "/",
        "/news/",
        "/news/c/",
        "/news/c",
        "/news/c/#part",
        "/news/c/?utm=x",
        "../c",
        "../c/",
        "/rss.xml",
        "/news/atom.xml",
        "/tag/harbour/",
        "/tag/harbour/feed.json",
        "/old/",
        "/feed/",
        "/feeds.opml",
        "/sitemap.xml",
        "plan.pdf",
        "./plan.pdf",
        "media/plan.pdf",
        "/media/plan.pdf",
        "plan.pdf#page=2",
        "https://press.example.org/media/plan.pdf",
        "https://press.example.org/news/c/",
        "2026/Pier.jpg",
    ] {
        let told = warnings("markdown", &format!("Text.\n\nSee [it]({url})."));
        assert_eq!(told, Vec::<String>::new(), "{url}");
    }
}

#[test]
fn files_that_are_not_what_they_are_called_and_large_pictures_are_told() {
    const WEBP: &[u8] = b"RIFF\0\0\0\0WEBPVP8 ";
    const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0";
    let large = [GIF.as_bytes(), &vec![0; 1 << 20]].concat();
    let wide = b"GIF89a\x61\x09\x01\0\0\0\0";
    let edge = b"GIF89a\x60\x09\x01\0\0\0\0";
    let image = |src: &str, more: &str| format!("[[images]]\nsrc = \"{src}\"\nalt = \"x\"\n{more}");
    let file = |src: &str, more: &str| format!("[[attachments]]\nsrc = \"{src}\"\n{more}");
    for (name, bytes, tables, expected) in [
        (
            "photo.png",
            WEBP,
            image("photo.png", ""),
            "sent as image/png, and its bytes are image/webp",
        ),
        (
            "plan.jpg",
            b"%PDF-1.7",
            file("plan.jpg", ""),
            "its bytes are application/pdf",
        ),
        (
            "plan.pdf",
            b"%PDF-1.7",
            image("plan.pdf", ""),
            "is shown as a picture and is none",
        ),
        (
            "a.jpg",
            JPEG,
            image("a.jpg", "type = \"image/png\"\n"),
            "write `type = \"image/jpeg\"`",
        ),
        (
            "a.heic",
            b"\0\0\0\x18ftypheic",
            image("a.heic", ""),
            "is HEIC",
        ),
        (
            "a.jpg",
            b"\0\0\0\x18ftypheic",
            image("a.jpg", ""),
            "is HEIC",
        ),
        (
            "talk.mp3",
            b"OggS",
            file("talk.mp3", ""),
            "its bytes are audio/ogg",
        ),
        (
            "large.gif",
            &large,
            image("large.gif", ""),
            "is large (1 × 1 pixels, 1025 KiB)",
        ),
        (
            "wide.gif",
            wide,
            image("wide.gif", ""),
            "is large (2401 × 1 pixels, 1 KiB)",
        ),
        // Nothing is wrong with these.
        ("wide.gif", wide, file("wide.gif", ""), ""),
        ("edge.gif", edge, image("edge.gif", ""), ""),
        ("a.jpg", JPEG, image("a.jpg", "type = \"image/jpg\"\n"), ""),
        ("a.docx", b"PK\x03\x04", file("a.docx", ""), ""),
        (
            "talk.m4a",
            b"\0\0\0\x18ftypisom",
            file("talk.m4a", "type = \"audio/x-m4a\"\n"),
            "",
        ),
        ("words.png", b"words", image("words.png", ""), ""),
    ] {
        let item = format!(
            "id = \"a\"\ntitle = \"T\"\ndate = 2026-11-01T10:00:00Z\nbody = \"b\"\n{tables}"
        );
        let folder =
            crate::serving::data(&[("site.toml", SITE), ("news/a.toml", &item), ("media/x", "")]);
        let data = folder.path().join("data");
        std::fs::write(data.join("media").join(name), bytes).unwrap();
        let (_, told) = crate::serving::check(&data, &[]);
        let summary = told.lines().rfind(|line| line.contains(" errors, "));
        let summary = summary.unwrap();
        assert_eq!(
            summary.ends_with(" 0 warnings"),
            expected.is_empty(),
            "{name}: {told}"
        );
        assert!(told.contains(expected), "{name}: {told}");
        assert!(
            expected.is_empty() || told.contains("news/a.toml:6:"),
            "{name}: {told}"
        );
    }
}

#[test]
fn a_line_of_many_pieces_and_many_dead_links_cost_what_they_are() {
    let pieces = "a: *b* ".repeat(20_000);
    let links: Vec<String> = (0..3_000).map(|n| format!("[x](#n{n})")).collect();
    for (body, warnings) in [(pieces, 0), (links.join(" "), 100)] {
        let item = format!(
            "id = \"a\"\ntitle = \"T\"\ndate = 2026-11-01T10:00:00Z\nbody = \"\"\"\n{body}\n\"\"\"\n"
        );
        let folder = crate::serving::data(&[("site.toml", SITE), ("news/a.toml", &item)]);
        let (_, report) = crate::serving::check(&folder.path().join("data"), &[]);
        let told = report.matches("there is no such place in the text").count();
        assert_eq!(told, warnings, "{}", &report[..report.len().min(400)]);
    }
}
