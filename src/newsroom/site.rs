//! The publication as it is configured: `site.toml` and each section's `section.toml`.

use crate::newsroom::base_url::BaseUrl;
use crate::newsroom::identity::Authority;
use crate::newsroom::item::Person;
use crate::newsroom::label::Kind;
use crate::newsroom::redirects::Redirects;
use crate::newsroom::theme::Theme;
use crate::newsroom::vocabulary::Vocabulary;
use crate::newsroom::wording::{FooterLink, Voice, Wordings};
use crate::text::language::Language;
use crate::text::slug::Slug;
use chrono_tz::Tz;
use url::Url;

/// Section names that would collide with the publication's own paths.
pub const RESERVED_SECTIONS: [&str; 9] = [
    "tag", "author", "archive", "page", "assets", "media", "feed", "private", "hub",
];

/// Item slugs that would collide with the publication's own paths.
pub const RESERVED_SLUGS: [&str; 2] = ["archive", "page"];

/// The publication.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Its name.
    pub title: String,
    /// One line about it; never empty (the title where none is given).
    pub description: String,
    /// Where it lives.
    pub base_url: BaseUrl,
    /// The one in `site.toml`, where another counts more: links to it are the publication's own, too.
    pub written_base_url: Option<BaseUrl>,
    /// Who names its items.
    pub authority: Authority,
    /// The zone of dates without an offset.
    pub timezone: Tz,
    /// The language of items and pages that say none.
    pub default_language: Language,
    /// Who publishes.
    pub publisher: Publisher,
    /// Whom to write to.
    pub contact: Option<Person>,
    /// The copyright notice of items that have none of their own.
    pub rights: Option<String>,
    /// The licence's address for items that have none of their own.
    pub license: Option<Url>,
    /// A wide picture in the media folder.
    pub logo: Option<String>,
    /// A square picture in the media folder.
    pub icon: Option<String>,
    /// Each further language with its own texts, in the order of the file.
    pub languages: Vec<(Language, Voice)>,
    /// What is said of tags.
    pub tags: Vocabulary,
    /// What is said of authors.
    pub authors: Vocabulary,
    /// What all feeds share.
    pub feeds: FeedSettings,
    /// Where old addresses lead.
    pub redirects: Redirects,
    /// The footer's links.
    pub links: Vec<FooterLink>,
    /// Whether items are shown before their time, to those who write them.
    pub is_preview: bool,
    /// The publication's own looks.
    pub theme: Option<Theme>,
}

impl Site {
    /// The tree of a language: the listed one's own, else the default tree.
    pub fn tree_of(&self, language: &Language) -> Tree {
        let listed = self
            .languages
            .iter()
            .position(|(listed, _)| listed == language);
        listed
            .and_then(|at| u8::try_from(at + 1).ok())
            .map_or(Tree::DEFAULT, Tree)
    }

    /// All trees, the default one first.
    pub fn trees(&self) -> impl Iterator<Item = Tree> + use<> {
        (0..=u8::try_from(self.languages.len()).unwrap_or(u8::MAX)).map(Tree)
    }

    /// The language of a tree.
    pub fn language(&self, tree: Tree) -> &Language {
        self.further(tree)
            .map_or(&self.default_language, |(language, _)| language)
    }

    /// The publication's title in a tree.
    pub fn title(&self, tree: Tree) -> &str {
        self.further(tree)
            .and_then(|(_, voice)| voice.words.title.as_deref())
            .unwrap_or(&self.title)
    }

    /// The publication's description in a tree.
    pub fn description(&self, tree: Tree) -> &str {
        self.further(tree)
            .and_then(|(_, voice)| voice.words.description.as_deref())
            .unwrap_or(&self.description)
    }

    /// The publisher's name in a tree.
    pub fn publisher_name(&self, tree: Tree) -> &str {
        self.further(tree)
            .and_then(|(_, voice)| voice.publisher.as_deref())
            .unwrap_or(&self.publisher.name)
    }

    /// Whom to write to, as a tree names them.
    pub fn contact(&self, tree: Tree) -> Option<Person> {
        let own = self.further(tree);
        let own = own.and_then(|(_, voice)| voice.contact.clone());
        self.contact.clone().map(|contact| Person {
            name: own.unwrap_or(contact.name),
            ..contact
        })
    }

    /// The copyright notice in a tree.
    pub fn rights(&self, tree: Tree) -> Option<&str> {
        let own = self.further(tree);
        own.and_then(|(_, voice)| voice.rights.as_deref())
            .or(self.rights.as_deref())
    }

    /// The footer's links in a tree.
    pub fn links(&self, tree: Tree) -> &[FooterLink] {
        let own = self.further(tree);
        own.and_then(|(_, voice)| voice.links.as_deref())
            .unwrap_or(&self.links)
    }

