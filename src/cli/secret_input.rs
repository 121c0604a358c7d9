//! Secrets from a prompt, a file or standard input; never from an argument, which every process can read.

use super::Failure;
use crate::admin::Secret;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use zeroize::Zeroizing;

/// The most that is read, in bytes: far more than any password or token has.
const MAX_BYTES: u64 = 64 * 1024;

/// All of standard input, without the line break at its end.
pub(super) fn from_stdin() -> Result<Secret, Failure> {
    read(io::stdin().lock(), "standard input")
}

/// All of a file, without the line break at its end.
pub(super) fn from_file(path: &Path) -> Result<Secret, Failure> {
    let shown = path.display().to_string();
    let file = std::fs::File::open(path).map_err(|error| Failure(format!("{shown}: {error}")))?;
    read(file, &shown)
}

fn read(source: impl io::Read, from: &str) -> Result<Secret, Failure> {
    let mut text = Zeroizing::new(String::new());
    source.take(MAX_BYTES).read_to_string(&mut text).map_err(|error| Failure(format!("{from}: {error}")))?;
    Ok(without_line_break(&text))
}

fn without_line_break(text: &str) -> Secret {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text).to_owned().into()
}

/// Asks twice on the terminal, without showing what is typed.
pub(super) fn from_prompt(what: &str) -> Result<Secret, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure(
            "there is no terminal to ask on: give the password with --password-stdin or --password-file FILE"
                .to_owned(),
        ));
    }
    let first = ask(&format!("{what}: "))?;
    if ask(&format!("{what}, once more: "))? == first {
        Ok(first)
    } else {
        Err(Failure("the two differ: nothing was changed".to_owned()))
    }
}

fn ask(prompt: &str) -> Result<Secret, Failure> {
    write!(io::stderr(), "{prompt}")?;
    let stdin = io::stdin();
    let before = tcgetattr(&stdin)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Flush, &silent)?;
    let mut text = Zeroizing::new(String::new());
    let read = stdin.lock().read_line(&mut text);
    tcsetattr(&stdin, OptionalActions::Flush, &before)?;
    writeln!(io::stderr())?;
    read?;
    Ok(without_line_break(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_break_at_the_end_goes_and_nothing_else() {
        for (text, secret) in
            [("pw\n", "pw"), ("pw\r\n", "pw"), ("pw", "pw"), (" pw \n\n", " pw \n"), ("\n", "")]
        {
            assert_eq!(without_line_break(text).expose(), secret, "{text:?}");
        }
    }
}
