//! The upkeep of the lists: what puts items in and takes them out.

use super::Newsroom;
use super::index::ByWire;
use crate::newsroom::entry::Entry;
use crate::newsroom::lifecycle::State;
use crate::newsroom::place::Place;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

impl Newsroom {
    /// Puts items into the lists that are to show them. Together they come in the order of each list, which is what
    /// makes a list of many quickly.
    pub(super) fn list(&mut self, entries: &[Arc<Entry>]) {
        self.spellings.add(entries);
        let mut listed: HashMap<Place, Vec<ByWire>> = HashMap::new();
        for entry in entries {
            let state = entry.state(self.now);
            let places = self.places_of(entry);
            self.list_changes(entry, state, &places);
            if state == State::Visible {
                for place in places.into_iter().chain(self.label_places_of(entry)) {
                    if entry.pinned {
                        let pinned = self.pinned.entry(place.clone()).or_default();
                        pinned.insert(ByWire(Arc::clone(entry)));
                    }
                    let newcomers = listed.entry(place).or_default();
                    newcomers.push(ByWire(Arc::clone(entry)));
                }
            }
        }
        let present = &self.listed;
        let with_newcomers = |(place, mut newcomers): (Place, Vec<ByWire>)| {
            newcomers.sort_unstable();
            newcomers.dedup();
            let order = match present.get(&place).cloned() {
                Some(mut order) => {
                    order.extend(newcomers);
                    order
                }
                None => packed(&newcomers),
            };
            (place, order)
        };
        let orders: Vec<_> = listed.into_par_iter().map(with_newcomers).collect();
        self.listed.extend(orders);
    }

    fn list_changes(&mut self, entry: &Entry, state: State, places: &[Place]) {
        let changes = &entry.rare.changes;
        for place in places {
            if state == State::Canceled {
                let order = self.canceled.entry(place.clone()).or_default();
                order.insert((Reverse(entry.withdrawn_at()), entry.id.clone()));
            }
            if !changes.is_empty() {
                let order = self.changed.entry(place.clone()).or_default();
                order.extend(changes.iter().map(|at| (Reverse(*at), entry.id.clone())));
            }
        }
    }

    /// Takes an item out of all lists.
    pub(super) fn unlist(&mut self, entry: &Arc<Entry>) {
        let by_wire = ByWire(Arc::clone(entry));
        let places = self.places_of(entry);
        for place in &places {
            if let Some(order) = self.canceled.get_mut(place) {
                order.remove(&(Reverse(entry.withdrawn_at()), entry.id.clone()));
            }
            if let Some(order) = self.changed.get_mut(place) {
                for at in &entry.rare.changes {
                    order.remove(&(Reverse(*at), entry.id.clone()));
                }
            }
        }
        self.spellings.remove(entry);
        for place in places.iter().chain(&self.label_places_of(entry)) {
            leave(&mut self.listed, place, &by_wire);
            if entry.pinned {
                leave(&mut self.pinned, place, &by_wire);
            }
        }
    }
}

/// Takes an entry out of an order; an order without entries goes.
fn leave(orders: &mut imbl::HashMap<Place, imbl::OrdSet<ByWire>>, place: &Place, entry: &ByWire) {
    let Some(order) = orders.get_mut(place) else {
        return;
    };
    order.remove(entry);
    if order.is_empty() {
        orders.remove(place);
    }
}

/// A set of sorted values that takes the least room. A node that overflows is split in the middle, so what comes in its
/// order leaves all nodes half full: every other value first makes such nodes, and the others fill them up.
fn packed<T: Ord + Clone>(sorted: &[T]) -> imbl::OrdSet<T> {
    let mut order = imbl::OrdSet::new();
    for first in [0, 1] {
        order.extend(sorted.iter().skip(first).step_by(2).cloned());
    }
    order
}
