//! What is made when somebody asks for it: pages, feeds of tags and authors, media files; and the cache that keeps it.

pub mod made;
pub mod maker;
pub mod open_file;
pub mod page_cache;
