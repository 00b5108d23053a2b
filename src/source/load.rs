//! One item file read and parsed: an index entry, or what can be read of a broken one.

use super::{DataDirectory, Error, FILE_BYTES_MAX, content_hash, unreadable};
use crate::feed::content;
use crate::newsroom::Sections;
use crate::newsroom::entry::{Entry, page_of};
use crate::newsroom::identity::Id;
use crate::newsroom::item::Item;
use crate::newsroom::parse;
use crate::newsroom::parse::Parsed;
use crate::newsroom::parse::form::Form;
use crate::newsroom::parse::salvage::{self, Salvage};
use crate::newsroom::problem::Problem;
use crate::newsroom::reference;
use crate::newsroom::site::Site;
use crate::source::stamp::FileStamp;
use std::sync::Arc;

/// What a file gave.
#[derive(Debug)]
pub struct Loaded {
    /// Its item, or what can be read of a broken file all the same.
    pub item: Result<Box<Whole>, Box<Salvage>>,
    /// Everything that its author should know.
    pub problems: Vec<Problem>,
}

/// A whole item with its index entry and the text that it was read from.
#[derive(Debug)]
pub struct Whole {
    /// The index entry.
    pub entry: Entry,
    /// The item.
    pub item: Item,
    /// The file's text.
    pub text: String,
}

/// Reads and parses an item file. Tells its stamp after the reading, too, where it could be read.
pub fn load(
    directory: &DataDirectory,
    file: &Arc<str>,
    site: &Site,
    sections: &Sections,
) -> (Loaded, Option<FileStamp>) {
    match directory.read_with_stamp(file) {
        Ok((text, stamp)) => (of_text(file, text, site, sections), Some(stamp)),
        Err(error) => {
            let text = directory.read_what_can_be_read(file).unwrap_or_default();
            let salvage = salvaged(file, &text, site);
            let loaded = Loaded {
                item: Err(Box::new(salvage)),
                problems: vec![unreadable(file, &error)],
            };
            (loaded, None)
        }
    }
}

/// Parses the text of an item file.
pub fn of_text(file: &Arc<str>, text: String, site: &Site, sections: &Sections) -> Loaded {
    let parsed = parse(file, &text, site, sections, None);
    let item = match parsed.item {
        Some(item) => {
            let body_media = content::media_references(&item.body, site, &page_of(&item, site));
            let hash = content_hash(&text);
            let mut entry = Entry::of(&item, Arc::clone(file), hash, site, body_media);
            entry.life.is_previewed = site.is_preview;
            Ok(Box::new(Whole { entry, item, text }))
        }
        None => Err(Box::new(salvaged(file, &text, site))),
    };
    Loaded {
        item,
        problems: parsed.problems,
    }
}

/// What can be read of a broken file.
fn salvaged(file: &str, text: &str, site: &Site) -> Salvage {
    let mut salvage = salvage::read(&as_file(file, text, None), site.timezone);
    salvage.media = reference::names(text, site);
    salvage
}

/// Parses one item file, whose item was published under `id` where that is known.
pub fn parse(file: &str, text: &str, site: &Site, sections: &Sections, id: Option<&Id>) -> Parsed {
    parse::item::read(&as_file(file, text, id), site, sections)
}

fn as_file<'a>(file: &'a str, text: &'a str, id: Option<&'a Id>) -> parse::File<'a> {
    let name = file.rsplit('/').next().unwrap_or(file);
    let form = Form::of(name).unwrap_or(Form::Toml);
    parse::File {
        path: file,
        form,
        text,
        id,
    }
}

impl DataDirectory {
    /// The beginning of a file that is too large or not UTF-8, with marks in the place of what is no text.
    fn read_what_can_be_read(&self, file: &str) -> Result<String, Error> {
        let (bytes, _) = self.bytes(file, FILE_BYTES_MAX)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
