//! The life of an item as its file tells it: status, corrections and version.

use crate::newsroom::item::{Correction, Genre, Status};
use crate::newsroom::parse::dated;
use crate::newsroom::parse::reader::{Reader, line, told_of_signs};
use crate::newsroom::parse::withdrawal;
use chrono_tz::Tz;

/// What kind of text it is.
pub fn genre(reader: &Reader<'_, '_>) -> Genre {
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
pub fn status(reader: &Reader<'_, '_>) -> Status {
    let status = said_status(reader);
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

/// The status as `status` says it. A word that means one of ours is taken for that.
fn said_status(reader: &Reader<'_, '_>) -> Option<Status> {
    let node = reader.node("status")?;
    let word = line(reader.report, "status", node)?;
    let Some((status, is_ours)) = withdrawal::status(&word) else {
        let all = "write one of `draft`, `usable`, `withheld`, `canceled`";
        let hint = withdrawal::slip(&word)
            .and_then(withdrawal::status)
            .map_or_else(
                || all.to_owned(),
                |(status, _)| format!("write `status = \"{}\"`", withdrawal::word(status)),
            );
        let message = format!("`{word}` is no status; until it is one the item is held back");
        reader.report.error(node.span.clone(), message).hint(hint);
        return None;
    };
    if !is_ours {
        let ours = withdrawal::word(status);
        let message = format!("`{word}` is taken for `{ours}`");
        let reported = reader.report.warning(node.span.clone(), message);
        reported.hint(format!("write `status = \"{ours}\"`"));
    }
    Some(status)
}

/// The public reason of a withdrawal; its lack is a warning, since readers see it.
pub fn status_note(reader: &Reader<'_, '_>, status: Status) -> Option<String> {
    let note = reader.line("status_note");
    if let Some(note) = &note {
        told_of_signs(reader, "status_note", note);
    }
    if note.is_none() && status == Status::Canceled {
        let reported = reader.report.warning(
            reader.place("status"),
            "nothing says why the item is withdrawn",
        );
        reported.hint("add a `status_note` that readers may see");
    }
    note
}

/// The version, where it is written.
pub fn version(reader: &Reader<'_, '_>) -> Option<u32> {
    let written = reader.integer("version", 1..=i64::from(u32::MAX))?;
    u32::try_from(written).ok()
}

/// What was put right, oldest first.
pub fn corrections(reader: &Reader<'_, '_>, zone: Tz) -> Vec<Correction> {
    let mut corrections = reader.list("corrections", |report, _, node| {
        correction(&Reader::of(report, node)?, zone)
    });
    corrections.sort_by_key(|correction| correction.at.instant());
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
    let at = dated::moment(reader, "at", zone);
    let note = reader.required_line("note", "write in a public sentence what was put right");
    if let Some(note) = &note {
        told_of_signs(reader, "note", note);
    }
    let minor = reader.boolean("minor").unwrap_or(false);
    reader.finish_slid(&["body", "tags", "summary", "authors", "images"]);
    reader.finish(&[("date", "at"), ("text", "note")]);
    Some(Correction {
        at: at?,
        note: note?,
        minor,
    })
}
