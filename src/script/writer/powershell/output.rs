//! What scripts write to files, in which encoding, and what they read from them.

use super::run::{Interpreter, split_lines};
use super::value::{Source, Text, Value};

/// How a file is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileEncoding {
    /// One byte a character, for all that a script for a client holds.
    Narrow,
    /// UTF-8 with a byte-order mark.
    Utf8Marked,
    /// UTF-16.
    Wide,
}

impl Interpreter<'_, '_> {
    /// The encoding that the word after `-Encoding` means to the commands of PowerShell.
    fn encoding_of(&self, word: &str, default: FileEncoding) -> FileEncoding {
        match word.to_ascii_lowercase().as_str() {
            "" => default,
            "unicode" | "bigendianunicode" | "utf16" | "utf-16" | "utf-16le" | "utf32" | "string" | "unknown" => {
                FileEncoding::Wide
            }
            "utf8" if !self.is_core => FileEncoding::Utf8Marked,
            "utf8bom" => FileEncoding::Utf8Marked,
            _ => FileEncoding::Narrow,
        }
    }

    /// `Out-File` and `>`: UTF-16 in Windows PowerShell where nothing else is asked for.
    pub(super) fn out_file(
        &mut self,
        path: &str,
        values: &[Value],
        append: bool,
        encoding: Option<&str>,
        no_newline: bool,
    ) {
        let default = if self.is_core { FileEncoding::Narrow } else { FileEncoding::Wide };
        let encoding = self.encoding_of(encoding.unwrap_or_default(), default);
        self.put(path, values, append, encoding, no_newline);
    }

    /// `Set-Content` and `Add-Content`: the ANSI code page where nothing else is asked for.
    pub(super) fn set_content(
        &mut self,
        path: &str,
        values: &[Value],
        append: bool,
        encoding: Option<&str>,
        no_newline: bool,
    ) {
        let encoding = self.encoding_of(encoding.unwrap_or_default(), FileEncoding::Narrow);
        self.put(path, values, append, encoding, no_newline);
    }

    fn put(&mut self, path: &str, values: &[Value], append: bool, encoding: FileEncoding, no_newline: bool) {
        if path.is_empty() || matches!(path.to_ascii_lowercase().as_str(), "nul" | "$null") {
            return;
        }
        for value in values {
            self.received_at(path, value);
        }
        // What another file holds that is not known here does not make a script.
        let known: Vec<Value> =
            values.iter().filter(|value| matches!(super::evaluate::source(value), Source::Nowhere)).cloned().collect();
        let lines = if no_newline {
            let text = Value::list(known);
            let Value::List(items) = text else { return };
            let joined = super::operators::join(&items, &Text::new("", 0), self.emulation.line);
            joined.pieces().into_iter().map(|(text, line)| (text.to_owned(), line)).collect()
        } else {
            self.lines(&known)
        };
        self.open(path, append, encoding);
        self.write_pieces(path, &lines);
    }

    /// Opens a file and marks how it is encoded; what is appended in UTF-16 spoils a file that is not.
    fn open(&mut self, path: &str, append: bool, encoding: FileEncoding) {
        let directory = self.emulation.directory.clone();
        let known =
            self.emulation.files.get(path, directory.as_deref()).map(|file| (file.is_utf16, file.pieces.is_empty()));
        self.emulation.files.open(path, directory.as_deref(), append);
        let fresh = !append || known.is_none_or(|(_, empty)| empty);
        let mixes = !fresh && encoding == FileEncoding::Wide && known.is_some_and(|(wide, _)| !wide);
        if let Some(file) = self.emulation.files.get_mut(path, directory.as_deref()) {
            if fresh {
                file.is_utf16 = encoding == FileEncoding::Wide;
                file.byte_order_mark = encoding != FileEncoding::Narrow;
            } else {
                file.is_utf16 |= mixes;
            }
        }
        if mixes {
            self.emulation.diagnose(
                "mixed-encodings",
                format!(
                    "UTF-16 is appended to {path}, which is not: a client that reads bytes would not understand it"
                ),
            );
        }
    }

