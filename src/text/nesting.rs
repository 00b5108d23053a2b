//! What a text may cost. To sanitise HTML takes time and memory that grow with the square of some of what may stand in it,
//! so each of that has a limit. No text that people wrote comes near one.

use crate::text::markdown;

/// What is too much in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// It has more than [`MARKS_MAX`] marks of formatting.
    Marks,
    /// It has more characters to be escaped in one paragraph than [`ESCAPING_MAX`] allows.
    Escapes,
    /// Its elements are nested more than [`LEVELS_MAX`] deep.
    Deep,
    /// Formatting that is left open would be opened anew more than [`REOPENED_MAX`] times.
    Reopened,
}

impl Excess {
    /// What is wrong, as a sentence.
    pub fn message(self) -> String {
        match self {
            Self::Marks => format!(
                "the body has more than {MARKS_MAX} tags, marks of formatting and ends of lines"
            ),
            Self::Escapes => {
                "the body has too many of `&`, `<` and `>` in a paragraph of such a length"
                    .to_owned()
            }
            Self::Deep => format!("the body is nested more than {LEVELS_MAX} levels deep"),
            Self::Reopened => format!(
                "formatting is left open so often that it would be opened anew more than {REOPENED_MAX} times"
            ),
        }
    }

    /// What to do instead.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Marks => "split the text, or attach it as a file",
            Self::Escapes => "split the paragraph, or attach the text as a file",
            Self::Deep => "take out quotations, lists or elements that stand in one another",
            Self::Reopened => {
                "close each `<b>`, `<i>`, `<font>`, `<a>` … in the paragraph in which it begins"
            }
        }
    }
}

/// What is too much in HTML, if anything.
pub fn excess_of_html(html: &str) -> Option<Excess> {
    too_costly_html(html)
        .or_else(|| is_too_deep(html).then_some(Excess::Deep))
        .or_else(|| is_reopened_too_often(html).then_some(Excess::Reopened))
}

/// What is too much in Markdown, if anything.
pub fn excess_of_markdown(text: &str) -> Option<Excess> {
    too_costly_markdown(text)
        .or_else(|| is_markdown_too_deep(text).then_some(Excess::Deep))
        .or_else(|| is_markdown_reopened_too_often(text).then_some(Excess::Reopened))
}

fn too_costly_html(html: &str) -> Option<Excess> {
    if html.len() <= CHEAP_BYTES_MAX {
        return None;
    }
    let tags = memchr::memchr_iter(b'<', html.as_bytes()).count();
    let pieces = html.split_inclusive('<');
    [
        (tags > MARKS_MAX, Excess::Marks),
        (escaping(pieces) > ESCAPING_MAX, Excess::Escapes),
    ]
    .into_iter()
    .find_map(|(is_so, excess)| is_so.then_some(excess))
}

fn too_costly_markdown(text: &str) -> Option<Excess> {
    if text.len() <= CHEAP_BYTES_MAX {
        return None;
    }
    let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count();
    let others = text
        .bytes()
        .filter(|byte| matches!(byte, b'`' | b'|' | b'>' | b'!'))
        .count();
    [
        (
            inline_marks(text) + lines + others > MARKS_MAX,
            Excess::Marks,
        ),
        (escaping(text.split("\n\n")) > ESCAPING_MAX, Excess::Escapes),
    ]
    .into_iter()
    .find_map(|(is_so, excess)| is_so.then_some(excess))
}

/// So many tags, marks of formatting and ends of lines a body may have: each costs some 300 bytes on the way.
pub const MARKS_MAX: usize = 250_000;

/// Each character that is escaped costs a look at the rest of its piece of text: so many bytes may be looked at in all.
pub const ESCAPING_MAX: usize = 20_000_000_000;

/// No text of so many bytes or fewer passes [`MARKS_MAX`] or [`ESCAPING_MAX`]: most are not looked at for these.
const CHEAP_BYTES_MAX: usize = 100_000;

/// How many bytes are looked at when these pieces of text are escaped.
fn escaping<'t>(pieces: impl Iterator<Item = &'t str>) -> usize {
    let cost = |piece: &str| {
        let escaped = memchr::memchr3_iter(b'&', b'<', b'>', piece.as_bytes()).count();
        escaped.saturating_mul(piece.len())
    };
    pieces.map(cost).fold(0, usize::saturating_add)
}

