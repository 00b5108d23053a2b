//! What an author writes into a body arrives in the feeds and on the page, or the file's problems say where it does not.

use crate::desk::{Office, SITE, second};
use proptest::prelude::*;
use tidings::newsroom::problem::Problem;

/// What a text in a format becomes: the content in the JSON feed, the page, and the problems.
fn published(format: &str, text: &str) -> (String, String, Vec<Problem>) {
    let item = format!(
        "+++\ntitle = \"Headline\"\ndate = 2026-11-20T10:00:00Z\nbody_format = \"{format}\"\n+++\n{text}\n"
    );
    shown(&item)
}

fn shown(item: &str) -> (String, String, Vec<Problem>) {
    let mut office = Office::open(
        &[("site.toml", SITE), ("news/a.md", item)],
        second("12:00:00"),
    );
    let problems = office.publisher().problems();
    let (status, _, page) = office.get("/news/a/");
    if status != 200 {
        return (String::new(), String::new(), problems);
    }
    let feed: serde_json::Value = serde_json::from_str(&office.get("/feed.json").2).unwrap();
    let content = feed["items"][0]["content_html"].as_str();
    (content.unwrap_or_default().to_owned(), page, problems)
}

/// The content, and the problems as lines: where, and what.
fn content(format: &str, text: &str) -> (String, Vec<String>) {
    let (content, _, problems) = published(format, text);
    let line = |problem: &Problem| {
        let mark = problem.mark.as_ref();
        let (line, column) = mark.map_or((0, 0), |mark| (mark.line, mark.column));
        format!("{line}:{column}: {}", problem.message)
    };
    (
        content.trim_end().to_owned(),
        problems.iter().map(line).collect(),
    )
}

#[test]
fn what_cannot_be_carried_leaves_its_words_or_a_link_and_is_told_by_line_and_column() {
    for (format, text, expected, told) in [
        (
            "html",
            "<p>Ok</p>\n<iframe src=\"https://x.example/\" />\n<p>After one.</p>",
            "After one.",
            "7:1: `<iframe>` cannot be carried: a link stands in its place",
        ),
        (
            "markdown",
            "Ok\n\n<iframe src=\"https://x.example/\" />\n\nAfter one.",
            "<a href=\"https://x.example/\">https://x.example/</a>",
            "8:1: `<iframe>` cannot be carried: a link stands in its place",
        ),
        (
            "markdown",
            "Prices rose 5 % <see table> and fell",
            "Prices rose 5 % &lt;see table&gt; and fell",
            "6:17: `<see table>` is no HTML: it is shown as it is written",
        ),
        (
            "html",
            "<p>If x<y and z>w then stop.</p>",
            "If x&lt;y and z&gt;w then stop.",
            "6:8: `<y and z>` is no HTML: it is shown as it is written",
        ),
        (
            "html",
            "<p>a <b>c</p>",
            "<b>c</b>",
            "6:6: `<b>` is never closed",
        ),
        (
            "html",
            "<p>a</p><!-- b",
            "b",
            "6:9: this comment is never closed: what follows is shown",
        ),
        (
            "html",
            "<p>a</p><img alt=\"A chart\">",
            "A chart",
            "6:9: the picture has no address that can be shown",
        ),
        (
            "html",
            "<p>a</p><script>b()</script>",
            "<p>a</p>",
            "6:9: `<script>` is taken out, with what is in it",
        ),
        (
            "markdown",
            "The last sentence.\n---\n\nNext.",
            "The last sentence.",
            "6:1: the line below makes this sentence a heading",
        ),
        (
            "markdown",
            "River Office\n1 Quay Street\nLindmoor\n12345",
            "Lindmoor",
            "6:1: these short lines are shown as one line",
        ),
        (
            "markdown",
            "Words.\n\n\tIndented words.",
            "Indented words.",
            "is shown as a piece of code",
        ),
        (
            "markdown",
            "A claim[^1].",
            "A claim[^1].",
            "6:1: the footnote has no text",
        ),
    ] {
        let (content, problems) = content(format, text);
        assert!(content.contains(expected), "{text}: {content}");
        assert!(
            problems.iter().any(|problem| problem.contains(told)),
            "{text}: {problems:?}"
        );
    }
}

