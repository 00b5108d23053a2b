//! YAML front matter, as Hugo and Jekyll write it: the same tree of values as that of TOML and JSON. Scalars are those of
//! YAML's core schema (YAML 1.2.2, section 10.3), and dates. Anchors are passed over and aliases refused, so that no file
//! means more than is written in it.

use crate::newsroom::parse::report::Report;
use crate::newsroom::parse::tree::{DEPTH_MAX, Field, Node, Value, has_too_many_lines};
use crate::newsroom::parse::{date, foreign};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::borrow::Cow;
use std::ops::Range;

/// Keys of other programs that say how a page is made there, and nothing here.
const UNUSED: [&str; 5] = ["layout", "type", "weight", "toc", "comments"];

/// Keys that say an address, of which the old one is worth keeping.
const ADDRESSES: [&str; 2] = ["permalink", "url"];

/// Reads the front matter `text`, which begins at the byte `offset` of the file, as a table. `None` where it is broken,
/// with the problem in the report.
pub(super) fn read<'a>(report: &Report<'a>, text: &'a str, offset: usize) -> Option<Node<'a>> {
    if has_too_many_lines(report, text, offset) {
        return None;
    }
    let mut tree = Tree {
        report,
        places: Places::of(text, offset),
        open: Vec::new(),
        root: None,
    };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => tree.take(event, &span)?,
            Err(error) => {
                let at = tree.places.byte(error.marker().index());
                let message = format!("this is not YAML: {}", error.info());
                report.error(at..at + 1, message).hint(
                    "write one `key: value` a line, without tabs; a text with `: ` or `#` in it stands in quotation marks, \
                     `title: \"North pier: closed\"`",
                );
                return None;
            }
        }
    }
    let fields = match tree.root {
        None => Vec::new(),
        Some(root) => match root.value {
            Value::Table(fields) => translated(report, fields),
            Value::Null => Vec::new(),
            _ => {
                let reported = report.error(root.span, "this is YAML without keys");
                reported.hint("write one `key: value` a line, as in `title: Headline`");
                return None;
            }
        },
    };
    Some(Node {
        span: offset..offset + text.len(),
        value: Value::Table(fields),
    })
}

/// Places that the parser counts in characters, in bytes of the file.
struct Places {
    /// The byte of each character; nothing where each has one.
    bytes: Option<Vec<usize>>,
    offset: usize,
    length: usize,
}

impl Places {
    fn of(text: &str, offset: usize) -> Self {
        let bytes = || text.char_indices().map(|(at, _)| at).collect();
        Self {
            bytes: (!text.is_ascii()).then(bytes),
            offset,
            length: text.len(),
        }
    }

    fn byte(&self, index: usize) -> usize {
        let byte = match &self.bytes {
            Some(bytes) => bytes.get(index).copied().unwrap_or(self.length),
            None => index.min(self.length),
        };
        self.offset + byte
    }

    fn range(&self, span: &Span) -> Range<usize> {
        let start = self.byte(span.start.index());
        start..self.byte(span.end.index()).max(start)
    }
}

/// A list or a table that is not closed yet.
struct Open<'a> {
    start: usize,
    is_table: bool,
    list: Vec<Node<'a>>,
    fields: Vec<Field<'a>>,
    /// The key whose value comes next.
    key: Option<(Cow<'a, str>, Range<usize>)>,
}

/// The tree as it grows.
struct Tree<'r, 'a> {
    report: &'r Report<'a>,
    places: Places,
    open: Vec<Open<'a>>,
    root: Option<Node<'a>>,
}

impl<'a> Tree<'_, 'a> {
    /// Takes the next event; `None` where the file is not to be read on.
    fn take(&mut self, event: Event<'a>, span: &Span) -> Option<()> {
        let place = self.places.range(span);
        match event {
            Event::Scalar(text, style, ..) => {
                if self.is_key_next() {
                    return self.key(text, place);
                }
                let value = match style {
                    ScalarStyle::Plain => plain(text),
                    _ => Value::Text(text),
                };
                self.put(Node { span: place, value })
            }
            Event::SequenceStart(..) | Event::MappingStart(..) if self.is_key_next() => {
                let reported = self.report.error(place, "a key must be a word");
                reported.hint("write `key: value`");
                None
            }
            Event::SequenceStart(..) => self.begin(place.start, false),
            Event::MappingStart(..) => self.begin(place.start, true),
            Event::SequenceEnd | Event::MappingEnd => {
                let open = self.open.pop()?;
                let value = if open.is_table {
                    Value::Table(open.fields)
                } else {
                    Value::List(open.list)
                };
                self.put(Node {
                    span: open.start..place.end.max(open.start),
                    value,
                })
            }
            Event::Alias(_) => {
                let reported = self.report.error(place, "an alias (`*name`) is not read");
                reported.hint(
                    "write the value itself; a text that begins with `*` stands in quotation marks",
                );
                None
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Some(()),
        }
    }

    fn is_key_next(&self) -> bool {
        let open = self.open.last();
        open.is_some_and(|open| open.is_table && open.key.is_none())
    }

    fn key(&mut self, key: Cow<'a, str>, place: Range<usize>) -> Option<()> {
        let open = self.open.last_mut()?;
        if open.fields.iter().any(|field| field.key == key) {
            let reported = self.report.error(place, format!("`{key}` is here twice"));
            reported.hint("keep one of the two");
            return None;
        }
        open.key = Some((key, place));
        Some(())
    }

    fn begin(&mut self, start: usize, is_table: bool) -> Option<()> {
        if self.open.len() > DEPTH_MAX {
            let message = format!("values are nested more than {DEPTH_MAX} deep");
            self.report.error(start..start, message);
            return None;
        }
        self.open.push(Open {
            start,
            is_table,
            list: Vec::new(),
            fields: Vec::new(),
            key: None,
        });
        Some(())
    }

    fn put(&mut self, node: Node<'a>) -> Option<()> {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(open) if open.is_table => {
                let (key, key_span) = open.key.take()?;
                open.fields.push(Field {
                    key,
                    key_span,
                    node,
                });
            }
            Some(open) => open.list.push(node),
        }
        Some(())
    }
}

