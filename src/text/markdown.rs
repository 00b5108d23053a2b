//! Bodies as their authors write them, made into HTML. What comes out is not yet safe: it is sanitised afterwards.

pub mod pasted;

use crate::text::escape::escape;
use pulldown_cmark::{Options, Parser, html};

/// Renders CommonMark with tables, strikethrough and footnotes. HTML in it passes through.
pub fn to_html(markdown: &str) -> String {
    let parser = Parser::new_ext(
        markdown,
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES,
    );
    let mut out = String::with_capacity(markdown.len() * 5 / 4);
    html::push_html(&mut out, parser);
    out
}

/// Makes paragraphs of plain text: a blank line separates them, a single line break stays one.
pub fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let lines = text.lines().map(str::trim_end);
    let mut out = String::with_capacity(text.len() + 64);
    let mut is_open = false;
    for line in lines {
        match (line.trim_start().is_empty(), is_open) {
            (true, true) => out.push_str("</p>\n"),
            (true, false) => {}
            (false, true) => out.push_str("<br>\n"),
            (false, false) => out.push_str("<p>"),
        }
        is_open = !line.trim_start().is_empty();
        out.push_str(&escape(line.trim_start()));
    }
    if is_open {
        out.push_str("</p>\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_becomes_paragraphs() {
        assert_eq!(
            paragraphs("a < b\r\nc\n\n\n d\n"),
            "<p>a &lt; b<br>\nc</p>\n<p>d</p>\n"
        );
        assert_eq!(paragraphs(" \n"), "");
    }

    #[test]
    fn markdown_has_tables_and_strikethrough() {
        let html = to_html("| a |\n|---|\n| b |\n\n~~c~~ <b>d</b>");
        assert!(
            html.contains("<td>b</td>") && html.contains("<del>c</del> <b>d</b>"),
            "{html}"
        );
    }
}
