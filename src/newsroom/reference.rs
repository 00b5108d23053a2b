//! Which files of the media folder the addresses in an item may mean. What nobody may see hides its files under every
//! address that would lead to them: by name, by the name with a hash, by a path from the page, and by the publication's
//! own address.

use crate::newsroom::media::without_hash;
use crate::newsroom::site::Site;
use std::collections::BTreeSet;
use url::Url;

/// Where the media folder is served, below the base URL.
const FOLDER: &str = "/media/";

/// So many names are taken from a file that cannot be understood.
const NAMES_MAX: usize = 10_000;

/// The longest name, in bytes, and the longest ending.
const NAME_BYTES_MAX: usize = 1_024;
const ENDING_BYTES_MAX: usize = 8;

/// The paths below the media folder that an address may mean, be there such files or not. `page` is the path of the
/// item's page below the base URL.
pub fn files(url: &str, site: &Site, page: &str) -> Vec<String> {
    let url = url.trim();
    let mut found = Vec::new();
    let path = url.split(['?', '#']).next().unwrap_or_default();
    if let Some(path) = own_path(url, site) {
        found.extend(path.strip_prefix(FOLDER).and_then(decoded));
    } else if Url::parse(url).is_err() && !path.is_empty() && !url.starts_with("//") {
        // As authors write it: the name of a file in the folder.
        if !path.starts_with('/') {
            let name = path.trim_start_matches("./");
            found.extend(decoded(name.strip_prefix("media/").unwrap_or(name)));
        }
        // As a browser takes it on the item's page.
        let from_page = Url::parse(&site.base_url.join(page)).and_then(|base| base.join(url));
        let from_page = from_page.ok().and_then(|url| own_path(url.as_str(), site));
        found.extend(
            from_page
                .as_deref()
                .and_then(|path| path.strip_prefix(FOLDER))
                .and_then(decoded),
        );
        found.extend(path.strip_prefix(FOLDER).and_then(decoded));
    }
    let plain = found.iter().filter_map(|path| Some(without_hash(path)?.0));
    let plain: Vec<String> = plain.collect();
    found.extend(plain);
    found.sort_unstable();
    found.dedup();
    found
}

/// The path below the base URL of an absolute address of the publication's own; `None` for any other address. Scheme
/// and port do not count: a publication may be reached by several.
pub fn own_path(url: &str, site: &Site) -> Option<String> {
    let full;
    let url = if let Some(rest) = url.strip_prefix("//") {
        full = format!("https://{rest}");
        &full
    } else {
        url
    };
    let url = Url::parse(url).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let bases = [Some(&site.base_url), site.written_base_url.as_ref()];
    bases.into_iter().flatten().find_map(|base| {
        let own = Url::parse(base.as_str()).ok()?;
        if own.host_str() != url.host_str() {
            return None;
        }
        let below = url.path().strip_prefix(base.path())?;
        below.starts_with('/').then(|| below.to_owned())
    })
}

/// Whether a text may have own addresses of media files in it: the publication's host, and behind it what names the
/// folder, or could be another spelling of that. Most texts link to other pages, and need no parsing for that.
pub fn may_name(text: &str, site: &Site) -> bool {
    let bases = [Some(&site.base_url), site.written_base_url.as_ref()];
    bases.into_iter().flatten().any(|base| {
        let host = base.origin().split_once("://").map_or("", |(_, host)| host);
        let host = host.split(':').next().unwrap_or_default();
        ends_ignoring_case(text, host).any(|end| may_be_media(&text[end..]))
    })
}

/// Whether what follows a host may be a path below the media folder.
fn may_be_media(rest: &str) -> bool {
    let is_end = |c: char| c.is_whitespace() || "\"'<>()[]{}`?#".contains(c);
    let path = &rest[..rest.find(is_end).unwrap_or(rest.len())];
    path.contains(['%', '&', '\\']) || ends_ignoring_case(path, "media").next().is_some()
}

/// Where a word of ASCII letters ends in a text, in whatever case it stands there.
fn ends_ignoring_case<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let first = word.bytes().next().unwrap_or_default();
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let starts = memchr::memchr2_iter(lower, upper, text.as_bytes());
    starts.filter_map(move |at| {
        let end = at + word.len();
        let here = text.as_bytes().get(at..end)?;
        here.eq_ignore_ascii_case(word.as_bytes()).then_some(end)
    })
}

