//! An id written into an item file that has none. The id is permanent and the file's name is not: once it stands in
//! the file, the file may be renamed. Everything else in the file is its author's and stays as it is, byte for byte.

use crate::newsroom::identity::Id;
use crate::newsroom::parse::document;
use crate::newsroom::parse::form::{Form, is_yaml};
use crate::newsroom::parse::report::{Report, cleaned};
use crate::newsroom::parse::tree::{Field, Node, Value};
use std::borrow::Cow;
use std::ops::Range;

/// Where something is put into a text, and what.
type Insertion = (usize, String);

/// The text of an item file with its id written into it, and nothing else changed; `None` where the file says an id
/// already or cannot be parsed as its form.
///
/// The id becomes the first key: in TOML and in front matter on a line of its own before that of the first key or
/// table, below the comments that open the file; in JSON as the first member, laid out as the one that was first. A
/// key `id` of any value counts as an id, JSON's null too: a second one would break the file.
///
/// A file that is parsed only after a character in it is removed, or a lone carriage return is taken for a line break,
/// is left alone, too: places are known in the mended text alone, and its author has a character to delete first. A
/// byte order mark stays where it is.
pub fn with_id(form: Form, text: &str, id: &Id) -> Option<String> {
    let (Cow::Borrowed(kept), None) = cleaned("", text) else {
        return None;
    };
    let report = Report::new("", kept);
    let (root, body) = document::read(&report, form).filter(|_| !report.has_errors())?;
    let fields = fields_of(&root).filter(|fields| fields.iter().all(|field| field.key != "id"))?;
    let sign = if form == Form::Markdown && is_yaml(kept) {
        ": "
    } else {
        " = "
    };
    let (at, inserted) = match form {
        Form::Toml => line(kept, &root, kept.len(), (sign, id)),
        Form::Markdown => line(kept, &root, end_of_front_matter(kept, body?), (sign, id)),
        Form::Json => member(kept, &root.span, fields, id),
    };
    let mut fixed = text.to_owned();
    fixed.insert_str(text.len() - kept.len() + at, &inserted);
    // The files are their authors' only copies: whatever the places above may have missed, a damaged one is not given.
    says_the_same_and_the_id(form, &fixed, (fields, body), id).then_some(fixed)
}

