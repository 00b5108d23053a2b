//! HTML as authors paste it, made ready for the allow-list: what has words keeps them, what was a block leaves a line
//! break, and a frame or an object leaves a link in its place.
//!
//! It walks over the text once, as a browser's tokeniser does, and never goes back: its time grows with the length.

use super::vocabulary::{BLOCKS, is_element, is_flag, may_stay_open, renamed};
use crate::text::escape::escape;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// Something in a text that is shown in another way than its author may think.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Where its tag stands, in bytes.
    pub at: Range<usize>,
    /// The name of the element.
    pub name: String,
    /// What becomes of it.
    pub kind: LossKind,
}

/// What becomes of an element that cannot stay as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossKind {
    /// There is no such element: the words in the brackets are shown.
    NoElement,
    /// It is never closed.
    Unclosed,
    /// A frame, or an object without a text of its own: a link is in its place.
    Linked,
    /// It is taken out, with what is in it.
    Removed,
    /// A picture without an address: its alternative text is in its place.
    NoAddress,
}

/// Makes HTML ready for the allow-list.
pub fn prepared(html: &str) -> Cow<'_, str> {
    if memchr::memchr(b'<', html.as_bytes()).is_none() {
        return Cow::Borrowed(html);
    }
    Cow::Owned(Walk::over(html).out)
}

/// What [`prepared`] changes that an author should know, in order.
pub fn losses(html: &str) -> Vec<Loss> {
    if memchr::memchr(b'<', html.as_bytes()).is_none() {
        return Vec::new();
    }
    Walk::over(html).losses
}

/// A tag as it is written.
struct Tag<'h> {
    at: Range<usize>,
    name: String,
    attributes: Vec<(&'h str, Option<Cow<'h, str>>)>,
    is_end: bool,
    is_closed: bool,
}

impl Tag<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter();
        let mut found = found.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.find_map(|(_, value)| value.as_deref().map(str::trim))
    }
}

struct Walk<'h> {
    html: &'h str,
    lower: String,
    out: String,
    losses: Vec<Loss>,
    /// Where the next end tag of an element is, as far as that was looked for.
    ends: HashMap<String, Option<usize>>,
    /// The elements that are open, with the places of their tags.
    open: Vec<(String, Range<usize>)>,
    /// The address of the last picture that names its address in another attribute.
    lazy: String,
}

impl<'h> Walk<'h> {
    fn over(html: &'h str) -> Self {
        let mut walk = Self {
            html,
            lower: html.to_ascii_lowercase(),
            out: String::with_capacity(html.len() + html.len() / 16),
            losses: Vec::new(),
            ends: HashMap::new(),
            open: Vec::new(),
            lazy: String::new(),
        };
        let mut at = 0;
        while let Some(next) = memchr::memchr(b'<', &html.as_bytes()[at..]) {
            walk.out.push_str(&html[at..at + next]);
            at = walk.bracket(at + next);
        }
        walk.out.push_str(&html[at..]);
        let open = std::mem::take(&mut walk.open);
        for (name, at) in open {
            walk.lose(at, &name, LossKind::Unclosed);
        }
        walk.losses.sort_by_key(|loss| loss.at.start);
        walk
    }

    fn lose(&mut self, at: Range<usize>, name: &str, kind: LossKind) {
        self.losses.push(Loss {
            at,
            name: name.to_owned(),
            kind,
        });
    }

