//! The `[feeds]` table, of the site or of a section.

use crate::newsroom::parse::reader::{Reader, SITE_KEYS, line, url};
use crate::newsroom::parse::report::Report;
use crate::newsroom::parse::tree::{Node, Value};
use crate::newsroom::site::{ContentDepth, FeedSettings, Format, OnCancel, OnMissing};

/// Hubs cut longer addresses (docs/http.md, “Lists for programs”).
const HUB_BYTES_MAX: usize = 200;

/// Reads the table over defaults: those of the program for the site, the site's for a section.
pub fn of_table(reader: &Reader<'_, '_>, defaults: &FeedSettings) -> FeedSettings {
    let number = |key, range| {
        reader
            .integer(key, range)
            .and_then(|number| u32::try_from(number).ok())
    };
    let settings = FeedSettings {
        formats: formats(reader).unwrap_or_else(|| defaults.formats.clone()),
        items: number("items", 1..=100).map_or(defaults.items, |items| items as usize),
        content: reader
            .choice(
                "content",
                &[
                    ("full", ContentDepth::Full),
                    ("summary", ContentDepth::Summary),
                ],
            )
            .unwrap_or(defaults.content),
        max_age_seconds: number("max_age_seconds", 600..=86_400)
            .unwrap_or(defaults.max_age_seconds),
        on_cancel: reader
            .choice(
                "on_cancel",
                &[("notice", OnCancel::Notice), ("remove", OnCancel::Remove)],
            )
            .unwrap_or(defaults.on_cancel),
        notice_days: number("notice_days", 1..=365).unwrap_or(defaults.notice_days),
        on_missing: reader
            .choice(
                "on_missing",
                &[
                    ("keep-and-warn", OnMissing::KeepAndWarn),
                    ("cancel", OnMissing::Cancel),
                ],
            )
            .unwrap_or(defaults.on_missing),
        hubs: if reader.field("hubs").is_some() {
            reader.list("hubs", hub)
        } else {
            defaults.hubs.clone()
        },
        browser_view: reader
            .boolean("browser_view")
            .unwrap_or(defaults.browser_view),
    };
    reader.finish_slid(&SITE_KEYS);
    reader.finish(&[
        ("ttl", "max_age_seconds"),
        ("max_age", "max_age_seconds"),
        ("limit", "items"),
        ("hub", "hubs"),
    ]);
    settings
}

fn formats(reader: &Reader<'_, '_>) -> Option<Vec<Format>> {
    let field = reader.field("formats")?;
    let named = reader.list("formats", format);
    if matches!(&field.node.value, Value::List(list) if list.is_empty()) {
        reader
            .error_at("formats", "`formats` is empty")
            .hint("name at least one of `rss`, `atom` and `json`");
    }
    let formats: Vec<Format> = Format::ALL
        .into_iter()
        .filter(|format| named.contains(format))
        .collect();
    Some(formats).filter(|formats| !formats.is_empty())
}

fn format(report: &Report<'_>, key: &'static str, node: &Node<'_>) -> Option<Format> {
    let word = line(report, key, node)?;
    let found = Format::ALL.into_iter().find(|format| format.word() == word);
    if found.is_none() {
        report
            .error(node.span.clone(), format!("`{word}` is no feed format"))
            .hint("write `rss`, `atom` or `json`");
    }
    found
}

fn hub(report: &Report<'_>, key: &'static str, node: &Node<'_>) -> Option<url::Url> {
    let hub = url(report, key, node)?;
    if hub.as_str().len() >= HUB_BYTES_MAX {
        report.error(
            node.span.clone(),
            format!("a hub's address must be shorter than {HUB_BYTES_MAX} bytes"),
        );
        return None;
    }
    Some(hub)
}
