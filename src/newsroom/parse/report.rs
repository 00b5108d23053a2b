//! The report of one file: its problems as they are found, each at its place.

use crate::newsroom::parse::respell::{Spelling, respelt};
use crate::newsroom::problem::{Mark, Problem, Severity};
use crate::text::legal::{is_legal, may_be_illegal, single_line};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::ops::Range;

/// The most problems of one file that are listed. A file of another kind under an item's name has one a line, and
/// the place of each costs a look at all that stands before it.
pub const PROBLEMS_MAX: usize = 100;

/// Collects the problems of one file.
pub struct Report<'a> {
    file: &'a str,
    source: &'a str,
    problems: RefCell<Vec<Problem>>,
    errors: Cell<usize>,
    has_more: Cell<bool>,
    spelling: Cell<Spelling>,
}

/// The problem that was reported last, for its hint; `None` where it is not listed.
pub struct Reported<'r, 'a>(Option<&'r Report<'a>>);

impl Reported<'_, '_> {
    /// Says what to write instead.
    pub fn hint(self, hint: impl Into<String>) {
        let Some(report) = self.0 else { return };
        if let Some(problem) = report.problems.borrow_mut().last_mut() {
            let hint = hint.into();
            let hint = respelt(&hint, report.spelling.get());
            problem.hint = Some(single_line(&hint).into_owned());
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
            has_more: Cell::new(false),
            spelling: Cell::new(Spelling::Toml),
        }
    }

    /// Spells hints as the file spells keys and values.
    pub fn spell_as(&self, spelling: Spelling) {
        self.spelling.set(spelling);
    }

    /// How the file spells keys and values.
    pub fn spelling(&self) -> Spelling {
        self.spelling.get()
    }

    /// The file's text.
    pub fn source(&self) -> &'a str {
        self.source
    }

    /// Reports an error: the file, or a part of it, is not published.
    pub fn error(&self, span: Range<usize>, message: impl Into<String>) -> Reported<'_, 'a> {
        self.errors.set(self.errors.get() + 1);
        self.push(Severity::Error, Some(&span), &message.into())
    }

    /// Reports a warning.
    pub fn warning(&self, span: Range<usize>, message: impl Into<String>) -> Reported<'_, 'a> {
        self.push(Severity::Warning, Some(&span), &message.into())
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

    fn push(
        &self,
        severity: Severity,
        span: Option<&Range<usize>>,
        message: &str,
    ) -> Reported<'_, 'a> {
        if self.problems.borrow().len() >= PROBLEMS_MAX {
            self.has_more.set(true);
            return Reported(None);
        }
        let problem = Problem {
            severity,
            file: self.file.to_owned(),
            mark: span.map(|span| Mark::of(self.source, span)),
            key: None,
            // What it quotes may be any text; a log takes a problem as one line.
            message: single_line(message).into_owned(),
            hint: None,
        };
        self.problems.borrow_mut().push(problem);
        Reported(Some(self))
    }

    /// Whether there is an error so far.
    pub fn has_errors(&self) -> bool {
        self.errors.get() > 0
    }

    /// The problems, in the order of the file, and at the end that there are more.
    pub fn into_problems(self) -> Vec<Problem> {
        let severity = if self.has_errors() {
            Severity::Error
        } else {
            Severity::Warning
        };
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.mark.as_ref().map(|mark| (mark.line, mark.column)));
        if self.has_more.get() {
            let message = format!("only {PROBLEMS_MAX} of this file's problems are listed");
            problems.push(
                Problem::of_file(severity, self.file, message).hint("mend these and check again"),
            );
        }
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
        let has_returns = memchr::memchr(b'\r', text.as_bytes()).is_some();
        let has_lone_return = has_returns && text.replace("\r\n", "").contains('\r');
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