    /// A file as a class of .NET writes it: UTF-8 without a mark where no encoding is given.
    pub(super) fn write_values(&mut self, path: &str, values: &[Value], append: bool, encoding: &Value, lines: bool) {
        for value in values {
            self.received_at(path, value);
        }
        let encoding = class_encoding(encoding);
        let pieces = if lines {
            self.lines(values)
        } else {
            let parts: Vec<Text> = values.iter().map(|value| self.text_of(value)).collect();
            Text::concat(&parts).pieces().into_iter().map(|(text, line)| (text.to_owned(), line)).collect()
        };
        self.open(path, append, encoding);
        self.write_pieces(path, &pieces);
    }

    /// A `StreamWriter`, whose file is opened at once.
    pub(super) fn open_writer(&mut self, path: &str, append: bool, encoding: &Value) -> Value {
        self.open(path, append, class_encoding(encoding));
        let line = self.emulation.line;
        self.make("io.streamwriter", vec![("path", Value::text(path, line))])
    }

    /// Writes a text at the end of a file.
    pub(super) fn write_text(&mut self, path: &str, text: &Text, append: bool) {
        let pieces: Vec<(String, u32)> =
            text.pieces().into_iter().map(|(text, line)| (text.to_owned(), line)).collect();
        if !append {
            self.open(path, false, FileEncoding::Narrow);
        }
        self.write_pieces(path, &pieces);
    }

    fn write_pieces(&mut self, path: &str, pieces: &[(String, u32)]) {
        let line = self.emulation.line;
        for of_line in pieces.chunk_by(|(_, one), (_, next)| one == next) {
            let Some((_, piece_line)) = of_line.first() else { continue };
            if self.emulation.is_capped() {
                break;
            }
            let text: String = of_line.iter().map(|(text, _)| text.as_str()).collect();
            self.emulation.line = *piece_line;
            self.emulation.write_file(path, &text, true);
        }
        self.emulation.line = line;
    }

    /// The content of a file: its lines, or all of it as one text. One that is not known stays a file.
    pub(super) fn content_of(&mut self, path: &str, whole: bool) -> Value {
        let directory = self.emulation.directory.clone();
        let pieces: Vec<(String, u32)> = match self.emulation.files.get(path, directory.as_deref()) {
            Some(file) => file.pieces.iter().map(|piece| (piece.text.clone(), piece.line)).collect(),
            None => {
                let raw = path.to_owned();
                return Value::unknown_from(raw, Source::Content(path.to_owned()));
            }
        };
        self.charge(pieces.iter().map(|(text, _)| text.len()).fold(0usize, usize::saturating_add));
        if whole {
            let parts: Vec<Text> = pieces.into_iter().map(|(text, line)| Text::new(text, line)).collect();
            return Value::Text(Text::concat(&parts));
        }
        Value::list(split_lines(&pieces))
    }

    pub(super) fn delete(&mut self, path: &str) {
        let directory = self.emulation.directory.clone();
        if let Some(file) = self.emulation.files.remove(path, directory.as_deref()) {
            self.emulation.outcome.left.push(file);
        }
    }

    /// Copies or moves a file that the script wrote.
    pub(super) fn copy(&mut self, path: &str, target: &str, moves: bool) {
        let directory = self.emulation.directory.clone();
        let Some(file) = self.emulation.files.get(path, directory.as_deref()).cloned() else { return };
        if moves {
            self.emulation.files.remove(path, directory.as_deref());
        }
        self.charge(file.pieces.len());
        self.emulation.files.put(target, directory.as_deref(), file.pieces);
        if let Some(copy) = self.emulation.files.get_mut(target, directory.as_deref()) {
            (copy.is_utf16, copy.byte_order_mark) = (file.is_utf16, file.byte_order_mark);
        }
    }
}

/// `[Text.Encoding]::Unicode` and the like, as a class of .NET is given it.
fn class_encoding(value: &Value) -> FileEncoding {
    match value {
        Value::Type(name) if name.ends_with("unicode") => FileEncoding::Wide,
        Value::Type(name) if name.ends_with("utf8") => FileEncoding::Utf8Marked,
        Value::Text(name) if name.content.eq_ignore_ascii_case("unicode") => FileEncoding::Wide,
        _ => FileEncoding::Narrow,
    }
}
