//! The `latchkey` command; everything lives in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    latchkey::cli::run()
}
