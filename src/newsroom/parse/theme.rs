//! `theme.css`: what a browser would drop of it in silence (CSS Syntax Module Level 3, and the policy of our pages).

use crate::newsroom::parse::report::Report;
use crate::newsroom::theme::Theme;
use cssparser::{ParseError, Parser, Token};
use std::ops::Range;
use url::Url;

/// Blocks may lie so deep in one another.
const DEPTH_MAX: usize = 32;

/// Reads the stylesheet. `None` where browsers would take it for another than it was meant to be.
pub fn read(report: &Report<'_>) -> Option<Theme> {
    let text = report.source();
    let reading = Reading { report, depth: 0 };
    reading.block(&mut Parser::new(text), "", false);
    (!report.has_errors()).then(|| Theme::new(text))
}

/// What lies in so many blocks.
#[derive(Clone, Copy)]
struct Reading<'r, 'a> {
    report: &'r Report<'a>,
    depth: usize,
}

impl Reading<'_, '_> {
    /// Reads to the end of a block, or of the stylesheet. `outer` is the name of the rule with `@` that it belongs to;
    /// `is_address` says that it is what stands in `url(…)`.
    fn block(self, parser: &mut Parser<'_>, outer: &str, is_address: bool) {
        let mut rule = outer.to_owned();
        loop {
            let start = parser.position().byte_index();
            let token = parser.next_including_whitespace_and_comments();
            let Ok(token) = token.cloned() else { return };
            let place = start..parser.position().byte_index();
            match &token {
                Token::AtKeyword(name) => rule = name.to_ascii_lowercase(),
                Token::Semicolon => outer.clone_into(&mut rule),
                Token::BadString(_) => self.unclosed(place.clone(), "\""),
                Token::BadUrl(_) => self.unclosed(place.clone(), ")"),
                Token::CloseCurlyBracket | Token::CloseParenthesis | Token::CloseSquareBracket => {
                    let mark = &self.report.source()[place.clone()];
                    let message = format!("`{mark}` closes nothing");
                    let reported = self.report.error(place.clone(), message);
                    reported.hint("take it out, or write before it what it is to close");
                }
                Token::UnquotedUrl(url) => self.address(&rule, place.clone(), url),
                Token::QuotedString(url) if is_address || rule == "import" => {
                    self.address(&rule, place.clone(), url);
                }
                _ => {}
            }
            let close = match &token {
                Token::CurlyBracketBlock => "}",
                Token::SquareBracketBlock => "]",
                Token::ParenthesisBlock | Token::Function(_) => ")",
                _ => continue,
            };
            if self.depth == DEPTH_MAX {
                let message = format!("more than {DEPTH_MAX} blocks lie in one another");
                self.report.error(place, message).hint("write it flatter");
                return;
            }
            let deeper = Self {
                depth: self.depth + 1,
                ..self
            };
            let inner = rule.clone();
            let is_url =
                matches!(&token, Token::Function(name) if name.eq_ignore_ascii_case("url"));
            let mut end = start;
            let read = parser.parse_nested_block(|parser| {
                deeper.block(parser, &inner, is_url);
                end = parser.position().byte_index();
                Ok::<(), ParseError<()>>(())
            });
            // What follows the end of a block closes it.
            if read.is_ok() && end == self.report.source().len() {
                self.unclosed(place, close);
            }
            if close == "}" {
                outer.clone_into(&mut rule);
            }
        }
    }

    fn unclosed(self, place: Range<usize>, close: &str) {
        let message = format!("what begins here is never closed: there is no `{close}`");
        let reported = self.report.error(place, message);
        reported.hint(format!("write `{close}` where it ends"));
    }

    /// Tells of an address that pages load nothing from.
    fn address(self, rule: &str, place: Range<usize>, url: &str) {
        let (what, instead) = match rule {
            "import" => ("a stylesheet", "copy its rules into this file"),
            "font-face" => (
                "a font",
                "put it into `media/`, and write its path, as in `url(\"/media/face.woff2\")`",
            ),
            _ => (
                "a picture",
                "put it into `media/`, and write its path, as in `url(\"/media/paper.png\")`",
            ),
        };
        let is_loaded = |scheme: &str| match what {
            "a picture" => matches!(scheme, "https" | "data"),
            _ => false,
        };
        let full = url.strip_prefix("//").map(|rest| format!("https://{rest}"));
        let message = match Url::parse(full.as_deref().unwrap_or(url)) {
            Ok(absolute) if is_loaded(absolute.scheme()) => return,
            Ok(absolute) => {
                let from = absolute.host_str().unwrap_or(absolute.scheme());
                format!("no page loads {what} from `{from}`")
            }
            Err(_) if url.starts_with(['/', '#']) || url.is_empty() => return,
            Err(_) => format!("`{url}` leads nowhere: it is taken for `/assets/{url}`"),
        };
        self.report.warning(place, message).hint(instead);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a stylesheet, and whether it is used.
    fn said(text: &str) -> (bool, Vec<String>) {
        let report = Report::new("theme.css", text);
        let is_used = read(&report).is_some();
        let problems = report.into_problems().into_iter();
        (
            is_used,
            problems.map(|problem| problem.to_string()).collect(),
        )
    }

    #[test]
    fn a_stylesheet_that_browsers_read_otherwise_is_told_with_its_place() {
        for (text, place, words) in [
            (
                ":root { --heading: Georgia serif",
                ":1:7",
                "there is no `}`",
            ),
            ("a { color: rgb(1, 2, 3; }\n", ":1:12", "there is no `)`"),
            ("a { color: red } }", ":1:18", "`}` closes nothing"),
            ("a { b: \"x\n; }", ":1:8", "there is no `\"`"),
            ("a { b: url(a b) }", ":1:8", "there is no `)`"),
            (
                "/* } */ @media print { a { b: c }",
                ":1:22",
                "there is no `}`",
            ),
        ] {
            let (is_used, said) = said(text);
            assert!(!is_used, "{text}");
            let all = said.join("\n");
            assert!(all.contains(place) && all.contains(words), "{text}: {all}");
        }
        let deep = "{".repeat(100_000);
        let (is_used, said) = said(&deep);
        assert!(
            !is_used && said.join("").contains("in one another"),
            "{said:?}"
        );
    }

    #[test]
    fn what_no_page_loads_is_told_and_the_rest_is_used() {
        for (text, words) in [
            (
                "@import url(\"https://fonts.example.org/css\");",
                "a stylesheet from `fonts.example.org`",
            ),
            (
                "@import '//fonts.example.org/css' screen;",
                "a stylesheet from `fonts.example.org`",
            ),
            (
                "@font-face { src: url(https://cdn.example.org/f.woff2) }",
                "a font from `cdn.example.org`",
            ),
            (
                "a { background: url('http://example.org/a.png') }",
                "a picture from `example.org`",
            ),
            (
                "a { background: url(paper.png) }",
                "`paper.png` leads nowhere",
            ),
        ] {
            let (is_used, said) = said(text);
            assert!(is_used && said.len() == 1, "{text}: {said:?}");
            assert!(said[0].contains(words), "{text}: {said:?}");
        }
        for text in [
            "",
            "@import '/media/more.css';",
            "@font-face { src: url(\"/media/face.woff2\") format(\"woff2\") }",
            "a { background: url(https://img.example.org/a.png) }",
            "a { background: url(data:image/png;base64,AA==); clip-path: url(#clip) }",
            "a::after { content: \"}\" } /* { */ @media (width > 1px) { a { b: c(d[e]) } }",
        ] {
            let (is_used, said) = said(text);
            assert!(is_used && said.is_empty(), "{text}: {said:?}");
        }
    }
}
