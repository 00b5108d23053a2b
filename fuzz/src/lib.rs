//! What the fuzz targets share: a publication made of texts, and requests to its edition. What they know of the
//! product's inner interfaces is here and in the fixture of the tests.

#[path = "../../tests/it/fixture.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod fixture;

use chrono::{DateTime, Utc};
use fixture::{NOW, Publication};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri, header};
use std::sync::{Arc, LazyLock};
use tidings::edition::Edition;
use tidings::feed::{self, Shown, content};
use tidings::newsroom::entry::{Entry, page_of};
use tidings::newsroom::item::Item;
use tidings::newsroom::parse;
use tidings::newsroom::parse::{File, Parsed};
use tidings::newsroom::parse::form::Form;
use tidings::newsroom::place::{Place, Scope};
use tidings::newsroom::site::Format;
use tidings::page::{self, item::Around};
use tidings::respond::{self, Outcome, Payload};
use tidings::source::content_hash;

/// The path of the feed that headers are tried on.
pub const FEED: &str = "/rss.xml";

/// The id of the item that nobody may see at the fixture's instant, and a part of all its paths.
pub const SECRET: &str = "secret";

/// The base URLs of the two editions: one at the root of its host, one below a path.
pub const BASE_URLS: [&str; 2] = [
    "https://press.example.org",
    "https://press.example.org/press",
];

/// The editions of one publication at each of [`BASE_URLS`], with every coding made.
pub static EDITIONS: LazyLock<[Edition; 2]> = LazyLock::new(|| {
    BASE_URLS.map(|base_url| {
        let edition = publication(base_url).edition();
        edition
            .resources()
            .for_each(|(_, resource)| resource.complete());
        edition
    })
});

/// The publication that items are read into.
static PUBLICATION: LazyLock<Publication> = LazyLock::new(|| publication(BASE_URLS[0]));

/// A site in two languages that says all that a feed can carry, with sections and three items.
fn publication(base_url: &str) -> Publication {
    let site = format!(
        "title = \"Example & <Sons>\"\nbase_url = \"{base_url}\"\nid_authority = \"example.org\"\n\
         id_authority_date = \"2022\"\ntimezone = \"Europe/Vienna\"\nrights = \"© Example\"\n\
         license = \"https://creativecommons.org/licenses/by/4.0/\"\nlogo = \"photo.jpg\"\nicon = \"photo.jpg\"\n\
         [contact]\nname = \"Press\"\nemail = \"press@example.org\"\n[languages.ru]\ntitle = \"Пример\"\n"
    );
    let words = "Some words that repeat and repeat. ".repeat(40);
    let open = format!(
        "title = \"Open\"\ndate = 2026-03-01\naliases = [\"/old/path/\", \"/news/was\"]\nbody = \"{words}\"\n"
    );
    let canceled = "title = \"C\"\ndate = 2026-03-01\nstatus = \"canceled\"\nstatus_note = \"n\"\n\
                    aliases = [\"/gone/\"]\nbody = \"b\"\n";
    let secret = "title = \"S\"\ndate = 2027-03-01\naliases = [\"/secret-alias/\", \"/old/path/\"]\nbody = \"b\"\n";
    let files = [
        ("news/open.toml", open.as_str()),
        ("news/canceled.toml", canceled),
        ("news/secret.toml", secret),
        ("documents/section.toml", ""),
        ("statements/section.toml", ""),
        ("media-about-us/section.toml", "syndicated = true\n"),
    ];
    let publication = Publication::of(&site, &files, NOW);
    assert!(
        publication.problems.is_empty(),
        "{:#?}",
        publication.problems
    );
    publication
}

/// Reads the text of an item file of the publication. The file's name gives it date, slug and id.
pub fn read_item(form: Form, text: &str) -> Parsed {
    let newsroom = &PUBLICATION.newsroom;
    let path = item_path(form);
    parse::item::read(
        &File {
            path,
            form,
            text,
            id: None,
        },
        newsroom.site(),
        newsroom.sections(),
    )
}

/// The path of the file that [`read_item`] reads.
pub fn item_path(form: Form) -> &'static str {
    match form {
        Form::Toml => "news/2026-03-01-item.toml",
        Form::Json => "news/2026-03-01-item.json",
        Form::Markdown => "news/2026-03-01-item.md",
    }
}

/// The feed documents with an item alone, whatever its state, in each format. They are not compressed, which would
/// take a third of the time.
///
/// # Panics
///
/// Where the item's page cannot be made.
pub fn documents(item: Item, form: Form) -> [(Format, String); 3] {
    let tree = PUBLICATION.newsroom.site().tree_of(&item.language);
    let site = PUBLICATION.newsroom.site();
    let media = content::media_references(&item.body, site, &page_of(&item, site));
    let entry = Entry::of(&item, item_path(form).into(), content_hash(""), site, media);
    let shown = Shown {
        entry: Arc::new(entry),
        item: Arc::new(item),
    };
    let place = Place {
        tree,
        scope: Scope::All,
    };
    let context = PUBLICATION.context();
    page::item::render(context, &shown, &Around::default()).expect("an item has a page");
    let item = feed::build::of_item(context, &shown);
    let feed = feed::build::of_place(context, &place, vec![item], None);
    assert_eq!(feed.items.len(), 1, "an item is in its feed");
    Format::ALL.map(|format| {
        let document = match format {
            Format::Rss => feed::rss::write(&feed),
            Format::Atom => feed::atom::write(&feed),
            Format::Json => feed::json::write(&feed),
        };
        (format, document)
    })
}

/// The opaque tag of [`FEED`].
pub fn tag() -> &'static str {
    let resource = EDITIONS[0].resource(FEED).expect("the edition has feeds");
    resource.version().expect("a feed has a version").tag()
}

/// The uncompressed bytes of [`FEED`].
pub fn identity() -> &'static [u8] {
    static IDENTITY: LazyLock<String> = LazyLock::new(|| fixture::body(&EDITIONS[0], FEED));
    IDENTITY.as_bytes()
}

/// The field lines that bytes stand for, one a line. What no field may hold is left out, as it is by hyper.
pub fn field_lines(bytes: &[u8]) -> Vec<HeaderValue> {
    bytes
        .split(|byte| *byte == b'\n')
        .filter_map(|line| HeaderValue::from_bytes(line).ok())
        .collect()
}

/// The answer to GET for [`FEED`] with lines of one field.
///
/// # Panics
///
/// Where there is no answer.
pub fn get(name: &HeaderName, lines: &[HeaderValue], as_document: bool) -> Response<Payload> {
    let mut head = head(Method::GET, Uri::from_static(FEED));
    for line in lines {
        head.headers.append(name, line.clone());
    }
    if as_document {
        head.headers
            .insert("sec-fetch-dest", HeaderValue::from_static("document"));
    }
    match ask(&head, &EDITIONS[0]) {
        Outcome::Answer(answer) => answer.response,
        Outcome::Make(key) => panic!("a feed is ready, and {key:?} is to be made"),
    }
}

/// The head of a request.
pub fn head(method: Method, uri: Uri) -> Parts {
    let request = Request::builder().method(method).uri(uri);
    let request = request.header(header::HOST, "press.example.org").body(());
    request
        .expect("its parts are valid by their types")
        .into_parts()
        .0
}

/// Asks an edition at the fixture's instant.
pub fn ask(head: &Parts, edition: &Edition) -> Outcome {
    respond::respond(head, edition, now())
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).expect("the fixture's instant is one")
}
