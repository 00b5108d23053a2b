//! What is known of the files in the media folder.

use std::collections::HashMap;

/// Files up to this size have a hash in their links and for their entity tag; larger ones take size and time
/// (docs/http.md, “Media”).
pub const HASHED_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The type of a file whose name tells none that we serve as such.
pub const UNKNOWN_TYPE: &str = "application/octet-stream";

/// One file of the media folder, as it was last measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaFile {
    /// The path below the folder, with `/` between folders.
    pub path: String,
    /// Size in bytes.
    pub length: u64,
    /// Pixels across and down, of a picture that can be read.
    pub size: Option<(u32, u32)>,
    /// A hash of the bytes; `None` for a file over [`HASHED_BYTES_MAX`].
    pub hash: Option<[u8; 16]>,
}

impl MediaFile {
    /// The path of its URL below the base URL: `/media/photo.1a2b3c4d.jpg`, percent-encoded, with the first four
    /// bytes of the hash in it where there is one.
    pub fn url_path(&self) -> String {
        let Some(hash) = self.hash else {
            return plain_url_path(&self.path);
        };
        let mark = hex8(&hash);
        let folder_end = self.path.rfind('/').map_or(0, |at| at + 1);
        let name = match self.path[folder_end..].rfind('.') {
            Some(dot) => format!(
                "{}.{mark}{}",
                &self.path[..folder_end + dot],
                &self.path[folder_end + dot..]
            ),
            None => format!("{}.{mark}", self.path),
        };
        plain_url_path(&name)
    }

    /// The media type that its name tells.
    pub fn media_type(&self) -> &'static str {
        media_type(&self.path)
    }
}

/// The files that a document shows, by path below the media folder. A path that is not here has no file.
pub type MediaFiles = HashMap<String, MediaFile>;

/// The first four bytes of a hash as eight hexadecimal digits.
pub fn hex8(hash: &[u8; 16]) -> String {
    hash[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The path of the URL of a file as it is called.
pub fn plain_url_path(path: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b'/');
    format!("/media/{}", utf8_percent_encode(path, SEGMENT))
}

/// The media type that a file's name tells, out of the list that we serve as such. Types that a browser would run
/// or interpret (HTML, XML, scripts) are not on it.
pub fn media_type(path: &str) -> &'static str {
    let guessed = mime_guess::from_path(path)
        .first_raw()
        .unwrap_or(UNKNOWN_TYPE);
    let guessed = registered(guessed);
    SERVED
        .iter()
        .find(|served| **served == guessed)
        .copied()
        .unwrap_or(UNKNOWN_TYPE)
}

/// The registered name of a media type that many write otherwise, as it is.
pub fn registered(media_type: &str) -> &str {
    match media_type {
        "audio/m4a" | "audio/x-m4a" | "audio/m4b" | "audio/x-m4b" => "audio/mp4",
        "audio/mp3" | "audio/x-mp3" | "audio/mpeg3" | "audio/x-mpeg" => "audio/mpeg",
        "audio/x-wav" | "audio/wave" | "audio/vnd.wave" => "audio/wav",
        "audio/x-flac" => "audio/flac",
        "audio/x-aac" => "audio/aac",
        "image/jpg" | "image/pjpeg" => "image/jpeg",
        "image/svg" => "image/svg+xml",
        "image/x-png" => "image/png",
        "video/m4v" | "video/x-m4v" => "video/mp4",
        "application/x-pdf" => "application/pdf",
        other => other,
    }
}

/// Whether a media type is shown in the browser rather than saved: pictures, sound, moving pictures and PDF.
pub fn is_shown_inline(media_type: &str) -> bool {
    let is_shown = |kind: &str| media_type.starts_with(kind);
    ["image/", "audio/", "video/", "application/pdf"]
        .into_iter()
        .any(is_shown)
}

const SERVED: [&str; 38] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/svg+xml",
    "image/tiff",
    "image/bmp",
    "image/x-icon",
    "audio/mpeg",
    "audio/mp4",
    "audio/aac",
    "audio/ogg",
    "audio/opus",
    "audio/flac",
    "audio/wav",
    "audio/webm",
    "video/mp4",
    "video/mpeg",
    "video/webm",
    "video/ogg",
    "video/quicktime",
    "text/plain",
    "text/csv",
    "text/vtt",
    "application/pdf",
    "application/zip",
    "application/epub+zip",
    "application/rtf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
];

/// Splits a path with a hash before its extension: `photo.1a2b3c4d.jpg` is `photo.jpg` with that hash.
pub fn without_hash(path: &str) -> Option<(String, &str)> {
    let folder_end = path.rfind('/').map_or(0, |at| at + 1);
    let name = &path[folder_end..];
    let is_hash = |part: &str| {
        part.len() == 8
            && part
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let (stem, last) = name.rsplit_once('.')?;
    if let Some((stem, hash)) = stem
        .rsplit_once('.')
        .filter(|(stem, hash)| is_hash(hash) && !stem.is_empty())
    {
        return Some((format!("{}{stem}.{last}", &path[..folder_end]), hash));
    }
    (is_hash(last) && !stem.is_empty()).then(|| (format!("{}{stem}", &path[..folder_end]), last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_link_carries_the_hash_before_the_extension() {
        let hash = Some([0x1a, 0x2b, 0x3c, 0x4d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let file = |path: &str, hash| MediaFile {
            path: path.to_owned(),
            length: 1,
            size: None,
            hash,
        };
        assert_eq!(
            file("photo.jpg", hash).url_path(),
            "/media/photo.1a2b3c4d.jpg"
        );
        assert_eq!(
            file("a.b/наш файл", hash).url_path(),
            "/media/a.b/%D0%BD%D0%B0%D1%88%20%D1%84%D0%B0%D0%B9%D0%BB.1a2b3c4d"
        );
        assert_eq!(file("film.mp4", None).url_path(), "/media/film.mp4");
    }

    #[test]
    fn a_hash_before_the_extension_is_taken_off() {
        for (path, found) in [
            ("photo.1a2b3c4d.jpg", Some(("photo.jpg", "1a2b3c4d"))),
            ("a/b.c.00000000.tar", Some(("a/b.c.tar", "00000000"))),
            ("name.1a2b3c4d", Some(("name", "1a2b3c4d"))),
            ("photo.jpg", None),
            ("photo.1A2B3C4D.jpg", None),
            (".1a2b3c4d.jpg", None),
            ("photo", None),
        ] {
            let found = found.map(|(path, hash)| (path.to_owned(), hash));
            assert_eq!(without_hash(path), found, "{path}");
        }
    }

    #[test]
    fn types_that_a_browser_runs_are_not_served_as_such() {
        for (path, served) in [
            ("a.JPG", "image/jpeg"),
            ("a.pdf", "application/pdf"),
            ("a.mp3", "audio/mpeg"),
            ("a.m4a", "audio/mp4"),
            ("a.M4B", "audio/mp4"),
            ("a.m4v", "video/mp4"),
            ("a.wav", "audio/wav"),
            ("a.flac", "audio/flac"),
            ("a.aac", "audio/aac"),
            ("a.html", UNKNOWN_TYPE),
            ("a.js", UNKNOWN_TYPE),
            ("a.xml", UNKNOWN_TYPE),
            ("a", UNKNOWN_TYPE),
        ] {
            assert_eq!(media_type(path), served, "{path}");
        }
    }
}
