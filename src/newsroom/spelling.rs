//! How items spell tags and authors, and which spellings meet in one page.

use crate::newsroom::entry::Entry;
use crate::newsroom::label::{Kind, Label};
use crate::newsroom::place::{Place, Scope, folder};
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::site::{Site, Tree};
use crate::text::slug::Slug;
use std::collections::HashMap;
use std::ops::Bound;
use std::sync::Arc;

/// So many pages with several spellings are told of: who has more of them mends some first.
const PROBLEMS_MAX: usize = 100;

/// So many spellings of one page are named.
const NAMED_MAX: usize = 5;

/// The spellings of all items, counted.
#[derive(Debug, Clone, Default)]
pub(super) struct Spellings {
    counts: imbl::OrdMap<(Tree, Arc<Label>), u32>,
    /// The pages with several.
    meeting: imbl::OrdSet<(Tree, Kind, Slug)>,
}

impl Spellings {
    /// Counts those of items in.
    pub(super) fn add(&mut self, entries: &[Arc<Entry>]) {
        // Most items share their labels: these are counted before they are compared.
        let mut shared: HashMap<(Tree, *const Label), (&Arc<Label>, u32)> = HashMap::new();
        for entry in entries {
            let spelt = entry
                .labels
                .iter()
                .filter(|label| label.spelling().is_some());
            for label in spelt {
                let (_, count) = shared
                    .entry((entry.tree, Arc::as_ptr(label)))
                    .or_insert((label, 0));
                *count += 1;
            }
        }
        for ((tree, _), (label, more)) in shared {
            let count = self.counts.entry((tree, Arc::clone(label))).or_insert(0);
            *count += more;
            if *count == more {
                self.look(tree, label);
            }
        }
    }

    /// Counts an item's out.
    pub(super) fn remove(&mut self, entry: &Entry) {
        for label in &entry.labels {
            let key = (entry.tree, Arc::clone(label));
            let Some(count) = self.counts.get_mut(&key) else {
                continue;
            };
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&key);
                self.look(entry.tree, label);
            }
        }
    }

    fn look(&mut self, tree: Tree, label: &Label) {
        let key = (tree, label.kind(), label.slug().clone());
        if self.of(&key).nth(1).is_some() {
            self.meeting.insert(key);
        } else {
            self.meeting.remove(&key);
        }
    }

    /// The spellings of one page, sorted.
    fn of(&self, key: &(Tree, Kind, Slug)) -> impl Iterator<Item = &str> {
        let (tree, kind, slug) = key.clone();
        let first = (tree, Arc::new(Label::of_page(kind, slug.clone())));
        let rest = self
            .counts
            .range((Bound::Included(first), Bound::Unbounded));
        let of_page = rest
            .map(|(key, _)| key)
            .take_while(move |(of_tree, label)| {
                (*of_tree, label.kind(), label.slug()) == (tree, kind, &slug)
            });
        of_page.filter_map(|(_, label)| label.spelling())
    }

    /// One problem a page that several spellings share, unless `site.toml` says what it is called.
    pub(super) fn problems(&self, site: &Site) -> Vec<Problem> {
        let is_said = |key: &(Tree, Kind, Slug)| {
            let vocabulary = site.vocabulary(key.1);
            vocabulary.term(vocabulary.page(&key.2)).is_some()
        };
        let unsaid = self.meeting.iter().filter(|key| !is_said(key));
        let told = unsaid.take(PROBLEMS_MAX);
        told.map(|key| self.problem(site, key)).collect()
    }

    fn problem(&self, site: &Site, key: &(Tree, Kind, Slug)) -> Problem {
        let (tree, kind, slug) = key;
        let named = self.of(key).take(NAMED_MAX);
        let named: Vec<String> = named.map(|spelling| format!("`{spelling}`")).collect();
        let place = Place {
            tree: *tree,
            scope: Scope::of_label(*kind, slug.clone()),
        };
        let message = format!(
            "items write {} {}, which share the page `{}`",
            kind.table(),
            named.join(", "),
            folder(site, &place)
        );
        Problem::of_file(Severity::Warning, "site.toml", message).hint(format!(
            "write one of them everywhere, or say here what the page is called, as in `[{}]` with `{slug} = \"…\"`",
            kind.table()
        ))
    }
}
