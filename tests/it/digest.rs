//! The three documents of a place read back, and held against each other: one line an item.

use crate::desk::{DAY, Office, second};
use chrono::DateTime;
use roxmltree::{Document, Node};
use serde_json::Value;
use std::collections::BTreeMap;

const ATOM: &str = "http://www.w3.org/2005/Atom";
const TOMBSTONES: &str = "http://purl.org/atompub/tombstones/1.0";
const DCTERMS: &str = "http://purl.org/dc/terms/";

/// An item as one document tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    id: String,
    title: String,
    published: i64,
    updated: i64,
    summary: String,
}

/// The feed of a folder, which its three documents must tell alike: `id [title] published, updated`, the newest first;
/// `† id …: note` for a notice. The last line is the feed's own date.
pub(crate) fn of_place(office: &Office, folder: &str) -> String {
    let read = |name: &str| {
        let path = format!("{folder}{name}");
        let (status, _, body) = office.get(&path);
        assert_eq!(status, 200, "{path}");
        body
    };
    let (rss, atom, json) = (read("rss.xml"), read("atom.xml"), read("feed.json"));
    let (rss_feed, rss_items) = of_rss(&rss);
    let (atom_feed, atom_items, tombstones) = of_atom(&atom);
    let (json_items, withdrawn) = of_json(&json);
    assert_eq!(rss_items, atom_items, "{rss}\n{atom}");
    assert_eq!(json_items, atom_items, "{json}\n{atom}");
    assert_eq!(rss_feed.unwrap_or(atom_feed), atom_feed);
    let dead: Vec<&String> = tombstones.keys().collect();
    let mut withdrawn: Vec<&String> = withdrawn.iter().collect();
    withdrawn.sort();
    assert_eq!(dead, withdrawn, "{atom}");
    let mut lines = String::new();
    for told in &atom_items {
        lines.push_str(&line(told, tombstones.get(&told.id)));
    }
    lines + "updated " + &spoken(atom_feed)
}

fn line(told: &Told, tombstone: Option<&(i64, String)>) -> String {
    let id = told
        .id
        .strip_prefix("tag:example.org,2022:")
        .unwrap_or(&told.id);
    let dates = if told.updated == told.published {
        spoken(told.published)
    } else {
        format!("{}, {}", spoken(told.published), spoken(told.updated))
    };
    let Some((when, comment)) = tombstone else {
        return format!("{id} [{}] {dates}\n", told.title);
    };
    assert_eq!(*when, told.updated, "the tombstone and its notice");
    assert_eq!(*comment, told.summary);
    let day = DateTime::from_timestamp(told.published, 0).unwrap();
    let day = day.format("%-d %B %Y").to_string();
    assert!(
        told.title.starts_with("Withdrawn (") && told.title.contains(&day),
        "{}",
        told.title
    );
    format!("† {id} {dates}: {comment}\n")
}

/// An instant in few words: the time alone on the day of the small stories.
fn spoken(at: i64) -> String {
    let text = DateTime::from_timestamp(at, 0).unwrap();
    let text = text.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let time = text.strip_prefix(DAY).map(|rest| rest[1..9].to_owned());
    time.unwrap_or_else(|| text.replace("T00:00:00Z", ""))
}

fn child<'a>(node: Node<'a, 'a>, namespace: Option<&str>, name: &str) -> Option<String> {
    let named = |node: &Node<'_, '_>| {
        node.tag_name().name() == name && node.tag_name().namespace() == namespace
    };
    let found = node.children().find(named)?;
    Some(found.text().unwrap_or_default().to_owned())
}

fn of_rss(text: &str) -> (Option<i64>, Vec<Told>) {
    let document = Document::parse(text).unwrap();
    let channel = document.root_element().first_element_child().unwrap();
    let date = |text: String| DateTime::parse_from_rfc2822(&text).unwrap().timestamp();
    let items = channel.children().filter(|node| node.has_tag_name("item"));
    let items = items.map(|item| {
        let published = date(child(item, None, "pubDate").unwrap());
        let updated = child(item, Some(ATOM), "updated");
        assert_eq!(updated, child(item, Some(DCTERMS), "modified"));
        Told {
            id: child(item, None, "guid").unwrap(),
            title: child(item, None, "title").unwrap(),
            published,
            updated: updated.map_or(published, |text| second(&text)),
            summary: plain(&child(item, None, "description").unwrap()),
        }
    });
    let items = items.collect();
    (child(channel, None, "lastBuildDate").map(date), items)
}

/// The text of a description, which is HTML.
fn plain(html: &str) -> String {
    let html = html
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    html.replace("&amp;", "&")
}

type Tombstones = BTreeMap<String, (i64, String)>;

fn of_atom(text: &str) -> (i64, Vec<Told>, Tombstones) {
    let document = Document::parse(text).unwrap();
    let feed = document.root_element();
    let get = |node, name| child(node, Some(ATOM), name).unwrap();
    let date = |text: String| DateTime::parse_from_rfc3339(&text).unwrap().timestamp();
    let entries = feed
        .children()
        .filter(|node| node.has_tag_name((ATOM, "entry")));
    let entries = entries.map(|entry| Told {
        id: get(entry, "id"),
        title: get(entry, "title"),
        published: date(get(entry, "published")),
        updated: date(get(entry, "updated")),
        summary: get(entry, "summary"),
    });
    let deleted = feed
        .children()
        .filter(|node| node.has_tag_name((TOMBSTONES, "deleted-entry")));
    let deleted = deleted.map(|node| {
        let when = date(node.attribute("when").unwrap().to_owned());
        let comment = child(node, Some(TOMBSTONES), "comment").unwrap();
        (node.attribute("ref").unwrap().to_owned(), (when, comment))
    });
    let declared = text.contains(TOMBSTONES);
    let deleted: Tombstones = deleted.collect();
    assert_eq!(declared, !deleted.is_empty(), "{text}");
    (date(get(feed, "updated")), entries.collect(), deleted)
}

fn of_json(text: &str) -> (Vec<Told>, Vec<String>) {
    let document: Value = serde_json::from_str(text).unwrap();
    let get = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    let items = document["items"].as_array().unwrap();
    let told = items.iter().map(|item| Told {
        id: get(item, "id"),
        title: get(item, "title"),
        published: second(&get(item, "date_published")),
        updated: second(&get(item, "date_modified")),
        summary: get(item, "summary"),
    });
    let withdrawn = items
        .iter()
        .filter(|item| item["_tidings"]["status"] == "canceled");
    (
        told.collect(),
        withdrawn.map(|item| get(item, "id")).collect(),
    )
}
