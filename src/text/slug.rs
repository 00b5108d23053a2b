//! Slugs: the segments of our own URLs.

use std::fmt;
use std::sync::Arc;

/// The longest slug, in bytes.
pub const SLUG_BYTES_MAX: usize = 100;

/// A URL segment and name of a section or item page: `^[a-z0-9]+(-[a-z0-9]+)*$`, at most 100 bytes (docs/http.md,
/// “What goes into fields”).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(Arc<str>);

impl std::borrow::Borrow<str> for Slug {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Slug {
    /// Takes a text that keeps the grammar; `None` where it does not.
    pub fn new(text: &str) -> Option<Self> {
        let word = |word: &str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        (text.len() <= SLUG_BYTES_MAX && text.split('-').all(word)).then(|| Self(text.into()))
    }

    /// Makes a slug of any text: transliterated, lower-cased, other characters folded to single hyphens, cut at a
    /// word within the limit. `None` where nothing is left.
    pub fn of(text: &str) -> Option<Self> {
        let ascii = deunicode::deunicode(text).to_ascii_lowercase();
        let words = ascii
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty());
        let mut slug = String::new();
        for word in words {
            let hyphen = usize::from(!slug.is_empty());
            let room = SLUG_BYTES_MAX - slug.len();
            if hyphen + word.len() > room {
                if slug.is_empty() {
                    slug.push_str(&word[..room]);
                }
                break;
            }
            if hyphen == 1 {
                slug.push('-');
            }
            slug.push_str(word);
        }
        Self::new(&slug)
    }

    /// The shared text, for other names that are the same.
    pub fn shared(&self) -> &Arc<str> {
        &self.0
    }

    /// The slug as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_keeps_the_grammar() {
        for good in ["a", "2024-09-02-autumn", "0"] {
            assert!(Slug::new(good).is_some(), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "A", "a.b", "é", &"a".repeat(101)] {
            assert!(Slug::new(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn any_text_becomes_a_slug_or_nothing() {
        for (text, slug) in [
            ("Заявление Секретариата", "zaiavlenie-sekretariata"),
            ("a.b_c", "a-b-c"),
            ("  Été 2024! ", "ete-2024"),
        ] {
            assert_eq!(Slug::of(text).unwrap().as_str(), slug);
        }
        assert_eq!(Slug::of("…!"), None);
        assert!(Slug::of(&"word ".repeat(50)).unwrap().as_str().len() <= SLUG_BYTES_MAX);
        assert_eq!(
            Slug::of(&"x".repeat(300)).unwrap().as_str().len(),
            SLUG_BYTES_MAX
        );
    }
}
