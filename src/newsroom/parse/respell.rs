//! Hints in the spelling of the file that they are given for: they are written as TOML, and JSON and YAML write a key and
//! its value in another way.

use crate::newsroom::parse::form::{Form, is_yaml};
use std::borrow::Cow;

/// How a file spells a key and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// `key = value`.
    Toml,
    /// `"key": value`.
    Json,
    /// `key: value`.
    Yaml,
}

impl Spelling {
    /// That of a file.
    pub fn of(form: Form, text: &str) -> Self {
        match form {
            Form::Toml => Self::Toml,
            Form::Json => Self::Json,
            Form::Markdown if is_yaml(text) => Self::Yaml,
            Form::Markdown => Self::Toml,
        }
    }
}

/// A hint whose code, between grave accents, is spelt as in the file.
pub fn respelt(hint: &str, spelling: Spelling) -> Cow<'_, str> {
    if spelling == Spelling::Toml || !hint.contains(" = ") {
        return Cow::Borrowed(hint);
    }
    let mut made = String::with_capacity(hint.len() + 8);
    for (at, part) in hint.split('`').enumerate() {
        if at > 0 {
            made.push('`');
        }
        if at % 2 == 1 {
            code(&mut made, part, spelling);
        } else {
            made.push_str(part);
        }
    }
    Cow::Owned(made)
}

/// Writes one piece of code.
fn code(made: &mut String, code: &str, spelling: Spelling) {
    let mut pieces = code.split(" = ").peekable();
    while let Some(piece) = pieces.next() {
        let is_key_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let start = piece.trim_end_matches(is_key_sign).len();
        let (before, key) = piece.split_at(start);
        match (pieces.peek().is_some(), spelling) {
            (true, Spelling::Json) => {
                made.push_str(before);
                made.push_str(&format!("\"{key}\": "));
            }
            (true, Spelling::Yaml) => {
                made.push_str(piece);
                made.push_str(": ");
            }
            (true, Spelling::Toml) => {
                made.push_str(piece);
                made.push_str(" = ");
            }
            (false, _) => made.push_str(piece),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_spelt_as_its_file_is() {
        let hint = "write `source = { name = \"The = Gazette\", url = \"https://…\" }`, a = b";
        assert_eq!(respelt(hint, Spelling::Toml), hint);
        for (hint, spelling, expected) in [
            ("write `id = \"a\"`", Spelling::Yaml, "write `id: \"a\"`"),
            (
                "write `id = \"a\"`",
                Spelling::Json,
                "write `\"id\": \"a\"`",
            ),
            (
                "`images = [{ src = \"a\", alt = \"…\" }]` = x",
                Spelling::Json,
                "`\"images\": [{ \"src\": \"a\", \"alt\": \"…\" }]` = x",
            ),
            (
                "`images = [{ src = \"a\", alt = \"…\" }]`",
                Spelling::Yaml,
                "`images: [{ src: \"a\", alt: \"…\" }]`",
            ),
        ] {
            assert_eq!(respelt(hint, spelling), expected);
        }
    }
}
