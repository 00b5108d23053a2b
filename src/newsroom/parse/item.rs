//! Item files.

use crate::newsroom::identity::Id;
use crate::newsroom::item::{
    Body, BodyFormat, Correction, Genre, Item, Moment, Source, Spot, Status,
};
use crate::newsroom::parse::date::{self, Written};
use crate::newsroom::parse::document::{self, Node, Value};
use crate::newsroom::parse::name::Name;
use crate::newsroom::parse::reader::{Reader, Report, cleaned, line, nearest, slug};
use crate::newsroom::parse::{File, Parsed, media, person};
use crate::newsroom::site::{RESERVED_SLUGS, Section, Site};
use crate::text::language::Language;
use crate::text::slug::Slug;
use chrono_tz::Tz;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The longest headline, in characters.
const TITLE_CHARS_MAX: usize = 500;

/// The longest summary that lists and partners show whole, in characters.
const SUMMARY_CHARS_MAX: usize = 500;

/// The longest short title, in characters.
const SHORT_TITLE_CHARS_MAX: usize = 150;

/// The longest id that an item brought from elsewhere, in bytes.
const ID_URI_BYTES_MAX: usize = 2_000;

/// Other programs' names of our keys.
const FOREIGN: [(&str, &str); 35] = [
    ("headline", "title"),
    ("published", "date"),
    ("publishDate", "date"),
    ("pubDate", "date"),
    ("pubdate", "date"),
    ("content", "body"),
    ("guid", "id"),
    ("uid", "id"),
    ("language", "lang"),
    ("translationKey", "translation_key"),
    ("subheadline", "subtitle"),
    ("deck", "subtitle"),
    ("description", "summary"),
    ("excerpt", "summary"),
    ("lead", "summary"),
    ("linkTitle", "short_title"),
    ("keywords", "tags"),
    ("categories", "tags"),
    ("author", "authors"),
    ("lastmod", "updated"),
    ("modified", "updated"),
    ("updatedDate", "updated"),
    ("embargo", "embargo_until"),
    ("expiryDate", "expires"),
    ("unpublishdate", "expires"),
    ("image", "images"),
    ("thumbnail", "images"),
    ("heroImage", "images"),
    ("cover", "images"),
    ("enclosure", "attachments"),
    ("urgency", "priority"),
    ("is_sticky", "pinned"),
    ("category", "tags"),
    ("text", "body"),
    ("licence", "license"),
];

/// What the sections of a publication are looked up in.
pub type Sections = BTreeMap<Slug, Arc<Section>>;

/// What the reading of a file's fields needs beside them.
struct Around<'a> {
    name: Name<'a>,
    site: &'a Site,
    sections: &'a Sections,
    after_fence: Option<&'a str>,
}

/// Reads an item file. Every problem is reported; one error keeps the item back.
pub fn read(file: &File<'_>, site: &Site, sections: &Sections) -> Parsed {
    let (text, illegal) = cleaned(file.path, file.text);
    let report = Report::new(file.path, &text);
    illegal.into_iter().for_each(|problem| report.take(problem));
    let item = document::read(&report, file.form).and_then(|(node, after_fence)| {
        let around = Around {
            name: Name::of(file.path, site),
            site,
            sections,
            after_fence,
        };
        let reader = Reader::of(&report, &node)?;
        let item = of_table(&reader, &around);
        finish(&reader);
        item
    });
    Parsed {
        item: item.filter(|_| !report.has_errors()),
        problems: report.into_problems(),
    }
}

