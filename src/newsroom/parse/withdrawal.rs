//! How authors say that an item is withdrawn, be it as they should or in another way. What certainly means a withdrawal
//! is one; what may mean one keeps the item back until it stands where it belongs.

use crate::newsroom::item::Status;
use std::ops::Range;

/// The words for each status; the first is ours.
const WORDS: [(Status, &[&str]); 4] = [
    (Status::Draft, &["draft"]),
    (Status::Usable, &["usable", "published", "public"]),
    (Status::Withheld, &["withheld", "hold", "held"]),
    (
        Status::Canceled,
        &[
            "canceled",
            "cancelled",
            "withdrawn",
            "retracted",
            "killed",
            "revoked",
        ],
    ),
];

/// Keys that say it by being true.
const TRUE_KEYS: [&str; 8] = [
    "draft",
    "withdrawn",
    "canceled",
    "cancelled",
    "retracted",
    "killed",
    "withheld",
    "unpublished",
];

/// What may stand beside a withdrawal at the end of a text.
const BESIDE: [&str; 3] = ["status_note", "status_at", "replaced_by"];

/// So many lines at the end of a Markdown text are looked at.
const END_LINES: usize = 6;

/// The status that a word stands for, and whether it is the very word for it.
pub fn status(word: &str) -> Option<(Status, bool)> {
    let lower = word.trim().to_lowercase();
    WORDS.iter().find_map(|(status, words)| {
        let at = words.iter().position(|known| *known == lower)?;
        Some((*status, at == 0 && lower == word))
    })
}

/// Our word for a status.
pub fn word(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Usable => "usable",
        Status::Withheld => "withheld",
        Status::Canceled => "canceled",
    }
}

/// In a shorter word one slip makes another word: `sold` is no slip of `hold`.
const SLIP_CHARS_MIN: usize = 6;

/// The word of ours that another is nearest to, if it is a slip of the pen.
pub fn slip(word: &str) -> Option<&'static str> {
    let lower = word.trim().to_lowercase();
    let all = WORDS.iter().flat_map(|(_, words)| words.iter());
    let long = all.copied().filter(|known| known.len() >= SLIP_CHARS_MIN);
    let mut near = long.filter(|known| lower != **known);
    near.find(|known| strsim::osa_distance(&lower, known) <= 1)
}

/// Whether a key is `status`, in any case and with one slip of the pen.
pub fn is_status_key(key: &str) -> bool {
    let lower = key.trim().to_lowercase();
    lower == "status" || (lower.len() > 4 && strsim::osa_distance(&lower, "status") <= 1)
}

/// Whether a key keeps an item back by being true.
pub fn is_true_key(key: &str) -> bool {
    let lower = key.trim().to_lowercase();
    TRUE_KEYS.contains(&lower.as_str())
}

/// Whether a value given to such a key keeps the item back: a word for anything but `usable`, or a slip of one.
pub fn keeps_back(key: &str, value: &str) -> bool {
    let value = bare(value);
    if is_date_key(key) {
        return value.starts_with(|c: char| c.is_ascii_digit());
    }
    if is_true_key(key) {
        let is_said = ["true", "yes", "1", "on"];
        return is_said.contains(&value.to_lowercase().as_str());
    }
    is_status_key(key)
        && match status(value) {
            Some((status, _)) => status != Status::Usable,
            None => slip(value).is_some_and(|word| word != "usable"),
        }
}

/// Whether a key says until when an item is held back.
fn is_date_key(key: &str) -> bool {
    key.trim().eq_ignore_ascii_case("embargo_until")
}

/// A value without its quotation marks and what stands after it: `"canceled" # wrong figures`.
fn bare(value: &str) -> &str {
    let marks = ['"', '\'', '“', '”', '„', '«', '»'];
    let value = value.trim();
    let inner = value.trim_start_matches(marks);
    let end = if inner.len() < value.len() {
        inner.find(marks)
    } else {
        inner.find('#')
    };
    inner[..end.unwrap_or(inner.len())].trim_matches([' ', ',', ';', '.'])
}

