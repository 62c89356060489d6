//! The binary XML of event records, token by token.
//!
//! Source: J. Metz, "Windows XML Event Log (EVTX)", §4 (libevtx); \[MS-EVEN6\] 2.2.12. Offsets of names and templates count
//! from the start of the chunk, and may point anywhere in it.

use super::damage::Damage;
use crate::base::fields::Fields;
use crate::base::number::to_usize;

/// A name, in UTF-16LE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name<'a>(pub &'a [u8]);

impl Name<'_> {
    /// Whether it is this one, which is ASCII.
    #[must_use]
    pub(super) fn is(self, ascii: &str) -> bool {
        self.0.len() == ascii.len().saturating_mul(2)
            && self.0.chunks_exact(2).zip(ascii.bytes()).all(|(unit, byte)| unit == [byte, 0])
    }
}

/// A value as it lies in the chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Raw {
    /// Its type; `0x80` is added for an array.
    pub kind: u8,
    /// Where it starts in the chunk.
    pub start: usize,
    /// Its length in bytes.
    pub length: usize,
}

/// The values of an instance of a template.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values<'a> {
    descriptors: &'a [u8],
    start: usize,
}

impl<'a> Values<'a> {
    /// No values: what is written out needs none.
    pub(super) const NONE: Self = Values { descriptors: &[], start: 0 };

    /// How many there are.
    #[must_use]
    pub(super) fn count(self) -> usize {
        self.descriptors.len() / 4
    }

    /// All, in order.
    pub(super) fn iter(self) -> impl Iterator<Item = Raw> + 'a {
        let mut start = self.start;
        self.descriptors.chunks_exact(4).map(move |descriptor| {
            let fields = Fields(descriptor);
            let raw = Raw { kind: fields.u8(2), start, length: usize::from(fields.u16(0)) };
            start = start.saturating_add(raw.length);
            raw
        })
    }

    /// One, by its number.
    #[must_use]
    pub(super) fn get(self, index: u16) -> Option<Raw> {
        self.iter().nth(usize::from(index))
    }
}

/// An instance of a template.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instance<'a> {
    /// The identifier of the template.
    pub id: u32,
    /// Where its definition lies in the chunk, or lay.
    pub definition: usize,
    /// What takes the places of its substitutions.
    pub values: Values<'a>,
}

