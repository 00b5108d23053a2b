//! Any bytes as an item file: nothing panics, problems have places that a report can show, and what comes out makes
//! well-formed documents.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tidings::feed::strict;
use tidings::newsroom::parse::form::Form;
use tidings::newsroom::problem::{Problem, QUOTED_LINE_BYTES_MAX};
use tidings::newsroom::site::Format;
use tidings_fuzz::{documents, item_path, read_item};

const FORMS: [Form; 3] = [Form::Toml, Form::Json, Form::Markdown];

// The first byte chooses the form: `0`, `1` and `2` in the seeds.
fuzz_target!(|bytes: &[u8]| {
    let Some((first, text)) = bytes.split_first() else {
        return;
    };
    let form = FORMS[usize::from(*first) % FORMS.len()];
    let text = String::from_utf8_lossy(text);
    let parsed = read_item(form, &text);
    for problem in &parsed.problems {
        check_problem(problem, form, &text);
    }
    let has_errors = parsed.problems.iter().any(Problem::is_error);
    assert_eq!(
        parsed.item.is_none(),
        has_errors,
        "an item is kept back by errors alone, and by each: {:#?}",
        parsed.problems
    );
    let Some(item) = parsed.item else { return };
    for (format, document) in documents(item, form) {
        let read = match format {
            Format::Rss | Format::Atom => strict::xml(&document),
            Format::Json => serde_json::from_str::<serde_json::Value>(&document)
                .map(|_| ())
                .map_err(|error| error.to_string()),
        };
        assert_eq!(read, Ok(()), "{format:?}: {document}");
    }
});

/// Checks that a problem is one line of text about a place that is there.
fn check_problem(problem: &Problem, form: Form, text: &str) {
    assert_eq!(problem.file, item_path(form));
    let line = problem.to_string();
    assert!(
        !line.contains(char::is_control),
        "a problem is one line without control characters: {line:?}"
    );
    let Some(mark) = &problem.mark else { return };
    let breaks = text.bytes().filter(|byte| matches!(byte, b'\n' | b'\r'));
    assert!((1..=breaks.count() + 1).contains(&mark.line), "{mark:?}");
    let columns = 1..=text.chars().count() + 1;
    assert!(columns.contains(&mark.column), "{mark:?}");
    assert!(
        mark.quoted.len() <= QUOTED_LINE_BYTES_MAX && !mark.quoted.contains('\n'),
        "{mark:?}"
    );
    // Within the line, and at whole characters.
    assert!(mark.quoted.get(mark.marked.clone()).is_some(), "{mark:?}");
}
