//! What the keys of an item are read with.

use crate::newsroom::Sections;
use crate::newsroom::identity::Id;
use crate::newsroom::parse::name::Name;
use crate::newsroom::site::Site;

/// What the reading of a file's fields needs beside them.
pub struct Around<'a> {
    /// What the file's path tells.
    pub name: Name<'a>,
    /// The publication.
    pub site: &'a Site,
    /// Its sections.
    pub sections: &'a Sections,
    /// The text after front matter.
    pub after_fence: Option<&'a str>,
    /// The id under which the item was published, if that is known.
    pub known_id: Option<&'a Id>,
}
