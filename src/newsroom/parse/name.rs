//! What an item file's path tells: its folder, its stem, a language suffix, a date.

use crate::newsroom::identity::{ID_BYTES_MAX, Id};
use crate::newsroom::site::Site;
use crate::text::language::Language;
use crate::text::slug::Slug;
use chrono::NaiveDate;

/// The parts of an item file's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name<'a> {
    /// The folder directly under the data directory; `None` for a file that lies beside `site.toml`.
    pub folder: Option<&'a str>,
    /// The file's name without its last extension.
    pub whole_stem: &'a str,
    /// The same without the language suffix.
    pub stem: &'a str,
    /// The language that the suffix names.
    pub language: Option<Language>,
    /// A suffix that is a language and none of the site's.
    pub unlisted: Option<Language>,
}

/// The languages of ISO 639-1. Words of three letters are too often no languages.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da \
                         de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy \
                         hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg \
                         li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or \
                         os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw \
                         ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

fn is_known(language: &Language) -> bool {
    let primary = language.as_str().split('-').next().unwrap_or_default();
    LANGUAGES.split_whitespace().any(|known| known == primary)
}

impl<'a> Name<'a> {
    /// Takes a path apart. A last part after a dot is a language suffix if it is the site's default or a listed
    /// language; any other dot belongs to the stem.
    pub fn of(path: &'a str, site: &Site) -> Self {
        let file = path.rsplit('/').next().unwrap_or(path);
        let whole_stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let suffix = whole_stem.rsplit_once('.');
        let suffix = suffix.and_then(|(stem, suffix)| Some((stem, Language::new(suffix)?)));
        let is_ours =
            |language: &Language| site.trees().any(|tree| site.language(tree) == language);
        let (stem, language, unlisted) = match suffix {
            Some((stem, language)) if is_ours(&language) => (stem, Some(language), None),
            Some((_, other)) if is_known(&other) => (whole_stem, None, Some(other)),
            Some(_) | None => (whole_stem, None, None),
        };
        Self {
            folder: path.split_once('/').map(|(folder, _)| folder),
            whole_stem,
            stem,
            language,
            unlisted,
        }
    }

    /// The id that the name gives: lower-case, transliterated, other characters as hyphens.
    pub fn id(&self) -> Option<Id> {
        let ascii = deunicode::deunicode(self.whole_stem).to_ascii_lowercase();
        let mut id = String::with_capacity(ascii.len());
        for character in ascii.chars() {
            if character.is_ascii_alphanumeric() || matches!(character, '.' | '_') {
                id.push(character);
            } else if !id.ends_with('-') {
                id.push('-');
            }
        }
        let start = id.find(|c: char| c.is_ascii_alphanumeric())?;
        let end = (start + ID_BYTES_MAX).min(id.len());
        Id::new(id[start..end].trim_end_matches('-'))
    }

    /// The slug that the name gives.
    pub fn slug(&self) -> Option<Slug> {
        Slug::of(self.stem)
    }

    /// The day that the name begins with.
    pub fn date(&self) -> Option<NaiveDate> {
        let day = self.stem.get(..10)?;
        let ends = self.stem[10..]
            .chars()
            .next()
            .is_none_or(|c| !c.is_ascii_digit());
        NaiveDate::parse_from_str(day, "%Y-%m-%d")
            .ok()
            .filter(|date| ends && date.to_string() == day)
    }
}