/// How many levels elements may be nested. Browsers stop at 512, and no text that people wrote comes near.
pub const LEVELS_MAX: usize = 256;

/// Whether the elements of HTML are nested more than [`LEVELS_MAX`] deep.
fn is_too_deep(html: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let (name, is_end) = match rest.strip_prefix('/') {
            Some(after) => (name(after), true),
            None => (name(rest), false),
        };
        if name.is_empty() || is_void(name) {
            continue;
        }
        let is_same = |other: &&str| other.eq_ignore_ascii_case(name);
        if is_end {
            if let Some(at) = open.iter().rposition(is_same) {
                open.truncate(at);
            }
            continue;
        }
        while open.last().is_some_and(|last| ends(name, last)) {
            open.pop();
        }
        open.push(name);
        if open.len() > LEVELS_MAX {
            return true;
        }
    }
    false
}

/// The same of what Markdown becomes. It is made only where so much of what opens a level stands in it.
fn is_markdown_too_deep(text: &str) -> bool {
    let inline = inline_marks(text);
    let is_margin = |byte: &u8| {
        matches!(
            byte,
            b' ' | b'\t' | b'>' | b'-' | b'+' | b'*' | b'.' | b')' | b'0'..=b'9'
        )
    };
    let margin = |start: usize| {
        let line = text.as_bytes()[start..].iter();
        line.take_while(|byte| is_margin(byte)).count()
    };
    let breaks = memchr::memchr_iter(b'\n', text.as_bytes());
    let starts = std::iter::once(0).chain(breaks.map(|at| at + 1));
    let margin = starts.map(margin).max().unwrap_or(0);
    inline + margin > LEVELS_MAX && is_too_deep(&markdown::to_html(text))
}

/// How many bytes may open an inline element. In parts whose sum fits into a byte, so that many are looked at at once.
fn inline_marks(text: &str) -> usize {
    let is_mark = |byte: u8| {
        (byte == b'*') | (byte == b'_') | (byte == b'<') | (byte == b'[') | (byte == b'~')
    };
    let parts = text.as_bytes().chunks(usize::from(u8::MAX));
    let sums = parts.map(|part| part.iter().map(|byte| u8::from(is_mark(*byte))).sum::<u8>());
    sums.map(usize::from).sum()
}

/// How often formatting elements that were left open may be opened anew, all together. Each block that follows opens
/// anew all of them: a few in a long text cost nothing, and hundreds cost more memory than the text by far.
pub const REOPENED_MAX: usize = 50_000;

/// Whether the formatting elements that are left open in HTML are opened anew more than [`REOPENED_MAX`] times.
fn is_reopened_too_often(html: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let mut reopened = 0;
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let (name, is_end) = match rest.strip_prefix('/') {
            Some(after) => (name(after), true),
            None => (name(rest), false),
        };
        if name.is_empty() {
            continue;
        }
        let is_same = |other: &&str| other.eq_ignore_ascii_case(name);
        match (is_formatting(name), is_end) {
            (true, false) => open.push(name),
            (true, true) => {
                if let Some(at) = open.iter().rposition(is_same) {
                    open.remove(at);
                }
            }
            (false, false) => reopened += open.len(),
            (false, true) => {}
        }
        if reopened > REOPENED_MAX || open.len() > REOPENED_MAX {
            return true;
        }
    }
    false
}

/// The same of what Markdown becomes. It is made only where so much may stand in it.
fn is_markdown_reopened_too_often(text: &str) -> bool {
    let tags = memchr::memchr_iter(b'<', text.as_bytes()).count();
    let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count() + 1;
    tags.saturating_mul(lines) > REOPENED_MAX && is_reopened_too_often(&markdown::to_html(text))
}

/// Whether an element that is left open goes on in the blocks that follow.
fn is_formatting(name: &str) -> bool {
    let formatting = [
        "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt",
        "u",
    ];
    is_one_of(name, &formatting)
}

