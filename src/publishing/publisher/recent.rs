//! The items that changed lately, whole. A page is made of the text that was taken in; where its file is saved again
//! and again there is hardly a moment at which it holds that text.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::newsroom::entry::Entry;
    use crate::newsroom::parse;
    use crate::newsroom::parse::form::Form;
    use std::collections::BTreeMap;
    use std::sync::Arc;

    fn shown(name: &str) -> Shown {
        let site = "title = \"S\"\nbase_url = \"https://example.org\"\nid_authority = \"example.org\"\n\
                    id_authority_date = \"2022\"\n";
        let site = parse::site::read(site, None).0.unwrap();
        let section = parse::section::read("news", None, &site).0.unwrap();
        let sections = BTreeMap::from([(section.name.clone(), Arc::new(section))]);
        let path = format!("news/{name}.toml");
        let file = parse::File {
            path: &path,
            form: Form::Toml,
            text: "title = \"T\"\ndate = 2026-03-01\nbody = \"b\"\n",
            id: None,
        };
        let item = parse::item::read(&file, &site, &sections).item.unwrap();
        let entry = Entry::of(&item, path.as_str().into(), [0; 16], &site, Vec::new());
        Shown {
            entry: Arc::new(entry),
            item: Arc::new(item),
        }
    }

    #[test]
    fn what_changed_first_makes_room_for_what_changed_last() {
        let mut recent = Recent::default();
        let has = |recent: &Recent, name: &str| recent.items().keys().any(|id| id.as_str() == name);
        for number in 0..ITEMS_MAX {
            recent.hold(shown(&format!("n{number}")), 10);
        }
        recent.hold(shown("n0"), 10);
        assert_eq!(recent.items().len(), ITEMS_MAX);
        recent.hold(shown("one-more"), 10);
        assert_eq!(recent.items().len(), ITEMS_MAX);
        assert!(has(&recent, "n0") && !has(&recent, "n1"));
        recent.hold(shown("large"), BYTES_MAX - 15);
        assert_eq!(recent.items().len(), 2);
        assert!(has(&recent, "one-more") && has(&recent, "large"));
        recent.hold(shown("larger"), BYTES_MAX + 1);
        assert!(recent.items().is_empty());
    }
}
