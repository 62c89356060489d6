//! JSON documents in a text: one a line, over many lines, in lists, with other text between them.
//!
//! Source: RFC 8259. A string holds no line end, so that one that was cut off is known by it.

use super::shape::{self, Outcome};
use super::text::{Found as Place, Window};
use super::tree::Node;
use super::{Sink, glance};
use crate::base::number::to_u64;
use std::borrow::Cow;

/// Objects that are too large and whose fields are then looked through, as a list of records may be one document.
const OPENED: usize = 16;
/// The length of a string of which nothing more is kept.
const CUT: usize = usize::MAX;

/// Reads the records of a text.
pub(super) fn read(window: &mut Window<'_>, cap: usize, sink: &mut Sink<'_>) {
    let mut opened = 0;
    let mut indent = Some(0);
    let mut lines_from = 0;
    while window.skip_to(0, |rest| {
        let brace = memchr::memchr(b'{', rest);
        indent = indentation(rest.get(..brace.unwrap_or(rest.len())).unwrap_or_default(), indent);
        brace
    }) {
        let offset = window.offset();
        let begins = indent.take();
        if offset >= lines_from {
            let (used, seen) = line(window, cap, offset, sink);
            if let Some(used) = used {
                window.consume(used.max(1));
                continue;
            }
            // What was looked through for the end of a line is not looked through again for each document in it.
            lines_from = offset.saturating_add(to_u64(seen));
        }
        let mut document = Document::new(cap, opened < OPENED, begins);
        match document.follow(window) {
            Step::Whole => {
                let text = Window::decode(&document.text);
                if documents(&text, offset, sink).is_none() {
                    sink.damaged("a record that is no JSON", offset);
                }
            }
            Step::Broken => {
                sink.damaged("a record that does not end", offset);
                indent = begins;
            }
            Step::TooLarge => sink.too_large(cap),
            Step::List => {
                opened = opened.saturating_add(1);
                window.seek(offset);
                window.more();
                window.consume(1);
            }
        }
    }
}

/// How far a line is indented after this much of its text, which goes on from `before`; nothing where other text stands in it.
fn indentation(text: &[u8], before: Option<usize>) -> Option<usize> {
    let (blank, before) = match memchr::memrchr(b'\n', text) {
        Some(end) => (text.get(end.saturating_add(1)..).unwrap_or_default(), Some(0)),
        None => (text, before),
    };
    let blanks = blank.iter().all(|byte| matches!(byte, b' ' | b'\t'));
    before.filter(|_| blanks).map(|before: usize| before.saturating_add(blank.len()))
}

/// Reads the documents of a line that ends with one, and says how many bytes were used; nothing where they need more lines, or
/// the line is too long. Says as well how many bytes were looked through.
fn line(window: &mut Window<'_>, cap: usize, offset: u64, sink: &mut Sink<'_>) -> (Option<usize>, usize) {
    let end =
        window.find(cap, |rest, looked| memchr::memchr(b'\n', rest.get(looked..)?).map(|at| at.saturating_add(looked)));
    let length = match end {
        Place::At(end) => end,
        Place::End if window.rest().len() <= cap => window.rest().len(),
        Place::End | Place::TooFar => return (None, cap),
    };
    let bytes = window.rest().get(..length).unwrap_or_default();
    if !ends(bytes) {
        return (None, length);
    }
    let text = Window::decode(bytes);
    // What was decoded from a code page is longer than its bytes, so that only all of it can be used.
    let used = documents(&text, offset, sink).map(|used| if matches!(text, Cow::Owned(_)) { length } else { used });
    (used, length)
}

/// Whether a line ends with a document.
fn ends(line: &[u8]) -> bool {
    let last = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b',' | b']'));
    last.and_then(|at| line.get(at)) == Some(&b'}')
}

/// Reads the documents of a text that begins with one, and says how much of it was used; nothing where the last is not whole.
fn documents(text: &str, offset: u64, sink: &mut Sink<'_>) -> Option<usize> {
    if let Some(unwanted) = glance::unwanted(text, sink.wanted) {
        // Of several in a line only one is counted, and none of them is missed.
        sink.count(&unwanted.log, unwanted.when);
        return Some(text.len());
    }
    let mut rest = text;
    loop {
        // The documents that were read so far are not read again.
        let used = text.len().saturating_sub(rest.len());
        let at = offset.saturating_add(to_u64(used));
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Node>();
        match values.next() {
            Some(Ok(node)) => emit(&node, at, sink),
            Some(Err(error)) if error.is_eof() => return (used > 0).then_some(used),
            Some(Err(_)) => {
                // Half of a pair of UTF-16 is no text; the other half may be anywhere.
                match whole(rest).and_then(|text| Node::parse(&text)) {
                    Some(node) => emit(&node, at, sink),
                    None => sink.damaged("a record that is no JSON", at),
                }
                return Some(text.len());
            }
            None => return Some(text.len()),
        }
        rest = rest.get(values.byte_offset()..)?.trim_start_matches([' ', '\t', '\r', '\n', ',', ']']);
        // What follows and is no document is passed over.
        let Some(next) = rest.find('{') else { return Some(text.len()) };
        rest = rest.get(next..)?;
    }
}

fn emit(node: &Node, offset: u64, sink: &mut Sink<'_>) {
    let wanted = sink.wanted;
    shape::records(node, wanted, &mut |outcome| match outcome {
        Outcome::Wanted(found) => {
            let record = &found.record;
            let log = if record.channel.is_empty() { &record.provider } else { &record.channel };
            sink.count(log, found.when);
            sink.give(*found, offset);
        }
        Outcome::Unwanted { log, when } => sink.count(&log, when),
        Outcome::NoEvent => sink.other(),
    });
}

