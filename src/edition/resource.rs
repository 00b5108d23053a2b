//! One URL as it is served: its version, the fields of its answers, and its bytes.

pub mod discovery;

use crate::edition::fields::{
    self, BARE_POLICY, FEED_POLICY, PAGE_POLICY, PDF_POLICY, SANDBOX_POLICY, common, disposition,
    link, value,
};
use crate::edition::representation::Representations;
use crate::edition::route::Route;
use crate::edition::version::Version;
use crate::newsroom::site::Format;
use crate::text::date::imf_fixdate;
use crate::text::slug::Slug;
use bytes::Bytes;
use http::StatusCode;
use http::header::{self, HeaderMap, HeaderValue};

/// One URL as it is served. Everything that does not depend on the request is made beforehand.
#[derive(Debug)]
pub struct Resource {
    route: Route,
    status: StatusCode,
    version: Option<Version>,
    view: View,
    document_view: Option<View>,
    content: Content,
}

/// The bytes of a resource.
#[derive(Debug)]
pub enum Content {
    /// Text in several codings.
    Text(Representations),
    /// A file, never coded (docs/http.md, “Media”).
    File {
        /// Its size in bytes.
        length: u64,
    },
}

/// One way in which a resource presents itself: its tag, and the fields of 200 and 304. A feed has a second one for
/// browsers that open it as a document (docs/http.md, “A feed in a browser”).
#[derive(Debug)]
pub struct View {
    /// The opaque tag, `.d` included; `None` for what has no version.
    pub tag: Option<String>,
    /// Whether the tag is weak.
    pub is_weak: bool,
    /// The fields of an answer with a body.
    pub fields: HeaderMap,
    /// The fields of a 304 (RFC 9110, section 15.4.5; docs/http.md, “Conditional requests”).
    pub fields_not_modified: HeaderMap,
}

/// What a feed's resource is made of.
#[derive(Debug)]
pub struct FeedFields {
    /// Its format.
    pub format: Format,
    /// The document.
    pub document: Representations,
    /// Its version.
    pub version: Version,
    /// How long a copy is fresh.
    pub max_age_seconds: u32,
    /// Absolute URLs and their relations, for the `Link` field.
    pub links: Vec<(String, &'static str)>,
    /// Its one language; `None` where there are several.
    pub language: Option<String>,
    /// What a saved copy is called, without extension.
    pub file_name: Slug,
    /// Whether browsers get a view of their own.
    pub browser_view: bool,
}

/// What a page's resource is made of.
#[derive(Debug)]
pub struct PageFields {
    /// The document.
    pub body: String,
    /// Its version.
    pub version: Version,
    /// The address that stands for it.
    pub canonical: Option<String>,
    /// The absolute URLs of its feeds, and their media types.
    pub feeds: Vec<(String, &'static str)>,
    /// Its language.
    pub language: String,
}

/// What a media file's resource is made of.
#[derive(Debug)]
pub struct MediaFields {
    /// Its media type, from the list of those that are served.
    pub media_type: &'static str,
    /// Its version.
    pub version: Version,
    /// Its size in bytes.
    pub length: u64,
    /// Whether the URL has the hash in it.
    pub named_by_hash: bool,
    /// Whether browsers show it rather than save it.
    pub is_inline: bool,
    /// What a saved copy is called.
    pub file_name: String,
}

impl Resource {
    /// A feed.
    pub fn feed(feed: FeedFields) -> Self {
        let policy = match feed.format {
            Format::Rss | Format::Atom => FEED_POLICY,
            Format::Json => SANDBOX_POLICY,
        };
        let mut base = common(Route::Feed, policy);
        let fresh = feed.max_age_seconds;
        let stale = "stale-while-revalidate=900, stale-if-error=86400";
        base.insert(
            header::CACHE_CONTROL,
            value(&format!("max-age={fresh}, {stale}")),
        );
        let has_document_view = feed.browser_view && feed.format != Format::Json;
        let vary = if has_document_view {
            "accept-encoding, sec-fetch-dest"
        } else {
            "accept-encoding"
        };
        base.insert(header::VARY, HeaderValue::from_static(vary));
        let links: Vec<String> = feed
            .links
            .iter()
            .map(|(url, relation)| link(url, relation, ""))
            .collect();
        let mut shown = HeaderMap::new();
        shown.insert(header::LINK, value(&links.join(", ")));
        shown.extend(
            feed.language
                .as_deref()
                .map(|language| (header::CONTENT_LANGUAGE, value(language))),
        );
        let disposition = format!(
            "inline; filename=\"{}.{}\"",
            feed.file_name,
            feed.format.word()
        );
        shown.insert(header::CONTENT_DISPOSITION, value(&disposition));
        let make = |media_type: &'static str, suffix: &str| {
            View::new(
                &base,
                &shown,
                media_type,
                Some((&feed.version, suffix, true)),
            )
        };
        let (own, document) = match feed.format {
            Format::Rss => (
                "application/rss+xml; charset=utf-8",
                Some("application/xml; charset=utf-8"),
            ),
            Format::Atom => (
                "application/atom+xml; charset=utf-8",
                Some("application/xml; charset=utf-8"),
            ),
            Format::Json => ("application/feed+json", None),
        };
        Self {
            route: Route::Feed,
            status: StatusCode::OK,
            view: make(own, ""),
            document_view: document
                .filter(|_| has_document_view)
                .map(|media_type| make(media_type, ".d")),
            content: Content::Text(feed.document),
            version: Some(feed.version),
        }
    }