/// A key and its value in a line of its own: `status = "canceled"`, `Status: withdrawn`.
pub fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_end();
    // As many blanks as make no code of it.
    let indent = line.len() - line.trim_start_matches(' ').len();
    let line = line.trim_start_matches(' ');
    if indent > 3 {
        return None;
    }
    let line = line
        .strip_prefix("- ")
        .or(line.strip_prefix("* "))
        .unwrap_or(line);
    let end = line.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '"')))?;
    let (key, rest) = (line[..end].trim_matches('"'), line[end..].trim_start());
    let value = rest.strip_prefix([':', '=']).unwrap_or(rest).trim();
    let has_sign = rest.starts_with([':', '=']) || value.starts_with(['"', '\'', '“']);
    (has_sign && !key.is_empty()).then_some((key, value))
}

/// The bytes of a line at the end of a Markdown text that is meant to keep the item back: it stands alone, or beside
/// others that belong to it. What stands within a block of code is only shown.
pub fn after_text(body: &str) -> Option<Range<usize>> {
    let fences = body.lines().filter(|line| {
        let line = line.trim_start();
        line.starts_with("```") || line.starts_with("~~~")
    });
    if fences.count() % 2 == 1 {
        return None;
    }
    let start = body.as_ptr().addr();
    let lines = body.lines().rev().filter(|line| !line.trim().is_empty());
    for line in lines.take(END_LINES) {
        let line = line.trim_end();
        let Some((key, value)) = key_and_value(line) else {
            // A fence that an author has put around the keys once more.
            if line == "+++" || line == "---" {
                continue;
            }
            return None;
        };
        if keeps_back(key, value) {
            let at = line.as_ptr().addr() - start;
            return Some(at..at + line.len());
        }
        if !BESIDE.contains(&key.to_lowercase().as_str()) && !is_status_key(key) {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_withdrawing_line_after_the_text_is_found() {
        for body in [
            "Text.\n\nstatus = \"canceled\"\n",
            "Text.\n\nStatus: withdrawn\nstatus_note: The figures were wrong.\n",
            "Text.\nstauts = 'withheld'",
            "Text.\n+++\nstatus = \"canceled\"\nstatus_note = \"n\"\n+++\n",
            "Text.\n\nwithdrawn = true\n",
            "```\ncode\n```\nstatus = “canceled”\n",
            "Text.\n\nstatus \"cancelled\"\n",
            "Text.\n\nstatus = \"canceled\" # wrong figures\n",
            "Text.\n\n  status = \"canceled\"\n",
            "Text.\n\n- status: canceled\n",
            "Text.\n\ndraft = true\n",
            "Text.\n\nembargo_until = 2099-01-01T00:00:00Z\n",
        ] {
            let found = after_text(body);
            assert!(found.is_some_and(|at| body.get(at).is_some()), "{body}");
        }
    }

    #[test]
    fn words_of_a_text_withdraw_nothing() {
        for body in [
            "To withdraw it write\n\n```\nstatus = \"canceled\"\n",
            "Flight 12\n\nStatus: on time\n",
            "Lot 7\n\nStatus: sold\n",
            "Lot 8\n\nStatus: old\n",
            "status = \"canceled\" is how you say it.\n\nThat is all.\n",
            "The status: canceled flights are listed below.\n",
            "Canceled: the concert. Withdrawn: the petition.\n",
            "    status = \"canceled\"\n",
            "status = \"usable\"\n",
            "",
        ] {
            assert_eq!(after_text(body), None, "{body}");
        }
    }

    #[test]
    fn a_key_is_known_with_one_slip() {
        for key in ["status", "Status", "STATUS", "stauts", "statu", "sttatus"] {
            assert!(is_status_key(key), "{key}");
        }
        for key in ["state", "stats2x", "status_note", "stat", "statute"] {
            assert!(!is_status_key(key), "{key}");
        }
    }
}
