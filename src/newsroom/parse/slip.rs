//! Slips of the pen in a line of TOML, with the line to write: its author's own, put right.

use crate::newsroom::parse::date;

/// What to write in the place of a broken line, where that is plain. `None` where it is not.
pub(super) fn of(line: &str) -> Option<String> {
    let line = line.trim();
    let is_key = |key: &str| {
        let is_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        !key.is_empty() && key.chars().all(is_sign)
    };
    if let Some((key, value)) = line.split_once('=') {
        let (key, value) = (key.trim(), value.trim());
        return is_key(key).then(|| of_value(key, value)).flatten();
    }
    let (key, value) = line.split_once(':')?;
    let (key, value) = (key.trim(), value.trim());
    if !is_key(key) || value.is_empty() {
        return None;
    }
    let value = spelled(value);
    Some(format!(
        "write `=` in the place of `:`, as in `{key} = {value}`"
    ))
}

fn of_value(key: &str, value: &str) -> Option<String> {
    if value.chars().take(3).all(is_curly) && value.chars().count() >= 3 {
        return Some(format!(
            "these are typographic quotation marks: write three straight ones, `{key} = \"\"\"`, here and at the end"
        ));
    }
    if let Some(text) = curly(value) {
        return Some(format!(
            "these are typographic quotation marks: write straight ones, `{key} = \"{text}\"`"
        ));
    }
    let plain = value.split('#').next().unwrap_or_default().trim();
    if let Some(is_true) = truth(plain) {
        return Some(format!("write `{key} = {is_true}`"));
    }
    if let Some(number) = decimal(plain) {
        return Some(format!("write a decimal point: `{key} = {number}`"));
    }
    if let Some(iso) = date::iso_spelling(plain) {
        return Some(format!(
            "if this is a date, write it as `{iso}`: `{key} = {iso}`"
        ));
    }
    if value.starts_with("\"\"\"") && value.contains('\\') {
        return Some(
            "write `\\\\` for a backslash, or put the text between three single quotation marks, `'''`"
                .to_owned(),
        );
    }
    let is_word = plain.chars().next().is_some_and(char::is_alphabetic) && !plain.contains('"');
    is_word.then(|| format!("put the text in quotation marks: `{key} = \"{plain}\"`"))
}

/// A value as TOML spells it.
fn spelled(value: &str) -> String {
    let unquoted = value.trim_matches(['"', '\'']);
    if let Some(iso) = date::iso_spelling(value) {
        return iso;
    }
    if let Some(is_true) = truth(value) {
        return is_true.to_string();
    }
    if date::written(value).is_some() || value.parse::<f64>().is_ok() || value.starts_with('[') {
        return value.to_owned();
    }
    format!("\"{}\"", curly(value).unwrap_or(unquoted))
}

fn is_curly(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '‚' | '‹' | '›')
}

/// The text between typographic quotation marks.
fn curly(value: &str) -> Option<&str> {
    let inner = value.strip_prefix(is_curly)?;
    let inner = inner
        .strip_suffix(|c: char| is_curly(c) || c == '"')
        .unwrap_or(inner);
    (!inner.contains('"')).then_some(inner)
}

/// What other programs write for true and false.
pub(super) fn truth(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "yes" | "on" | "true" | "y" => Some(true),
        "no" | "off" | "false" | "n" => Some(false),
        _ => None,
    }
}

/// A number with a decimal comma, with a point.
fn decimal(value: &str) -> Option<String> {
    let (whole, rest) = value.split_once(',')?;
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(digits) && is_number(rest)).then(|| format!("{whole}.{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_answered_with_the_line_to_write() {
        for (line, expected) in [
            ("title = “North pier”", "`title = \"North pier\"`"),
            ("title = „Nordpier“", "`title = \"Nordpier\"`"),
            ("title = «Пирс»", "`title = \"Пирс\"`"),
            ("body = “““", "three straight ones"),
            ("pinned = yes", "`pinned = true`"),
            ("draft=True", "`draft = true`"),
            ("date: 2026-11-25", "`date = 2026-11-25`"),
            ("title: North pier", "`title = \"North pier\"`"),
            ("draft: yes", "`draft = true`"),
            ("lat = 48,2", "`lat = 48.2`"),
            (
                "date=2026-09-02T10:00:00+0200",
                "`2026-09-02T10:00:00+02:00`",
            ),
            ("date = 2026-9-2", "`2026-09-02`"),
            ("date = 24.11.2026", "`2026-11-24`"),
            ("title = North pier", "`title = \"North pier\"`"),
            ("body = \"\"\"a \\d b\"\"\"", "three single quotation marks"),
        ] {
            let hint = of(line).unwrap_or_default();
            assert!(hint.contains(expected), "{line}: {hint}");
        }
        for line in ["= 1", "my key = 1", "[table", "https://example.org/"] {
            assert!(
                of(line).is_none_or(|hint| !hint.contains("my key")),
                "{line}"
            );
        }
    }
}
