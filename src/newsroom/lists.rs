//! The lists of a publication: which items each place shows, in which order, and what a place is called.

use super::index::ByWire;
use super::{ByWithdrawal, Newsroom};
use crate::newsroom::entry::Entry;
use crate::newsroom::label::Label;
use crate::newsroom::lifecycle::{CORRECTED_SECONDS, State};
use crate::newsroom::place::{Place, Scope};
use crate::newsroom::problem::Problem;
use crate::newsroom::site::{FeedSettings, OnCancel, Section};
use crate::newsroom::vocabulary::Term;
use crate::text::slug::Slug;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

const DAY_SECONDS: i64 = 86_400;

impl Newsroom {
    /// The section that a place lists; `None` for any other list.
    pub fn section_of(&self, place: &Place) -> Option<&Section> {
        match &place.scope {
            Scope::Section(name) => self.sections.get(name).map(Arc::as_ref),
            Scope::All | Scope::Tag(_) | Scope::Author(_) => None,
        }
    }

    /// What `site.toml` says of the tag or author that a place lists.
    fn term_of(&self, place: &Place) -> Option<&Term> {
        let (kind, page) = place.scope.label()?;
        self.site.vocabulary(kind).term(page)
    }

    /// What a place is called: the section's title, the tag's or the author's as `site.toml` says it, else as the oldest
    /// item that can be seen there spells it, or the publication's.
    pub fn title_of<'n>(&'n self, place: &'n Place) -> &'n str {
        let language = self.site.language(place.tree);
        match &place.scope {
            Scope::All => self.site.title(place.tree),
            Scope::Section(_) => self.section_of(place).map_or_else(
                || self.site.title(place.tree),
                |section| section.title(language),
            ),
            Scope::Tag(page) | Scope::Author(page) => {
                let said = self.term_of(place).and_then(|term| term.title(language));
                let oldest = || self.listed.get(place)?.get_max();
                let spelt = || {
                    let ByWire(entry) = oldest()?;
                    let label = entry
                        .labels
                        .iter()
                        .find(|label| self.leads_to(label, place));
                    label.and_then(|label| label.spelling())
                };
                said.or_else(spelt).unwrap_or(page.as_str())
            }
        }
    }

    /// One line about a place: its own, else the publication's.
    pub fn description_of(&self, place: &Place) -> &str {
        let language = self.site.language(place.tree);
        let section = self.section_of(place);
        let own = section.and_then(|section| section.description(language));
        let own = own.or_else(|| self.term_of(place)?.description(language));
        own.unwrap_or_else(|| self.site.description(place.tree))
    }

    /// The settings of a place's feeds.
    pub fn feeds_of(&self, place: &Place) -> &FeedSettings {
        self.section_of(place)
            .map_or(&self.site.feeds, |section| &section.feeds)
    }

    /// When the notice of what was withdrawn at an instant leaves the feeds of a place.
    pub(super) fn notice_end(&self, place: &Place, at: i64) -> i64 {
        at + i64::from(self.feeds_of(place).notice_days) * DAY_SECONDS
    }

    /// Every place that has a page and live feeds whatever it shows: all news and each section, in each tree.
    pub fn places(&self) -> Vec<Place> {
        let scopes =
            || std::iter::once(Scope::All).chain(self.sections.keys().cloned().map(Scope::Section));
        let trees = self.site.trees();
        trees
            .flat_map(|tree| scopes().map(move |scope| Place { tree, scope }))
            .collect()
    }

    /// The tags and authors that have a page now: those of some visible item.
    pub fn label_places(&self) -> BTreeSet<&Place> {
        let listed = self.listed.keys();
        listed
            .filter(|place| place.scope.label().is_some())
            .collect()
    }

    /// Whether a place has a page.
    pub fn has_page(&self, place: &Place) -> bool {
        match &place.scope {
            Scope::All => true,
            Scope::Section(name) => self.sections.contains_key(name),
            Scope::Tag(_) | Scope::Author(_) => self.count(place) > 0,
        }
    }

    /// Whether a place has feeds: those of a tag or an author stay while they tell of a withdrawal.
    pub fn has_feeds(&self, place: &Place, now: i64) -> bool {
        self.has_page(place)
            || (place.scope.label().is_some() && !self.notices(place, now).is_empty())
    }

