//! What the authors of the model write: item files in every form, and the settings.

use chrono::DateTime;
use std::fmt::Write;

/// The instant after which nothing in the model is ever released.
pub(crate) const FAR: i64 = 4_000_000_000;

/// One item as its author means it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    pub(crate) id: Option<String>,
    /// The number of the headline; its word occurs nowhere else.
    pub(crate) title: u32,
    /// The number of the text.
    pub(crate) text: u32,
    pub(crate) date: i64,
    pub(crate) is_day: bool,
    pub(crate) language: Option<&'static str>,
    pub(crate) sections: Vec<String>,
    pub(crate) slug: Option<String>,
    pub(crate) aliases: Vec<String>,
    pub(crate) status: Option<&'static str>,
    pub(crate) note: Option<&'static str>,
    pub(crate) embargo: Option<i64>,
    pub(crate) expires: Option<i64>,
    pub(crate) corrections: Vec<i64>,
    pub(crate) updated: Option<i64>,
    pub(crate) replaced_by: Option<String>,
    pub(crate) id_uri: Option<String>,
    pub(crate) image: Option<u8>,
    pub(crate) figure: Option<u8>,
    pub(crate) is_advisory: bool,
    pub(crate) tag: Option<&'static str>,
}

fn instant(at: i64) -> String {
    let at = DateTime::from_timestamp(at, 0).unwrap();
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn day(at: i64) -> String {
    let at = DateTime::from_timestamp(at, 0).unwrap();
    at.format("%Y-%m-%d").to_string()
}

impl Draft {
    /// The word that is in the headline alone.
    pub(crate) fn title_word(&self) -> String {
        format!("HEADLINE{:05}", self.title)
    }

    /// The word that is in the text alone.
    pub(crate) fn text_word(&self) -> String {
        format!("TEXTWORD{:05}", self.text)
    }

    /// The word that ends the text: a text without it is half of one.
    pub(crate) fn end_word(&self) -> String {
        format!("ENDWORD{:05}", self.text)
    }

    /// Whether nobody may see it at an instant, by what its file says.
    pub(crate) fn is_hidden(&self, now: i64) -> bool {
        self.is_held_back() || self.embargo.is_some_and(|at| at > now) || self.date > now
    }

    /// Whether its author holds it back or has withdrawn it.
    pub(crate) fn is_held_back(&self) -> bool {
        self.status.is_some_and(|status| status != "usable")
    }

    /// The pictures that it names.
    pub(crate) fn pictures(&self) -> impl Iterator<Item = u8> {
        self.image.into_iter().chain(self.figure)
    }

    /// The file's text in the form that its name asks for.
    pub(crate) fn spell(&self, path: &str) -> String {
        let body = self.body();
        if path.ends_with(".json") {
            return self.json(&body);
        }
        let mut head = self.head();
        let tables = self.tables();
        if path.ends_with(".md") {
            return format!("+++\n{head}{tables}+++\n{body}");
        }
        let _written = writeln!(head, "body = \"\"\"\n{body}\"\"\"");
        head + &tables
    }

    fn body(&self) -> String {
        let figure = self
            .figure
            .map_or_else(String::new, |n| format!("\n![picture]({n}.png)\n"));
        let (first, last) = (self.text_word(), self.end_word());
        format!("First words of {first} and so on to {last}.\n{figure}")
    }

    fn date(&self) -> String {
        let spell = if self.is_day { day } else { instant };
        spell(self.date)
    }

    /// The plain keys, each with its value as TOML.
    fn head(&self) -> String {
        let mut head = format!(
            "title = \"On {}\"\ndate = {}\n",
            self.title_word(),
            self.date()
        );
        let mut line = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                let _written = writeln!(head, "{key} = {value}");
            }
        };
        let quoted = |text: &str| format!("{text:?}");
        line("id", self.id.as_deref().map(quoted));
        line("lang", self.language.map(quoted));
        let sections = Some(&self.sections).filter(|all| !all.is_empty());
        line("sections", sections.map(|all| format!("{all:?}")));
        line("slug", self.slug.as_deref().map(quoted));
        let aliases = Some(&self.aliases).filter(|all| !all.is_empty());
        line("aliases", aliases.map(|all| format!("{all:?}")));
        line("status", self.status.map(quoted));
        line("status_note", self.note.map(quoted));
        line("embargo_until", self.embargo.map(instant));
        line("expires", self.expires.map(instant));
        line("updated", self.updated.map(instant));
        line("replaced_by", self.replaced_by.as_deref().map(quoted));
        line("id_uri", self.id_uri.as_deref().map(quoted));
        line("tags", self.tag.map(|tag| format!("[{tag:?}]")));
        line("genre", self.is_advisory.then(|| quoted("advisory")));
        head
    }

    fn tables(&self) -> String {
        let mut tables = String::new();
        for at in &self.corrections {
            let at = instant(*at);
            let _written = writeln!(tables, "[[corrections]]\nat = {at}\nnote = \"Put right.\"");
        }
        if let Some(n) = self.image {
            let _written = writeln!(tables, "[[images]]\nsrc = \"{n}.png\"\nalt = \"\"");
        }
        tables
    }

    fn json(&self, body: &str) -> String {
        let corrections = self
            .corrections
            .iter()
            .map(|at| serde_json::json!({"at": instant(*at), "note": "Put right."}));
        let images = self
            .image
            .iter()
            .map(|n| serde_json::json!({"src": format!("{n}.png"), "alt": ""}));
        let some = |list: &Vec<String>| (!list.is_empty()).then(|| list.clone());
        let mut value = serde_json::json!({
            "title": format!("On {}", self.title_word()), "date": self.date(), "id": self.id,
            "lang": self.language, "sections": some(&self.sections), "slug": self.slug,
            "aliases": some(&self.aliases), "status": self.status, "status_note": self.note,
            "embargo_until": self.embargo.map(instant), "expires": self.expires.map(instant),
            "updated": self.updated.map(instant), "replaced_by": self.replaced_by, "id_uri": self.id_uri,
            "genre": self.is_advisory.then_some("advisory"), "body": body,
            "tags": self.tag.map(|tag| vec![tag]),
            "corrections": corrections.collect::<Vec<_>>(), "images": images.collect::<Vec<_>>(),
        });
        let keys = value.as_object_mut().unwrap();
        keys.retain(|_, value| {
            !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty())
        });
        serde_json::to_string_pretty(&value).unwrap()
    }
}

