//! The templates of one chunk.

use super::binxml::Reader;
use super::damage::{Budget, Damage};
use super::system::Outline;
use crate::base::fields::Fields;
use std::collections::HashMap;

/// Templates that one list of a chunk's table may have.
const LISTED: usize = 256;

/// What is known of the templates of a chunk.
#[derive(Default)]
pub struct Templates {
    /// Where the definitions lie that the table of the chunk lists, by their identifiers.
    known: HashMap<u32, usize>,
    outlines: HashMap<usize, Outline>,
}

impl Templates {
    /// Begins with another chunk. Its table is read if records shall be recovered, whose own definitions may be gone.
    pub fn begin(&mut self, chunk: &[u8], table: bool) {
        self.outlines.clear();
        self.known.clear();
        for bucket in (0..32usize).filter(|_| table) {
            let mut next = Fields(chunk).u32(bucket.saturating_mul(4).saturating_add(384));
            for _ in 0..LISTED {
                let at = usize::try_from(next).unwrap_or(usize::MAX);
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
    pub fn find(&self, chunk: &[u8], at: usize, id: u32) -> Result<usize, Damage> {
        if identifier(chunk, at) == id && Reader::definition(chunk, at).is_ok() {
            return Ok(at);
        }
        self.known.get(&id).copied().ok_or(Damage { what: "a template that is not in its chunk", at })
    }

    /// What a template says of the system's part.
    ///
    /// # Errors
    /// Where it is damaged.
    pub fn outline(&mut self, chunk: &[u8], at: usize, budget: &mut Budget) -> Result<Outline, Damage> {
        if let Some(outline) = self.outlines.get(&at) {
            return Ok(*outline);
        }
        let outline = Outline::of(Reader::definition(chunk, at)?, budget)?;
        self.outlines.insert(at, outline);
        Ok(outline)
    }
}

/// The identifier of a definition: the first four bytes of its GUID.
fn identifier(chunk: &[u8], at: usize) -> u32 {
    Fields(chunk).u32(at.saturating_add(4))
}
