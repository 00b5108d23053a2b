//! Headlines: lines that are shown as they are, in places that know no markup.

use crate::text::escape::unescape;
use crate::text::html;

/// Whether a character shows nothing and breaks words for those who search: soft hyphens and joints of no width. Those
/// that join or part the letters of a script are none of these.
pub fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{200B}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}'
    )
}

/// A line without the tags and entities of HTML in it; the line itself where it has none.
pub fn plain(line: &str) -> String {
    let mut made = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        made.push_str(before);
        let length = tag.find('>').filter(|_| html::is_tag(tag));
        let end = length.map_or(1, |length| length + 1);
        if length.is_none() {
            made.push('<');
        }
        rest = &tag[end..];
    }
    made.push_str(rest);
    unescape(&made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_told_from_signs_of_other_meaning() {
        for (line, expected) in [
            (
                "Dues <b>fixed</b> &amp; published",
                "Dues fixed & published",
            ),
            ("A<br/>B", "AB"),
            ("&quot;Yes&quot;", "\"Yes\""),
            ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
            ("The <see table> of R&D", "The <see table> of R&D"),
            ("AT&T; Q&A", "AT&T; Q&A"),
            ("<3", "<3"),
        ] {
            assert_eq!(plain(line), expected);
        }
        assert!(is_unseen('\u{AD}') && !is_unseen('\u{200D}'));
    }
}
