//! What an author should know of a text: what cannot be shown as it is written, and what no feed carries.

use super::report::Report;
use crate::newsroom::item::{Body, BodyFormat, FEED_BODY_BYTES_MAX};
use crate::text::html::prepared::{Loss, LossKind, losses};
use crate::text::markdown;
use crate::text::markdown::pasted;
use std::ops::Range;

/// How texts say that they are under an embargo, in small letters.
const EMBARGOES: [&str; 16] = [
    "embargo:",
    "embargo until",
    "embargoed",
    "under embargo",
    "strictly embargoed",
    "not for publication before",
    "not for publication until",
    "not for release before",
    "not for release until",
    "hold for release",
    "sperrfrist",
    "sous embargo",
    "embargo jusqu",
    "bajo embargo",
    "эмбарго до",
    "не публиковать до",
];

/// None of these has more characters.
const EMBARGO_CHARS: usize = 32;

/// So many lines of a text may be about its embargo.
const EMBARGO_LINES: usize = 5;

/// The words of a text, or of its headline, that speak of an embargo.
pub fn spoken_embargo<'t>(title: &'t str, body: &'t str) -> Option<&'t str> {
    let lines = body.lines().filter(|line| !line.trim().is_empty());
    let mut lines = std::iter::once(title).chain(lines.take(EMBARGO_LINES));
    lines.find_map(|line| {
        let line = line
            .trim()
            .trim_matches(['*', '_', '#', '(', ')', '[', ']', '>', ' ']);
        let beginning = line.chars().take(EMBARGO_CHARS);
        let small: String = beginning.flat_map(char::to_lowercase).collect();
        EMBARGOES
            .iter()
            .any(|words| small.starts_with(words))
            .then_some(line)
    })
}

/// So many losses of one text are told.
const LOSSES_MAX: usize = 20;

/// Tells of a text that stands in a part of the file.
pub fn tell(report: &Report<'_>, body: &Body, within: Range<usize>) {
    let mut place = Places {
        source: report.source(),
        within,
        next: 0,
    };
    if body.text.len() > FEED_BODY_BYTES_MAX {
        let message = format!(
            "the text has {} KB; no feed carries more than {} KB, and this item goes out with its summary alone",
            body.text.len() / 1024,
            FEED_BODY_BYTES_MAX / 1024
        );
        report
            .warning(place.start(), message)
            .hint("shorten the text, or attach it as a file");
    }
    if body.format == BodyFormat::Markdown {
        for (at, sign) in pasted::signs(&body.text) {
            let at = Places {
                next: 0,
                ..place.clone()
            }
            .of(&body.text[at]);
            report.warning(at, sign.message()).hint(sign.hint());
        }
    }
    if body.format == BodyFormat::Text || !body.text.contains('<') {
        return;
    }
    let html = match body.format {
        BodyFormat::Markdown => markdown::to_html(&body.text),
        BodyFormat::Html | BodyFormat::Text => body.text.clone(),
    };
    for loss in losses(&html).iter().take(LOSSES_MAX) {
        let tag = &html[loss.at.clone()];
        let (message, hint) = words(loss, tag);
        report.warning(place.of(tag), message).hint(hint);
    }
}

fn words(loss: &Loss, tag: &str) -> (String, &'static str) {
    let name = &loss.name;
    match loss.kind {
        LossKind::NoElement => (
            format!("`{tag}` is no HTML: it is shown as it is written"),
            "write `&lt;` for the sign `<`; where HTML is meant, mend the name",
        ),
        LossKind::Unclosed if name == "!--" => (
            "this comment is never closed: what follows is shown".to_owned(),
            "write `-->` at its end",
        ),
        LossKind::Unclosed => (
            format!("`<{name}>` is never closed"),
            "write the end tag, with `</`, where it ends",
        ),
        LossKind::Linked => (
            format!("`<{name}>` cannot be carried: a link stands in its place"),
            "if readers should see more, write a picture or a link with words of its own",
        ),
        LossKind::Removed if name == "math" => (
            "the formula is shown as plain text".to_owned(),
            "give its words in the attribute `alttext`, or attach it as a picture",
        ),
        LossKind::Removed => (
            format!("`<{name}>` is taken out, with what is in it"),
            "write what readers need as text, or attach it as a file",
        ),
        LossKind::NoAddress => (
            "the picture has no address that can be shown: its alternative text stands in its place".to_owned(),
            "write the picture's address into `src`",
        ),
    }
}

/// Finds pieces of a text in the file, where they may be escaped.
#[derive(Clone)]
struct Places<'s> {
    source: &'s str,
    within: Range<usize>,
    /// Where to look next, from the start of the text.
    next: usize,
}

impl Places<'_> {
    fn start(&self) -> Range<usize> {
        let line = self.source[self.within.clone()]
            .lines()
            .next()
            .unwrap_or_default();
        self.within.start..self.within.start + line.len()
    }

    fn of(&mut self, piece: &str) -> Range<usize> {
        let rest = &self.source[self.within.start + self.next..self.within.end];
        let line = piece.lines().next().unwrap_or_default();
        // As JSON and TOML spell it between quotation marks.
        let escaped = line
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\t', "\\t");
        let found = [line, &escaped]
            .into_iter()
            .find_map(|line| Some((rest.find(line)?, line.len())));
        let Some((at, length)) = found.filter(|_| !line.is_empty()) else {
            return self.start();
        };
        let start = self.within.start + self.next + at;
        self.next += at + length;
        start..start + length
    }
}
