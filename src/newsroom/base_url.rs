//! Where a publication is reached.

use url::Url;

/// The address of the publication's root: an `http` or `https` URL without query and without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    path_at: usize,
}

impl BaseUrl {
    /// Takes an absolute URL; a path is allowed, a trailing slash is cut.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong with the address.
    pub fn new(text: &str) -> Result<Self, String> {
        let url = Url::parse(text)
            .map_err(|error| format!("`{text}` is not an absolute URL: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(format!("`{text}` is not an `http` or `https` address"));
        }
        if url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some()
        {
            return Err(format!("`{text}` has a user, a query or a fragment"));
        }
        let path = url.path().trim_end_matches('/');
        let plain = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~')
        };
        if !path.bytes().all(plain) || path.contains("//") {
            return Err(format!(
                "the path of `{text}` has other characters than letters, digits and `-_.~`"
            ));
        }
        let origin = url.origin().ascii_serialization();
        Ok(Self {
            path_at: origin.len(),
            text: format!("{origin}{path}"),
        })
    }

    /// The whole address without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.text[..self.path_at]
    }

    /// The path before every route: empty, or `/press`.
    pub fn path(&self) -> &str {
        &self.text[self.path_at..]
    }

    /// The absolute URL of a path below the root, which begins with `/`.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_an_origin_and_a_path_without_a_trailing_slash() {
        let base = BaseUrl::new("https://Press.Example.org:443/news/").unwrap();
        assert_eq!(
            (base.as_str(), base.origin(), base.path()),
            (
                "https://press.example.org/news",
                "https://press.example.org",
                "/news"
            )
        );
        assert_eq!(
            BaseUrl::new("http://localhost:8080")
                .unwrap()
                .join("/rss.xml"),
            "http://localhost:8080/rss.xml"
        );
    }

    #[test]
    fn a_base_url_without_host_or_with_a_query_is_refused() {
        for bad in [
            "press.example.org",
            "ftp://example.org",
            "https://example.org/?a",
            "https://u@example.org",
            "https://example.org/a b",
            "/x",
        ] {
            assert!(BaseUrl::new(bad).is_err(), "{bad}");
        }
    }
}
