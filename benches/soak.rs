//! A soak of the release binary: `tests/soak.sh [SECONDS]`. The driver is that of the tests.
#![expect(clippy::unwrap_used, reason = "a soak that cannot go on ends")]

#[path = "../tests/it/serving.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod serving;
#[path = "../tests/it/soak.rs"]
mod soak;
#[path = "../tests/it/witness.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod witness;

use std::io::Write;
use std::process::ExitCode;

/// So long it takes without an argument.
const SECONDS: u64 = 600;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.find_map(|argument| argument.parse().ok());
    let (said, code) = match soak::run(seconds.unwrap_or(SECONDS)) {
        Ok(report) => (report.to_string(), ExitCode::SUCCESS),
        Err(wrong) => (format!("failed: {wrong}\n"), ExitCode::FAILURE),
    };
    std::io::stdout().write_all(said.as_bytes()).unwrap();
    code
}
