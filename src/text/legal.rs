//! Characters that XML 1.0 allows. Anything else makes a feed unreadable as a whole, so it is removed at the door.

use std::borrow::Cow;

/// Whether XML 1.0 allows a character (section 2.2, `Char`).
pub fn is_legal(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// So many bytes are looked at together. A look that ends at the first hit takes one byte at a time, a look at a whole
/// chunk many at once: loading 100,000 items looks at 300 MB.
const CHUNK_BYTES: usize = 256;

/// The first character that XML forbids, and its byte offset.
pub fn first_illegal(text: &str) -> Option<(usize, char)> {
    let bytes = text.as_bytes();
    let chunks = bytes.chunks(CHUNK_BYTES).enumerate();
    let suspect = chunks.filter(|(_, chunk)| is_suspect(chunk));
    let mut offsets = suspect.flat_map(|(number, chunk)| {
        let start = number * CHUNK_BYTES;
        start..start + chunk.len()
    });
    let at = offsets.find(|at| begins_illegally(&bytes[*at..]))?;
    text[at..].chars().next().map(|character| (at, character))
}

/// Whether a look at every character is worth it: a control byte, or the first byte of U+FFFE and U+FFFF (and of many
/// harmless ones).
pub fn may_be_illegal(text: &str) -> bool {
    text.as_bytes().chunks(CHUNK_BYTES).any(is_suspect)
}

fn is_suspect(chunk: &[u8]) -> bool {
    let is_suspect = |byte: u8| {
        (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || matches!(byte, 0x7F | 0xEF)
    };
    let bytes = chunk.iter();
    bytes.fold(false, |any, byte| any | is_suspect(*byte))
}

/// Whether the bytes of a text begin with a character that XML forbids: a control character, U+FFFE or U+FFFF.
/// Surrogates are in no text.
fn begins_illegally(bytes: &[u8]) -> bool {
    match bytes {
        [0xEF, 0xBF, last, ..] => *last >= 0xBE,
        [first, ..] => *first < b' ' && !matches!(first, b'\t' | b'\n' | b'\r'),
        [] => false,
    }
}

/// The text without the characters that XML forbids.
pub fn legal(text: &str) -> Cow<'_, str> {
    if first_illegal(text).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .filter(|character| is_legal(*character))
            .collect(),
    )
}

/// The text as one line: control characters and what XML forbids are removed, white space is folded to single
/// spaces and trimmed.
pub fn single_line(text: &str) -> Cow<'_, str> {
    let is_space = |c: char| {
        matches!(
            c,
            ' ' | '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    let is_plain = |c: char| is_legal(c) && !(c.is_control() || is_space(c)) || c == ' ';
    let is_clean =
        text.chars().all(is_plain) && !text.contains("  ") && text.trim_matches(' ') == text;
    if is_clean {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len());
    for word in text.split(is_space) {
        let start = line.len();
        if start > 0 {
            line.push(' ');
        }
        let before = line.len();
        line.extend(word.chars().filter(|c| is_legal(*c) && !c.is_control()));
        if line.len() == before {
            line.truncate(start);
        }
    }
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_xml_forbids_is_removed() {
        assert_eq!(
            legal("a\u{0}b\u{1B}c\u{B}d\u{FFFE}e\u{FFFF}f\tg\n"),
            "abcdef\tg\n"
        );
        assert!(matches!(legal("plain €😀"), Cow::Borrowed(_)));
        assert_eq!(first_illegal("aé\u{8}b"), Some((3, '\u{8}')));
        // Over the end of a chunk.
        let long = format!("\u{FFFD}{}\u{FFFE}", "a".repeat(CHUNK_BYTES - 5));
        assert_eq!(first_illegal(&long), Some((CHUNK_BYTES - 2, '\u{FFFE}')));
    }

    #[test]
    fn a_single_line_has_no_breaks_and_no_controls() {
        for (text, line) in [
            ("a\r\nb\tc", "a b c"),
            ("  a  ", "a"),
            ("a\u{7}b", "ab"),
            ("a\u{85}\u{0}\u{2028}b", "a b"),
            ("\n", ""),
        ] {
            assert_eq!(single_line(text), line, "{text:?}");
        }
        assert!(matches!(single_line("as it is"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn any_text_becomes_legal(text in any::<String>()) {
            let by_character = text.char_indices().find(|(_, character)| !is_legal(*character));
            prop_assert_eq!(first_illegal(&text), by_character);
            prop_assert!(first_illegal(&legal(&text)).is_none());
            let line = single_line(&text);
            prop_assert!(!line.chars().any(char::is_control) && first_illegal(&line).is_none());
            prop_assert_eq!(single_line(&line), line.clone());
        }
    }
}
