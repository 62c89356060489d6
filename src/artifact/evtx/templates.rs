//! The templates of one chunk.

use super::binxml::Reader;
use super::columns::{Body, columns};
use super::damage::{Budget, Damage};
use super::system::{Outline, Slot};
use crate::base::fields::Fields;
use crate::base::number::to_usize;
use std::collections::HashMap;

/// Templates that one list of a chunk's table may have.
const LISTED: usize = 256;

/// What is known of the templates of a chunk.
#[derive(Default)]
pub(super) struct Templates {
    /// Where the definitions lie that the table of the chunk lists, by their identifiers.
    known: HashMap<u32, usize>,
    outlines: Vec<Outline>,
    numbers: HashMap<usize, usize>,
    last: Option<(usize, usize)>,
    columns: HashMap<usize, Columns>,
}

/// Where a body has the data of these names; nothing where it must be read whole.
struct Columns {
    names: &'static [&'static str],
    slots: Option<Vec<Slot>>,
}

impl Templates {
    /// Begins with another chunk. Its table is read if records shall be recovered, whose own definitions may be gone.
    pub(super) fn begin(&mut self, chunk: &[u8], table: bool) {
        self.outlines.clear();
        self.numbers.clear();
        self.columns.clear();
        self.last = None;
        self.known.clear();
        for bucket in (0..32usize).filter(|_| table) {
            let mut next = Fields(chunk).u32(bucket.saturating_mul(4).saturating_add(384));
            for _ in 0..LISTED {
                let at = to_usize(next);
                if Reader::definition(chunk, at).is_err() {
                    break;
                }
                next = Fields(chunk).u32(at);
                self.known.insert(identifier(chunk, at), at);
            }
        }
    }

    /// Where the definition of this template lies: where the record says, if one of that identifier does; else where the
    /// chunk lists one.
    ///
    /// # Errors
    /// Where neither is so.
    pub(super) fn find(&self, chunk: &[u8], at: usize, id: u32) -> Result<usize, Damage> {
        if identifier(chunk, at) == id && Reader::definition(chunk, at).is_ok() {
            return Ok(at);
        }
        self.known.get(&id).copied().ok_or(Damage { what: "a template that is not in its chunk", at })
    }

    /// Looks at what a template says of the system's part, and gives it a number.
    ///
    /// # Errors
    /// Where it is damaged.
    pub(super) fn number(&mut self, chunk: &[u8], at: usize, budget: &mut Budget) -> Result<usize, Damage> {
        if let Some((_, number)) = self.last.filter(|(last, _)| *last == at) {
            return Ok(number);
        }
        let number = match self.numbers.get(&at) {
            Some(number) => *number,
            None => {
                let number = self.add(Outline::of(Reader::definition(chunk, at)?, budget)?);
                self.numbers.insert(at, number);
                number
            }
        };
        self.last = Some((at, number));
        Ok(number)
    }

    /// Where a body has the data of these names, if it is one of which less than all can be read.
    pub(super) fn columns(&mut self, body: &Body<'_>, names: &'static [&'static str]) -> Option<&[Slot]> {
        let find = || Columns { names, slots: columns(body.reader, names) };
        let known = self.columns.entry(body.at).or_insert_with(find);
        if !std::ptr::eq(known.names, names) {
            *known = find();
        }
        known.slots.as_deref()
    }

    /// Keeps what a record says that has no template, and gives it a number.
    pub(super) fn add(&mut self, outline: Outline) -> usize {
        self.outlines.push(outline);
        self.outlines.len().saturating_sub(1)
    }

    /// What has this number.
    #[must_use]
    pub(super) fn outline(&self, number: usize) -> Option<&Outline> {
        self.outlines.get(number)
    }
}

/// The identifier of a definition: the first four bytes of its GUID.
fn identifier(chunk: &[u8], at: usize) -> u32 {
    Fields(chunk).u32(at.saturating_add(4))
}
