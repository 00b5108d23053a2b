//! Items of Hugo and Jekyll: Markdown with YAML front matter, taken as they are.

use crate::desk::{Office, SITE, second};
use crate::serving::check;

const NOON: &str = "12:00:00";

fn item(keys: &str) -> String {
    format!("---\n{keys}---\nThe first paragraph.\n\nThe second one.\n")
}

#[test]
fn an_item_with_yaml_says_the_same_as_one_with_toml() {
    let yaml = "title: \"Pier: closed\"\ndate: 2096-11-24T10:00:00Z\nid: pier\ntags: [harbour, dues]\n\
                authors:\n  - name: Harbour Office\n    email: office@example.org\n\
                images:\n- {src: \"https://example.org/pier.jpg\", alt: The pier}\n\
                corrections:\n  - at: 2096-11-24T11:00:00Z\n    note: It is the north pier.\n";
    let toml = "title = \"Pier: closed\"\ndate = 2096-11-24T10:00:00Z\nid = \"pier\"\ntags = [\"harbour\", \"dues\"]\n\
                authors = [{ name = \"Harbour Office\", email = \"office@example.org\" }]\n\
                images = [{ src = \"https://example.org/pier.jpg\", alt = \"The pier\" }]\n\
                corrections = [{ at = 2096-11-24T11:00:00Z, note = \"It is the north pier.\" }]\n";
    let toml = item(toml).replace("---\n", "+++\n");
    let of = |text: &str| {
        let office = Office::open(&[("site.toml", SITE), ("news/pier.md", text)], second(NOON));
        ["/rss.xml", "/atom.xml", "/feed.json", "/news/pier/"].map(|path| office.get(path).2)
    };
    assert!(of(&toml)[0].contains("Pier: closed"));
    assert_eq!(of(&item(yaml)), of(&toml));
}

#[test]
fn a_file_of_jekyll_is_published_as_it_is_with_a_warning_a_line() {
    let keys = "layout: post\ntitle: North pier closed\ndate: 2096-11-24 11:00:00 +0200\n\
                categories: news harbour\ntags: dues, ships\ndescription: Ships moor elsewhere.\n";
    let files = [
        ("site.toml", SITE),
        ("news/2096-11-24-pier.md", &*item(keys)),
    ];
    let office = Office::open(&files, second(NOON));
    let feed = office.get("/feed.json").2;
    for part in [
        "\"title\":\"North pier closed\"",
        "\"date_published\":\"2096-11-24T09:00:00Z\"",
        "\"summary\":\"Ships moor elsewhere.\"",
        "\"news harbour\"",
        "\"ships\"",
    ] {
        assert!(feed.contains(part), "{part}: {feed}");
    }
    let (status, told) = check(&office.data(), &[]);
    assert_eq!(status, 0, "{told}");
    for part in [
        "`layout` says nothing here",
        "news/2096-11-24-pier.md:2:",
        "`categories` is taken for `tags`",
        "`description` is taken for `summary`",
        "news/2096-11-24-pier.md:7:",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn a_withdrawal_in_yaml_is_seen_wherever_it_stands() {
    let published = item("title: A\ndate: 2096-11-24T10:00:00Z\nid: a\n");
    for (withdrawn, answer) in [
        (
            item("title: A\ndate: 2096-11-24T10:00:00Z\nid: a\nstatus: canceled\nstatus_note: n\n"),
            "410",
        ),
        (
            item("title: A\ndate: 2096-11-24T10:00:00Z\nid: a\nstatus: withdrawn\n"),
            "410",
        ),
        (
            item("title: A\ndate: 2096-11-24T10:00:00Z\nid: a\ndraft: true\n"),
            "404",
        ),
        (
            item("title: A\ndate: 2096-11-24T10:00:00Z\nid: a\ndraft: yes\n"),
            "404",
        ),
        (
            item("title: A\ndate: 2096-11-24T10:00:00Z\nid: a\npublished: false\n"),
            "404",
        ),
        (
            item("title: A\ndate: 2096-11-24T10:00:00Z\nid: a\nStatus: cancelled\n"),
            "404",
        ),
        (
            item("title: A\ndate: 2096-11-24T10:00:00Z\nid: a\nextra:\n  status: canceled\n"),
            "404",
        ),
        // In a file that is broken otherwise, too.
        (
            item("title: \"A\ndate: 2096-11-24T10:00:00Z\nid: a\nstatus: canceled\n"),
            "410",
        ),
        (item("title: A\n\tb: c\nwithdrawn: true\n"), "404"),
        (item("title: A\n\tb: c\nembargo_until: tomorrow\n"), "404"),
        (format!("{published}\nstatus: canceled\n"), "404"),
        // Nothing of this withdraws anything.
        (
            item("title: \"A\ndate: 2096-11-24T10:00:00Z\nid: a\n"),
            "200",
        ),
        (
            item("title: A\ndate: 2096-11-24T10:00:00Z\nid: a\nsummary: \"status: canceled\"\n"),
            "200",
        ),
    ] {
        let files = [("site.toml", SITE), ("news/a.md", &*published)];
        let mut office = Office::open(&files, second(NOON));
        assert_eq!(office.status("/news/a/"), "200");
        office.at(second("12:10:00"));
        office.write("news/a.md", &withdrawn);
        office.step();
        assert_eq!(
            office.status("/news/a/"),
            answer,
            "{withdrawn}\n{:#?}",
            office.problems()
        );
    }
}

#[test]
fn an_embargo_in_yaml_holds_whatever_is_cut_off() {
    let whole =
        item("embargo_until: 2096-11-24T18:00:00Z\ntitle: Sealed\ndate: 2096-11-24T10:00:00Z\n");
    let mut office = Office::open(&[("site.toml", SITE)], second(NOON));
    for end in (0..=whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        office.write("news/a.md", &whole[..end]);
        office.step();
        assert!(
            !office.get("/feed.json").2.contains("Sealed"),
            "{}",
            &whole[..end]
        );
        assert_ne!(office.status("/news/a/"), "200", "{}", &whole[..end]);
    }
}

#[test]
fn check_writes_missing_ids_in_the_way_of_the_file() {
    let keys = "# from elsewhere\ntitle: North pier\ndate: 2096-11-24\n";
    let files = [("site.toml", SITE), ("news/pier.md", &*item(keys))];
    let office = Office::open(&files, second(NOON));
    let (status, told) = check(&office.data(), &["--fix"]);
    assert_eq!(status, 0, "{told}");
    let fixed = std::fs::read_to_string(office.data().join("news/pier.md")).unwrap();
    let expected = keys.replace("title:", "id: \"pier\"\ntitle:");
    assert_eq!(fixed, item(&expected));
}
