//! What a broken file says of a withdrawal: read key by key where its syntax holds, by a scan for the keys where it
//! does not. What is said of status or embargo and cannot be understood keeps the item back.

use crate::newsroom::identity::Id;
use crate::newsroom::item::Status;
use crate::newsroom::parse::document::{self, Field, Value};
use crate::newsroom::parse::report::{Report, cleaned};
use crate::newsroom::parse::{File, Form, date};
use crate::newsroom::seldom::Withdrawal;
use chrono_tz::Tz;
use std::borrow::Cow;

/// What could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Salvage {
    /// Where the author has put the item, if that can be read.
    pub status: Option<Status>,
    /// Whether something is said of status or embargo that cannot be understood.
    pub is_unclear: bool,
    /// Nothing is to be shown before this instant.
    pub embargo: Option<i64>,
    /// The item leaves the feeds at this instant.
    pub expires: Option<i64>,
    /// What is said of a withdrawal.
    pub withdrawal: Withdrawal,
}

/// The keys that are looked for.
const KEYS: [&str; 7] = [
    "status",
    "draft",
    "embargo_until",
    "expires",
    "status_at",
    "status_note",
    "replaced_by",
];

/// Reads what can be read of a broken file.
pub fn read(file: &File<'_>, zone: Tz) -> Salvage {
    let (text, _) = cleaned(file.path, file.text);
    let report = Report::new(file.path, &text);
    let mut salvage = Salvage::default();
    match document::read(&report, file.form) {
        Some((node, _)) => {
            let Value::Table(fields) = &node.value else {
                return salvage;
            };
            fields
                .iter()
                .for_each(|field| salvage.take_field(field, zone));
        }
        None => scan(&text, file.form, &mut |key, value| {
            salvage.take(key, value, zone);
        }),
    }
    salvage
}

impl Salvage {
    /// Whether it keeps the item back.
    pub fn is_withdrawing(&self) -> bool {
        self.is_unclear
            || self.embargo.is_some()
            || self.status.is_some_and(|status| status != Status::Usable)
    }

    /// Whether it says nothing of when the item is to be seen.
    pub fn is_silent(&self) -> bool {
        self.status.is_none() && !self.is_unclear && self.embargo.is_none()
    }

    fn take_field(&mut self, field: &Field<'_>, zone: Tz) {
        let value = match &field.node.value {
            Value::Text(text) => Cow::Borrowed(&**text),
            Value::Date(date) => Cow::Borrowed(date.as_str()),
            Value::Boolean(is_true) => Cow::Owned(is_true.to_string()),
            Value::Null => return,
            Value::Integer(_) | Value::Float(_) | Value::List(_) | Value::Table(_) => {
                Cow::Borrowed("?")
            }
        };
        self.take(&field.key, &value, zone);
    }

    fn take(&mut self, key: &str, value: &str, zone: Tz) {
        let value = value.trim();
        match key {
            "status" => self.take_status(status(value)),
            "draft" => match value {
                "true" => self.take_status(Some(Status::Draft)),
                "false" => {}
                _ => self.is_unclear = true,
            },
            "embargo_until" => match date::instant_of(value, None) {
                Some(at) => self.embargo = self.embargo.max(Some(at)),
                None => self.is_unclear = true,
            },
            "expires" => self.expires = date::instant_of(value, Some(zone)),
            "status_at" => self.withdrawal.at = date::instant_of(value, Some(zone)),
            "status_note" => {
                self.withdrawal.note = Some(value.to_owned()).filter(|note| !note.is_empty());
            }
            "replaced_by" => self.withdrawal.replaced_by = Id::new(value),
            _ => {}
        }
    }

    /// Of several words the one that shows least counts.
    fn take_status(&mut self, said: Option<Status>) {
        let Some(said) = said else {
            self.is_unclear = true;
            return;
        };
        let weight = |status: Status| match status {
            Status::Usable => 0,
            Status::Withheld => 1,
            Status::Draft => 2,
            Status::Canceled => 3,
        };
        let before = self.status.map_or(-1, weight);
        if weight(said) > before {
            self.status = Some(said);
        }
    }
}

fn status(word: &str) -> Option<Status> {
    match word {
        "draft" => Some(Status::Draft),
        "usable" => Some(Status::Usable),
        "withheld" => Some(Status::Withheld),
        "canceled" => Some(Status::Canceled),
        _ => None,
    }
}