/// What a scalar without quotation marks is.
fn plain(text: Cow<'_, str>) -> Value<'_> {
    match &*text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Boolean(true),
        "false" | "False" | "FALSE" => return Value::Boolean(false),
        _ => {}
    }
    if date::written(&text).is_some() {
        return Value::Date(text.into_owned());
    }
    let begins_with_year = text.len() > 10 && text.as_bytes()[4] == b'-';
    if let Some(iso) = date::iso_spelling(&text).filter(|_| begins_with_year) {
        return Value::Date(iso);
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit());
    if is_number && let Ok(number) = text.parse() {
        return Value::Integer(number);
    }
    if is_number && let Ok(number) = text.parse() {
        return Value::Float(number);
    }
    Value::Text(text)
}

/// The fields under our names.
fn translated<'a>(report: &Report<'a>, fields: Vec<Field<'a>>) -> Vec<Field<'a>> {
    let mut made: Vec<Field<'a>> = Vec::with_capacity(fields.len());
    let own: Vec<String> = fields.iter().map(|field| field.key.to_string()).collect();
    for mut field in fields {
        let key = field.key.to_string();
        if UNUSED.contains(&key.as_str()) {
            let message = format!("`{key}` says nothing here");
            let reported = report.warning(field.key_span, message);
            reported.hint("delete the line");
            continue;
        }
        if ADDRESSES.contains(&key.as_str()) {
            let message =
                format!("`{key}` says nothing here: the address is made of section and file name");
            let reported = report.warning(field.key_span, message);
            reported.hint(match &field.node.value {
                Value::Text(old) if old.starts_with('/') => {
                    format!(
                        "if readers know that address write `aliases: [\"{old}\"]` in its place"
                    )
                }
                _ => "delete the line, or write `slug` for the last part of the address".to_owned(),
            });
            continue;
        }
        // Jekyll's way to say that an item is a draft.
        if let ("published", Value::Boolean(is_published)) = (key.as_str(), &field.node.value) {
            let is_draft = !is_published;
            let reported = report.warning(
                field.key_span.clone(),
                format!("`published: {is_published}` is taken for `draft: {is_draft}`"),
            );
            reported.hint(format!("write `draft: {is_draft}`"));
            if is_draft && !own.iter().any(|key| key == "draft") {
                field.key = "draft".into();
                field.node.value = Value::Boolean(true);
                made.push(field);
            }
            continue;
        }
        if let Some(ours) = foreign::same(&key) {
            let before = made.iter().position(|field| field.key == ours);
            let is_own = own.iter().any(|key| key == ours);
            if ours != "tags" && (before.is_some() || is_own) {
                // The reader says what to do with two of one kind.
                made.push(field);
                continue;
            }
            let reported = report.warning(
                field.key_span.clone(),
                format!("`{key}` is taken for `{ours}`"),
            );
            reported.hint(if is_own || before.is_some() {
                format!("put its values into `{ours}`")
            } else {
                format!("write `{ours}:` in its place")
            });
            field.key = ours.into();
        }
        if field.key == "tags" {
            told_of_one_tag(report, &field.node);
            field.node = listed(field.node);
            if let Some(tags) = made.iter_mut().find(|field| field.key == "tags") {
                join(&mut tags.node.value, field.node.value);
                continue;
            }
        }
        made.push(field);
    }
    made
}

/// Tells of words that are one tag here, and several to Jekyll.
fn told_of_one_tag(report: &Report<'_>, node: &Node<'_>) {
    if let Value::Text(text) = &node.value
        && text.contains(' ')
        && !text.contains(',')
    {
        let message = format!("`{text}` is taken for one tag");
        let words: Vec<&str> = text.split_whitespace().collect();
        let reported = report.warning(node.span.clone(), message);
        reported.hint(format!(
            "if these are several write `tags: [{}]`, else `tags: [\"{text}\"]`",
            words.join(", ")
        ));
    }
}

