//! What is kept of items from one making of their feeds to the next: it saves work, and changes nothing.

use crate::fixture::{NOW, Publication, SITE};
use std::sync::Arc;
use tidings::edition::publish::{self, Before, Made};
use tidings::edition::representation::Coding;
use tidings::edition::resource::Content;
use tidings::feed::rendered::Kept;
use tidings::feed::{Context, Row};
use tidings::newsroom::item::Person;
use tidings::newsroom::media::MediaFiles;
use tidings::newsroom::place::{Place, Scope};
use tidings::newsroom::site::{Site, Tree};

const ITEM: &str = "title = \"T\"\ndate = 2026-03-01\nimages = [{ src = \"photo.jpg\", alt = \"a\" }]\n\
    corrections = [{ at = 2026-11-24T13:00:00Z, note = \"n\" }]\nbody = \"See [this](photo.jpg).\"\n";

/// Settings that only RSS carries, as no settings file can have them: no parser takes them.
fn made_with_broken_contact(publication: &Publication) -> Made {
    let mut site = Site::clone(publication.newsroom.site());
    site.contact = Some(Person {
        name: "\u{1}".to_owned(),
        email: Some("press@example.org".to_owned()),
        url: None,
    });
    let sections = Arc::clone(publication.newsroom.sections());
    let newsroom = publication.newsroom.under(Arc::new(site), sections);
    let context = Context {
        newsroom: &newsroom,
        ..publication.context()
    };
    publish::feeds(context, &all(), &rows(publication), Before::default())
}

#[test]
fn a_format_that_cannot_be_written_takes_no_other_and_no_item_with_it() {
    let publication = Publication::of(SITE, &[("news/a.toml", ITEM)], NOW);
    let made = made_with_broken_contact(&publication);
    let paths: Vec<&str> = made.resources.iter().map(|(path, _)| &**path).collect();
    assert_eq!(paths, ["/atom.xml", "/feed.json"]);
    assert!(texts(&made).iter().all(|text| text.contains("See ")));
    let [(path, why)] = &*made.unwritable else {
        panic!("{:?}", made.unwritable)
    };
    assert_eq!(path, "/rss.xml");
    assert!(why.contains("U+0001"), "{why}");
    assert!(made.problems.is_empty());
}

fn all() -> Place {
    Place {
        tree: Tree::DEFAULT,
        scope: Scope::All,
    }
}

fn rows(publication: &Publication) -> Vec<Row> {
    publication.items.values().cloned().map(Row::Item).collect()
}

fn made(publication: &Publication, media: &MediaFiles, now: i64, kept: &Kept) -> Made {
    let context = Context {
        newsroom: &publication.newsroom,
        media,
        now,
    };
    let before = Before {
        rendered: Some(kept),
        ..Before::default()
    };
    publish::feeds(context, &all(), &rows(publication), before)
}

fn texts(made: &Made) -> Vec<String> {
    let resources = made.resources.iter();
    let texts = resources.filter_map(|(_, resource)| match resource.content() {
        Content::Text(texts) => texts.get(Coding::Identity),
        Content::File { .. } => None,
    });
    texts
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect()
}

fn kept(made: &Made) -> Kept {
    let rendered = made.rendered.iter();
    rendered
        .map(|one| (one.id().clone(), Arc::clone(one)))
        .collect()
}

#[test]
fn what_decides_nothing_makes_nothing_again() {
    let publication = Publication::of(SITE, &[("news/a.toml", ITEM)], NOW);
    let first = made(&publication, &publication.media, NOW, &Kept::new());
    let again = made(&publication, &publication.media, NOW + 60, &kept(&first));
    assert!(Arc::ptr_eq(&first.rendered[0], &again.rendered[0]));
    assert_eq!(texts(&first), texts(&again));
}

#[test]
fn a_correction_whose_time_comes_and_another_file_make_the_item_anew() {
    let publication = Publication::of(SITE, &[("news/a.toml", ITEM)], NOW);
    let mut wider = publication.media.clone();
    wider.get_mut("photo.jpg").unwrap().size = Some((800, 600));
    let first = made(&publication, &publication.media, NOW, &Kept::new());
    for (media, now) in [
        (&publication.media, NOW + 7200),
        (&wider, NOW),
        (&MediaFiles::new(), NOW),
    ] {
        let anew = made(&publication, media, now, &Kept::new());
        let again = made(&publication, media, now, &kept(&first));
        assert_eq!(texts(&again), texts(&anew));
        assert_ne!(texts(&again), texts(&first));
    }
}

#[test]
fn other_settings_make_the_item_anew() {
    let files = [("news/a.toml", ITEM)];
    let publication = Publication::of(SITE, &files, NOW);
    let elsewhere = SITE.replace("press.example.org", "news.example.org");
    let mut other = Publication::of(&elsewhere, &files, NOW);
    other.items.clone_from(&publication.items);
    let first = made(&publication, &publication.media, NOW, &Kept::new());
    let anew = made(&other, &publication.media, NOW, &Kept::new());
    let again = made(&other, &publication.media, NOW, &kept(&first));
    assert_eq!(texts(&again), texts(&anew));
    assert_ne!(texts(&again), texts(&first));
}
