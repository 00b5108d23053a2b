//! Sanitised HTML as a page shows it, among the page's own headings and in any window.

use super::walk;
use crate::text::escape::escape;

/// Sanitised HTML with its headings moved below a heading of the given level: the levels that it has follow that one
/// without a gap, in their order, down to the sixth.
pub fn with_headings_below(html: &str, level: u8) -> String {
    let mut levels = [false; 7];
    walk(html, |_, tag| levels[usize::from(heading(tag))] = true);
    let moved = |own: u8| {
        let above = (1..own).filter(|level| levels[usize::from(*level)]).count();
        u8::try_from(above).map_or(6, |above| (level + 1 + above).min(6))
    };
    let mut out = String::with_capacity(html.len());
    walk(html, |text, tag| {
        out.push_str(text);
        match heading(tag) {
            0 => out.push_str(tag),
            own => out.push_str(&tag.replacen(&format!("h{own}"), &format!("h{}", moved(own)), 1)),
        }
    });
    out
}

/// The level of a tag that begins or ends a heading; 0 for any other.
fn heading(tag: &str) -> u8 {
    let name = tag.trim_start_matches(['<', '/']);
    let end = name.find([' ', '>']).unwrap_or(name.len());
    let level = name[..end]
        .strip_prefix('h')
        .and_then(|level| level.parse().ok());
    level.filter(|level| (1..=6).contains(level)).unwrap_or(0)
}

/// Sanitised HTML with each table in a frame of the class `wide`, which can be scrolled by the keyboard, too, where the
/// table is wider than the window. `name` is what a screen reader calls it.
pub fn with_tables_framed(html: &str, name: &str) -> String {
    let frame = format!(
        "<div class=\"wide\" role=\"group\" aria-label=\"{}\" tabindex=\"0\">",
        escape(name)
    );
    let mut out = String::with_capacity(html.len());
    walk(html, |text, tag| {
        out.push_str(text);
        if tag == "<table>" || tag.starts_with("<table ") {
            out.push_str(&frame);
        }
        out.push_str(tag);
        if tag == "</table>" {
            out.push_str("</div>");
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_follow_the_one_above_them_without_a_gap() {
        for (html, moved) in [
            ("<h1>a</h1><h1>b</h1>", "<h2>a</h2><h2>b</h2>"),
            (
                "<h3 lang=\"ru\">a</h3><hr><header>",
                "<h2 lang=\"ru\">a</h2><hr><header>",
            ),
            (
                "<h2>a</h2><h5>b</h5><h2>c</h2>",
                "<h2>a</h2><h3>b</h3><h2>c</h2>",
            ),
            (
                "<h1>1</h1><h2>2</h2><h3>3</h3><h4>4</h4><h5>5</h5><h6>6</h6>",
                "<h2>1</h2><h3>2</h3><h4>3</h4><h5>4</h5><h6>5</h6><h6>6</h6>",
            ),
            ("<p>h1</p>", "<p>h1</p>"),
        ] {
            assert_eq!(with_headings_below(html, 1), moved);
        }
    }

    #[test]
    fn tables_stand_in_frames() {
        assert_eq!(
            with_tables_framed("<p>t</p><table lang=\"ru\"><tr></tr></table>", "\"T\""),
            "<p>t</p><div class=\"wide\" role=\"group\" aria-label=\"&quot;T&quot;\" tabindex=\"0\">\
             <table lang=\"ru\"><tr></tr></table></div>"
        );
    }
}
