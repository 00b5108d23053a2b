//! Pictures and attached files.

use crate::newsroom::item::{Attachment, Image, MediaSource};
use crate::newsroom::media::registered;
use crate::newsroom::parse::reader::{Reader, line, told_of_signs};
use crate::newsroom::parse::report::Report;
use crate::newsroom::parse::tree::{Node, Value};
use url::Url;

/// The longest path below the media folder, in bytes.
const PATH_BYTES_MAX: usize = 500;

/// The most pixels that a picture may claim to have on a side.
const PIXELS_MAX: i64 = 1_000_000;

/// Keys that people write after a table of pictures, where TOML takes them for the picture's.
const ITEM_KEYS: [&str; 12] = [
    "body", "summary", "date", "tags", "title", "id", "slug", "status", "lang", "authors",
    "updated", "section",
];

/// A path below the media folder: relative, without dot segments, hidden parts or backslashes.
pub fn path(report: &Report<'_>, key: &str, node: &Node<'_>) -> Option<String> {
    let text = line(report, key, node).filter(|text| !text.is_empty())?;
    let is_hidden =
        |part: &str| part.is_empty() || part.starts_with(['.', '_']) || part.ends_with('~');
    if text.len() > PATH_BYTES_MAX || text.contains('\\') || text.split('/').any(is_hidden) {
        let message = format!("`{text}` is no path of a file below `media/`");
        let hint = "write it relative to `media/`, as in `2024/photo.jpg`; names that begin with `.` or `_` are not served";
        report.error(node.span.clone(), message).hint(hint);
        return None;
    }
    Some(text)
}

/// A file below the media folder, or an absolute address elsewhere.
fn source(reader: &Reader<'_, '_>) -> Option<MediaSource> {
    let Some(node) = reader.node("src") else {
        let place = reader.span.start..reader.span.start;
        reader
            .report
            .error(place, "`src` is missing")
            .hint("write the name of the file below `media/`");
        return None;
    };
    let Value::Text(text) = &node.value else {
        return path(reader.report, "src", node).map(MediaSource::File);
    };
    let Ok(url) = Url::parse(text.trim()) else {
        return path(reader.report, "src", node).map(MediaSource::File);
    };
    match url.scheme() {
        "https" => Some(MediaSource::Url(url)),
        "http" => {
            let reported = reader.report.warning(
                node.span.clone(),
                "browsers may refuse to load this over plain http",
            );
            reported.hint("use an `https://` address");
            Some(MediaSource::Url(url))
        }
        scheme => {
            let message = format!("`{scheme}:` is no address of a picture or file");
            reader
                .report
                .error(node.span.clone(), message)
                .hint("use a file below `media/` or an `https://` address");
            None
        }
    }
}

/// A media type: two names with a slash between.
fn media_type(reader: &Reader<'_, '_>) -> Option<String> {
    let text = reader.line("type")?;
    let token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    let is_type = text
        .split_once('/')
        .is_some_and(|(kind, name)| token(kind) && token(name));
    if !is_type {
        reader
            .error_at("type", format!("`{text}` is no media type"))
            .hint("write it as in `image/jpeg`, or leave it out");
    }
    is_type.then(|| registered(&text.to_ascii_lowercase()).to_owned())
}

fn positive(reader: &Reader<'_, '_>, key: &'static str, max: i64) -> Option<u64> {
    reader.integer(key, 1..=max).map(i64::cast_unsigned)
}

/// A picture.
pub fn image(report: &Report<'_>, _: &str, node: &Node<'_>) -> Option<Image> {
    let reader = Reader::of(report, node)?;
    let image = image_of_table(&reader);
    finish(
        &reader,
        &[
            ("url", "src"),
            ("file", "src"),
            ("description", "alt"),
            ("copyright", "credit"),
        ],
    );
    image
}

fn image_of_table(reader: &Reader<'_, '_>) -> Option<Image> {
    let src = source(reader);
    let alt = match reader.node("alt") {
        Some(node) => line(reader.report, "alt", node),
        None => {
            let reported = reader
                .report
                .error(reader.span.start..reader.span.start, "`alt` is missing");
            reported.hint("say what the picture shows, for those who cannot see it; `alt = \"\"` for mere decoration");
            None
        }
    };
    let pixels =
        |key| positive(reader, key, PIXELS_MAX).and_then(|pixels| u32::try_from(pixels).ok());
    let caption = reader.line("caption");
    if let Some(caption) = &caption {
        told_of_signs(reader, "caption", caption);
    }
    Some(Image {
        caption,
        credit: reader.line("credit"),
        media_type: media_type(reader),
        width: pixels("width"),
        height: pixels("height"),
        length: positive(reader, "length", i64::MAX),
        focal: focal(reader),
        src: src?,
        alt: alt?,
    })
}

/// Two fractions: from the left and from the top.
fn focal(reader: &Reader<'_, '_>) -> Option<(f64, f64)> {
    let node = reader.node("focal")?;
    let number = |node: &Node<'_>| match node.value {
        Value::Float(number) => Some(number),
        Value::Integer(0) => Some(0.0),
        Value::Integer(1) => Some(1.0),
        _ => None,
    };
    let point = match &node.value {
        Value::List(list) => list.iter().map(number).collect::<Option<Vec<f64>>>(),
        _ => None,
    };
    match point.as_deref() {
        Some([x, y]) if (0.0..=1.0).contains(x) && (0.0..=1.0).contains(y) => Some((*x, *y)),
        _ => {
            let reported = reader
                .report
                .error(node.span.clone(), "`focal` must be two numbers from 0 to 1");
            reported
                .hint("write the point to keep from the left and from the top, as in `[0.5, 0.3]`");
            None
        }
    }
}

/// An attached file.
pub fn attachment(report: &Report<'_>, _: &str, node: &Node<'_>) -> Option<Attachment> {
    let reader = Reader::of(report, node)?;
    let attachment = attachment_of_table(&reader);
    finish(
        &reader,
        &[
            ("url", "src"),
            ("file", "src"),
            ("mime_type", "type"),
            ("size", "length"),
        ],
    );
    attachment
}

fn attachment_of_table(reader: &Reader<'_, '_>) -> Option<Attachment> {
    let src = source(reader);
    Some(Attachment {
        title: reader.line("title"),
        media_type: media_type(reader),
        length: reader
            .integer("length", 0..=i64::MAX)
            .map(i64::cast_unsigned),
        duration_seconds: reader
            .integer("duration", 0..=1_000_000)
            .map(i64::cast_unsigned),
        is_main: reader
            .choice("role", &[("main", true), ("other", false)])
            .unwrap_or(false),
        src: src?,
    })
}

/// Unknown keys; one that belongs to the item slid into the table that stands before it.
fn finish(reader: &Reader<'_, '_>, foreign: &[(&str, &str)]) {
    let mut unknown = reader
        .all()
        .iter()
        .filter(|field| ITEM_KEYS.contains(&&*field.key) && field.key != "title");
    if let Some(field) = unknown.next() {
        let message = format!(
            "`{}` stands after a `[[…]]` line and so belongs to that table, not to the item",
            field.key
        );
        reader
            .report
            .error(field.key_span.clone(), message)
            .hint("move it above the first line in brackets");
        return;
    }
    reader.finish(foreign);
}
