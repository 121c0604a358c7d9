//! Source files as lists of paths: a small reader of Rust that knows comments, texts, `use` trees and test modules.

use std::fs;
use std::path::Path;

/// One file of `src/`.
pub(super) struct Source {
    /// Its path from the package's root.
    pub(super) file: String,
    /// Its module path below `crate`, such as `web::protocol::token`; empty for `lib.rs` and `main.rs`.
    pub(super) module: String,
    /// How many lines it has.
    pub(super) lines: usize,
    code: String,
}

/// A path that the source names.
pub(super) struct Named {
    /// The whole path, `crate::` and `super::` resolved.
    pub(super) text: String,
    /// The line, counted from 1.
    pub(super) line: usize,
}

impl Named {
    /// Whether the path is `what` or leads through it.
    pub(super) fn names(&self, what: &str) -> bool {
        self.text.strip_prefix(what).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }

    /// Whether the path is `word`, or ends in it behind `::`.
    pub(super) fn ends_in(&self, word: &str) -> bool {
        self.text.strip_suffix(word).is_some_and(|rest| rest.is_empty() || rest.ends_with("::"))
            || (!word.contains("::") && self.names(word))
    }
}

impl Source {
    /// A file with this text.
    pub(super) fn new(file: &str, text: &str) -> Self {
        let inner = file.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        let module = if inner == "lib" || inner == "main" { String::new() } else { inner.replace('/', "::") };
        Self { file: file.to_owned(), module, lines: text.lines().count(), code: without_tests(&strip(text)) }
    }

    /// Whether the file is the module `who` or below it.
    pub(super) fn is_within(&self, who: &str) -> bool {
        self.module == who || self.module.starts_with(&format!("{who}::"))
    }

    /// Every path that the file names, `use` trees spread out.
    pub(super) fn paths(&self) -> Vec<Named> {
        let mut found = Vec::new();
        let mut rest = 0;
        while let Some((start, end)) = next_word(&self.code, rest) {
            let line = self.code[..start].matches('\n').count() + 1;
            let word = &self.code[start..end];
            if word == "use" {
                let stop = self.code[end..].find(';').map_or(self.code.len(), |at| end + at);
                for text in spread(&self.code[end..stop]) {
                    found.push(Named { text: self.resolve(&text), line });
                }
                rest = stop;
            } else {
                let end = path_end(&self.code, end);
                let text: String = self.code[start..end].split_whitespace().collect();
                if text.contains("::") {
                    found.push(Named { text: self.resolve(&text), line });
                }
                rest = end;
            }
        }
        found
    }

    /// Replaces `self::` and leading `super::` by the module that they mean.
    fn resolve(&self, text: &str) -> String {
        let text = text.trim_start_matches("::");
        let mut module: Vec<&str> = self.module.split("::").filter(|name| !name.is_empty()).collect();
        let mut names = text.split("::").peekable();
        let relative = matches!(names.peek(), Some(&"super" | &"self"));
        while let Some(name @ ("super" | "self")) = names.peek().copied() {
            if name == "super" {
                module.pop();
            }
            names.next();
        }
        let tail: Vec<&str> = names.collect();
        if relative { [vec!["crate"], module, tail].concat().join("::") } else { text.to_owned() }
    }
}