    /// A page.
    pub fn page(page: PageFields) -> Self {
        let mut base = common(Route::Page, PAGE_POLICY);
        let fresh = "max-age=300, stale-while-revalidate=300, stale-if-error=86400";
        base.insert(header::CACHE_CONTROL, HeaderValue::from_static(fresh));
        base.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        let canonical = page.canonical.iter().map(|url| link(url, "canonical", ""));
        let feeds = page
            .feeds
            .iter()
            .map(|(url, kind)| link(url, "alternate", &format!("; type=\"{kind}\"")));
        let links: Vec<String> = canonical.chain(feeds).collect();
        let mut shown = HeaderMap::new();
        shown.insert(header::LINK, value(&links.join(", ")));
        shown.insert(header::CONTENT_LANGUAGE, value(&page.language));
        Self {
            route: Route::Page,
            status: StatusCode::OK,
            view: View::new(&base, &shown, HTML, Some((&page.version, "", true))),
            document_view: None,
            content: Content::Text(Representations::of(page.body.into())),
            version: Some(page.version),
        }
    }

    /// The page of a canceled item: 410 with its public notice.
    pub fn gone_page(body: String, language: &str) -> Self {
        let mut base = common(Route::Page, PAGE_POLICY);
        base.insert(header::CACHE_CONTROL, cache_control(StatusCode::GONE));
        let mut shown = HeaderMap::new();
        shown.insert(header::CONTENT_LANGUAGE, value(language));
        Self {
            route: Route::Page,
            status: StatusCode::GONE,
            version: None,
            view: View::new(&base, &shown, HTML, None),
            document_view: None,
            content: Content::Text(Representations::of(body.into())),
        }
    }

    /// A stylesheet, under a name with its hash or under a plain one. `changed_at` is in seconds since 1970.
    pub fn stylesheet(body: Bytes, named_by_hash: bool, changed_at: i64) -> Self {
        let mut base = common(Route::Asset, BARE_POLICY);
        let fresh = if named_by_hash {
            "max-age=31536000, immutable"
        } else {
            "max-age=300"
        };
        base.insert(header::CACHE_CONTROL, HeaderValue::from_static(fresh));
        base.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        let version = Version::of(&body, Some(changed_at));
        Self {
            route: Route::Asset,
            status: StatusCode::OK,
            view: View::new(
                &base,
                &HeaderMap::new(),
                "text/css; charset=utf-8",
                Some((&version, "", true)),
            ),
            document_view: None,
            content: Content::Text(Representations::of(body)),
            version: Some(version),
        }
    }

