//! What authors are told of ids, addresses and dates that cannot be as they are written.

use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::{Clash, Newsroom};
use icu_normalizer::ComposingNormalizerBorrowed;

fn of_file(severity: Severity, entry: &Entry, message: String) -> Problem {
    Problem::of_file(severity, entry.file.to_string(), message)
}

/// A file without an id has another name than when its item was published.
pub(super) fn named_otherwise(entry: &Entry, id: &Id) -> Problem {
    let message =
        format!("this item was published as `{id}` from a file of another name, and keeps that id");
    of_file(Severity::Warning, entry, message).hint(format!(
        "write `id = \"{id}\"` into it, as `tidings check --fix` does"
    ))
}

/// An author has changed the id of a published item.
pub(super) fn changed_id(entry: &Entry, id: &Id) -> Problem {
    let message = format!(
        "the id of this item was `{id}` when it was published, and is now `{}`; feeds keep `{id}`",
        entry.id
    );
    of_file(Severity::Error, entry, message)
        .about("id")
        .hint(format!("put `id = \"{id}\"` back: an id never changes"))
}

/// A new item has the id of another that was published from `file`.
pub(super) fn used_again(entry: &Entry, file: &str) -> Problem {
    let message = format!(
        "the id `{}` was that of another item, published from `{file}`",
        entry.id
    );
    of_file(Severity::Error, entry, message)
        .about("id")
        .hint("give this item an `id` of its own; an id is never used twice")
}

/// A file says something else of an item that was withdrawn.
pub(super) fn withdrawn(entry: &Entry) -> Problem {
    let message = format!(
        "the item `{}` was withdrawn for good and stays so",
        entry.id
    );
    of_file(Severity::Error, entry, message)
        .about("status")
        .hint("delete the file, or give the item an `id` and a `slug` of its own: it is then a new one")
}

/// The date of an item is not what it was at its publication.
pub(super) fn moved_date(entry: &Entry) -> Problem {
    let wire = chrono::DateTime::from_timestamp(entry.wire, 0).unwrap_or_default();
    let message = format!(
        "the date was moved after the item was published; feeds keep {}",
        wire.format("%Y-%m-%dT%H:%M:%SZ")
    );
    of_file(Severity::Warning, entry, message)
        .about("date")
        .hint("put it back; a significant change is told by `updated` or `corrections`")
}

/// The date of a published item now lies ahead.
pub(super) fn moved_ahead(entry: &Entry) -> Problem {
    let message = format!(
        "`date` now lies ahead ({}), but this item has been published since {}: it stays published, with that time in \
         the feeds",
        spelt(entry.life.release()),
        spelt(entry.wire)
    );
    of_file(Severity::Warning, entry, message)
        .about("date")
        .hint("is it a slip? put the date right; to take the item back until then write `status = \"withheld\"`")
}

/// The new text of a published item is under an embargo. What readers have stays where there is a copy of it.
pub(super) fn embargoed_anew(entry: &Entry, has_copy: bool) -> Problem {
    let until = spelt(entry.life.embargo.unwrap_or_default());
    let message = if has_copy {
        format!(
            "`embargo_until` now lies ahead ({until}), but this item is published: what readers have stays until then, and \
             nothing of the new text is shown"
        )
    } else {
        format!(
            "this item was published before, and nobody sees it until its embargo ends ({until}): there is no copy of what \
             readers had"
        )
    };
    of_file(Severity::Warning, entry, message)
        .about("embargo_until")
        .hint("is it a slip? take the line out; to take the item back until then write `status = \"withheld\"`")
}

fn spelt(at: i64) -> String {
    let at = chrono::DateTime::from_timestamp(at, 0).unwrap_or_default();
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// What an item claims belongs to another.
pub(super) fn clash(newsroom: &Newsroom, entry: &Entry, clash: &Clash) -> Problem {
    let file = &clash.other().file;
    let is_version = entry.text == clash.other().text && entry.tree != clash.other().tree;
    let (key, message, hint) = match clash {
        Clash::Id(_) => (
            "id",
            format!("the id `{}` belongs to `{file}`", entry.id),
            if is_version {
                "take the `id` out, or give this version one of its own: the names of the files tell that they belong together"
            } else {
                "give this item an `id` of its own; an id is never used twice"
            },
        ),
        Clash::Uri(_) => (
            "id_uri",
            format!("the `id_uri` of this item is that of `{file}`"),
            "give one of the two its own; readers would take them for one item",
        ),
        Clash::Address(_) => (
            "slug",
            format!("the page `{}` belongs to `{file}`", newsroom.path(entry)),
            "give this item a `slug` of its own",
        ),
    };
    let hint = if is_spelt_alike(file, &entry.file) {
        "the names of the two files look the same and are spelt with other characters (`é` as one, or as `e` and a mark): \
         rename or delete one of them"
    } else {
        hint
    };
    of_file(Severity::Error, entry, message)
        .about(key)
        .hint(hint)
}

/// Whether two names look the same and are not: one writes a letter with its mark as one character, the other as two.
fn is_spelt_alike(one: &str, other: &str) -> bool {
    let normalizer = ComposingNormalizerBorrowed::new_nfc();
    one != other && normalizer.normalize(one) == normalizer.normalize(other)
}