/// The text with a replacement character for each escaped half of a pair of UTF-16 without its other; nothing if there is none.
fn whole(text: &str) -> Option<String> {
    let half = |at: usize| -> Option<u16> {
        let digits = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok().filter(|unit| (0xd800..0xe000).contains(unit))
    };
    let mut out = String::with_capacity(text.len());
    let (mut from, mut at) = (0usize, 0usize);
    while let Some(next) = memchr::memchr(b'\\', text.as_bytes().get(at..)?) {
        let escape = at.saturating_add(next);
        at = match half(escape) {
            Some(0xd800..0xdc00) if half(escape.saturating_add(6)).is_some_and(|unit| unit >= 0xdc00) => {
                escape.saturating_add(12)
            }
            Some(_) => {
                out.push_str(text.get(from..escape)?);
                out.push('\u{fffd}');
                from = escape.saturating_add(6);
                from
            }
            None => escape.saturating_add(2),
        };
        if at > text.len() {
            break;
        }
    }
    out.push_str(text.get(from..)?);
    (from > 0).then_some(out)
}

/// Where the rest of a text is gone on with.
enum Step {
    /// The document is whole.
    Whole,
    /// Another begins, or the text ends, before it does.
    Broken,
    /// It is too large and was passed over.
    TooLarge,
    /// It is too large and was not passed over.
    List,
}

/// A document that is followed to its end, with strings that are too long cut.
struct Document {
    cap: usize,
    open: bool,
    /// How far the document is indented, if it begins a line: what is indented as far within it is another.
    indent: Option<usize>,
    text: Vec<u8>,
    depth: u32,
    string: bool,
    /// Bytes of the string so far.
    length: usize,
    /// Bytes that belong to an escape and are not looked at.
    escape: usize,
    /// How far this line is indented, until anything else stands in it.
    column: Option<usize>,
    /// Whether a string was met that does not end.
    lost: bool,
    large: bool,
}

impl Document {
    fn new(cap: usize, open: bool, indent: Option<usize>) -> Self {
        Self {
            cap,
            open,
            indent,
            text: Vec::new(),
            depth: 0,
            string: false,
            length: 0,
            escape: 0,
            column: None,
            lost: false,
            large: false,
        }
    }

    fn follow(&mut self, window: &mut Window<'_>) -> Step {
        loop {
            let (used, step) = self.scan(window.rest());
            window.consume(used);
            if let Some(step) = step {
                return step;
            }
            if !window.more() {
                return Step::Broken;
            }
        }
    }

    /// Follows the document through bytes, and says how many of them it took.
    fn scan(&mut self, bytes: &[u8]) -> (usize, Option<Step>) {
        let mut at = 0usize;
        while let Some(byte) = bytes.get(at) {
            if self.string && self.escape == 0 && !matches!(byte, b'"' | b'\\' | b'\n') {
                let rest = bytes.get(at..).unwrap_or_default();
                let length = memchr::memchr3(b'"', b'\\', b'\n', rest).unwrap_or(rest.len());
                self.add(rest.get(..length).unwrap_or_default());
                at = at.saturating_add(length);
                continue;
            }
            let indented = std::mem::take(&mut self.column);
            match byte {
                b'\n' => {
                    if self.string && self.indent.is_none() {
                        return (at, Some(Step::Broken));
                    }
                    self.lost |= self.string;
                    (self.string, self.escape, self.column) = (false, 0, Some(0));
                }
                b' ' | b'\t' if !self.string => self.column = indented.map(|column| column.saturating_add(1)),
                b'{' if indented.is_some() && indented == self.indent && (self.depth > 0 || self.lost) => {
                    return (at, Some(Step::Broken));
                }
                _ => {}
            }
            at = at.saturating_add(1);
            if self.lost {
                continue;
            }
            if self.string {
                self.within(*byte);
                continue;
            }
            self.keep(*byte);
            match byte {
                b'"' => (self.string, self.length) = (true, 0),
                b'{' | b'[' => self.depth = self.depth.saturating_add(1),
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return (at, Some(if self.large { Step::TooLarge } else { Step::Whole }));
                    }
                }
                _ => {}
            }
            if self.text.len() > self.cap {
                if self.open {
                    return (at, Some(Step::List));
                }
                self.large = true;
                self.text = Vec::new();
            }
        }
        (at, None)
    }

    /// A byte of a string that means something.
    fn within(&mut self, byte: u8) {
        let ends = self.escape == 0 && byte == b'"';
        if self.escape == 0 && self.length > self.cap / 4 {
            self.length = CUT;
        }
        // An escape is kept as a whole or not at all.
        if ends || self.length != CUT {
            self.keep(byte);
            self.length = self.length.saturating_add(1);
        }
        self.escape = match (self.escape, byte) {
            (0, b'\\') => 1,
            (0, _) => {
                self.string = false;
                0
            }
            // Four digits follow.
            (1, b'u') => 4,
            (left, _) => left.saturating_sub(1),
        };
    }

    /// Bytes of a string that mean nothing else.
    fn add(&mut self, bytes: &[u8]) {
        let field = self.cap / 4;
        let mut end = bytes.len().min(field.saturating_sub(self.length));
        while end > 0 && end < bytes.len() && bytes.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
            end = end.saturating_sub(1);
        }
        if !self.lost && !self.large && self.length <= field {
            self.text.extend_from_slice(bytes.get(..end).unwrap_or_default());
        }
        self.length = if end < bytes.len() { CUT } else { self.length.saturating_add(end) };
    }

    fn keep(&mut self, byte: u8) {
        if !self.large {
            self.text.push(byte);
        }
    }
}
