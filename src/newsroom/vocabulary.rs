//! What `site.toml` says of tags and of authors: what their pages are called, and which spellings share one.

use crate::newsroom::wording::{Wording, Wordings};
use crate::text::language::Language;
use crate::text::slug::Slug;
use std::collections::BTreeMap;

/// What `site.toml` says of tags or of authors.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    terms: BTreeMap<Slug, Term>,
    /// The pages of spellings that have another's page, by the spelling as a slug.
    merged: BTreeMap<Slug, Slug>,
}

/// A tag or an author with a title of its own, or with several spellings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Term {
    /// Its texts in the default language, and where a further one has none.
    pub words: Wording,
    /// Its texts in further languages.
    pub wording: Wordings,
}

impl Vocabulary {
    /// Takes terms by their pages, and the pages of further spellings.
    pub fn new(terms: BTreeMap<Slug, Term>, merged: BTreeMap<Slug, Slug>) -> Self {
        Self { terms, merged }
    }

    /// What is said of a page.
    pub fn term(&self, page: &Slug) -> Option<&Term> {
        self.terms.get(page)
    }

    /// The page of a spelling.
    pub fn page<'s>(&'s self, spelling: &'s Slug) -> &'s Slug {
        self.merged.get(spelling).unwrap_or(spelling)
    }

    /// Whether every spelling has the same page as in another.
    pub fn has_same_pages(&self, other: &Self) -> bool {
        self.merged == other.merged
    }
}

impl Term {
    /// The title in a language.
    pub fn title(&self, language: &Language) -> Option<&str> {
        let own = self.wording.title(language);
        own.or(self.words.title.as_deref())
    }

    /// The description in a language.
    pub fn description(&self, language: &Language) -> Option<&str> {
        let own = self.wording.description(language);
        own.or(self.words.description.as_deref())
    }
}
