//! The words of the interface: what pages and feeds say around the items, in each language that we know.
//!
//! A language is a file in `words/`; a test holds all of them to the same words.

use crate::text::language::Language;
use serde::Deserialize;
use std::sync::LazyLock;

/// The words of one language. `{}` and `{name}` in them stand for what is filled in; none is said in a plural, so that
/// no language needs rules for one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is named after what it says")]
pub struct Words {
    /// What the language calls itself.
    pub name: String,
    /// The country that stands for it where one must be named, as Open Graph has it (`ar_AR` is Arabic).
    pub country: String,
    /// The sign between whole and tenths.
    pub decimal: String,
    /// What stands between the members of a list.
    pub comma: String,
    pub skip: String,
    pub sections: String,
    pub languages: String,
    pub all_news: String,
    /// With the title of a section.
    pub back: String,
    pub pinned: String,
    pub nothing_here: String,
    pub pages: String,
    /// With `number` and `count`.
    pub page: String,
    pub newer: String,
    pub older: String,
    /// With the tag.
    pub tag: String,
    /// With the name.
    pub author: String,
    pub follow: String,
    pub follow_explained: String,
    pub feed_explained: String,
    /// With the format.
    pub feed_address: String,
    pub updated: String,
    pub by: String,
    pub place: String,
    pub tags: String,
    pub table: String,
    pub corrections: String,
    pub correction: String,
    pub attachments: String,
    pub source: String,
    pub first_published: String,
    pub read_at: String,
    pub related: String,
    pub translations: String,
    pub neighbours: String,
    pub previous: String,
    pub next: String,
    pub rights: String,
    pub license: String,
    pub expired: String,
    pub draft: String,
    /// With the date.
    pub scheduled: String,
    /// With the date.
    pub embargoed: String,
    pub withdrawn: String,
    pub withdrawn_sentence: String,
    pub replacement: String,
    pub missing: String,
    pub missing_sentence: String,
    pub kilobytes: String,
    pub megabytes: String,
    pub gigabytes: String,
}

/// The files, by the language's subtag.
const FILES: [(&str, &str); 12] = [
    ("ar", include_str!("words/ar.toml")),
    ("be", include_str!("words/be.toml")),
    ("de", include_str!("words/de.toml")),
    ("en", include_str!("words/en.toml")),
    ("es", include_str!("words/es.toml")),
    ("fr", include_str!("words/fr.toml")),
    ("hy", include_str!("words/hy.toml")),
    ("kk", include_str!("words/kk.toml")),
    ("ky", include_str!("words/ky.toml")),
    ("ru", include_str!("words/ru.toml")),
    ("tg", include_str!("words/tg.toml")),
    ("zh", include_str!("words/zh.toml")),
];

/// The language of those that have no words of their own.
const FALLBACK: &str = "en";

/// All words, read once.
static ALL: LazyLock<Vec<(&str, Words)>> = LazyLock::new(|| {
    let read = |(tag, text): (&'static str, &str)| {
        (tag, toml::from_str(text).expect("a test reads every file"))
    };
    FILES.map(read).into()
});

impl Words {
    /// The words of a language: its own, else those of the language without script and region, else English ones.
    ///
    /// # Panics
    ///
    /// Never: there are English words.
    pub fn of(language: &Language) -> &'static Self {
        Self::own(Self::tag_of(language)).expect("there are words in English")
    }

    /// What a language calls itself; its tag where we do not know.
    pub fn name_of(language: &Language) -> String {
        let own = Self::own(language.as_str());
        own.map_or_else(|| language.to_string(), |words| words.name.clone())
    }

    /// The country that stands for a language where one must be named; `None` where we do not know.
    pub fn country_of(primary: &str) -> Option<&'static str> {
        Self::own(primary).map(|words| words.country.as_str())
    }

    /// The subtag of the language whose words serve another.
    pub fn tag_of(language: &Language) -> &'static str {
        let primary = language.as_str().split('-').next().unwrap_or_default();
        let own = ALL.iter().find(|(known, _)| *known == primary);
        own.map_or(FALLBACK, |(known, _)| *known)
    }

    fn own(tag: &str) -> Option<&'static Self> {
        let found = ALL.iter().find(|(known, _)| *known == tag);
        found.map(|(_, words)| words)
    }

    /// A size in bytes for people: `2.4 MB`. Everything has at least 1 KB.
    pub fn size(&self, bytes: u64) -> String {
        const STEP: u64 = 1000;
        let (unit, name) = match bytes {
            ..1_000_000 => (STEP, &self.kilobytes),
            1_000_000..1_000_000_000 => (STEP.pow(2), &self.megabytes),
            1_000_000_000.. => (STEP.pow(3), &self.gigabytes),
        };
        let tenths = bytes.saturating_mul(10).div_ceil(unit);
        let (whole, tenth) = (tenths / 10, tenths % 10);
        if unit == STEP || tenth == 0 {
            let whole = bytes.div_ceil(unit).max(1);
            format!("{whole}\u{a0}{name}")
        } else {
            format!("{whole}{}{tenth}\u{a0}{name}", self.decimal)
        }
    }
}

