//! A glance at a record: what is asked for by name, without what else it holds and without taking any of it along.

use super::binxml::Raw;
use super::columns;
use super::system::{Slot, bytes};
use super::value;
use crate::base::fields::Fields;
use crate::base::time::Timestamp;
use std::ops::Range;

/// A record of which nothing was decoded yet but its provider and number.
#[derive(Clone, Copy)]
pub struct Glance<'a> {
    pub(super) chunk: &'a [u8],
    pub(super) provider: &'a str,
    pub(super) event_id: u32,
    pub(super) time: Option<Timestamp>,
    pub(super) computer: Option<Raw>,
    pub(super) columns: &'a [Slot],
    pub(super) values: &'a [Raw],
}

impl<'a> Glance<'a> {
    /// `System/Provider/@Name`.
    #[must_use]
    pub fn provider(&self) -> &'a str {
        self.provider
    }

    /// `System/EventID`.
    #[must_use]
    pub fn event_id(&self) -> u32 {
        self.event_id
    }

    /// `System/TimeCreated/@SystemTime`.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.time
    }

    /// Appends `System/Computer`, and says where; nothing where it is empty.
    pub fn computer(&self, out: &mut String) -> Option<Range<usize>> {
        append(self.computer.map(|raw| (raw.kind, bytes(self.chunk, raw))), out)
    }

    /// The type and the bytes of the datum that was asked for with this number.
    fn raw(&self, column: usize) -> Option<(u8, &'a [u8])> {
        let raw = columns::raw(*self.columns.get(column)?, self.values)?;
        Some((raw.kind, bytes(self.chunk, raw)))
    }

    /// Appends the text of a datum and says where, as [`get`](crate::artifact::log_record::LogRecord::get) gives it: nothing
    /// where it is absent, empty or `-`.
    pub fn text(&self, column: usize, out: &mut String) -> Option<Range<usize>> {
        let place = append(self.raw(column), out)?;
        if out.get(place.clone()) == Some("-") {
            out.truncate(place.start);
            return None;
        }
        Some(place)
    }

    /// A datum as a number, as [`number`](crate::artifact::log_record::LogRecord::number) gives it.
    #[must_use]
    pub fn number(&self, column: usize) -> Option<u64> {
        let (kind, content) = self.raw(column)?;
        if matches!(kind, 0x04 | 0x06 | 0x08 | 0x0a | 0x10 | 0x14 | 0x15)
            && let Some(number) = value::integer(kind, content)
        {
            return Some(number);
        }
        let mut text = String::new();
        value::push(&mut text, kind, content);
        crate::artifact::log_record::number(&text)
    }

    /// A datum that is a GUID, as its digits are written: `{365ABB72-55F1-…}` begins with `0x365abb72_55f1_…`. Nothing for
    /// text that is to be read as one.
    #[must_use]
    pub fn guid(&self, column: usize) -> Option<u128> {
        let (0x0f, content) = self.raw(column)? else { return None };
        let fields = Fields(content);
        let head = u64::from(fields.u32(0)) << 32 | u64::from(fields.u16(4)) << 16 | u64::from(fields.u16(6));
        let tail = u64::from_be_bytes(fields.array(8));
        (content.len() == 16).then(|| u128::from(head) << 64 | u128::from(tail))
    }
}

fn append(raw: Option<(u8, &[u8])>, out: &mut String) -> Option<Range<usize>> {
    let (kind, content) = raw?;
    let start = out.len();
    value::push(out, kind, content);
    (out.len() > start).then_some(start..out.len())
}
