//! The elements and attributes of HTML, those of former versions too (HTML, sections 3, 4 and 16.2).

/// The names of all elements.
const NAMES: &str = "a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink \
    blockquote body br button canvas caption center cite code col colgroup command data datalist dd del details dfn dialog \
    dir div dl dt em embed fencedframe fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head \
    header hgroup hr html i iframe image img input ins isindex kbd keygen label legend li link listing main map mark marquee \
    math menu menuitem meta meter multicol nav nextid nobr noembed noframes noscript object ol optgroup option output p \
    param picture plaintext pre progress q rb rbc rp rt rtc ruby s samp script search section select selectedcontent slot \
    small source spacer span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time \
    title tr track tt u ul var video wbr xmp";

/// The prefixes of what word processors write.
const PREFIXES: [&str; 9] = ["o", "w", "v", "m", "x", "st1", "st2", "fb", "g"];

/// The elements that may be written without an end tag (HTML, section 13.1.2.4), and those that have none.
const OPEN: &str = "p li dt dd tr td th thead tbody tfoot colgroup caption option optgroup rp rt rb rtc html head body area \
    base basefont bgsound br col command embed frame hr image img input isindex keygen link menuitem meta nextid param \
    source spacer track wbr plaintext";

/// The attributes that may stand without a value.
const FLAGS: &str = "allowfullscreen async autofocus autoplay border checked compact controls declare default defer disabled \
    download formnovalidate hidden inert ismap itemscope loop multiple muted nohref nomodule noresize noshade novalidate \
    nowrap open playsinline readonly required reversed scoped seamless selected sortable translate truespeed typemustmatch \
    webkitallowfullscreen mozallowfullscreen alt title";

/// The blocks that a line break goes with.
pub(super) const BLOCKS: [&str; 8] = [
    "div",
    "section",
    "article",
    "aside",
    "p",
    "ul",
    "ol",
    "blockquote",
];

fn has(names: &str, name: &str) -> bool {
    names.split_ascii_whitespace().any(|known| known == name)
}

/// Whether there is an element of a name, given in small letters.
pub(super) fn is_element(name: &str) -> bool {
    match name.split_once(':') {
        Some((prefix, rest)) => PREFIXES.contains(&prefix) && !rest.is_empty(),
        None => has(NAMES, name),
    }
}

/// Whether an attribute may stand without a value.
pub(super) fn is_flag(name: &str) -> bool {
    name.contains('-') || name.contains(':') || has(FLAGS, &name.to_ascii_lowercase())
}

/// Whether an element needs no end tag.
pub(super) fn may_stay_open(name: &str) -> bool {
    name.contains(':') || has(OPEN, name)
}

/// The element of the allow-list that stands for another.
pub(super) fn renamed(name: &str) -> Option<&'static str> {
    Some(match name {
        "address" | "center" | "header" | "footer" | "main" | "nav" | "hgroup" | "form"
        | "fieldset" | "legend" | "dialog" | "search" | "marquee" | "select" | "optgroup"
        | "option" | "frameset" | "multicol" | "datalist" => "div",
        "menu" | "dir" => "ul",
        "listing" => "pre",
        "strike" => "s",
        "tt" => "code",
        "acronym" => "abbr",
        _ => return None,
    })
}