#[test]
fn what_can_be_carried_is_and_nothing_is_told() {
    let https = "<a href=\"https://example.org/a\">https://example.org/a</a>";
    for (format, text, expected) in [
        (
            "text",
            "See https://example.org/a or www.example.org",
            https,
        ),
        ("markdown", "See https://example.org/a", https),
        ("html", "<p>See https://example.org/a</p>", https),
        ("text", "a <b> & c", "<p>a &lt;b&gt; &amp; c</p>"),
        (
            "markdown",
            "Write to press@lindmoor.example now",
            "<a href=\"mailto:press@lindmoor.example\">press@lindmoor.example</a>",
        ),
        (
            "html",
            "<center>One</center><center>Two</center>",
            "<div>One</div><div>Two</div>",
        ),
        (
            "html",
            "<p>The fee is <strike>20</strike> 25 euros.</p>",
            "<s>20</s> 25 euros",
        ),
        (
            "html",
            "<p>A<a href=\"#fn\">1</a></p><ol><li id=\"fn\">Note</li></ol>",
            "<a href=\"https://press.example.org/news/a/#text-fn\">1</a>",
        ),
        (
            "markdown",
            "A claim[^n].\n\n[^n]: Yearbook",
            "#text-n\">1</a>",
        ),
    ] {
        let (content, problems) = content(format, text);
        assert!(content.contains(expected), "{text}: {content}");
        assert_eq!(problems, Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_written_lead_begins_the_text_of_feeds_and_not_twice() {
    for (body_text, expected) in [
        (
            "The text.",
            "<p><strong>Under it</strong></p>\n<p><strong>What it is about.</strong></p>\n<p>The text.</p>\n",
        ),
        (
            "What it *is* about! The text.",
            "<p><strong>Under it</strong></p>\n<p>What it <em>is</em> about! The text.</p>\n",
        ),
    ] {
        let item = format!(
            "+++\ntitle = \"Headline\"\nsubtitle = \"Under it\"\nsummary = \"What it is about.\"\ndate = 2026-11-20T10:00:00Z\n+++\n{body_text}\n"
        );
        assert_eq!(shown(&item).0, expected);
    }
}

#[test]
fn a_feed_of_summaries_carries_what_was_put_right() {
    let site = format!("{SITE}[feeds]\ncontent = \"summary\"\n");
    let item = "+++\ntitle = \"Headline\"\ndate = 2026-11-20T10:00:00Z\n[[corrections]]\nat = 2026-11-21T10:00:00Z\n\
                note = \"There are 62.\"\n+++\nThere are 26.\n";
    let office = Office::open(
        &[("site.toml", &*site), ("news/a.md", item)],
        second("12:00:00"),
    );
    for name in ["/rss.xml", "/atom.xml", "/feed.json"] {
        let feed = office.get(name).2;
        assert!(
            feed.contains("There are 26. Correction, 21 November 2026: There are 62."),
            "{feed}"
        );
    }
}

/// A piece of what people paste.
fn piece() -> impl Strategy<Value = String> {
    let marks = [
        "<b>",
        "</i>",
        "<see table>",
        "<iframe src=\"https://v.example/\">",
        "</iframe>",
        "<!-- ",
        "<script>",
        "</script>",
        "<title>",
        "<textarea>",
        "<noscript>",
        "<object data=\"a.pdf\">",
        "</object>",
        "<p ",
        "<a href=\"x",
        "\">",
        "<svg>",
        "<math>",
        "<x-y>",
        "<table><td>",
        "</div>",
        "\n\n",
        "\n",
        "---\n",
        "\n    ",
        "# ",
        "* ",
        "> ",
        "`",
        "```\n",
        "**",
        "_",
        "~~",
        "[",
        "](",
        ")",
        "![",
        "[^1]",
        "&",
        "&amp",
        "&#60;",
        "<",
        ">",
        "\"",
        "'",
        "| ",
        "1. ",
        "\\",
        "<br/>",
        "<o:p>",
        "<address>",
        "<select><option>",
        "<style>",
    ];
    prop_oneof![
        3 => (0..9_u32).prop_map(|number| format!(" w{number}ord ")),
        1 => "\\PC{1,6}",
        3 => proptest::sample::select(marks.to_vec()).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 150, failure_persistence: None, rng_seed: crate::fixture::seed(), ..ProptestConfig::default()
    })]

    /// Every word is in the feed's content and on the page, or a problem says so at its line or above.
    #[test]
    fn every_word_of_any_text_arrives_or_is_told(
        pieces in proptest::collection::vec(piece(), 1..24),
        format in proptest::sample::select(vec!["markdown", "html", "text"]),
    ) {
        // A number of its own tells each word from all others.
        let mut text = String::new();
        let mut words = Vec::new();
        for (number, piece) in pieces.iter().enumerate() {
            let word = format!("word{number}x");
            text.push_str(&piece.replace("ord", &format!(" {word}")));
            if piece.contains("ord") {
                words.push(word);
            }
        }
        let (content, page, problems) = published(format, &text);
        for word in words {
            let line = 6 + text[..text.find(&word).unwrap()].matches('\n').count();
            let is_told = problems.iter().any(|problem| problem.mark.as_ref().is_none_or(|mark| mark.line <= line));
            prop_assert!(
                (content.contains(&word) && page.contains(&word)) || is_told,
                "{word} of {text:?} is gone: {content:?}, {problems:#?}"
            );
        }
    }
}
