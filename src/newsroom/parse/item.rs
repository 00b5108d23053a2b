//! Item files.

use crate::newsroom::Sections;
use crate::newsroom::item::{Body, BodyFormat, Item, Status};
use crate::newsroom::parse::around::Around;
use crate::newsroom::parse::form::fence;
use crate::newsroom::parse::name::Name;
use crate::newsroom::parse::reader::{Reader, told_of_signs};
use crate::newsroom::parse::report::{Report, cleaned};
use crate::newsroom::parse::respell::Spelling;
use crate::newsroom::parse::tree::{Node, Value};
use crate::newsroom::parse::{
    File, Parsed, body, foreign, identity, life, media, origin, person, withdrawal,
};
use crate::newsroom::parse::{dated, document};
use crate::newsroom::site::Site;
use crate::text::headline;
use crate::text::nesting;
use std::ops::Range;

/// The longest headline, in characters.
const TITLE_CHARS_MAX: usize = 500;

/// The longest summary that lists and partners show whole, in characters.
const SUMMARY_CHARS_MAX: usize = 500;

/// The longest short title, in characters.
const SHORT_TITLE_CHARS_MAX: usize = 150;

/// Reads an item file. Every problem is reported; one error keeps the item back.
pub fn read(file: &File<'_>, site: &Site, sections: &Sections) -> Parsed {
    let (text, illegal) = cleaned(file.path, file.text);
    let report = Report::new(file.path, &text);
    illegal.into_iter().for_each(|problem| report.take(problem));
    if text.trim().is_empty() {
        let reported = report.error_of_file("the file is empty");
        reported.hint("write the item, or delete the file");
        return Parsed {
            item: None,
            problems: report.into_problems(),
        };
    }
    let item = document::read(&report, file.form).and_then(|(node, after_fence)| {
        let around = Around {
            name: Name::of(file.path, site),
            site,
            sections,
            after_fence,
            known_id: file.id,
        };
        if let Some(body) = after_fence {
            withdrawn_after_text(&report, body);
        }
        let reader = Reader::of(&report, &node)?;
        let item = of_table(&reader, &around);
        finish(&reader);
        item
    });
    let item = item.filter(|_| !report.has_errors());
    identity::unlisted_language(&report, &Name::of(file.path, site));
    Parsed {
        item,
        problems: report.into_problems(),
    }
}

