//! What an item stands beside: its neighbours in its section, and the other language versions of its text.

use super::index::{ByText, ByWire, TextKey};
use super::{Newsroom, of_key};
use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::label::Kind;
use crate::newsroom::lifecycle::State;
use crate::newsroom::place::Place;
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::site::Tree;
use crate::newsroom::wording::Wordings;
use crate::text::language::Language;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// So many texts that a language lacks are named.
const TEXTS_TOLD_MAX: usize = 12;

/// The visible items before and after one in its section.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// The next older one.
    pub older: Option<Arc<Entry>>,
    /// The next newer one.
    pub newer: Option<Arc<Entry>>,
}

impl Newsroom {
    /// The visible items beside one in its section, by wire time, of one second by id.
    pub fn neighbours(&self, entry: &Arc<Entry>, now: i64) -> Neighbours {
        let Some(order) = self.listed.get(&entry.home()) else {
            return Neighbours::default();
        };
        let here = ByWire(Arc::clone(entry));
        let is_visible = |entry: &&Arc<Entry>| entry.state(now) == State::Visible;
        let after = order.range::<_, ByWire>((Bound::Excluded(&here), Bound::Unbounded));
        let before = order.range::<_, ByWire>((Bound::Unbounded, Bound::Excluded(&here)));
        Neighbours {
            older: after.map(|ByWire(entry)| entry).find(is_visible).cloned(),
            newer: before
                .rev()
                .map(|ByWire(entry)| entry)
                .find(is_visible)
                .cloned(),
        }
    }

    /// The visible versions of an item's text in other languages, one a language: where several claim to be one, that of
    /// the same section, then the newest.
    pub fn translations(&self, entry: &Entry, now: i64) -> BTreeMap<Language, Arc<Entry>> {
        let own = self.language_of(entry);
        let is_version = |other: &&Arc<Entry>| {
            (entry.has_own_text || other.has_own_text || entry.section == other.section)
                && other.state(now) == State::Visible
                && self.language_of(other) != own
        };
        let mut versions: Vec<&Arc<Entry>> =
            self.versions(&entry.text).filter(is_version).collect();
        versions.sort_by_key(|other| (entry.section != other.section, Reverse(other.wire)));
        let mut translations = BTreeMap::new();
        for version in versions {
            translations
                .entry(self.language_of(version).clone())
                .or_insert_with(|| Arc::clone(version));
        }
        translations
    }

    /// The withdrawn items in whose place one stands.
    pub(super) fn replaced_by(&self, id: &Id) -> impl Iterator<Item = &Arc<Entry>> {
        let ids = of_key(&self.replaced, id.clone());
        ids.filter_map(|id| self.get(id))
    }

    /// The language of an item.
    pub fn language_of<'n>(&'n self, entry: &'n Entry) -> &'n Language {
        let own = entry.rare.language.as_ref();
        own.unwrap_or_else(|| self.site.language(entry.tree))
    }

    /// The items whose texts have a key, whatever their state.
    pub(super) fn versions(&self, key: &str) -> impl Iterator<Item = &Arc<Entry>> {
        let rest = self.texts.range(TextKey(key)..);
        let same = rest.map(|ByText(entry)| entry);
        same.take_while(move |entry| *entry.text == *key)
    }

    /// What authors should know of withdrawn items whose texts can still be read in other languages.
    pub fn version_problems(&self) -> Vec<Problem> {
        let withdrawn = self.withdrawn.iter().filter_map(|id| self.get(id));
        let left = withdrawn
            .filter(|entry| entry.seen.is_some())
            .flat_map(|entry| {
                let others = self.translations(entry, self.now);
                others
                    .into_iter()
                    .map(move |(language, other)| still_published(entry, &language, &other))
            });
        left.collect()
    }

    /// What authors should know of further languages in which readers find texts of the default one: a line a language.
    pub fn language_problems(&self) -> Vec<Problem> {
        let trees = self.site.trees().filter(|tree| *tree != Tree::DEFAULT);
        trees.filter_map(|tree| self.missing_texts(tree)).collect()
    }

    fn missing_texts(&self, tree: Tree) -> Option<Problem> {
        let language = self.site.language(tree);
        let mut shown = self.places();
        shown.retain(|place| place.tree == tree && self.count(place) > 0);
        if shown.is_empty() {
            return None;
        }
        let own = self.site.untranslated(tree).into_iter().map(str::to_owned);
        let of_places = shown.iter().flat_map(|place| {
            let (what, title, description, wording) = self.texts_of_place(place)?;
            let keys = [
                ("title", title && wording.title(language).is_none()),
                (
                    "description",
                    description && wording.description(language).is_none(),
                ),
            ];
            let missing = keys.into_iter().filter(|(_, is_missing)| *is_missing);
            Some(missing.map(move |(key, _)| format!("`{key}` of the {what}")))
        });
        let of_places = of_places.flatten();
        let mut missing: Vec<String> = own.map(|key| format!("`{key}`")).chain(of_places).collect();
        let more = missing.len().saturating_sub(TEXTS_TOLD_MAX);
        if more > 0 {
            missing.truncate(TEXTS_TOLD_MAX);
            missing.push(format!("{more} more"));
        }
        let message = format!(
            "readers in `{language}` find texts of the default language: {}",
            missing.join(", ")
        );
        let hint = format!(
            "write them under `[languages.{language}]`, those of a section there in its `section.toml`, those of a tag under \
             `[tags.….languages.{language}]`"
        );
        let problem = Problem::of_file(Severity::Hint, "site.toml", message).hint(hint);
        (!missing.is_empty()).then_some(problem)
    }

    /// What a place is called, whether it has a title and a description in the default language, and those in others.
    /// `None` where nothing is said of it.
    fn texts_of_place(&self, place: &Place) -> Option<(String, bool, bool, &Wordings)> {
        if let Some(section) = self.section_of(place) {
            let what = format!("section `{}`", section.name);
            return Some((what, true, section.description.is_some(), &section.wording));
        }
        let (kind, page) = place.scope.label()?;
        let term = self.site.vocabulary(kind).term(page)?;
        let what = match kind {
            Kind::Tag => format!("tag `{page}`"),
            Kind::Author => format!("author `{page}`"),
        };
        let words = &term.words;
        // A person's name is the same in every language.
        let has_title = words.title.is_some() && kind == Kind::Tag;
        Some((what, has_title, words.description.is_some(), &term.wording))
    }

    /// The key of an item's text, where that may have other versions.
    pub fn text_of<'e>(&self, entry: &'e Entry) -> Option<&'e str> {
        let may_have = entry.has_own_text || !self.site.languages.is_empty();
        may_have.then_some(&*entry.text)
    }
}

fn still_published(entry: &Entry, language: &Language, other: &Entry) -> Problem {
    let message = format!(
        "this item is withdrawn, and its version in `{language}` (`{}`) is still published",
        other.file
    );
    Problem::of_file(Severity::Warning, entry.file.to_string(), message)
        .about("status")
        .hint("withdraw that, too, or give it a `translation_key` of its own if it is another text")
}
