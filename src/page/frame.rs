//! What surrounds every page: the head, the ways to other pages, and the foot.

use super::style;
use crate::feed::{Context, Picture, build};
use crate::newsroom::Newsroom;
use crate::newsroom::item::Person;
use crate::newsroom::place::{Place, Scope, folder};
use crate::newsroom::site::{Format, Site, Tree};
use crate::newsroom::wording::FooterLink;
use crate::text::calendar::Calendar;
use crate::text::language::Language;
use crate::text::words::Words;

/// A feed that a page names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedLink {
    /// What it is called: `News (RSS)`.
    pub title: String,
    /// What its format is called: `RSS`.
    pub name: &'static str,
    /// Its absolute URL.
    pub url: String,
    /// Its media type.
    pub media_type: &'static str,
}

/// What surrounds every page.
pub(super) struct Frame {
    pub(super) language: Language,
    pub(super) words: &'static Words,
    pub(super) calendar: Calendar,
    /// What the browser's tab says, the publication's name aside.
    pub(super) title: String,
    pub(super) site: String,
    pub(super) home: String,
    pub(super) logo: Option<Picture>,
    pub(super) icon: Option<Picture>,
    pub(super) stylesheets: Vec<String>,
    pub(super) feeds: Vec<FeedLink>,
    pub(super) sections: Vec<NavigationLink>,
    pub(super) languages: Vec<NavigationLink>,
    /// This page in each of its languages, where there are several.
    pub(super) alternates: Vec<Alternate>,
    pub(super) links: Vec<FooterLink>,
    pub(super) publisher: Person,
    pub(super) contact: Option<Person>,
    pub(super) rights: Option<String>,
}

/// What a page is about.
pub(super) struct Subject<'a> {
    /// The place that it belongs to.
    pub(super) place: &'a Place,
    /// Its title.
    pub(super) title: String,
    /// The same in every language, itself among them; empty where that cannot be said.
    pub(super) alternates: Vec<Alternate>,
    /// The `aria-current` of its place in the navigation: `page` on the list itself, `true` on what belongs to it.
    pub(super) current: Option<&'static str>,
}

/// A page in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alternate {
    pub(super) language: Language,
    pub(super) url: String,
}

/// A link of the navigation.
pub(super) struct NavigationLink {
    pub(super) title: String,
    pub(super) url: String,
    /// The `lang` of the title, where it is another than the page's.
    pub(super) language: Option<Language>,
    /// The value of `aria-current`, where the link leads to this page or to what it belongs to.
    pub(super) current: Option<&'static str>,
}

impl Frame {
    /// The frame of a page.
    pub(super) fn of(context: Context<'_>, subject: Subject<'_>) -> Self {
        let site = context.newsroom.site();
        let tree = subject.place.tree;
        let language = site.language(tree).clone();
        let picture = |path: Option<&str>| build::site_picture(context, path);
        let theme = site.theme.as_ref().map(|theme| theme.path());
        let stylesheets = std::iter::once(style::page_path().to_owned()).chain(theme);
        Self {
            words: Words::of(&language),
            calendar: Calendar::of(&language),
            site: site.title(tree).to_owned(),
            home: site.base_url.join(&site.root(tree)),
            logo: picture(site.wide_picture()),
            icon: picture(site.icon.as_deref()),
            stylesheets: stylesheets.map(|path| site.base_url.join(&path)).collect(),
            feeds: feed_links(context, subject.place),
            sections: sections(context, &subject),
            languages: languages(context, &subject),
            links: site
                .links(tree)
                .iter()
                .map(|link| absolute(site, link))
                .collect(),
            publisher: build::publisher(site, tree),
            contact: site.contact(tree),
            rights: site.rights(tree).map(str::to_owned),
            alternates: if subject.alternates.len() > 1 {
                subject.alternates
            } else {
                Vec::new()
            },
            title: subject.title,
            language,
        }
    }

    /// The address for readers of every other language: that of the default language, else the page's own.
    pub(super) fn alternate_for_others(&self, site: &Site) -> Option<&str> {
        let in_language = |language: &Language| {
            let mut all = self.alternates.iter();
            all.find(|alternate| alternate.language == *language)
        };
        let alternate = in_language(&site.default_language).or_else(|| in_language(&self.language));
        alternate
            .or(self.alternates.first())
            .map(|alternate| alternate.url.as_str())
    }
}