fn of_table(reader: &Reader<'_, '_>, around: &Around<'_>) -> Option<Item> {
    let zone = around.site.timezone;
    let id = identity::id(reader, around);
    let title = title(reader);
    let body = body(reader, around);
    let sections = identity::sections(reader, around);
    let date = identity::date(reader, around);
    let (slug, language) = (
        identity::item_slug(reader, around),
        identity::language(reader, around),
    );
    let corrections = life::corrections(reader, zone);
    let status = life::status(reader);
    told_of_text(reader, title.as_deref(), body.as_ref(), status);
    let source = reader
        .table("source")
        .and_then(|table| origin::source(&table, zone));
    origin::require_source(reader, around, sections.as_deref(), source.is_some());
    // What must be there comes last: by then every other key has been looked at, too.
    Some(Item {
        id_is_explicit: reader.field("id").is_some(),
        id_uri: identity::id_uri(reader, around, id.as_ref()),
        aliases: reader.list("aliases", identity::alias),
        translation_key_is_explicit: reader.field("translation_key").is_some(),
        translation_key: reader
            .line("translation_key")
            .unwrap_or_else(|| around.name.stem.to_owned()),
        subtitle: reader
            .line("subtitle")
            .map(|line| seen(reader, "subtitle", line)),
        summary: summary(reader),
        short_title: limited(reader, "short_title", SHORT_TITLE_CHARS_MAX),
        tags: reader.lines("tags"),
        topics: origin::topics(reader, around, sections.as_deref()),
        genre: life::genre(reader),
        authors: person::several(reader, "authors"),
        dateline: reader.line("dateline"),
        updated: dated::moment(reader, "updated", zone),
        version: life::version(reader),
        status_note: life::status_note(reader, status),
        status_at: dated::instant(reader, "status_at", zone),
        replaced_by: reader
            .node("replaced_by")
            .and_then(|node| identity::other_id(reader.report, "replaced_by", node)),
        embargo_until: dated::instant_with_offset(reader, "embargo_until", zone),
        expires: dated::end(reader, "expires", zone),
        images: reader.list("images", media::image),
        attachments: attachments(reader),
        canonical_url: reader.url("canonical_url"),
        external_url: reader.url("external_url"),
        rights: reader.line("rights"),
        license: reader.url("license"),
        place: reader
            .table("place")
            .and_then(|table| origin::place(&table)),
        priority: reader
            .integer("priority", 1..=9)
            .and_then(|number| u8::try_from(number).ok())
            .unwrap_or(5),
        pinned: reader.boolean("pinned").unwrap_or(false),
        related: reader.list("related", identity::other_id),
        digital_source_type: reader.line("digital_source_type"),
        feeds_exclude: origin::feeds_exclude(reader),
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
        withdrawn_in_extra(reader, node);
    }
    let foreign = foreign::names();
    reader.finish(&foreign.collect::<Vec<_>>());
}

/// A withdrawal that stands below `[extra]`, where nobody reads it.
fn withdrawn_in_extra(reader: &Reader<'_, '_>, node: &Node<'_>) {
    let Value::Table(fields) = &node.value else {
        return;
    };
    for field in fields {
        let value = match &field.node.value {
            Value::Text(text) => text.as_ref(),
            Value::Boolean(true) => "true",
            _ => continue,
        };
        if withdrawal::keeps_back(&field.key, value) {
            let message = format!("`{}` stands in the table `extra`", field.key);
            let reported = reader.report.error(field.key_span.clone(), message);
            reported.hint(
                "move the line above the first line in brackets; until then the item is held back",
            );
        }
    }
}

/// A withdrawal that stands after the text of a Markdown file.
fn withdrawn_after_text(report: &Report<'_>, body: &str) {
    if let Some(at) = withdrawal::after_text(body) {
        let start = body.as_ptr().addr() - report.source().as_ptr().addr();
        let message = "this line stands in the text";
        let reported = report.error(start + at.start..start + at.end, message);
        let fence_line = fence(report.source());
        reported.hint(format!(
            "move it between the two lines `{fence_line}`; until then the item is held back"
        ));
    }
}

fn title(reader: &Reader<'_, '_>) -> Option<String> {
    let title = reader.required_line("title", "write the headline")?;
    let title = within(reader, "title", title, TITLE_CHARS_MAX)?;
    told_of_signs(reader, "title", &title);
    Some(seen(reader, "title", title))
}

/// Tells of a text that says its headline again, and of one that speaks of an embargo which the item has not.
fn told_of_text(reader: &Reader<'_, '_>, title: Option<&str>, body: Option<&Body>, status: Status) {
    let (Some(title), Some(body)) = (title, body) else {
        return;
    };
    let first = body.text.trim_start().lines().next().unwrap_or_default();
    let is_heading = body.format == BodyFormat::Markdown && first.starts_with("# ");
    if is_heading && first.trim_matches(['#', ' ']) == title {
        let reported = reader.report.warning(
            reader.place("title"),
            "the text begins with the headline again: pages show it twice",
        );
        reported.hint("take the heading out of the text");
    }
    let has_embargo = reader.field("embargo_until").is_some();
    if status == Status::Usable
        && !has_embargo
        && let Some(words) = body::spoken_embargo(title, &body.text)
    {
        let words: String = words.chars().take(60).collect();
        let message = format!(
            "the text speaks of an embargo (“{words}”), and the item has none: it is published at its `date`"
        );
        let reported = reader.report.warning(reader.place("date"), message);
        reported.hint("write `embargo_until = 2026-11-28T10:00:00+01:00`, with the day and time that are meant");
    }
}

/// A line of which everything can be seen: a soft hyphen or a joint of no width shows in some readers, and is not found
/// by those who search for the word.
fn seen(reader: &Reader<'_, '_>, key: &'static str, line: String) -> String {
    let Some(first) = line.chars().find(|c| headline::is_unseen(*c)) else {
        return line;
    };
    let message = format!(
        "`{key}` has signs that nobody sees (U+{:04X}): they are taken out",
        u32::from(first)
    );
    let reported = reader.report.warning(reader.place(key), message);
    reported.hint("delete them: headlines are broken by whoever shows them");
    line.chars().filter(|c| !headline::is_unseen(*c)).collect()
}

/// A line of at most so many characters.
fn limited(reader: &Reader<'_, '_>, key: &'static str, chars_max: usize) -> Option<String> {
    let text = reader.line(key)?;
    within(reader, key, text, chars_max)
}

fn within(
    reader: &Reader<'_, '_>,
    key: &'static str,
    text: String,
    chars_max: usize,
) -> Option<String> {
    let length = text.chars().count();
    if length > chars_max {
        reader
            .error_at(
                key,
                format!("`{key}` has {length} characters; at most {chars_max} are allowed"),
            )
            .hint("shorten it; what is longer belongs into the text");
        return None;
    }
    Some(text)
}

fn summary(reader: &Reader<'_, '_>) -> Option<String> {
    let summary = reader.line("summary")?;
    told_of_signs(reader, "summary", &summary);
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
    let place = key.map_or(reader.span.start..reader.span.start, |field| {
        field.node.span.clone()
    });
    if text.trim().is_empty() {
        let message = if key.is_some() {
            "`body` is empty"
        } else {
            "`body` is missing"
        };
        let reported = reader.report.error(place, message);
        reported.hint(match (around.after_fence, reader.report.spelling()) {
            (Some(_), _) => "write the text below the second line that closes the keys",
            (None, Spelling::Json) => "write the text between quotation marks, with `\\n` for a new line",
            (None, _) => {
                "write the text between three quotation marks, `body = \"\"\"…\"\"\"`, above any line in brackets"
            }
        });
        return None;
    }
    let excess = match format {
        BodyFormat::Markdown => nesting::excess_of_markdown(&text),
        BodyFormat::Html => nesting::excess_of_html(&text),
        BodyFormat::Text => None,
    };
    if let Some(excess) = excess {
        let reported = reader.report.error(place, excess.message());
        reported.hint(excess.hint());
        return None;
    }
    let within = match (key, around.after_fence) {
        (None, Some(after)) => {
            let start = after.as_ptr().addr() - reader.report.source().as_ptr().addr();
            start..start + after.len()
        }
        _ => place,
    };
    let body = Body { format, text };
    told_of_glue(reader.report, within.clone());
    body::tell(reader.report, &body, within);
    Some(body)
}

/// Tells of a backslash at the end of a line, with which TOML joins it to the next: Markdown never sees it.
fn told_of_glue(report: &Report<'_>, within: Range<usize>) {
    let source = &report.source()[within.clone()];
    let is_read = report.spelling() == Spelling::Toml && source.starts_with("\"\"\"");
    if !is_read || memchr::memchr(b'\\', source.as_bytes()).is_none() {
        return;
    }
    let mut at = within.start;
    for line in source.split_inclusive('\n') {
        let words = line.trim_end_matches(['\r', '\n']);
        let backslashes = words.len() - words.trim_end_matches('\\').len();
        if backslashes % 2 == 1 && line.ends_with('\n') && words.len() > backslashes {
            let end = at + words.len();
            let reported = report.warning(
                end - 1..end,
                "this backslash joins the line to the next one",
            );
            reported.hint("write `<br>` where a new line begins, or take the backslash out");
            return;
        }
        at += line.len();
    }
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
