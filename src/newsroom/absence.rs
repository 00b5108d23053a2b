//! What becomes of a published item whose file is gone or broken.
//!
//! An accident takes nothing off the wire: the last good version stays, where there is one, with a problem that says
//! so. A withdrawal wins over everything: what a broken file says of one counts.

use crate::newsroom::Newsroom;
use crate::newsroom::entry::{Entry, StandsOn};
use crate::newsroom::identity::Id;
use crate::newsroom::item::Status;
use crate::newsroom::label::Label;
use crate::newsroom::lifecycle::{Life, State};
use crate::newsroom::parse::salvage::Salvage;
use crate::newsroom::place::locate;
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::rare_fields::{RareFields, RareValues, Withdrawal};
use crate::newsroom::record::ItemRecord;
use crate::newsroom::site::{FeedSettings, OnMissing, Tree};
use crate::text::slug::Slug;
use std::sync::Arc;

/// Why an item has no entry.
pub enum Absence<'a> {
    /// Its file is there, and broken: what can be read of it all the same.
    Broken(&'a Salvage),
    /// There is no file. Whether that is certain: a folder that cannot be read, or a file that went a moment ago,
    /// sends no kill.
    Gone {
        /// Whether it is.
        is_certain: bool,
    },
    /// What its file says has to wait: somebody may still be writing to it, it went a moment ago, or it is under an
    /// embargo.
    PutOff,
    /// Its file is there, and its item is not taken in: the address is another's. What the file says of a withdrawal.
    Refused(&'a Salvage),
}

/// Whether the settings say that a published item is withdrawn once its file is gone.
pub fn is_canceled_when_missing(newsroom: &Newsroom, record: &ItemRecord) -> bool {
    record.state.is_some_and(State::has_page)
        && feeds_of(newsroom, record).on_missing == OnMissing::Cancel
}

fn feeds_of<'n>(newsroom: &'n Newsroom, record: &ItemRecord) -> &'n FeedSettings {
    let place = address(newsroom, &record.path);
    let section = place.and_then(|(_, section, _)| newsroom.sections().get(&section));
    section.map_or(&newsroom.site().feeds, |section| &section.feeds)
}

/// The last good version with what the broken one says of a withdrawal. An embargo is that of the new text: it does not
/// take back what is shown.
pub(super) fn withheld(mut entry: Entry, salvage: &Salvage, is_shown: bool) -> Entry {
    let said = if salvage.is_unclear {
        Some(Status::Withheld)
    } else {
        salvage.status
    };
    entry.life.status = said.unwrap_or(entry.life.status);
    let embargo = salvage.embargo.filter(|_| !is_shown);
    entry.life.embargo = embargo.or(entry.life.embargo);
    entry.life.expires = salvage.expires.or(entry.life.expires);
    entry
}

/// The entry of what is withdrawn and has no file that can say so.
pub(super) fn notice(newsroom: &Newsroom, record: &ItemRecord, said: Withdrawal) -> Option<Entry> {
    let mut entry = of_record(newsroom, record)?;
    let withdrawal = Withdrawal {
        at: said.at.or(record.said_at),
        note: said.note.or_else(|| record.note.clone()),
        replaced_by: said.replaced_by.or_else(|| record.replaced_by.clone()),
    };
    entry.rare = entry.rare.withdrawn(withdrawal);
    Some(entry)
}

/// The entry of a row alone, which is enough for a notice and has nothing of the item's own words. `None` where its
/// path is none of this publication.
fn of_record(newsroom: &Newsroom, record: &ItemRecord) -> Option<Entry> {
    let (tree, section, slug) = address(newsroom, &record.path)?;
    let root = newsroom.site().root(tree);
    let listed = record.groups.iter().filter_map(|folder| {
        let name = folder.strip_prefix(root.as_str())?.strip_suffix('/')?;
        Slug::new(name).filter(|name| *name != section)
    });
    let label = |folder: &String| {
        let (kind, page) = locate(newsroom.site(), folder)
            .iter()
            .filter(|(_, rest)| rest.is_empty())
            .find_map(|(place, _)| place.scope.label().map(|(kind, page)| (kind, page.clone())))?;
        Some(Arc::new(Label::of_page(kind, page)))
    };
    Some(Entry {
        labels: record.groups.iter().filter_map(label).collect(),
        id: record.id.clone(),
        has_own_id: true,
        file: record.file.as_str().into(),
        hash: record.hash,
        likeness: record.likeness,
        tree,
        text: record.text_key().unwrap_or_default().into(),
        has_own_text: false,
        slug,
        life: Life {
            status: Status::Canceled,
            date: record.wire,
            embargo: None,
            expires: None,
            is_previewed: false,
        },
        wire: record.wire,
        rare: RareFields::from(RareValues {
            id_uri: record.id_uri.as_deref().map(Arc::from),
            sections: listed.collect(),
            changes: Some(record.updated)
                .filter(|at| *at > record.wire)
                .into_iter()
                .collect(),
            ..RareValues::default()
        }),
        section,
        seen: None,
        basis: StandsOn::Ledger,
        is_advisory: record.is_advisory,
        pinned: false,
        media: record
            .media
            .iter()
            .map(|path| path.as_str().into())
            .collect(),
    })
}

/// Tree, section and slug of an item's path.
fn address(newsroom: &Newsroom, path: &str) -> Option<(Tree, Slug, Slug)> {
    let site = newsroom.site();
    site.trees().find_map(|tree| {
        let rest = path.strip_prefix(site.root(tree).as_str())?;
        let (section, slug) = rest.strip_suffix('/')?.split_once('/')?;
        Some((tree, Slug::new(section)?, Slug::new(slug)?))
    })
}

/// The section in whose folder of addresses a published item stands.
pub fn section_of(newsroom: &Newsroom, record: &ItemRecord) -> Option<Slug> {
    address(newsroom, &record.path).map(|(_, section, _)| section)
}

/// What the author should know; nothing where the item was not to be seen anyway.
pub(super) fn problem(
    record: &ItemRecord,
    absence: &Absence<'_>,
    is_kept: bool,
    is_canceled: bool,
) -> Option<Problem> {
    let of_file =
        |severity, message: String| Problem::of_file(severity, record.file.as_str(), message);
    let id: &Id = &record.id;
    match absence {
        Absence::Refused(said) => {
            let is_shown = is_kept && !is_canceled && !said.is_withdrawing();
            let message = "until then its last good version stays published where it was";
            is_shown.then(|| of_file(Severity::Warning, message.to_owned()))
        }
        Absence::Broken(salvage) => {
            let message = if is_canceled {
                "the file is broken, and says that the item is withdrawn: that is done"
            } else if !is_kept {
                "the file is broken, and its item is not published: of older items no copy is kept"
            } else if salvage.is_withdrawing() {
                "the file is broken, and what it says of status or embargo keeps the item back"
            } else {
                "the file is broken: its last good version stays published"
            };
            Some(of_file(Severity::Warning, message.to_owned()))
        }
        Absence::PutOff => None,
        Absence::Gone { .. } if is_canceled => None,
        Absence::Gone { .. } => {
            let what = if is_kept {
                "its last good version stays published"
            } else {
                "it is published no longer"
            };
            let message = format!("the file of the published item `{id}` is gone; {what}");
            let hint =
                format!("put it back; if it is meant to go, say so by `tidings remove {id}`");
            Some(of_file(Severity::Warning, message).hint(hint))
        }
    }
}