    /// The keys of a further language's table that say nothing where the default language has a text.
    pub fn untranslated(&self, tree: Tree) -> Vec<&'static str> {
        let Some((_, voice)) = self.further(tree) else {
            return Vec::new();
        };
        let says = |text: &str| !text.is_empty() && text != self.title;
        let keys = [
            ("title", voice.words.title.is_none()),
            (
                "description",
                voice.words.description.is_none() && says(&self.description),
            ),
            (
                "publisher",
                voice.publisher.is_none() && says(&self.publisher.name),
            ),
            ("contact", voice.contact.is_none() && self.contact.is_some()),
            ("rights", voice.rights.is_none() && self.rights.is_some()),
            ("links", voice.links.is_none() && !self.links.is_empty()),
        ];
        let missing = keys.into_iter().filter(|(_, is_missing)| *is_missing);
        missing.map(|(key, _)| key).collect()
    }

    /// The path of a tree's root below the base URL: `/`, or `/ru/`.
    pub fn root(&self, tree: Tree) -> String {
        self.further(tree).map_or_else(
            || "/".to_owned(),
            |(language, _)| format!("/{}/", language.segment()),
        )
    }

    /// The wide picture of pages and feeds: the publication's, else the publisher's.
    pub fn wide_picture(&self) -> Option<&str> {
        self.logo.as_deref().or(self.publisher.logo.as_deref())
    }

    /// The files of the media folder that every page shows.
    pub fn pictures(&self) -> impl Iterator<Item = &str> {
        self.named_pictures().map(|(_, path)| path)
    }

    /// The same with the keys of `site.toml` that name them.
    pub fn named_pictures(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let named = [
            ("logo", &self.logo),
            ("icon", &self.icon),
            ("publisher", &self.publisher.logo),
        ];
        let named = named.into_iter();
        named.filter_map(|(key, path)| Some((key, path.as_deref()?)))
    }

    /// What is said of tags, or of authors.
    pub fn vocabulary(&self, kind: Kind) -> &Vocabulary {
        match kind {
            Kind::Tag => &self.tags,
            Kind::Author => &self.authors,
        }
    }

    fn further(&self, tree: Tree) -> Option<&(Language, Voice)> {
        usize::from(tree.0)
            .checked_sub(1)
            .and_then(|at| self.languages.get(at))
    }
}

/// One of the parallel trees of pages and feeds: the default language's at the root, and one a further language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tree(u8);

impl Tree {
    /// The tree at the root.
    pub const DEFAULT: Self = Self(0);

    /// Its number: 0 for the default tree, then the further languages in the order of the file.
    pub fn number(self) -> u8 {
        self.0
    }

    /// The tree of a number.
    pub fn of_number(number: u8) -> Self {
        Self(number)
    }
}

/// Who publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    /// The name; the site's title where none is given.
    pub name: String,
    /// Their own site.
    pub url: Option<Url>,
    /// A picture in the media folder.
    pub logo: Option<String>,
}

/// The three formats of every feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// RSS 2.0.
    Rss,
    /// Atom 1.0 (RFC 4287).
    Atom,
    /// JSON Feed 1.1.
    Json,
}

impl Format {
    /// All of them, in the order in which pages and links name them.
    pub const ALL: [Self; 3] = [Self::Rss, Self::Atom, Self::Json];

    /// The last segment of a feed's path.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Rss => "rss.xml",
            Self::Atom => "atom.xml",
            Self::Json => "feed.json",
        }
    }

    /// The word in `feeds.formats` and the extension in `Content-Disposition`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::Json => "json",
        }
    }

    /// The name as people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rss => "RSS",
            Self::Atom => "Atom",
            Self::Json => "JSON Feed",
        }
    }

    /// The registered media type, without parameters.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml",
            Self::Atom => "application/atom+xml",
            Self::Json => "application/feed+json",
        }
    }
}

/// How much of an item a feed carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentDepth {
    /// The whole text.
    Full,
    /// The summary and a link.
    Summary,
}

/// What a killed item leaves in the feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnCancel {
    /// A notice with the same id.
    Notice,
    /// Nothing.
    Remove,
}

/// What a vanished file means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnMissing {
    /// An accident: the item stays, with a warning.
    KeepAndWarn,
    /// A withdrawal.
    Cancel,
}

/// The `[feeds]` table: `site.toml`'s, or a section's with the site's as default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedSettings {
    /// Which formats are offered; never empty, in the order of [`Format::ALL`].
    pub formats: Vec<Format>,
    /// How many of the newest items a document holds: 1 to 100.
    pub items: usize,
    /// How much of each.
    pub content: ContentDepth,
    /// How long a copy is fresh: 600 to 86,400 s (docs/http.md, “What each resource answers”).
    pub max_age_seconds: u32,
    /// What a killed item leaves.
    pub on_cancel: OnCancel,
    /// For how many days: 1 to 365.
    pub notice_days: u32,
    /// What a vanished file means.
    pub on_missing: OnMissing,
    /// WebSub hubs elsewhere.
    pub hubs: Vec<Url>,
    /// Whether a feed opened in a browser is shown with a stylesheet (docs/http.md, “A feed in a browser”).
    pub browser_view: bool,
}

impl Default for FeedSettings {
    fn default() -> Self {
        Self {
            formats: Format::ALL.to_vec(),
            items: 30,
            content: ContentDepth::Full,
            max_age_seconds: 900,
            on_cancel: OnCancel::Notice,
            notice_days: 30,
            on_missing: OnMissing::KeepAndWarn,
            hubs: Vec::new(),
            browser_view: true,
        }
    }
}

/// A section: a folder of items.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The folder's name and the URL's segment.
    pub name: Slug,
    /// What it is called.
    pub title: String,
    /// One line about it.
    pub description: Option<String>,
    /// Both in further languages.
    pub wording: Wordings,
    /// The feed id that replaces the derived tag URI, fixed for good.
    pub id: Option<String>,
    /// Whether the all-news feed and page list its items.
    pub in_main: bool,
    /// Whether its items come from others and need `source`.
    pub syndicated: bool,
    /// Topics of its items that say none.
    pub topics: Vec<String>,
    /// Its feeds' settings, complete.
    pub feeds: FeedSettings,
}

impl Section {
    /// The title in a language.
    pub fn title(&self, language: &Language) -> &str {
        self.wording.title(language).unwrap_or(&self.title)
    }

    /// The description in a language.
    pub fn description(&self, language: &Language) -> Option<&str> {
        let own = self.wording.description(language);
        own.or(self.description.as_deref())
    }
}