    /// Takes up what begins with `<` at a place. Returns where to go on.
    fn bracket(&mut self, at: usize) -> usize {
        let rest = &self.html[at..];
        if rest.starts_with("<!--") {
            return self.comment(at);
        }
        let lower = &self.lower[at..];
        let is_declared = ["<!doctype", "<![", "<?xml"];
        if is_declared.iter().any(|start| lower.starts_with(start))
            && let Some(end) = rest.find('>')
        {
            return at + end + 1;
        }
        let Some(tag) = tag(self.html, at) else {
            self.out.push_str("&lt;");
            return at + 1;
        };
        let is_known = is_element(&tag.name)
            || (tag.name.contains('-') && self.end_of(&tag.name, at).is_some())
            || (tag.is_end && tag.name.contains('-'));
        let is_flagged =
            |(name, value): &(&str, Option<Cow<'_, str>>)| value.is_some() || is_flag(name);
        if !is_known || !tag.attributes.iter().all(is_flagged) {
            self.lose(tag.at.clone(), &tag.name, LossKind::NoElement);
            self.out.push_str("&lt;");
            return at + 1;
        }
        if tag.is_end {
            self.end(&tag);
            return tag.at.end;
        }
        self.start(&tag)
    }

    fn comment(&mut self, at: usize) -> usize {
        let rest = &self.html[at + 4..];
        let empty = ["->", ">"].iter().find(|end| rest.starts_with(**end));
        if let Some(end) = empty {
            return at + 4 + end.len();
        }
        if let Some(end) = self.next("-->", at) {
            return end + 3;
        }
        self.lose(at..at + 4, "!--", LossKind::Unclosed);
        at + 4
    }

    /// Where a text stands next, remembered for all places before that.
    fn next(&mut self, text: &str, at: usize) -> Option<usize> {
        let known = self.ends.get(text);
        if let Some(known) = known.filter(|known| known.is_none_or(|known| known >= at)) {
            return *known;
        }
        let found = memchr::memmem::find(&self.lower.as_bytes()[at..], text.as_bytes());
        let found = found.map(|found| at + found);
        self.ends.insert(text.to_owned(), found);
        found
    }

    /// Where the next end tag of an element begins.
    fn end_of(&mut self, name: &str, at: usize) -> Option<usize> {
        self.next(&format!("</{name}"), at)
    }

    /// Where to go on behind the end tag that begins at a place.
    fn behind(&self, end: usize) -> usize {
        let close = memchr::memchr(b'>', &self.html.as_bytes()[end..]);
        close.map_or(self.html.len(), |close| end + close + 1)
    }

    fn end(&mut self, tag: &Tag<'_>) {
        let found = self.open.iter().rposition(|(name, _)| *name == tag.name);
        if let Some(found) = found {
            self.open.remove(found);
        }
        match renamed(&tag.name) {
            Some(name) => self.out.push_str(&format!("</{name}>")),
            None if is_gone(&tag.name) => {}
            None => self.out.push_str(&self.html[tag.at.clone()]),
        }
    }

    fn start(&mut self, tag: &Tag<'h>) -> usize {
        match &*tag.name {
            "script" | "style" | "title" | "template" | "svg" => self.removed(tag),
            "iframe" => self.frame(tag),
            "embed" | "frame" | "object" | "applet" => self.object(tag),
            "textarea" | "xmp" => self.verbatim(tag),
            "noscript" => self.without_script(tag),
            "math" => self.formula(tag),
            "img" | "image" => self.picture(tag),
            "input" => {
                let is_shown = tag
                    .value("type")
                    .is_none_or(|kind| !kind.eq_ignore_ascii_case("hidden"));
                if is_shown {
                    self.lose(tag.at.clone(), &tag.name, LossKind::Removed);
                }
                tag.at.end
            }
            _ => self.element(tag),
        }
    }

    /// An element that stays, with another name where the allow-list has no such.
    fn element(&mut self, tag: &Tag<'_>) -> usize {
        if !may_stay_open(&tag.name) && !tag.is_closed {
            self.open.push((tag.name.clone(), tag.at.clone()));
        }
        if is_gone(&tag.name) {
            return tag.at.end;
        }
        let name = renamed(&tag.name);
        let anchor = tag
            .value("name")
            .filter(|_| tag.name == "a" && tag.value("id").is_none());
        self.out.push('<');
        self.out.push_str(name.unwrap_or(&tag.name));
        if let Some(anchor) = anchor {
            self.out.push_str(&format!(" id=\"{}\"", escape(anchor)));
        }
        let rest = tag.at.start + 1 + tag.name.len();
        self.out.push_str(&self.html[rest..tag.at.end]);
        if tag.is_closed && BLOCKS.contains(&name.unwrap_or(&tag.name)) {
            // A browser takes no notice of the stroke; whoever wrote it means an empty element.
            self.out
                .push_str(&format!("</{}>", name.unwrap_or(&tag.name)));
        }
        tag.at.end
    }

    /// What goes with all that is in it; where it has no end, its tag alone.
    fn removed(&mut self, tag: &Tag<'_>) -> usize {
        let end = self
            .end_of(&tag.name, tag.at.end)
            .filter(|_| !tag.is_closed);
        let Some(end) = end else {
            let kind = if tag.is_closed {
                LossKind::Removed
            } else {
                LossKind::Unclosed
            };
            self.lose(tag.at.clone(), &tag.name, kind);
            return tag.at.end;
        };
        let has_words = !self.html[tag.at.end..end].trim().is_empty();
        if tag.name != "style" && (has_words || !tag.attributes.is_empty()) {
            self.lose(tag.at.clone(), &tag.name, LossKind::Removed);
        }
        self.behind(end)
    }

    fn link(&mut self, tag: &Tag<'_>, url: &str) {
        let words = ["title", "aria-label", "name"].into_iter();
        let words = words
            .filter_map(|name| tag.value(name))
            .find(|words| !words.is_empty());
        let link = format!(
            "<a href=\"{}\">{}</a>",
            escape(url),
            escape(words.unwrap_or(url))
        );
        self.out.push_str(&link);
        self.lose(tag.at.clone(), &tag.name, LossKind::Linked);
    }

    /// What an element leaves that has neither an address nor a text of its own.
    fn leave(&mut self, tag: &Tag<'_>, url: Option<String>) {
        match url {
            Some(url) => self.link(tag, &url),
            None => self.lose(tag.at.clone(), &tag.name, LossKind::Removed),
        }
    }

    fn frame(&mut self, tag: &Tag<'_>) -> usize {
        let end = self.end_of("iframe", tag.at.end).filter(|_| !tag.is_closed);
        if end.is_none() && !tag.is_closed {
            self.lose(tag.at.clone(), &tag.name, LossKind::Unclosed);
        }
        let inner = end.map_or("", |end| &self.html[tag.at.end..end]);
        if has_link(inner) {
            // What it says to browsers without frames; its tags come next, and its end tag says nothing more.
            self.lose(tag.at.clone(), &tag.name, LossKind::Linked);
            return tag.at.end;
        }
        self.leave(tag, address(tag));
        end.map_or(tag.at.end, |end| self.behind(end))
    }

    fn object(&mut self, tag: &Tag<'_>) -> usize {
        let is_whole = !tag.is_closed && matches!(&*tag.name, "object" | "applet");
        let end = is_whole
            .then(|| self.end_of(&tag.name, tag.at.end))
            .flatten();
        let inner = end.map_or("", |end| &self.html[tag.at.end..end]);
        if has_link(inner) {
            self.lose(tag.at.clone(), &tag.name, LossKind::Linked);
        } else {
            self.leave(tag, address(tag));
        }
        tag.at.end
    }

    /// What stands in the text as it is, tags and all.
    fn verbatim(&mut self, tag: &Tag<'_>) -> usize {
        let Some(end) = self.end_of(&tag.name, tag.at.end) else {
            self.lose(tag.at.clone(), &tag.name, LossKind::Unclosed);
            return tag.at.end;
        };
        let inner = escape(&self.html[tag.at.end..end]);
        self.out.push_str(&format!("<pre>{inner}</pre>"));
        self.behind(end)
    }

    /// What is for browsers without scripts: it stays, unless it is the picture before it once more.
    fn without_script(&mut self, tag: &Tag<'_>) -> usize {
        let Some(end) = self.end_of("noscript", tag.at.end) else {
            self.lose(tag.at.clone(), &tag.name, LossKind::Unclosed);
            return tag.at.end;
        };
        let inner = &self.html[tag.at.end..end];
        let is_again = !self.lazy.is_empty() && inner.contains(&*self.lazy);
        if is_again {
            self.behind(end)
        } else {
            tag.at.end
        }
    }

    /// A formula: its words, in a line.
    fn formula(&mut self, tag: &Tag<'_>) -> usize {
        let Some(end) = self.end_of("math", tag.at.end) else {
            self.lose(tag.at.clone(), &tag.name, LossKind::Unclosed);
            return tag.at.end;
        };
        self.lose(tag.at.clone(), &tag.name, LossKind::Removed);
        if let Some(words) = tag.value("alttext") {
            self.out.push_str(&escape(words));
        } else {
            let mut is_tag = false;
            for character in self.html[tag.at.end..end].chars() {
                match character {
                    '<' => is_tag = true,
                    '>' if is_tag => {
                        is_tag = false;
                        self.out.push(' ');
                    }
                    other if !is_tag => self.out.push(other),
                    _ => {}
                }
            }
        }
        self.behind(end)
    }

    /// A picture, with the address that it names in whatever way.
    fn picture(&mut self, tag: &Tag<'_>) -> usize {
        let own = tag
            .value("src")
            .filter(|src| !src.is_empty() && !src.starts_with("data:"));
        let named = [
            "data-src",
            "data-original",
            "data-lazy-src",
            "data-lazyload",
        ];
        let named = named.into_iter().find_map(|name| tag.value(name));
        let sets = ["srcset", "data-srcset", "data-lazy-srcset"].into_iter();
        let of_set = sets.filter_map(|name| tag.value(name)).find_map(largest);
        let placeholder = |src: &&str| named.is_none() || !is_placeholder(src);
        let found = own.filter(placeholder).or(named).or(of_set);
        let Some(found) = found.filter(|url| !url.starts_with("data:")) else {
            let is_shown = self.next_is_without_script(tag.at.end);
            if !is_shown {
                self.lose(tag.at.clone(), &tag.name, LossKind::NoAddress);
                self.out
                    .push_str(&escape(tag.value("alt").unwrap_or_default()));
            }
            return tag.at.end;
        };
        found.clone_into(&mut self.lazy);
        let mut img = format!("<img src=\"{}\"", escape(found));
        for name in ["alt", "title", "width", "height", "id", "lang", "dir"] {
            if let Some(value) = tag.value(name) {
                img.push_str(&format!(" {name}=\"{}\"", escape(value)));
            }
        }
        self.out.push_str(&img);
        self.out.push('>');
        tag.at.end
    }

    /// Whether the picture follows for browsers without scripts.
    fn next_is_without_script(&self, at: usize) -> bool {
        self.lower[at..].trim_start().starts_with("<noscript")
    }
}

/// The elements whose tags go while what is in them stays.
fn is_gone(name: &str) -> bool {
    matches!(
        name,
        "object"
            | "applet"
            | "param"
            | "iframe"
            | "noscript"
            | "noembed"
            | "noframes"
            | "plaintext"
            | "math"
            | "svg"
    ) || matches!(
        name,
        "template" | "script" | "style" | "title" | "textarea" | "xmp"
    )
}

/// So many bytes of what stands in a frame are looked at.
const INNER_BYTES_MAX: usize = 4_000;

/// Whether what stands in a frame or an object leads somewhere, or says something.
fn has_link(inner: &str) -> bool {
    let end = inner.floor_char_boundary(INNER_BYTES_MAX);
    let inner = inner[..end].to_ascii_lowercase();
    inner.contains("<a ") || inner.contains("<img ")
}

/// The address of a frame or an object.
fn address(tag: &Tag<'_>) -> Option<String> {
    let named = ["src", "data-src", "data", "data-lazy-src", "href"].into_iter();
    let url = named.filter_map(|name| tag.value(name));
    let mut url = url
        .filter(|url| !url.is_empty() && !url.starts_with("about:") && !url.starts_with("data:"));
    url.next().map(|url| {
        let is_relative = url.starts_with("//");
        if is_relative {
            format!("https:{url}")
        } else {
            url.to_owned()
        }
    })
}

fn is_placeholder(src: &str) -> bool {
    let name = src.rsplit('/').next().unwrap_or_default();
    [
        "blank",
        "placeholder",
        "spacer",
        "pixel",
        "transparent",
        "lazy",
        "1x1",
    ]
    .iter()
    .any(|word| name.contains(word))
}

/// The largest picture of a `srcset`.
fn largest(set: &str) -> Option<&str> {
    let candidates = set.split(", ").flat_map(|part| part.split(",\n"));
    let size = |candidate: &str| -> u64 {
        let size = candidate.split_whitespace().nth(1).unwrap_or_default();
        let number = size.trim_end_matches(['w', 'x']);
        let thousandths = number.parse::<f64>().map_or(0.0, |number| number * 1000.0);
        format!("{thousandths:.0}").parse().unwrap_or(0)
    };
    let best = candidates.max_by_key(|candidate| size(candidate))?;
    best.split_whitespace()
        .next()
        .map(|url| url.trim_end_matches(','))
}

/// Reads the tag at a place as a browser does; `None` where there is none, or where it has no end.
fn tag(html: &str, at: usize) -> Option<Tag<'_>> {
    let bytes = html.as_bytes();
    let is_end = bytes.get(at + 1) == Some(&b'/');
    let start = at + 1 + usize::from(is_end);
    if !bytes.get(start)?.is_ascii_alphabetic() {
        return None;
    }
    let is_name_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'<');
    let length = bytes[start..].iter().position(is_name_end)?;
    let name = html[start..start + length].to_ascii_lowercase();
    let mut here = start + length;
    let mut attributes = Vec::new();
    let mut is_closed = false;
    loop {
        let byte = *bytes.get(here)?;
        if byte == b'>' {
            break;
        }
        is_closed = byte == b'/';
        if byte.is_ascii_whitespace() || byte == b'/' {
            // `<br / >` is closed, too.
            is_closed |= byte != b'/' && bytes[here - 1] == b'/';
            here += 1;
            continue;
        }
        let (attribute, next) = attribute(html, here)?;
        attributes.push(attribute);
        here = next;
    }
    Some(Tag {
        at: at..here + 1,
        name,
        attributes,
        is_end,
        is_closed,
    })
}

