//! The fields that do not depend on the request (docs/http.md, “What each resource answers”).

use crate::edition::route::Route;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// `Cross-Origin-Resource-Policy` (Fetch standard).
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

/// What a feed may do in a browser: show styles and pictures, run nothing.
pub const FEED_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src * data:; media-src *; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'; sandbox allow-popups allow-top-navigation-by-user-activation",
);

/// What a page may do: nothing inline, nothing from elsewhere but pictures and sound.
pub const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self' https: data:; media-src 'self' https:; font-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// What a document without a view of its own may do.
pub const SANDBOX_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// What a PDF may do: be shown by the browser's own viewer.
pub const PDF_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
);

/// Whether a file is shown or saved, and what a saved copy is called (RFC 6266, section 4.3). A name that is not ASCII
/// comes twice: once for programs that know no other letters.
pub fn disposition(is_inline: bool, file_name: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    // The characters of `attr-char` (RFC 8187, section 3.2.1).
    const EXTENDED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'!')
        .remove(b'#')
        .remove(b'$')
        .remove(b'&')
        .remove(b'+')
        .remove(b'-')
        .remove(b'.')
        .remove(b'^')
        .remove(b'_')
        .remove(b'`')
        .remove(b'|')
        .remove(b'~');
    let kind = if is_inline { "inline" } else { "attachment" };
    // Quotation marks, backslashes and percent signs are read in different ways by different browsers.
    let is_plain = |c: char| (c == ' ' || c.is_ascii_graphic()) && !"\"\\%".contains(c);
    if file_name.is_empty() {
        return kind.to_owned();
    }
    let plain: String = file_name
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    let mut text = format!("{kind}; filename=\"{plain}\"");
    if plain != file_name {
        text.push_str("; filename*=UTF-8''");
        text.extend(utf8_percent_encode(file_name, EXTENDED));
    }
    text
}

/// What an error or a stylesheet may do.
pub const BARE_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'");

/// The methods of a route, for `Allow`.
pub fn allow(route: Route) -> HeaderValue {
    HeaderValue::from_static(if has_options(route) {
        "GET, HEAD, OPTIONS"
    } else {
        "GET, HEAD"
    })
}

/// Whether OPTIONS is answered on a route.
pub fn has_options(route: Route) -> bool {
    match route {
        Route::Feed | Route::Page | Route::Media | Route::Opml => true,
        Route::Asset | Route::Sitemap => false,
    }
}

/// Whether scripts of other origins may read a route (the CORS column).
pub fn is_shared(route: Route) -> bool {
    match route {
        Route::Feed | Route::Asset | Route::Media | Route::Opml => true,
        Route::Page | Route::Sitemap => false,
    }
}

/// The fields that every answer of a route carries, whatever its status.
pub fn common(route: Route, policy: HeaderValue) -> HeaderMap {
    let mut fields = HeaderMap::with_capacity(16);
    fields.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    fields.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("strict-origin-when-cross-origin"),
    );
    fields.insert(header::CONTENT_SECURITY_POLICY, policy);
    if is_shared(route) {
        share(&mut fields);
        fields.insert(
            CROSS_ORIGIN_RESOURCE_POLICY,
            HeaderValue::from_static("cross-origin"),
        );
    }
    fields
}

fn share(fields: &mut HeaderMap) {
    let exposed = "ETag, Link, Retry-After, IM, Delta-Base, Date, Age";
    fields.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    fields.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(exposed),
    );
}

/// A field's value of text that we made: visible ASCII alone, with anything else percent-encoded (docs/http.md, “What
/// goes into fields”).
pub fn value(text: &str) -> HeaderValue {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~');
    let safe: String = if text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        percent_encoding::utf8_percent_encode(text, percent_encoding::CONTROLS).to_string()
    };
    HeaderValue::from_str(&safe).unwrap_or(HeaderValue::from_static(""))
}

/// One link of a `Link` field (RFC 8288): its target, relation and parameters.
pub fn link(target: &str, relation: &str, parameters: &str) -> String {
    use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
    // docs/http.md, “What goes into fields”: what would end the target or the member. A URL has none of them unescaped.
    const UNSAFE: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'<')
        .add(b'>')
        .add(b'"')
        .add(b',')
        .add(b';');
    format!(
        "<{}>; rel=\"{relation}\"{parameters}",
        utf8_percent_encode(target, UNSAFE)
    )
}