fn of_table(reader: &Reader<'_, '_>, around: &Around<'_>) -> Option<Item> {
    let zone = around.site.timezone;
    let id = id(reader, around);
    let title = title(reader);
    let body = body(reader, around);
    let sections = sections(reader, around);
    let date = date(reader, around, id.as_ref());
    let (slug, language) = (item_slug(reader, around), language(reader, around));
    let corrections = corrections(reader, zone);
    let status = status(reader);
    let source = reader
        .table("source")
        .and_then(|table| source(&table, zone));
    require_source(reader, around, sections.as_deref(), source.is_some());
    // What must be there comes last: by then every other key has been looked at, too.
    Some(Item {
        id_is_explicit: reader.field("id").is_some(),
        id_uri: id_uri(reader),
        aliases: reader.list("aliases", alias),
        translation_key: reader
            .line("translation_key")
            .unwrap_or_else(|| around.name.stem.to_owned()),
        subtitle: reader.line("subtitle"),
        summary: summary(reader),
        short_title: limited(reader, "short_title", SHORT_TITLE_CHARS_MAX),
        tags: reader.lines("tags"),
        topics: topics(reader, around, sections.as_deref()),
        genre: genre(reader),
        authors: person::several(reader, "authors"),
        dateline: reader.line("dateline"),
        updated: date::instant(reader, "updated", zone),
        version: version(reader, corrections.len()),
        status_note: status_note(reader, status),
        status_at: date::instant(reader, "status_at", zone),
        replaced_by: reader
            .node("replaced_by")
            .and_then(|node| other_id(reader.report, "replaced_by", node)),
        embargo_until: date::instant_with_offset(reader, "embargo_until"),
        expires: date::instant(reader, "expires", zone),
        images: reader.list("images", media::image),
        attachments: attachments(reader),
        canonical_url: reader.url("canonical_url"),
        external_url: reader.url("external_url"),
        rights: reader.line("rights"),
        license: reader.url("license"),
        place: reader.table("place").and_then(|table| place(&table)),
        priority: reader
            .integer("priority", 1..=9)
            .and_then(|number| u8::try_from(number).ok())
            .unwrap_or(5),
        pinned: reader.boolean("pinned").unwrap_or(false),
        related: reader.list("related", other_id),
        digital_source_type: reader.line("digital_source_type"),
        feeds_exclude: feeds_exclude(reader),
        status,
        source,
        corrections,
        id: id?,
        title: title?,
        body: body?,
        sections: sections?,
        date: date?,
        slug: slug?,
        language: language?,
    })
}

/// The table `extra` is the author's own; everything else unknown is an error.
fn finish(reader: &Reader<'_, '_>) {
    if let Some(node) = reader.node("extra") {
        Reader::of(reader.report, node);
    }
    reader.finish(&FOREIGN);
}

fn id(reader: &Reader<'_, '_>, around: &Around<'_>) -> Option<Id> {
    if let Some(node) = reader.node("id") {
        return other_id(reader.report, "id", node).filter(|id| {
            id.as_str() != "feed" || {
                reader
                    .error_at("id", "`feed` is the name of the feeds and no item id")
                    .hint("write another one");
                false
            }
        });
    }
    let derived = around.name.id().filter(|id| id.as_str() != "feed");
    if derived.is_none() {
        let message = format!(
            "no id can be made of the file name `{}`",
            around.name.whole_stem
        );
        reader
            .report
            .error_of_file(message)
            .hint("give the item an `id`");
    }
    derived
}

/// An id, of this item or of another.
fn other_id(report: &Report<'_>, key: &'static str, node: &Node<'_>) -> Option<Id> {
    let text = line(report, key, node)?;
    let id = Id::new(&text);
    if id.is_none() {
        let message = format!(
            "`{text}` is no id: lower-case letters, digits, `.`, `_` and `-`, at most 120, a letter or digit first"
        );
        report.error(node.span.clone(), message);
    }
    id
}

fn id_uri(reader: &Reader<'_, '_>) -> Option<String> {
    let uri = reader.line("id_uri")?;
    if uri.len() > ID_URI_BYTES_MAX {
        reader.error_at(
            "id_uri",
            format!("`id_uri` is longer than {ID_URI_BYTES_MAX} bytes"),
        );
        return None;
    }
    Some(uri)
}

fn title(reader: &Reader<'_, '_>) -> Option<String> {
    reader.required_line("title", "write the headline");
    limited(reader, "title", TITLE_CHARS_MAX)
}

/// A line of at most so many characters.
fn limited(reader: &Reader<'_, '_>, key: &'static str, chars_max: usize) -> Option<String> {
    let text = reader.line(key)?;
    let length = text.chars().count();
    if length > chars_max {
        reader.error_at(
            key,
            format!("`{key}` has {length} characters; at most {chars_max} are allowed"),
        );
        return None;
    }
    Some(text)
}

fn summary(reader: &Reader<'_, '_>) -> Option<String> {
    let summary = reader.line("summary")?;
    let length = summary.chars().count();
    if length > SUMMARY_CHARS_MAX {
        let message =
            format!("`summary` has {length} characters; readers show {SUMMARY_CHARS_MAX} at most");
        reader
            .report
            .warning(reader.place("summary"), message)
            .hint("shorten it");
    }
    Some(summary)
}