/// The name of a tag; empty for what is none.
fn name(tag: &str) -> &str {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let end = tag.find(|c| !is_name(c)).unwrap_or(tag.len());
    let name = &tag[..end];
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if starts { name } else { "" }
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|other| other.eq_ignore_ascii_case(name))
}

/// Whether an element has no end tag and nothing in it.
fn is_void(name: &str) -> bool {
    let void = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
        "track", "wbr",
    ];
    is_one_of(name, &void)
}

/// Whether the start of an element ends another that is open: authors may leave these end tags out.
fn ends(name: &str, last: &str) -> bool {
    let ended: &[&str] = match name.to_ascii_lowercase().as_str() {
        "p" => &["p"],
        "li" => &["p", "li"],
        "dt" | "dd" => &["p", "dt", "dd"],
        "td" | "th" => &["p", "td", "th"],
        "tr" => &["p", "td", "th", "tr"],
        "tbody" | "tfoot" => &["p", "td", "th", "tr", "thead", "tbody"],
        _ => &[],
    };
    is_one_of(last, ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nested_too_deep_is_told() {
        for deep in ["<div>", "<b>x", "<ul><li>", "<blockquote><p>"] {
            assert!(is_too_deep(&deep.repeat(LEVELS_MAX + 1)), "{deep}");
        }
        for flat in [
            "<p>a",
            "<li><p>a",
            "<br>",
            "<tr><td>a<td>b",
            "<p>a <b>c</b> <!-- d --> < e",
            "<div><IMG src=\"a\"></DIV>",
        ] {
            assert!(!is_too_deep(&flat.repeat(10_000)), "{flat}");
        }
    }

    #[test]
    fn formatting_that_is_left_open_in_a_long_text_is_told() {
        let many: String = (0..240).map(|n| format!("<b title={n}>")).collect();
        let blocks = format!("<p>{many}x</p>{}", "<p>x</p>".repeat(300));
        assert!(is_reopened_too_often(&blocks));
        assert!(is_markdown_reopened_too_often(&format!(
            "{many}x\n\n{}",
            "x\n\n".repeat(300)
        )));
        let usual = "<p>a <b>b</b> <a href=c>c</a> <i>d</i></p>".repeat(20_000);
        assert!(!is_reopened_too_often(&usual));
        let left = format!("<font size=2><p>{}", "<p>a <b>b</b>".repeat(20_000));
        assert!(!is_reopened_too_often(&left));
    }

    #[test]
    fn every_shape_of_a_file_of_4_mib_is_cheap_or_refused() {
        let fill = |part: &str| part.repeat((4 << 20) / part.len());
        for (part, excess) in [
            ("[", Some(Excess::Marks)),
            ("*a", Some(Excess::Marks)),
            ("`a", Some(Excess::Marks)),
            (">", Some(Excess::Marks)),
            ("- a\n", Some(Excess::Marks)),
            ("|a|b|\n", Some(Excess::Marks)),
            ("a & b ", Some(Excess::Escapes)),
            (
                "An ordinary sentence with *one* mark, and “quotation marks” in it.\n\n",
                None,
            ),
            ("a", None),
        ] {
            assert_eq!(excess_of_markdown(&fill(part)), excess, "{part}");
        }
        for (part, excess) in [
            ("<p>x", Some(Excess::Marks)),
            ("< ", Some(Excess::Marks)),
            ("&amp;", Some(Excess::Escapes)),
            (
                "<p>An ordinary paragraph of some length, with <b>one</b> &amp; another mark in it.</p>\n",
                None,
            ),
            ("a", None),
        ] {
            assert_eq!(excess_of_html(&fill(part)), excess, "{part}");
        }
    }

    #[test]
    fn markdown_is_told_by_what_it_becomes() {
        let many = LEVELS_MAX + 1;
        for deep in [
            ">".repeat(many),
            "+ ".repeat(many) + "x",
            "*a _b ".repeat(many) + &"c_ d* ".repeat(many),
        ] {
            assert!(is_markdown_too_deep(&deep), "{deep}");
        }
        let long = "* [a](b) _c_ **d**\n\n> e\n\n".repeat(5_000);
        assert!(!is_markdown_too_deep(&long));
        assert!(!is_markdown_too_deep(&"-".repeat(5_000)));
    }
}
