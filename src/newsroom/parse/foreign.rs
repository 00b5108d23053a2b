//! What other programs call our keys.

/// Our keys with other programs' names of them.
const NAMES: [(&str, &[&str]); 22] = [
    ("title", &["headline"]),
    (
        "date",
        &[
            "published",
            "publishDate",
            "publishdate",
            "publish_date",
            "published_at",
            "date_published",
            "pubDate",
            "pubdate",
        ],
    ),
    ("body", &["content", "text", "content_html"]),
    ("id", &["guid", "uid"]),
    ("lang", &["language"]),
    ("translation_key", &["translationKey"]),
    ("subtitle", &["subheadline", "deck"]),
    ("summary", &["description", "excerpt", "lead"]),
    ("short_title", &["linkTitle"]),
    ("tags", &["keywords", "categories", "category"]),
    ("authors", &["author"]),
    (
        "updated",
        &["lastmod", "last_modified_at", "modified", "updatedDate"],
    ),
    ("embargo_until", &["embargo"]),
    ("expires", &["expiryDate", "unpublishdate"]),
    (
        "images",
        &[
            "image",
            "picture",
            "pictures",
            "photo",
            "photos",
            "thumbnail",
            "heroImage",
            "featured_image",
            "featuredImage",
            "cover",
        ],
    ),
    ("attachments", &["enclosure", "files", "downloads"]),
    ("status_note", &["reason"]),
    ("external_url", &["link", "source_url"]),
    ("priority", &["urgency"]),
    ("pinned", &["is_sticky"]),
    ("license", &["licence"]),
    ("aliases", &["redirect_from"]),
];

/// Those names under which other programs have the very same value.
const SAME: [&str; 13] = [
    "description",
    "excerpt",
    "categories",
    "category",
    "keywords",
    "author",
    "language",
    "lastmod",
    "last_modified_at",
    "expiryDate",
    "translationKey",
    "redirect_from",
    "subheadline",
];

/// All names, each with our key.
pub(super) fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let keys = NAMES.iter();
    keys.flat_map(|(ours, theirs)| theirs.iter().map(|theirs| (*theirs, *ours)))
}

/// Our key for another program's with the very same value.
pub(super) fn same(key: &str) -> Option<&'static str> {
    let found = names().find(|(theirs, _)| *theirs == key);
    found.filter(|_| SAME.contains(&key)).map(|(_, ours)| ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_has_a_key_of_ours() {
        for name in SAME {
            assert!(same(name).is_some(), "{name}");
        }
        assert_eq!(same("image"), None);
    }
}