    /// The tags and authors that list an item, each once, in the order of its file.
    pub fn label_places_of(&self, entry: &Entry) -> Vec<Place> {
        let mut places = Vec::with_capacity(entry.labels.len());
        for label in &entry.labels {
            let place = self.place_of_label(entry, label);
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    /// The place to which a label of an item leads.
    pub fn place_of_label(&self, entry: &Entry, label: &Label) -> Place {
        let page = self.site.vocabulary(label.kind()).page(label.slug());
        Place {
            tree: entry.tree,
            scope: Scope::of_label(label.kind(), page.clone()),
        }
    }

    fn leads_to(&self, label: &Label, place: &Place) -> bool {
        let page = || self.site.vocabulary(label.kind()).page(label.slug());
        place
            .scope
            .label()
            .is_some_and(|(kind, slug)| kind == label.kind() && slug == page())
    }

    /// All news and the sections that list an item.
    pub fn places_of(&self, entry: &Entry) -> Vec<Place> {
        let in_main = self
            .sections
            .get(&entry.section)
            .is_none_or(|section| section.in_main);
        let main = in_main.then_some(Scope::All);
        let sections = entry.sections().cloned().map(Scope::Section);
        main.into_iter()
            .chain(sections)
            .map(|scope| Place {
                tree: entry.tree,
                scope,
            })
            .collect()
    }

    /// The visible items of a place, newest first by wire time.
    pub fn newest(&self, place: &Place) -> impl Iterator<Item = &Arc<Entry>> {
        let order = self.listed.get(place).into_iter().flatten();
        order.map(|ByWire(entry)| entry)
    }

    /// How many visible items a place lists.
    pub fn count(&self, place: &Place) -> usize {
        self.listed.get(place).map_or(0, imbl::OrdSet::len)
    }

    /// The visible items of a place as its page lists them: the pinned ones first, then the newest. No entry is looked
    /// at on the way, so that the last page of a long list costs little more than the first.
    pub fn pinned_first(&self, place: &Place) -> impl Iterator<Item = &Arc<Entry>> {
        let pinned = || self.pinned.get(place).into_iter().flatten();
        let mut above = pinned().peekable();
        let listed = self.listed.get(place).into_iter().flatten();
        let others = listed.filter(move |ByWire(entry)| {
            above
                .next_if(|ByWire(pinned)| Arc::ptr_eq(pinned, entry))
                .is_none()
        });
        pinned().chain(others).map(|ByWire(entry)| entry)
    }

    /// The items of a place that changed significantly in the [`CORRECTED_SECONDS`] before `now`, the newest change
    /// first. An item with several changes may come several times.
    pub fn corrected<'n>(
        &'n self,
        place: &'n Place,
        now: i64,
    ) -> Box<dyn Iterator<Item = &'n Arc<Entry>> + 'n> {
        if place.scope.label().is_none() {
            return Box::new(self.changes(place, now).map(|(_, entry)| entry));
        }
        let parts = self.parts_of(place);
        let changes = parts.iter().flat_map(|part| self.changes(part, now));
        let is_of = |(_, entry): &(i64, &Arc<Entry>)| self.has_label_of(entry, place);
        let mut changes: Vec<(i64, &Arc<Entry>)> = changes.filter(is_of).collect();
        changes.sort_unstable_by_key(|(at, entry)| (Reverse(*at), &entry.id));
        Box::new(changes.into_iter().map(|(_, entry)| entry))
    }

    fn changes(&self, place: &Place, now: i64) -> impl Iterator<Item = (i64, &Arc<Entry>)> {
        let order = self.changed.get(place).into_iter().flatten();
        let recent = order.skip_while(move |(at, _)| at.0 > now);
        let recent = recent.take_while(move |(at, _)| at.0 + CORRECTED_SECONDS > now);
        recent.filter_map(|(at, id)| Some((at.0, self.get(id)?)))
    }

    /// The withdrawn items of a place whose notices its feeds carry at `now`, the newest withdrawal first.
    pub fn notices(&self, place: &Place, now: i64) -> Vec<Arc<Entry>> {
        if self.feeds_of(place).on_cancel == OnCancel::Remove {
            return Vec::new();
        }
        let is_on = |at: &Option<i64>| at.is_some_and(|at| now < self.notice_end(place, at));
        let parts = self.parts_of(place);
        let canceled = parts.iter().filter_map(|part| self.canceled.get(part));
        let on = canceled.flat_map(|order| order.iter().take_while(|(Reverse(at), _)| is_on(at)));
        let mut on: Vec<&ByWithdrawal> = on.collect();
        on.sort_unstable();
        on.dedup();
        let entries = on.into_iter().filter_map(|(_, id)| self.get(id));
        let is_noticed = |entry: &&Arc<Entry>| {
            !entry.is_advisory
                && entry.state(now) == State::Canceled
                && self.has_label_of(entry, place)
        };
        entries.filter(is_noticed).cloned().collect()
    }

    /// Withdrawals and corrections are rare: they are kept by section, and those of a tag or an author are found there.
    fn parts_of(&self, place: &Place) -> Vec<Place> {
        if place.scope.label().is_none() {
            return vec![place.clone()];
        }
        let section = |name: &Slug| Place {
            tree: place.tree,
            scope: Scope::Section(name.clone()),
        };
        self.sections.keys().map(section).collect()
    }

    /// Whether an item has the label that a place lists, where it lists one.
    fn has_label_of(&self, entry: &Entry, place: &Place) -> bool {
        let mut labels = entry.labels.iter();
        place.scope.label().is_none() || labels.any(|label| self.leads_to(label, place))
    }

    /// What authors should know of the spellings of tags and authors.
    pub fn label_problems(&self) -> Vec<Problem> {
        self.spellings.problems(&self.site)
    }
}
