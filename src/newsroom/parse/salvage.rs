//! What a broken file says of a withdrawal: read key by key where its syntax holds, by a scan for the keys where it
//! does not. What is said of status or embargo and cannot be understood keeps the item back.

use crate::newsroom::identity::Id;
use crate::newsroom::item::Status;
use crate::newsroom::parse::form::{Form, fence, is_yaml};
use crate::newsroom::parse::report::{Report, cleaned};
use crate::newsroom::parse::tree::{Field, Node, Value};
use crate::newsroom::parse::withdrawal;
use crate::newsroom::parse::{File, date, document};
use crate::newsroom::rare_fields::Withdrawal;
use chrono_tz::Tz;
use std::borrow::Cow;
use std::collections::BTreeSet;

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
    /// The files of the media folder that it may refer to.
    pub media: BTreeSet<String>,
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
    let body = match document::read(&report, file.form) {
        Some((node, body)) => {
            let Value::Table(fields) = &node.value else {
                return salvage;
            };
            for field in fields {
                salvage.take_field(field, zone);
                salvage.look_within(&field.node);
            }
            body
        }
        None => {
            scan(&text, file.form, &mut |said| salvage.take_said(&said, zone));
            let after = (file.form == Form::Markdown).then(|| text_after_fences(&text));
            after.map(|at| &text[at..])
        }
    };
    salvage.is_unclear |= body.is_some_and(|body| withdrawal::after_text(body).is_some());
    salvage
}