/// A text of several tags, with commas between them, as a list.
fn listed(node: Node<'_>) -> Node<'_> {
    let Value::Text(text) = &node.value else {
        return node;
    };
    let one = |text: &str| Node {
        span: node.span.clone(),
        value: Value::Text(text.trim().to_owned().into()),
    };
    let parts = text.split(',').filter(|part| !part.trim().is_empty());
    Node {
        value: Value::List(parts.map(one).collect()),
        span: node.span.clone(),
    }
}

/// Puts more tags behind those of a list, each once.
fn join<'a>(list: &mut Value<'a>, more: Value<'a>) {
    if let (Value::List(list), Value::List(more)) = (list, more) {
        for node in more {
            if !list.iter().any(|known| known.value == node.value) {
                list.push(node);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::newsroom::parse::document::read;
    use crate::newsroom::parse::form::Form;
    use crate::newsroom::parse::report::Report;
    use crate::newsroom::parse::tree::Value;

    fn told(text: &str) -> (Option<String>, Vec<String>) {
        let report = Report::new("news/a.md", text);
        let fields = read(&report, Form::Markdown).map(|(node, _)| match node.value {
            Value::Table(fields) => {
                let shown = fields
                    .iter()
                    .map(|field| format!("{}={:?}", field.key, field.node.value));
                shown.collect::<Vec<_>>().join("; ")
            }
            _ => String::new(),
        });
        let problems = report.into_problems();
        let problems = problems.iter().map(ToString::to_string);
        (fields, problems.collect())
    }

    #[test]
    fn scalars_are_what_yaml_says_they_are_and_dates_are_dates() {
        for (yaml, value) in [
            ("North pier: closed", None),
            ("North pier", Some("Text(\"North pier\")")),
            (
                "\"North pier: closed\"",
                Some("Text(\"North pier: closed\")"),
            ),
            ("'2026'", Some("Text(\"2026\")")),
            ("2026", Some("Integer(2026)")),
            ("1.5", Some("Float(1.5)")),
            ("true", Some("Boolean(true)")),
            ("~", Some("Null")),
            ("", Some("Null")),
            ("2026-09-02", Some("Date(\"2026-09-02\")")),
            (
                "2026-09-02 10:00:00 +0200",
                Some("Date(\"2026-09-02T10:00:00+02:00\")"),
            ),
            (
                "2026-09-02T10:00:00Z",
                Some("Date(\"2026-09-02T10:00:00Z\")"),
            ),
            ("Пирс закрыт # not read", Some("Text(\"Пирс закрыт\")")),
            ("|\n  Two\n  lines", Some("Text(\"Two\\nlines\\n\")")),
        ] {
            let (fields, problems) = told(&format!("---\nx: {yaml}\n---\nText\n"));
            let expected = value.map(|value| format!("x={value}"));
            assert_eq!(fields, expected, "{yaml}: {problems:?}");
            assert_eq!(problems.is_empty(), value.is_some(), "{yaml}: {problems:?}");
        }
    }

    #[test]
    fn keys_of_hugo_and_jekyll_that_mean_the_same_are_taken_with_a_warning() {
        let (fields, problems) = told(
            "---\nlayout: post\ndescription: Lead\ntags: [a, b]\ncategories:\n  - b\n  - c\npublished: false\n---\nText\n",
        );
        let fields = fields.unwrap();
        assert!(fields.contains("summary=Text(\"Lead\")"), "{fields}");
        assert!(fields.contains("draft=Boolean(true)"), "{fields}");
        for tag in ["\"a\"", "\"b\"", "\"c\""] {
            assert_eq!(fields.matches(tag).count(), 1, "{fields}");
        }
        assert_eq!(problems.len(), 4, "{problems:#?}");
        assert!(problems.iter().all(|problem| problem.contains("warning")));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        for (yaml, line, part) in [
            ("title: a\ntitle: b", 3, "twice"),
            ("a: &x 1\nb: *x", 3, "alias"),
            ("title: \"open", 0, "not YAML"),
            ("title: a\n\tb: c", 0, "not YAML"),
            ("- a\n- b", 2, "without keys"),
            ("? [a]\n: b", 2, "key"),
        ] {
            let (fields, problems) = told(&format!("---\n{yaml}\n---\nText\n"));
            assert_eq!(fields, None, "{yaml}");
            assert!(problems[0].contains(part), "{yaml}: {problems:?}");
            if line > 0 {
                assert!(
                    problems[0].contains(&format!("news/a.md:{line}:")),
                    "{problems:?}"
                );
            }
        }
        let deep = format!("---\na: {}1{}\n---\n", "[".repeat(200), "]".repeat(200));
        assert!(told(&deep).1[0].contains("nested more than"));
    }

    #[test]
    fn yaml_between_the_fences_of_toml_is_told_in_one_message() {
        let (fields, problems) =
            told("+++\ntitle: North pier\ndate: 2026-11-25\ntags:\n  - a\n+++\nText\n");
        assert_eq!(fields, None);
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert!(
            problems[0].contains("YAML") && problems[0].contains("`---`"),
            "{problems:?}"
        );
    }
}