type Attribute<'h> = (&'h str, Option<Cow<'h, str>>);

fn attribute(html: &str, at: usize) -> Option<(Attribute<'_>, usize)> {
    let bytes = html.as_bytes();
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'=');
    // A name may begin with `=`.
    let length = 1 + bytes[at + 1..].iter().position(is_end)?;
    if !html.is_char_boundary(at + length) {
        return None;
    }
    let name = &html[at..at + length];
    let blanks = |from: usize| {
        Some(
            from + bytes[from..]
                .iter()
                .position(|byte| !byte.is_ascii_whitespace())?,
        )
    };
    let after = blanks(at + length)?;
    if bytes[after] != b'=' {
        return Some(((name, None), at + length));
    }
    let start = blanks(after + 1)?;
    let (value, next) = match bytes[start] {
        quote @ (b'"' | b'\'') => {
            let end = start + 1 + memchr::memchr(quote, &bytes[start + 1..])?;
            (&html[start + 1..end], end + 1)
        }
        _ => {
            let is_end = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'>';
            let end = start + bytes[start..].iter().position(is_end)?;
            (&html[start..end], end)
        }
    };
    Some(((name, Some(super::unescaped(value))), next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_brackets_that_are_no_html_stay() {
        for (html, ready) in [
            ("rose 5 % <see table> and", "rose 5 % &lt;see table> and"),
            ("If x<y and z>w then", "If x&lt;y and z>w then"),
            ("a <b and c> d", "a &lt;b and c> d"),
            ("<Name of the ship>", "&lt;Name of the ship>"),
            ("i <3 it", "i &lt;3 it"),
            ("a <", "a &lt;"),
            ("a <b", "a &lt;b"),
            ("<Имя>", "&lt;Имя>"),
            ("<https://example.org/>", "&lt;https://example.org/>"),
            ("<b>c</b><br/>", "<b>c</b><br/>"),
            ("<o:p>x</o:p>", "<o:p>x</o:p>"),
        ] {
            assert_eq!(prepared(html), ready, "{html}");
        }
    }

    #[test]
    fn what_has_no_end_takes_nothing_along() {
        for (html, ready) in [
            (
                "<iframe src=\"https://x.example/\" /> After",
                "<a href=\"https://x.example/\">https://x.example/</a> After",
            ),
            ("<script src=x /> After", " After"),
            ("<style> After", " After"),
            ("<title>T After", "T After"),
            ("<!-- After", " After"),
            ("<!-- note -->After", "After"),
            ("<textarea>a<b>", "a<b>"),
        ] {
            assert_eq!(prepared(html), ready, "{html}");
        }
        let told = losses("a <b>c <p>d <!-- e");
        let told: Vec<_> = told.iter().map(|loss| (&*loss.name, loss.kind)).collect();
        assert_eq!(
            told,
            [("b", LossKind::Unclosed), ("!--", LossKind::Unclosed)]
        );
    }

    #[test]
    fn frames_objects_and_pictures_leave_their_addresses() {
        for (html, ready) in [
            (
                "<iframe src='//v.example/1' title='A film'></iframe>",
                "<a href=\"https://v.example/1\">A film</a>",
            ),
            (
                "<iframe src=x><a href=\"y\">Watch</a></iframe>",
                "<a href=\"y\">Watch</a>",
            ),
            (
                "<object data=\"plan.pdf\"><a href=\"plan.pdf\">The plan</a></object>",
                "<a href=\"plan.pdf\">The plan</a>",
            ),
            ("<embed src=a.swf>", "<a href=\"a.swf\">a.swf</a>"),
            (
                "<img data-src=\"a.jpg\" alt=\"C\">",
                "<img src=\"a.jpg\" alt=\"C\">",
            ),
            (
                "<img srcset=\"a-320.jpg 320w, a-640.jpg 640w\" alt=\"C\">",
                "<img src=\"a-640.jpg\" alt=\"C\">",
            ),
            (
                "<img src=\"data:image/gif;base64,R0\" data-src=\"a.jpg\"><noscript><img src=\"a.jpg\"></noscript>",
                "<img src=\"a.jpg\">",
            ),
            (
                "<img src=\"data:image/gif;base64,R0\"><noscript><img src=\"a.jpg\"></noscript>",
                "<img src=\"a.jpg\">",
            ),
            ("<img alt=\"A chart\">", "A chart"),
        ] {
            assert_eq!(prepared(html), ready, "{html}");
        }
    }

    #[test]
    fn blocks_without_a_place_become_others_and_struck_words_stay_struck() {
        for (html, ready) in [
            (
                "<center>One</center><center>Two</center>",
                "<div>One</div><div>Two</div>",
            ),
            ("<address lang=ru>A</address>", "<div lang=ru>A</div>"),
            ("<strike>20</strike>", "<s>20</s>"),
            ("<menu><li>a</menu>", "<ul><li>a</ul>"),
            ("<a name=\"n\">x</a>", "<a id=\"n\" name=\"n\">x</a>"),
        ] {
            assert_eq!(prepared(html), ready, "{html}");
        }
    }
}
