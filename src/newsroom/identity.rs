//! Names that never change: item ids, section names and the tag URIs (RFC 4151) made of them.

use crate::text::slug::Slug;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// The longest id, in bytes.
pub const ID_BYTES_MAX: usize = 120;

/// An item's permanent name within the publication: `[a-z0-9][a-z0-9._-]{0,119}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Arc<str>);

impl Id {
    /// Takes a text that keeps the grammar; `None` where it does not.
    pub fn new(text: &str) -> Option<Self> {
        let first = text.bytes().next()?;
        let rest = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-')
        };
        let fits = text.len() <= ID_BYTES_MAX
            && rest(first)
            && first.is_ascii_alphanumeric()
            && text.bytes().all(rest);
        fits.then(|| Self(text.into()))
    }

    /// The id that comes before all others.
    pub fn first() -> Self {
        static FIRST: LazyLock<Id> = LazyLock::new(|| Id("0".into()));
        FIRST.clone()
    }

    /// The same id, with the memory of a slug that is the same.
    #[must_use]
    pub fn sharing(self, slug: &Slug) -> Self {
        if *self.0 == **slug.shared() {
            Self(Arc::clone(slug.shared()))
        } else {
            self
        }
    }

    /// The shared text, for other names that are the same.
    pub fn shared(&self) -> &Arc<str> {
        &self.0
    }

    /// The id as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who names things, and since when: the constant half of every tag URI. It is independent of the base URL, so that
/// a move to another host changes no id (RFC 4287, section 4.2.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    name: String,
    date: String,
}

impl Authority {
    /// Takes a DNS name or e-mail address and a date on which it was the publisher's: `YYYY`, `YYYY-MM` or
    /// `YYYY-MM-DD` (RFC 4151, section 2.1). `None` where either breaks the grammar.
    pub fn new(name: &str, date: &str) -> Option<Self> {
        (is_authority_name(name) && authority_day(date).is_some()).then(|| Self {
            name: name.to_ascii_lowercase(),
            date: date.to_owned(),
        })
    }

    /// The DNS name or e-mail address.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A date on which it was the publisher's, as written.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// The tag URI of a specific name.
    pub fn tag(&self, specific: &str) -> String {
        format!("tag:{},{}:{specific}", self.name, self.date)
    }

    /// The first day of the date on which the name was the publisher's: the date of a feed that never had an item.
    ///
    /// # Panics
    ///
    /// Never: the constructor has checked the date.
    pub fn start(&self) -> chrono::NaiveDate {
        authority_day(&self.date).expect("the constructor has checked the date")
    }
}

fn is_authority_name(name: &str) -> bool {
    let host = name.rsplit_once('@').map_or(Some(name), |(user, host)| {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        (!user.is_empty() && user.bytes().all(legal)).then_some(host)
    });
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.is_some_and(|host| host.len() <= 253 && host.split('.').all(label))
}

fn authority_day(date: &str) -> Option<chrono::NaiveDate> {
    let whole = match date.len() {
        4 => format!("{date}-01-01"),
        7 => format!("{date}-01"),
        10 => date.to_owned(),
        _ => return None,
    };
    chrono::NaiveDate::parse_from_str(&whole, "%Y-%m-%d")
        .ok()
        .filter(|day| day.to_string() == whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_keeps_the_grammar() {
        for good in [
            "a",
            "0",
            "2022-0914-advance-team",
            "a.b_c-d",
            &"x".repeat(120),
        ] {
            assert_eq!(
                Id::new(good).map(|id| id.to_string()).as_deref(),
                Some(good)
            );
        }
        for bad in ["", "-a", ".a", "A", "a b", "é", "a/b", &"x".repeat(121)] {
            assert_eq!(Id::new(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_tag_uri_is_made_of_authority_date_and_specific() {
        let authority = Authority::new("Example.org", "2022-09").unwrap();
        assert_eq!(authority.tag("a"), "tag:example.org,2022-09:a");
        assert_eq!(authority.start().to_string(), "2022-09-01");
        assert!(Authority::new("press@example.org", "2022").is_some());
        for (name, date) in [
            ("", "2022"),
            ("a_b", "2022"),
            ("example.org", "22"),
            ("example.org", "2022-13"),
            ("example..org", "2022"),
        ] {
            assert_eq!(Authority::new(name, date), None, "{name} {date}");
        }
    }
}