/// Finds `key = value` and `"key": value` wherever they may stand. In Markdown what comes after the front matter is
/// no key.
fn scan(text: &str, form: Form, found: &mut dyn FnMut(&str, &str)) {
    let text = match form {
        Form::Toml | Form::Json => text,
        Form::Markdown => {
            let after = text.strip_prefix("+++").unwrap_or(text);
            let end = after.find("\n+++").map_or(after.len(), |at| at + 1);
            &after[..end]
        }
    };
    for key in KEYS {
        for (at, _) in text.match_indices(key) {
            if let Some(value) = value_of(&text[..at], &text[at + key.len()..], form) {
                found(key, value);
            }
        }
    }
}

/// The value that follows a key, if what stands around it makes it one.
fn value_of<'t>(before: &str, after: &'t str, form: Form) -> Option<&'t str> {
    let quote = before
        .chars()
        .next_back()
        .filter(|c| matches!(c, '"' | '\''));
    let before = quote.map_or(before, |_| &before[..before.len() - 1]);
    let after = match quote {
        Some(quote) => after.strip_prefix(quote)?,
        None => after,
    };
    // A quotation mark within a JSON string has a backslash before it.
    let starts = before
        .trim_end_matches([' ', '\t'])
        .chars()
        .next_back()
        .is_none_or(|c| matches!(c, '\n' | '{' | ','));
    if !starts {
        return None;
    }
    let sign = if form == Form::Json { ':' } else { '=' };
    let value = after
        .trim_start_matches([' ', '\t', '\n'])
        .strip_prefix(sign)?;
    let line = value.trim_start_matches([' ', '\t']);
    let line = line.split('\n').next().unwrap_or_default();
    let Some(open) = line.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let end = if form == Form::Json {
            [',', '}']
        } else {
            ['#', '#']
        };
        return Some(line.split(end).next().unwrap_or_default().trim());
    };
    // A string without an end is one that cannot be understood.
    let inner = &line[1..];
    Some(inner.split_once(open).map_or(line, |(text, _)| text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn salvage(path: &str, text: &str) -> Salvage {
        let form = Form::of(path).unwrap();
        read(
            &File {
                path,
                form,
                text,
                id: None,
            },
            Tz::UTC,
        )
    }

    #[test]
    fn a_withdrawal_is_read_out_of_any_wreck() {
        for (path, text) in [
            (
                "a.toml",
                "title = \nstatus = \"canceled\"\nstatus_note = \"Wrong.\"\n",
            ),
            (
                "a.toml",
                "status = 'canceled' # now\nstatus_note = \"Wrong.\"\nbody = \"\"\"open",
            ),
            (
                "a.toml",
                "titel = \"x\"\nstatus = \"canceled\"\nstatus_note = \"Wrong.\"\n",
            ),
            (
                "a.json",
                "{\"title\": \"x\", \"status\": \"canceled\", \"status_note\":\"Wrong.\", \"body\": \"op",
            ),
            (
                "a.json",
                "{\n  \"status\" : \"canceled\",\n  \"status_note\": \"Wrong.\"\n",
            ),
            (
                "a.md",
                "+++\nstatus = \"canceled\"\nstatus_note = \"Wrong.\"\ntitle = \n+++\nstatus = \"usable\"\n",
            ),
        ] {
            let found = salvage(path, text);
            assert_eq!(found.status, Some(Status::Canceled), "{text}");
            assert_eq!(found.withdrawal.note.as_deref(), Some("Wrong."), "{text}");
            assert!(!found.is_unclear, "{text}");
        }
    }

    #[test]
    fn what_is_said_and_not_understood_keeps_the_item_back() {
        for text in [
            "title = \nstatus = \"cancelled\"\n",
            "title = \nstatus = \"us",
            "title = \nstatus = usable\"",
            "title = \"t\"\nstatus = 3\n",
            "title = \nembargo_until = soon\n",
            "embargo_until = 2026-09-14T18:30:00\ntitel = 1\n",
            "title = \ndraft = maybe\n",
        ] {
            assert!(salvage("a.toml", text).is_withdrawing(), "{text}");
        }
        let embargo = salvage(
            "a.toml",
            "title = \nembargo_until = 2026-09-14T18:30:00+03:00\n",
        );
        assert_eq!(
            (embargo.embargo, embargo.is_unclear),
            (Some(1_789_399_800), false)
        );
    }

    #[test]
    fn words_in_the_text_are_no_keys() {
        for (path, text) in [
            (
                "a.toml",
                "title = \nbody = \"The status = \\\"canceled\\\" was wrong, our status = fine\"\n",
            ),
            (
                "a.json",
                "{\"body\": \"x {\\\"status\\\": \\\"canceled\\\"}\", ",
            ),
            ("a.md", "+++\ntitle = \n+++\nstatus = \"canceled\"\n"),
        ] {
            assert_eq!(salvage(path, text), Salvage::default(), "{text}");
        }
    }
}
