//! What crawlers are told (RFC 9309; docs/http.md, “Lists for programs”).

use super::sitemap;
use crate::newsroom::site::Site;

/// Everything may be read, and the sitemaps are here.
pub fn render(site: &Site) -> String {
    let all = site.base_url.join(sitemap::PATH);
    let news = site.base_url.join(sitemap::NEWS_PATH);
    format!("User-agent: *\nAllow: /\n\nSitemap: {all}\nSitemap: {news}\n")
}