fn body(reader: &Reader<'_, '_>, around: &Around<'_>) -> Option<Body> {
    let formats = [
        ("markdown", BodyFormat::Markdown),
        ("html", BodyFormat::Html),
        ("text", BodyFormat::Text),
    ];
    let format = reader
        .choice("body_format", &formats)
        .unwrap_or(BodyFormat::Markdown);
    let key = reader.field("body");
    let text = match (key, around.after_fence) {
        (Some(_), Some(after)) if !after.trim().is_empty() => {
            let reported = reader.report.error(
                reader.place("body"),
                "the body is here and after the front matter, too",
            );
            reported.hint("keep one of the two");
            return None;
        }
        (None, Some(after)) => after.to_owned(),
        _ => reader
            .text("body")
            .or_else(|| key.is_none().then(String::new))?,
    };
    if text.trim().is_empty() {
        let message = if key.is_some() {
            "`body` is empty"
        } else {
            "`body` is missing"
        };
        let place = key.map_or(reader.span.start..reader.span.start, |field| {
            field.node.span.clone()
        });
        let reported = reader.report.error(place, message);
        reported.hint("write the text; in TOML between three quotation marks, `body = \"\"\"…\"\"\"`, above any line in brackets");
        return None;
    }
    Some(Body { format, text })
}

fn sections(reader: &Reader<'_, '_>, around: &Around<'_>) -> Option<Vec<Slug>> {
    let one = reader.field("section");
    let several = reader.field("sections");
    if one.is_some() && several.is_some() {
        reader
            .error_at("sections", "`section` and `sections` are both here")
            .hint("keep `sections`, the first being the item's own");
        return None;
    }
    if let Some(field) = one {
        return known_section(reader.report, around, "section", &field.node)
            .map(|section| vec![section]);
    }
    if several.is_some() {
        let mut sections: Vec<Slug> = Vec::new();
        for section in reader.list("sections", |report, key, node| {
            known_section(report, around, key, node)
        }) {
            if !sections.contains(&section) {
                sections.push(section);
            }
        }
        if sections.is_empty() {
            reader
                .error_at("sections", "`sections` names no section")
                .hint("name at least one");
        }
        return Some(sections).filter(|sections| !sections.is_empty());
    }
    let Some(folder) = around.name.folder else {
        reader
            .report
            .error_of_file("the item lies in no section's folder")
            .hint("move it into one, or name its `section`");
        return None;
    };
    let section = Slug::new(folder).and_then(|slug| around.sections.get(&slug));
    if section.is_none() {
        reader.report.error_of_file(format!(
            "the folder `{folder}` is no section that can be used"
        ));
    }
    section.map(|section| vec![section.name.clone()])
}

fn known_section(
    report: &Report<'_>,
    around: &Around<'_>,
    key: &'static str,
    node: &Node<'_>,
) -> Option<Slug> {
    let name = slug(report, key, node)?;
    let section = around.sections.get(&name);
    if section.is_none() {
        let reported = report.error(node.span.clone(), format!("there is no section `{name}`"));
        match nearest(name.as_str(), around.sections.keys().map(Slug::as_str)) {
            Some(near) => reported.hint(format!("did you mean `{near}`?")),
            None => reported.hint("make a folder of that name in the data directory"),
        }
    }
    section.map(|section| section.name.clone())
}

fn item_slug(reader: &Reader<'_, '_>, around: &Around<'_>) -> Option<Slug> {
    let is_explicit = reader.field("slug").is_some();
    let slug = if is_explicit {
        reader.slug("slug")
    } else {
        around.name.slug()
    };
    if slug.is_none() && !is_explicit {
        let message = format!(
            "no slug can be made of the file name `{}`",
            around.name.stem
        );
        reader
            .report
            .error_of_file(message)
            .hint("give the item a `slug`");
    }
    let slug = slug?;
    if RESERVED_SLUGS.contains(&slug.as_str()) {
        let message = format!("the slug `{slug}` is taken by the publication's own paths");
        let reported = if is_explicit {
            reader.error_at("slug", message)
        } else {
            reader.report.error_of_file(message)
        };
        reported.hint("give the item another `slug`");
        return None;
    }
    Some(slug)
}