/// `site.toml`.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) title: u32,
    /// The first is the default, which is not listed.
    pub(crate) languages: Vec<&'static str>,
    pub(crate) tags: &'static str,
    pub(crate) zone: &'static str,
    pub(crate) base_url: &'static str,
    pub(crate) logo: Option<u8>,
    pub(crate) feeds: String,
}

impl Site {
    pub(crate) fn spell(&self) -> String {
        let logo = self
            .logo
            .map_or_else(String::new, |n| format!("logo = \"{n}.png\"\n"));
        let (default, listed) = self.languages.split_first().unwrap();
        let listed: String = listed
            .iter()
            .map(|language| format!("[languages.{language}]\ntitle = \"In {language}\"\n"))
            .collect();
        format!(
            "title = \"Example {}\"\nbase_url = \"{}\"\nid_authority = \"example.org\"\n\
             id_authority_date = \"2022\"\ntimezone = \"{}\"\ndefault_language = \"{default}\"\n\
             {logo}{listed}{}[feeds]\n{}",
            self.title, self.base_url, self.zone, self.tags, self.feeds
        )
    }
}

/// The languages that a site may have, the default first.
pub(crate) const LANGUAGES: [&[&str]; 8] = [
    &["en", "ru"],
    &["en"],
    &["en", "ru", "de"],
    &["en", "de", "ru"],
    &["ru", "en"],
    &["en", "de"],
    &["de"],
    &["ru", "de"],
];

/// What `site.toml` may say of tags.
pub(crate) const TAGS: [&str; 4] = [
    "",
    "[tags]\nwater = \"Of water\"\n",
    "[tags.water]\nspellings = [\"River\", \"Wasser\"]\n",
    "[tags.river]\nspellings = [\"water\"]\n",
];

/// Settings of feeds, for the site and for sections.
pub(crate) const FEEDS: [&str; 11] = [
    "",
    "items = 2\n",
    "items = 3\non_cancel = \"remove\"\n",
    "on_missing = \"cancel\"\n",
    "notice_days = 1\n",
    "items = 30\non_missing = \"cancel\"\n",
    "on_missing = \"cancel\"\nnotice_days = 3\n",
    "max_age_seconds = 1200\ncontent = \"summary\"\n",
    "formats = [\"rss\", \"json\"]\n",
    "browser_view = false\n",
    "max_age_seconds = 1800\nhubs = [\"https://hub.example.org/\"]\n",
];

/// A `section.toml`.
pub(crate) fn section(number: u32, choice: u8) -> String {
    let more = match choice % 4 {
        0 => "in_main = false\n",
        1 => "topics = [\"medtop:11000000\"]\n",
        2 => "description = \"One line.\"\n",
        _ => "",
    };
    let feeds = FEEDS[usize::from(choice) % FEEDS.len()];
    format!("title = \"Section {number}\"\n{more}[feeds]\n{feeds}")
}