/// One token.
#[derive(Debug, Clone, Copy)]
pub(super) enum Token<'a> {
    /// The end of the fragment.
    End,
    /// `<name`.
    Open(Name<'a>),
    /// `>` of a start tag.
    OpenEnd,
    /// `/>`.
    CloseEmpty,
    /// `</name>`.
    Close,
    /// A value that is written out.
    Value(Raw),
    /// The name of an attribute; its value follows.
    Attribute(Name<'a>),
    /// A character by its number.
    Character(u16),
    /// An entity by its name.
    Entity(Name<'a>),
    /// The place of a value of the instance.
    Substitution(u16),
    /// An instance of a template.
    Template(Instance<'a>),
    /// Something that bears no data.
    Other,
}

/// A reader of tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    /// The bytes of the chunk.
    pub chunk: &'a [u8],
    /// Where the next token lies.
    pub at: usize,
    /// Where the last one ends.
    pub end: usize,
    /// Whether elements have a dependency identifier: those of templates have, those of values have not.
    pub dependency: bool,
}

/// Bytes that a name takes at most. Windows' longest has some hundred; what is read where no name lies is longer mostly.
const NAME: usize = 1024;
/// Length of the header of a template's definition: offset of the next, GUID, size of what follows.
const DEFINITION: usize = 24;

impl<'a> Reader<'a> {
    /// A reader of a part of a chunk, which ends where the chunk ends.
    #[must_use]
    pub(super) fn new(chunk: &'a [u8], at: usize, end: usize, dependency: bool) -> Self {
        Self { chunk, at, end: end.min(chunk.len()), dependency }
    }

    /// A reader of the definition of a template.
    ///
    /// # Errors
    /// Where it does not lie in the chunk.
    pub(super) fn definition(chunk: &'a [u8], at: usize) -> Result<Self, Damage> {
        let size = to_usize(Fields(chunk).u32(at.saturating_add(20)));
        let start = at.saturating_add(DEFINITION);
        let end = start.saturating_add(size);
        if at < 512 || end > chunk.len() {
            return Err(Damage { what: "a template that lies outside of its chunk", at });
        }
        Ok(Self::new(chunk, start, end, true))
    }

    fn damage<T>(&self, what: &'static str) -> Result<T, Damage> {
        Err(Damage { what, at: self.at })
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Damage> {
        let end = self.at.saturating_add(length);
        match self.chunk.get(self.at..end) {
            Some(bytes) if end <= self.end => {
                self.at = end;
                Ok(bytes)
            }
            _ => self.damage("a record that ends too early"),
        }
    }

    fn u8(&mut self) -> Result<u8, Damage> {
        Ok(Fields(self.take(1)?).u8(0))
    }

    fn u16(&mut self) -> Result<u16, Damage> {
        Ok(Fields(self.take(2)?).u16(0))
    }

    fn u32(&mut self) -> Result<usize, Damage> {
        usize::try_from(Fields(self.take(4)?).u32(0)).or_else(|_| self.damage("a number that is too large"))
    }

    fn name(&mut self) -> Result<Name<'a>, Damage> {
        let offset = self.u32()?;
        let units = usize::from(Fields(self.chunk).u16(offset.saturating_add(6))).saturating_mul(2);
        let start = offset.saturating_add(8);
        let end = start.saturating_add(units);
        let zero = self.chunk.get(end..end.saturating_add(2)) == Some(&[0, 0]);
        let Some(name) = self.chunk.get(start..end).filter(|name| zero && name.len() <= NAME) else {
            return self.damage("a name that is none");
        };
        if offset == self.at {
            self.take(units.saturating_add(10))?;
        }
        Ok(Name(name))
    }

    fn raw(&mut self, kind: u8, length: usize) -> Result<Raw, Damage> {
        let start = self.at;
        self.take(length)?;
        Ok(Raw { kind, start, length })
    }

    fn element(&mut self, attributes: bool) -> Result<Token<'a>, Damage> {
        let start = self.at;
        if self.dependency {
            self.u16()?;
        }
        // Some writers leave the identifier out; what is read as the size is none then.
        if self.u32()? > self.chunk.len() && self.dependency {
            self.at = start.saturating_add(4);
        }
        let name = self.name()?;
        if attributes {
            self.take(4)?;
        }
        Ok(Token::Open(name))
    }

    fn template(&mut self) -> Result<Token<'a>, Damage> {
        let id = Fields(self.take(5)?).u32(1);
        let definition = self.u32()?;
        if definition == self.at {
            let size = to_usize(Fields(self.chunk).u32(self.at.saturating_add(20)));
            self.take(size.saturating_add(DEFINITION))?;
        }
        let count = self.u32()?;
        let descriptors = self.take(count.saturating_mul(4))?;
        let values = Values { descriptors, start: self.at };
        let total = values.iter().fold(0usize, |sum, raw| sum.saturating_add(raw.length));
        self.take(total)?;
        Ok(Token::Template(Instance { id, definition, values }))
    }

    /// The next token.
    ///
    /// # Errors
    /// Where the bytes are none, or end within one.
    pub(super) fn next(&mut self) -> Result<Token<'a>, Damage> {
        if self.at >= self.end {
            return Ok(Token::End);
        }
        let tag = self.u8()?;
        match tag & !0x40 {
            0x00 => Ok(Token::End),
            0x01 => self.element(tag & 0x40 != 0),
            0x02 => Ok(Token::OpenEnd),
            0x03 => Ok(Token::CloseEmpty),
            0x04 => Ok(Token::Close),
            0x05 => {
                let kind = self.u8()?;
                let length = match kind {
                    0x00 => 0,
                    0x01 => usize::from(self.u16()?).saturating_mul(2),
                    0x02 | 0x0e => usize::from(self.u16()?),
                    0x03 | 0x04 => 1,
                    0x05 | 0x06 => 2,
                    0x07 | 0x08 | 0x0b | 0x0d | 0x14 => 4,
                    0x09 | 0x0a | 0x0c | 0x11 | 0x15 => 8,
                    0x0f | 0x12 => 16,
                    _ => return self.damage("a value of an unknown type"),
                };
                Ok(Token::Value(self.raw(kind, length)?))
            }
            0x06 => Ok(Token::Attribute(self.name()?)),
            0x07 => {
                let length = usize::from(self.u16()?).saturating_mul(2);
                Ok(Token::Value(self.raw(0x01, length)?))
            }
            0x08 => Ok(Token::Character(self.u16()?)),
            0x09 => Ok(Token::Entity(self.name()?)),
            0x0a => {
                self.name()?;
                Ok(Token::Other)
            }
            0x0b => {
                let length = usize::from(self.u16()?).saturating_mul(2);
                self.take(length)?;
                Ok(Token::Other)
            }
            0x0c => self.template(),
            0x0d | 0x0e => {
                let index = self.u16()?;
                self.take(1)?;
                Ok(Token::Substitution(index))
            }
            0x0f => {
                self.take(3)?;
                Ok(Token::Other)
            }
            _ => self.damage("an unknown token"),
        }
    }
}
