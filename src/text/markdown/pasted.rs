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
                "end each line with a backslash, `\\`, or write `body_format = \"text\"` if the text is no Markdown"
            }
            Self::Bullets => {
                "begin each line with `- `, or write `body_format = \"text\"` if the text is no Markdown"
            }
            Self::Numbered => {
                "write a backslash before the dot, `\\.`, or `body_format = \"text\"` if the text is no Markdown"
            }
            Self::EmptyHeading => "take it out, or write `***` for a line across",
            Self::BlankInAddress => {
                "put the address in angle brackets: `![…](<name of the file.jpg>)`"
            }
            Self::Shortcode => "write the picture or link in Markdown, or as HTML",
            Self::NoteWithoutText => "write its text on a line of its own: `[^1]: …`",
        }
    }
}

/// A line that is shorter than this is no line of a paragraph that was broken to a width, in characters.
const SHORT_CHARS_MAX: usize = 40;

/// So many short lines are no accident.
const SHORT_LINES_MIN: usize = 3;

/// The signs in a text, the first of each kind, in order, with their places in bytes.
pub fn signs(text: &str) -> Vec<(Range<usize>, Sign)> {
    let mut found: Vec<(Range<usize>, Sign)> = Vec::new();
    let mut add = |at: Range<usize>, sign: Sign| {
        if found.iter().all(|(_, known)| *known != sign) {
            found.push((at, sign));
        }
    };
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    let mut is_code = false;
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
            Event::Start(Tag::CodeBlock(_)) => is_code = true,
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
            }
            Event::Start(Tag::Link {
                link_type: LinkType::ShortcutUnknown,
                ..
            }) => {}
            Event::Text(words) if !is_code && words.contains(['[', '{']) => {
                // What is typed is looked at as it stands in the line: a piece of text ends at each bracket.
                let line = line_of(text, at.start);
                if let Some(sign) = of_line(&text[line.clone()]) {
                    add(line, sign);
                }
            }
            _ => {}
        }
    }
    found.sort_by_key(|(at, _)| at.start);
    found
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
        return (is_sentence || words.contains('\n')).then_some(Sign::Underlined);
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
    let is_broken =
        |line: &&str| line.ends_with("  ") || line.ends_with('\\') || line.ends_with("<br>");
    let is_short = |line: &&str| {
        line.chars().count() < SHORT_CHARS_MAX && !line.contains(['[', '!', '<', '|'])
    };
    let are_short = lines.len() >= SHORT_LINES_MIN && lines.iter().all(is_short);
    let are_open = lines.iter().rev().skip(1).all(|line| !is_broken(line));
    (are_short && are_open).then_some(Sign::ShortLines)
}

fn of_line(line: &str) -> Option<Sign> {
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
        return Some(Sign::Shortcode);
    }
    if let Some((_, rest)) = line.split_once("](")
        && let Some((address, _)) = rest.split_once(')')
        && !address.starts_with('<')
        && address.trim().contains(' ')
        && !address.contains(['"', '\''])
    {
        return Some(Sign::BlankInAddress);
    }
    let note = line.split_once("[^").map(|(_, rest)| rest);
    let is_mark = note.is_some_and(|rest| {
        rest.split_once(']')
            .is_some_and(|(name, _)| !name.contains(' '))
    });
    is_mark.then_some(Sign::NoteWithoutText)
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
