//! Signs that a text is no Markdown, though it is read as such: it was pasted from elsewhere, and its form would change.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// What would be shown in another form than its author typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// A line of hyphens or equals signs below a sentence makes it a heading.
    Underlined,
    /// A line that begins with a tab or four blanks is shown as code.
    Indented,
    /// Short lines, as of an address, run together.
    ShortLines,
    /// Lines that begin with `•` and the like run together.
    Bullets,
    /// A sentence that begins with a number and a dot is a numbered list.
    Numbered,
    /// A line of `#` is a heading without words.
    EmptyHeading,
    /// A picture or link whose address has blanks is shown as it is typed.
    BlankInAddress,
    /// A shortcode of another program is shown as it is typed.
    Shortcode,
    /// A mark of a footnote that is not there is shown as it is typed.
    NoteWithoutText,
    /// The numbers of a list are shown otherwise than they are written.
    Renumbered,
    /// A row of a table has more cells than its head; what is too much is not shown.
    TooManyCells,
    /// A table without the line below its head is shown as it is typed.
    NoTable,
    /// Stars between digits are taken for emphasis.
    Starred,
    /// Single tildes strike words out.
    Struck,
    /// Backslashes of a path are not shown.
    Path,
    /// A piece of code that never ends.
    OpenFence,
    /// A link with a blank before its address is shown as it is typed.
    BlankBeforeAddress,
}

impl Sign {
    /// What is wrong, as a sentence.
    pub fn message(self) -> &'static str {
        match self {
            Self::Underlined => "the line below makes this sentence a heading",
            Self::Indented => {
                "this line begins with a tab or four blanks, and is shown as a piece of code"
            }
            Self::ShortLines => "these short lines are shown as one line",
            Self::Bullets => "these points are shown as one line",
            Self::Numbered => "the number at the start makes this sentence a numbered list",
            Self::EmptyHeading => "this line is a heading without words",
            Self::BlankInAddress => {
                "this picture or link is shown as it is typed: there are blanks or brackets in its address"
            }
            Self::Shortcode => "this is a shortcode of another program: it is shown as it is typed",
            Self::NoteWithoutText => "the footnote has no text: its mark is shown as it is typed",
            Self::Renumbered => {
                "the numbers of this list are shown one after another, not as they are written"
            }
            Self::TooManyCells => {
                "this row has more cells than the head of the table: the last ones are not shown"
            }
            Self::NoTable => {
                "this table is shown as it is typed: the line below its head is missing"
            }
            Self::Starred => "these stars are taken for emphasis and not shown",
            Self::Struck => "these tildes strike the words between them out",
            Self::Path => "backslashes of this path are not shown",
            Self::OpenFence => {
                "this piece of code is never closed: all that follows is shown as code"
            }
            Self::BlankBeforeAddress => {
                "this picture or link is shown as it is typed: there is a blank before its address"
            }
        }
    }

    /// What to write instead.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Underlined => {
                "leave a blank line between them, or write `body_format = \"text\"` if the text is no Markdown"
            }
            Self::Indented => {
                "take out the blanks, or write `body_format = \"text\"` if the text is no Markdown"
            }
            Self::ShortLines => {
                "end each line with `<br>`, or write `body_format = \"text\"` if the text is no Markdown"
            }
            Self::Bullets => {
                "begin each line with `- `, or write `body_format = \"text\"` if the text is no Markdown"
            }
            Self::Numbered => {
                "write `&#46;` in the place of the dot, or `body_format = \"text\"` if the text is no Markdown"
            }
            Self::EmptyHeading => "take it out, or write `***` for a line across",
            Self::BlankInAddress => {
                "put the address in angle brackets, as in `[…](<name of the file.pdf>)`; a telephone number has no blanks"
            }
            Self::Shortcode => "write the picture or link in Markdown, or as HTML",
            Self::NoteWithoutText => {
                "write its text on a line of its own, with the same mark and a colon, as in `[^1]: …`"
            }
            Self::Renumbered => {
                "begin each line with `- `, or write `body_format = \"text\"` if the text is no Markdown"
            }
            Self::TooManyCells => {
                "give the head as many cells, or write `&#124;` for a line that parts nothing"
            }
            Self::NoTable => "write a line of hyphens below the head, as in `|---|---|`",
            Self::Starred => "write `×` or `&#42;` for each star",
            Self::Struck => "write `&#126;` for each tilde",
            Self::Path => "put the path between two grave accents",
            Self::OpenFence => "write a line of three grave accents where the code ends",
            Self::BlankBeforeAddress => "take out the blank between `]` and `(`",
        }
    }
}

