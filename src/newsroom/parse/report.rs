//! The report of one file: its problems as they are found, each at its place.

use crate::newsroom::problem::{Mark, Problem, Severity};
use crate::text::legal::{is_legal, may_be_illegal, single_line};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::ops::Range;

/// Collects the problems of one file.
pub struct Report<'a> {
    file: &'a str,
    source: &'a str,
    problems: RefCell<Vec<Problem>>,
    errors: Cell<usize>,
}

/// The problem that was reported last, for its hint.
pub struct Reported<'r, 'a>(&'r Report<'a>);

impl Reported<'_, '_> {
    /// Says what to write instead.
    pub fn hint(self, hint: impl Into<String>) {
        if let Some(problem) = self.0.problems.borrow_mut().last_mut() {
            problem.hint = Some(single_line(&hint.into()).into_owned());
        }
    }
}

impl<'a> Report<'a> {
    /// An empty report of a file.
    pub fn new(file: &'a str, source: &'a str) -> Self {
        Self {
            file,
            source,
            problems: RefCell::default(),
            errors: Cell::new(0),
        }
    }

    /// The file's text.
    pub fn source(&self) -> &'a str {
        self.source
    }

    /// Reports an error: the file, or a part of it, is not published.
    pub fn error(&self, span: Range<usize>, message: impl Into<String>) -> Reported<'_, 'a> {
        self.errors.set(self.errors.get() + 1);
        self.push(
            Severity::Error,
            Some(Mark::of(self.source, &span)),
            &message.into(),
        )
    }

    /// Reports a warning.
    pub fn warning(&self, span: Range<usize>, message: impl Into<String>) -> Reported<'_, 'a> {
        self.push(
            Severity::Warning,
            Some(Mark::of(self.source, &span)),
            &message.into(),
        )
    }

    /// Reports an error of the whole file.
    pub fn error_of_file(&self, message: impl Into<String>) -> Reported<'_, 'a> {
        self.errors.set(self.errors.get() + 1);
        self.push(Severity::Error, None, &message.into())
    }

    /// Takes a problem whose place is known already.
    pub fn take(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    fn push(&self, severity: Severity, mark: Option<Mark>, message: &str) -> Reported<'_, 'a> {
        let problem = Problem {
            severity,
            file: self.file.to_owned(),
            mark,
            // What it quotes may be any text; a log takes a problem as one line.
            message: single_line(message).into_owned(),
            hint: None,
        };
        self.problems.borrow_mut().push(problem);
        Reported(self)
    }

    /// Whether there is an error so far.
    pub fn has_errors(&self) -> bool {
        self.errors.get() > 0
    }

    /// The problems, in the order of the file.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.mark.as_ref().map(|mark| (mark.line, mark.column)));
        problems
    }
}

/// The text of a file as it is parsed: without characters that XML forbids and without a byte order mark, with a
/// lone carriage return taken for a line break. The first character removed is reported, with how many there were.
pub fn cleaned<'a>(file: &str, text: &'a str) -> (Cow<'a, str>, Option<Problem>) {
    let text = text.trim_start_matches('\u{FEFF}');
    let is_kept = |c: char| is_legal(c) && c != '\u{7F}';
    let with_line_breaks = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
    let first = may_be_illegal(text)
        .then(|| text.char_indices().find(|(_, c)| !is_kept(*c)))
        .flatten();
    let Some((at, first)) = first else {
        let has_lone_return = text.contains('\r') && text.replace("\r\n", "").contains('\r');
        return (
            if has_lone_return {
                with_line_breaks(text).into()
            } else {
                text.into()
            },
            None,
        );
    };
    let count = text.chars().filter(|c| !is_kept(*c)).count();
    let others = if count > 1 {
        format!(", and {} more such", count - 1)
    } else {
        String::new()
    };
    let message = format!(
        "the control character U+{:04X} is removed{others}",
        u32::from(first)
    );
    let problem =
        Problem::of_file(Severity::Warning, file, message).at(text, &(at..at + first.len_utf8()));
    let kept: String = text.chars().filter(|c| is_kept(*c)).collect();
    (
        with_line_breaks(&kept).into(),
        Some(problem.hint("delete it; no feed can carry it")),
    )
}
