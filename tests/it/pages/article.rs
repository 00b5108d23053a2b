//! JSON-LD and Open Graph, read back.

use super::{tags, values};
use crate::desk::{Office, SITE, second};
use serde_json::{Value, json};

/// A picture of 320 by 64 pixels.
const GIF: &str = "GIF89a@\u{1}@\0\0\0\0";

const ITEM: &str = r#"
title = "A </script><!-- & \"headline\""
subtitle = "Below it"
summary = "What it says."
date = 2096-11-01T10:00:00+02:00
expires = 2097-01-01T00:00:00Z
translation_key = "a"
tags = ["one", "two"]
topics = ["medtop:20000151"]
authors = ["Example Office", { name = "Second Office", url = "https://office.example/" }]
dateline = "Geneva"
license = "https://creativecommons.org/licenses/by/4.0/"
canonical_url = "https://origin.example/a"
version = 3
body = "b"

[[images]]
src = "a.gif"
alt = "What is seen"
caption = "Beneath"
credit = "Camera"

[[attachments]]
src = "https://media.example.org/a.mp3"
length = 1234
duration = 65

[[corrections]]
at = 2096-11-02T10:00:00Z
note = "It was <b>."

[source]
name = "Origin"
url = "https://origin.example/a"

[place]
name = "Geneva"
country = "CH"
lat = 46.2
lon = 6.1
"#;

fn office() -> Office {
    let site = format!(
        "{SITE}timezone = \"Europe/Vienna\"\nlogo = \"a.gif\"\n[publisher]\nname = \"Example Office\"\n\
         url = \"https://www.example.org/\"\n[languages.ru]\ntitle = \"Пример\"\n"
    );
    let russian =
        "title = \"А\"\ndate = 2096-11-01\nlang = \"ru\"\ntranslation_key = \"a\"\nbody = \"б\"\n";
    Office::open(
        &[
            ("site.toml", &site),
            ("media/a.gif", GIF),
            ("news/a.toml", ITEM),
            ("news/b.ru.toml", russian),
        ],
        second("12:00:00"),
    )
}

/// The JSON-LD of a page; `None` where there is none.
fn article(html: &str) -> Option<Value> {
    let (_, rest) = html.split_once("<script type=\"application/ld+json\">")?;
    Some(serde_json::from_str(rest.split_once("</script>")?.0).unwrap())
}

#[test]
fn an_items_page_has_its_article() {
    let page = "https://press.example.org/news/a/";
    let (_, _, html) = office().get("/news/a/");
    assert_eq!(html.matches("<script").count(), 1);
    let gif = article(&html).unwrap()["image"][0]["url"].clone();
    assert!(
        gif.as_str()
            .unwrap()
            .starts_with("https://press.example.org/media/a.")
    );
    let expected = json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": page,
        "url": page,
        "mainEntityOfPage": page,
        "identifier": "tag:example.org,2022:a",
        "version": 3,
        "headline": "A </script><!-- & \"headline\"",
        "alternativeHeadline": "Below it",
        "description": "What it says.",
        "inLanguage": "en",
        "datePublished": "2096-11-01T09:00:00+01:00",
        "dateModified": "2096-11-02T11:00:00+01:00",
        "expires": "2097-01-01T01:00:00+01:00",
        "articleSection": "News",
        "keywords": ["one", "two"],
        "about": [{ "@id": "http://cv.iptc.org/newscodes/mediatopic/20000151" }],
        "author": [
            { "@type": "Organization", "name": "Example Office", "url": "https://press.example.org/author/example-office/" },
            { "@type": "Person", "name": "Second Office", "url": "https://office.example/" },
        ],
        "publisher": {
            "@type": "Organization",
            "name": "Example Office",
            "url": "https://www.example.org/",
            "logo": { "@type": "ImageObject", "url": gif, "width": 320, "height": 64, "encodingFormat": "image/gif" },
        },
        "dateline": "Geneva",
        "contentLocation": {
            "@type": "Place",
            "name": "Geneva",
            "address": { "@type": "PostalAddress", "addressCountry": "CH" },
            "geo": { "@type": "GeoCoordinates", "latitude": 46.2, "longitude": 6.1 },
        },
        "image": [{
            "@type": "ImageObject", "url": gif, "width": 320, "height": 64, "encodingFormat": "image/gif",
            "caption": "Beneath", "description": "What is seen", "creditText": "Camera",
        }],
        "associatedMedia": [{
            "@type": "MediaObject", "contentUrl": "https://media.example.org/a.mp3",
            "encodingFormat": "audio/mpeg", "contentSize": "1234", "duration": "PT65S",
        }],
        "correction": [{
            "@type": "CorrectionComment", "text": "It was <b>.", "datePublished": "2096-11-02T11:00:00+01:00",
        }],
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "isBasedOn": ["https://origin.example/a"],
        "sourceOrganization": { "@type": "Organization", "name": "Origin", "url": "https://origin.example/a" },
        "workTranslation": [{
            "@type": "NewsArticle", "@id": "https://press.example.org/ru/news/b/", "inLanguage": "ru",
        }],
    });
    assert_eq!(article(&html).unwrap(), expected);
}

#[test]
fn what_was_withdrawn_has_no_article() {
    let mut office = office();
    office.at(second("12:01:00"));
    let kill = ITEM.replacen(
        "title",
        "status = \"canceled\"\nstatus_note = \"It was wrong.\"\ntitle",
        1,
    );
    office.write("news/a.toml", &kill);
    office.step();
    let (status, _, html) = office.get("/news/a/");
    assert_eq!(status, 410);
    assert!(article(&html).is_none() && html.contains("It was wrong."));
    assert!(!html.contains("og:") && !html.contains("headline"));
}

#[test]
fn other_sites_show_a_link_with_picture_title_and_dates() {
    let html = office().get("/news/a/").2;
    let graph: Vec<String> = tags(&html, "meta")
        .into_iter()
        .filter(|tag| tag.starts_with("property"))
        .map(|tag| {
            let tag = format!(" {tag}");
            let content = values(&tag, "content").concat();
            let hash = content.find("/media/a.").map(|at| at + 9..at + 17);
            let content = hash.map_or(content.clone(), |hash| content.replace(&content[hash], "…"));
            format!("{} {content}", values(&tag, "property").concat())
        })
        .collect();
    assert_eq!(
        graph,
        [
            "og:type article",
            "og:title A </script><!-- & \"headline\"",
            "og:url https://press.example.org/news/a/",
            "og:site_name Example",
            "og:description What it says.",
            "og:locale en_GB",
            "og:image https://press.example.org/media/a.….gif",
            "og:image:type image/gif",
            "og:image:width 320",
            "og:image:height 64",
            "og:image:alt What is seen",
            "og:audio https://media.example.org/a.mp3",
            "article:published_time 2096-11-01T09:00:00+01:00",
            "article:modified_time 2096-11-02T11:00:00+01:00",
            "article:expiration_time 2097-01-01T01:00:00+01:00",
            "article:author https://press.example.org/author/example-office/",
            "article:author https://press.example.org/author/second-office/",
            "article:section News",
            "article:tag one",
            "article:tag two",
        ]
    );
}