/// A line that is shorter than this is no line of a paragraph that was broken to a width, in characters.
const SHORT_CHARS_MAX: usize = 40;

/// So many short lines are no accident.
const SHORT_LINES_MIN: usize = 3;

/// So many places of one kind are told.
const PLACES_MAX: usize = 5;

/// The signs in a text, at most five of each kind, in order, with their places in bytes.
pub fn signs(text: &str) -> Vec<(Range<usize>, Sign)> {
    let mut found: Vec<(Range<usize>, Sign)> = Vec::new();
    let mut add = |at: Range<usize>, sign: Sign| {
        let of_kind = found.iter().filter(|(_, known)| *known == sign);
        if of_kind.count() < PLACES_MAX && !found.contains(&(at.clone(), sign)) {
            found.push((at, sign));
        }
    };
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    let mut is_code = false;
    let mut lists: Vec<Numbers> = Vec::new();
    let mut cells = 0;
    // Where the line that was looked at last ends: one of many pieces is looked at once.
    let mut looked_to = 0;
    for (event, at) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                if let Some(sign) = of_heading(&text[at.clone()], level) {
                    add(first_line(text, at), sign);
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                add(first_line(text, at), Sign::Indented);
                is_code = true;
            }
            Event::Start(Tag::CodeBlock(_)) => {
                if is_open_fence(&text[at.clone()]) {
                    add(first_line(text, at), Sign::OpenFence);
                }
                is_code = true;
            }
            Event::End(TagEnd::CodeBlock) => is_code = false,
            Event::Start(Tag::Paragraph) => {
                if let Some(sign) = of_paragraph(&text[at.clone()]) {
                    add(first_line(text, at), sign);
                }
            }
            Event::Start(Tag::List(Some(number))) => {
                let is_one = text[at.clone()].trim_end().lines().count() == 1;
                if number >= 100 && is_one {
                    add(first_line(text, at), Sign::Numbered);
                }
                lists.push(Numbers::default());
            }
            Event::Start(Tag::List(None)) => lists.push(Numbers::default()),
            Event::Start(Tag::Item) => {
                let number = text[at.clone()].trim_start();
                let digits = number.bytes().take_while(u8::is_ascii_digit).count();
                if let (Some(list), Ok(number)) = (lists.last_mut(), number[..digits].parse()) {
                    list.take(number, first_line(text, at));
                }
            }
            Event::End(TagEnd::List(_)) => {
                let list = lists.pop().unwrap_or_default();
                list.other
                    .into_iter()
                    .for_each(|at| add(at, Sign::Renumbered));
            }
            Event::Start(Tag::Table(columns)) => cells = columns.len(),
            Event::Start(Tag::TableRow) => {
                let row = text[at.clone()].trim().trim_start_matches('|');
                let row = row.strip_suffix('|').unwrap_or(row);
                if row.replace("\\|", "").matches('|').count() >= cells {
                    add(first_line(text, at), Sign::TooManyCells);
                }
            }
            Event::Start(Tag::Emphasis | Tag::Strong) if is_between_digits(text, &at) => {
                add(at, Sign::Starred);
            }
            Event::Start(Tag::Strikethrough) if !text[at.clone()].starts_with("~~") => {
                add(at, Sign::Struck);
            }
            Event::Start(Tag::Link {
                link_type: LinkType::ShortcutUnknown,
                ..
            }) => {}
            Event::Text(words)
                if !is_code && at.start >= looked_to && words.contains(['[', '{', ':']) =>
            {
                // What is typed is looked at as it stands in the line: a piece of text ends at each bracket.
                let line = line_of(text, at.start);
                looked_to = line.end;
                for sign in of_line(&text[line.clone()]) {
                    add(line.clone(), sign);
                }
            }
            _ => {}
        }
    }
    found.sort_by_key(|(at, _)| at.start);
    found
}

/// The numbers that a list is written with.
#[derive(Default)]
struct Numbers {
    first: u64,
    count: u64,
    /// The lines whose numbers are shown otherwise.
    other: Vec<Range<usize>>,
}

impl Numbers {
    /// Takes the next number. Those who leave the counting to Markdown write the same everywhere.
    fn take(&mut self, number: u64, line: Range<usize>) {
        if self.count == 0 {
            self.first = number;
        }
        let is_shown = number == self.first + self.count;
        if !is_shown && number != self.first {
            self.other.push(line);
        }
        self.count += 1;
    }
}