/// An old path: from the root, without query and dot segments.
fn alias(report: &Report<'_>, key: &'static str, node: &Node<'_>) -> Option<String> {
    let text = line(report, key, node)?;
    let segment = |segment: &str| !matches!(segment, "." | "..");
    let is_path = text.starts_with('/')
        && text.len() > 1
        && !text.contains("//")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"?#\\\"<>%".contains(&byte))
        && text.split('/').all(segment);
    if !is_path {
        let message = format!("`{text}` is no path of this publication");
        report
            .error(node.span.clone(), message)
            .hint("write it from the root, as in `/news/old-name/`");
    }
    is_path.then_some(text)
}

fn language(reader: &Reader<'_, '_>, around: &Around<'_>) -> Option<Language> {
    let suffix = around.name.language.clone();
    let Some(tag) = reader.line("lang") else {
        return Some(suffix.unwrap_or_else(|| around.site.default_language.clone()));
    };
    let Some(language) = Language::new(&tag) else {
        reader
            .error_at("lang", format!("`{tag}` is no language tag"))
            .hint("write it as in `en` or `sr-Latn`");
        return None;
    };
    if let Some(suffix) = suffix.filter(|suffix| *suffix != language) {
        let message = format!("`lang` is `{language}`, and the file name says `{suffix}`");
        reader.error_at("lang", message).hint("mend one of the two");
        return None;
    }
    Some(language)
}

fn date(reader: &Reader<'_, '_>, around: &Around<'_>, id: Option<&Id>) -> Option<Moment> {
    let zone = around.site.timezone;
    let of_day = |day| date::moment_of_day(day, zone, id.map(Id::as_str).unwrap_or_default());
    let Some(node) = reader.node("date") else {
        let day = around.name.date();
        if day.is_none() {
            let reported = reader
                .report
                .error(reader.span.start..reader.span.start, "`date` is missing");
            reported.hint("write the day or time of publication, as in `date = 2024-09-02` or `date = 2024-09-02T18:30:00+02:00`");
        }
        return day.map(of_day);
    };
    match date::of_node(reader.report, "date", node)? {
        Written::Day(day) => Some(of_day(day)),
        Written::Offset(instant) => Some(Moment::Instant(instant)),
        Written::Local(local) => {
            date::resolved(reader.report, node, local, zone).map(Moment::Instant)
        }
    }
}

fn genre(reader: &Reader<'_, '_>) -> Genre {
    let genres = [
        ("news", Genre::News),
        ("statement", Genre::Statement),
        ("speech", Genre::Speech),
        ("advisory", Genre::Advisory),
        ("background", Genre::Background),
    ];
    reader.choice("genre", &genres).unwrap_or(Genre::News)
}

/// `draft = true` is another way to say it.
fn status(reader: &Reader<'_, '_>) -> Status {
    let states = [
        ("draft", Status::Draft),
        ("usable", Status::Usable),
        ("withheld", Status::Withheld),
        ("canceled", Status::Canceled),
    ];
    let status = reader.choice("status", &states);
    let draft = reader
        .boolean("draft")
        .filter(|is_draft| *is_draft)
        .map(|_| Status::Draft);
    if draft.is_some() && status.is_some() && status != draft {
        reader
            .error_at("draft", "`draft` and `status` disagree")
            .hint("keep `status`");
    }
    draft.or(status).unwrap_or(Status::Usable)
}

fn status_note(reader: &Reader<'_, '_>, status: Status) -> Option<String> {
    let note = reader.line("status_note");
    if note.is_none() && matches!(status, Status::Withheld | Status::Canceled) {
        let reported = reader.report.warning(
            reader.place("status"),
            "nothing says why the item is withdrawn",
        );
        reported.hint("add a `status_note` that readers may see");
    }
    note
}

fn version(reader: &Reader<'_, '_>, corrections: usize) -> u32 {
    let derived = u32::try_from(corrections)
        .unwrap_or(u32::MAX)
        .saturating_add(1);
    let written = reader.integer("version", 1..=i64::from(u32::MAX));
    written
        .and_then(|version| u32::try_from(version).ok())
        .unwrap_or(derived)
}

fn corrections(reader: &Reader<'_, '_>, zone: Tz) -> Vec<Correction> {
    let mut corrections = reader.list("corrections", |report, _, node| {
        correction(&Reader::of(report, node)?, zone)
    });
    corrections.sort_by_key(|correction| correction.at);
    corrections
}

