//! `site.toml`.

use crate::newsroom::base_url::BaseUrl;
use crate::newsroom::identity::Authority;
use crate::newsroom::label::Kind;
use crate::newsroom::parse::document;
use crate::newsroom::parse::form::Form;
use crate::newsroom::parse::reader::{Reader, SITE_KEYS, nearest};
use crate::newsroom::parse::report::{Report, cleaned};
use crate::newsroom::parse::tree::{Field, Node};
use crate::newsroom::parse::{feeds, labels, media, person, redirects};
use crate::newsroom::problem::Problem;
use crate::newsroom::site::{FeedSettings, Publisher, Site};
use crate::newsroom::wording::{FooterLink, Voice, Wording};
use crate::text::language::Language;
use chrono_tz::Tz;

/// The most languages beside the default one.
const LANGUAGES_MAX: usize = 60;

/// Reads `site.toml`. `None` where something in it is an error. `held` is the authority under which items have been
/// published: with another one every id would be another.
pub fn read(text: &str, held: Option<&Authority>) -> (Option<Site>, Vec<Problem>) {
    let (text, illegal) = cleaned("site.toml", text);
    let report = Report::new("site.toml", &text);
    illegal.into_iter().for_each(|problem| report.take(problem));
    let read = document::read(&report, Form::Toml);
    let site = read.and_then(|(node, _)| {
        Reader::of(&report, &node).and_then(|reader| of_table(&reader, held))
    });
    let site = site.filter(|_| !report.has_errors());
    (site, report.into_problems())
}

fn of_table(reader: &Reader<'_, '_>, held: Option<&Authority>) -> Option<Site> {
    let title = reader.required_line("title", "write the publication's name");
    let base_url = base_url(reader);
    let authority = authority(reader);
    keep_authority(reader, authority.as_ref(), held);
    let default_language = language(reader, "default_language").or_else(|| Language::new("en"));
    let publisher = publisher(reader, title.as_deref().unwrap_or_default());
    let contact = reader.table("contact").and_then(|contact| {
        let person = person::of_table(&contact);
        contact.finish(&[("mail", "email")]);
        person
    });
    let languages = default_language
        .as_ref()
        .map(|default| languages(reader, default))
        .unwrap_or_default();
    let site = Site {
        description: reader
            .line("description")
            .or_else(|| title.clone())
            .unwrap_or_default(),
        timezone: timezone(reader),
        rights: reader.line("rights"),
        license: reader.url("license"),
        logo: reader
            .node("logo")
            .and_then(|node| media::path(reader.report, "logo", node)),
        icon: reader
            .node("icon")
            .and_then(|node| media::path(reader.report, "icon", node)),
        feeds: reader
            .table("feeds")
            .map_or_else(FeedSettings::default, |table| {
                feeds::of_table(&table, &FeedSettings::default())
            }),
        links: reader.list("links", footer_link),
        is_preview: false,
        theme: None,
        tags: labels::vocabulary(reader, Kind::Tag, &languages),
        authors: labels::vocabulary(reader, Kind::Author, &languages),
        redirects: redirects::redirects(reader),
        publisher,
        contact,
        languages,
        title: title.unwrap_or_default(),
        written_base_url: None,
        base_url: base_url?,
        authority: authority?,
        default_language: default_language?,
    };
    reader.finish(&[
        ("name", "title"),
        ("url", "base_url"),
        ("language", "default_language"),
        ("copyright", "rights"),
        ("tz", "timezone"),
    ]);
    Some(site)
}

fn base_url(reader: &Reader<'_, '_>) -> Option<BaseUrl> {
    let text = reader.required_line(
        "base_url",
        "write the address at which the publication is reached, as in `https://press.example.org`",
    )?;
    let base_url = BaseUrl::new(&text);
    base_url
        .map_err(|why| {
            reader
                .error_at("base_url", why)
                .hint("write it as in `https://press.example.org`")
        })
        .ok()
}

fn authority(reader: &Reader<'_, '_>) -> Option<Authority> {
    let name = reader.required_line("id_authority", "write a domain name of yours, as in `example.org`; it becomes part of every id and never changes");
    let hint =
        "write, in quotes, a year in which that name was yours, as in `\"2026\"`; it never changes";
    let date = reader.required_line("id_authority_date", hint);
    let (name, date) = (name?, date?);
    let authority = Authority::new(&name, &date);
    if authority.is_none() && Authority::new("example.org", &date).is_none() {
        reader
            .error_at(
                "id_authority_date",
                format!("`{date}` is no year, month or day"),
            )
            .hint(hint);
    } else if authority.is_none() {
        let message = format!("`{name}` is no domain name or e-mail address");
        reader
            .error_at("id_authority", message)
            .hint(ascii_spelling(&name).map_or_else(
                || "write it as in `example.org`".to_owned(),
                |ascii| format!("write it in its ASCII spelling, `{ascii}`"),
            ));
    }
    authority
}

/// A domain name in any script as the domain name system has it: `xn--e1afmkfd.xn--p1ai`.
fn ascii_spelling(name: &str) -> Option<String> {
    match url::Host::parse(name).ok()? {
        url::Host::Domain(ascii) if ascii != name && ascii.contains('.') => Some(ascii),
        _ => None,
    }
}

