//! Files read as trees of values.

use crate::newsroom::parse::form::{FENCE, Form, YAML_FENCE, is_yaml};
use crate::newsroom::parse::report::{PROBLEMS_MAX, Report};
use crate::newsroom::parse::respell::Spelling;
use crate::newsroom::parse::tree::{DEPTH_MAX, Field, Node, Value, has_too_many_lines};
use crate::newsroom::parse::yaml;
use crate::newsroom::parse::{slip, syntax};
use crate::newsroom::problem::Mark;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Of a larger text the first error is told alone, in bytes: one with an error a line takes a hundred times its size to
/// tell them all.
const ERRORS_BYTES_MAX: usize = 256 * 1024;

/// Reads a file as a table; for Markdown, that of its front matter, and the body after it. `None` where the syntax is
/// broken, with the problems in the report.
pub fn read<'a>(report: &Report<'a>, form: Form) -> Option<(Node<'a>, Option<&'a str>)> {
    let text = report.source();
    report.spell_as(Spelling::of(form, text));
    match form {
        Form::Toml => toml(report, text, 0).map(|node| (node, None)),
        Form::Json => json(report, text).map(|node| (node, None)),
        Form::Markdown => {
            let (front, body) = front_matter(report, text)?;
            let keys = &text[front.clone()];
            let node = if is_yaml(text) {
                yaml::read(report, keys, front.start)
            } else if is_told_for_yaml(report, keys, front.start) {
                None
            } else {
                toml(report, keys, front.start)
            };
            Some((node?, Some(body)))
        }
    }
}

/// Whether the keys between the fences of TOML are YAML, which is told in one message.
fn is_told_for_yaml(report: &Report<'_>, keys: &str, offset: usize) -> bool {
    let mut lines = keys.lines().filter(|line| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#')
    });
    let of_yaml = |line: &str| {
        let (key, value) = line.split_once(':')?;
        let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let is_said = value.is_empty() || value.starts_with([' ', '\r']);
        (is_said && !key.is_empty() && key.chars().all(is_key)).then_some(())
    };
    let Some(first) = lines.next().filter(|line| of_yaml(line).is_some()) else {
        return false;
    };
    // One line alone may be a slip, which has a message of its own.
    if lines
        .next()
        .is_some_and(|line| of_yaml(line).is_none() && !line.starts_with([' ', '-']))
    {
        return false;
    }
    let at = offset + (first.as_ptr().addr() - keys.as_ptr().addr());
    let reported = report.error(
        at..at + first.len(),
        "these keys are YAML, and `+++` stands for TOML",
    );
    reported.hint("write `---` in the place of each of the two lines `+++`");
    true
}

/// The bytes between the fences, and the text after them.
fn front_matter<'a>(report: &Report<'a>, text: &'a str) -> Option<(Range<usize>, &'a str)> {
    let first = text.lines().next().unwrap_or_default();
    let fence = first.trim_end();
    if fence != FENCE && fence != YAML_FENCE {
        report
            .error(0..first.len(), "a Markdown item begins with a line `+++` or `---`")
            .hint("write the keys between two lines `+++` (TOML) or `---` (YAML), and the text after the second");
        return None;
    }
    let start = text.find('\n').map_or(text.len(), |at| at + 1);
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        if line.trim_end() == fence {
            return Some((start..at, &text[at + line.len()..]));
        }
        at += line.len();
    }
    report
        .error(0..FENCE.len(), "the front matter has no end")
        .hint(format!("write a line `{fence}` after the last key"));
    None
}

fn toml<'a>(report: &Report<'a>, text: &'a str, offset: usize) -> Option<Node<'a>> {
    if has_too_many_lines(report, text, offset) {
        return None;
    }
    let (table, errors) = if text.len() > ERRORS_BYTES_MAX {
        match DeTable::parse(text) {
            Ok(table) => (table, Vec::new()),
            Err(error) => (Spanned::new(0..0, DeTable::new()), vec![error]),
        }
    } else {
        DeTable::parse_recoverable(text)
    };
    // One more than can be listed, so that the report tells that there are more.
    let mut last_line = None;
    for error in errors.iter().take(PROBLEMS_MAX + 1) {
        let span = error.span().unwrap_or(0..0);
        let mark = Mark::of(text, &span);
        // What follows an error on its line is mended with it.
        if last_line.replace(mark.line) == Some(mark.line) {
            continue;
        }
        let (what, hint) = syntax::toml(error.message());
        let message = format!("this is not TOML: {}", first_line(what));
        let reported = report.error(span.start + offset..span.end + offset, message);
        reported.hint(slip::of(&mark.quoted).unwrap_or_else(|| hint.to_owned()));
    }
    let node = if errors.is_empty() {
        toml_table(&table, offset, 0)
    } else {
        return None;
    };
    if node.is_none() {
        report.error(
            0..0,
            format!("values are nested more than {DEPTH_MAX} deep"),
        );
    }
    node
}