    /// A file of the media folder.
    pub fn media(media: MediaFields) -> Self {
        // Browsers show no PDF in a sandbox.
        let policy = match media.media_type {
            "application/pdf" => PDF_POLICY,
            _ => SANDBOX_POLICY,
        };
        let mut base = common(Route::Media, policy);
        let fresh = if media.named_by_hash {
            "max-age=43200, stale-while-revalidate=43200, no-transform"
        } else {
            "max-age=300, no-transform"
        };
        base.insert(header::CACHE_CONTROL, HeaderValue::from_static(fresh));
        let mut shown = HeaderMap::new();
        shown.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        let disposition = disposition(media.is_inline, &media.file_name);
        shown.insert(header::CONTENT_DISPOSITION, value(&disposition));
        Self {
            route: Route::Media,
            status: StatusCode::OK,
            view: View::new(
                &base,
                &shown,
                media.media_type,
                Some((&media.version, "", false)),
            ),
            document_view: None,
            content: Content::File {
                length: media.length,
            },
            version: Some(media.version),
        }
    }

    /// What kind of route it has.
    pub fn route(&self) -> Route {
        self.route
    }

    /// 200, or 410 for the notice of a canceled item.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Its version; `None` for what is no 200.
    pub fn version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    /// How it presents itself: to a browser that opens it as a document, or to everybody else.
    pub fn view(&self, as_document: bool) -> &View {
        self.document_view
            .as_ref()
            .filter(|_| as_document)
            .unwrap_or(&self.view)
    }

    /// Its bytes.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// About how many bytes of memory it takes, with the codings that it has from the start.
    pub fn bytes(&self) -> u64 {
        let texts = match &self.content {
            Content::Text(representations) => representations.bytes(),
            Content::File { .. } => 0,
        };
        FIELDS_BYTES + texts
    }

    /// Makes the codings that it went live without.
    pub fn complete(&self) {
        if let Content::Text(representations) = &self.content {
            representations.complete();
        }
    }
}

/// The fields of a resource take about so much memory.
const FIELDS_BYTES: u64 = 4096;

const HTML: &str = "text/html; charset=utf-8";

impl View {
    /// Joins the fields of every answer with those of one that shows the resource.
    fn new(
        base: &HeaderMap,
        shown: &HeaderMap,
        media_type: &'static str,
        version: Option<(&Version, &str, bool)>,
    ) -> Self {
        // A 304 says again what may have changed; the policy stays with what is stored (docs/http.md, “Conditional
        // requests”).
        let mut not_modified = base.clone();
        let policy = not_modified.remove(header::CONTENT_SECURITY_POLICY);
        let mut tag = None;
        let mut is_weak = true;
        if let Some((version, suffix, weak)) = version {
            let opaque = format!("{}{suffix}", version.tag());
            let prefix = if weak { "W/" } else { "" };
            not_modified.insert(header::ETAG, value(&format!("{prefix}\"{opaque}\"")));
            let date = version
                .last_modified()
                .map(|seconds| value(&imf_fixdate(seconds)));
            not_modified.extend(date.map(|date| (header::LAST_MODIFIED, date)));
            tag = Some(opaque);
            is_weak = weak;
        }
        let mut fields = not_modified.clone();
        fields.extend(policy.map(|policy| (header::CONTENT_SECURITY_POLICY, policy)));
        fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        fields.extend(
            shown
                .iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        Self {
            tag,
            is_weak,
            fields,
            fields_not_modified: not_modified,
        }
    }
}

/// `Cache-Control` of an answer that is no success (docs/http.md, “What each resource answers”).
pub fn cache_control(status: StatusCode) -> HeaderValue {
    HeaderValue::from_static(match status {
        StatusCode::MOVED_PERMANENTLY => "max-age=3600",
        StatusCode::NOT_FOUND => "max-age=30",
        StatusCode::GONE => "max-age=300",
        _ => "no-store",
    })
}

/// The fields of an answer of a route that is no success.
pub fn error_fields(route: Route, status: StatusCode) -> HeaderMap {
    let mut fields = common(route, BARE_POLICY);
    fields.insert(header::CACHE_CONTROL, cache_control(status));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        fields.insert(header::ALLOW, fields::allow(route));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        fields.insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
    }
    fields
}
