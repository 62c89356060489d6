//! The attributes of a record, and what is in the small ones.

use super::field::Reference;
use super::record::Header;
use crate::base::fields::{u16_at, u32_at, u64_at};

/// Types of attributes that are read.
pub(super) mod kind {
    pub(in super::super) const STANDARD_INFORMATION: u32 = 0x10;
    pub(in super::super) const ATTRIBUTE_LIST: u32 = 0x20;
    pub(in super::super) const FILE_NAME: u32 = 0x30;
    pub(in super::super) const VOLUME_NAME: u32 = 0x60;
    pub(in super::super) const DATA: u32 = 0x80;
    pub(in super::super) const REPARSE_POINT: u32 = 0xc0;
    pub(super) const END: u32 = 0xffff_ffff;
}

/// One attribute.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute<'a> {
    /// Its type.
    pub kind: u32,
    /// Its name, in UTF-16LE.
    pub name: &'a [u8],
    /// Its flags: compressed, encrypted, sparse.
    pub flags: u16,
    /// What it holds.
    pub body: Body<'a>,
}

impl Attribute<'_> {
    /// Compressed, by LZNT1.
    pub(super) const COMPRESSED: u16 = 0x00ff;
    /// Encrypted, by EFS.
    pub(super) const ENCRYPTED: u16 = 0x4000;
}

/// The content of an attribute, or where it lies.
#[derive(Debug, Clone, Copy)]
pub(super) enum Body<'a> {
    /// The content itself.
    Resident(&'a [u8]),
    /// A part of the attribute's clusters.
    Extents(Extents<'a>),
}

/// The header of an attribute that lies in clusters of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extents<'a> {
    /// First of the attribute's clusters that is mapped here.
    pub first: u64,
    /// Exponent of the clusters that are compressed together.
    pub unit: u8,
    /// Bytes of content; only where `first` is zero.
    pub size: u64,
    /// Bytes of content that were ever written; the rest is zeros. Only where `first` is zero.
    pub initialised: u64,
    /// The runs, still encoded.
    pub runs: &'a [u8],
}

/// The attributes of a restored record, as far as they hold together.
pub(super) struct Attributes<'a> {
    record: &'a [u8],
    at: usize,
    /// Whether the record ends in something that is no attribute.
    pub damaged: bool,
}

impl<'a> Attributes<'a> {
    /// Of a record with that header.
    pub(super) fn new(record: &'a [u8], header: &Header) -> Self {
        Self { record: record.get(..header.used).unwrap_or(record), at: header.attributes, damaged: false }
    }

    fn parse(&mut self) -> Option<Attribute<'a>> {
        let length = usize::try_from(u32_at(self.record, self.at.checked_add(4)?)?).ok()?;
        let bytes = self.record.get(self.at..self.at.checked_add(length)?).filter(|_| length >= 24)?;
        let name = usize::from(*bytes.get(9)?).saturating_mul(2);
        let start = usize::from(u16_at(bytes, 10)?);
        let name = if name == 0 { &[][..] } else { bytes.get(start..start.saturating_add(name))? };
        let body = if *bytes.get(8)? == 0 {
            let start = usize::from(u16_at(bytes, 20)?);
            let length = usize::try_from(u32_at(bytes, 16)?).ok()?;
            Body::Resident(bytes.get(start..start.checked_add(length)?)?)
        } else {
            Body::Extents(Extents {
                first: u64_at(bytes, 16)?,
                unit: *bytes.get(34)?,
                size: u64_at(bytes, 48).unwrap_or(0),
                initialised: u64_at(bytes, 56).unwrap_or(0),
                runs: bytes.get(usize::from(u16_at(bytes, 32)?)..)?,
            })
        };
        let attribute = Attribute { kind: u32_at(bytes, 0)?, name, flags: u16_at(bytes, 12)?, body };
        self.at = self.at.saturating_add(length);
        Some(attribute)
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        if self.damaged || u32_at(self.record, self.at) == Some(kind::END) {
            return None;
        }
        let attribute = self.parse();
        self.damaged = attribute.is_none();
        attribute
    }
}

/// The times of a file, as FILETIMEs: created, modified, changed, accessed.
pub(super) type Times = [u64; 4];

/// The times of a `$STANDARD_INFORMATION`.
pub(super) fn standard_times(value: &[u8]) -> Option<Times> {
    Some([u64_at(value, 0)?, u64_at(value, 8)?, u64_at(value, 16)?, u64_at(value, 24)?])
}

/// A `$FILE_NAME`.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileName<'a> {
    /// The directory that the name is in.
    pub parent: Reference,
    /// The times that the name was given with.
    pub times: Times,
    /// Whether it is the short name beside a long one.
    pub short: bool,
    /// The name in UTF-16LE; it ends where the attribute ends.
    pub name: &'a [u8],
}

impl<'a> FileName<'a> {
    /// Reads one.
    pub(super) fn parse(value: &'a [u8]) -> Option<Self> {
        let length = usize::from(*value.get(64)?).saturating_mul(2);
        let rest = value.get(66..)?;
        Some(Self {
            parent: Reference::at(value, 0)?,
            times: standard_times(value.get(8..)?)?,
            short: *value.get(65)? == 2,
            name: rest.get(..length).unwrap_or(rest),
        })
    }
}

/// An entry of a `$ATTRIBUTE_LIST`: which record holds a part of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listed {
    /// Type of the attribute.
    pub kind: u32,
    /// Whether it has a name.
    pub named: bool,
    /// First of the attribute's clusters that is mapped there.
    pub first: u64,
    /// The record.
    pub record: Reference,
}

/// The entries of a `$ATTRIBUTE_LIST`, as far as they hold together.
pub(super) fn listed(mut value: &[u8]) -> impl Iterator<Item = Listed> {
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(value, 4)?);
        let entry = value.get(..length).filter(|_| length >= 26)?;
        value = value.get(length..)?;
        Some(Listed {
            kind: u32_at(entry, 0)?,
            named: *entry.get(6)? != 0,
            first: u64_at(entry, 8)?,
            record: Reference::at(entry, 16)?,
        })
    })
}
