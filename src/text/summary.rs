//! The lead of an item that has none: the words of its first paragraph, cut at the end of a sentence.

mod abbreviations;

use crate::text::escape::unescape;
use crate::text::html::walk;
use abbreviations::is_abbreviation;
use unicode_segmentation::UnicodeSegmentation;

/// The longest derived summary, in characters.
pub const SUMMARY_CHARS_MAX: usize = 300;

/// A summary that is cut at the end of a sentence has at least so many characters; in scripts without blanks half as
/// many. Less says too little.
const SENTENCE_CHARS_MIN: usize = 60;

/// Derives a summary from sanitised HTML: the first paragraph that has words and is not the headline again, with the list
/// that it announces. Where there is no paragraph outside quotations, tables and captions, the first of these, else the
/// words of the whole. Empty where there are none.
pub fn of_html(html: &str, title: &str) -> String {
    let blocks = blocks(html);
    let is_title = |words: &str| letters(words) == letters(title);
    let of = |is_one: &dyn Fn(&Block) -> bool| {
        blocks
            .iter()
            .position(|block| is_one(block) && !is_title(&block.words))
    };
    let is_text = |block: &Block| block.kind == Kind::Paragraph;
    let first = of(&is_text)
        .or_else(|| of(&|block| block.kind != Kind::Heading))
        .or_else(|| (!blocks.is_empty()).then_some(0));
    let Some(first) = first else {
        return String::new();
    };
    let mut text = blocks[first].words.clone();
    if text.ends_with([':', '：']) {
        let points = blocks[first + 1..]
            .iter()
            .take_while(|block| block.kind == Kind::Point);
        let points: Vec<&str> = points
            .map(|block| block.words.trim_end_matches([';', ',', '.']))
            .collect();
        if !points.is_empty() {
            text.push(' ');
            text.push_str(&points.join("; "));
        }
    }
    cut(&text)
}

/// What a run of words stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Paragraph,
    Heading,
    Point,
    /// A quotation, a table, a caption or a program.
    Other,
}

struct Block {
    kind: Kind,
    words: String,
}

/// The blocks of sanitised HTML that have words, in order.
fn blocks(html: &str) -> Vec<Block> {
    let mut reading = Reading::default();
    walk(html, |text, tag| {
        reading.text(text);
        reading.tag(tag);
    });
    reading.end_block();
    reading.blocks
}

#[derive(Default)]
struct Reading {
    blocks: Vec<Block>,
    words: String,
    /// The names of the elements that are open.
    open: Vec<String>,
    /// Where the words of an open `<sup>` or `<sub>` begin.
    raised: Option<usize>,
}

impl Reading {
    fn is_in(&self, names: &[&str]) -> bool {
        self.open.iter().any(|open| names.contains(&&**open))
    }

    fn text(&mut self, escaped: &str) {
        if escaped.is_empty() || self.is_in(&["s", "del", "rt", "rp"]) {
            return;
        }
        self.words.push_str(&unescape(escaped));
    }

    fn tag(&mut self, tag: &str) {
        let name = tag.trim_start_matches(['<', '/']);
        let name = name.split([' ', '>', '/']).next().unwrap_or_default();
        if name.is_empty() || name == "wbr" {
            return;
        }
        if name == "br" || name == "img" {
            return self.words.push(' ');
        }
        let is_end = tag.starts_with("</");
        if !is_phrase(name) {
            self.end_block();
        }
        match name {
            "q" => self.quote(is_end),
            "sup" | "sub" if is_end => self.lower(name == "sup"),
            "sup" | "sub" => self.raised = Some(self.words.len()),
            // A link within a raised text leads to a note.
            "a" if !is_end && self.is_in(&["sup"]) => self.open.push("del".to_owned()),
            _ => {}
        }
        if !is_end {
            if !matches!(name, "hr" | "source" | "col") {
                self.open.push(name.to_owned());
            }
        } else if let Some(at) = self.open.iter().rposition(|open| open == name) {
            self.open.truncate(at);
            if name == "a"
                && self.open.last().is_some_and(|open| open == "del")
                && self.is_in(&["sup"])
            {
                self.open.pop();
            }
        }
    }

