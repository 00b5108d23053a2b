//! The report of `check`, for people and for programs.

use crate::command::arguments::ReportFormat;
use crate::command::check::outlook::Outlook;
use crate::newsroom::problem::{Mark, Problem, Severity};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde::Serialize;
use std::io::{self, Write};

/// Writes all problems, then a count, and for people what is out and what is to come. `notes` are said before them;
/// `outlook` is `None` where the site itself cannot be used.
///
/// # Errors
///
/// When standard output cannot be written.
pub fn write(
    problems: &[Problem],
    notes: &[String],
    outlook: Option<&Outlook>,
    format: ReportFormat,
) -> io::Result<()> {
    match format {
        ReportFormat::Human => write_human(problems, notes, outlook),
        ReportFormat::Json => write_json(problems),
    }
}

fn write_human(
    problems: &[Problem],
    notes: &[String],
    outlook: Option<&Outlook>,
) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    for note in notes {
        writeln!(out, "note: {note}")?;
    }
    if !notes.is_empty() {
        writeln!(out)?;
    }
    for problem in problems {
        writeln!(out, "{}\n", rendered(problem))?;
    }
    let count = |severity| {
        problems
            .iter()
            .filter(|problem| problem.severity == severity)
            .count()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let items = outlook.map_or_else(
        || "the site cannot be used".to_owned(),
        |outlook| counted(outlook.items, "item"),
    );
    writeln!(
        out,
        "{items}, {}, {}",
        counted(errors, "error"),
        counted(warnings, "warning")
    )?;
    for line in outlook.iter().flat_map(|outlook| &outlook.lines) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// `1 error`, `2 errors`.
fn counted(count: usize, name: &str) -> String {
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

/// One problem as text with colours, which the stream drops where nobody would see them.
fn rendered(problem: &Problem) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Hint => Level::INFO.with_name("hint"),
    };
    let title = level.primary_title(problem.message.as_str());
    let mut group: Group<'_> = match &problem.mark {
        // Of a line that is cut the snippet would count its columns from the cut.
        Some(mark) if mark.is_cut() => {
            let origin = Origin::path(problem.file.as_str());
            let origin = origin.line(mark.line).char_column(mark.column);
            title.element(origin).element(snippet(mark))
        }
        Some(mark) => title.element(snippet(mark).path(problem.file.as_str())),
        None => title.element(Origin::path(problem.file.as_str())),
    };
    if let Some(hint) = &problem.hint {
        group = group.element(Level::HELP.message(hint.as_str()));
    }
    Renderer::styled().render(&[group])
}

fn snippet(mark: &Mark) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    Snippet::source(mark.quoted.as_str())
        .line_start(mark.line)
        .annotation(AnnotationKind::Primary.span(mark.marked.clone()))
}

#[derive(Serialize)]
struct Row<'a> {
    severity: &'static str,
    file: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    text: Option<&'a str>,
    message: &'a str,
    hint: Option<&'a str>,
}

fn write_json(problems: &[Problem]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for problem in problems {
        let mark = problem.mark.as_ref();
        let row = Row {
            severity: problem.severity.word(),
            file: &problem.file,
            line: mark.map(|mark| mark.line),
            column: mark.map(|mark| mark.column),
            text: mark.map(|mark| &mark.quoted[mark.marked.clone()]),
            message: &problem.message,
            hint: problem.hint.as_deref(),
        };
        serde_json::to_writer(&mut out, &row)?;
        writeln!(out)?;
    }
    out.flush()
}
