//! Counts checks and prints a line for each.

use std::error::Error;
use std::fmt::Debug;
use std::process::ExitCode;

#[derive(Default)]
pub struct Checks {
    passed: u32,
    failed: u32,
}

impl Checks {
    /// Passes when `outcome` is good, and gives what is in it.
    pub fn check<T>(&mut self, name: &str, outcome: Result<T, Box<dyn Error>>) -> Option<T> {
        match outcome {
            Ok(value) => {
                self.passed += 1;
                println!("ok      rust: {name}");
                Some(value)
            }
            Err(error) => {
                self.failed += 1;
                println!("FAILED  rust: {name}: {}", chain(error.as_ref()));
                None
            }
        }
    }

    /// Passes only when `outcome` is an error that says `why`.
    pub fn refused<T>(&mut self, name: &str, why: &str, outcome: Result<T, Box<dyn Error>>) {
        let judged = match outcome {
            Ok(_) => Err("it was accepted".into()),
            Err(error) if chain(error.as_ref()).contains(why) => Ok(()),
            Err(error) => Err(error),
        };
        self.check(&format!("refused: {name}"), judged);
    }

    /// Prints the closing line.
    pub fn close(self) -> ExitCode {
        println!("{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 && self.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// An error unless the two are equal.
pub fn expect<T: PartialEq + Debug>(what: &str, got: &T, wanted: &T) -> Result<(), Box<dyn Error>> {
    if got == wanted { Ok(()) } else { Err(format!("{what} is {got:?}, not {wanted:?}").into()) }
}

/// An error with its causes, on one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text = format!("{text}: {deeper}");
        cause = deeper.source();
    }
    text
}