fn first_line(message: &str) -> String {
    message
        .lines()
        .next()
        .unwrap_or_default()
        .replace("\n", " ")
}

fn toml_table<'a>(table: &Spanned<DeTable<'a>>, offset: usize, depth: usize) -> Option<Node<'a>> {
    let mut fields = Vec::with_capacity(table.get_ref().len());
    for (key, value) in table.get_ref() {
        fields.push(Field {
            key: key.get_ref().clone(),
            key_span: shifted(key.span(), offset),
            node: toml_node(value, offset, depth + 1)?,
        });
    }
    // The crate sorts keys; the file's order is the one that people expect in reports.
    fields.sort_by_key(|field| field.key_span.start);
    Some(Node {
        span: shifted(table.span(), offset),
        value: Value::Table(fields),
    })
}

fn toml_node<'a>(value: &Spanned<DeValue<'a>>, offset: usize, depth: usize) -> Option<Node<'a>> {
    if depth > DEPTH_MAX {
        return None;
    }
    let span = value.span();
    let made = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.clone()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Float(f64::INFINITY), Value::Integer),
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(is_true) => Value::Boolean(*is_true),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(list) => Value::List(
            list.iter()
                .map(|value| toml_node(value, offset, depth + 1))
                .collect::<Option<_>>()?,
        ),
        DeValue::Table(table) => {
            return toml_table(&Spanned::new(span, table.clone()), offset, depth);
        }
    };
    Some(Node {
        span: shifted(span, offset),
        value: made,
    })
}

fn shifted(span: Range<usize>, by: usize) -> Range<usize> {
    span.start + by..span.end + by
}

fn json<'a>(report: &Report<'a>, text: &'a str) -> Option<Node<'a>> {
    match serde_json::from_str::<&RawValue>(text) {
        Ok(raw) => json_node(report, raw, 0),
        Err(error) => {
            let at = offset_of(text, error.line(), error.column());
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            let (what, hint) = syntax::json(message);
            report
                .error(at..at + 1, format!("this is not JSON: {what}"))
                .hint(hint);
            None
        }
    }
}

/// The byte at a line and column as serde_json counts them: from 1, columns in bytes.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    (start + column.saturating_sub(1)).min(text.len())
}

fn json_node<'a>(report: &Report<'a>, raw: &'a RawValue, depth: usize) -> Option<Node<'a>> {
    let text = raw.get();
    // The raw text is a part of the file's: its place is the distance between the two.
    let start = text.as_ptr().addr() - report.source().as_ptr().addr();
    let span = start..start + text.len();
    if depth > DEPTH_MAX {
        report.error(
            span,
            format!("values are nested more than {DEPTH_MAX} deep"),
        );
        return None;
    }
    let value = match text.as_bytes().first() {
        Some(b'{') => json_table(report, text, depth)?,
        Some(b'[') => {
            let list: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            Value::List(
                list.into_iter()
                    .map(|raw| json_node(report, raw, depth + 1))
                    .collect::<Option<_>>()?,
            )
        }
        Some(b'"') => Value::Text(json_text(report, &span, text)?),
        Some(b't') => Value::Boolean(true),
        Some(b'f') => Value::Boolean(false),
        Some(b'n') => Value::Null,
        _ => text
            .parse()
            .map(Value::Integer)
            .or_else(|_| text.parse().map(Value::Float))
            .ok()?,
    };
    Some(Node { span, value })
}

fn json_table<'a>(report: &Report<'a>, text: &'a str, depth: usize) -> Option<Value<'a>> {
    let Members(members) = serde_json::from_str(text).ok()?;
    let mut fields: Vec<Field<'a>> = Vec::with_capacity(members.len());
    let mut names = HashSet::with_capacity(members.len());
    for (key, value) in members {
        let start = key.get().as_ptr().addr() - report.source().as_ptr().addr();
        let key_span = start..start + key.get().len();
        let name = json_text(report, &key_span, key.get())?;
        if !names.insert(name.clone()) {
            report
                .error(key_span, format!("`{name}` is here twice"))
                .hint("keep one of the two");
            continue;
        }
        fields.push(Field {
            key: name,
            key_span,
            node: json_node(report, value, depth + 1)?,
        });
    }
    Some(Value::Table(fields))
}

/// A string, of a value or a key. What the scan of the whole file lets pass is half of a surrogate pair.
fn json_text<'a>(report: &Report<'a>, span: &Range<usize>, text: &'a str) -> Option<Cow<'a, str>> {
    let Ok(Text(text)) = serde_json::from_str(text) else {
        report
            .error(
                span.clone(),
                "this string has an escape that is no character",
            )
            .hint("write the character itself");
        return None;
    };
    Some(text)
}

/// A string, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members of an object as they are written, in their order.
struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}
