//! Where key-encryption keys come from: a file, a text (an environment variable's value), a command's output.
//!
//! The text form is the same everywhere: one or more keys, each 32 bytes in base64 (standard or URL-safe, with or
//! without padding) or in 64 hexadecimal digits, separated by white space; the first one seals. In a file, what
//! follows a `#` on a line is a comment.

use super::super::KeyError;
use super::{Kek, KekRing};
use crate::ports::Seed;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Command, Stdio};
use zeroize::Zeroizing;

/// A file or an output longer than this is no list of keys.
const MAX_BYTES: u64 = 16 * 1024;

/// The keys in a text; `from` names its origin in errors, which never repeat the text.
///
/// # Errors
/// [`KeyError::Kek`] where there is none, or one is not 32 bytes.
pub fn from_text(text: &str, from: &str) -> Result<KekRing, KeyError> {
    let words = text.lines().flat_map(|line| line.split('#').next().unwrap_or("").split_whitespace());
    let keys = words
        .map(|word| {
            parse_key(word).ok_or_else(|| {
                KeyError::Kek(format!("{from} must hold 32 bytes a key, in base64 or hexadecimal digits"))
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() {
        return Err(KeyError::Kek(format!("{from} is empty")));
    }
    KekRing::of(keys)
}

/// The keys in a file, which must be readable by its owner alone.
///
/// # Errors
/// [`KeyError::Kek`] where it cannot be read, others may read it, or its text is wrong.
pub fn from_file(path: &Path) -> Result<KekRing, KeyError> {
    let shown = path.display();
    let mut file = File::open(path).map_err(|e| KeyError::Kek(format!("cannot open {shown}: {e}")))?;
    let mode =
        file.metadata().map_err(|e| KeyError::Kek(format!("cannot read {shown}: {e}")))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeyError::Kek(format!(
            "{shown} can be read by others (mode {:04o}): make it 0600",
            mode & 0o7777
        )));
    }
    let text = read_text(&mut file).map_err(|e| KeyError::Kek(format!("cannot read {shown}: {e}")))?;
    from_text(&text, &shown.to_string())
}

/// Makes a new key and stores it in a new file of mode 0600, durable on return. For the first start; an existing
/// file is never replaced. A crash leaves either the whole file or none of that name.
///
/// # Errors
/// [`KeyError::Kek`] where the file exists or cannot be written.
pub fn create_file(path: &Path, seed: &Seed) -> Result<KekRing, KeyError> {
    let failed = |e: std::io::Error| KeyError::Kek(format!("cannot create {}: {e}", path.display()));
    let key = Zeroizing::new(seed.expand("key-encryption key"));
    let line = Zeroizing::new(base64::engine::general_purpose::STANDARD.encode(key.as_slice()));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let fresh = path.with_file_name(name);
    let written = write_new(&fresh, &line).and_then(|()| fs::hard_link(&fresh, path));
    let removed = fs::remove_file(&fresh);
    written.and(removed).map_err(failed)?;
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    Ok(KekRing::new(Kek::new(*key), Vec::new()))
}

/// Writes one line to the file `path`, in the place of one that a crash left there.
fn write_new(path: &Path, line: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(line.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

/// The keys that a command prints. Run without a shell, with no input; what it says on standard error goes to
/// ours. Blocks until the command ends.
///
/// # Errors
/// [`KeyError::Kek`] where it cannot be run, ends with a failure, or prints something else.
pub fn from_command(program: &str, arguments: &[String]) -> Result<KekRing, KeyError> {
    let failed = |what: String| KeyError::Kek(format!("command {program}: {what}"));
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| failed(e.to_string()))?;
    let text = match child.stdout.take() {
        Some(mut output) => read_text(&mut output).map_err(|e| failed(e.to_string())),
        None => Err(failed("has no output".to_owned())),
    };
    let status = child.wait().map_err(|e| failed(e.to_string()))?;
    if !status.success() {
        return Err(failed(format!("ended with {status}")));
    }
    from_text(&text?, &format!("the output of {program}"))
}

fn read_text(source: &mut impl std::io::Read) -> std::io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    source.take(MAX_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

fn parse_key(word: &str) -> Option<Kek> {
    let bytes = Zeroizing::new(if word.len() == 64 { parse_hex(word)? } else { parse_base64(word)? });
    Some(Kek::new(<[u8; 32]>::try_from(bytes.as_slice()).ok()?))
}

fn parse_base64(word: &str) -> Option<Vec<u8>> {
    const ANY: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&alphabet::STANDARD, ANY)
        .decode(word)
        .or_else(|_| GeneralPurpose::new(&alphabet::URL_SAFE, ANY).decode(word))
        .ok()
}

fn parse_hex(word: &str) -> Option<Vec<u8>> {
    let digits = Zeroizing::new(word.chars().map(|c| c.to_digit(16)).collect::<Option<Vec<u32>>>()?);
    digits
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(high * 16 + low).ok(),
            _ => None,
        })
        .collect()
}
