//! What the system wrote of a record, found without reading the rest: a template is looked through once for a chunk, and
//! tells which of its values is which.

use super::binxml::{Name, Raw, Reader, Token, Values};
use super::damage::{Budget, Damage};
use super::value;
use crate::base::time::Timestamp;

/// Where a property lies.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Slot {
    /// Nowhere.
    #[default]
    Absent,
    /// It is written out in the template.
    Literal(Raw),
    /// It is a value of the instance.
    Value(u16),
}

impl Slot {
    /// The value, if there is one.
    #[must_use]
    pub(super) fn raw(self, values: Values<'_>) -> Option<Raw> {
        match self {
            Self::Absent => None,
            Self::Literal(raw) => Some(raw),
            Self::Value(index) => values.get(index),
        }
    }

    /// As a number.
    #[must_use]
    pub(super) fn number(self, chunk: &[u8], values: Values<'_>) -> Option<u64> {
        let raw = self.raw(values)?;
        value::number(raw.kind, bytes(chunk, raw))
    }

    /// As an instant.
    #[must_use]
    pub(super) fn time(self, chunk: &[u8], values: Values<'_>) -> Option<Timestamp> {
        let raw = self.raw(values)?;
        value::time(raw.kind, bytes(chunk, raw))
    }

    /// As text; nothing where it is empty.
    #[must_use]
    pub(super) fn text(self, chunk: &[u8], values: Values<'_>) -> Option<String> {
        let raw = self.raw(values)?;
        let mut text = String::new();
        value::push(&mut text, raw.kind, bytes(chunk, raw));
        (!text.is_empty()).then_some(text)
    }
}

/// The bytes of a value.
#[must_use]
pub(super) fn bytes(chunk: &[u8], raw: Raw) -> &[u8] {
    chunk.get(raw.start..raw.start.saturating_add(raw.length)).unwrap_or_default()
}

/// Where a template has the properties of `System`, and where it goes on after them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outline {
    /// `Provider/@Name`.
    pub provider: Slot,
    /// `EventID`.
    pub event_id: Slot,
    /// `Version`.
    pub version: Slot,
    /// `TimeCreated/@SystemTime`.
    pub time: Slot,
    /// `EventRecordID`.
    pub record_id: Slot,
    /// `Execution/@ProcessID`.
    pub process_id: Slot,
    /// `Channel`.
    pub channel: Slot,
    /// `Computer`.
    pub computer: Slot,
    /// `Security/@UserID`.
    pub user_id: Slot,
    /// Where what follows `System` starts in the chunk, and where the template ends.
    pub rest: (usize, usize),
}

impl Outline {
    fn slot(&mut self, element: Name<'_>, attribute: Option<Name<'_>>) -> Option<&mut Slot> {
        match attribute {
            Some(name) if element.is("Provider") && name.is("Name") => Some(&mut self.provider),
            Some(name) if element.is("TimeCreated") && name.is("SystemTime") => Some(&mut self.time),
            Some(name) if element.is("Execution") && name.is("ProcessID") => Some(&mut self.process_id),
            Some(name) if element.is("Security") && name.is("UserID") => Some(&mut self.user_id),
            Some(_) => None,
            None if element.is("EventID") => Some(&mut self.event_id),
            None if element.is("Version") => Some(&mut self.version),
            None if element.is("EventRecordID") => Some(&mut self.record_id),
            None if element.is("Channel") => Some(&mut self.channel),
            None if element.is("Computer") => Some(&mut self.computer),
            None => None,
        }
    }

    /// Looks a template through up to the end of its `System`.
    ///
    /// # Errors
    /// Where it is damaged, or has none.
    pub(super) fn of(mut reader: Reader<'_>, budget: &mut Budget) -> Result<Self, Damage> {
        let mut outline = Self::default();
        let mut depth = 0usize;
        let mut element = Name(&[]);
        let mut attribute = None;
        loop {
            budget.spend(0, reader.at)?;
            match reader.next()? {
                Token::Open(name) => {
                    depth = depth.saturating_add(1);
                    let right = match depth {
                        1 => name.is("Event"),
                        2 => name.is("System"),
                        _ => true,
                    };
                    if !right {
                        return Err(Damage { what: "a record without a System", at: reader.at });
                    }
                    (element, attribute) = (name, None);
                }
                Token::OpenEnd => attribute = None,
                Token::Close | Token::CloseEmpty => {
                    depth = depth.saturating_sub(1);
                    (element, attribute) = (Name(&[]), None);
                    if depth <= 1 {
                        outline.rest = (reader.at, reader.end);
                        return Ok(outline);
                    }
                }
                Token::Attribute(name) => attribute = Some(name),
                Token::Value(raw) if depth == 3 => {
                    if let Some(slot) = outline.slot(element, attribute) {
                        *slot = Slot::Literal(raw);
                    }
                }
                Token::Substitution(index) if depth == 3 => {
                    if let Some(slot) = outline.slot(element, attribute) {
                        *slot = Slot::Value(index);
                    }
                }
                Token::End => return Err(Damage { what: "a record without a System", at: reader.at }),
                _ => {}
            }
        }
    }
}