    fn quote(&mut self, is_end: bool) {
        let depth = self.open.iter().filter(|open| *open == "q").count();
        let is_inner = if is_end { depth > 1 } else { depth > 0 };
        self.words.push(match (is_end, is_inner) {
            (false, false) => '“',
            (true, false) => '”',
            (false, true) => '‘',
            (true, true) => '’',
        });
    }

    /// Ends a raised or lowered text: an exponent stays one, and the mark of a note goes.
    fn lower(&mut self, is_raised: bool) {
        let Some(at) = self.raised.take().filter(|at| *at <= self.words.len()) else {
            return;
        };
        let words = self.words.split_off(at);
        let words = words.trim();
        let is_mark = |c: char| matches!(c, '*' | '†' | '‡' | '§' | '[' | ']' | '¶');
        let ends_in_number = self.words.ends_with(|c: char| c.is_ascii_digit());
        if words.is_empty() || (is_raised && words.chars().any(is_mark)) {
            return;
        }
        let signs: Option<String> = words.chars().map(|c| sign(c, is_raised)).collect();
        let has_digit = words.chars().any(|c| c.is_ascii_digit());
        match signs {
            Some(signs) if has_digit || ends_in_number => self.words.push_str(&signs),
            // `1st`, `Mme`: letters that are written higher out of custom.
            _ if !has_digit
                && words.chars().all(char::is_alphabetic)
                && words.chars().count() > 1 =>
            {
                self.words.push_str(words);
            }
            _ => {
                self.words.push(if is_raised { '^' } else { '_' });
                self.words.push_str(words);
            }
        }
    }

    fn end_block(&mut self) {
        let words = std::mem::take(&mut self.words);
        self.raised = None;
        let words: Vec<&str> = words.split_whitespace().collect();
        let words = without_gaps(&words.join(" "));
        if words.is_empty() {
            return;
        }
        let kind = if self.is_in(&[
            "blockquote",
            "table",
            "figure",
            "figcaption",
            "pre",
            "aside",
            "details",
            "dl",
        ]) {
            Kind::Other
        } else if self.is_in(&["h1", "h2", "h3", "h4", "h5", "h6"]) {
            Kind::Heading
        } else if self.is_in(&["li"]) {
            Kind::Point
        } else {
            Kind::Paragraph
        };
        self.blocks.push(Block { kind, words });
    }
}

/// Takes out the blanks that struck words leave before a sign.
fn without_gaps(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for character in words.chars() {
        if matches!(character, ',' | '.' | ')') && out.ends_with(' ') {
            let before = out.trim_end_matches(' ');
            if before.ends_with(char::is_alphanumeric) {
                out.truncate(before.len());
            }
        }
        out.push(character);
    }
    out
}

/// Whether an element stands within a line of text.
fn is_phrase(name: &str) -> bool {
    super::html::is_inline_name(name) || matches!(name, "ruby" | "rt" | "rp" | "picture" | "source")
}

/// The character that shows another one raised or lowered, as in `10⁶` and `H₂O`.
fn sign(character: char, is_raised: bool) -> Option<char> {
    const RAISED: &str = "0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺-⁻−⁻=⁼(⁽)⁾nⁿiⁱ";
    const LOWERED: &str = "0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉+₊-₋−₋=₌(₍)₎";
    let signs = if is_raised { RAISED } else { LOWERED };
    let mut pairs = signs
        .chars()
        .step_by(2)
        .zip(signs.chars().skip(1).step_by(2));
    pairs
        .find(|(plain, _)| *plain == character)
        .map(|(_, sign)| sign)
}

