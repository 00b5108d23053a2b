//! The links of an item that lead nowhere, with what to write instead.

use super::{Edition, Found, Key};
use crate::feed::content;
use crate::newsroom::Newsroom;
use crate::newsroom::entry::Entry;
use crate::newsroom::item::{Item, Status};
use crate::newsroom::lifecycle::State;
use crate::newsroom::media::MediaFiles;
use crate::newsroom::parse::reader::nearest;
use crate::newsroom::parse::report::PROBLEMS_MAX;
use crate::newsroom::place::locate;
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::record::Groups;
use crate::newsroom::reference;
use crate::newsroom::site::Format;
use crate::text::html::ReferenceKind;
use crate::text::html::written::{self, Written};
use chrono::DateTime;
use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::sync::Arc;
use url::{ParseError, Url};

/// The schemes of links that readers get.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// An item whose links are looked at.
pub struct Linking<'a> {
    /// All items, as they are now.
    pub newsroom: &'a Newsroom,
    /// Its entry.
    pub entry: &'a Entry,
    /// The item.
    pub item: &'a Item,
    /// The files that there are of those that it may refer to.
    pub found: &'a MediaFiles,
    /// The file that a path below `media/` may have meant: one whose name has other letters' case.
    pub meant: &'a dyn Fn(&str) -> Option<String>,
}

/// Why a link leads nowhere, and what to write.
struct Dead {
    why: String,
    hint: String,
}

fn dead(why: impl Into<String>, hint: impl Into<String>) -> Dead {
    Dead {
        why: why.into(),
        hint: hint.into(),
    }
}

/// What is wrong with the links and pictures of an item's text, each once, with its place in the text of the file.
pub fn of_item(linking: &Linking<'_>, text: &str) -> Vec<Problem> {
    let state = linking.entry.state(linking.newsroom.now());
    if matches!(state, State::Canceled | State::Withheld) {
        return Vec::new();
    }
    let mut told = BTreeSet::new();
    let html = content::html(&linking.item.body);
    let written = written::links_and_pictures(&html);
    // Looked for once, and only where a link leads to one.
    let anchors = LazyCell::new(|| written::anchors(&html));
    let anchors: &Anchors<'_> = &|| &*anchors;
    let problems = written.iter();
    let problems = problems.filter_map(|one| problem(linking, anchors, one));
    problems
        .filter(|(problem, _)| told.insert(problem.message.clone()))
        .take(PROBLEMS_MAX)
        .map(|(problem, url)| placed(problem, text, &url))
        .collect()
}

/// The problem at the place of an address in the text: as it stands there, else as people read it.
fn placed(problem: Problem, text: &str, url: &str) -> Problem {
    let plain = percent_encoding::percent_decode_str(url).decode_utf8_lossy();
    let ways = [
        format!("({url}"),
        format!("\"{url}"),
        format!("'{url}"),
        format!("<{url}"),
        format!("={url}"),
        format!("({plain}"),
        format!("<{plain}"),
    ];
    let mut found = ways
        .iter()
        .filter_map(|way| Some((text.find(way.as_str())? + 1, way.len() - 1)));
    match found.next() {
        Some((start, length)) => problem.at(text, &(start..start + length)),
        None => problem,
    }
}

/// Gives the places within a text that a link may lead to.
type Anchors<'a> = dyn Fn() -> &'a BTreeSet<String> + 'a;

fn problem(
    linking: &Linking<'_>,
    anchors: &Anchors<'_>,
    one: &Written,
) -> Option<(Problem, String)> {
    let warning = |message: String, hint: &str| {
        let file = linking.entry.file.to_string();
        Problem::of_file(Severity::Warning, file, message).hint(hint)
    };
    let url = one.url.as_deref().unwrap_or_default();
    if one.kind == ReferenceKind::Embed {
        let message = format!("the picture `{url}` has no `alt`");
        let hint = "say what it shows, for those who cannot see it: `alt=\"…\"`; `alt=\"\"` for mere decoration";
        return (!one.has_alt && !url.is_empty()).then(|| (warning(message, hint), url.to_owned()));
    }
    let shown = percent_encoding::percent_decode_str(url).decode_utf8_lossy();
    let Dead { why, hint } = look(linking, anchors, url.trim())?;
    let message = format!("the link to `{shown}` leads nowhere: {why}");
    Some((warning(message, &hint), url.to_owned()))
}