/// The `lang` and `dir` of a text in another language than the page's.
pub(super) fn language_attributes(own: &Language, page: &Language) -> String {
    if own == page {
        return String::new();
    }
    let direction = if own.is_right_to_left() { "rtl" } else { "ltr" };
    format!(" lang=\"{own}\" dir=\"{direction}\"")
}

/// The same place in every tree that has it.
pub(super) fn in_every_tree(context: Context<'_>, place: &Place) -> Vec<Alternate> {
    let site = context.newsroom.site();
    let places = site.trees().map(|tree| Place {
        tree,
        scope: place.scope.clone(),
    });
    places
        .filter(|place| context.newsroom.has_page(place))
        .map(|place| Alternate {
            language: site.language(place.tree).clone(),
            url: url_of(context, &place),
        })
        .collect()
}

/// The absolute URL of a place's list.
pub(super) fn url_of(context: Context<'_>, place: &Place) -> String {
    let site = context.newsroom.site();
    site.base_url.join(&folder(site, place))
}

/// The place of all news in a tree.
pub(super) fn all_news(tree: Tree) -> Place {
    Place {
        tree,
        scope: Scope::All,
    }
}

/// All news and each section.
fn sections(context: Context<'_>, subject: &Subject<'_>) -> Vec<NavigationLink> {
    let newsroom = context.newsroom;
    let tree = subject.place.tree;
    let words = Words::of(newsroom.site().language(tree));
    let names = newsroom.sections().keys().cloned().map(Scope::Section);
    let scopes = std::iter::once(Scope::All).chain(names);
    let link = |scope: Scope| {
        let place = Place { tree, scope };
        let title = match place.scope {
            Scope::All => words.all_news.as_str(),
            Scope::Section(_) | Scope::Tag(_) | Scope::Author(_) => newsroom.title_of(&place),
        };
        NavigationLink {
            title: title.to_owned(),
            url: url_of(context, &place),
            language: None,
            current: subject.current.filter(|_| place == *subject.place),
        }
    };
    scopes.map(link).collect()
}

/// This page in the other languages, or what stands in its place there: its section, or all news.
fn languages(context: Context<'_>, subject: &Subject<'_>) -> Vec<NavigationLink> {
    let site = context.newsroom.site();
    if site.languages.is_empty() {
        return Vec::new();
    }
    let own = site.language(subject.place.tree);
    let link = |tree: Tree| {
        let language = site.language(tree);
        let mut alternates = subject.alternates.iter();
        let same = alternates.find(|alternate| alternate.language == *language);
        let scope = match &subject.place.scope {
            Scope::Section(name) => Scope::Section(name.clone()),
            Scope::All | Scope::Tag(_) | Scope::Author(_) => Scope::All,
        };
        let is_own = tree == subject.place.tree;
        NavigationLink {
            title: Words::name_of(language),
            url: same.map_or_else(
                || url_of(context, &Place { tree, scope }),
                |alternate| alternate.url.clone(),
            ),
            language: Some(language.clone()).filter(|language| language != own),
            current: is_own.then_some("true"),
        }
    };
    site.trees().map(link).collect()
}

fn absolute(site: &Site, link: &FooterLink) -> FooterLink {
    FooterLink {
        title: link.title.clone(),
        url: if link.url.starts_with('/') {
            site.base_url.join(&link.url)
        } else {
            link.url.clone()
        },
    }
}

/// The feeds of a place, and after a section's those of all news.
fn feed_links(context: Context<'_>, place: &Place) -> Vec<FeedLink> {
    let main = all_news(place.tree);
    let places = if *place == main {
        vec![main]
    } else {
        vec![place.clone(), main]
    };
    let links = places.iter().map(|place| links_of(context.newsroom, place));
    links.flatten().collect()
}

/// The feeds of one place.
pub(super) fn links_of(newsroom: &Newsroom, place: &Place) -> Vec<FeedLink> {
    let site = newsroom.site();
    let title = newsroom.title_of(place);
    let folder = site.base_url.join(&folder(site, place));
    let link = |format: &Format| FeedLink {
        title: format!("{title} ({})", format.name()),
        name: format.name(),
        url: format!("{folder}{}", format.file_name()),
        media_type: format.media_type(),
    };
    newsroom.feeds_of(place).formats.iter().map(link).collect()
}