/// Whether a piece of code that begins with a fence has none at its end.
fn is_open_fence(source: &str) -> bool {
    let mut lines = source.trim_end().lines();
    let first = lines.next().unwrap_or_default().trim_start();
    let fence = first.chars().next().unwrap_or_default();
    let last = lines.next_back().unwrap_or_default();
    let last = last.trim_start_matches([' ', '>']).trim_end();
    matches!(fence, '`' | '~') && (last.len() < 3 || !last.chars().all(|c| c == fence))
}

/// Whether an emphasis stands between digits, as in a product.
fn is_between_digits(text: &str, at: &Range<usize>) -> bool {
    let before = text[..at.start].chars().next_back();
    let after = text[at.end..].chars().next();
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    text[at.clone()].starts_with('*') && (is_digit(before) || is_digit(after))
}

fn first_line(text: &str, at: Range<usize>) -> Range<usize> {
    let line = text[at.clone()].lines().next().unwrap_or_default();
    at.start..at.start + line.len()
}

fn line_of(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |start| start + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    start..end
}

fn of_heading(source: &str, level: HeadingLevel) -> Option<Sign> {
    let is_setext = !source.trim_start().starts_with('#');
    if is_setext && matches!(level, HeadingLevel::H1 | HeadingLevel::H2) {
        let words = source.trim_end().trim_end_matches(['-', '=']).trim_end();
        let is_sentence = words.ends_with(['.', '!', '?', ':', '…', '։', '。', '؟', '”', '»']);
        let line = source.trim_end().lines().next_back().unwrap_or_default();
        let is_rule = line.trim() == "---" && words.contains(|c: char| c.is_ascii_digit());
        let is_long = line.trim() == "---" && words.split_whitespace().count() > 5;
        let is_meant = !is_sentence && !is_rule && !is_long && !words.contains('\n');
        return (!is_meant).then_some(Sign::Underlined);
    }
    let words = source.trim_matches(|c: char| c == '#' || c.is_whitespace());
    words.is_empty().then_some(Sign::EmptyHeading)
}

fn of_paragraph(source: &str) -> Option<Sign> {
    let lines: Vec<&str> = source.trim_end().lines().collect();
    let is_point = |line: &&&str| {
        line.trim_start()
            .starts_with(['•', '●', '▪', '◦', '‣', '·', '–', '—'])
    };
    if lines.iter().filter(is_point).count() > 1 {
        return Some(Sign::Bullets);
    }
    let is_row = |line: &&str| {
        let line = line.trim();
        line.len() > 2 && line.starts_with('|') && line.ends_with('|')
    };
    if lines.len() > 1 && lines.iter().all(is_row) {
        return Some(Sign::NoTable);
    }
    let is_broken =
        |line: &&str| line.ends_with("  ") || line.ends_with('\\') || line.ends_with("<br>");
    let is_short = |line: &&str| {
        line.chars().count() < SHORT_CHARS_MAX && !line.contains(['[', '!', '<', '|'])
    };
    let are_short = lines.len() >= SHORT_LINES_MIN && lines.iter().all(is_short);
    let are_open = lines.iter().rev().skip(1).all(|line| !is_broken(line));
    (are_short && are_open).then_some(Sign::ShortLines)
}

fn of_line(line: &str) -> Vec<Sign> {
    let mut found = Vec::new();
    // What stands between grave accents is shown as it is typed, and meant so.
    let outside: String = line.split('`').step_by(2).collect();
    let line = outside.as_str();
    let has_pair = |open: &str, close: &str| {
        let rest = line.split_once(open).map(|(_, rest)| rest);
        rest.is_some_and(|rest| rest.contains(close))
    };
    if has_pair("{{<", ">}}")
        || has_pair("{{%", "%}}")
        || has_pair("{%", "%}")
        || has_pair("[caption", "]")
        || has_pair("[gallery", "]")
    {
        found.push(Sign::Shortcode);
    }
    let addresses = line.split("](").skip(1);
    let mut addresses = addresses.filter_map(|rest| Some(rest.split_once(')')?.0));
    let is_cut = |address: &str| {
        let is_open = !address.starts_with('<') && !address.contains(['"', '\'']);
        is_open && address.trim().contains(' ')
    };
    if addresses.any(is_cut) {
        found.push(Sign::BlankInAddress);
    }
    let apart = line.split("] (").skip(1);
    let mut apart = apart.filter_map(|rest| Some(rest.split_once(')')?.0));
    let is_address = |words: &str| {
        let ending = words.rsplit_once('.').map_or("", |(_, ending)| ending);
        let is_file = matches!(ending.len(), 3 | 4) && ending.chars().all(char::is_alphanumeric);
        words.contains("://") || (is_file && !words.contains(' '))
    };
    if apart.any(is_address) {
        found.push(Sign::BlankBeforeAddress);
    }
    if is_path_cut(line) {
        found.push(Sign::Path);
    }
    let note = line.split_once("[^").map(|(_, rest)| rest);
    let is_mark = note.is_some_and(|rest| {
        rest.split_once(']')
            .is_some_and(|(name, _)| !name.contains(' '))
    });
    if is_mark && found.is_empty() {
        found.push(Sign::NoteWithoutText);
    }
    found
}