/// Looks where a link leads.
fn look(linking: &Linking<'_>, anchors: &Anchors<'_>, url: &str) -> Option<Dead> {
    if url.is_empty() {
        return Some(dead(
            "it has no address",
            "write the address, or take the link out",
        ));
    }
    if let Some(place) = url.strip_prefix('#') {
        return no_place(anchors, place);
    }
    if url.starts_with('?') {
        return None;
    }
    let site = linking.newsroom.site();
    // A file that is not there is told by itself.
    if content::certain_media(url, ReferenceKind::Link, site).is_some() {
        return None;
    }
    let plain = percent_encoding::percent_decode_str(url).decode_utf8_lossy();
    if let Some(file) = own_file(&plain) {
        let hint = format!("put it into `media/` and write its name, `{file}`");
        return Some(dead(
            "it is a file on a computer or network of your own",
            hint,
        ));
    }
    if let Some(path) = reference::own_path(url, site) {
        return own(linking, &path);
    }
    let full = url.strip_prefix("//").map(|rest| format!("https://{rest}"));
    match Url::parse(full.as_deref().unwrap_or(url)) {
        Ok(absolute) => foreign(&absolute, url),
        Err(ParseError::RelativeUrlWithoutBase) => relative(linking, url, &plain),
        Err(error) => {
            let has_blank = plain.contains(char::is_whitespace);
            let hint = if has_blank {
                "write it without blanks"
            } else {
                "mend it"
            };
            Some(dead(format!("it is no web address ({error})"), hint))
        }
    }
}

/// A link to a place within the text that is not there. `#` alone, and `#top`, is the top of the page.
fn no_place(anchors: &Anchors<'_>, place: &str) -> Option<Dead> {
    let place = percent_encoding::percent_decode_str(place).decode_utf8_lossy();
    if place.is_empty() || place.eq_ignore_ascii_case("top") {
        return None;
    }
    let anchors = anchors();
    if anchors.contains(&*place) {
        return None;
    }
    let near = nearest(&place, anchors.iter().map(String::as_str));
    let hint = match near {
        Some(near) => format!("did you mean `#{near}`?"),
        None => format!("write `id=\"{place}\"` at the place that is meant, or take the link out"),
    };
    Some(dead("there is no such place in the text", hint))
}

/// The name of the file that a path of Windows, or one with `file:`, is of.
fn own_file(url: &str) -> Option<&str> {
    let is_drive = url.as_bytes().get(1) == Some(&b':') && url.as_bytes()[0].is_ascii_alphabetic();
    let is_own = url.starts_with('\\') || is_drive || url.to_ascii_lowercase().starts_with("file:");
    let name = url.rsplit(['\\', '/']).next().unwrap_or(url);
    is_own.then_some(name)
}

/// An address elsewhere: readers get those of some schemes alone.
fn foreign(absolute: &Url, url: &str) -> Option<Dead> {
    let scheme = absolute.scheme();
    if SCHEMES.contains(&scheme) {
        return None;
    }
    let why = format!("feeds and pages leave out what begins with `{scheme}:`");
    let rest = url.split_once(':').map_or("", |(_, rest)| rest);
    let hint = match scheme {
        "webcal" | "webcals" | "feed" | "ftp" | "ftps" | "sftp" => {
            format!(
                "write `https://{}`, if it answers there",
                rest.trim_start_matches('/')
            )
        }
        _ => "write an address that begins with `https://`, `mailto:` or `tel:`".to_owned(),
    };
    Some(dead(why, hint))
}