/// Fills a word's `{}` in.
pub fn filled(word: &str, with: &str) -> String {
    word.replace("{}", with)
}

/// A file that says which languages there are is part of what a page looks like.
pub fn all_texts() -> impl Iterator<Item = &'static str> {
    FILES.into_iter().map(|(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn language(tag: &str) -> Language {
        Language::new(tag).unwrap()
    }

    #[test]
    fn every_language_has_every_word_and_what_is_filled_in() {
        let table = |text: &str| -> toml::Table { text.parse().unwrap() };
        let english = table(FILES.iter().find(|(tag, _)| *tag == FALLBACK).unwrap().1);
        for (tag, text) in FILES {
            toml::from_str::<Words>(text).unwrap_or_else(|error| panic!("{tag}: {error}"));
            let own = table(text);
            for (key, word) in &english {
                let gaps = |word: &toml::Value| -> BTreeSet<&'static str> {
                    let word = word.as_str().unwrap();
                    let all = ["{}", "{number}", "{count}"].into_iter();
                    all.filter(|gap| word.contains(gap)).collect()
                };
                assert_eq!(gaps(&own[key]), gaps(word), "{tag}: {key}");
                assert!(
                    !own[key].as_str().unwrap().trim().is_empty(),
                    "{tag}: {key}"
                );
            }
        }
    }

    #[test]
    fn no_language_repeats_an_english_sentence() {
        let english = Words::of(&language("en"));
        for (tag, words) in ALL.iter().filter(|(tag, _)| *tag != FALLBACK) {
            for (own, other) in [
                (&words.follow_explained, &english.follow_explained),
                (&words.withdrawn_sentence, &english.withdrawn_sentence),
                (&words.missing, &english.missing),
                (&words.all_news, &english.all_news),
                (&words.older, &english.older),
            ] {
                assert_ne!(own, other, "{tag}");
            }
        }
    }

    #[test]
    fn a_language_falls_back_to_itself_without_a_region_then_to_english() {
        for (tag, name) in [
            ("zh-Hant-TW", "中文"),
            ("ru-KG", "Русский"),
            ("hy", "Հայերեն"),
            ("sr-Latn", "English"),
        ] {
            assert_eq!(Words::of(&language(tag)).name, name);
        }
        assert_eq!(Words::name_of(&language("ar")), "العربية");
        assert_eq!(Words::name_of(&language("sr-Latn")), "sr-Latn");
    }

    #[test]
    fn sizes_are_said_in_the_largest_fitting_unit() {
        let (english, french) = (Words::of(&language("en")), Words::of(&language("fr")));
        for (bytes, shown) in [
            (0, "1\u{a0}KB"),
            (820, "1\u{a0}KB"),
            (1_001, "2\u{a0}KB"),
            (999_999, "1000\u{a0}KB"),
            (2_340_000, "2.4\u{a0}MB"),
            (3_000_000, "3\u{a0}MB"),
            (5_000_000_000, "5\u{a0}GB"),
        ] {
            assert_eq!(english.size(bytes), shown);
        }
        assert_eq!(french.size(2_340_000), "2,4\u{a0}Mo");
    }
}
