//! Readers of fields: each takes one key of a table, checks its value, and reports what is wrong at its place.

use crate::newsroom::parse::report::{PROBLEMS_MAX, Report, Reported};
use crate::newsroom::parse::respell::Spelling;
use crate::newsroom::parse::slip;
use crate::newsroom::parse::tree::{Field, Node, Value};
use crate::newsroom::parse::withdrawal;
use crate::text::headline;
use crate::text::legal::{first_illegal, legal, single_line};
use crate::text::slug::Slug;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};
use url::Url;

/// The longest URL that is taken, in bytes.
pub const URL_BYTES_MAX: usize = 2_000;

/// The longest line of text that is taken, in characters.
pub const LINE_CHARS_MAX: usize = 1_000;

/// The most members of a list.
pub const LIST_MAX: usize = 200;

/// Keys that people write at the end of `site.toml`, below a table of it.
pub const SITE_KEYS: [&str; 12] = [
    "base_url",
    "id_authority",
    "id_authority_date",
    "timezone",
    "default_language",
    "license",
    "logo",
    "icon",
    "title",
    "contact",
    "publisher",
    "rights",
];

/// An unknown key within this likeness of a known one is taken for a slip of the pen.
const LIKENESS_MIN: f64 = 0.8;

/// Reads the fields of one table.
pub struct Reader<'r, 'a> {
    /// Where problems go.
    pub report: &'r Report<'a>,
    fields: &'r [Field<'a>],
    /// The table's own place.
    pub span: Range<usize>,
    known: RefCell<Vec<&'static str>>,
}

impl<'r, 'a> Reader<'r, 'a> {
    /// A reader of a table; `None`, with a problem, of anything else.
    pub fn of(report: &'r Report<'a>, node: &'r Node<'a>) -> Option<Self> {
        let Value::Table(fields) = &node.value else {
            let message = format!(
                "here must be keys with values, and there is {}",
                node.value.kind()
            );
            report
                .error(node.span.clone(), message)
                .hint(table_of(report, node));
            return None;
        };
        Some(Self {
            report,
            fields,
            span: node.span.clone(),
            known: RefCell::default(),
        })
    }

    /// The field of a key, which is known from now on. JSON's null is as good as none.
    pub fn field(&self, key: &'static str) -> Option<&'r Field<'a>> {
        self.known.borrow_mut().push(key);
        let field = self.fields.iter().find(|field| field.key == key);
        field.filter(|field| field.node.value != Value::Null)
    }

    /// The value of a key.
    pub fn node(&self, key: &'static str) -> Option<&'r Node<'a>> {
        self.field(key).map(|field| &field.node)
    }

    /// The place of a key, else of the table.
    pub fn place(&self, key: &str) -> Range<usize> {
        let field = self.fields.iter().find(|field| field.key == key);
        field.map_or_else(
            || self.span.start..self.span.start,
            |field| field.key_span.clone(),
        )
    }

