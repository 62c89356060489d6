//! Text streams of the file system object, and `ADODB.Stream`.

use super::value::{ObjectId, Value};
use super::{Automation, Object};
use crate::script::writer::emulation::Output;
use crate::script::writer::files::Piece;

/// A text stream: a file open for writing, or the content of one that is read.
#[derive(Debug)]
pub struct TextStream {
    pub(super) path: String,
    pub(super) directory: Option<String>,
    pub(super) content: Option<String>,
}

/// `ADODB.Stream`: text or bytes in memory.
#[derive(Debug, Default)]
pub struct BinaryStream {
    pieces: Vec<Piece>,
    /// The request whose answer was written into it.
    body: Option<usize>,
    is_binary: bool,
    /// Folded; absent, it is `unicode` (Microsoft's reference of ADO, Charset).
    charset: Option<String>,
}

impl BinaryStream {
    pub(super) fn set(&mut self, property: &str, value: &Value) {
        match property {
            "type" => self.is_binary = value.integer() == Some(1),
            "charset" => self.charset = Some(value.text().to_ascii_lowercase()),
            // A stream that is set back and emptied holds nothing.
            "size" => self.pieces.clear(),
            _ => {}
        }
    }

    /// Text is saved with the mark of its encoding; bytes are saved as they are.
    fn has_mark(&self) -> bool {
        self.is_utf16() || !self.is_binary && self.charset.as_deref() == Some("utf-8")
    }

    fn is_utf16(&self) -> bool {
        !self.is_binary
            && self.charset.as_deref().is_none_or(|charset| charset.contains("unicode") || charset.contains("utf-16"))
    }
}

impl Automation<'_, '_> {
    pub(super) fn text_stream(&mut self, id: ObjectId, member: &str, arguments: &[Value]) -> Value {
        let Some(Object::TextStream(stream)) = self.objects.get_mut(id) else { return Value::Empty };
        if stream.path.is_empty() {
            return match (member, stream.content.as_mut()) {
                ("readall", Some(content)) => {
                    let all = std::mem::take(content);
                    self.text(all)
                }
                ("readline", Some(content)) if !content.is_empty() => {
                    let (line, rest) = content.split_once('\n').unwrap_or((content, ""));
                    let (line, rest) = (line.trim_end_matches('\r').to_owned(), rest.to_owned());
                    *content = rest;
                    self.text(line)
                }
                ("atendofstream", Some(content)) => Value::Flag(content.is_empty()),
                _ => Value::unknown(member),
            };
        }
        let (path, directory) = (stream.path.clone(), stream.directory.clone());
        let text = arguments.first().map(Value::text).unwrap_or_default();
        match member {
            "write" => self.write_to(path, directory, &text),
            "writeline" => self.write_to(path, directory, &format!("{text}\r\n")),
            "writeblanklines" => {
                let count = arguments.first().and_then(Value::index).unwrap_or(1).min(1000);
                self.write_to(path, directory, &"\r\n".repeat(count));
            }
            _ => {}
        }
        Value::Empty
    }

    /// Writes at the end of a file that was opened.
    pub fn write_to(&mut self, path: String, directory: Option<String>, text: &str) {
        let screen = std::mem::replace(&mut self.emulation.output, Output::File(path, directory));
        self.emulation.print(text);
        self.emulation.output = screen;
    }

    pub(super) fn binary_stream(&mut self, id: ObjectId, member: &str, arguments: &[Value]) -> Value {
        let (line, file) = (self.emulation.line, self.emulation.file.clone());
        let first = arguments.first().cloned().unwrap_or_default();
        let body = match self.object(&first) {
            Some(Object::Body(request)) => Some(*request),
            _ => None,
        };
        let length = first.text().len();
        if !self.produce(length) {
            return Value::Empty;
        }
        let Some(Object::BinaryStream(stream)) = self.objects.get_mut(id) else { return Value::Empty };
        match member {
            "open" => {
                stream.pieces.clear();
                stream.body = None;
            }
            "write" if body.is_some() => stream.body = body,
            "write" | "writetext" => {
                // adWriteLine is 1.
                let end = if arguments.get(1).and_then(Value::integer) == Some(1) { "\r\n" } else { "" };
                stream.pieces.push(Piece { text: format!("{}{end}", first.text()), line, file });
            }
            "savetofile" => self.save(id, &first),
            "copyto" => self.copy_stream(id, &first),
            "readtext" => {
                let text: String = stream.pieces.iter().map(|piece| piece.text.as_str()).collect();
                return if text.is_empty() { Value::unknown("ReadText") } else { self.text(text) };
            }
            "read" => {
                return stream.body.map_or_else(|| Value::unknown("Read"), |request| self.add(Object::Body(request)));
            }
            "close" | "seteos" | "flush" | "loadfromfile" => {}
            _ => return Value::unknown(member),
        }
        Value::Empty
    }

    fn save(&mut self, id: ObjectId, path: &Value) {
        let Some(Object::BinaryStream(stream)) = self.objects.get(id) else { return };
        let (pieces, is_utf16, has_mark, body) =
            (stream.pieces.clone(), stream.is_utf16(), stream.has_mark(), stream.body);
        if let Some(request) = body {
            self.save_body(request, path);
            return;
        }
        let (path, directory) = (path.text(), self.emulation.directory.clone());
        let length = pieces.iter().fold(0usize, |sum, piece| sum.saturating_add(piece.text.len()));
        if path.is_empty() || !self.emulation.files.count(length, self.emulation.limits.batch_output) {
            return;
        }
        self.emulation.files.put(&path, directory.as_deref(), pieces);
        if let Some(file) = self.emulation.files.get_mut(&path, directory.as_deref()) {
            file.is_utf16 = is_utf16;
            file.byte_order_mark = has_mark;
        }
    }

    /// `CopyTo`: how a script leaves the mark of UTF-8 behind.
    fn copy_stream(&mut self, id: ObjectId, target: &Value) {
        let Some(Object::BinaryStream(stream)) = self.objects.get(id) else { return };
        let (pieces, body, charset) = (stream.pieces.clone(), stream.body, stream.charset.clone());
        let length = pieces.iter().fold(0usize, |sum, piece| sum.saturating_add(piece.text.len()));
        if !self.produce(length) {
            return;
        }
        if let Some(Object::BinaryStream(other)) = self.object_mut(target) {
            other.pieces.extend(pieces);
            other.body = body.or(other.body);
            other.charset = other.charset.take().or(charset);
        }
    }
}