/// An authority that items were published under stays.
fn keep_authority(reader: &Reader<'_, '_>, new: Option<&Authority>, held: Option<&Authority>) {
    let Some((new, held)) = new.zip(held).filter(|(new, held)| new != held) else {
        return;
    };
    let (name, date) = (held.name(), held.date());
    let message =
        format!("the id of every published item begins with `{name},{date}`, which never changes");
    let key = if new.name() == name {
        "id_authority_date"
    } else {
        "id_authority"
    };
    reader.error_at(key, message).hint(format!(
        "put `id_authority = \"{name}\"` and `id_authority_date = \"{date}\"` back"
    ));
}

fn timezone(reader: &Reader<'_, '_>) -> Tz {
    let Some(name) = reader.line("timezone") else {
        return Tz::UTC;
    };
    name.parse().unwrap_or_else(|_| {
        let reported = reader.error_at(
            "timezone",
            format!("`{name}` is no time zone of the IANA database"),
        );
        let near = nearest(&name, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
        reported.hint(near.map_or_else(
            || "write it as in `Europe/Vienna`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        ));
        Tz::UTC
    })
}

fn language(reader: &Reader<'_, '_>, key: &'static str) -> Option<Language> {
    let tag = reader.line(key)?;
    let language = Language::new(&tag);
    if language.is_none() {
        reader
            .error_at(key, format!("`{tag}` is no language tag"))
            .hint("write it as in `en` or `sr-Latn`");
    }
    language
}

fn publisher(reader: &Reader<'_, '_>, title: &str) -> Publisher {
    let Some(table) = reader.table("publisher") else {
        return Publisher {
            name: title.to_owned(),
            url: None,
            logo: None,
        };
    };
    let publisher = Publisher {
        name: table.line("name").unwrap_or_else(|| title.to_owned()),
        url: table.url("url"),
        logo: table
            .node("logo")
            .and_then(|node| media::path(table.report, "logo", node)),
    };
    table.finish(&[]);
    publisher
}

fn languages(reader: &Reader<'_, '_>, default: &Language) -> Vec<(Language, Voice)> {
    let Some(table) = reader.table("languages") else {
        return Vec::new();
    };
    if table.all().len() > LANGUAGES_MAX {
        reader.error_at(
            "languages",
            format!("there are more than {LANGUAGES_MAX} languages"),
        );
        return Vec::new();
    }
    let mut languages: Vec<(Language, Voice)> = Vec::new();
    for field in table.all() {
        let Some((language, wording)) = further_language(&table, field, default) else {
            continue;
        };
        if languages.iter().any(|(listed, _)| *listed == language) {
            let message = format!("the language `{language}` is here twice");
            let reported = table.report.error(field.key_span.clone(), message);
            reported.hint(format!("keep one table `[languages.{language}]`"));
            continue;
        }
        languages.push((language, wording));
    }
    languages
}

fn further_language(
    table: &Reader<'_, '_>,
    field: &Field<'_>,
    default: &Language,
) -> Option<(Language, Voice)> {
    let Some(language) = Language::new(&field.key) else {
        let message = format!("`{}` is no language tag", field.key);
        table
            .report
            .error(field.key_span.clone(), message)
            .hint("write it as in `ru` or `sr-Latn`");
        return None;
    };
    if language == *default {
        let message = format!("`{language}` is the default language");
        let reported = table.report.error(field.key_span.clone(), message);
        reported.hint(
            "its texts are the site's own `title` and `description`; list further languages only",
        );
        return None;
    }
    let reader = Reader::of(table.report, &field.node)?;
    let has_links = reader.field("links").is_some();
    let voice = Voice {
        words: Wording {
            title: reader.line("title"),
            description: reader.line("description"),
        },
        publisher: named(&reader, "publisher"),
        contact: named(&reader, "contact"),
        rights: reader.line("rights"),
        links: has_links.then(|| reader.list("links", footer_link)),
    };
    reader.finish_slid(&SITE_KEYS);
    reader.finish(&[("name", "title"), ("copyright", "rights")]);
    Some((language, voice))
}

/// The name in a table that has no other key: all else is the same in every language.
fn named(reader: &Reader<'_, '_>, key: &'static str) -> Option<String> {
    let table = reader.table(key)?;
    let name = table.line("name");
    table.finish(&[("title", "name")]);
    name
}

fn footer_link(report: &Report<'_>, _: &str, node: &Node<'_>) -> Option<FooterLink> {
    let reader = Reader::of(report, node)?;
    let title = reader.required_line("title", "write what the link says");
    let url = reader
        .required_line("url", "write where it leads")
        .filter(|url| {
            let absolute = url::Url::parse(url)
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "mailto"));
            let is_link = absolute || (url.starts_with('/') && !url.starts_with("//"));
            if !is_link {
                reader.error_at(
                    "url",
                    format!(
                        "`{url}` is neither an absolute address nor a path that begins with `/`"
                    ),
                );
            }
            is_link
        });
    reader.finish(&[("name", "title"), ("href", "url")]);
    Some(FooterLink {
        title: title?,
        url: url?,
    })
}