/// Every Rust file below `folder`, which is `src`.
pub(super) fn read_all(folder: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let file = format!("src/{}", path.strip_prefix(folder).unwrap().display());
                found.push(Source::new(&file, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort_by(|a, b| a.file.cmp(&b.file));
    found
}

/// The names of the modules directly below `module`.
pub(super) fn children(src: &Path, module: &str) -> Vec<String> {
    let folder = src.join(module.replace("::", "/"));
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

/// The text with comments, strings and character literals blanked out; lines stay where they are.
pub(super) fn strip(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = skip(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

/// Where the comment or literal that begins at `at` ends; `at` itself where none begins.
fn skip(chars: &[char], at: usize) -> usize {
    let starts = |text: &str| text.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c));
    if starts("//") {
        return (at..chars.len()).find(|i| chars[*i] == '\n').unwrap_or(chars.len());
    }
    if starts("/*") {
        return block_comment(chars, at);
    }
    if chars[at] == '"' {
        return quoted(chars, at, '"');
    }
    let in_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    if !in_word && (starts("r\"") || starts("r#")) {
        return raw_string(chars, at);
    }
    // A character literal is one character, or an escape, between quotes; anything else is a lifetime.
    if chars[at] == '\'' && (chars.get(at + 1) == Some(&'\\') || chars.get(at + 2) == Some(&'\'')) {
        return quoted(chars, at, '\'');
    }
    at
}

fn block_comment(chars: &[char], at: usize) -> usize {
    let mut depth = 0;
    let mut i = at;
    while i < chars.len() {
        match (chars[i], chars.get(i + 1)) {
            ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
            ('*', Some('/')) => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    i
}

fn quoted(chars: &[char], at: usize, quote: char) -> usize {
    let mut i = at + 1;
    while i < chars.len() && chars[i] != quote {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    (i + 1).min(chars.len())
}

fn raw_string(chars: &[char], at: usize) -> usize {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    let open = at + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return at; // a raw identifier
    }
    let closes = |i: usize| chars[i] == '"' && (1..=hashes).all(|n| chars.get(i + n) == Some(&'#'));
    (open + 1..chars.len()).find(|i| closes(*i)).map_or(chars.len(), |i| i + 1 + hashes)
}

/// The code with the bodies of `#[cfg(test)]` modules blanked out.
fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    let mut from = 0;
    while let Some(at) = out[from..].find("#[cfg(test)]").map(|at| from + at) {
        let open = out[at..].find(['{', ';']).map_or(out.len(), |open| at + open);
        let mut depth = 0_usize;
        let end = out[open..].char_indices().find_map(|(i, c)| {
            depth = match c {
                '{' => depth + 1,
                '}' => depth - 1,
                _ => depth,
            };
            (depth == 0).then_some(open + i + c.len_utf8())
        });
        let end = end.unwrap_or(out.len());
        let blank: String = out[at..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        out.replace_range(at..end, &blank);
        from = at + blank.len();
    }
    out
}

/// The next word (a name) of the code from `from` on.
fn next_word(code: &str, from: usize) -> Option<(usize, usize)> {
    let start = from + code[from..].find(|c: char| c.is_alphanumeric() || c == '_')?;
    let end =
        code[start..].find(|c: char| !c.is_alphanumeric() && c != '_').map_or(code.len(), |at| start + at);
    Some((start, end))
}

/// Where the path ends whose first name ends at `end`.
fn path_end(code: &str, mut end: usize) -> usize {
    while let Some(rest) = code[end..].trim_start().strip_prefix("::") {
        let rest = rest.trim_start();
        let Some((0, length)) = next_word(rest, 0) else { break };
        end = code.len() - rest.len() + length;
    }
    end
}

/// The paths of a `use` tree: `a::{b, c::{self, d}}` gives `a::b`, `a::c`, `a::c::d`.
fn spread(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        let path = tree.split(" as ").next().unwrap_or(tree);
        return vec![path.split_whitespace().collect::<String>().trim_end_matches("::self").to_owned()];
    };
    let prefix: String = tree[..open].split_whitespace().collect();
    let inner = tree[open + 1..].trim_end().trim_end_matches('}');
    let inner = if tree.ends_with('}') { &tree[open + 1..tree.len() - 1] } else { inner };
    split_top(inner)
        .iter()
        .flat_map(|part| spread(part))
        .map(|path| {
            if path == "self" { prefix.trim_end_matches("::").to_owned() } else { format!("{prefix}{path}") }
        })
        .collect()
}

/// The parts of a list between commas that stand in no braces.
fn split_top(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0_i32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect()
}