/// An address without a scheme: a file of `media/`, or a path from the root or from the item's page.
fn relative(linking: &Linking<'_>, url: &str, plain: &str) -> Option<Dead> {
    let site = linking.newsroom.site();
    let path = plain.split(['?', '#']).next().unwrap_or_default();
    if !url.starts_with('/') {
        let named = content::media_path(url);
        if named.is_some_and(|path| content::file_of(linking.found, &path).is_some()) {
            return None;
        }
        if let Some(proposal) = elsewhere(url, path) {
            return Some(dead(
                "it is taken for a path below the item's page",
                proposal,
            ));
        }
    }
    let page = site.base_url.join(&linking.newsroom.path(linking.entry));
    let target = if url.starts_with('/') {
        Some(url.to_owned())
    } else {
        let joined = Url::parse(&page).ok()?.join(url).ok()?;
        reference::own_path(joined.as_str(), site)
    };
    let found = match target {
        Some(target) => own(linking, &target)?,
        None => dead(
            "it lies outside of this publication",
            "write it with `https://`",
        ),
    };
    if let Some(proposal) = item_of(linking, path).filter(|_| !url.starts_with('/')) {
        return Some(dead(
            "it is taken for a path below the item's page",
            proposal,
        ));
    }
    let is_file = !url.starts_with('/') && !path.ends_with('/');
    match content::media_path(url).filter(|_| is_file) {
        Some(file) => Some(no_file(linking, &file)),
        None => Some(found),
    }
}

/// The name of an item's file, or of a page, without folders and ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut endings = [".toml", ".json", ".md", ".html"].into_iter();
    let stem = endings.find_map(|ending| name.strip_suffix(ending));
    stem.unwrap_or(name)
}

/// The page of an item whose file a link names.
fn item_of(linking: &Linking<'_>, path: &str) -> Option<String> {
    let newsroom = linking.newsroom;
    let named = stem(path);
    let of_file = |entry: &&Arc<Entry>| {
        !named.is_empty() && stem(&entry.file) == named && entry.state(newsroom.now()).has_page()
    };
    let item = newsroom.entries().find(of_file)?;
    let path = newsroom.path(item);
    Some(format!("write `{path}`, the address of its page"))
}

/// What somebody may have meant who wrote no path at all.
fn elsewhere(url: &str, path: &str) -> Option<String> {
    let first = path.split('/').next().unwrap_or_default();
    let digits = path.strip_prefix('+').unwrap_or_default();
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | ' ' | '(' | ')');
    if !digits.is_empty() && digits.chars().all(is_number) {
        let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
        return Some(format!("write `tel:+{digits}`"));
    }
    if let Some((scheme, rest)) = path.split_once("//")
        && matches!(scheme, "http" | "https")
    {
        return Some(format!("write `{scheme}://{rest}`"));
    }
    if let Some((name, host)) = path.split_once('@')
        && !name.is_empty()
        && host.contains('.')
        && !path.contains('/')
    {
        return Some(format!("write `mailto:{url}`"));
    }
    let is_host = first.contains('.') && first != path && !first.starts_with('.');
    (first.starts_with("www.") || is_host).then(|| format!("write `https://{url}`"))
}

/// A path below the base URL.
fn own(linking: &Linking<'_>, address: &str) -> Option<Dead> {
    let (path, query) = match address
        .split('#')
        .next()
        .unwrap_or_default()
        .split_once('?')
    {
        Some((path, query)) => (path, Some(query)),
        None => (address.split('#').next().unwrap_or_default(), None),
    };
    let path = percent_encoding::percent_decode_str(path)
        .decode_utf8()
        .ok()?;
    let newsroom = linking.newsroom;
    let now = newsroom.now();
    let edition = Edition::new(newsroom.clone(), now, Groups::default(), Arc::new([]));
    let base = &newsroom.site().base_url;
    let standing = |path: &str| is_feed(newsroom, path) || path.starts_with("/assets/");
    match edition.find(&format!("{}{path}", base.path()), query) {
        Found::Make(Key::Media(file)) => {
            (content::file_of(linking.found, &file).is_none()).then(|| no_file(linking, &file))
        }
        Found::Make(Key::Item(id)) => withdrawn(linking, newsroom.get(&id)?),
        Found::Make(_) | Found::Resource(_) | Found::Redirect(_) => None,
        Found::Missing(_) if standing(&path) => None,
        Found::Missing(_) => {
            let led = newsroom.site().redirects.of_path(&path);
            if led.is_some_and(|path| standing(&path)) {
                return None;
            }
            let closed = format!("{}/", path.trim_end_matches('/'));
            match newsroom.at_path(&closed) {
                Some(target) => hidden(linking, target),
                None => Some(no_page(&edition, &closed)),
            }
        }
    }
}

