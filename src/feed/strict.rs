//! The last look at a document before it goes out: read back by a strict parser (docs/http.md, “Read back”).

/// Checks that an XML document is well-formed and has only characters that XML 1.0 allows.
///
/// # Errors
///
/// What the parser says, with line and column.
pub fn xml(document: &str) -> Result<(), String> {
    if let Some((at, character)) = crate::text::legal::first_illegal(document) {
        return Err(format!(
            "the character U+{:04X} at byte {at} is not allowed in XML",
            u32::from(character)
        ));
    }
    roxmltree::Document::parse(document)
        .map(|_| ())
        .map_err(|error| error.to_string())
}
