//! What HTML and XML cannot have as it is: written as references, and read from them.

/// Escapes a text for HTML or XML, as element content or as an attribute's value.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

/// The reverse of [`escape`], for what the sanitiser writes.
pub fn unescape(text: &str) -> String {
    let text = text
        .replace("&nbsp;", "\u{A0}")
        .replace("&lt;", "<")
        .replace("&gt;", ">");
    text.replace("&quot;", "\"").replace("&amp;", "&")
}