/// All that could name a media file in the text of a file that cannot be understood: every word with an ending. Names may
/// have spaces: what stands between quotation marks or brackets counts whole, too.
pub fn names(text: &str, site: &Site) -> BTreeSet<String> {
    let is_mark = |c: char| c.is_control() || "\"'<>()[]{}`".contains(c);
    let is_end = |c: char| is_mark(c) || c.is_whitespace() || "|“”„«»".contains(c);
    let mut names = BTreeSet::new();
    for dot in memchr::memchr_iter(b'.', text.as_bytes()) {
        let ending = &text[dot + 1..];
        let length = ending.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let mut after = ending[length..].chars();
        let is_last = after.next().is_none_or(|c| {
            let has_ended = |c: char| is_end(c) || ",;:!=?#".contains(c);
            has_ended(c) || (c == '.' && after.next().is_none_or(has_ended))
        });
        if !(1..=ENDING_BYTES_MAX).contains(&length) || !is_last {
            continue;
        }
        let start = text.floor_char_boundary(dot.saturating_sub(NAME_BYTES_MAX));
        let before = &text[start..dot];
        for is_outside in [&is_end as &dyn Fn(char) -> bool, &is_mark] {
            let from = before.rfind(is_outside).map_or(start, |at| {
                let outside = before[at..].chars().next().map_or(0, char::len_utf8);
                start + at + outside
            });
            let name = text[from..dot + 1 + length].trim_matches([' ', ',', ';', ':', '!', '=']);
            names.extend(files(name, site, "/"));
        }
        if names.len() >= NAMES_MAX {
            break;
        }
    }
    names
}

/// The path as a file's name; `None` where no file of the folder can have it.
fn decoded(path: &str) -> Option<String> {
    let decoded = percent_encoding::percent_decode_str(path)
        .decode_utf8()
        .ok()?;
    let is_plain = |segment: &str| !matches!(segment, "" | "." | "..");
    decoded
        .split('/')
        .all(is_plain)
        .then(|| decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        let text = "title = \"S\"\nbase_url = \"https://press.example.org/p\"\nid_authority = \"example.org\"\n\
                    id_authority_date = \"2022\"\n";
        let mut site = crate::newsroom::parse::site::read(text, None).0.unwrap();
        site.written_base_url =
            crate::newsroom::base_url::BaseUrl::new("https://www.example.org:8443").ok();
        site
    }

    #[test]
    fn every_address_of_a_file_means_it() {
        let site = site();
        for url in [
            "a.pdf",
            " a.pdf ",
            "./a.pdf",
            "media/a.pdf",
            "/media/a.pdf?x#y",
            "../../media/a.pdf",
            "https://press.example.org/p/media/a.pdf",
            "http://PRESS.example.org/p/media/a.pdf",
            "https://press.example.org:443/p/x/../media/a.pdf",
            "//press.example.org/p/media/%61.pdf",
            "http://www.example.org/media/a.pdf",
            "/media/a.1a2b3c4d.pdf",
            "https://press.example.org/p/media/a.1a2b3c4d.pdf",
        ] {
            let found = files(url, &site, "/news/x/");
            assert!(found.iter().any(|file| file == "a.pdf"), "{url}: {found:?}");
        }
        for url in [
            "https://example.org/media/a.pdf",
            "https://press.example.org/media/a.pdf",
            "mailto:a.pdf",
            "#a.pdf",
        ] {
            assert!(files(url, &site, "/news/x/").is_empty(), "{url}");
        }
    }

    #[test]
    fn own_addresses_of_other_pages_need_no_parsing() {
        let site = site();
        for text in [
            "[a](https://press.example.org/p/media/a.pdf)",
            "[a](HTTPS://PRESS.EXAMPLE.ORG/p/x/../media/a.pdf?x)",
            "<https://www.example.org:8443/%6dedia/a.pdf>",
            "[a](https://press.example.org/p/&#109;edia/a.pdf)",
        ] {
            assert!(may_name(text, &site), "{text}");
        }
        for text in [
            "[a](https://press.example.org/p/news/a/?from=media&x=1#media)",
            "[a](https://example.com/media/a.pdf)",
            "press.example.org media",
        ] {
            assert!(!may_name(text, &site), "{text}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_understood_names_what_could_be_a_file() {
        let text = "title = \"x\n[[images]]\nsrc = \"2026/My photo.jpg\"\nalt = \"see https://press.example.org/p/media/b.pdf.\"\n";
        let names = names(text, &site());
        assert!(
            names.contains("2026/My photo.jpg") && names.contains("b.pdf"),
            "{names:?}"
        );
    }
}
