//! What the ledger is told: stamps of what is visible, and of nothing else.

use crate::fixture::{NOW, Publication, SITE};
use std::sync::Arc;
use tidings::newsroom::absent::Records;
use tidings::newsroom::entry::Entry;
use tidings::newsroom::ledger_changes::LedgerChanges;
use tidings::newsroom::lifecycle::State;
use tidings::newsroom::reconciler::Reconciler;
use tidings::newsroom::record::ItemRecord;
use tidings::newsroom::{Newsroom, absence::Absence};

const ITEM: &str = "id = \"a\"\ntitle = \"T\"\ndate = 2026-03-01T00:00:00Z\nbody = \"b\"\n";

/// What was remembered of one item, and how it stands.
struct Memory {
    records: Records,
    row: Option<ItemRecord>,
    stamps: LedgerChanges,
}

impl Memory {
    fn new() -> Self {
        Self {
            records: Records::default(),
            row: None,
            stamps: LedgerChanges::default(),
        }
    }

    /// Looks at the item as its text is at `now`, and remembers.
    fn look(&mut self, text: &str, now: i64) -> &mut Self {
        let publication = Publication::of(SITE, &[("news/a.toml", text)], now);
        let mut entry: Entry = (**publication.newsroom.entries().next().unwrap()).clone();
        entry.seen = None;
        let mut newsroom = empty(&publication, now);
        self.stamps = LedgerChanges::default();
        let row = self.row.take().into_iter();
        self.records.absent = row.collect();
        Reconciler::new(&mut newsroom, &mut self.records, &mut self.stamps)
            .take(vec![Arc::new(entry)]);
        let entry = newsroom.entries().next().unwrap();
        self.row = ItemRecord::of(&newsroom, entry);
        self
    }

    fn changed_at(&self) -> i64 {
        self.row.as_ref().unwrap().changed_at
    }
}

fn empty(publication: &Publication, now: i64) -> Newsroom {
    let (site, sections) = (publication.newsroom.site(), publication.newsroom.sections());
    Newsroom::new(Arc::clone(site), Arc::clone(sections), now)
}

#[test]
fn a_new_item_stamps_itself_and_its_groups_and_the_same_one_stamps_nothing() {
    let mut memory = Memory::new();
    memory.look(ITEM, NOW);
    assert_eq!(memory.row.as_ref().unwrap().state, Some(State::Visible));
    assert_eq!(memory.changed_at(), NOW);
    let groups: Vec<_> = memory.stamps.groups.iter().map(String::as_str).collect();
    assert_eq!(groups, ["/", "/news/", "everything"]);
    assert!(
        memory
            .records
            .groups
            .values()
            .all(|group| group.changed_at == NOW)
    );
    assert!(memory.look(ITEM, NOW + 10).stamps.is_empty());
    let edited = ITEM.replace("\"b\"", "\"c\"");
    assert_eq!(memory.look(&edited, NOW + 10).changed_at(), NOW + 10);
}

#[test]
fn no_row_is_stamped_twice_with_one_second() {
    let mut memory = Memory::new();
    memory.look(ITEM, NOW);
    memory.look(&ITEM.replace("\"b\"", "\"c\""), NOW);
    assert_eq!(
        (memory.changed_at(), memory.records.groups["/"].changed_at),
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
        let mut memory = Memory::new();
        memory.look(&format!("{ITEM}{more}"), NOW);
        assert!(memory.stamps.is_empty() && memory.row.is_none(), "{more}");
    }
}

#[test]
fn a_removal_moves_the_date_of_its_feeds_and_the_wire_time_stays() {
    let mut memory = Memory::new();
    memory.look(ITEM, NOW);
    let withheld = format!("{ITEM}status = \"withheld\"\nstatus_note = \"n\"\n");
    memory.look(&withheld, NOW + 60);
    assert_eq!(memory.records.groups["/news/"].latest, Some(NOW + 60));
    memory.look(&ITEM.replace("2026-03-01", "2026-02-01"), NOW + 120);
    let wire = "2026-03-01T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>();
    assert_eq!(memory.row.unwrap().wire, wire.unwrap().timestamp());
}

#[test]
fn a_correction_that_was_dated_ahead_stamps_when_it_comes() {
    let text = format!("{ITEM}[[corrections]]\nat = 2026-11-24T12:01:00Z\nnote = \"n\"\n");
    let mut memory = Memory::new();
    memory.look(&text, NOW);
    assert!(memory.look(&text, NOW + 59).stamps.is_empty());
    assert_eq!(memory.look(&text, NOW + 60).changed_at(), NOW + 60);
    assert!(memory.look(&text, NOW + 61).stamps.is_empty());
}

#[test]
fn a_file_that_is_gone_is_remembered_and_moves_its_feeds() {
    let mut memory = Memory::new();
    memory.look(ITEM, NOW);
    let publication = Publication::of(SITE, &[("news/section.toml", "")], NOW + 5);
    let mut newsroom = empty(&publication, NOW + 5);
    let mut lose = |row: ItemRecord, records: &mut Records| {
        let mut stamps = LedgerChanges::default();
        let gone = Absence::Gone { is_certain: true };
        let id = row.id.clone();
        records.absent.insert(row);
        let kept = Reconciler::new(&mut newsroom, records, &mut stamps).settle(&id, &gone, None);
        assert!(kept.is_none());
        stamps
    };
    let stamps = lose(memory.row.unwrap(), &mut memory.records);
    assert_eq!(stamps.items.len(), 1);
    assert_eq!(memory.records.groups["/"].latest, Some(NOW + 5));
    let row = memory.records.absent.rows().next().unwrap().clone();
    assert_eq!(row.state, None);
    assert!(lose(row, &mut memory.records).is_empty());
}
