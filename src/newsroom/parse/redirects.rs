//! The table `[redirects]` of `site.toml`: old addresses, and where they lead.

use crate::newsroom::parse::identity::{has_dot_segment, is_plain_path};
use crate::newsroom::parse::reader::{Reader, line};
use crate::newsroom::parse::tree::Field;
use crate::newsroom::redirects::Redirects;
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;

/// The most old addresses: a site's whole past fits, and a look-up stays one.
const REDIRECTS_MAX: usize = 100_000;

/// The longest old address, in bytes: no longer one is asked for.
const ADDRESS_BYTES_MAX: usize = 8_000;

/// Reads the table.
pub fn redirects(reader: &Reader<'_, '_>) -> Redirects {
    let Some(table) = reader.table("redirects") else {
        return Redirects::default();
    };
    if table.all().len() > REDIRECTS_MAX {
        let message = format!("there are more than {REDIRECTS_MAX} redirects");
        let reported = reader.error_at("redirects", message);
        reported.hint("let a folder lead to a folder: everything below goes along");
        return Redirects::default();
    }
    let mut redirects = BTreeMap::new();
    let mut places = Vec::new();
    for field in table.all() {
        if let Some((old, path)) = one(&table, field) {
            places.push((field.node.span.clone(), path.clone()));
            redirects.insert(old, path);
        }
    }
    for (place, path) in places {
        if let Some(next) = redirects.get(&path) {
            let message = format!("`{path}` leads on to `{next}`");
            let reported = table.report.error(place, message);
            reported.hint(format!("write `{next}` here: readers go one step"));
        }
    }
    Redirects::new(redirects)
}

fn one(table: &Reader<'_, '_>, field: &Field<'_>) -> Option<(String, String)> {
    let old = address(&field.key);
    if old.is_none() {
        let message = format!("`{}` is no address of this publication", field.key);
        let reported = table.report.error(field.key_span.clone(), message);
        reported.hint("write it from the root, in quotes, as in `\"/feed/\"` or `\"/?feed=rss2\"`");
    }
    let path = line(table.report, "redirects", &field.node)?;
    if !is_plain_path(&path) && path != "/" {
        let message = format!("`{path}` is no path of this publication");
        let reported = table.report.error(field.node.span.clone(), message);
        reported.hint("write it from the root, as in `/rss.xml` or `/news/`");
        return None;
    }
    Some((old?, path))
}

/// An old address as a request is looked up: its path decoded, its query as it is.
fn address(written: &str) -> Option<String> {
    let (path, query) = match written.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (written, None),
    };
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let is_address = path.starts_with('/')
        && !path.contains("//")
        && !has_dot_segment(&path)
        && !path.contains(char::is_control)
        && (path.len() > 1 || query.is_some())
        && written.len() <= ADDRESS_BYTES_MAX
        && !written.contains(['#', '\\', ' ']);
    let address = match query {
        Some(query) => format!("{path}?{query}"),
        None => path.into_owned(),
    };
    is_address.then_some(address)
}
