//! The items that changed lately, whole. A page is made of the text that was taken in; where its file is saved again and
//! again there is hardly a moment at which it holds that text.

use crate::feed::Shown;
use crate::newsroom::identity::Id;
use std::collections::VecDeque;

/// So many are held. More at once change when a tree is copied or checked out, which saves each file once.
const ITEMS_MAX: usize = 256;

/// So many bytes their files may have together.
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// Items that changed lately, the latest ones within a bound.
#[derive(Debug, Default)]
pub struct Recent {
    items: imbl::HashMap<Id, Shown>,
    /// Which of them changed first, with the sizes of their files.
    order: VecDeque<(Id, usize)>,
    bytes: usize,
}

impl Recent {
    /// The items by id. Cloning shares them.
    pub fn items(&self) -> &imbl::HashMap<Id, Shown> {
        &self.items
    }

    /// Holds an item whose file has so many bytes; those that changed first make room.
    pub fn hold(&mut self, shown: Shown, bytes: usize) {
        let id = shown.entry.id.clone();
        if let Some(at) = self.order.iter().position(|(held, _)| *held == id) {
            self.forget(at);
        }
        self.items.insert(id.clone(), shown);
        self.order.push_back((id, bytes));
        self.bytes += bytes;
        while self.order.len() > ITEMS_MAX || self.bytes > BYTES_MAX {
            self.forget(0);
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    fn forget(&mut self, at: usize) {
        if let Some((id, bytes)) = self.order.remove(at) {
            self.items.remove(&id);
            self.bytes -= bytes;
        }
    }
}
