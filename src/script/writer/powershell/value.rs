//! The values of PowerShell, and texts that know from which lines of the script they come.

use super::syntax::Block;
use std::rc::Rc;

/// A value.
#[derive(Debug, Clone, Default)]
pub(super) enum Value {
    #[default]
    Nothing,
    Bool(bool),
    Number(i64),
    Char(char),
    Text(Text),
    List(Rc<Vec<Value>>),
    Bytes(Rc<Vec<u8>>),
    /// A hash table: keys as written, in their order.
    Table(Rc<Vec<(String, Value)>>),
    Block(Rc<Block>),
    /// `[Name]`: the name in lower case, without `system.`.
    Type(String),
    /// An object by its index.
    Object(usize),
    Unknown(Unknown),
}

/// A value that the script alone does not tell.
#[derive(Debug, Clone, Default)]
pub(super) struct Unknown {
    /// How the script writes it.
    pub(super) raw: String,
    /// What is known of it.
    pub(super) source: Source,
}

/// Where a value comes from that is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Source {
    #[default]
    Nowhere,
    /// The content of a file.
    Content(String),
    /// A file, or the files that a wildcard names.
    Path(String),
    /// What a session receives, by the session's index.
    Received(usize),
    /// What a client prints that was started on a line.
    Printed(u32),
}

/// A text with the lines of the script that its parts stand on.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) content: Rc<str>,
    spans: Rc<[Span]>,
}

/// From `start` on (bytes) the text comes from `line`; with `follows` each further line of it from the next one.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    line: u32,
    follows: bool,
}

impl Text {
    /// A text made on one line.
    pub(super) fn new(content: impl Into<Rc<str>>, line: u32) -> Self {
        Self { content: content.into(), spans: Rc::new([Span { start: 0, line, follows: false }]) }
    }

    /// A text that stands in the script as it is, beginning on a line.
    pub(super) fn literal(content: impl Into<Rc<str>>, line: u32) -> Self {
        Self { content: content.into(), spans: Rc::new([Span { start: 0, line, follows: true }]) }
    }

    /// The texts one behind the other.
    pub(super) fn concat(parts: &[Text]) -> Self {
        let content: String = parts.iter().map(|part| &*part.content).collect();
        let mut spans = Vec::new();
        let mut at = 0usize;
        for part in parts {
            spans.extend(part.spans.iter().map(|span| Span { start: span.start.saturating_add(at), ..*span }));
            at = at.saturating_add(part.content.len());
        }
        // A text that grows in a loop must not carry more marks than it has characters.
        spans.dedup_by_key(|span| span.start);
        Self { content: content.into(), spans: spans.into() }
    }

    /// The parts with the line of the script that each comes from.
    pub(super) fn pieces(&self) -> Vec<(&str, u32)> {
        let mut pieces = Vec::new();
        let mut spans = self.spans.iter().peekable();
        while let Some(span) = spans.next() {
            let end = spans.peek().map_or(self.content.len(), |next| next.start);
            let Some(part) = self.content.get(span.start..end).filter(|part| !part.is_empty()) else { continue };
            if !span.follows {
                pieces.push((part, span.line));
                continue;
            }
            let mut line = span.line;
            for text in part.split_inclusive('\n') {
                pieces.push((text, line));
                line = line.saturating_add(1);
            }
        }
        pieces
    }
}

impl Value {
    pub(super) fn text(content: impl Into<Rc<str>>, line: u32) -> Self {
        Self::Text(Text::new(content, line))
    }

    pub(super) fn list(items: Vec<Value>) -> Self {
        Self::List(Rc::new(items))
    }

    pub(super) fn unknown(raw: impl Into<String>) -> Self {
        Self::Unknown(Unknown { raw: raw.into(), source: Source::Nowhere })
    }

    pub(super) fn unknown_from(raw: impl Into<String>, source: Source) -> Self {
        Self::Unknown(Unknown { raw: raw.into(), source })
    }

    /// Values as one: none, the only one, a list.
    pub(super) fn collected(mut items: Vec<Value>) -> Self {
        match (items.len(), items.pop()) {
            (0, _) | (_, None) => Self::Nothing,
            (1, Some(only)) => only,
            (_, Some(last)) => {
                items.push(last);
                Self::list(items)
            }
        }
    }

    /// The values that a pipe carries for this one.
    pub(super) fn items(&self) -> Vec<Value> {
        match self {
            Self::Nothing => Vec::new(),
            Self::List(items) => items.iter().flat_map(Self::inner).collect(),
            other => vec![other.clone()],
        }
    }

    fn inner(&self) -> Vec<Value> {
        match self {
            Self::Nothing => Vec::new(),
            other => vec![other.clone()],
        }
    }

    pub(super) fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown(_) => true,
            Self::List(items) => items.iter().any(|item| matches!(item, Self::Unknown(_))),
            _ => false,
        }
    }

    /// Whether a condition holds; nothing where the script does not tell.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::Nothing => Some(false),
            Self::Bool(value) => Some(*value),
            Self::Number(value) => Some(*value != 0),
            Self::Text(text) => Some(!text.content.is_empty()),
            Self::List(items) => match items.as_slice() {
                [] => Some(false),
                [only] => only.truth(),
                _ => Some(true),
            },
            Self::Unknown(_) => None,
            _ => Some(true),
        }
    }

    pub(super) fn number(&self) -> Option<i64> {
        match self {
            Self::Number(value) => Some(*value),
            Self::Bool(value) => Some(i64::from(*value)),
            Self::Char(character) => Some(i64::from(u32::from(*character))),
            Self::Text(text) => super::expression::number(text.content.trim()),
            Self::Nothing => Some(0),
            _ => None,
        }
    }

    /// How the value prints; `line` is the line that a text made here belongs to.
    pub(super) fn to_text(&self, line: u32) -> Text {
        let content = match self {
            Self::Text(text) => return text.clone(),
            Self::Nothing => String::new(),
            Self::Bool(true) => "True".to_owned(),
            Self::Bool(false) => "False".to_owned(),
            Self::Number(value) => value.to_string(),
            Self::Char(character) => character.to_string(),
            Self::List(items) => {
                let mut parts = Vec::new();
                for item in items.iter() {
                    if !parts.is_empty() {
                        parts.push(Text::new(" ", line));
                    }
                    parts.push(match item {
                        Self::List(_) => Text::new("System.Object[]", line),
                        item => item.to_text(line),
                    });
                }
                return Text::concat(&parts);
            }
            Self::Bytes(bytes) => bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(" "),
            Self::Table(_) => "System.Collections.Hashtable".to_owned(),
            Self::Block(block) => block.text.clone(),
            Self::Type(name) => name.clone(),
            Self::Object(_) => String::new(),
            Self::Unknown(unknown) => unknown.raw.clone(),
        };
        Text::new(content, line)
    }
}
