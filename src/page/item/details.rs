//! What stands beneath an item's text: files, source, rights, place and tags.

use crate::feed::{Enclosure, FeedItem};
use crate::page::Link;
use crate::text::words::Words;
use url::Url;

/// What stands beneath an item's text.
pub(super) struct Details<'a> {
    pub(super) files: Vec<File<'a>>,
    pub(super) external: Option<Link>,
    pub(super) facts: Vec<Fact<'a>>,
}

/// A line of the list at the end of an item: what it is about, and one or more values.
pub(super) struct Fact<'a> {
    pub(super) name: &'a str,
    pub(super) values: Vec<Link>,
}

/// What leads from an item to other pages of the publication.
pub(super) struct Links {
    pub(super) tags: Vec<Link>,
    pub(super) translations: Vec<Link>,
}

/// An attached file.
pub(super) struct File<'a> {
    pub(super) title: String,
    /// Kind, playing time and size, as far as they are known.
    pub(super) facts: Vec<String>,
    /// The element that plays it.
    pub(super) player: Option<&'static str>,
    pub(super) enclosure: &'a Enclosure,
}

impl<'a> Details<'a> {
    /// The details of an item. `attributes` mark what is in the item's own language.
    pub(super) fn of(item: &'a FeedItem, words: &'a Words, attributes: &str, links: Links) -> Self {
        let own = |link: Link| Link {
            attributes: attributes.to_owned(),
            ..link
        };
        let source = item.source.as_ref();
        let source = source.map(|source| Link::to(&source.name, source.url.to_string()));
        let place = item.place.as_ref().map(|spot| Link {
            url: spot.uri.as_ref().map(Url::to_string),
            ..own(Link::text(&spot.name))
        });
        let license = item.license.as_ref().map(|license| Link {
            attributes: " rel=\"license\"".to_owned(),
            ..Link::to(&license_name(license), license.to_string())
        });
        let rights = item.rights.as_ref().map(|rights| own(Link::text(rights)));
        let tags = links.tags.into_iter().map(own);
        let facts = [
            (&words.source, source.into_iter().collect()),
            (
                &words.first_published,
                item.canonical_url.iter().map(by_host).collect(),
            ),
            (&words.place, place.into_iter().collect()),
            (&words.tags, tags.collect()),
            (&words.translations, links.translations),
            (&words.rights, rights.into_iter().collect()),
            (&words.license, license.into_iter().collect()),
        ];
        let files = item.attachments.iter();
        Self {
            files: files.map(|file| File::of(file, words)).collect(),
            external: item.external_url.as_ref().map(by_host),
            facts: facts
                .into_iter()
                .map(|(name, values): (&String, Vec<Link>)| Fact { name, values })
                .filter(|fact| !fact.values.is_empty())
                .collect(),
        }
    }
}

impl<'a> File<'a> {
    fn of(enclosure: &'a Enclosure, words: &Words) -> Self {
        let name = &enclosure.file_name;
        let title = enclosure.title.as_ref().unwrap_or(name).clone();
        let kind = kind_of(name, &enclosure.media_type);
        let time = enclosure.duration_seconds.map(playing_time);
        let size = enclosure.length.map(|length| words.size(length));
        let facts = [Some(kind), time, size].into_iter().flatten();
        let player = match enclosure.media_type.split('/').next() {
            Some("audio") => Some("audio"),
            Some("video") => Some("video"),
            _ => None,
        };
        Self {
            title,
            facts: facts.collect(),
            player,
            enclosure,
        }
    }
}

/// The kind of a file as people call it: its extension, else its media type.
fn kind_of(name: &str, media_type: &str) -> String {
    let is_extension = |end: &str| {
        (2..=4).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let extension = name.rsplit_once('.').map(|(_, end)| end);
    let extension = extension.filter(|end| is_extension(end));
    extension.map_or_else(|| media_type.to_owned(), str::to_ascii_uppercase)
}

/// `2:05`, `1:02:05`.
fn playing_time(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{minutes}:{seconds:02}")
    } else {
        format!("{hours}:{minutes:02}:{seconds:02}")
    }
}

/// A link that says where it leads.
fn by_host(url: &Url) -> Link {
    Link::to(url.host_str().unwrap_or(url.as_str()), url.to_string())
}

/// What a licence is called: `CC BY 4.0` for those of Creative Commons, else its address.
fn license_name(license: &Url) -> String {
    let is_commons = license.host_str() == Some("creativecommons.org");
    let mut segments = license.path_segments().into_iter().flatten();
    match (segments.next(), segments.next(), segments.next()) {
        (Some("licenses"), Some(kind), Some(version)) if is_commons => {
            format!("CC {} {version}", kind.to_ascii_uppercase())
        }
        (Some("publicdomain"), Some("zero"), Some(version)) if is_commons => {
            format!("CC0 {version}")
        }
        _ => license.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_its_extension_or_its_type() {
        for (name, kind) in [
            ("programme.1a2b3c4d.pdf", "PDF"),
            ("film.mp4", "MP4"),
            ("download", "application/pdf"),
            ("a.b-c", "application/pdf"),
        ] {
            assert_eq!(kind_of(name, "application/pdf"), kind);
        }
    }

    #[test]
    fn playing_time_is_said_as_players_do() {
        assert_eq!(
            (playing_time(125), playing_time(3_725)),
            ("2:05".to_owned(), "1:02:05".to_owned())
        );
    }

    #[test]
    fn a_licence_is_called_by_its_short_name() {
        for (url, name) in [
            (
                "https://creativecommons.org/licenses/by-sa/4.0/",
                "CC BY-SA 4.0",
            ),
            (
                "https://creativecommons.org/publicdomain/zero/1.0/",
                "CC0 1.0",
            ),
            ("https://example.org/terms", "https://example.org/terms"),
        ] {
            assert_eq!(license_name(&Url::parse(url).unwrap()), name);
        }
    }
}
