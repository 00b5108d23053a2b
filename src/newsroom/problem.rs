//! What an author got wrong. A [`Problem`] is data: it never stops the service, and `check` makes it fatal.

use std::ops::Range;

/// The longest source line that a problem quotes, in bytes; a longer one is cut around the mark.
pub const QUOTED_LINE_BYTES_MAX: usize = 240;

/// How much a problem weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file, or a part of it, is not published.
    Error,
    /// The file is published; something in it was mended or deserves a look.
    Warning,
    /// Nothing is wrong; a file was passed over.
    Hint,
}

impl Severity {
    /// The word that reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

/// Where in a file something is, with the line it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// The source line, at most [`QUOTED_LINE_BYTES_MAX`] bytes of it.
    pub quoted: String,
    /// The offending bytes within `quoted`.
    pub marked: Range<usize>,
}

impl Mark {
    /// Finds the place of a byte range of `source`. A range over several lines is marked to the end of its first.
    pub fn of(source: &str, span: &Range<usize>) -> Self {
        let start = floor(source, span.start);
        let line_start = source[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = source[start..]
            .find('\n')
            .map_or(source.len(), |at| start + at);
        let line_end = if source[..line_end].ends_with('\r') && line_end > start {
            line_end - 1
        } else {
            line_end
        };
        let end = floor(source, span.end).clamp(start, line_end);
        let from = if start - line_start > QUOTED_LINE_BYTES_MAX / 2 {
            floor(source, start - QUOTED_LINE_BYTES_MAX / 2)
        } else {
            line_start
        };
        let to = floor(source, line_end.min(from + QUOTED_LINE_BYTES_MAX)).max(start);
        Self {
            line: source[..line_start].matches('\n').count() + 1,
            column: source[line_start..start].chars().count() + 1,
            quoted: source[from..to].to_owned(),
            marked: start - from..end.min(to) - from,
        }
    }

    /// Whether the beginning of the line is not quoted.
    pub fn is_cut(&self) -> bool {
        self.quoted[..self.marked.start].chars().count() + 1 != self.column
    }
}

/// The nearest character boundary at or before `at`.
fn floor(source: &str, at: usize) -> usize {
    source.floor_char_boundary(at.min(source.len()))
}

/// One thing that an author should know about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How much it weighs.
    pub severity: Severity,
    /// The file, relative to the data directory, with `/` between folders.
    pub file: String,
    /// The place in the file; `None` when it concerns the whole file.
    pub mark: Option<Mark>,
    /// The key that it is about, where its place is not known yet.
    pub key: Option<&'static str>,
    /// What is wrong: lower-case start, no final stop, literals in backticks.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem of a whole file.
    pub fn of_file(
        severity: Severity,
        file: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            file: file.into(),
            mark: None,
            key: None,
            message: message.into(),
            hint: None,
        }
    }

    /// The same problem with its place: the byte range `span` of `source`.
    #[must_use]
    pub fn at(mut self, source: &str, span: &Range<usize>) -> Self {
        self.mark = Some(Mark::of(source, span));
        self
    }

    /// The same problem with the key that it is about.
    #[must_use]
    pub fn about(mut self, key: &'static str) -> Self {
        self.key = Some(key);
        self
    }

    /// The same problem with what to write instead.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Whether the file, or a part of it, is not published because of this.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl std::fmt::Display for Problem {
    /// One line for a log: `news/a.toml:3:1: error: message (hint)`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(mark) = &self.mark {
            write!(f, ":{}:{}", mark.line, mark.column)?;
        }
        write!(f, ": {}: {}", self.severity.word(), self.message)?;
        self.hint
            .as_ref()
            .map_or(Ok(()), |hint| write!(f, " ({hint})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_counts_lines_from_one_and_columns_in_characters() {
        let mark = Mark::of("a = 1\r\nдата = 2\r\n", &(16..17));
        assert_eq!(
            (mark.line, mark.column, mark.quoted.as_str()),
            (2, 6, "дата = 2")
        );
        assert_eq!(&mark.quoted[mark.marked], "=");
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let source = "é".repeat(5_000);
        let mark = Mark::of(&source, &(6_000..6_002));
        assert!(mark.quoted.len() <= QUOTED_LINE_BYTES_MAX);
        assert_eq!(&mark.quoted[mark.marked], "é");
    }

    #[test]
    fn a_mark_at_the_end_of_the_file_is_empty() {
        let mark = Mark::of("a = 1", &(5..5));
        assert_eq!((mark.line, mark.column, mark.marked), (1, 6, 5..5));
    }
}
