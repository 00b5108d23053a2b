//! `[redirects]` in `site.toml`, and what is said of lists that had subscribers and are no longer.

use crate::desk::{Office, SITE, second};

const ITEM: &str = "id = \"a\"\ntitle = \"A\"\ndate = 2096-11-24T10:00:00Z\nbody = \"Text.\"\n";

/// An office with a section `news`, an item, one under an embargo, and these redirects.
fn office(redirects: &str) -> Office {
    let site = format!("{SITE}[redirects]\n{redirects}");
    let secret = ITEM.replace("\"a\"", "\"secret\"");
    let secret = format!("embargo_until = 2097-01-01T00:00:00Z\n{secret}");
    let files = [
        ("site.toml", site.as_str()),
        ("news/a.toml", ITEM),
        ("news/secret.toml", &secret),
    ];
    Office::open(&files, second("12:00:00"))
}

/// Publishes what has come, some seconds later.
fn later(office: &mut Office) {
    office.at(office.now() + 5);
    office.step();
}

#[test]
fn old_addresses_lead_where_site_toml_says() {
    let office = office(
        "\"/feed/\" = \"/rss.xml\"\n\"/?feed=rss2\" = \"/rss.xml\"\n\"/blog/\" = \"/news/\"\n\
         \"/news/rss.xml\" = \"/atom.xml\"\n\"/caf%C3%A9/\" = \"/news/\"\n\"/void/\" = \"/nothing/\"\n\
         \"/paper.pdf\" = \"/media/paper.pdf\"\n\"/files/\" = \"/media/\"\n\"/?p=1\" = \"/news/a/\"\n\"/soon/\" = \"/news/secret/\"\n",
    );
    for (path, expected) in [
        ("/feed/", "301 /rss.xml"),
        ("/feed", "301 /rss.xml"),
        ("/?feed=rss2", "301 /rss.xml"),
        ("/?p=1", "301 /news/a/"),
        ("/blog/", "301 /news/"),
        ("/blog", "301 /news/"),
        ("/blog/feed.json", "301 /news/feed.json"),
        ("/blog/a/", "301 /news/a/"),
        ("/caf%C3%A9/", "301 /news/"),
        ("/paper.pdf", "301 /media/paper.pdf"),
        ("/files/my%20plan.pdf", "301 /media/my%20plan.pdf"),
        ("/files/a%3Fb.pdf", "301 /media/a%3Fb.pdf"),
        ("/files/100%25.pdf", "301 /media/100%25.pdf"),
        ("/files/%C3%A9.pdf", "301 /media/%C3%A9.pdf"),
        // What is there stays, and nobody is sent to nothing.
        ("/news/rss.xml", "200"),
        ("/?feed=rss", "200"),
        ("/", "200"),
        ("/blog/b/", "404"),
        ("/blog/secret/", "404"),
        ("/soon/", "404"),
        ("/void/", "404"),
        ("/feed/atom/", "404"),
    ] {
        assert_eq!(office.status(path), expected, "{path}");
    }
}

#[test]
fn a_redirect_goes_one_step_even_to_what_has_moved() {
    let mut office = office("\"/blog/a.html\" = \"/news/a/\"\n\"/blog/\" = \"/news/\"\n");
    office.rename("news/a.toml", "news/b.toml");
    later(&mut office);
    assert_eq!(office.status("/news/a/"), "301 /news/b/");
    assert_eq!(office.status("/blog/a.html"), "301 /news/b/");
    assert_eq!(office.status("/blog/a/"), "301 /news/b/");
}

#[test]
fn redirects_that_cannot_be_are_told() {
    let site = |line: &str| {
        let site = format!("{SITE}[redirects]\n{line}\n");
        let problems = tidings::newsroom::parse::site::read(&site, None).1;
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        problems.join("\n")
    };
    for (line, expected) in [
        ("\"/a/\" = \"/b/\"", ""),
        (
            "feed = \"/rss.xml\"",
            "`feed` is no address of this publication",
        ),
        (
            "\"/\" = \"/news/\"",
            "`/` is no address of this publication",
        ),
        ("\"/a/../b\" = \"/news/\"", "`/a/../b` is no address"),
        (
            "\"/a\" = \"https://evil.example/\"",
            "`https://evil.example/` is no path",
        ),
        (
            "\"/a\" = \"//evil.example/\"",
            "`//evil.example/` is no path",
        ),
        ("\"/a\" = 1", "`redirects`"),
        ("\"/a\" = \"/b\"\n\"/b\" = \"/c\"", "`/b` leads on to `/c`"),
        ("\"/a\" = \"/a\"", "`/a` leads on to `/a`"),
    ] {
        let told = site(line);
        assert!(told.contains(expected), "{line}: {told}");
        assert_eq!(told.is_empty(), expected.is_empty(), "{line}: {told}");
    }
}

#[test]
fn a_section_that_is_no_longer_is_told_until_its_subscribers_are_led_on() {
    let mut office = office("");
    office.write("press/b.toml", &ITEM.replace("\"a\"", "\"b\""));
    later(&mut office);
    assert_eq!(office.problems(), Vec::<String>::new());
    office.rename("press", "media-room");
    later(&mut office);
    let told = office.problems().join("\n");
    assert!(
        told.contains("the feeds at `/press/` were published and are no longer"),
        "{told}"
    );
    assert_eq!(office.status("/press/b/"), "301 /media-room/b/");
    assert_eq!(office.status("/press/rss.xml"), "404");
    let site = format!("{SITE}[redirects]\n\"/press/\" = \"/media-room/\"\n");
    office.write("site.toml", &site);
    later(&mut office);
    let told = office.problems().join("\n");
    assert!(!told.contains("no longer"), "{told}");
    assert_eq!(office.status("/press/rss.xml"), "301 /media-room/rss.xml");
    assert_eq!(office.status("/press/"), "301 /media-room/");
}
