//! Where old addresses of the publication lead: what `[redirects]` in `site.toml` says (docs/http.md, “Redirects”).

use std::collections::BTreeMap;

/// Old addresses below the base URL, with the paths that took their places. No path is an old address, too: a reader
/// goes one step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redirects {
    by_address: BTreeMap<String, String>,
}

impl Redirects {
    /// Takes old addresses (`/feed/`, `/?feed=rss2`) with paths. Of an address that ends with a slash, and so does its
    /// path, everything below leads to the same below the path.
    pub fn new(by_address: BTreeMap<String, String>) -> Self {
        Self { by_address }
    }

    /// Where a path with a query leads, as the two were written together.
    pub fn of_query(&self, path: &str, query: &str) -> Option<&str> {
        if self.by_address.is_empty() {
            return None;
        }
        let address = format!("{path}?{query}");
        self.by_address.get(&address).map(String::as_str)
    }

    /// Where a path leads: by itself, else with the innermost folder that leads somewhere.
    pub fn of_path(&self, path: &str) -> Option<String> {
        if let Some(target) = self.by_address.get(path) {
            return Some(target.clone());
        }
        let slashes = path.rmatch_indices('/');
        let mut folders = slashes.map(|(at, _)| path.split_at(at + 1));
        folders.find_map(|(folder, rest)| {
            let target = self.by_address.get(folder)?;
            target.ends_with('/').then(|| format!("{target}{rest}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_a_folder_goes_along() {
        let pairs = [
            ("/old/", "/new/"),
            ("/old/deep/", "/other/"),
            ("/old/rss.xml", "/all/rss.xml"),
            ("/feed/", "/rss.xml"),
            ("/?feed=rss2", "/rss.xml"),
        ];
        let pairs = pairs.map(|(old, new)| (old.to_owned(), new.to_owned()));
        let redirects = Redirects::new(BTreeMap::from(pairs));
        for (path, target) in [
            ("/old/", Some("/new/")),
            ("/old/a/b", Some("/new/a/b")),
            ("/old/deep/a", Some("/other/a")),
            ("/old/rss.xml", Some("/all/rss.xml")),
            ("/feed/", Some("/rss.xml")),
            ("/feed/atom/", None),
            ("/older/", None),
            ("/", None),
        ] {
            assert_eq!(redirects.of_path(path).as_deref(), target, "{path}");
        }
        assert_eq!(redirects.of_query("/", "feed=rss2"), Some("/rss.xml"));
        assert_eq!(redirects.of_query("/", "feed=rss"), None);
    }
}