/// Whether a path of Windows stands in a line, and Markdown takes one of its backslashes for its own.
fn is_path_cut(line: &str) -> bool {
    let drive = line.find(":\\").filter(|at| {
        let before = line[..*at].chars().next_back();
        before.is_some_and(|c| c.is_ascii_alphabetic())
    });
    drive.is_some_and(|at| {
        let mut backslashes = line[at..].match_indices('\\');
        backslashes.any(|(back, _)| {
            let next = line[at + back + 1..].chars().next();
            next.is_some_and(|c| c.is_ascii_punctuation())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_text_is_told_by_its_signs() {
        for (text, sign) in [
            ("The last sentence.\n---\n", Sign::Underlined),
            ("Words:\n\n\tThe next line.\n", Sign::Indented),
            (
                "River Office\n1 Quay Street\nLindmoor\nTelephone 12\n",
                Sign::ShortLines,
            ),
            ("• one\n• two\n", Sign::Bullets),
            ("– один\n– два\n", Sign::Bullets),
            ("2026. was a good year.\n", Sign::Numbered),
            ("###\n", Sign::EmptyHeading),
            ("![x](Foto Süd (2).JPG)", Sign::BlankInAddress),
            ("See {{< figure src=\"a.jpg\" >}}", Sign::Shortcode),
            ("[caption id=\"a\"]x[/caption]", Sign::Shortcode),
            ("A claim[^1].", Sign::NoteWithoutText),
            ("2. January: none\n6. January: none\n", Sign::Renumbered),
            ("| a |\n|---|\n| b | c |\n", Sign::TooManyCells),
            ("| a | b |\n| 1 | 2 |\n", Sign::NoTable),
            ("It is 2*3*4 m large.", Sign::Starred),
            ("From ~5~ to 6.", Sign::Struck),
            ("See C:\\new\\_folder there.", Sign::Path),
            ("```\ncode\n\nand more\n", Sign::OpenFence),
            (
                "[a](https://x.example/) or [b](my file.pdf).",
                Sign::BlankInAddress,
            ),
            ("![Alt] (quay.png)", Sign::BlankBeforeAddress),
            ("The total is 5000 EUR\n---\n", Sign::Underlined),
        ] {
            let found: Vec<Sign> = signs(text).into_iter().map(|(_, sign)| sign).collect();
            assert_eq!(found, [sign], "{text}");
        }
    }

    #[test]
    fn markdown_is_not_taken_for_a_pasted_text() {
        for text in [
            "# Heading\n\nA paragraph that was broken\nto a width, by hand, line by line and so on,\nand goes on.\n",
            "Heading\n=======\n\nWords.\n",
            "- one\n- two\n\n1. one\n2. two\n",
            "1. one\n1. two\n   1. a\n   2. b\n1. three\n\nText.\n\n7. seven\n8. eight\n",
            "| a | b |\n|---|---|\n| 1 \\| 2 | 3 |\n| 4 |\n",
            "It is *2* and **3**, ~~4~~ and `C:\\_a`; the time [is] (noon).",
            "~~~\ncode\n~~~\n\n> ```\n> code\n> ```\n",
            "One  \ntwo  \nthree\n",
            "A claim[^1].\n\n[^1]: Yearbook\n",
            "![x](<a b.jpg>) [y](z \"T\")\n",
            "```\n• a\n• b\n{{< x >}}\n```\n",
            "| a | b |\n|---|---|\n| 1 | 2 |\n",
            "[x] and {y}",
        ] {
            assert_eq!(signs(text), [], "{text}");
        }
    }
}
