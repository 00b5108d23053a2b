//! Titles and descriptions by language.

use crate::text::language::Language;
use std::collections::BTreeMap;

/// A title and a description in one language; `None` is the default language's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wording {
    /// The name.
    pub title: Option<String>,
    /// One line about it.
    pub description: Option<String>,
}

/// The publication's own texts in a further language; `None` is the default language's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Voice {
    /// Its name and one line about it.
    pub words: Wording,
    /// The publisher's name.
    pub publisher: Option<String>,
    /// The name of whom to write to.
    pub contact: Option<String>,
    /// The copyright notice.
    pub rights: Option<String>,
    /// The footer's links.
    pub links: Option<Vec<FooterLink>>,
}

/// A link of the pages' footer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FooterLink {
    /// What it says.
    pub title: String,
    /// Where it leads: an absolute URL, or a path below the root.
    pub url: String,
}

/// The titles and descriptions of a thing in further languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wordings(BTreeMap<Language, Wording>);

impl Wordings {
    /// The title in a language; `None` where it has none of its own.
    pub fn title(&self, language: &Language) -> Option<&str> {
        self.0.get(language)?.title.as_deref()
    }

    /// The description in a language; `None` where it has none of its own.
    pub fn description(&self, language: &Language) -> Option<&str> {
        self.0.get(language)?.description.as_deref()
    }
}

impl FromIterator<(Language, Wording)> for Wordings {
    fn from_iter<I: IntoIterator<Item = (Language, Wording)>>(wordings: I) -> Self {
        Self(wordings.into_iter().collect())
    }
}
