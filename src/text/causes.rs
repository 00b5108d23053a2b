//! Errors as one line.

use std::error::Error;

/// An error's own step and every cause: ``cannot read `items/a.toml`: permission denied``.
pub fn joined(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