    /// All fields of a table whose keys are free.
    pub fn all(&self) -> &'r [Field<'a>] {
        self.fields
    }

    /// Reports an error at a key's value.
    pub fn error_at(&self, key: &str, message: impl Into<String>) -> Reported<'r, 'a> {
        let field = self.fields.iter().find(|field| field.key == key);
        let span = field.map_or_else(|| self.span.clone(), |field| field.node.span.clone());
        self.report.error(span, message)
    }

    /// A text as it is written, several lines allowed.
    pub fn text(&self, key: &'static str) -> Option<String> {
        self.node(key).and_then(|node| text(self.report, key, node))
    }

    /// A text of one line, trimmed; a blank one is as good as none.
    pub fn line(&self, key: &'static str) -> Option<String> {
        self.node(key)
            .and_then(|node| line(self.report, key, node))
            .filter(|line| has_sign(line))
    }

    /// A text of one line that must be there.
    pub fn required_line(&self, key: &'static str, hint: &str) -> Option<String> {
        let is_there = self.field(key).is_some();
        let line = self.line(key);
        if line.is_none() {
            if !is_there {
                self.report
                    .error(
                        self.span.start..self.span.start,
                        format!("`{key}` is missing"),
                    )
                    .hint(hint);
            } else if self.is_blank(key) {
                self.error_at(key, format!("`{key}` is empty")).hint(hint);
            }
        }
        line
    }

    /// Whether a key has a text without any words.
    fn is_blank(&self, key: &'static str) -> bool {
        let node = self.node(key);
        node.is_some_and(|node| matches!(&node.value, Value::Text(text) if !has_sign(text)))
    }

    /// True or false.
    pub fn boolean(&self, key: &'static str) -> Option<bool> {
        let node = self.node(key)?;
        let Value::Boolean(is_true) = node.value else {
            let meant = match &node.value {
                Value::Text(text) => slip::truth(text),
                _ => None,
            };
            let hint = meant.map_or_else(
                || "write `true` or `false`, without quotation marks".to_owned(),
                |is_true| format!("write `{key} = {is_true}`, without quotation marks"),
            );
            self.wrong(key, node, "`true` or `false`").hint(hint);
            return None;
        };
        Some(is_true)
    }

    /// A whole number within limits.
    pub fn integer(&self, key: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let node = self.node(key)?;
        let Value::Integer(number) = node.value else {
            self.wrong(key, node, "a whole number")
                .hint("write digits alone, without quotation marks");
            return None;
        };
        self.within(key, node, number, &range)
    }

    /// A number within limits.
    pub fn number(&self, key: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        let node = self.node(key)?;
        let number = match node.value {
            Value::Float(number) => number,
            #[expect(clippy::cast_precision_loss, reason = "coordinates are small")]
            Value::Integer(number) => number as f64,
            _ => {
                self.wrong(key, node, "a number")
                    .hint("write it as in `48.2`, without quotation marks");
                return None;
            }
        };
        self.within(key, node, number, &range)
    }

    /// A value that is within its limits; a problem of any other.
    fn within<T: PartialOrd + std::fmt::Display>(
        &self,
        key: &str,
        node: &Node<'_>,
        value: T,
        range: &RangeInclusive<T>,
    ) -> Option<T> {
        if range.contains(&value) {
            return Some(value);
        }
        let message = format!("`{key}` must be from {} to {}", range.start(), range.end());
        let reported = self.report.error(node.span.clone(), message);
        let nearest = if value < *range.start() {
            range.start()
        } else {
            range.end()
        };
        reported.hint(format!("the nearest that may be written is `{nearest}`"));
        None
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let node = self.node(key)?;
        let word = line(self.report, key, node)?;
        let found = choices
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, choice)| *choice);
        if found.is_none() {
            let names: Vec<String> = choices
                .iter()
                .map(|(name, _)| format!("`{name}`"))
                .collect();
            let reported = self.report.error(
                node.span.clone(),
                format!("`{word}` is no {}", key.replace('_', " ")),
            );
            reported.hint(format!("write one of {}", names.join(", ")));
        }
        found
    }

    /// An absolute web address.
    pub fn url(&self, key: &'static str) -> Option<Url> {
        let node = self.node(key)?;
        url(self.report, key, node)
    }

    /// A slug.
    pub fn slug(&self, key: &'static str) -> Option<Slug> {
        let node = self.node(key)?;
        slug(self.report, key, node)
    }

    /// A list, each member read by `one`.
    pub fn list<T>(
        &self,
        key: &'static str,
        one: impl Fn(&'r Report<'a>, &'static str, &'r Node<'a>) -> Option<T>,
    ) -> Vec<T> {
        let Some(node) = self.node(key) else {
            return Vec::new();
        };
        let Value::List(list) = &node.value else {
            let reported = self.wrong(key, node, "a list");
            reported.hint(match &node.value {
                Value::Text(text) if text.chars().count() <= LINE_CHARS_MAX => list_of(key, text),
                Value::Table(_) if self.report.spelling() == Spelling::Toml => {
                    format!("write two pairs of brackets, `[[{key}]]`, each time one begins")
                }
                _ => "write its members in square brackets: `[ … ]`".to_owned(),
            });
            return Vec::new();
        };
        if list.len() > LIST_MAX {
            self.report.error(
                node.span.clone(),
                format!("`{key}` has more than {LIST_MAX} members"),
            );
            return Vec::new();
        }
        list.iter()
            .filter_map(|node| one(self.report, key, node))
            .collect()
    }

    /// A list of texts of one line, each once.
    pub fn lines(&self, key: &'static str) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for text in self
            .list(key, line)
            .into_iter()
            .filter(|text| !text.is_empty())
        {
            if !lines.contains(&text) {
                lines.push(text);
            }
        }
        lines
    }

    /// The reader of a table within the table.
    pub fn table(&self, key: &'static str) -> Option<Reader<'r, 'a>> {
        self.node(key)
            .and_then(|node| Reader::of(self.report, node))
    }

    /// Reports keys of the outermost table that stand below a line in brackets, where TOML takes them for this table's.
    pub fn finish_slid(&self, outer: &[&'static str]) {
        let mut known = self.known.borrow_mut();
        for key in outer {
            let field = self.fields.iter().find(|field| field.key == *key);
            let Some(field) = field.filter(|_| !known.contains(key)) else {
                continue;
            };
            let message =
                format!("`{key}` stands below a line in brackets, and so belongs to that table");
            let reported = self.report.error(field.key_span.clone(), message);
            reported.hint("move it above the first line in brackets");
            known.push(key);
        }
    }

    /// Reports every key that nobody has asked for. `foreign` are other programs' names of our keys.
    pub fn finish(&self, foreign: &[(&str, &str)]) {
        let mut known = self.known.take();
        let mut told = BTreeSet::new();
        known.retain(|key| told.insert(*key));
        let unknown = self
            .fields
            .iter()
            .filter(|field| !known.contains(&&*field.key));
        // One more than can be listed, so that the report tells that there are more.
        for field in unknown.take(PROBLEMS_MAX + 1) {
            let key = &*field.key;
            let reported = self
                .report
                .error(field.key_span.clone(), format!("`{key}` is not known here"));
            let ours = foreign.iter().find(|(theirs, _)| *theirs == key);
            let is_taken = |ours: &str| self.fields.iter().any(|field| field.key == ours);
            if let Some((_, ours)) = ours.filter(|(_, ours)| is_taken(ours)) {
                reported.hint(format!(
                    "it is called `{ours}` here: put its values into `{ours}`"
                ));
            } else if let Some(hint) = withdrawal_hint(key) {
                reported.hint(hint);
            } else if let Some((_, ours)) = foreign.iter().find(|(theirs, _)| *theirs == key) {
                reported.hint(format!("it is called `{ours}` here"));
            } else if let Some(near) = nearest(key, known.iter().copied()) {
                reported.hint(format!("did you mean `{near}`?"));
            } else if known.len() <= KEYS_LISTED_MAX {
                reported.hint(format!("the keys here are `{}`", known.join("`, `")));
            }
        }
    }

    fn wrong(&self, key: &str, node: &Node<'_>, expected: &str) -> Reported<'r, 'a> {
        let message = format!("`{key}` must be {expected}, and is {}", node.value.kind());
        self.report.error(node.span.clone(), message)
    }
}

/// So many keys are listed where one is not known.
const KEYS_LISTED_MAX: usize = 8;

/// The keys whose values are tables, or lists of them.
const TABLES: [&str; 8] = [
    "images",
    "attachments",
    "corrections",
    "source",
    "place",
    "publisher",
    "contact",
    "authors",
];

/// What to write in the place of a text where a list must be.
fn list_of(key: &str, text: &str) -> String {
    match key {
        "images" => format!(
            "write `images = [{{ src = \"{}\", alt = \"…\" }}]`, and in `alt` what the picture shows",
            below_media(text)
        ),
        "attachments" => format!(
            "write `attachments = [{{ src = \"{}\" }}]`",
            below_media(text)
        ),
        "authors" => format!("write `authors = [\"{text}\"]`"),
        "corrections" => format!(
            "write `corrections = [{{ at = 2026-11-27T18:30:00+01:00, note = \"{text}\" }}]`, with the time at which it was \
             put right"
        ),
        _ => {
            let members: Vec<String> = text
                .split([',', ';'])
                .map(|part| format!("\"{}\"", part.trim()))
                .collect();
            format!("put it in square brackets: `[{}]`", members.join(", "))
        }
    }
}

/// A path as `src` has it: below `media/`.
fn below_media(path: &str) -> &str {
    let path = path.trim_start_matches(['.', '/']);
    path.strip_prefix("media/").unwrap_or(path)
}

/// What to write where keys with values must be.
fn table_of(report: &Report<'_>, node: &Node<'_>) -> String {
    let Value::Text(text) = &node.value else {
        return "write keys with values, in braces: `{ … }`".to_owned();
    };
    let before = &report.source()[..node.span.start.min(report.source().len())];
    let is_key_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    // The key of the value, or of the list that the value stands in.
    let line = before.lines().next_back().unwrap_or_default();
    let words = line.split(|c| !is_key_sign(c)).rev();
    let mut words = words.filter(|word| !word.is_empty());
    let key = words.find(|word| TABLES.contains(word)).unwrap_or_default();
    match key {
        "images" => format!(
            "write `{{ src = \"{}\", alt = \"…\" }}`, and in `alt` what the picture shows",
            below_media(text)
        ),
        "attachments" => format!("write `{{ src = \"{}\" }}`", below_media(text)),
        "corrections" => format!(
            "write `{{ at = 2026-11-27T18:30:00+01:00, note = \"{text}\" }}`, with the time at which it was put right"
        ),
        "contact" if text.contains('@') => {
            format!("write `contact = {{ name = \"…\", email = \"{text}\" }}`")
        }
        "source" => format!("write `source = {{ name = \"{text}\", url = \"https://…\" }}`"),
        "place" | "publisher" | "contact" => format!("write `{key} = {{ name = \"{text}\" }}`"),
        _ if text.ends_with([')', ']']) || !text.contains('.') => {
            "write keys with values, in braces: `{ … }`".to_owned()
        }
        _ => format!("write keys with values, in braces: `{{ src = \"{text}\" }}`"),
    }
}

/// What to write in the place of a key that is meant to withdraw an item and is none, or stands in a table.
fn withdrawal_hint(key: &str) -> Option<&'static str> {
    if key == "status" {
        return Some(
            "move this line above the first line in brackets; until then the item is held back",
        );
    }
    let is_meant = withdrawal::is_status_key(key) || withdrawal::is_true_key(key);
    is_meant.then_some(
        "to withdraw the item write `status = \"canceled\"`, above the first line in brackets",
    )
}