fn fields_of<'n, 'a>(node: &'n Node<'a>) -> Option<&'n [Field<'a>]> {
    match &node.value {
        Value::Table(fields) => Some(fields),
        Value::List(_)
        | Value::Text(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Date(_)
        | Value::Null => None,
    }
}

/// The line of TOML or YAML that says the id, before the first key or table; where there is none, after the comments, which
/// reach to `end`.
fn line(text: &str, root: &Node<'_>, end: usize, (sign, id): (&str, &Id)) -> Insertion {
    let first = first_key(root).unwrap_or(end);
    let at = text[..first].rfind('\n').map_or(0, |at| at + 1);
    let line_break = line_break(text, at);
    let before_first = &text[at..first];
    if first == end && !before_first.trim().is_empty() {
        return (end, format!("{line_break}id{sign}\"{id}\""));
    }
    let indentation = &before_first[..before_first.len() - before_first.trim_start().len()];
    (at, format!("{indentation}id{sign}\"{id}\"{line_break}"))
}

/// Where the first key of a document stands, in a table's header or before a value. It need not be a key of the root:
/// the key of `[extra]` after `[extra.map]` has its place in the later header.
fn first_key(table: &Node<'_>) -> Option<usize> {
    let fields = fields_of(table)?.iter();
    fields
        .map(|field| {
            let below = first_key(&field.node).unwrap_or(usize::MAX);
            field.key_span.start.min(below)
        })
        .min()
}

/// Where the line begins that closes the front matter before a body.
fn end_of_front_matter(text: &str, body: &str) -> usize {
    let opened_and_closed = &text[..text.len() - body.len()];
    opened_and_closed
        .trim_end()
        .trim_end_matches(['+', '-'])
        .len()
}

/// The member of a JSON object that says the id, before the first one.
fn member(text: &str, object: &Range<usize>, fields: &[Field<'_>], id: &Id) -> Insertion {
    let Some(first) = fields.first() else {
        let space = &text[object.start + 1..object.end - 1];
        return (object.start + 1, format!("{space}\"id\": \"{id}\""));
    };
    let at = first.key_span.start;
    let on_one_line = |span: Range<usize>| text.get(span).filter(|part| !part.contains('\n'));
    let colon = on_one_line(first.key_span.end..first.node.span.start).unwrap_or(": ");
    let space = &text[object.start + 1..at];
    let comma = if let Some((_, indentation)) = space.rsplit_once('\n') {
        format!(",{}{indentation}", line_break(text, at))
    } else {
        let second = fields.get(1).map(|second| second.key_span.start);
        let written = second.and_then(|second| on_one_line(first.node.span.end..second));
        let usual = if colon.ends_with(':') { "," } else { ", " };
        written.unwrap_or(usual).to_owned()
    };
    (at, format!("\"id\"{colon}\"{id}\"{comma}"))
}

/// How the line before a place ends; on the first line, how that one does.
fn line_break(text: &str, at: usize) -> &'static str {
    let end = text[..at].rfind('\n').or_else(|| text.find('\n'));
    if end.is_some_and(|end| text[..end].ends_with('\r')) {
        "\r\n"
    } else {
        "\n"
    }
}

/// Whether a text says an id, and after it the same fields and body as before.
fn says_the_same_and_the_id(
    form: Form,
    text: &str,
    (fields, body): (&[Field<'_>], Option<&str>),
    id: &Id,
) -> bool {
    let (text, _) = cleaned("", text);
    let report = Report::new("", &text);
    let Some((root, body_now)) = document::read(&report, form) else {
        return false;
    };
    let first_and_rest = fields_of(&root).and_then(<[_]>::split_first);
    !report.has_errors()
        && body_now == body
        && first_and_rest.is_some_and(|(first, rest)| {
            first.key == "id"
                && first.node.value == Value::Text(id.as_str().into())
                && are_same(rest, fields)
        })
}

/// Whether fields are the same but for their places.
fn are_same(some: &[Field<'_>], others: &[Field<'_>]) -> bool {
    let is_same = |(a, b): (&Field<'_>, &Field<'_>)| a.key == b.key && is_same(&a.node, &b.node);
    some.len() == others.len() && some.iter().zip(others).all(is_same)
}

fn is_same(one: &Node<'_>, other: &Node<'_>) -> bool {
    match (&one.value, &other.value) {
        (Value::Table(some), Value::Table(others)) => are_same(some, others),
        (Value::List(some), Value::List(others)) => {
            some.len() == others.len() && some.iter().zip(others).all(|(a, b)| is_same(a, b))
        }
        // TOML knows `nan`, which is not equal to itself.
        (Value::Float(one), Value::Float(other)) => one.total_cmp(other).is_eq(),
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::newsroom::parse::{File, item, section, site};
    use crate::newsroom::site::Section;
    use proptest::prelude::*;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    fn fixed(form: Form, text: &str) -> Option<String> {
        with_id(form, text, &Id::new("x").unwrap())
    }

    #[track_caller]
    fn check(form: Form, pairs: &[(&str, &str)]) {
        for (before, after) in pairs {
            assert_eq!(fixed(form, before).as_deref(), Some(*after), "{before:?}");
            assert_eq!(fixed(form, after), None, "{after:?}");
        }
    }

    #[test]
    fn in_toml_the_id_comes_before_the_first_key() {
        check(
            Form::Toml,
            &[
                ("title = \"a\"\n", "id = \"x\"\ntitle = \"a\"\n"),
                ("title = \"a\"", "id = \"x\"\ntitle = \"a\""),
                ("title  = \"a\" \n", "id = \"x\"\ntitle  = \"a\" \n"),
                ("# c\n\n# d\na = 1\n", "# c\n\n# d\nid = \"x\"\na = 1\n"),
                ("\n \na = 1\n", "\n \nid = \"x\"\na = 1\n"),
                (" \t a = 1\nb = 2", " \t id = \"x\"\n \t a = 1\nb = 2"),
                ("\"a\" = 1\n", "id = \"x\"\n\"a\" = 1\n"),
                ("  'a' = 1\n", "  id = \"x\"\n  'a' = 1\n"),
                ("place.name = \"a\"\n", "id = \"x\"\nplace.name = \"a\"\n"),
                (
                    "\"place\" . 'name' = \"a\"\n",
                    "id = \"x\"\n\"place\" . 'name' = \"a\"\n",
                ),
                (
                    "a = [\n[ 1 ],\n# id = \"y\"\n]\n",
                    "id = \"x\"\na = [\n[ 1 ],\n# id = \"y\"\n]\n",
                ),
                (
                    "body = \"\"\"\nid = 1\n[a]\n\"\"\"\n",
                    "id = \"x\"\nbody = \"\"\"\nid = 1\n[a]\n\"\"\"\n",
                ),
                (
                    "a = nan\nb = \"\\u00E9€😀\"\n",
                    "id = \"x\"\na = nan\nb = \"\\u00E9€😀\"\n",
                ),
                ("a = { id = 1 }\n", "id = \"x\"\na = { id = 1 }\n"),
            ],
        );
    }

    #[test]
    fn in_toml_the_id_is_no_key_of_a_table() {
        check(
            Form::Toml,
            &[
                ("[place]\nid = 1\n", "id = \"x\"\n[place]\nid = 1\n"),
                (" [[ a ]]\n", " id = \"x\"\n [[ a ]]\n"),
                ("# c\n[a.b]\n", "# c\nid = \"x\"\n[a.b]\n"),
                (
                    "[a.b]\nc = 1\n[a]\nd = 1\n",
                    "id = \"x\"\n[a.b]\nc = 1\n[a]\nd = 1\n",
                ),
                (
                    "[a.b.c]\n[d]\n[a.b]\n[a]\n",
                    "id = \"x\"\n[a.b.c]\n[d]\n[a.b]\n[a]\n",
                ),
                (
                    "[[a.b]]\n[[a.b]]\n[a]\nc = 1\n",
                    "id = \"x\"\n[[a.b]]\n[[a.b]]\n[a]\nc = 1\n",
                ),
            ],
        );
    }

    #[test]
    fn in_toml_without_keys_the_id_comes_after_the_comments() {
        check(
            Form::Toml,
            &[
                ("", "id = \"x\"\n"),
                ("\n", "\nid = \"x\"\n"),
                ("# c\r\n", "# c\r\nid = \"x\"\r\n"),
                ("# c\n# d", "# c\n# d\nid = \"x\""),
            ],
        );
    }

    #[test]
    fn the_ends_of_lines_stay_as_they_are() {
        check(
            Form::Toml,
            &[
                ("a = 1\r\nb = 2\r\n", "id = \"x\"\r\na = 1\r\nb = 2\r\n"),
                ("# c\r\na = 1\n", "# c\r\nid = \"x\"\r\na = 1\n"),
                ("# c\na = 1\r\n", "# c\nid = \"x\"\na = 1\r\n"),
                ("\u{FEFF}a = 1\r\n", "\u{FEFF}id = \"x\"\r\na = 1\r\n"),
                (
                    "\u{FEFF}# c\n[a]\nb = 2",
                    "\u{FEFF}# c\nid = \"x\"\n[a]\nb = 2",
                ),
            ],
        );
    }

    #[test]
    fn in_markdown_the_id_comes_into_the_front_matter() {
        check(
            Form::Markdown,
            &[
                (
                    "+++\na = 1\n+++\nid = 1\n",
                    "+++\nid = \"x\"\na = 1\n+++\nid = 1\n",
                ),
                (
                    "+++\r\na = 1\r\n+++\r\nText  \r\n\r\n",
                    "+++\r\nid = \"x\"\r\na = 1\r\n+++\r\nText  \r\n\r\n",
                ),
                (
                    "\u{FEFF}+++ \n# c\n\n[a]\n+++\t\n+++\n",
                    "\u{FEFF}+++ \n# c\n\nid = \"x\"\n[a]\n+++\t\n+++\n",
                ),
                ("+++\n+++", "+++\nid = \"x\"\n+++"),
                ("+++\n+++\n\n", "+++\nid = \"x\"\n+++\n\n"),
                ("+++\r\n# c\r\n+++", "+++\r\n# c\r\nid = \"x\"\r\n+++"),
            ],
        );
    }

    #[test]
    fn in_json_the_id_is_laid_out_as_the_first_member_was() {
        check(
            Form::Json,
            &[
                ("{\n  \"a\": 1\n}\n", "{\n  \"id\": \"x\",\n  \"a\": 1\n}\n"),
                (
                    "{\r\n\t\"a\" : 1,\r\n\t\"b\": 2}",
                    "{\r\n\t\"id\" : \"x\",\r\n\t\"a\" : 1,\r\n\t\"b\": 2}",
                ),
                (
                    "{ \n\n    \"a\":\n1}",
                    "{ \n\n    \"id\": \"x\",\n    \"a\":\n1}",
                ),
                ("{\n\"a\":1}", "{\n\"id\":\"x\",\n\"a\":1}"),
                (
                    "{\"a\": 1, \"b\": 2}",
                    "{\"id\": \"x\", \"a\": 1, \"b\": 2}",
                ),
                ("{\"a\":1,\"b\":2}", "{\"id\":\"x\",\"a\":1,\"b\":2}"),
                ("{\"a\":1, \"b\":2}", "{\"id\":\"x\", \"a\":1, \"b\":2}"),
                ("{\"a\":1}", "{\"id\":\"x\",\"a\":1}"),
                ("{ \"a\": 1 }\n", "{ \"id\": \"x\", \"a\": 1 }\n"),
                (
                    "{\"a\": 1,\n \"b\": 2}",
                    "{\"id\": \"x\", \"a\": 1,\n \"b\": 2}",
                ),
                (
                    " {\"a\": {\"id\": 1}}",
                    " {\"id\": \"x\", \"a\": {\"id\": 1}}",
                ),
                (
                    "\u{FEFF}{\"é\": \"😀\"}",
                    "\u{FEFF}{\"id\": \"x\", \"é\": \"😀\"}",
                ),
                ("{}", "{\"id\": \"x\"}"),
                ("\n{ }\n", "\n{ \"id\": \"x\" }\n"),
                ("{\r\n}", "{\r\n\"id\": \"x\"\r\n}"),
            ],
        );
    }

    #[test]
    fn a_file_with_an_id_or_in_need_of_mending_is_left_alone() {
        for (form, text) in [
            (Form::Toml, "a = 1\nid = \"b\"\n"),
            (Form::Toml, "a = 1\n'id' = 1\n"),
            (Form::Toml, "id.a = 1\n"),
            (Form::Toml, "a = 1\n[id]\n"),
            (Form::Toml, "a = 1\n[[id.b]]\n"),
            (Form::Toml, "a = \n"),
            (Form::Toml, "a = 1\na = 2\n"),
            (Form::Toml, "a = 1\rb = 2\n"),
            (Form::Toml, "a = \"\u{8}\"\n"),
            (Form::Toml, "\u{0}a = 1\n"),
            (Form::Markdown, "a = 1\n"),
            (Form::Markdown, "+++\na = 1\n"),
            (Form::Markdown, "+++\na = 1\nid = \"\"\n+++\n"),
            (Form::Markdown, "+++\na = 1\n+++\na\rb\n"),
            (Form::Json, "{\"a\": 1, \"id\": null}"),
            (Form::Json, "{\"\\u0069d\": \"a\"}"),
            (Form::Json, "{\"a\": 1, \"a\": 2}"),
            (Form::Json, "{\"a\": 1,}"),
            (Form::Json, "[]"),
            (Form::Json, "\"a\""),
            (Form::Json, ""),
        ] {
            assert_eq!(fixed(form, text), None, "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_toml_gets_one_line_and_keeps_the_others(
            pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 1..8),
            line_break in prop::sample::select(vec!["\n", "\r\n"]),
        ) {
            let numbered = pieces.iter().enumerate();
            let text = numbered
                .map(|(number, piece)| piece.replace('%', &number.to_string()))
                .collect::<String>()
                .replace('\n', line_break);
            let fenced = format!("+++{line_break}{text}+++{line_break}{text}");
            for (form, text) in [(Form::Toml, &text), (Form::Markdown, &fenced)] {
                let fixed = fixed(form, text);
                prop_assert!(fixed.is_some(), "{}", text);
                let line = format!("id = \"x\"{line_break}");
                let without = fixed.map(|fixed| fixed.replacen(&line, "", 1));
                prop_assert_eq!(without.as_ref(), Some(text));
            }
        }
    }

    /// Lines of TOML, to be numbered, in any order.
    const PIECES: [&str; 9] = [
        "# [c%]\n",
        "\n",
        "k% = 1 # c\n",
        "\"q %\".k = [\n1,\n]\n",
        "m% = \"\"\"\n[a]\n\"\"\"\n",
        "[t%]\nid = \"y\"\n",
        "[u%.v]\n[u%]\n",
        "[[l]]\n",
        "[[l%.m]]\n[l%.n]\n",
    ];

    fn files_below(folder: &Path) -> Vec<PathBuf> {
        let paths = fs::read_dir(folder).unwrap();
        let paths = paths.map(|entry| entry.unwrap().path());
        paths
            .flat_map(|path| {
                if path.is_dir() {
                    files_below(&path)
                } else {
                    vec![path]
                }
            })
            .collect()
    }

    /// The text without its line, or its member, of the id.
    fn without_id(text: &str) -> String {
        let lines = text.split_inclusive('\n');
        let is_id = |line: &str| {
            ["id ", "\"id\""]
                .iter()
                .any(|id| line.trim().starts_with(id))
        };
        lines.filter(|line| !is_id(line)).collect()
    }

    #[test]
    fn the_sample_items_are_the_same_but_for_the_explicit_id() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
        let site = site::read(&fs::read_to_string(data.join("site.toml")).unwrap(), None).0;
        let site = site.unwrap();
        let sections: crate::newsroom::Sections =
            ["news", "statements", "documents", "media-about-us"]
                .iter()
                .filter_map(|folder| section::read(folder, None, &site).0)
                .map(|section: Section| (section.name.clone(), Arc::new(section)))
                .collect();
        let mut count = 0;
        for path in files_below(&data) {
            let name = path.strip_prefix(&data).unwrap().to_str().unwrap();
            let Some(form) = Form::of(name) else {
                continue;
            };
            if ["site.toml", "section.toml", "README.md"]
                .iter()
                .any(|other| name.ends_with(other))
            {
                continue;
            }
            let text = without_id(&fs::read_to_string(&path).unwrap());
            let read = |text| {
                item::read(
                    &File {
                        path: name,
                        form,
                        text,
                        id: None,
                    },
                    &site,
                    &sections,
                )
            };
            let mut before = read(&text).item.unwrap();
            assert!(!before.id_is_explicit, "{name}");
            before.id_is_explicit = true;
            let fixed = with_id(form, &text, &before.id).unwrap();
            let after = read(&fixed);
            assert_eq!(after.item, Some(before), "{name}");
            assert_eq!(without_id(&fixed), text, "{name}");
            count += 1;
        }
        assert!(count > 10, "{count}");
    }
}
