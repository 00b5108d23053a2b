//! What a file is by its first bytes, whatever its name says.

/// So many bytes of a file tell what it is.
pub const HEAD_BYTES: usize = 64;

/// The media type that the first bytes of a file tell; `None` where they tell none.
pub fn type_of(head: &[u8]) -> Option<&'static str> {
    const STARTS: [(&[u8], &str); 18] = [
        (b"\xFF\xD8\xFF", "image/jpeg"),
        (b"\x89PNG\r\n\x1A\n", "image/png"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
        (b"\0\0\x01\0", "image/x-icon"),
        (b"%PDF-", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "application/msword"),
        (b"{\\rtf", "application/rtf"),
        (b"ID3", "audio/mpeg"),
        (b"\xFF\xFB", "audio/mpeg"),
        (b"OggS", "audio/ogg"),
        (b"fLaC", "audio/flac"),
        (b"\x1A\x45\xDF\xA3", "video/webm"),
        (b"<!DOCTYPE html", "text/html"),
        (b"<html", "text/html"),
    ];
    let starts = STARTS.iter().find(|(start, _)| head.starts_with(start));
    let kind = |at: usize| head.get(at..at + 4).unwrap_or_default();
    let packed = match (kind(0), kind(4), kind(8)) {
        (b"RIFF", _, b"WEBP") => Some("image/webp"),
        (b"RIFF", _, b"WAVE") => Some("audio/wav"),
        (_, b"ftyp", b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"mif1" | b"msf1") => {
            Some("image/heic")
        }
        (_, b"ftyp", b"avif" | b"avis") => Some("image/avif"),
        (_, b"ftyp", b"M4A " | b"M4B ") => Some("audio/mp4"),
        (_, b"ftyp", _) => Some("video/mp4"),
        _ => None,
    };
    starts.map(|(_, known)| *known).or(packed)
}

/// Whether bytes of one type may be what a name or an author calls another: containers hold several kinds.
pub fn may_be(bytes: &str, said: &str) -> bool {
    let is_office = said.starts_with("application/vnd.") || said == "application/epub+zip";
    match bytes {
        "application/zip" => said == bytes || is_office,
        "application/msword" => said == bytes || said.starts_with("application/vnd.ms-"),
        "audio/mp4" | "video/mp4" => {
            matches!(
                said,
                "audio/mp4" | "video/mp4" | "video/quicktime" | "audio/aac" | "video/3gpp"
            )
        }
        "audio/ogg" => matches!(said, "audio/ogg" | "video/ogg" | "audio/opus"),
        "video/webm" => matches!(said, "video/webm" | "audio/webm" | "video/x-matroska"),
        "image/heic" => matches!(said, "image/heic" | "image/heif" | "image/avif"),
        // An identification stands before sound of several kinds.
        "audio/mpeg" => matches!(said, "audio/mpeg" | "audio/aac" | "audio/flac"),
        _ => bytes == said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_tell_what_a_file_is() {
        for (head, known) in [
            (b"RIFF\0\0\0\0WEBPVP8 ".as_slice(), Some("image/webp")),
            (b"\xFF\xD8\xFF\xE0", Some("image/jpeg")),
            (b"%PDF-1.7", Some("application/pdf")),
            (b"\0\0\0\x18ftypheic", Some("image/heic")),
            (b"\0\0\0\x18ftypavif", Some("image/avif")),
            (b"\0\0\0\x18ftypM4A ", Some("audio/mp4")),
            (b"\0\0\0\x18ftypisom", Some("video/mp4")),
            (b"<svg xmlns", None),
            (b"words", None),
            (b"", None),
        ] {
            assert_eq!(type_of(head), known, "{head:?}");
        }
    }

    #[test]
    fn containers_may_hold_what_they_are_called() {
        for (bytes, said, may) in [
            ("image/webp", "image/png", false),
            ("image/png", "image/png", true),
            ("application/zip", "application/epub+zip", true),
            ("application/zip", "application/pdf", false),
            ("video/mp4", "audio/mp4", true),
            ("application/pdf", "image/jpeg", false),
        ] {
            assert_eq!(may_be(bytes, said), may, "{bytes} {said}");
        }
    }
}
