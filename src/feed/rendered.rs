//! Items as feeds say them, kept from one making to the next: cleaning the HTML of a body takes longer than everything
//! else that is made of it, and a change leaves most items as they were.

use crate::feed::{Context, FeedItem, Shown, build};
use crate::newsroom::Sections;
use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::media::MediaFile;
use crate::newsroom::site::Site;
use std::collections::HashMap;
use std::sync::Arc;

/// The items that were made before, by id.
pub type Kept = HashMap<Id, Arc<Rendered>>;

/// An item as feeds say it, with everything that decides it.
#[derive(Debug)]
pub struct Rendered {
    site: Arc<Site>,
    sections: Arc<Sections>,
    shown: Shown,
    /// What is known of the media files that it refers to, in their order.
    media: Vec<Option<MediaFile>>,
    /// Its own date, and how many corrections have come.
    come: (i64, usize),
    /// What feeds say, before one decides how much of it to carry.
    pub item: FeedItem,
}

/// An item as feeds say it: the kept one, unless anything that decides it is another now.
pub fn of_item(context: Context<'_>, shown: &Shown, kept: &Kept) -> Arc<Rendered> {
    let known = kept.get(&shown.entry.id);
    let known = known.filter(|known| known.is_of(context, shown));
    known.map_or_else(|| Arc::new(Rendered::new(context, shown)), Arc::clone)
}

impl Rendered {
    fn new(context: Context<'_>, shown: &Shown) -> Self {
        Self {
            site: Arc::clone(context.newsroom.site()),
            sections: Arc::clone(context.newsroom.sections()),
            media: media(context, &shown.entry)
                .map(Option::<&_>::cloned)
                .collect(),
            come: come(context, shown),
            item: build::of_item(context, shown),
            shown: shown.clone(),
        }
    }

    /// The id of the item.
    pub fn id(&self) -> &Id {
        &self.shown.entry.id
    }

    fn is_of(&self, context: Context<'_>, shown: &Shown) -> bool {
        Arc::ptr_eq(&self.site, context.newsroom.site())
            && Arc::ptr_eq(&self.sections, context.newsroom.sections())
            && Arc::ptr_eq(&self.shown.item, &shown.item)
            && self.shown.entry == shown.entry
            && self.come == come(context, shown)
            && media(context, &shown.entry).eq(self.media.iter().map(Option::as_ref))
    }
}

fn media<'a>(
    context: Context<'a>,
    entry: &'a Entry,
) -> impl Iterator<Item = Option<&'a MediaFile>> {
    entry
        .media
        .iter()
        .map(move |path| context.media.get(&**path))
}

fn come(context: Context<'_>, shown: &Shown) -> (i64, usize) {
    let corrections = build::corrections(&shown.item, context.now).count();
    (shown.entry.updated(context.now), corrections)
}