/// Tells of HTML and Markdown in a line that is shown as it stands everywhere.
pub fn told_of_signs(reader: &Reader<'_, '_>, key: &'static str, line: &str) {
    let may_be_html = line.contains(['<', '&']);
    let plain = may_be_html.then(|| headline::plain(line));
    let plain = plain.filter(|plain| plain != line);
    let language = if plain.is_some() {
        "HTML"
    } else if line.contains("](") || line.matches("**").count() > 1 {
        "Markdown"
    } else {
        return;
    };
    let message = format!("`{key}` is shown as it stands, with the signs of {language} in it");
    let reported = reader.report.warning(reader.place(key), message);
    reported.hint(match plain {
        Some(plain) => format!("write `{key} = \"{plain}\"`"),
        None => "write it in plain words".to_owned(),
    });
}

/// Whether a text has anything to be seen.
fn has_sign(text: &str) -> bool {
    let is_unseen = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || headline::is_unseen(c)
            || matches!(c, '\u{200C}'..='\u{200F}')
    };
    !text.chars().all(is_unseen)
}

/// The known name that an unknown one is most like.
pub fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let name = name.to_lowercase();
    let likeness = known.map(|known| (strsim::jaro_winkler(&name, &known.to_lowercase()), known));
    likeness
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

/// A text as it is written, without what XML forbids.
pub fn text(report: &Report<'_>, key: &str, node: &Node<'_>) -> Option<String> {
    let Value::Text(text) = &node.value else {
        let message = format!("`{key}` must be a string, and is {}", node.value.kind());
        let reported = report.error(node.span.clone(), message);
        if matches!(
            node.value,
            Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Date(_)
        ) {
            reported.hint("put it in quotation marks");
        }
        return None;
    };
    // What stands in the file as it is was cleaned with the file; only an escape can bring such a character in.
    let has_escapes = matches!(text, Cow::Owned(_));
    if let Some((_, first)) = has_escapes.then(|| first_illegal(text)).flatten() {
        let message = format!(
            "the control character U+{:04X} is removed from `{key}`",
            u32::from(first)
        );
        report
            .warning(node.span.clone(), message)
            .hint("delete it; no feed can carry it");
        return Some(legal(text).into_owned());
    }
    Some(text.clone().into_owned())
}