impl Salvage {
    /// Whether it keeps a published item back.
    pub fn is_withdrawing(&self) -> bool {
        self.is_unclear || self.status.is_some_and(|status| status != Status::Usable)
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

    /// A withdrawal that stands in a table within the table keeps the item back.
    fn look_within(&mut self, node: &Node<'_>) {
        let fields = match &node.value {
            Value::Table(fields) => fields,
            Value::List(nodes) => {
                nodes.iter().for_each(|node| self.look_within(node));
                return;
            }
            _ => return,
        };
        for field in fields {
            self.is_unclear |= match &field.node.value {
                Value::Text(text) => withdrawal::keeps_back(&field.key, text),
                Value::Boolean(true) => withdrawal::is_true_key(&field.key),
                _ => false,
            };
            self.look_within(&field.node);
        }
    }

    /// What a scan has found: what stands where a text may be, or is not said as it should be, withdraws nothing for
    /// good.
    fn take_said(&mut self, said: &Said<'_>, zone: Tz) {
        let is_ours = KEYS.contains(&said.key);
        if said.is_sure && is_ours {
            self.take(said.key, said.value, zone);
        } else if !said.is_in_text && is_ours && said.value.is_empty() {
            self.is_unclear |= KEEPING.contains(&said.key);
        } else {
            let one_word = said.value.split_whitespace().count() == 1;
            let lower = said.key.to_lowercase();
            let is_keeping = KEEPING.contains(&lower.as_str()) && !said.is_in_text;
            let is_other = withdrawal::is_status_key(said.key) && !said.is_in_text;
            self.is_unclear |= is_keeping
                || (is_other
                    && withdrawal::status(said.value).is_none_or(|(s, _)| s != Status::Usable))
                || (one_word && withdrawal::keeps_back(said.key, said.value));
        }
    }

    fn take(&mut self, key: &str, value: &str, zone: Tz) {
        let value = value.trim();
        match key {
            "status" => self.take_status(withdrawal::status(value).map(|(status, _)| status)),
            "draft" => match value {
                "true" => self.take_status(Some(Status::Draft)),
                "false" => {}
                _ => self.is_unclear = true,
            },
            "embargo_until" => match date::instant_of(value, None) {
                Some(at) => self.embargo = self.embargo.max(Some(at)),
                None => self.is_unclear = true,
            },
            "expires" => self.expires = date::end_of(value, zone),
            "status_at" => self.withdrawal.at = date::instant_of(value, Some(zone)),
            "status_note" => {
                self.withdrawal.note = Some(value.to_owned()).filter(|note| !note.is_empty());
            }
            "replaced_by" => self.withdrawal.replaced_by = Id::new(value),
            _ => self.is_unclear |= withdrawal::keeps_back(key, value),
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

/// Those of our keys that keep an item back.
const KEEPING: [&str; 3] = ["status", "draft", "embargo_until"];

/// A key with its value as a scan finds them.
struct Said<'t> {
    key: &'t str,
    value: &'t str,
    /// Whether key and sign are as they should be, and it cannot stand in a text or another table.
    is_sure: bool,
    /// Whether it may stand in a text.
    is_in_text: bool,
}

/// Where the text of a Markdown file begins, as far as that can be told.
fn text_after_fences(text: &str) -> usize {
    let first = text.find('\n').map_or(text.len(), |at| at + 1);
    let end = format!("\n{}", fence(text));
    let after = text[first..].find(&end).map(|at| first + at + end.len());
    after.map_or(text.len(), |at| {
        text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
    })
}

/// Finds `key = value` and `"key": value` wherever they may stand, and what looks like them. In Markdown what comes
/// after the front matter is no key.
fn scan<'t>(text: &'t str, form: Form, found: &mut dyn FnMut(Said<'t>)) {
    let is_yaml = form == Form::Markdown && is_yaml(text);
    let sign = if is_yaml || form == Form::Json {
        ':'
    } else {
        '='
    };
    let text = match form {
        Form::Toml | Form::Json => text,
        Form::Markdown => &text[..text_after_fences(text)],
    };
    // What stands after the first text of several lines may be in it; what stands after a table may be its.
    let in_text = ["\"\"\"", "'''"]
        .into_iter()
        .filter_map(|mark| text.find(mark))
        .min();
    let in_table = text.find("\n[");
    let mut json = Json::default();
    let mut at = 0;
    for piece in text.split_inclusive(['\n', '{', ',']) {
        let begins = at;
        at += piece.len();
        let is_outermost = match form {
            Form::Json => json.is_outermost(),
            Form::Toml | Form::Markdown => {
                let is_line = begins == 0 || text[..begins].ends_with('\n');
                // In YAML what is indented belongs to what stands above it.
                let is_own = !is_yaml || !piece.starts_with([' ', '\t']);
                is_line && is_own && in_table.is_none_or(|mark| begins <= mark)
            }
        };
        json.pass(piece);
        let rest = text[begins..].trim_start_matches([' ', '\t']);
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let bare = quote.map_or(rest, |_| &rest[1..]);
        let end = bare
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')))
            .unwrap_or(bare.len());
        let (key, after) = bare.split_at(end);
        let after = match quote {
            Some(quote) => match after.strip_prefix(quote) {
                Some(after) => after,
                None => continue,
            },
            None => after,
        };
        if key.is_empty() || key.len() > KEY_BYTES_MAX {
            continue;
        }
        let Some((value, has_sign)) = value_after(after, form, sign) else {
            continue;
        };
        let is_in_text = in_text.is_some_and(|mark| mark < begins);
        let is_quoted = form != Form::Json || quote == Some('"');
        found(Said {
            key,
            value,
            is_sure: has_sign && is_quoted && is_outermost && !is_in_text,
            is_in_text,
        });
    }
}

/// Where in JSON a scan is, as far as its quotation marks and braces tell.
#[derive(Default)]
struct Json {
    depth: usize,
    is_in_string: bool,
    is_escaped: bool,
}

impl Json {
    fn pass(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                _ if std::mem::take(&mut self.is_escaped) => {}
                b'\\' if self.is_in_string => self.is_escaped = true,
                b'"' => self.is_in_string = !self.is_in_string,
                _ if self.is_in_string => {}
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// Whether a key here is one of the item's own.
    fn is_outermost(&self) -> bool {
        self.depth == 1 && !self.is_in_string
    }
}

/// No key of ours, nor a slip of one, is longer.
const KEY_BYTES_MAX: usize = 20;

/// The value after a key, and whether the sign before it is that of the form.
fn value_after(after: &str, form: Form, ours: char) -> Option<(&str, bool)> {
    let rest = after.trim_start_matches([' ', '\t']);
    // A sign on the next line is allowed in JSON, and is no better than none in TOML.
    let signed = rest
        .trim_start_matches('\n')
        .trim_start_matches([' ', '\t']);
    if let Some(value) = signed.strip_prefix(ours) {
        return Some((first_value(value, form), true));
    }
    let other = rest.strip_prefix([':', '=']);
    let is_quoted = || rest.starts_with(['"', '\'', '“']).then_some(rest);
    let value = other.or_else(is_quoted)?;
    Some((first_value(value, form), false))
}

/// The first value of a line, without quotation marks. A string without an end is one that cannot be understood.
fn first_value(value: &str, form: Form) -> &str {
    let line = value.trim_start_matches([' ', '\t']);
    let line = line.split('\n').next().unwrap_or_default();
    let Some(open) = line.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let end = if form == Form::Json {
            [',', '}']
        } else {
            ['#', '#']
        };
        return line.split(end).next().unwrap_or_default().trim();
    };
    line[1..].split_once(open).map_or(line, |(text, _)| text)
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
            (
                "a.md",
                "---\nstatus: canceled\nstatus_note: Wrong.\ntitle: \"open\n---\nText\n",
            ),
            (
                "a.md",
                "---\ntitel: x\nstatus: canceled\nstatus_note: Wrong.\n---\nText\n",
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
    fn what_is_said_in_the_wrong_place_or_way_keeps_the_item_back_and_kills_nothing() {
        for (path, text) in [
            ("a.md", "+++\ntitle = \n+++\nstatus = \"canceled\"\n"),
            (
                "a.toml",
                "titel = \"x\"\n[[images]]\nstatus = \"canceled\"\n",
            ),
            (
                "a.toml",
                "title = \n[[images]]\nsrc = \"a\"\nstatus = \"canceled\"\n",
            ),
            (
                "a.toml",
                "title = \nbody = \"\"\"x\nstatus = \"canceled\"\n\"\"\"\n",
            ),
            ("a.toml", "title = \nstatus: canceled\n"),
            ("a.toml", "title = \nStatus = \"canceled\"\n"),
            ("a.toml", "title = \nstauts = \"withheld\"\n"),
            ("a.toml", "titel = \"x\"\nwithdrawn = true\n"),
            ("a.toml", "title = \nembargo_until: 2099-01-01\n"),
            ("a.toml", "title = \ndraft = True\n"),
            (
                "a.toml",
                "title = \nsource = { name = \"x\", status = \"canceled\" }\n",
            ),
            (
                "a.json",
                "{\"source\": {\"status\": \"canceled\"}, \"title\": ",
            ),
            (
                "a.json",
                "{\"title\": \"x, \"body\": \"The tour, status: canceled, is off\"}",
            ),
            ("a.json", "{\"title\": \"x\", \"status\" = \"withheld\"}"),
            (
                "a.json",
                "{\"titel\": 1, \"source\": {\"status\": \"canceled\"}}",
            ),
        ] {
            let found = salvage(path, text);
            assert!(found.is_unclear, "{text}");
            assert_eq!(found.status, None, "{text}");
        }
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
            (
                "a.md",
                "+++\ntitle = \n+++\nWrite status = \"canceled\".\n\nThat is all.\n",
            ),
        ] {
            assert_eq!(salvage(path, text), Salvage::default(), "{text}");
        }
    }
}
