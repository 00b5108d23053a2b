//! The lead of an item that has none: its first paragraph, cut at the end of a sentence.

use crate::text::html::plain;
use unicode_segmentation::UnicodeSegmentation;

/// The longest derived summary, in characters.
pub const SUMMARY_CHARS_MAX: usize = 300;

/// Derives a summary from sanitised HTML: the first paragraph that has words, else the words of the whole. Empty where
/// there are none.
pub fn of_html(html: &str) -> String {
    let begins = html.split("<p").skip(1);
    // `<pre>` and `<picture>` begin so, too.
    let paragraphs = begins.filter(|rest| rest.starts_with(['>', ' ']));
    let inner = paragraphs.filter_map(|rest| rest.split("</p>").next()?.split_once('>'));
    let words = inner.map(|(_, inner)| plain(inner));
    let first = words.into_iter().find(|words| !words.is_empty());
    cut(&first.unwrap_or_else(|| plain(html)))
}

/// Cuts a text at the last end of a sentence within the limit; where there is none, at a word, with an ellipsis.
fn cut(text: &str) -> String {
    if text.chars().count() <= SUMMARY_CHARS_MAX {
        return text.to_owned();
    }
    let fits = |end: usize| text[..end].chars().count() <= SUMMARY_CHARS_MAX;
    let ends = text
        .split_sentence_bound_indices()
        .map(|(at, sentence)| at + sentence.len());
    let whole = ends
        .take_while(|end| fits(*end))
        .filter(|end| is_sentence_end(&text[..*end]))
        .last();
    if let Some(end) = whole {
        return text[..end].trim_end().to_owned();
    }
    let graphemes = text.grapheme_indices(true).map(|(at, _)| at);
    let limit = graphemes
        .take_while(|at| text[..*at].chars().count() < SUMMARY_CHARS_MAX)
        .last()
        .unwrap_or(0);
    let word = text[..limit]
        .rfind(' ')
        .filter(|at| *at > limit / 2)
        .unwrap_or(limit);
    format!(
        "{}…",
        text[..word].trim_end_matches([' ', ',', ';', ':', '–', '—'])
    )
}

/// Whether a text ends as a sentence does, and not with an initial or a number's dot.
fn is_sentence_end(text: &str) -> bool {
    let text = text
        .trim_end()
        .trim_end_matches(['"', '\'', '”', '’', '»', ')', ']']);
    let Some(last) = text.chars().next_back() else {
        return false;
    };
    let before = &text[..text.len() - last.len_utf8()];
    let word = before.rsplit([' ', '\u{A0}']).next().unwrap_or_default();
    let is_initial =
        last == '.' && (word.chars().count() == 1 || word.chars().all(|c| c.is_ascii_digit()));
    !is_initial
        && matches!(
            last,
            '.' | '!' | '?' | '…' | '։' | '。' | '！' | '？' | '؟' | '۔' | '।'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_paragraph_with_words_is_the_summary() {
        assert_eq!(
            of_html("<h2>x</h2><p> </p><p>One <b>two</b>.</p><p>Three.</p>"),
            "One two."
        );
        assert_eq!(of_html("<pre>code</pre>"), "code");
        assert_eq!(of_html("<pre>code</pre><p>Words.</p>"), "Words.");
        assert_eq!(
            of_html("<picture><img></picture><p class=\"a\">Words.</p>"),
            "Words."
        );
        assert_eq!(of_html("<hr>"), "");
    }

    #[test]
    fn a_long_paragraph_is_cut_at_a_sentence() {
        let text = format!(
            "<p>Dr J. Smith spoke of 3.5 units. {} </p>",
            "Word ".repeat(80)
        );
        assert_eq!(of_html(&text), "Dr J. Smith spoke of 3.5 units.");
        let chinese = "新".repeat(200) + "。" + &"闻".repeat(200) + "。";
        assert_eq!(cut(&chinese).chars().count(), 201);
    }

    #[test]
    fn without_a_sentence_the_cut_is_at_a_word_and_never_within_a_character() {
        let words = cut(&"word ".repeat(100));
        assert!(
            words.ends_with("word…") && words.chars().count() <= SUMMARY_CHARS_MAX,
            "{words}"
        );
        let family = cut(&"👩‍👩‍👧".repeat(100));
        assert_eq!(family.trim_end_matches('…').chars().count() % 5, 0);
    }
}