/// Whether a path is of a feed of all news or of a section.
fn is_feed(newsroom: &Newsroom, path: &str) -> bool {
    let places = locate(newsroom.site(), path);
    places.into_iter().any(|(place, rest)| {
        let is_of = |format: &Format| format.file_name() == rest;
        newsroom.has_page(&place) && newsroom.feeds_of(&place).formats.iter().any(is_of)
    })
}

/// A page that says that its item was withdrawn.
fn withdrawn(linking: &Linking<'_>, target: &Entry) -> Option<Dead> {
    let state = target.state(linking.newsroom.now());
    let is_withdrawn = state == State::Canceled || target.life.status == Status::Canceled;
    is_withdrawn.then(|| {
        let hint = "link to what takes its place, or take the link out";
        dead(format!("`{}` is withdrawn", target.file), hint)
    })
}

/// The page of an item that nobody may see, unless it comes before what links to it.
fn hidden(linking: &Linking<'_>, target: &Entry) -> Option<Dead> {
    if let Some(dead) = withdrawn(linking, target) {
        return Some(dead);
    }
    let newsroom = linking.newsroom;
    let state = target.state(newsroom.now());
    let file = &target.file;
    let why = match state {
        State::Draft => format!("`{file}` is a draft"),
        State::Withheld => format!("`{file}` is withheld"),
        State::Visible | State::Expired | State::Canceled => {
            format!("`{file}` has another address")
        }
        State::Scheduled => {
            let (own, at) = (linking.entry.life.release(), target.life.release());
            let is_public = linking.entry.state(newsroom.now()).has_page();
            if !is_public && own >= at {
                return None;
            }
            let zone = newsroom.site().timezone;
            let at = DateTime::from_timestamp(at, 0)?.with_timezone(&zone);
            format!(
                "`{file}` is not published before {}",
                at.format("%Y-%m-%d %H:%M")
            )
        }
    };
    Some(dead(why, "publish that first, or take the link out"))
}

/// A path at which there is nothing, with one like it.
fn no_page(edition: &Edition, path: &str) -> Dead {
    let newsroom = &edition.newsroom;
    let why = "there is no such page here";
    let is_there = |path: &str| {
        let base = newsroom.site().base_url.path();
        !matches!(
            edition.find(&format!("{base}{path}"), None),
            Found::Missing(_)
        )
    };
    let small = path.to_lowercase();
    let slug = small
        .trim_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let by_case = (small != path && is_there(&small)).then(|| small.clone());
    let by_slug = || {
        let mut entries = newsroom.entries();
        let same = entries
            .find(|entry| entry.slug.as_str() == slug && entry.state(newsroom.now()).has_page());
        same.map(|entry| newsroom.path(entry))
    };
    match by_case.or_else(by_slug) {
        Some(meant) => dead(why, format!("did you mean `{meant}`?")),
        None => dead(why, "mend the address, or take the link out"),
    }
}

fn no_file(linking: &Linking<'_>, file: &str) -> Dead {
    let why = format!("there is no file `media/{file}`");
    match (linking.meant)(file) {
        Some(meant) => dead(why, format!("did you mean `{meant}`?")),
        None => dead(why, "put the file there, or mend the name"),
    }
}