fn correction(reader: &Reader<'_, '_>, zone: Tz) -> Option<Correction> {
    if reader.field("at").is_none() {
        let place = reader.span.start..reader.span.start;
        reader
            .report
            .error(place, "`at` is missing")
            .hint("write when it was put right");
    }
    let at = date::instant(reader, "at", zone);
    let note = reader.required_line("note", "write in a public sentence what was put right");
    let minor = reader.boolean("minor").unwrap_or(false);
    reader.finish(&[("date", "at"), ("text", "note")]);
    Some(Correction {
        at: at?,
        note: note?,
        minor,
    })
}

fn attachments(reader: &Reader<'_, '_>) -> Vec<crate::newsroom::item::Attachment> {
    let attachments = reader.list("attachments", media::attachment);
    if attachments
        .iter()
        .filter(|attachment| attachment.is_main)
        .count()
        > 1
    {
        reader
            .error_at(
                "attachments",
                "more than one attachment has `role = \"main\"`",
            )
            .hint("RSS carries one; keep one");
    }
    attachments
}

/// Items that were taken from elsewhere must say where.
fn require_source(
    reader: &Reader<'_, '_>,
    around: &Around<'_>,
    sections: Option<&[Slug]>,
    has_source: bool,
) {
    let primary = sections.and_then(|sections| around.sections.get(sections.first()?));
    if !has_source
        && reader.field("source").is_none()
        && primary.is_some_and(|section| section.syndicated)
    {
        let reported = reader.report.error(
            reader.span.start..reader.span.start,
            "`source` is missing: this section's items come from others",
        );
        reported.hint("write `source = { name = \"…\", url = \"https://…\" }`");
    }
}

fn source(table: &Reader<'_, '_>, zone: Tz) -> Option<Source> {
    let name = table.required_line("name", "write who published it first");
    if table.field("url").is_none() {
        table
            .report
            .error(table.span.start..table.span.start, "`url` is missing")
            .hint("write where it stands there");
    }
    let source = Source {
        feed_url: table.url("feed_url"),
        id: table.line("id").filter(|id| {
            let is_uri = url::Url::parse(id).is_ok();
            if !is_uri {
                table.error_at("id", format!("`{id}` is no absolute URI"));
            }
            is_uri
        }),
        updated: date::instant(table, "updated", zone),
        url: table.url("url")?,
        name: name?,
    };
    table.finish(&[("title", "name"), ("feed", "feed_url"), ("link", "url")]);
    Some(source)
}

fn topics(reader: &Reader<'_, '_>, around: &Around<'_>, sections: Option<&[Slug]>) -> Vec<String> {
    let own = reader.lines("topics");
    if reader.field("topics").is_some() {
        return own;
    }
    let section = sections.and_then(|sections| around.sections.get(sections.first()?));
    section
        .map(|section| section.topics.clone())
        .unwrap_or_default()
}

fn place(table: &Reader<'_, '_>) -> Option<Spot> {
    let name = table.required_line("name", "write the place's name");
    let country = table.line("country").filter(|code| {
        let is_code = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !is_code {
            table
                .error_at(
                    "country",
                    format!("`{code}` is no country code of two letters"),
                )
                .hint("write it as in `AM`");
        }
        is_code
    });
    let (lat, lon) = (
        table.number("lat", -90.0..=90.0),
        table.number("lon", -180.0..=180.0),
    );
    if table.field("lat").is_some() != table.field("lon").is_some() {
        table
            .report
            .error(
                table.span.start..table.span.start,
                "`lat` and `lon` go together",
            )
            .hint("write both or none");
    }
    let spot = Spot {
        country: country.map(|code| code.to_ascii_uppercase()),
        point: lat.zip(lon),
        uri: table.url("uri"),
        name: name?,
    };
    table.finish(&[("latitude", "lat"), ("longitude", "lon"), ("url", "uri")]);
    Some(spot)
}

fn feeds_exclude(reader: &Reader<'_, '_>) -> Vec<Slug> {
    let Some(table) = reader.table("feeds") else {
        return Vec::new();
    };
    let exclude = table.list("exclude", |report, key, node| match &node.value {
        Value::Text(_) => slug(report, key, node),
        other => {
            report.error(
                node.span.clone(),
                format!("`{key}` must hold names, and has {}", other.kind()),
            );
            None
        }
    });
    table.finish(&[]);
    exclude
}