/// The letters and digits of a text, in small letters: what tells whether two texts say the same.
pub fn letters(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Cuts a text at the last end of a sentence within the limit; where there is none, at a word, with an ellipsis.
fn cut(text: &str) -> String {
    if text.chars().count() <= SUMMARY_CHARS_MAX {
        return text.to_owned();
    }
    let length = |end: usize| text[..end].chars().count();
    let ends = text.split_sentence_bound_indices();
    let ends = ends.map(|(at, sentence)| at + sentence.len());
    let whole = ends
        .take_while(|end| length(*end) <= SUMMARY_CHARS_MAX)
        .filter(|end| {
            is_sentence_end(&text[..*end], &text[*end..]) && length(*end) >= least(&text[..*end])
        })
        .last();
    if let Some(end) = whole {
        return text[..end].trim_end().to_owned();
    }
    let graphemes = text.grapheme_indices(true).map(|(at, _)| at);
    let limit = graphemes
        .take_while(|at| length(*at) < SUMMARY_CHARS_MAX)
        .last();
    let limit = limit.unwrap_or(0);
    let word = text[..limit].rfind(' ').filter(|at| *at > limit / 2);
    let words = &text[..word.unwrap_or(limit)];
    format!(
        "{}…",
        words.trim_end_matches([' ', ',', ';', ':', '–', '—', '(', '«', '“', '„'])
    )
}

fn least(text: &str) -> usize {
    let is_wide = text.trim_end().ends_with(['。', '！', '？']);
    if is_wide {
        SENTENCE_CHARS_MIN / 2
    } else {
        SENTENCE_CHARS_MIN
    }
}

/// Whether a text ends as a sentence does, and not with an initial, a number's dot or an abbreviation.
fn is_sentence_end(text: &str, rest: &str) -> bool {
    let text = text.trim_end();
    let text = text.trim_end_matches(['"', '\'', '”', '’', '»', '“', ')', ']', '」', '』']);
    let Some(last) = text.chars().next_back() else {
        return false;
    };
    let before = &text[..text.len() - last.len_utf8()];
    let word = before
        .rsplit([' ', '\u{A0}', '(', '«', '“', '„', '"'])
        .next()
        .unwrap_or_default();
    let goes_on = rest
        .trim_start()
        .starts_with(|c: char| c.is_lowercase() || matches!(c, ',' | ';'));
    match last {
        '.' => !goes_on && !is_abbreviation(word),
        '!' | '?' | '…' => !goes_on,
        '։' | '。' | '！' | '？' | '؟' | '۔' | '।' | '॥' | '።' | '។' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str = "the members of the board said on the day on which it was opened for the ships of the whole region and for \
        those who live beside it, among them many who had waited for years and who came with their children to see it, as \
        the town had not seen so many people at its harbour since the end of the last century, when the bridge was built";

    #[test]
    fn the_first_words_are_the_summary() {
        for (html, title, summary) in [
            (
                "<h2>x</h2><p> </p><p>One <b>two</b>.</p><p>Three.</p>",
                "T",
                "One two.",
            ),
            ("<pre>code</pre>", "T", "code"),
            ("<pre>code</pre><p>Words.</p>", "T", "Words."),
            (
                "<picture><img></picture><p dir=\"rtl\">Words.</p>",
                "T",
                "Words.",
            ),
            ("<hr>", "T", ""),
            ("<h2>Only a heading</h2>", "T", "Only a heading"),
            // The headline once more, as word processors give it.
            (
                "<p>New  Pier</p><p>It is open.</p>",
                "New pier!",
                "It is open.",
            ),
            ("<p>New pier</p>", "New pier", "New pier"),
            // A quotation is not what the item says, and a table has no sentence.
            (
                "<blockquote><p>We will sue.</p></blockquote><p>He took it back.</p>",
                "T",
                "He took it back.",
            ),
            (
                "<blockquote><p>We are glad.</p></blockquote>",
                "T",
                "We are glad.",
            ),
            (
                "<table><tr><td>1</td><td>2</td></tr></table><p>Prices fell.</p>",
                "T",
                "Prices fell.",
            ),
            (
                "<figure><figcaption>The pier</figcaption></figure><p>It is open.</p>",
                "T",
                "It is open.",
            ),
            // What a paragraph announces belongs to it.
            (
                "<p>The fees are:</p><ul><li>one euro;</li><li>two euros.</li></ul><p>x</p>",
                "T",
                "The fees are: one euro; two euros",
            ),
            ("<ul><li>First</li></ul><p>Then.</p>", "T", "Then."),
            ("<ul><li>First</li><li>Second</li></ul>", "T", "First"),
            ("<div>In a block</div><p>x</p>", "T", "In a block"),
            ("One<br>two", "T", "One two"),
        ] {
            assert_eq!(of_html(html, title), summary, "{html}");
        }
    }

    #[test]
    fn a_summary_says_what_the_text_says() {
        for (html, summary) in [
            (
                "The fee is <del>20</del> 25 euros, and <s>not</s> open.",
                "The fee is 25 euros, and open.",
            ),
            ("The fee is 25 euros <s>a day</s>.", "The fee is 25 euros."),
            ("<s>All of it.</s>", ""),
            (
                "10<sup>6</sup> m<sup>3</sup> and 10<sup>−3</sup>",
                "10⁶ m³ and 10⁻³",
            ),
            ("H<sub>2</sub>O and x<sub>max</sub>", "H₂O and xmax"),
            ("2<sup>x</sup>, e<sup>2x</sup>", "2^x, e^2x"),
            (
                "the 1<sup>st</sup> and M<sup>me</sup> Durand",
                "the 1st and Mme Durand",
            ),
            (
                "A claim<sup><a href=\"#n\">1</a></sup>, and another<sup>[2]</sup>, and a third<sup>*</sup>.",
                "A claim, and another, and a third.",
            ),
            (
                "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>の話",
                "漢の話",
            ),
            (
                "He said <q>she said <q>yes</q></q>",
                "He said “she said ‘yes’”",
            ),
            ("Run <code>a &lt; b</code> &amp; wait", "Run a < b & wait"),
            ("Ver<wbr>waltung", "Verwaltung"),
        ] {
            assert_eq!(of_html(&format!("<p>{html}</p>"), "T"), summary, "{html}");
        }
    }

    #[test]
    fn no_abbreviation_ends_a_summary() {
        for start in [
            "Mr. Smith opened the new weir, which is the first of its kind, as",
            "Dr. Vogt and Prof. Dr. h. c. Lang opened the weir, as",
            "The U.S. delegation and the party of the U.K. opened the new weir together, as",
            "According to Art. 5 and No. 12 of the law of 2026 on the weirs of the region, as",
            "На углу ул. Ленина и пр. Мира в г. Бишкек открыт новый мост, как",
            "Bei der Besichtigung am 3. Oktober, z. B. der Brücke und des Wehrs bzw. der Schleuse, sagten sie, wie",
            "M. Durand, env. 40 ans, et Mme. Petit ont ouvert le pont, cf. art. 12 du décret de la région, comme",
            "El Sr. Pérez y la Sra. Gómez abrieron el puente de la av. Central en la ciudad, como",
            "J. R. R. Green opened the weir in the valley of the river on the morning of the first day, as",
            "About 3.5 units and 4. the others were sold by Smith & Co. and the rest by Jones Inc. to them, as",
        ] {
            let text = format!("<p>{start} {LONG}.</p>");
            let summary = of_html(&text, "T");
            assert!(
                summary.ends_with('…') && summary.chars().count() > 200,
                "{summary}"
            );
        }
    }

    #[test]
    fn a_long_paragraph_is_cut_at_a_sentence() {
        for (first, joint) in [
            (
                "The board of the harbour has opened the new weir in the valley on Monday.",
                " ",
            ),
            (
                "The board of the harbour has opened the weir, and “nobody was late this time.”",
                " ",
            ),
            (
                "Did the board of the harbour open the new weir in the valley on that Monday?",
                " ",
            ),
            (
                "Совет гавани открыл в понедельник новую плотину в долине реки у города.",
                " ",
            ),
            (
                "Նավահանգստի խորհուրդը երկուշաբթի օրը բացեց նոր ամբարտակը գետի հովտում։",
                " ",
            ),
            (
                "افتتح مجلس الميناء يوم الاثنين السد الجديد في وادي النهر أليس كذلك؟",
                " ",
            ),
            (
                "港口委员会星期一在山谷里开放了新的水坝，来自全区的许多居民参加了仪式并表示欢迎。",
                "",
            ),
        ] {
            let text = format!("<p>{first}{joint}And {LONG}.</p>");
            assert_eq!(of_html(&text, "T"), first);
        }
        // What would be left says too little.
        let text = format!("<p>It is so. And {LONG}.</p>");
        assert!(of_html(&text, "T").ends_with('…'));
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