/// A text of one line, trimmed and without control characters.
pub fn line(report: &Report<'_>, key: &str, node: &Node<'_>) -> Option<String> {
    let text = text(report, key, node)?;
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
    {
        report.warning(
            node.span.clone(),
            format!("control characters are removed from `{key}`"),
        );
    }
    let line = single_line(&text).into_owned();
    if line == "…" {
        let message = format!("`{key}` still holds the mark of a proposal, `…`");
        let reported = report.warning(node.span.clone(), message);
        reported.hint("write your own words in its place");
    }
    if line.chars().count() > LINE_CHARS_MAX {
        report.error(
            node.span.clone(),
            format!("`{key}` is longer than {LINE_CHARS_MAX} characters"),
        );
        return None;
    }
    Some(line)
}

/// An absolute web address.
pub fn url(report: &Report<'_>, key: &str, node: &Node<'_>) -> Option<Url> {
    let text = line(report, key, node)?;
    if text.is_empty() {
        return None;
    }
    let url = Url::parse(&text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if url.is_none() || text.len() > URL_BYTES_MAX {
        let reported = report.error(
            node.span.clone(),
            format!("`{key}` must be an absolute web address"),
        );
        reported.hint("write it with `https://` at the beginning");
        return None;
    }
    url
}

/// A slug.
pub fn slug(report: &Report<'_>, key: &str, node: &Node<'_>) -> Option<Slug> {
    let text = line(report, key, node)?;
    let slug = Slug::new(&text);
    if slug.is_none() {
        let message = format!(
            "`{key}` must be lower-case letters and digits with single hyphens between, at most 100"
        );
        let reported = report.error(node.span.clone(), message);
        if let Some(made) = Slug::of(&text) {
            reported.hint(format!("write `{made}`"));
        }
    }
    slug
}
