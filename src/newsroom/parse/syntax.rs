//! What is wrong with what is no TOML or JSON, and what to write instead. The libraries say what they expected; this says
//! what an author sees and does.

/// By the beginning of what the library says of broken TOML: what is wrong, and what to write.
const TOML: [(&str, &str, &str); 15] = [
    (
        "invalid basic string",
        "a text has no end",
        "end the text with `\"` on its line; a text of several lines stands between two `\"\"\"`",
    ),
    (
        "invalid multi-line basic string",
        "a text of several lines has no end",
        "end the text with `\"\"\"`",
    ),
    (
        "invalid literal string",
        "a text has no end",
        "end the text with `'` on its line",
    ),
    (
        "invalid multi-line literal string",
        "a text of several lines has no end",
        "end the text with `'''`",
    ),
    (
        "string values must be quoted",
        "a text without quotation marks, or a value that is none",
        "put the text in quotation marks, as in `key = \"text\"`",
    ),
    (
        "missing opening quote",
        "a text has no quotation mark before it",
        "put the text in straight quotation marks, as in `key = \"text\"`",
    ),
    (
        "key with no value",
        "a key without a value",
        "write `key = value`; there are no spaces in a key",
    ),
    (
        "invalid unquoted key",
        "a sign that no key has",
        "write `key = value`; a key has letters, digits, `-` and `_`",
    ),
    (
        "invalid date",
        "there is no such day",
        "write a date as in `2026-11-24`",
    ),
    (
        "invalid time",
        "there is no such time",
        "write a time as in `2026-11-24T10:00:00Z`",
    ),
    (
        "duplicate key",
        "a key that is here twice",
        "keep one of the two",
    ),
    (
        "missing comma",
        "a comma is missing",
        "put a comma between two members of a list",
    ),
    (
        "unclosed array",
        "a list has no end",
        "end the list with `]`",
    ),
    (
        "missing escaped value",
        "a backslash that means nothing",
        "write `\\\\` for a backslash, or put the text in single quotation marks",
    ),
    (
        "unexpected key or value",
        "something follows the value on its line",
        "begin a new line after a value; a `\"` within a text is written `\\\"`",
    ),
];

/// The same of broken JSON.
const JSON: [(&str, &str, &str); 8] = [
    (
        "key must be a string",
        "a key without quotation marks, or a comma too many",
        "put the key in double quotation marks; no comma stands before a `}`",
    ),
    (
        "EOF while parsing",
        "the file ends too early",
        "end every text with `\"`, every list with `]` and every table with `}`",
    ),
    (
        "expected `,` or",
        "a comma is missing",
        "put a comma between two members; there are no comments in JSON",
    ),
    (
        "expected `:`",
        "a colon is missing",
        "put a colon between a key and its value",
    ),
    (
        "control character",
        "a line break within a text",
        "write a line break within a text as `\\n`",
    ),
    (
        "invalid escape",
        "a backslash that means nothing",
        "write `\\\\` for a backslash",
    ),
    (
        "expected value",
        "a value is missing, or is none",
        "put a text in double quotation marks; no comma stands before a `]`",
    ),
    (
        "trailing characters",
        "something follows the end",
        "delete what follows the item's last `}`",
    ),
];

fn of<'m>(
    table: &[(&str, &'static str, &'static str)],
    message: &'m str,
    otherwise: &'static str,
) -> (&'m str, &'static str) {
    let mut rows = table.iter();
    let row = rows.find(|(beginning, ..)| message.starts_with(beginning));
    row.map_or((message, otherwise), |(_, what, hint)| (*what, *hint))
}

/// What is wrong with broken TOML of which the library says this, and what to write instead.
pub(super) fn toml(message: &str) -> (&str, &'static str) {
    let otherwise = "write one `key = value` a line, as in `title = \"Headline\"`";
    of(&TOML, message, otherwise)
}

/// The same for broken JSON.
pub(super) fn json(message: &str) -> (&str, &'static str) {
    let otherwise = "write keys and values as in `{ \"title\": \"Headline\" }`";
    of(&JSON, message, otherwise)
}

#[cfg(test)]
mod tests {
    use crate::newsroom::parse::document::read;
    use crate::newsroom::parse::form::Form;
    use crate::newsroom::parse::report::Report;

    /// Broken texts, each with a part of its first hint.
    fn check(form: Form, broken: &[(&str, &str)]) {
        for (text, expected) in broken {
            let report = Report::new("news/a", text);
            assert!(read(&report, form).is_none(), "{text}");
            let problems = report.into_problems();
            let hint = problems[0].hint.clone().unwrap_or_default();
            assert!(hint.contains(expected), "{text}: {hint}");
        }
    }

    #[test]
    fn what_is_broken_in_toml_is_mended_by_its_hint() {
        let broken = [
            ("title = \"open\nbody = 1", "end the text with `\"`"),
            ("title = 'open\nbody = 1", "end the text with `'`"),
            ("body = \"\"\"open\n", "end the text with `\"\"\"`"),
            ("body = '''open\n", "end the text with `'''`"),
            ("title = bare", "put the text in quotation marks"),
            ("title = \u{201E}curly\"", "write straight ones"),
            ("title \"x\"", "write `key = value`"),
            ("my key = 1", "no spaces in a key"),
            ("date: 2026-01-01", "`date = 2026-01-01`"),
            ("date = 2026-13-02", "as in `2026-11-24`"),
            (
                "date = 2026-01-01T25:00:00Z",
                "as in `2026-11-24T10:00:00Z`",
            ),
            ("date = 24.11.2026", "write it as `2026-11-24`"),
            ("a = 1\na = 2", "keep one of the two"),
            ("tags = [\"a\" \"b\"]", "a comma between"),
            ("tags = [\"a\"", "end the list"),
            ("body = \"a \\q\"", "for a backslash"),
            ("title = \"say \"hi\"\"", "within a text"),
            ("= 1", "one `key = value` a line"),
        ];
        check(Form::Toml, &broken);
    }

    #[test]
    fn what_is_broken_in_json_is_mended_by_its_hint() {
        let broken = [
            ("{\"a\": 1,}", "no comma stands before"),
            ("{\"a\": [1,]}", "before a `]`"),
            ("{\"a\": 1", "end every text"),
            ("{\"a\": 1 \"b\": 2}", "put a comma between"),
            ("{\"a\" 1}", "put a colon"),
            ("{\"a\": \"b\nc\"}", "as `\\n`"),
            ("{\"a\": \"\\q\"}", "for a backslash"),
            ("{a: 1}", "put the key in double"),
            ("{\"a\": x}", "put a text in double"),
            ("{} more", "delete what follows"),
            ("{\"a\": 01}", "`{ \"title\""),
        ];
        check(Form::Json, &broken);
    }
}
