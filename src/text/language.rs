//! Language tags (BCP 47, RFC 5646).

use std::fmt;
use std::sync::Arc;

/// A well-formed language tag in canonical case, as in `en`, `sr-Latn` or `zh-Hant-TW`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(Arc<str>);

impl Language {
    /// Takes a well-formed tag with a language of two or three letters; `None` for anything else, so that a
    /// language's name (`russian`) is not mistaken for its tag.
    pub fn new(tag: &str) -> Option<Self> {
        let parsed = oxilangtag::LanguageTag::parse_and_normalize(tag).ok()?;
        let primary = parsed.primary_language();
        ((2..=3).contains(&primary.len()) && tag.len() <= 35).then(|| Self(parsed.as_str().into()))
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tag as a URL segment: lower-case.
    pub fn segment(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// Whether the language is written from right to left: by its script if the tag names one, else by its usual one.
    pub fn is_right_to_left(&self) -> bool {
        let mut subtags = self.0.split('-');
        let primary = subtags.next().unwrap_or_default();
        let script = subtags
            .find(|subtag| subtag.len() == 4 && subtag.bytes().all(|b| b.is_ascii_alphabetic()));
        script.map_or_else(
            || {
                matches!(
                    primary,
                    "ar" | "he" | "fa" | "ur" | "ps" | "yi" | "dv" | "ug" | "sd" | "ckb" | "syr"
                )
            },
            |script| {
                matches!(
                    script,
                    "Arab" | "Hebr" | "Syrc" | "Thaa" | "Nkoo" | "Adlm" | "Rohg"
                )
            },
        )
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_taken_and_a_name_is_not() {
        for (text, tag) in [
            ("EN", "en"),
            ("sr-latn", "sr-Latn"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("hy", "hy"),
        ] {
            assert_eq!(Language::new(text).unwrap().as_str(), tag);
        }
        for bad in ["", "russian", "e", "en_US", "12", "x-private"] {
            assert_eq!(Language::new(bad), None, "{bad}");
        }
    }

    #[test]
    fn direction_follows_the_script() {
        assert!(Language::new("ar").unwrap().is_right_to_left());
        assert!(Language::new("uz-Arab").unwrap().is_right_to_left());
        assert!(!Language::new("ar-Latn").unwrap().is_right_to_left());
        assert!(!Language::new("ru").unwrap().is_right_to_left());
    }
}
