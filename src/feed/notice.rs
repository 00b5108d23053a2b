//! The notice of a withdrawn item, as feeds carry it: the same id, and nothing of the item's own words. There is no
//! retraction that readers know; the same id with another text is what reaches them.

use crate::feed::build::{self, id_on_the_wire, section};
use crate::feed::{Context, FeedItem, instant};
use crate::newsroom::entry::Entry;
use crate::text::calendar::Calendar;
use crate::text::escape::escape;
use crate::text::words::Words;

/// The most characters of a reason in a headline: what readers show of one in a list.
const NOTE_CHARS_MAX: usize = 100;

/// The notice of a withdrawn item.
pub fn of_entry(context: Context<'_>, entry: &Entry) -> FeedItem {
    let site = context.site();
    let language = site.language(entry.tree).clone();
    let words = Words::of(&language);
    let note = entry.note().unwrap_or(&words.withdrawn_sentence);
    let mut body = format!("<p>{}</p>", escape(note));
    if let Some(url) = replacement(context, entry) {
        let url = escape(&url);
        let before = escape(&words.replacement);
        body.push_str(&format!("<p>{before} <a href=\"{url}\">{url}</a></p>"));
    }
    let section = section(context, entry, &language);
    FeedItem {
        file: entry.file.clone(),
        is_notice: true,
        id: id_on_the_wire(site, entry),
        tag_uri: site.authority.tag(entry.id.as_str()),
        url: site.base_url.join(&context.newsroom.path(entry)),
        title: title(context, entry, &section.1),
        summary: Some(note.to_owned()),
        lead: Vec::new(),
        dateline: None,
        body,
        content: None,
        published: instant(entry.wire),
        offset: build::offset(site, entry),
        updated: instant(entry.notice_at(context.now)),
        corrections: Vec::new(),
        authors: vec![build::publisher(site, entry.tree)],
        section,
        language,
        tags: Vec::new(),
        topics: Vec::new(),
        images: Vec::new(),
        attachments: Vec::new(),
        source: None,
        canonical_url: None,
        external_url: None,
        rights: None,
        license: None,
        place: None,
        expires: None,
    }
}

/// A headline that can be told from others without a word of the item's own: its section, its date and the public
/// reason.
fn title(context: Context<'_>, entry: &Entry, section: &str) -> String {
    let site = context.site();
    let language = site.language(entry.tree);
    let calendar = Calendar::of(language);
    let at = instant(entry.wire).with_timezone(&site.timezone);
    let date = match entry.likeness.day() {
        Some(day) => calendar.day(day),
        None => calendar.minute(&at),
    };
    let comma = &Words::of(language).comma;
    let title = format!("{} ({section}{comma}{date})", Words::of(language).withdrawn);
    match entry.note() {
        Some(note) => format!("{title}: {}", shortened(note)),
        None => title,
    }
}

/// The beginning of a text that is too long for a headline, to the end of a word.
fn shortened(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(NOTE_CHARS_MAX) else {
        return text.to_owned();
    };
    let end = text[..end].rfind(char::is_whitespace).unwrap_or(end);
    format!(
        "{}…",
        text[..end].trim_end_matches([',', ';', ':', '.', ' '])
    )
}

/// The page of the item that takes the place of a withdrawn one, where it may be read.
pub fn replacement(context: Context<'_>, entry: &Entry) -> Option<String> {
    let newsroom = context.newsroom;
    let other = entry.replaced_by().and_then(|id| newsroom.get(id))?;
    let url = || context.site().base_url.join(&newsroom.path(other));
    other.state(context.now).has_page().then(url)
}
