//! What the ledger is told: stamps of what is visible, and of nothing else.

use crate::fixture::{NOW, Publication, SITE};
use std::sync::Arc;
use tidings::newsroom::entry::Entry;
use tidings::newsroom::lifecycle::State;
use tidings::newsroom::record::{Records, Stamps};

const ITEM: &str = "id = \"a\"\ntitle = \"T\"\ndate = 2026-03-01T00:00:00Z\nbody = \"b\"\n";

/// The item `a` of a publication with one file, and the publication.
fn one(text: &str, now: i64) -> (Publication, Arc<Entry>) {
    let publication = Publication::of(SITE, &[("news/a.toml", text)], now);
    let entry = publication.newsroom.entries().next().unwrap().clone();
    (publication, entry)
}

/// Looks at the item as its text is at `now`, with what was remembered, and remembers.
fn look(text: &str, records: &mut Records, now: i64) -> Stamps {
    let (publication, entry) = one(text, now);
    let mut stamps = Stamps::default();
    stamps.look(&publication.newsroom, records, &entry, now);
    stamps.settle(records);
    stamps
}

#[test]
fn a_new_item_stamps_itself_and_its_groups_and_the_same_one_stamps_nothing() {
    let mut records = Records::default();
    let stamps = look(ITEM, &mut records, NOW);
    assert_eq!(
        (stamps.items[0].changed_at, stamps.items[0].state),
        (NOW, Some(State::Visible))
    );
    assert_eq!(stamps.groups.keys().collect::<Vec<_>>(), ["/", "/news/"]);
    assert!(stamps.groups.values().all(|group| group.changed_at == NOW));
    assert!(look(ITEM, &mut records, NOW + 10).is_empty());
    let edited = look(&ITEM.replace("\"b\"", "\"c\""), &mut records, NOW + 10);
    assert_eq!(edited.items[0].changed_at, NOW + 10);
}

#[test]
fn r_005_no_row_is_stamped_twice_in_a_second() {
    let mut records = Records::default();
    look(ITEM, &mut records, NOW);
    let stamps = look(&ITEM.replace("\"b\"", "\"c\""), &mut records, NOW);
    assert_eq!(
        (stamps.items[0].changed_at, stamps.groups["/"].changed_at),
        (NOW + 1, NOW + 1)
    );
}

#[test]
fn what_was_never_seen_stamps_nothing() {
    for more in [
        "status = \"draft\"\n",
        "embargo_until = 2099-01-01T00:00:00Z\n",
        "status = \"canceled\"\nstatus_note = \"n\"\n",
    ] {
        assert!(
            look(&format!("{ITEM}{more}"), &mut Records::default(), NOW).is_empty(),
            "{more}"
        );
    }
}

#[test]
fn r_076_a_removal_moves_the_date_of_its_feeds_and_the_wire_time_stays() {
    let mut records = Records::default();
    look(ITEM, &mut records, NOW);
    let withheld = format!("{ITEM}status = \"withheld\"\nstatus_note = \"n\"\n");
    let stamps = look(&withheld, &mut records, NOW + 60);
    assert_eq!(stamps.groups["/news/"].latest, Some(NOW + 60));
    let back = look(
        &ITEM.replace("2026-03-01", "2026-02-01"),
        &mut records,
        NOW + 120,
    );
    assert_eq!(
        back.items[0].wire,
        "2026-03-01T00:00:00Z"
            .parse::<chrono::DateTime<chrono::Utc>>()
            .unwrap()
            .timestamp()
    );
}

#[test]
fn a_correction_that_was_dated_ahead_stamps_when_it_comes() {
    let text = format!("{ITEM}[[corrections]]\nat = 2026-11-24T12:01:00Z\nnote = \"n\"\n");
    let mut records = Records::default();
    look(&text, &mut records, NOW);
    assert!(look(&text, &mut records, NOW + 59).is_empty());
    assert_eq!(
        look(&text, &mut records, NOW + 60).items[0].changed_at,
        NOW + 60
    );
    assert!(look(&text, &mut records, NOW + 61).is_empty());
}

#[test]
fn a_file_that_is_gone_is_remembered_and_moves_its_feeds() {
    let mut records = Records::default();
    look(ITEM, &mut records, NOW);
    let empty = Publication::of(SITE, &[("news/section.toml", "")], NOW + 5);
    let mut stamps = Stamps::default();
    stamps.look_for_missing(&empty.newsroom, &records, NOW + 5);
    stamps.settle(&mut records);
    assert_eq!(
        (stamps.items[0].state, stamps.groups["/"].latest),
        (None, Some(NOW + 5))
    );
    let mut again = Stamps::default();
    again.look_for_missing(&empty.newsroom, &records, NOW + 10);
    assert!(again.is_empty());
}
